"""The index that the search page reads: words -> papers, cut into files small enough to be fetched while one types.

Papers are numbered from 0 in the order of their submission, so a month is a run of numbers, and a new paper mostly
comes last. What stands in the files, and how the page uses them, is in docs/reading.md. Pure: the same papers are the
same bytes.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise

import msgspec

from generator.text.latex import to_name
from generator.views.search_words import COMMON, words, words_of_latex

FILE_CHARS = 40_000
"""Characters of one file of words: about 25 KB on the wire."""
PAPERS_PER_FILE = 16
"""The page fetches the papers that it shows in files of so many."""
AUTHORS_MAX = 500
"""Authors of one paper that can be found by name; collaborations have thousands."""
COMMENT_CHARS = 4_000
"""Characters of all comments on one paper that can be found."""
ABSTRACT_CHARS = 10_000

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
"""Of a number: the lower 32 end it, the upper 32 say that more follow."""
_HALF = 32
_BITS = 5
_LEVELS = (0, 0, 1, 1, 2, 2, 3)
"""Weight of a word in a paper -> its level there; all beyond is of the last."""
_TITLE, _AUTHOR, _WORDS = 6, 5, 1
"""What a word weighs by where it stands; in the abstract and in comments each time that it is said."""
_PLAINEST = 2
"""A word of fewer letters counts in a title or a name, not in an abstract: there it is a variable."""


class SearchPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as the search finds and shows it."""

    paper_id: str
    title: str
    """As shown: one line of text."""
    title_latex: str
    authors: tuple[str, ...]
    abstract: str
    """LaTeX."""
    categories: tuple[str, ...]
    trackers: tuple[str, ...]
    remarks: tuple[str, ...]
    """What arXiv states beside the abstract: comment, journal, DOI."""
    comments: tuple[str, ...]
    """What people say about it."""
    month: str
    """`YYYY-MM` of its submission."""
    date: str
    """As shown: `20 Nov 2026`, or `Nov 2026` where the day is unknown."""
    captured: int
    x_only: bool
    """No mention is from another network: the line speaks of tweets."""


class ShownPaper(msgspec.Struct, frozen=True, array_like=True):
    """What a row of the found papers shows."""

    paper_id: str
    title: str
    authors: str
    date: str
    categories: tuple[str, ...]
    captured: int
    x_only: bool


class WordFile(msgspec.Struct, frozen=True):
    """Words from one letter of the alphabet to another, in order, with the papers that have them."""

    version: str
    words: dict[str, str]


class ChoiceFile(msgspec.Struct, frozen=True):
    """The papers of one category or tracker."""

    version: str
    papers: str


class PaperFile(msgspec.Struct, frozen=True):
    """PAPERS_PER_FILE papers to show."""

    version: str
    papers: tuple[ShownPaper, ...]


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What the page reads first: how many papers there are, and which file holds which words."""

    version: str
    """The same in all files that number the papers alike: the page must not mix others."""
    papers: int
    per_file: int
    cuts: tuple[str, ...]
    """The first word of each file of words."""
    months: tuple[tuple[str, int], ...]
    """(YYYY-MM, its first paper), oldest first."""
    common: tuple[str, ...]
    """Words that are not in the index."""


File = Contents | WordFile | ChoiceFile | PaperFile


def make_index(papers: Sequence[SearchPaper]) -> dict[str, File]:
    """The files of the index by their paths below `search/`.

    Args:
        papers: in the order of their submission.
    """
    found = _words_of(papers)
    cut = list(_cut(sorted(found), found))
    shown = [_shown(paper) for paper in papers]
    choices = _choices(papers)
    version = _version(papers)
    files: dict[str, File] = {
        "index.json": Contents(
            version=version,
            papers=len(papers),
            per_file=PAPERS_PER_FILE,
            cuts=tuple(words[0] for words in cut),
            months=_months(papers),
            common=tuple(sorted(COMMON)),
        )
    }
    for number, words_here in enumerate(cut):
        files[f"words/{number}.json"] = WordFile(version, {word: found[word] for word in words_here})
    for name, numbers in choices.items():
        files[f"in/{name}.json"] = ChoiceFile(version, numbers)
    for number, start in enumerate(range(0, len(shown), PAPERS_PER_FILE)):
        files[f"papers/{number}.json"] = PaperFile(version, tuple(shown[start : start + PAPERS_PER_FILE]))
    return files


def encode(numbers: Iterable[int]) -> str:
    """Whole numbers from 0 as text: five bits a character, the least first; small ones take one character."""
    return "".join([_SHORT[number] if number < _SHORT_TO else _encode_one(number) for number in numbers])


def _encode_one(number: int) -> str:
    digits = []
    while number >= _HALF:
        digits.append(_DIGITS[_HALF + (number & (_HALF - 1))])
        number >>= _BITS
    return "".join(digits) + _DIGITS[number]


_SHORT_TO = _HALF * _HALF
_SHORT = tuple(map(_encode_one, range(_SHORT_TO)))
"""Most numbers are of one or two digits."""


def decode(text: str) -> list[int]:
    """What `encode` was given (the page has its own: this one is for tests and checks)."""
    numbers, number, shift = [], 0, 0
    for char in text:
        digit = _DIGITS.index(char)
        number |= (digit & (_HALF - 1)) << shift
        shift += _BITS
        if digit < _HALF:
            numbers.append(number)
            number = shift = 0
    return numbers


def _words_of(papers: Sequence[SearchPaper]) -> dict[str, str]:
    """Word -> for each paper that has it 4 x (papers between it and the one before) + level, encoded."""
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("L"))
    most = len(_LEVELS) - 1
    for number, paper in enumerate(papers):
        for word, weight in _weigh(paper).items():
            found[word].append(number * 4 + _LEVELS[min(weight, most)])
    return {word: encode(_gaps(numbers)) for word, numbers in found.items()}


def _gaps(numbers: Iterable[int]) -> Iterator[int]:
    due = 0
    for number in numbers:
        yield number - due
        due = (number & ~3) + 4


def _weigh(paper: SearchPaper) -> dict[str, int]:
    """Word of a paper -> how much of the paper it is."""
    weights = dict.fromkeys((*words_of_latex(paper.title_latex), *words(paper.title)), _TITLE)
    named = " ".join((paper.paper_id, *paper.authors[:AUTHORS_MAX], *paper.categories))
    for word in set(words_of_latex(named)):
        weights[word] = weights.get(word, 0) + _AUTHOR
    said = " ".join((*paper.remarks, " ".join(paper.comments)[:COMMENT_CHARS]))
    times = Counter(words_of_latex(paper.abstract[:ABSTRACT_CHARS]))
    times.update(words_of_latex(said))
    for word, count in times.items():
        if len(word) >= _PLAINEST or word in weights:
            weights[word] = weights.get(word, 0) + _WORDS * count
    return {word: weight for word, weight in weights.items() if word not in COMMON}


def _cut(ordered: Sequence[str], found: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The words in runs of about FILE_CHARS characters; a run has at least one word."""
    run: list[str] = []
    size = 0
    for word in ordered:
        length = len(word) + len(found[word]) + 6
        if run and size + length > FILE_CHARS:
            yield tuple(run)
            run, size = [], 0
        run.append(word)
        size += length
    if run:
        yield tuple(run)


def _choices(papers: Sequence[SearchPaper]) -> dict[str, str]:
    """`c/<category>` and `t/<tracker>` -> their papers: how many stand between each and the one before."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, paper in enumerate(papers):
        for name in {*(f"c/{each}" for each in paper.categories), *(f"t/{each}" for each in paper.trackers)}:
            numbers[name].append(number)
    return {
        name: encode(after - before - 1 for before, after in pairwise((-1, *chosen)))
        for name, chosen in sorted(numbers.items())
    }


def _months(papers: Sequence[SearchPaper]) -> tuple[tuple[str, int], ...]:
    first: dict[str, int] = {}
    for number, paper in enumerate(papers):
        first.setdefault(paper.month, number)
    return tuple(first.items())


_AUTHORS_SHOWN = 4


def _shown(paper: SearchPaper) -> ShownPaper:
    named = ", ".join(map(to_name, paper.authors[:_AUTHORS_SHOWN]))
    more = len(paper.authors) - _AUTHORS_SHOWN
    return ShownPaper(
        paper_id=paper.paper_id,
        title=paper.title,
        authors=f"{named} and {more:,} more" if more > 0 else named,
        date=paper.date,
        categories=paper.categories[:3],
        captured=paper.captured,
        x_only=paper.x_only,
    )


def _version(papers: Sequence[SearchPaper]) -> str:
    """Which paper has which number: files that agree in this fit together, whatever else changed."""
    return blake2b("\0".join(paper.paper_id for paper in papers).encode(), digest_size=6).hexdigest()
