"""What stands in the views of each tracker: its posts about its papers, without what its own filters leave out. Pure.

One pass over all ballots serves every tracker, because a site may have hundreds of them. Filters look at posts as
`data/` has them: what only the cache knows never changes a rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from generator.model import muting as filters
from generator.model.records import Ballot, Paper, Post
from generator.ranking.rank import PaperBallots


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one tracker leaves out beside what the whole site does."""

    categories: tuple[str, ...] = ()
    muted: frozenset[str] = frozenset()
    """From `filters.muted_names`."""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one tracker shows."""

    ballots: Mapping[str, PaperBallots]
    """Its ballots by paper; every paper has one at least."""
    posts: Sequence[Post]
    """The posts of those, newest first."""


def make_readings(
    trackers: Sequence[str],
    papers: Mapping[str, Paper],
    ballots: Mapping[str, PaperBallots],
    *,
    rules: Mapping[str, Rules] | None = None,
    stored: Mapping[str, Post] | None = None,
) -> dict[str, Reading]:
    """The reading of every tracker.

    Args:
        trackers: their ids.
        papers: that the site shows, by id.
        ballots: all ballots, by paper.
        rules: of the trackers that have any.
        stored: posts as `data/` has them, by id; those of the ballots where it has none.
    """
    known = set(trackers)
    by_tracker: dict[str, dict[str, list[Ballot]]] = {tracker: defaultdict(list) for tracker in trackers}
    for paper_id, of_paper in ballots.items():
        for ballot in of_paper.ballots:
            for tracker in known.intersection(ballot.mention.post.trackers):
                by_tracker[tracker][paper_id].append(ballot)
    readings = {}
    for tracker, by_paper in by_tracker.items():
        rule = rules.get(tracker) if rules else None
        chosen = _filtered(by_paper, papers, rule, stored or {}) if rule else by_paper
        # Where a tracker holds all ballots about a paper, lists share the object.
        own = {
            paper_id: ballots[paper_id] if len(some) == len(ballots[paper_id]) else PaperBallots(some)
            for paper_id, some in chosen.items()
        }
        readings[tracker] = Reading(ballots=own, posts=_newest_first(own.values()))
    return readings


def readers_of(readings: Mapping[str, Reading]) -> dict[str, tuple[str, ...]]:
    """Paper id -> ids of the trackers in whose reading it stands, in order."""
    readers: defaultdict[str, list[str]] = defaultdict(list)
    for tracker in sorted(readings):
        for paper_id in readings[tracker].ballots:
            readers[paper_id].append(tracker)
    return {paper_id: tuple(trackers) for paper_id, trackers in readers.items()}


def _filtered(
    by_paper: Mapping[str, list[Ballot]], papers: Mapping[str, Paper], rule: Rules, stored: Mapping[str, Post]
) -> dict[str, list[Ballot]]:
    shown = filters.shown_papers((papers[each] for each in by_paper if each in papers), rule.categories, rule.words)
    hidden = _hidden([ballot.mention.post for each in shown for ballot in by_paper[each]], rule, stored)
    left = {each: [ballot for ballot in by_paper[each] if ballot.mention.post.id not in hidden] for each in shown}
    return {paper_id: some for paper_id, some in left.items() if some}


def _hidden(posts: Sequence[Post], rule: Rules, stored: Mapping[str, Post]) -> Collection[str]:
    """Ids of the posts that a rule hides: of muted accounts, with a muted word, or repeating such a one."""
    as_stored = {post.id: stored.get(post.id, post) for post in posts}
    originals = {
        post.of: stored[post.of] for post in posts if post.kind in {"repost", "like"} and post.of and post.of in stored
    }
    considered = {**originals, **as_stored}
    return considered.keys() - filters.shown_posts(considered.values(), rule.muted, rule.words).keys()


def _newest_first(ballots: Collection[PaperBallots]) -> tuple[Post, ...]:
    posts = {mention.post.id: mention.post for of_paper in ballots for mention in of_paper.mentions}
    return tuple(sorted(posts.values(), key=lambda post: (post.posted_at, post.id), reverse=True))
