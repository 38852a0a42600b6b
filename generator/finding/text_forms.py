"""Every way to name a paper in plain text without an address: one row each, with its example.

To add a form, add a row; the tests try its example. A bare number is no paper: each form has a word or a sign that says
arXiv, or is an old id of an archive that arXiv has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from generator.finding.arxiv_id import ARCHIVES, ID_PATTERN, FoundId, parse_as_written

_CJK = r"\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Scripts written without spaces: a link may follow a letter of them directly."""
WORD_STARTS = rf"(?<![^\W{_CJK}])(?<![/?\#=&%@\\+~.-])"
"""Neither inside a word nor inside an address."""
_ID_ENDS = r"(?![A-Za-z0-9%\uff10-\uff19]|[._-][0-9]|_[A-Za-z])"

_ARCHIVES = "|".join(sorted(ARCHIVES))
_NUMBER_OF = (
    r"(?:[\s_:,-]{0,2}(?:ids?|identifiers?|nos?\.?|n[°º]|№|nr\.?|num(?:ber)?s?|ref(?:erence)?s?|links?|abs|e-?prints?"
    r"|pre-?prints?|papers?|articles?|as|at|with|under|编号|編號|番号|论文|論文|号|链接|連結|リンク|논문|번호|стать[а-я]{1,2})"
    r"(?![a-zа-я])){0,2}"
)
_CATEGORY = (
    r"(?:\[[a-z-]{2,8}(?:\.[a-z-]{2,9})?\][\s{]?"
    rf"|(?:{_ARCHIVES}|econ|eess|q-fin|stat)(?:\.[a-z]{{2}})?/(?=[0-9]{{4}}\.))?"
)
# After a comma a number may also be a count, "the arXiv, 2005.14165 of them", and after a sign of money it is none.
_AFTER_PREFIX = (
    rf"(?:,\s{{0,2}}(?!\S{{9,24}}\s+of\b)|(?:[^\w,$€£¥%…]|_){{0,6}}(?:[0-9]{{1,2}}[.)]\s{{1,2}})?){_CATEGORY}"
)
_TITLE_FOLLOWS = r"(?=(?:\]:?\s{0,2}|】\s{0,2})[\"“'‘«「『(\[$\\]{0,2}(?-i:[^\W\d_a-z]|[0-9]))"


class TextForm(NamedTuple):
    """One way to name a paper in text: `pattern` is a regex in which {id} stands for the id."""

    name: str
    pattern: str
    example: str
    papers: tuple[str, ...]
    any_case: bool = False
    """The archive may be in any case, as in a DOI."""
    starts_list: bool = False
    """More ids may follow, after a comma or an `and`."""


FORMS: tuple[TextForm, ...] = (
    TextForm(
        "doi",
        WORD_STARTS + r"10\.48550/arxiv[.:]{id}",
        "doi:10.48550/arXiv.math.GT/0309136",
        ("math/0309136",),
        any_case=True,
    ),
    TextForm(
        "prefix",
        WORD_STARTS + rf"[\#\\]?arxivs?(?:\.org)?{_NUMBER_OF}{_AFTER_PREFIX}(?:arxiv:)?{{id}}",
        "arXiv ID: 2401.01234v2, 2401.01235 and hep-th/9901001",
        ("2401.01234", "2401.01235", "hep-th/9901001"),
        starts_list=True,
    ),
    TextForm(
        "eprint",
        WORD_STARTS + r"\\?e-?prints?\s{0,20}[=:]?\s{0,20}[{\"']?\s{0,3}(?:arxiv:)?{id}",
        "eprint = {2401.01234}, archivePrefix = {arXiv}",
        ("2401.01234",),
    ),
    TextForm(
        "corr",
        WORD_STARTS + r"(?:(?:corr|arxiv)[\s,:]{1,3}|volume\s{0,20}=\s{0,20}[{\"])abs/{id}",
        "CoRR abs/1706.03762",
        ("1706.03762",),
    ),
    TextForm(
        "title",
        r"(?<![^\s\"“'‘:>|「『（(])[\[【]{id}" + _TITLE_FOLLOWS,
        "[2401.01234v2] A Title",
        ("2401.01234",),
    ),
    TextForm(
        "old id",
        WORD_STARTS + rf"(?=(?:{_ARCHIVES})(?:\.[a-z-]{{2,9}})?/[0-9]{{7}}){{id}}",
        "see astro-ph/0001001 and math.GT/0309136v2",
        ("astro-ph/0001001", "math/0309136"),
    ),
)
_FORM_OF_GROUP = {f"form{number}": form for number, form in enumerate(FORMS)}

FORMS_PATTERN = "|".join(
    form.pattern.replace("{id}", f"(?P<{group}>{ID_PATTERN}){_ID_ENDS}") for group, form in _FORM_OF_GROUP.items()
)
"""All forms in one regex: the last group that matched says which form it was."""

_MENTION = re.compile(FORMS_PATTERN, re.IGNORECASE)
_NEXT_IN_LIST = re.compile(
    r"(?:\s?\[[a-z.-]{2,20}\])?(?:\s?\(v[0-9]{1,3}\))?"
    r"(?:\s{0,2}\n\s{0,2}(?:[*•-]\s{1,2}|[0-9]{1,2}[.)]\s{1,2})?|\s?[和と及やи및]\s?"
    r"|\s{0,2}[,;&/+|、，；]\s{0,2}(?:(?:and|or|und|et)\s{1,2})?|\s{1,2}(?:and|or|und|et|y|e)\s{1,2})"
    rf"(?:arxiv:)?(?P<id>{ID_PATTERN}){_ID_ENDS}",
    re.IGNORECASE,
)

_INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0f\ufeff"
_INVISIBLE_INSIDE = re.compile(
    rf"(?<=[0-9./:-])[{_INVISIBLE}]+(?=[0-9./:-])"
    rf"|(?<=[./:-])[{_INVISIBLE}]+(?=\w)"
    rf"|(?<=[a-z])[{_INVISIBLE}]+(?=[./:])"
    r"|[\u00ad\u2060]",
    re.IGNORECASE,
)
_SPLIT_ARXIV = re.compile("[{0}]*".join("arxiv").format(_INVISIBLE), re.IGNORECASE)
# The word alone: a host that is written so is a spoof.
_FULL_WIDTH_ARXIV = re.compile("[ａＡ][ｒＲ][ｘＸ][ｉＩ][ｖＶ](?![.．])")
_FULL_WIDTH_ID = re.compile(
    "[０-９]{4}[．.][０-９]{4,5}(?![0-9０-９])|(?<![0-9])[0-9]{4}．[0-9]{4,5}|[０-９]{7}(?![0-9０-９])"
)
_TO_ASCII = {0xFF10 + digit: str(digit) for digit in range(10)} | {ord("．"): "."}
_COLONS = str.maketrans(dict.fromkeys("：∶꞉﹕︰", ":") | dict.fromkeys("‥⋯", "…"))
# ADS names a paper by its year, arXiv's number and the first letter of an author.
_BIBCODE = re.compile(
    r"(?<![^\W_])(?<![/=:.-])[12][0-9]{3}arXiv(?P<month>[0-9]{4})\.?(?P<number>[0-9]{4,5})[A-Z](?!\w)", re.ASCII
)
# A line of a mail may end inside an address or an id.
_BROKEN_LINE = re.compile(
    r"(?<=arxiv\.org/(?:abs|pdf)/)\r?\n(?=[0-9]{4}\.[0-9]{4})|(?:(?<=arxiv:[0-9]{4}\.)|(?<=/(?:abs|pdf)/[0-9]{4}\.))"
    r"\r?\n(?=[0-9]{4,5}(?![0-9.]))",
    re.IGNORECASE,
)
_DEFANGED = re.compile(r"\[\.\]|\(\.\)|\[dot\]|\(dot\)", re.IGNORECASE)
_DEFANGED_SCHEME = re.compile(r"\bhxxp(?=s?://)")


def normalise(text: str) -> str:
    """The text with ids and addresses as they were meant: without what is invisible, in digits that are one width."""
    if not text.isascii():
        text = _INVISIBLE_INSIDE.sub("", text)
        text = _SPLIT_ARXIV.sub("arxiv", text)
        text = _FULL_WIDTH_ARXIV.sub("arxiv", text)
        text = _FULL_WIDTH_ID.sub(lambda match: match[0].translate(_TO_ASCII), text)
        text = text.translate(_COLONS)
    if "&#" in text or "&nbsp;" in text:
        text = unescape(text)
    if "\n" in text:
        text = _BROKEN_LINE.sub("", text)
    text = _BIBCODE.sub(r"arXiv:\g<month>.\g<number>", text)
    if "[" in text or "(" in text:
        text = _DEFANGED.sub(".", text)
    if "xxp" in text:
        text = _DEFANGED_SCHEME.sub("http", text)
    return text.replace("\\/", "/")


def find_mentions(text: str) -> Iterator[FoundId]:
    """The papers that a text names by one of the forms."""
    for match in _MENTION.finditer(text):
        yield from read_match(match)


def read_match(match: re.Match[str]) -> Iterator[FoundId]:
    """The papers of a match of FORMS_PATTERN, and those of the list that it starts."""
    group = match.lastgroup or ""
    form = _FORM_OF_GROUP[group]
    paper = parse_as_written(match[group], any_case=form.any_case)
    if paper is None:
        return
    yield paper
    if not form.starts_list:
        return
    following = _NEXT_IN_LIST.match(match.string, match.end())
    while following is not None:
        paper = parse_as_written(following["id"])
        if paper is None:
            return
        yield paper
        following = _NEXT_IN_LIST.match(match.string, following.end())
