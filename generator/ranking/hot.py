"""The hot list: each paper once, dated by the moment at which several people had spoken about it. Pure.

A paper becomes hot when its third person (`feeds.hot.people`) speaks, or when a post lifts it into the first ten
(`feeds.hot.top`) of the last 24 hours. After 30 days of silence it starts anew.

The pass follows the order in which the site learned of the posts, so that a post that is seen late never changes an
entry that subscribers have. The dates are those of the posts, so that an imported archive has the dates of its time.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from generator.model.records import Ballot, Post
from generator.model.site import Entered
from generator.ranking.rank import PaperBallots

SILENCE = timedelta(days=30)
"""A paper that nobody posted about for so long is new when somebody does."""
LATE = timedelta(days=3)
"""A post that is seen later than this after it was posted comes from an archive: it belongs to its own time."""
_DAY = timedelta(days=1)
_UNITS = 10_000
"""Scores are counted in whole ten-thousandths: sums of floats would depend on their order."""


def known_at(post: Post) -> datetime:
    """When the site learned of a post; the time of the post itself where it comes from an archive."""
    is_live = post.posted_at <= post.seen_at <= post.posted_at + LATE
    return post.seen_at if is_live else post.posted_at


def hot_papers(ballots: Mapping[str, PaperBallots], *, people: int, top: int) -> tuple[Entered, ...]:
    """The papers of a view in the order in which they became hot, the newest first; each by its last return.

    Args:
        ballots: those of the view, by paper.
        people: number of people that makes a paper hot.
        top: number of places at the top of the last 24 hours that make a paper hot.
    """
    spells: dict[str, _Spell] = {}
    hot: dict[str, Entered] = {}
    day = _Day()
    for ballot in _in_order(ballot for about in ballots.values() for ballot in about.ballots):
        post, paper_id = ballot.mention.post, ballot.mention.paper_id
        spell = spells.get(paper_id)
        if spell is None or post.posted_at - spell.last_at > SILENCE:
            spell = spells[paper_id] = _Spell(post.posted_at)
        spell.last_at = max(spell.last_at, post.posted_at)
        if ballot.weight and not ballot.bot:
            spell.people.add(ballot.person)
        place = day.add(ballot)
        if not spell.is_hot and (len(spell.people) >= people or place <= top):
            spell.is_hot = True
            hot[paper_id] = Entered(paper_id, spell.last_at, known_at(post), again=paper_id in hot)
    return tuple(sorted(hot.values(), key=lambda entry: (entry.at, entry.paper_id), reverse=True))


def first_seen(paper_id: str, ballots: Sequence[Ballot], *, fades: bool) -> Entered | None:
    """When a paper entered a list of all papers; None if nobody posted about it.

    Args:
        paper_id: the paper.
        ballots: those of the view.
        fades: a paper leaves the list when nobody posts about it, and comes anew after 30 days of silence.
    """
    entered = None
    last_at = None
    for ballot in _in_order(ballots):
        post = ballot.mention.post
        if entered is None or (fades and last_at and post.posted_at - last_at > SILENCE):
            entered = Entered(paper_id, post.posted_at, known_at(post), again=False)
        last_at = max(last_at or post.posted_at, post.posted_at)
    return entered


def _in_order(ballots: Iterable[Ballot]) -> list[Ballot]:
    """Ballots in the order in which the site learned of them."""

    def order(ballot: Ballot) -> tuple[datetime, datetime, str, str]:
        post = ballot.mention.post
        return known_at(post), post.posted_at, post.id, ballot.mention.paper_id

    return sorted(ballots, key=order)


@dataclass(slots=True)
class _Spell:
    """The posts about a paper between two silences."""

    last_at: datetime
    people: set[str] = field(default_factory=set)
    is_hot: bool = False


class _Day:
    """The scores of the 24 hours up to the newest post: one person is one vote, as in `rank`, without decay."""

    def __init__(self) -> None:
        self._waiting: list[tuple[datetime, int, str, str, int]] = []
        """(time, running number, paper, person, value) of every vote of the day, as a heap."""
        self._values: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        """What each person did about each paper on the day."""
        self._score_of: defaultdict[str, int] = defaultdict(int)
        self._scores: list[int] = []
        """The scores of all papers, sorted."""
        self._newest: datetime | None = None
        self._number = 0

    def add(self, ballot: Ballot) -> float:
        """Count a ballot; the place of its paper then, infinite where the paper has no score.

        Equal scores share the worst of their places: a hundred papers with one post each are not the first ten in turn.
        """
        posted_at, paper_id = ballot.mention.post.posted_at, ballot.mention.paper_id
        if self._newest is None or posted_at > self._newest:
            self._newest = posted_at
            self._forget(posted_at - _DAY)
        if posted_at > self._newest - _DAY:
            value = round(ballot.weight * ballot.factor * _UNITS)
            self._number += 1
            heappush(self._waiting, (posted_at, self._number, paper_id, ballot.person, value))
            values = self._values[paper_id, ballot.person]
            before = max(values, default=0)
            values.append(value)
            self._change(paper_id, max(values) - before)
        score = self._score_of.get(paper_id, 0)
        if score:
            return len(self._scores) - bisect_left(self._scores, score)
        return float("inf")

    def _forget(self, until: datetime) -> None:
        """Take away the votes of `until` and before."""
        while self._waiting and self._waiting[0][0] <= until:
            _, _, paper_id, person, value = heappop(self._waiting)
            values = self._values[paper_id, person]
            before = max(values)
            values.remove(value)
            self._change(paper_id, max(values, default=0) - before)
            if not values:
                del self._values[paper_id, person]

    def _change(self, paper_id: str, difference: int) -> None:
        if not difference:
            return
        score = self._score_of.pop(paper_id, 0)
        if score:
            del self._scores[bisect_left(self._scores, score)]
        if score + difference:
            self._score_of[paper_id] = score + difference
            insort(self._scores, score + difference)
