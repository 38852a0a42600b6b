"""What stands in the views of each tracker: its posts about its papers, without what its own filters leave out. Pure.

One pass over all ballots serves every tracker, because a site may have hundreds of them. Filters look at posts as
`data/` has them: what only the cache knows never changes a rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from generator.model import muting as filters
from generator.model.records import Paper, Post
from generator.ranking.rank import Ballot, Cast


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

    casts: Mapping[str, Cast]
    """Its ballots by paper; every paper has one at least."""
    posts: Sequence[Post]
    """The posts of those, newest first."""


def make_readings(
    trackers: Sequence[str],
    papers: Mapping[str, Paper],
    casts: Mapping[str, Cast],
    *,
    rules: Mapping[str, Rules] | None = None,
    stored: Mapping[str, Post] | None = None,
) -> dict[str, Reading]:
    """The reading of every tracker.

    Args:
        trackers: their ids.
        papers: that the site shows, by id.
        casts: all ballots, by paper.
        rules: of the trackers that have any.
        stored: posts as `data/` has them, by id; those of the ballots where it has none.
    """
    known = set(trackers)
    ballots: dict[str, dict[str, list[Ballot]]] = {tracker: defaultdict(list) for tracker in trackers}
    for paper_id, cast in casts.items():
        for ballot in cast.ballots:
            for tracker in known.intersection(ballot.mention.post.trackers):
                ballots[tracker][paper_id].append(ballot)
    readings = {}
    for tracker, by_paper in ballots.items():
        rule = rules.get(tracker) if rules else None
        chosen = _filtered(by_paper, papers, rule, stored or {}) if rule else by_paper
        # where a tracker holds all ballots about a paper, the cast itself: pages know by that what they have shown
        own = {
            paper_id: casts[paper_id] if len(some) == len(casts[paper_id]) else Cast(some)
            for paper_id, some in chosen.items()
        }
        readings[tracker] = Reading(casts=own, posts=_newest_first(own.values()))
    return readings


def readers_of(readings: Mapping[str, Reading]) -> dict[str, tuple[str, ...]]:
    """Paper id -> ids of the trackers in whose reading it stands, in order."""
    readers: defaultdict[str, list[str]] = defaultdict(list)
    for tracker in sorted(readings):
        for paper_id in readings[tracker].casts:
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


def _newest_first(casts: Collection[Cast]) -> tuple[Post, ...]:
    posts = {mention.post.id: mention.post for cast in casts for mention in cast.mentions}
    return tuple(sorted(posts.values(), key=lambda post: (post.posted_at, post.id), reverse=True))
