"""A query as the search page understands it, for the owner's saved searches. templates/static/search.js reads the same.

Words must all be there; `"a phrase"`, `-without`, `author:`, `by:`, `cat:`, `in:title`, `has:code`, `after:`, `before:`
and `year:` narrow the answer. docs/reading.md explains the grammar. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date

from generator.finding import arxiv_id
from generator.finding.code_and_venue import marks_of
from generator.model.muting import within
from generator.model.records import Paper
from generator.text.latex import to_name
from generator.text.words import COMMON, forms, spelt_out, without_latex, words, words_of_latex

_PART = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))', re.IGNORECASE)
_FIELDS = {"author": "author", "au": "author", "by": "by", "title": "title"}
_DAY = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?")


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that stand side by side, or one word in either number."""

    words: tuple[str, ...]
    field: str = "text"
    """`text`, `title`, `author` or `by`."""
    quoted: bool = False
    no: bool = False
    """A paper must not have it."""


@dataclass(frozen=True, slots=True)
class _Choice:
    name: str
    no: bool


class Query:
    """A parsed query."""

    def __init__(self, text: str) -> None:
        self.clauses: list[Clause] = []
        self._categories: list[_Choice] = []
        self._marks: list[_Choice] = []
        self._after: date | None = None
        self._before: date | None = None
        self._in_title = False
        for match in _PART.finditer(without_latex(text)):
            self._read(match)
        telling = []
        for clause in self.clauses:
            if clause.words[0] not in COMMON or len(clause.words) > 1 or clause.quoted:
                telling.append(clause)
        self.clauses = telling or self.clauses

    def finds(self, paper: Paper, speakers: Collection[str] = ()) -> bool:
        """Whether the paper is an answer.

        Args:
            paper: as arXiv describes it.
            speakers: names and handles of those who posted about it.
        """
        if not self._is_in_time(paper) or not self._is_chosen(paper):
            return False
        title = _line(words_of_latex(paper.title), spelt_out(paper.title))
        text = title if self._in_title else title + _line(words_of_latex(_all_text(paper)))
        texts = {"text": text, "title": title, "by": _line(words("\n".join(speakers)))}
        if self.clauses:
            names = "\n".join(to_name(author) for author in paper.authors)
            texts["author"] = _line(words(names), spelt_out(names))
            if not self._in_title:
                texts["text"] += texts["author"]
        return all(_has(texts.get(clause.field, ""), clause) != clause.no for clause in self.clauses)

    def _read(self, match: re.Match[str]) -> None:
        minus, name, quoted, bare = match.groups()
        field = (name or "").lower()
        value = quoted if quoted is not None else bare
        no = minus == "-"
        if field == "cat":
            self._categories.append(_Choice(value, no))
        elif field == "has":
            self._marks.append(_Choice(value.lower(), no))
        elif field == "in" and value.lower() == "title":
            self._in_title = True
        elif field in {"after", "before", "year"}:
            self._read_date(field, value)
        else:
            text = value if field in _FIELDS else match[0].removeprefix("-")
            terms = tuple(words(text))
            if terms:
                self.clauses.append(Clause(terms, _FIELDS.get(field, "text"), quoted is not None, no))

    def _read_date(self, field: str, value: str) -> None:
        day = _day_of(value)
        if day is None:
            return
        if field == "year":
            self._after, self._before = date(day.year, 1, 1), date(day.year + 1, 1, 1)
        elif field == "after":
            self._after = day
        else:
            self._before = day

    def _is_in_time(self, paper: Paper) -> bool:
        if self._after is None and self._before is None:
            return True
        if paper.submitted_at is not None:
            day = paper.submitted_at.astimezone(UTC).date()
        else:
            day = date(*arxiv_id.month_of(paper.id), 1)
        return (self._after is None or day >= self._after) and (self._before is None or day < self._before)

    def _is_chosen(self, paper: Paper) -> bool:
        for chosen in self._categories:
            if any(within(category, (chosen.name,)) for category in paper.categories) == chosen.no:
                return False
        return all((chosen.name in marks_of(paper)) != chosen.no for chosen in self._marks)


def _day_of(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


def _all_text(paper: Paper) -> str:
    return "\n".join(filter(None, (paper.abstract, paper.comment, paper.journal_ref, paper.doi, paper.id)))


def _line(*texts: Iterable[str]) -> str:
    return "".join(f" {' '.join(some)} " for some in texts)


def _has(line: str, clause: Clause) -> bool:
    if clause.field in {"author", "by"}:
        return all(f" {word} " in line for word in clause.words)
    phrase = " ".join(clause.words)
    if f" {phrase} " in line or (len(clause.words) > 1 and (f" {phrase}s " in line or f" {phrase}es " in line)):
        return True
    if len(clause.words) > 1 or clause.quoted:
        return False
    return any(f" {word} " in line for word in forms(phrase))
