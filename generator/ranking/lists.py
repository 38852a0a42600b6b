"""Every list of the site: each scope in each of its windows, with its papers. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import groupby

from generator.finding.arxiv_id import is_category
from generator.model.listing import Listing, Order, Scope, Window
from generator.model.records import Paper, RankedPaper, Tracker
from generator.model.site import Entered
from generator.model.stated import Stated
from generator.ranking.per_tracker import Reading
from generator.ranking.periods import PERIODS, PeriodKind
from generator.ranking.rank import (
    Formula,
    PaperBallots,
    place,
    rank_newest,
    rank_trending,
    submitted_order,
)
from generator.ranking.saved_searches import Finder, SavedSearch
from generator.ranking.size_limits import HOT_LIMIT, LIST_LIMIT, papers_in_list
from generator.ranking.windows import WITH_PEOPLE, windows_of
from generator.text.dates import month_title


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What the lists are made from."""

    papers: Mapping[str, Paper]
    ballots: Mapping[str, PaperBallots]
    formula: Formula
    now: datetime
    stated: Mapping[str, Stated] = field(default_factory=dict)
    """Paper id -> its code and who took it, as far as its texts state them."""
    readings: Mapping[str, Reading] = field(default_factory=dict)
    """By tracker."""
    hot: Mapping[str, Mapping[str, Entered]] = field(default_factory=dict)
    """Tracker, or empty for the whole site -> paper id -> when it became hot there; newest first."""


@dataclass(frozen=True)
class _Contents:
    """What the lists of one scope are made from."""

    scope: Scope
    papers: Mapping[str, Paper]
    ballots: Mapping[str, PaperBallots]
    make_newest: Callable[[], Sequence[RankedPaper]]
    """-> its papers, newest first."""
    lists_unmentioned: bool = False
    """What is trending ends with the papers that nobody posted about."""
    limit: int = LIST_LIMIT
    """Papers in one list."""

    @cached_property
    def newest(self) -> Sequence[RankedPaper]:
        """Its papers, newest first."""
        return self.make_newest()


def make_listings(
    captured: Captured,
    everything: tuple[RankedPaper, ...],
    trackers: Sequence[Tracker],
    home: Order,
    searches: Sequence[SavedSearch] = (),
) -> tuple[Listing, ...]:
    """Every list: each scope in each of its windows, the months of submission, and the days, weeks and months past.

    Args:
        captured: what the ranked lists are made from.
        everything: every paper, newest first.
        trackers: one scope each beside the whole site.
        home: the window at the root of the whole site and of each tracker.
        searches: the owner's saved searches.
    """
    listings: list[Listing] = []
    for contents in _scopes(captured, everything, trackers, searches):
        for window in windows_of(contents.scope.kind, home):
            papers = _CHOOSE[window.order](captured, contents, window)
            listings.append(Listing(scope=contents.scope, window=window, papers=papers))
    listings.extend(_months(everything))
    listings.extend(_past(captured))
    return tuple(listings)


def _scopes(
    captured: Captured,
    everything: tuple[RankedPaper, ...],
    trackers: Sequence[Tracker],
    searches: Sequence[SavedSearch],
) -> Iterator[_Contents]:
    yield _Contents(SITE, captured.papers, captured.ballots, lambda: everything)
    for tracker in trackers:
        yield _of_tracker(captured, tracker, papers_in_list(len(trackers)))
    for search in searches:
        yield _of_search(captured, everything, search)
    by_category: defaultdict[str, list[RankedPaper]] = defaultdict(list)
    for ranked in everything:
        for category in filter(is_category, ranked.paper.categories):
            by_category[category].append(ranked)
    for category in sorted(by_category):
        yield _of_category(captured, category, by_category[category])
    yield from _of_code_and_venues(captured, everything)


SITE = Scope(kind="site")


def _of_tracker(captured: Captured, tracker: Tracker, limit: int) -> _Contents:
    ballots = captured.readings[tracker.id].ballots

    def newest() -> Sequence[RankedPaper]:
        return rank_newest(captured.papers, ballots, now=captured.now, formula=captured.formula)

    scope = Scope(
        kind="tracker",
        id=tracker.id,
        title=tracker.title,
        within=f" Tracker: {tracker.title}.",
        tracker=tracker,
        posts_of=tracker.id,
    )
    return _Contents(scope, captured.papers, ballots, newest, limit=limit)


def _of_search(captured: Captured, everything: Sequence[RankedPaper], search: SavedSearch) -> _Contents:
    finds = Finder(search).finds
    matches = [ranked for ranked in everything if finds(ranked.paper, _speakers(ranked))]
    ballots = captured.readings[search.tracker].ballots if search.tracker else captured.ballots
    about = _what_it_finds(search)
    scope = Scope(kind="search", id=search.id, title=search.title, about=about, posts_of=search.tracker or "")
    return _some_papers(scope, matches, ballots, lists_unmentioned=not search.tracker)


def _speakers(ranked: RankedPaper) -> list[str]:
    accounts = [mention.post.account for mention in ranked.mentions]
    return [name for account in accounts for name in (account.name, account.handle) if name]


def _what_it_finds(search: SavedSearch) -> str:
    word_groups = (("about ", search.words), ("by ", search.authors), ("in ", search.categories))
    conditions = [f"that answer {search.query.strip()}"] if search.query.strip() else []
    conditions += [lead + " or ".join(members) for lead, members in word_groups if members]
    conditions += [f"without {' or '.join(search.exclude)}"] if search.exclude else []
    conditions += [f"of the tracker {search.tracker}"] if search.tracker else []
    return f"Papers {', '.join(conditions)}: those that people are posting about first."


def _of_category(captured: Captured, category: str, papers: Sequence[RankedPaper]) -> _Contents:
    scope = Scope(
        kind="category",
        id=category,
        title=category,
        about=f"Papers in {category}, cross-lists included; those with recent posts come first.",
        within=f" In {category}.",
    )
    return _some_papers(scope, papers, captured.ballots, lists_unmentioned=True)


def _of_code_and_venues(captured: Captured, everything: Sequence[RankedPaper]) -> Iterator[_Contents]:
    with_code: list[RankedPaper] = []
    by_venue: defaultdict[str, list[RankedPaper]] = defaultdict(list)
    for ranked in everything:
        stated = captured.stated.get(ranked.paper.id)
        if stated and stated.code:
            with_code.append(ranked)
        if stated and stated.venue:
            by_venue[stated.venue].append(ranked)
    if with_code:
        about = "Papers whose texts link to code, data or models: those that people are posting about first."
        scope = Scope(kind="code", id="code", title="Code", about=about)
        yield _some_papers(scope, with_code, captured.ballots, lists_unmentioned=True)
    for venue in sorted(by_venue):
        papers = by_venue[venue]
        if len(papers) >= VENUE_LEAST:
            slug = captured.stated[papers[0].paper.id].venue_slug
            about = f"Papers that {venue} took, as they state themselves: those that people are posting about first."
            scope = Scope(kind="venue", id=slug, title=venue, about=about)
            yield _some_papers(scope, papers, captured.ballots, lists_unmentioned=True)


VENUE_LEAST = 3
"""Papers of a conference or journal that make a list."""


def _some_papers(
    scope: Scope, papers: Sequence[RankedPaper], ballots: Mapping[str, PaperBallots], *, lists_unmentioned: bool
) -> _Contents:
    by_id = {ranked.paper.id: ranked.paper for ranked in papers}
    own_ballots = {paper_id: ballots[paper_id] for paper_id in by_id if paper_id in ballots}
    return _Contents(scope, by_id, own_ballots, lambda: papers, lists_unmentioned=lists_unmentioned)


def _trending(captured: Captured, contents: _Contents, window: Window) -> tuple[RankedPaper, ...]:
    with_unmentioned = contents.lists_unmentioned and window.span is None
    return rank_trending(
        contents.papers,
        contents.ballots,
        now=captured.now,
        formula=captured.formula,
        span=window.span,
        unmentioned=contents.papers.keys() if with_unmentioned else (),
        limit=contents.limit,
    )


def _newest(_captured: Captured, contents: _Contents, _window: Window) -> tuple[RankedPaper, ...]:
    return place(contents.newest[: contents.limit])


def _captured(_captured: Captured, contents: _Contents, _window: Window) -> tuple[RankedPaper, ...]:
    return most_captured(contents.newest, contents.limit)


def _hot(captured: Captured, contents: _Contents, _window: Window) -> tuple[RankedPaper, ...]:
    by_id = {ranked.paper.id: ranked for ranked in contents.newest}
    became_hot = captured.hot.get(contents.scope.posts_of, {})
    papers = [by_id[paper_id] for paper_id in became_hot if paper_id in by_id]
    limit = contents.limit if contents.scope.kind in WITH_PEOPLE else HOT_LIMIT
    return place(papers[:limit])


_CHOOSE: Mapping[Order, Callable[[Captured, _Contents, Window], tuple[RankedPaper, ...]]] = {
    "trending": _trending,
    "newest": _newest,
    "captured": _captured,
    "hot": _hot,
}


def most_captured(newest: Sequence[RankedPaper], limit: int) -> tuple[RankedPaper, ...]:
    """Of papers, newest first: those with anything captured about them, the most first; of equals, the newest first."""
    captured = [ranked for ranked in newest if ranked.captured]
    captured.sort(key=lambda ranked: -ranked.captured)
    return place(captured[:limit])


def _months(everything: Sequence[RankedPaper]) -> Iterator[Listing]:
    """The archive: all papers by month of submission, newest month first."""
    by_month: defaultdict[date, list[RankedPaper]] = defaultdict(list)
    for ranked in everything:
        submitted, _ = submitted_order(ranked.paper)
        by_month[date(submitted.year, submitted.month, 1)].append(ranked)
    for month, papers in sorted(by_month.items(), reverse=True):
        title = month_title(month)
        window = Window(
            path=f"archive/{month:%Y/%m}/",
            title=title,
            about=f"Papers submitted in {title}.",
            order="newest",
            month=f"{month:%Y-%m}",
            changes=False,
            compact=True,
        )
        yield Listing(scope=SITE, window=window, papers=place(papers))


def _past(captured: Captured) -> Iterator[Listing]:
    """The ranked lists of the days, weeks and months that have passed, each made of the posts of that time alone."""
    today = captured.now.astimezone(UTC).date()
    for period in PERIODS:
        of_periods: defaultdict[date, dict[str, PaperBallots]] = defaultdict(dict)
        for paper_id, of_paper in captured.ballots.items():
            for first_on, some in _split(of_paper, period):
                of_periods[first_on][paper_id] = some
        for first_on in sorted(of_periods, reverse=True):
            window = period.window(first_on)
            if window.last_on is not None and window.last_on < today:
                yield Listing(scope=SITE, window=window, papers=_ranked_in(captured, of_periods[first_on]))


def _split(of_paper: PaperBallots, period: PeriodKind) -> Iterator[tuple[date, PaperBallots]]:
    """The ballots about a paper by the first day of the period that they are from; ballots are newest first."""
    for first_on, run in groupby(
        of_paper.ballots, lambda ballot: period.first_day(ballot.mention.post.posted_at.date())
    ):
        some = tuple(run)
        yield first_on, of_paper if len(some) == len(of_paper) else PaperBallots(some)


def _ranked_in(captured: Captured, ballots: Mapping[str, PaperBallots]) -> tuple[RankedPaper, ...]:
    return rank_trending(
        captured.papers,
        ballots,
        now=captured.now,
        formula=captured.formula,
        span="all",
        limit=LIST_LIMIT,
    )
