"""Authors as arXiv means them: its lists also hold colons, `et al` and parts of names. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

import msgspec

from generator.model.records import Paper

ET_AL = "et al."
"""Stands last for authors that are not named; it is nobody's name."""

_TO_MEND = re.compile(r"[:;：；]|\b[Aa][Ll](?:ii|ia)?\b|[Oo]thers|^.{1,4}$", re.MULTILINE)
_ET_AL = re.compile(
    r"(?:^|[\s,(]+)(?:et\.?\s+al(?:ii|ia)?\b\.?(?:\s*\([^()]*\))?"
    r"|(?:and|&)\s+(?:many|several|[0-9]+)?\s*others|^(?:many|several|[0-9]+)?\s*others)[\s)]*$",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|2nd|3rd|4th|ph\.?d)\.?", re.IGNORECASE)
_GROUP_WORDS = (
    r"collaborations?|consorti(?:um|a)|teams?|groups?|projects?|initiative|committee|network|society|workshop|"
    r"institute|foundation|corp|laborator(?:y|ies)|partnership|experiment|inc|ltd|llc|gmbh|labs?|research|contributors|developers|deepmind"
)
_GROUP = re.compile(
    rf"(?:\b(?:{_GROUP_WORDS})\.?(?:,|$)|(?-i:AI|^[A-Z]{{3}}[A-Z0-9-]*)$|\bcollaborations?\b"
    r"|^(?:the|for the|on behalf of)\s|^(?:cent(?:er|re)|universi\w+|institute)\s(?:for|of)\s)",
    re.IGNORECASE,
)
_WORDS_WITH_SUFFIX = 3
_SEVERAL_GROUPS = re.compile(r"\bcollaborations$", re.IGNORECASE)
_INITIAL = re.compile(r"\b\w\.")
_HAS_LETTER = re.compile(r"[^\W\d_]")


class Name(NamedTuple):
    """A person's name in its parts; `first` and `suffix` may be empty."""

    first: str
    last: str
    suffix: str


def with_mended_authors(paper: Paper) -> Paper:
    """The paper with its authors from `mend_authors`: the same object where nothing is to be mended."""
    # One search over all names, because nearly all papers have nothing to mend.
    if not _TO_MEND.search("\n".join(paper.authors)):
        return paper
    authors = mend_authors(paper.authors)
    if authors == paper.authors:
        return paper
    return msgspec.structs.replace(paper, authors=authors)


def mend_authors(authors: tuple[str, ...]) -> tuple[str, ...]:
    """People and groups alone, with ET_AL last where some are not named. Mending twice changes nothing.

    A collaboration before a colon is an author of its own, a lone `Jr` or `III` belongs to the name before it, and
    an `and` or what has no letter is nobody.
    """
    names: list[str] = []
    has_more = False
    for author in authors:
        parts = re.split(r"[:;：；]", author)
        for number, part in enumerate(parts):
            name = _ET_AL.sub("", part)
            has_more = has_more or name != part
            name = name.strip(" \t\n,")
            if _SUFFIX.fullmatch(name) and names:
                names[-1] = f"{names[-1]}, {name}"
            elif _HAS_LETTER.search(name) and name.lower() != "and":
                names.append(name)
            if number < len(parts) - 1 and _SEVERAL_GROUPS.search(names[-1] if names else ""):
                names = _as_one_group(names)
    if has_more:
        names.append(ET_AL)
    return tuple(names)


def _as_one_group(names: list[str]) -> list[str]:
    """`Keck Array`, `BICEP2 Collaborations` before a colon are one author; people among them have initials."""
    if any(_INITIAL.search(name) for name in names):
        return names
    return [" and ".join(filter(None, (", ".join(names[:-1]), names[-1])))]


def is_group(author: str) -> bool:
    """Whether an author is a collaboration, a team or a company, not a person."""
    return _GROUP.search(author) is not None


def split_name(author: str) -> Name:
    """A person's name in its parts: `Jan van der Berg IV` -> (Jan, van der Berg, IV)."""
    head, comma, tail = author.partition(",")
    if comma and not _SUFFIX.fullmatch(tail.strip()):
        # Written with the last name first: `Taylor, IV, Washington`, `Taylor IV, Washington`
        middle, _, first = tail.rpartition(",")
        last, suffix = head.strip(), middle.strip()
        words = last.split()
        if not suffix and len(words) > 1 and _SUFFIX.fullmatch(words[-1]):
            suffix = words.pop()
            last = " ".join(words)
        return Name(first.strip(), last, suffix)
    words = head.split()
    suffix = tail.strip()
    if not suffix and len(words) >= _WORDS_WITH_SUFFIX and _SUFFIX.fullmatch(words[-1]):
        suffix = words.pop()
    start = len(words) - 1
    while start > 1 and words[start - 1].islower():
        start -= 1
    if words:
        return Name(" ".join(words[:start]), " ".join(words[start:]), suffix)
    return Name("", "", suffix)
