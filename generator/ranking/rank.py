"""Scores, with the parts that explain them. Pure; the formula for readers stands in docs/ranking.md.

One person is one vote. Of what a person did about a paper the strongest counts (of equally strong, the newest), halved
every `half_life_days` since they did it. Inside a window nothing decays. Counts that a network reports only break ties.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import msgspec

from generator.finding import arxiv_id
from generator.finding.mentions import comment_of
from generator.model.persons import Persons
from generator.model.records import SPAN_DAYS, Ballot, Mention, Paper, Post, RankedPaper, Span, Vote

BARE_FACTOR = 0.5
"""A post that only repeats the title or the link."""
BOT_FACTOR = 0.1
BOT_PAPERS_A_DAY = 20
"""More papers than this on one day without a word of comment: that is a machine, whatever its profile says."""
RESURFACED_AFTER = timedelta(days=365)
SCORE_DIGITS = 4
"""Decimals of a score; a smaller score has as many significant digits."""
_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """The numbers in force."""

    half_life_days: float
    weights: Mapping[str, float]
    bot_factor: float = BOT_FACTOR


class Tally(NamedTuple):
    """One vote a person, strongest first, and their sum."""

    votes: tuple[Vote, ...]
    score: float
    strength: float
    """What lists sort by: the score, or with decay its logarithm without the part that is the same for all papers.
    Waiting never changes it."""


class PaperBallots:
    """The ballots about one paper in one view, newest first, with what several lists of that view share.

    Lists often hold the same ballots (a week of a young paper is also its month and its year), so what follows from
    them is made once and is the same object everywhere: pages know by that what they have shown already.
    """

    __slots__ = ("_tallies", "ballots", "echo", "mentions")

    def __init__(self, ballots: Sequence[Ballot]) -> None:
        self.ballots = tuple(ballots)
        self.mentions = tuple(ballot.mention for ballot in self.ballots)
        reported = 0
        for mention in self.mentions:
            counts = mention.post.counts
            if counts:
                reported += counts.likes + counts.reposts
        self.echo = round(math.log10(1 + max(0, reported)), 1)
        """Likes and reposts as the networks count them, on a log scale."""
        self._tallies: dict[tuple[datetime, float] | None, Tally] = {}

    def __len__(self) -> int:
        return len(self.ballots)

    def tally(self, now: datetime, half_life_days: float | None) -> Tally:
        """The votes and their sum; None for no decay."""
        key = (now, half_life_days) if half_life_days else None
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = _count_votes(self.ballots, now, half_life_days)
        return tally

    def only(self, keep: Callable[[Post], bool]) -> PaperBallots:
        """The ballots whose posts are kept: the same object where that is all of them."""
        chosen = [ballot for ballot in self.ballots if keep(ballot.mention.post)]
        if len(chosen) == len(self.ballots):
            return self
        return PaperBallots(chosen)


def choose(ballots: Mapping[str, PaperBallots], keep: Callable[[Post], bool]) -> dict[str, PaperBallots]:
    """Each paper's ballots whose posts are kept; papers without any are left out."""
    chosen = {}
    for paper_id, of_paper in ballots.items():
        kept_ballots = of_paper.only(keep)
        if kept_ballots.ballots:
            chosen[paper_id] = kept_ballots
    return chosen


def value_mentions(
    mentions: Mapping[str, Sequence[Mention]],
    papers: Mapping[str, Paper],
    formula: Formula,
    persons: Persons,
) -> dict[str, PaperBallots]:
    """Value every mention once; views then only choose among them. Papers without metadata are left out."""
    with_comments = {}
    for paper_id, about in mentions.items():
        if paper_id in papers:
            with_comments[paper_id] = [_with_comment(mention, papers[paper_id]) for mention in about]
    bots = find_bots(mention for paper_id, about in mentions.items() for mention in with_comments.get(paper_id, about))

    def ballot(mention: Mention) -> Ballot:
        post = mention.post
        commented = mention.comment is not None
        bot = post.account.bot or post.account.id in bots
        factor = 1.0
        if bot:
            factor = formula.bot_factor
        elif _is_bare(post, commented=commented):
            factor = BARE_FACTOR
        return Ballot(mention, persons.key(post.account), formula.weights[post.kind], factor, commented, bot)

    return {paper_id: PaperBallots([ballot(mention) for mention in about]) for paper_id, about in with_comments.items()}


def _with_comment(mention: Mention, paper: Paper) -> Mention:
    comment = comment_of(mention.post, paper)
    if comment is None:
        return mention
    return Mention(mention.post, mention.paper_id, mention.through, comment)


def find_bots(mentions: Iterable[Mention]) -> frozenset[str]:
    """Account ids that posted about more than BOT_PAPERS_A_DAY papers on some UTC day without a comment."""
    days: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    for mention in mentions:
        post = mention.post
        if post.kind == "post" and mention.comment is None:
            days[post.account.id, post.posted_at.toordinal()].add(mention.paper_id)
    return frozenset(account for (account, _), papers in days.items() if len(papers) > BOT_PAPERS_A_DAY)


def rank_trending(
    papers: Mapping[str, Paper],
    ballots: Mapping[str, PaperBallots],
    *,
    now: datetime,
    formula: Formula,
    span: Span | None = None,
    unmentioned: Collection[str] = (),
    limit: int | None = None,
) -> tuple[RankedPaper, ...]:
    """Papers by score, then captured, then what the networks count, then submission, then id.

    Args:
        papers: by id; those without a ballot are left out unless named in `unmentioned`.
        ballots: the ballots of the view, by paper.
        now: the time of the view.
        formula: the numbers in force.
        span: only what was posted inside it counts, without decay; None counts everything, with decay.
        unmentioned: ids of papers to list after the others although nobody mentioned them.
        limit: the most papers in the list.
    """
    days = SPAN_DAYS[span] if span else None
    chosen = ballots
    if days:
        since = now - timedelta(days=days)
        recent = {}
        for paper_id, of_paper in ballots.items():
            # Ballots are newest first: most papers of a long past are out of a span at the first look.
            if of_paper and of_paper.mentions[0].post.posted_at > since:
                recent[paper_id] = of_paper
        chosen = choose(recent, lambda post: since < post.posted_at <= now)
    half_life_days = formula.half_life_days if span is None else None
    rows = _tallied(papers, chosen, unmentioned, now, half_life_days)
    rows.sort(key=lambda row: submitted_order(row.paper), reverse=True)  # sorts are stable: the last decides
    rows.sort(key=_order)
    return tuple(_ranked(row, rank) for rank, row in enumerate(rows[:limit], 1))


def rank_newest(
    papers: Mapping[str, Paper],
    ballots: Mapping[str, PaperBallots],
    *,
    now: datetime,
    formula: Formula,
    unmentioned: Collection[str] = (),
) -> tuple[RankedPaper, ...]:
    """Papers by submission date, newest first, as on the original page; the same arguments as `rank_trending`."""
    rows = _tallied(papers, ballots, unmentioned, now, formula.half_life_days)
    rows.sort(key=lambda row: submitted_order(row.paper), reverse=True)
    return tuple(_ranked(row, rank) for rank, row in enumerate(rows, 1))


def place(papers: Iterable[RankedPaper]) -> tuple[RankedPaper, ...]:
    """The same papers with ranks from 1 in the order given."""
    return tuple(msgspec.structs.replace(ranked, rank=rank) for rank, ranked in enumerate(papers, 1))


def submitted_order(paper: Paper) -> tuple[datetime, tuple[Any, ...]]:
    """Sorts papers by submission; where it is unknown the month of the id stands in, then the id's own order."""
    return paper.submitted_at or _month_start(paper.id), _id_order(paper.id)


class _Row(NamedTuple):
    """A paper in a list that is being made."""

    paper: Paper
    of_paper: PaperBallots
    tally: Tally


def _tallied(
    papers: Mapping[str, Paper],
    ballots: Mapping[str, PaperBallots],
    unmentioned: Collection[str],
    now: datetime,
    half_life_days: float | None,
) -> list[_Row]:
    rows = []
    mentioned = set()
    for paper_id, of_paper in ballots.items():
        if of_paper.ballots and paper_id in papers:
            rows.append(_Row(papers[paper_id], of_paper, of_paper.tally(now, half_life_days)))
            mentioned.add(paper_id)
    for paper_id in set(unmentioned) - mentioned:
        if paper_id in papers:
            rows.append(_Row(papers[paper_id], _NOBODY, _NO_VOTES))
    return rows


def _ranked(row: _Row, rank: int) -> RankedPaper:
    paper, of_paper, tally = row
    newest = of_paper.mentions[0].post.posted_at if of_paper.mentions else None
    submitted = paper.submitted_at or _month_start(paper.id)
    return RankedPaper(
        paper=paper,
        rank=rank,
        score=tally.score,
        votes=tally.votes,
        mentions=of_paper.mentions,
        resurfaced=newest is not None and newest - submitted > RESURFACED_AFTER,
    )


def _count_votes(ballots: Sequence[Ballot], now: datetime, half_life_days: float | None) -> Tally:
    chosen = ballots if len(ballots) == 1 else _strongest(ballots)
    strengths = {}
    for ballot in chosen:
        strengths[ballot.mention.post.id] = _log_strength(ballot, half_life_days)
    votes = [_vote(ballot, now, half_life_days) for ballot in chosen]
    if len(votes) > 1:
        votes.sort(key=lambda vote: (-strengths[vote.post_id], -vote.at.timestamp(), vote.post_id))
    score = round_score(math.fsum(vote.score for vote in votes))
    strength = _log_sum(strengths.values()) if half_life_days else score
    return Tally(tuple(votes), score, strength)


def _log_strength(ballot: Ballot, half_life_days: float | None) -> float:
    """Binary logarithm of a vote. With decay it grows with the time of the post instead of falling with its age."""
    worth = ballot.weight * ballot.factor
    if worth <= 0:
        return -math.inf
    if not half_life_days:
        return math.log2(worth)
    post = ballot.mention.post
    # A post that claims to be from the future counts from when it was seen, or it would lead until then.
    return math.log2(worth) + min(post.posted_at, post.seen_at).timestamp() / (_DAY_S * half_life_days)


def _log_sum(logarithms: Collection[float]) -> float:
    """Binary logarithm of the sum of votes, rounded so that equal sums are equal whatever was added up."""
    largest = max(logarithms, default=-math.inf)
    if largest == -math.inf:
        return largest
    return round(largest + math.log2(math.fsum(2 ** (logarithm - largest) for logarithm in logarithms)), 9)


def round_score(score: float) -> float:
    """Four decimals, and for a small score four significant digits: it never becomes 0 by waiting."""
    if not 0 < score < 1:
        return round(score, SCORE_DIGITS)
    return round(score, SCORE_DIGITS - 1 - math.floor(math.log10(score)))


def _strongest(ballots: Iterable[Ballot]) -> Collection[Ballot]:
    """One a person."""
    strongest: dict[str, Ballot] = {}
    for ballot in ballots:
        strongest_so_far = strongest.get(ballot.person)
        if strongest_so_far is None or _strength(ballot) > _strength(strongest_so_far):
            strongest[ballot.person] = ballot
    return strongest.values()


def _strength(ballot: Ballot) -> tuple[float, datetime, str]:
    post = ballot.mention.post
    return ballot.weight * ballot.factor, post.posted_at, post.id


def _vote(ballot: Ballot, now: datetime, half_life_days: float | None) -> Vote:
    post = ballot.mention.post
    decay = 1.0
    if half_life_days:
        age_days = max(0.0, (now - post.posted_at).total_seconds() / _DAY_S)
        decay = round_score(0.5 ** (age_days / half_life_days))
    return Vote(
        person=ballot.person,
        post_id=post.id,
        kind=post.kind,
        at=post.posted_at,
        weight=ballot.weight,
        factor=ballot.factor,
        decay=decay,
        commented=ballot.commented,
        bot=ballot.bot,
    )


def _is_bare(post: Post, *, commented: bool) -> bool:
    """Only what we can read is judged: a post whose text may not be stored counts in full."""
    return post.kind in {"post", "quote", "reply"} and post.text is not None and not commented


def _order(row: _Row) -> tuple[float, int, float]:
    _, of_paper, tally = row
    return -tally.strength, -len(of_paper.ballots), -of_paper.echo


@cache
def _month_start(paper_id: str) -> datetime:
    year, month = arxiv_id.month_of(paper_id)
    return datetime(year, month, 1, tzinfo=UTC)


@cache
def _id_order(paper_id: str) -> tuple[Any, ...]:
    return arxiv_id.sort_key(paper_id)


_NOBODY = PaperBallots(())
_NO_VOTES = Tally((), 0.0, -math.inf)
