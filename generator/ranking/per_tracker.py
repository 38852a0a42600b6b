"""Posts and papers per tracker, without what the filters of the tracker hide. Pure.

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
    """Filters of one tracker, in addition to those of the whole site."""

    categories: tuple[str, ...] = ()
    muted: frozenset[str] = frozenset()
    """From `filters.muted_names`."""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one tracker shows."""

    ballots: Mapping[str, PaperBallots]
    """The tracker's ballots by paper; every paper has at least one."""
    posts: Sequence[Post]
    """The posts of these ballots, newest first."""


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
        stored: posts as `data/` has them, by id; a post without one is taken from its ballot.
    """
    tracker_ids = set(trackers)
    by_tracker: dict[str, dict[str, list[Ballot]]] = {tracker: defaultdict(list) for tracker in trackers}
    for paper_id, of_paper in ballots.items():
        for ballot in of_paper.ballots:
            for tracker in tracker_ids.intersection(ballot.mention.post.trackers):
                by_tracker[tracker][paper_id].append(ballot)
    readings = {}
    for tracker, by_paper in by_tracker.items():
        rule = rules.get(tracker) if rules else None
        chosen = by_paper
        if rule:
            chosen = _filtered(by_paper, papers, rule, stored or {})
        tracker_ballots = {}
        for paper_id, chosen_ballots in chosen.items():
            of_paper = ballots[paper_id]
            # Where a tracker holds all ballots about a paper, lists share the object.
            if len(chosen_ballots) < len(of_paper):
                of_paper = PaperBallots(chosen_ballots)
            tracker_ballots[paper_id] = of_paper
        readings[tracker] = Reading(ballots=tracker_ballots, posts=_newest_first(tracker_ballots.values()))
    return readings


def readers_of(readings: Mapping[str, Reading]) -> dict[str, tuple[str, ...]]:
    """Paper id -> ids of the trackers that show the paper, in order."""
    readers: defaultdict[str, list[str]] = defaultdict(list)
    for tracker in sorted(readings):
        for paper_id in readings[tracker].ballots:
            readers[paper_id].append(tracker)
    return {paper_id: tuple(trackers) for paper_id, trackers in readers.items()}


def _filtered(
    by_paper: Mapping[str, list[Ballot]], papers: Mapping[str, Paper], rule: Rules, stored: Mapping[str, Post]
) -> dict[str, list[Ballot]]:
    candidates = [papers[paper_id] for paper_id in by_paper if paper_id in papers]
    paper_ids = filters.shown_papers(candidates, rule.categories, rule.words)
    posts = []
    for paper_id in paper_ids:
        for ballot in by_paper[paper_id]:
            posts.append(ballot.mention.post)
    hidden = _hidden(posts, rule, stored)
    filtered = {}
    for paper_id in paper_ids:
        ballots = [ballot for ballot in by_paper[paper_id] if ballot.mention.post.id not in hidden]
        if ballots:
            filtered[paper_id] = ballots
    return filtered


def _hidden(posts: Sequence[Post], rule: Rules, stored: Mapping[str, Post]) -> Collection[str]:
    """Ids of the posts that a rule hides: by muted accounts, with a muted word, or reposts of such posts."""
    considered = {}
    for post in posts:
        if post.kind in {"repost", "like"} and post.of and post.of in stored:
            considered[post.of] = stored[post.of]
    for post in posts:
        considered[post.id] = stored.get(post.id, post)
    return considered.keys() - filters.shown_posts(considered.values(), rule.muted, rule.words).keys()


def _newest_first(ballots: Collection[PaperBallots]) -> tuple[Post, ...]:
    posts = {}
    for of_paper in ballots:
        for mention in of_paper.mentions:
            posts[mention.post.id] = mention.post
    return tuple(sorted(posts.values(), key=lambda post: (post.posted_at, post.id), reverse=True))
