"""The daily and the weekly digest: the papers of each day and week that is over, ranked by what was posted. Pure.

An issue never changes once it is out, so that a feed reader shows what the page shows. A post counts on its own day,
or, where it was seen after the issue of that day had closed, on the day on which it was seen: a network that was down
for a night loses nothing. What was seen more than three days late comes from an archive and stands in the lists alone.
Only what is removed leaves an issue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from generator.model.records import Ballot, Post
from generator.model.site import Digest, Issue, Period
from generator.ranking.hot import known_at
from generator.ranking.lists import Captured
from generator.ranking.rank import PaperBallots, rank_trending

WAITED = timedelta(hours=6)
"""After the end of a day its posts are waited for so long: scheduled runs come late, and networks answer late."""
ISSUES_MAX: Mapping[Period, int] = {"daily": 14, "weekly": 8}

_DAYS: Mapping[Period, int] = {"daily": 1, "weekly": 7}
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestScope:
    """What digests are made of: the whole site, a tracker or a saved search."""

    below: str
    """Its path: empty, `t/ml/`, `s/diffusion/`."""
    title: str
    ballots: Mapping[str, PaperBallots]


def make_digests(
    captured: Captured, scope: DigestScope, *, lengths: Mapping[Period, int], unknown: frozenset[str]
) -> tuple[Digest, ...]:
    """The last issues of either digest.

    Args:
        captured: its papers, its formula and its `now`, which says which days are over.
        scope: what the digests are made of.
        lengths: the most papers in an issue.
        unknown: ids of papers to leave out, because nothing but the id is known of them yet.
    """
    by_day = _by_day(scope.ballots, captured.now, unknown)
    digests = []
    for period in _DAYS:
        issues = tuple(_issues(captured, by_day, period, lengths[period]))
        digests.append(Digest(period=period, below=scope.below, of=scope.title, issues=issues))
    return tuple(digests)


def _by_day(
    ballots: Mapping[str, PaperBallots], now: datetime, unknown: frozenset[str]
) -> Mapping[int, Mapping[str, list[Ballot]]]:
    """Day of the digest (as an ordinal) -> paper id -> ballots, newest first."""
    oldest = now - timedelta(days=7 * ISSUES_MAX["weekly"] + 14)
    days: defaultdict[int, defaultdict[str, list[Ballot]]] = defaultdict(lambda: defaultdict(list))
    for paper_id, of_paper in ballots.items():
        if paper_id in unknown:
            continue
        for ballot in of_paper.ballots:
            post = ballot.mention.post
            if post.posted_at < oldest:
                break
            if known_at(post) == post.seen_at:
                days[_day_of(post)][paper_id].append(ballot)
    return days


def _day_of(post: Post) -> int:
    """The day on which a post counts: its own, or a later one whose issue was the first to be able to have it."""
    open_on = (post.seen_at - WAITED - _MOMENT).astimezone(UTC)
    return max(post.posted_at.astimezone(UTC).toordinal(), open_on.toordinal())


def _issues(
    captured: Captured, by_day: Mapping[int, Mapping[str, list[Ballot]]], period: Period, length: int
) -> Iterator[Issue]:
    """The issues that are out, newest first."""
    days = _DAYS[period]
    end = (captured.now - WAITED).astimezone(UTC).date()
    if period == "weekly":  # weeks begin on Monday
        end -= timedelta(days=end.weekday())
    for _ in range(ISSUES_MAX[period]):
        first = end - timedelta(days=days)
        closed_at = datetime.combine(end, time(), UTC) + WAITED
        papers = rank_trending(
            captured.papers,
            _ballots_of(by_day, first, end),
            now=closed_at,
            formula=captured.formula,
            span="all",  # everything in it counts in full
        )
        if papers:
            yield Issue(
                first_on=first,
                last_on=end - timedelta(days=1),
                closed_at=closed_at,
                papers=papers[:length],
                more=len(papers[length:]),
            )
        end = first


def _ballots_of(by_day: Mapping[int, Mapping[str, list[Ballot]]], first: date, end: date) -> dict[str, PaperBallots]:
    """What counts from the day `first` on and before the day `end`."""
    by_paper: defaultdict[str, list[Ballot]] = defaultdict(list)
    for day in range(end.toordinal() - 1, first.toordinal() - 1, -1):
        for paper_id, ballots in by_day.get(day, {}).items():
            by_paper[paper_id] += ballots
    chosen = {}
    for paper_id, ballots in by_paper.items():
        chosen[paper_id] = PaperBallots(ballots)
        chosen[paper_id].echo = 0.0  # what networks count goes on growing, and would change the order of an issue
    return chosen
