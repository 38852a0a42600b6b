"""The owner's saved searches: which papers each one finds. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from generator.model.muting import any_word, within
from generator.model.records import Paper
from generator.ranking.query import Query
from generator.text.latex import to_name

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_NAME_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """Conditions on a paper: it meets every condition that is set, each by one member at least."""

    id: str
    title: str
    query: str = ""
    """As typed on the search page."""
    words: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Words that the paper must not have."""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tracker: str | None = None
    """Id of the tracker that must show the paper."""


class Finder:
    """Finds the papers of one search; compiles its patterns once for thousands of papers."""

    def __init__(self, search: SavedSearch) -> None:
        self._query = Query(search.query)
        self._words = any_word(search.words)
        self._excluded = any_word(search.exclude)
        self._authors = [parts for parts in map(_parts, search.authors) if parts]
        self._categories: Collection[str] = search.categories
        self._has_authors = bool(search.authors)

    def finds(self, paper: Paper, speakers: Collection[str] = ()) -> bool:
        """Whether the paper has one of the words, one of the authors and one of the categories, and nothing excluded.

        Args:
            paper: as arXiv describes it.
            speakers: names and handles of those who posted about it.
        """
        if self._categories and not any(within(category, self._categories) for category in paper.categories):
            return False
        if self._words is not None and not _has_word(paper, self._words):
            return False
        if self._excluded is not None and _has_word(paper, self._excluded):
            return False
        if self._has_authors and not any(self._is_wanted(author) for author in paper.authors):
            return False
        return self._query.finds(paper, speakers)

    def _is_wanted(self, author: str) -> bool:
        parts = _parts(to_name(author))
        return any(_is_called(parts, name_parts) for name_parts in self._authors)


def _has_word(paper: Paper, pattern: re.Pattern[str]) -> bool:
    return pattern.search(paper.title) is not None or pattern.search(paper.abstract) is not None


def _parts(name: str) -> list[str]:
    """The words of a name without accents, in lower case, the family's last: `Lindqvist, A.` -> a, lindqvist."""
    family, comma, first_names = name.partition(",")
    if comma and first_names.strip(" .").casefold() not in _SUFFIXES:
        name = f"{first_names} {family}"
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char)).replace("’", "'")
    parts = _NAME_PART.findall(plain)
    if len(parts) > 1 and parts[-1] in _SUFFIXES:
        return parts[:-1]
    return parts


def _is_called(parts: Sequence[str], searched_name: Sequence[str]) -> bool:
    """The last word of the wanted name is the person's last; each one before it is a word of theirs or its initial."""
    if not parts or parts[-1] != searched_name[-1]:
        return False
    first_names = parts[:-1]
    for searched_part in searched_name[:-1]:
        if not any(_same_or_initial(word, searched_part) for word in first_names):
            return False
    return True


def _same_or_initial(word: str, searched_part: str) -> bool:
    if len(word) == 1 or len(searched_part) == 1:
        return word[0] == searched_part[0]
    return word == searched_part
