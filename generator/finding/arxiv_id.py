"""The identifier of a paper: its grammar, its month, its place in order and on disk.

Identifiers have two forms (info.arxiv.org/help/arxiv_identifier.html and arxiv-base's `arxiv/identifier`, read
2026-11-23). Since 2007-04: `YYMM.NNNN`, five digits from 2015-01 on. Before: `archive/YYMMNNN`, sometimes written
with a subject class, `math.GT/0309136`, which is no part of the identity. Either may carry a version, `v2`.

In this project an id has no version and no subject class. `arxiv_links` finds ids in addresses and in text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ARCHIVE_NAMES = """
    acc-phys adap-org alg-geom ao-sci astro-ph atom-ph bayes-an chao-dyn chem-ph cmp-lg comp-gas cond-mat cs dg-ga
    funct-an gr-qc hep-ex hep-lat hep-ph hep-th math math-ph mtrl-th nlin nucl-ex nucl-th patt-sol physics plasm-ph
    q-alg q-bio quant-ph solv-int supr-con
"""
ARCHIVES = frozenset(_ARCHIVE_NAMES.split())
"""Every archive that gave out ids before 2007-04 (arXiv's taxonomy, without those founded later: q-fin, stat ...)."""

_TWO_CAPITALS = re.compile(r"[A-Z]{2}")
_SUBJECT_CLASSES: dict[str, re.Pattern[str]] = {
    "astro-ph": _TWO_CAPITALS,
    "cs": _TWO_CAPITALS,
    "math": _TWO_CAPITALS,
    "nlin": _TWO_CAPITALS,
    "q-bio": _TWO_CAPITALS,
    "cond-mat": re.compile(r"dis-nn|mes-hall|mtrl-sci|other|quant-gas|soft|stat-mech|str-el|supr-con"),
    "physics": re.compile(
        r"(?:acc|ao|app|atom|bio|chem|class|comp|ed|gen|geo|hist|med|plasm|pop|soc|space)-ph"
        r"|atm-clus|data-an|flu-dyn|ins-det|optics"
    ),
}
"""Subject classes by archive; archives that are missing here had none."""

_FIRST_NEW, _FIRST_FIVE_DIGITS = 704, 1501
_LAST_NEW = 9012
"""From 2091 on a new id could be read as an old number of 1991 to 1999, and none of them has come yet."""
_FIRST_OLD, _LAST_OLD = (1991, 7), (2007, 3)

ID_PATTERN = r"(?:[0-9]{4}\.[0-9]{4,5}|[a-zA-Z-]{2,8}(?:\.[a-zA-Z-]{2,9})?/[0-9]{7})(?:[vV][1-9][0-9]{0,2})?"
"""Regex source of what may be an id: wider than the grammar (`parse_id` decides), without groups, bounded."""

_ID = re.compile(
    r"(?:[aA][rR][xX][iI][vV][:.])?"
    r"(?:(?P<yymm>[0-9]{2}(?:0[1-9]|1[0-2]))\.(?P<number>[0-9]{4,5})"
    r"|(?P<archive>[a-z-]{2,8})(?:\.(?P<subject>[a-zA-Z-]{2,9}))?/(?P<old>[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}))"
    r"(?:v(?P<version>[1-9][0-9]{0,2}))?"
)


class FoundId(NamedTuple):
    """A paper's id and the version that was named with it, if one was."""

    id: str
    version: int | None


def parse_id(text: str) -> FoundId | None:
    """Read one identifier, or return None where `text` is anything else, be it by one character.

    Accepts `2401.00001`, `hep-th/9901001`, `math.GT/0309136v2` (-> `math/0309136`, 2), each also after `arXiv:` or
    `arXiv.`. Case matters as at arXiv: archives are lower case, most subject classes upper case. Digits are ASCII.
    """
    match = _ID.fullmatch(text)
    if match is None:
        return None
    if match["yymm"]:
        paper_id = _new_id(match["yymm"], match["number"])
    else:
        paper_id = _old_id(match["archive"], match["subject"], match["old"])
    if paper_id is None:
        return None
    version = match["version"]
    return FoundId(paper_id, int(version) if version else None)


def parse_as_written(text: str, *, any_case: bool = False) -> FoundId | None:
    """Like `parse_id`, but accepts a version as `V2` and, with `any_case`, an archive in any case, as DOIs have it."""
    if any_case:
        text = _TWO_LETTER_CLASS.sub(lambda match: match[0].upper(), text.lower())
    return parse_id(_UPPER_CASE_VERSION.sub("v", text))


_TWO_LETTER_CLASS = re.compile(r"\.[a-z]{2}(?=/)")
_UPPER_CASE_VERSION = re.compile(r"V(?=[0-9]{1,3}\Z)")


def _new_id(yymm: str, number: str) -> str | None:
    digits = 5 if int(yymm) >= _FIRST_FIVE_DIGITS else 4
    if not _FIRST_NEW <= int(yymm) <= _LAST_NEW or len(number) != digits or not int(number):
        return None
    return f"{yymm}.{number}"


def _old_id(archive: str, subject: str | None, number: str) -> str | None:
    if archive not in ARCHIVES or not int(number[4:]):
        return None
    if not _FIRST_OLD <= _old_month(number) <= _LAST_OLD:
        return None
    if subject is not None:
        classes = _SUBJECT_CLASSES.get(archive)
        if classes is None or not classes.fullmatch(subject):
            return None
    return f"{archive}/{number}"


def _old_month(number: str) -> tuple[int, int]:
    year = int(number[:2])
    century = 1900 if year >= _FIRST_OLD[0] % 100 else 2000
    return century + year, int(number[2:4])


def month_of(paper_id: str) -> tuple[int, int]:
    """(year, month) in which arXiv gave out the id: `9901` is 1999 in an old id, `9901` in a new one will be 2099."""
    _, slash, number = paper_id.partition("/")
    if slash:
        return _old_month(number)
    return 2000 + int(paper_id[:2]), int(paper_id[2:4])


def sort_key(paper_id: str) -> tuple[int, int, int, str]:
    """Key for the order in which papers came: year, month, number within the month, archive."""
    archive, slash, number = paper_id.partition("/")
    year, month = month_of(paper_id)
    if slash:
        return year, month, int(number[4:]), archive
    return year, month, int(paper_id[5:]), ""


def bucket_of(paper_id: str) -> tuple[str, str]:
    """(YYMM, bucket), the folder and file that hold the paper in `data/papers/`: about a hundred papers a file.

    The bucket is the number without its last two digits, `2611.01234` -> (`2611`, `012`), and for old ids the
    archive, `hep-th/9901001` -> (`9901`, `hep-th`).
    """
    archive, slash, number = paper_id.partition("/")
    if slash:
        return number[:4], archive
    return paper_id[:4], paper_id[5:-2]


def abs_url(paper_id: str) -> str:
    """The address of the paper's page at arXiv (its terms ask to link there, not to the PDF)."""
    return f"https://arxiv.org/abs/{paper_id}"


_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z]+(?:-[A-Za-z]+)*)?", re.ASCII)


def is_category(text: str) -> bool:
    """Whether a category is arXiv's own: papers also state classes of the ACM and MSC (`I.2.6; I.5.1`, `68T50`)."""
    return _CATEGORY.fullmatch(text) is not None
