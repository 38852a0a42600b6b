"""The index that the search page reads: words -> papers, cut into files small enough to be fetched while one types.

Papers are numbered from 0 by primary category and then by people, so that the rows of an answer stand in few files:
papers about one thing are of few categories, and of equals those of most people come first. What stands in the files,
and how the page uses them, is in docs/reading.md.
Pure: the same papers are the same bytes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from itertools import pairwise
from typing import TypeVar

import msgspec

from generator.text.latex import to_name
from generator.text.words import COMMON, compounds, spelt_out, without_latex, words, words_of_latex

FILE_CHARS = 18_000
"""Characters of one file of words: about 10 KB on the wire."""
ROWS_PER_FILE = 96
AUTHORS_MAX = 500
"""Authors of one paper that can be found by name; collaborations have thousands."""
COMMENT_CHARS = 4_000
"""Characters of all comments on one paper that can be found."""
ABSTRACT_CHARS = 10_000
PEOPLE_MAX = 60
"""People that the page finds by one word of their names."""
PAIRS = 65_521
"""Pairs of neighbouring words are told apart by a number below this one: phrases are found by them."""
WORD_HASH = 1 << 20
EPOCH = date(1991, 1, 1)
"""Dates are days since then."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
"""Of a number: the lower 32 end it, the upper 32 say that more follow."""
_HALF = 32
_BITS = 5
_TITLE, _AUTHOR = 3, 4
"""Of a posting's three low bits: how often the text has the word (0 to 2; 3: in the title), 4: an author's name."""
_OFTEN = 4
_LOW_BITS = 3
_TYPO_LETTERS = 4
"""Shorter words are not mended: another letter makes another word."""
_MANY_PAPERS = 2_000
"""From here on a word of one paper alone is taken for a typing error, and offered to nobody."""
_ONE_POSTING = 4
"""Characters of most words that one paper has; some of two papers are as short."""


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
    speakers: tuple[str, ...]
    """Names and handles of those who posted about it."""
    submitted_on: date
    date: str
    """As shown: `20 Nov 2026`, or `Nov 2026` where the day is unknown."""
    captured: int
    people: int
    x_only: bool
    """No mention is from another network: the line speaks of tweets."""
    marks: tuple[str, ...] = ()
    """What `has:` asks for: `code`, `venue`."""


class SearchPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a page, as the search finds them."""

    slug: str
    """Of the page: `/by/<slug>/`."""
    name: str
    papers: int


class ShownPaper(msgspec.Struct, frozen=True, array_like=True):
    """What a row of the found papers shows."""

    paper_id: str
    title: str
    authors: str
    date: str
    categories: tuple[str, ...]
    captured: int
    x_only: bool
    people: int


class WordFile(msgspec.Struct, frozen=True):
    """Words from one letter of the alphabet to another, in order, with the papers that have them."""

    version: str
    words: dict[str, str]


class PairFile(msgspec.Struct, frozen=True):
    """Numbers of pairs of words, with the papers that have them."""

    version: str
    pairs: dict[int, str]


class ChoiceFile(msgspec.Struct, frozen=True):
    """The papers of one category or tracker, or with code."""

    version: str
    papers: str


class DateFile(msgspec.Struct, frozen=True):
    """The day on which each paper was submitted, since EPOCH."""

    version: str
    days: str


class VocabularyFile(msgspec.Struct, frozen=True):
    """Words that a typing error may stand for: of each how many letters it shares with the one before, and the rest."""

    version: str
    words: str


class PaperFile(msgspec.Struct, frozen=True):
    """Papers to show."""

    version: str
    papers: tuple[ShownPaper, ...]


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What the page reads first: how many papers there are, and which file holds which words."""

    version: str
    """The same in all files that number the papers alike: the page must not mix others."""
    papers: int
    per_file: int
    """Papers in one file of rows."""
    people: str
    """How many people posted about each paper."""
    cuts: tuple[str, ...]
    """The first word of each file of words."""
    pairs: tuple[int, ...]
    """The first pair of each file of pairs."""
    common: tuple[str, ...]
    """Words that are not in the index."""


File = Contents | WordFile | PairFile | ChoiceFile | DateFile | VocabularyFile | PaperFile


def make_index(papers: Sequence[SearchPaper], people: Iterable[SearchPerson] = ()) -> dict[str, File]:
    """The files of the index by their paths below `search/`.

    Args:
        papers: in the order in which they are numbered.
        people: in the order in which the page shows them.
    """
    version = _version(papers)
    postings, pairs = _postings_of(papers)
    postings.update(_people_by_word(people))
    word_runs = list(_runs(sorted(postings), postings))
    pair_runs = list(_runs(sorted(pairs), pairs))
    files: dict[str, File] = {
        "index.json": Contents(
            version=version,
            papers=len(papers),
            per_file=ROWS_PER_FILE,
            people=encode(paper.people for paper in papers),
            cuts=tuple(run[0] for run in word_runs),
            pairs=tuple(run[0] for run in pair_runs),
            common=tuple(sorted(COMMON)),
        )
    }
    for number, word_run in enumerate(word_runs):
        files[f"words/{number}.json"] = WordFile(version, {word: postings[word] for word in word_run})
    for number, pair_run in enumerate(pair_runs):
        files[f"pairs/{number}.json"] = PairFile(version, {pair: pairs[pair] for pair in pair_run})
    for name, numbers in _choices(papers).items():
        files[f"in/{name}.json"] = ChoiceFile(version, numbers)
    for number, rows in enumerate(_rows(papers)):
        files[f"papers/{number}.json"] = PaperFile(version, rows)
    if not papers:
        return files
    days = encode((paper.submitted_on - EPOCH).days for paper in papers)
    files["dates.json"] = DateFile(version, days)
    files["vocabulary.json"] = VocabularyFile(version, _vocabulary(postings, len(papers)))
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


def word_hash(word: str) -> int:
    """What a pair is counted with; search.js counts it in the same way."""
    number = 0
    for char in word:
        number = (number * 31 + ord(char)) % WORD_HASH
    return number


class _Hashes(dict[str, int]):
    def __missing__(self, word: str) -> int:
        number = self[word] = word_hash(word)
        return number


def _postings_of(papers: Sequence[SearchPaper]) -> tuple[dict[str, str], dict[int, str]]:
    """Word -> for each paper that has it 8 x (papers between it and the one before) + its low bits; pair -> papers."""
    by_word_numbers: defaultdict[str, list[int]] = defaultdict(list)
    pairs: defaultdict[int, list[int]] = defaultdict(list)
    hashes = _Hashes()
    for number, paper in enumerate(papers):
        plain = without_latex(_text_of(paper))
        text = words(plain)
        first = number << _LOW_BITS
        postings = [first | low_bits for low_bits in range(1 << _LOW_BITS)]  # Shared by all words of the paper.
        for word, low_bits in _weigh(paper, text).items():
            by_word_numbers[word].append(postings[low_bits])
        here = _pairs(text, hashes)
        for compound in compounds(plain):
            joined = [hashes[word] for word in compound]
            here.update((first * 131 + second * 8191 + 1) % PAIRS for first, second in pairwise(joined))
        for name in paper.authors[:AUTHORS_MAX]:
            here |= _pairs(words(to_name(name)), hashes)
        for pair in here:
            pairs[pair].append(number)
    by_word = {
        word: _encode_gaps(postings, _LOW_BITS) for word, postings in by_word_numbers.items() if word not in COMMON
    }
    return by_word, {pair: _encode_gaps(numbers, 0) for pair, numbers in pairs.items()}


def _people_by_word(people: Iterable[SearchPerson]) -> dict[str, str]:
    """A word of a name or slug, and `@` -> a line for each person: slug, papers and name, with tabs between."""
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for person in people:
        name = " ".join(person.name.split())
        line = f"{person.slug}\t{person.papers}\t{name}"
        for word in dict.fromkeys(words(f"{name} {person.slug}")):
            if len(lines[word]) < PEOPLE_MAX:
                lines[word].append(line)
    return {f"{word}@": "\n".join(person_lines) for word, person_lines in lines.items()}


def _text_of(paper: SearchPaper) -> str:
    comments = " ".join(paper.comments)[:COMMENT_CHARS]
    return "\n".join((paper.title_latex, paper.abstract[:ABSTRACT_CHARS], *paper.remarks, comments))


def _pairs(text: Sequence[str], hashes: Mapping[str, int]) -> set[int]:
    numbers = [hashes[word] for word in text]
    return {(first * 8191 + second) % PAIRS for first, second in pairwise(numbers)}


def _weigh(paper: SearchPaper, text: Sequence[str]) -> dict[str, int]:
    """Word of a paper -> the low bits of its posting."""
    counts = Counter(text)
    bits = dict.fromkeys(counts, 0)
    for word, count in counts.items():
        if count > 1:
            bits[word] = 1 if count < _OFTEN else 2
    bits.update(dict.fromkeys((*words_of_latex(paper.title_latex), *words(paper.title)), _TITLE))
    names = "\n".join(map(to_name, paper.authors[:AUTHORS_MAX]))
    for word in {*words(names), *spelt_out(names)}:
        bits[word] = bits.get(word, 0) | _AUTHOR
    for word in spelt_out(paper.title):
        bits.setdefault(word, _TITLE)
    for name in (paper.paper_id, *map(str.lower, paper.categories)):
        bits.setdefault(name, 0)
    for word in words(" ".join(paper.speakers)):
        bits[f"by:{word}"] = 0
    return bits


def _encode_gaps(numbers: Iterable[int], low_bits: int) -> str:
    """How far each number is from the least that could follow the one before; the low bits stand as they are."""
    digits = []
    due = 0
    for number in numbers:
        gap = number - due
        digits.append(_SHORT[gap] if gap < _SHORT_TO else _encode_one(gap))
        due = ((number >> low_bits) + 1) << low_bits
    return "".join(digits)


_Key = TypeVar("_Key", str, int)


def _runs(ordered: Sequence[_Key], encoded: Mapping[_Key, str]) -> Iterator[tuple[_Key, ...]]:
    """The words in runs of about FILE_CHARS characters; a run has at least one word."""
    run: list[_Key] = []
    size = 0
    for key in ordered:
        length = len(encoded[key]) + len(str(key)) + 6
        if run and size + length > FILE_CHARS:
            yield tuple(run)
            run, size = [], 0
        run.append(key)
        size += length
    if run:
        yield tuple(run)


def _choices(papers: Sequence[SearchPaper]) -> dict[str, str]:
    """`c/<category>`, `t/<tracker>` and `has/<mark>` -> their papers, as gaps between one and the next."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, paper in enumerate(papers):
        names = {f"c/{choice}" for choice in paper.categories}
        names.update(f"t/{choice}" for choice in paper.trackers)
        names.update(f"has/{choice}" for choice in paper.marks)
        for name in names:
            numbers[name].append(number)
    return {name: _encode_gaps(chosen, 0) for name, chosen in sorted(numbers.items())}


def _vocabulary(postings: Mapping[str, str], papers: int) -> str:
    """Every word that a typing error may stand for, in order: a digit of base 36, then what follows."""
    entries = []
    before = ""
    for word in sorted(postings):
        rare = papers >= _MANY_PAPERS and len(postings[word]) <= _ONE_POSTING
        if rare or len(word) < _TYPO_LETTERS or not word.isalpha():
            continue
        shared = 0
        while shared < min(len(word), len(before)) and word[shared] == before[shared]:
            shared += 1
        entries.append(_DIGITS[shared] + word[shared:])
        before = word
    return " ".join(entries)


def _rows(papers: Sequence[SearchPaper]) -> Iterator[tuple[ShownPaper, ...]]:
    rows = [_shown(paper) for paper in papers]
    for start in range(0, len(rows), ROWS_PER_FILE):
        yield tuple(rows[start : start + ROWS_PER_FILE])


_AUTHORS_SHOWN = 2


def _shown(paper: SearchPaper) -> ShownPaper:
    names = ", ".join(map(to_name, paper.authors[:_AUTHORS_SHOWN]))
    more = len(paper.authors) - _AUTHORS_SHOWN
    return ShownPaper(
        paper_id=paper.paper_id,
        title=paper.title,
        authors=f"{names} and {more:,} more" if more > 0 else names,
        date=paper.date,
        categories=paper.categories[:2],
        captured=paper.captured,
        x_only=paper.x_only,
        people=paper.people,
    )


def _version(papers: Sequence[SearchPaper]) -> str:
    """Which paper has which number: files that agree in this fit together, whatever else changed."""
    return blake2b("\0".join(paper.paper_id for paper in papers).encode(), digest_size=6).hexdigest()
