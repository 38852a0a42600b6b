"""The sample's made-up papers. Pure, save that `load_drafts` reads the program's own file."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.maker.dice import Dice
from benchmarks.maker.people import COLLABORATION, FAMILY, GIVEN, SPECIAL_AUTHORS
from generator.finding import arxiv_id
from generator.model.records import Paper

MADE_UP = "made up for the sample of Trending arXiv"
_SLOT = re.compile(r"<<(.*?)>>")
_FIRST_NUMBER = 60_000
"""arXiv gives out fewer than 40,000 ids a month: what is numbered from here on does not exist."""
_SPAN_DAYS = 45
_PAPERS_A_DAY = 300
_OLD_EVERY = 12
_OLD: tuple[tuple[str, int, int], ...] = (
    ("hep-th/9901", 870, 999),
    ("math/0309", 870, 999),
    ("0906", 9870, 9999),
    ("1602", 90_000, 90_129),
    ("quant-ph/9905", 870, 999),
    ("2101", 90_000, 90_129),
)
"""(id before its number, first number, last) of papers that come back after years."""


class Draft(NamedTuple):
    """A paper before its words are chosen."""

    field: str
    """The tracker that reads it."""
    categories: tuple[str, ...]
    title: str
    abstract: str
    comments: tuple[str, ...]


class MadePaper(NamedTuple):
    """A paper, and what people say about it."""

    paper: Paper
    draft: Draft


def load_drafts() -> tuple[Draft, ...]:
    """The drafts that come with the program."""
    with (Path(__file__).parent / "drafts.toml").open("rb") as file:
        drafts = tomllib.load(file)["draft"]
    return tuple(
        Draft(
            draft["field"],
            tuple(draft["categories"]),
            draft["title"],
            " ".join(draft["abstract"].split()),
            tuple(draft["comments"]),
        )
        for draft in drafts
    )


def make_papers(drafts: Sequence[Draft], count: int, now: datetime, dice: Dice) -> list[MadePaper]:
    """Make up so many papers, each with its own id: most of the last weeks, some old."""
    span_days = max(_SPAN_DAYS, count // _PAPERS_A_DAY)
    old_ids = _old_ids(count)
    recent = count - len(old_ids)
    times = sorted(
        now - timedelta(seconds=int(dice.random() ** 1.5 * span_days * 86_400) + 3600) for _ in range(recent)
    )
    ids = _recent_ids(times)
    submitted = [*zip(ids, times, strict=True), *((old, _in_month(old, dice)) for old in old_ids)]
    order: list[Draft] = []
    titles: Counter[str] = Counter()
    made = []
    for place, (paper_id, at) in enumerate(dice.shuffled(submitted)):
        order = order or dice.shuffled(drafts)
        draft = order.pop()
        title = _filled(draft.title, dice)
        titles[title] += 1
        if titles[title] > 1:
            title = f"{title}, Part {_roman(titles[title])}"
        paper = _paper(draft, paper_id, _When(at, now), place, dice)
        made.append(MadePaper(msgspec.structs.replace(paper, title=title), draft))
    return made


def _old_ids(count: int) -> list[str]:
    wanted = count // _OLD_EVERY
    ids = []
    for number in range(wanted):
        prefix, first, last = _OLD[number % len(_OLD)]
        own = first + number // len(_OLD)
        if own <= last:
            ids.append(f"{prefix}{own:03d}" if "/" in prefix else f"{prefix}.{own}")
    return ids


def _recent_ids(times: Sequence[datetime]) -> list[str]:
    """Ids in the order of submission, as arXiv gives them out."""
    numbers: defaultdict[str, int] = defaultdict(lambda: _FIRST_NUMBER)
    ids = []
    for at in times:
        month = f"{at:%y%m}"
        numbers[month] += 1 + at.second % 3
        ids.append(f"{month}.{numbers[month]:05d}")
    return ids


def _in_month(paper_id: str, dice: Dice) -> datetime:
    year, month = arxiv_id.month_of(paper_id)
    first = datetime.fromisoformat(f"{year:04d}-{month:02d}-01T00:00:00+00:00")
    return first + timedelta(seconds=int(dice.random() * 27 * 86_400))


class _When(NamedTuple):
    submitted_at: datetime
    now: datetime


def _paper(draft: Draft, paper_id: str, when: _When, place: int, dice: Dice) -> Paper:
    at, now = when
    version = dice.pick((1, 1, 1, 2, 3))
    revised = min(at + timedelta(hours=dice.between(20, 400)), now - timedelta(minutes=30)) if version > 1 else at
    old = at.year < now.year
    return Paper(
        id=paper_id,
        version=version,
        title=draft.title,
        authors=_authors(place, dice),
        abstract=_filled(draft.abstract, dice),
        categories=(paper_id.partition("/")[0], *draft.categories) if "/" in paper_id else draft.categories,
        submitted_at=at,
        revised_at=revised,
        comment=f"{dice.between(6, 48)} pages, {dice.between(2, 14)} figures; {MADE_UP}",
        journal_ref=f"J. Imag. Res. {at.year - 1990} ({at.year}) {dice.between(1, 900)}" if old else None,
        doi=f"10.5555/{paper_id.replace('/', '.')}" if old else None,
        withdrawn=place == _WITHDRAWN,
        fetched_at=max(at, now - timedelta(days=dice.between(0, 9))),
    )


_WITHDRAWN = 41
_MANY_AUTHORS, _COLLABORATION, _SPECIAL = 4, 9, 14
"""Places of the papers with 40 authors, a collaboration, and names in other scripts."""


def _authors(place: int, dice: Dice) -> tuple[str, ...]:
    if place == _MANY_AUTHORS:
        return tuple(_name(dice) for _ in range(40))
    names = [_name(dice) for _ in range(dice.pick((1, 2, 2, 3, 3, 4, 5, 7)))]
    if place == _COLLABORATION:
        return (COLLABORATION, *names)
    if place % 20 == _SPECIAL:
        return (*names[:2], *SPECIAL_AUTHORS)
    return tuple(dict.fromkeys(names))


def _name(dice: Dice) -> str:
    initial = f"{dice.pick('ABCDEFGHJKLMNPRSTVW')}. " if dice.random() < 0.3 else ""
    return f"{dice.pick(GIVEN)} {initial}{dice.pick(FAMILY)}"


def _filled(text: str, dice: Dice) -> str:
    return _SLOT.sub(lambda slot: dice.pick(slot[1].split("|")), text)


def _roman(number: int) -> str:
    return next(
        digits + (_roman(number - value) if number > value else "")
        for value, digits in (
            (100, "C"),
            (90, "XC"),
            (50, "L"),
            (40, "XL"),
            (10, "X"),
            (9, "IX"),
            (5, "V"),
            (4, "IV"),
            (1, "I"),
        )
        if number >= value
    )
