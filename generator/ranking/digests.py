"""The daily and the weekly digest: the papers of each day and week that is over, ranked by what was posted in it. Pure.

An issue never changes once it is out, so that a feed reader shows what the page shows: it counts the posts of its days
that had been seen when it closed, some hours after its end. What comes later (a network that was down, an imported
archive) stands in the lists, not in a digest that subscribers have read. Only what is removed leaves an issue.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from generator.model.site import Digest, Issue, Period
from generator.ranking.lists import Captured
from generator.ranking.rank import Ballot, PaperBallots, rank_trending

WAITED = timedelta(hours=6)
"""After the end of a day its posts are waited for so long: scheduled runs come late, and networks answer late."""
PAPERS_MAX: Mapping[Period, int] = {"daily": 20, "weekly": 30}
ISSUES_MAX: Mapping[Period, int] = {"daily": 14, "weekly": 8}

_DAYS: Mapping[Period, int] = {"daily": 1, "weekly": 7}
_ByDay = Mapping[int, Mapping[str, list[Ballot]]]


def make_digests(captured: Captured, unknown: frozenset[str]) -> tuple[Digest, ...]:
    """The last issues of either digest.

    Args:
        captured: what is ranked; its `now` says which days are over.
        unknown: ids of papers to leave out, because nothing but the id is known of them yet.
    """
    ends = {period: _last_end(captured.now, period) for period in _DAYS}
    oldest = min(end - timedelta(days=_DAYS[period] * ISSUES_MAX[period]) for period, end in ends.items())
    by_day = _by_day(captured.ballots, since=oldest, leave_out=unknown)
    return tuple(Digest(period=period, issues=tuple(_issues(captured, by_day, period, end)))
                 for period, end in ends.items())  # fmt: skip


def _last_end(now: datetime, period: Period) -> date:
    """The day after the last period that is closed; weeks begin on Monday."""
    today = (now - WAITED).astimezone(UTC).date()
    return today - timedelta(days=today.weekday()) if period == "weekly" else today


def _by_day(ballots: Mapping[str, PaperBallots], *, since: date, leave_out: frozenset[str]) -> _ByDay:
    """Day (as an ordinal, UTC) -> paper id -> ballots, newest first."""
    first = since.toordinal()
    days: defaultdict[int, defaultdict[str, list[Ballot]]] = defaultdict(lambda: defaultdict(list))
    for paper_id, of_paper in ballots.items():
        if paper_id in leave_out:
            continue
        for ballot in of_paper.ballots:
            day = ballot.mention.post.posted_at.astimezone(UTC).toordinal()
            if day < first:
                break
            days[day][paper_id].append(ballot)
    return days


def _issues(captured: Captured, by_day: _ByDay, period: Period, end: date) -> Iterator[Issue]:
    length = timedelta(days=_DAYS[period])
    for _ in range(ISSUES_MAX[period]):
        first, last = end - length, end - timedelta(days=1)
        closed_at = datetime.combine(end, time(), UTC) + WAITED
        papers = rank_trending(
            captured.papers,
            _ballots_in(by_day, first, end, closed_at),
            now=closed_at,
            formula=captured.formula,
            span="all",  # everything in it counts in full
        )
        most = PAPERS_MAX[period]
        if papers:
            yield Issue(
                first_on=first, last_on=last, closed_at=closed_at, papers=papers[:most], more=len(papers[most:])
            )
        end = first


def _ballots_in(by_day: _ByDay, first: date, end: date, closed_at: datetime) -> dict[str, PaperBallots]:
    """What was posted from `first` on and before `end`, and seen before the issue closed."""
    in_time: defaultdict[str, list[Ballot]] = defaultdict(list)
    for day in range(end.toordinal() - 1, first.toordinal() - 1, -1):
        for paper_id, of_paper in by_day.get(day, {}).items():
            in_time[paper_id] += [ballot for ballot in of_paper if ballot.mention.post.seen_at <= closed_at]
    return {paper_id: PaperBallots(of_paper) for paper_id, of_paper in in_time.items() if of_paper}
