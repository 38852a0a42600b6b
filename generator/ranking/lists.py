"""Which lists the site has, and what stands in each. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from generator.finding.arxiv_id import is_category
from generator.model.records import Paper, RankedPaper, Tracker, Window
from generator.model.site import Listing, Order
from generator.ranking.per_tracker import Reading
from generator.ranking.rank import Formula, PaperBallots, place, rank_newest, rank_trending, submitted_order
from generator.ranking.saved_searches import Finder, SavedSearch
from generator.ranking.size_limits import papers_in_list, papers_in_newest

_WINDOWS: tuple[tuple[Window, str], ...] = (
    ("day", "Today"),
    ("week", "This week"),
    ("month", "This month"),
    ("year", "This year"),
    ("all", "All time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What the lists are made from."""

    papers: Mapping[str, Paper]
    ballots: Mapping[str, PaperBallots]
    formula: Formula
    now: datetime
    readings: Mapping[str, Reading] = field(default_factory=dict)
    """By tracker."""


def make_listings(
    captured: Captured,
    everything: tuple[RankedPaper, ...],
    trackers: Sequence[Tracker],
    home: Order,
    searches: Sequence[SavedSearch] = (),
) -> tuple[Listing, ...]:
    """Every list: home, new, captured and the windows; the same per tracker; saved searches; categories; months.

    Args:
        captured: what the ranked lists are made from.
        everything: every paper, newest first.
        trackers: one scope each beside the whole site.
        home: what stands on the home page of each scope.
        searches: the owner's saved searches.
    """
    return (
        *_scope(captured, None, home, everything),
        *(listing for tracker in trackers for listing in _scope(captured, tracker, home, None, among=len(trackers))),
        *_searches(captured, everything, searches),
        *_categories(captured, everything),
        *_months(everything),
    )


def _scope(
    captured: Captured,
    tracker: Tracker | None,
    home: Order,
    newest: tuple[RankedPaper, ...] | None,
    *,
    among: int = 1,
) -> Iterator[Listing]:
    """The lists of the whole site, or of one tracker `among` so many; `newest` where it is made already."""
    ballots = captured.readings[tracker.id].ballots if tracker else captured.ballots
    prefix, name, whose = (f"t/{tracker.id}/", f"t-{tracker.id}-", tracker.title) if tracker else ("", "", "")

    def trending(window: Window | None) -> tuple[RankedPaper, ...]:
        return rank_trending(
            captured.papers,
            ballots,
            now=captured.now,
            formula=captured.formula,
            window=window,
            limit=papers_in_list(among),
        )

    if newest is None:
        newest = rank_newest(captured.papers, ballots, now=captured.now, formula=captured.formula)
    dated: dict[Order, tuple[RankedPaper, ...]] = {
        "newest": newest[: papers_in_newest(among)] if tracker else newest,
        "captured": most_captured(newest, papers_in_list(among)),
    }

    def listing(path: str, title: str, about: str, order: Order, window: Window | None) -> Listing:
        api = path.strip("/").replace("/", "-") or "home"
        return Listing(
            path=prefix + path,
            api_name=(name + api) if path or not tracker else f"t-{tracker.id}",
            title=f"{title} · {whose}" if whose and path else whose or title,
            description=about + (f" In the reading of {whose}." if whose else ""),
            order=order,
            window=window,
            tracker=tracker,
            category=None,
            month=None,
            papers=trending(window) if order == "trending" else dated[order],
        )

    for path, title, about, order, window in _lists_of_a_scope(home):
        yield listing(path, title, about, order, window)


def _lists_of_a_scope(home: Order) -> Iterator[tuple[str, str, str, Order, Window | None]]:
    """(path below the scope, title, description, order, window) of each."""
    yield "", _TITLES[home], _ABOUT[home], home, None
    yield "new/", _TITLES["newest"], _ABOUT["newest"], "newest", None
    if home == "newest":
        yield "trending/", _TITLES["trending"], _ABOUT["trending"], "trending", None
    yield "captured/", _TITLES["captured"], _ABOUT["captured"], "captured", None
    for window, title in _WINDOWS:
        yield (
            f"top/{window}/",
            title,
            f"Papers by the people who posted about them: {title.lower()}.",
            "trending",
            window,
        )


def most_captured(newest: Sequence[RankedPaper], limit: int) -> tuple[RankedPaper, ...]:
    """Of papers, newest first: those with anything captured about them, the most first; of equals, the newest first."""
    return place(sorted((each for each in newest if each.captured), key=lambda each: -each.captured)[:limit])


_TITLES: dict[Order, str] = {"trending": "Trending", "newest": "Newest", "captured": "Most captured"}
_ABOUT: dict[Order, str] = {
    "trending": "Papers that people are posting about now: one person, one vote, fading with time.",
    "newest": "Papers that people posted about, by submission date.",
    "captured": "Papers by the number of captured posts, reposts, quotes, replies and likes about them, ever.",
}


def _searches(
    captured: Captured, everything: tuple[RankedPaper, ...], searches: Sequence[SavedSearch]
) -> Iterator[Listing]:
    for search in searches:
        finds = Finder(search).finds
        found = {ranked.paper.id: ranked.paper for ranked in everything if finds(ranked.paper)}
        all_ballots = captured.readings[search.tracker].ballots if search.tracker else captured.ballots
        yield Listing(
            path=f"s/{search.id}/",
            api_name=f"s-{search.id}",
            title=search.title,
            description=_what_it_finds(search),
            order="trending",
            window=None,
            tracker=None,
            category=None,
            month=None,
            search=search.id,
            papers=rank_trending(
                found,
                {paper_id: all_ballots[paper_id] for paper_id in found if paper_id in all_ballots},
                now=captured.now,
                formula=captured.formula,
                unmentioned=() if search.tracker else found.keys(),
            ),
        )


def _what_it_finds(search: SavedSearch) -> str:
    wanted = (("about ", search.words), ("by ", search.authors), ("in ", search.categories))
    told = [lead + " or ".join(members) for lead, members in wanted if members]
    told += [f"in the reading of {search.tracker}"] if search.tracker else []
    return f"Papers {', '.join(told)}: those that people are posting about first."


def _categories(captured: Captured, everything: tuple[RankedPaper, ...]) -> Iterator[Listing]:
    by_category: defaultdict[str, dict[str, Paper]] = defaultdict(dict)
    for ranked in everything:
        for category in filter(is_category, ranked.paper.categories):
            by_category[category][ranked.paper.id] = ranked.paper
    for category, papers in sorted(by_category.items()):
        yield Listing(
            path=f"c/{category}/",
            api_name=f"c-{category}",
            title=category,
            description=f"Papers in {category}, cross-lists included: those that people are posting about first.",
            order="trending",
            window=None,
            tracker=None,
            category=category,
            month=None,
            papers=rank_trending(
                papers,
                {paper_id: captured.ballots[paper_id] for paper_id in papers if paper_id in captured.ballots},
                now=captured.now,
                formula=captured.formula,
                unmentioned=papers.keys(),
            ),
        )


def _months(everything: tuple[RankedPaper, ...]) -> Iterator[Listing]:
    by_month: defaultdict[tuple[int, int], list[RankedPaper]] = defaultdict(list)
    for ranked in everything:
        submitted, _ = submitted_order(ranked.paper)
        by_month[submitted.year, submitted.month].append(ranked)
    for (year, month), papers in sorted(by_month.items(), reverse=True):
        yield Listing(
            path=f"archive/{year:04d}/{month:02d}/",
            api_name=f"archive-{year:04d}-{month:02d}",
            title=f"{_MONTHS[month - 1]} {year}",
            description=f"Papers submitted in {_MONTHS[month - 1]} {year}.",
            order="newest",
            window=None,
            tracker=None,
            category=None,
            month=f"{year:04d}-{month:02d}",
            papers=place(papers),
        )


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
