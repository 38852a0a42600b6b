"""Papers as pages show them: an article of a list, and why a paper stands where it stands. Pure and cheap."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec

from generator.finding import arxiv_id
from generator.model.records import Paper, Post, RankedPaper, Vote
from generator.model.site import Site
from generator.model.stated import NOTHING_STATED
from generator.text.names import shown_name
from generator.text.plain import safe_href
from generator.views.posts import PostView, choose_notes

SPARK_DAYS = 14
DISCUSSIONS_MAX = 3
"""Stories about one paper that are linked: it is submitted again and again, and few are talked about."""
VOTES_SHOWN = 12
"""Rows of the score's table; the rest is one row."""


class SparkView(msgspec.Struct, frozen=True, kw_only=True):
    """Mentions a day of the SPARK_DAYS up to the newest one."""

    counts: tuple[int, ...]
    until: date


class DiscussionView(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A story about the paper on Hacker News: what is said stands there."""

    url: str
    points: int
    replies: int


class BodyView(msgspec.Struct, frozen=True, kw_only=True):
    """One paper of a list, but for its rank: the same in most of the lists that it stands in."""

    paper: Paper
    unknown: bool
    """arXiv has not answered for it yet."""
    has_page: bool
    submitted_on: date
    day_known: bool
    """False where only the month of the id is known."""
    captured: int
    x_only: bool
    """No mention is from another network: the line speaks of tweets."""
    seen_at: datetime | None
    """When it was first captured: what a reader's last visit is compared with; None where nobody posted about it."""
    people: int
    commenters: int
    first_on: date | None
    """The day of the first captured post about it, in whatever view; None where nobody posted."""
    spark: SparkView | None
    resurfaced: bool
    notes: tuple[PostView, ...]
    code: str | None
    """Address of its code."""
    venue: str
    """Who took it: `ICML 2026`."""
    venue_path: str
    """Of the venue's list; empty where there is none."""
    discussion: str | None
    """Address of the story on Hacker News with the most points, in whatever view."""


class ArticleView(msgspec.Struct, frozen=True, kw_only=True):
    """One paper of a list."""

    rank: int | None
    """None in lists by date."""
    body: BodyView


class VoteView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the score's table: a person's vote, or those of people without a name here who did alike."""

    people: int
    name: str | None
    account: str
    """Id of the account of the first of them."""
    network: str
    url: str | None
    """None where the row is of several."""
    kind: str
    since: datetime
    """When the first of them did it."""
    at: datetime
    """When the last did."""
    weight: float
    factor: float
    bot: bool
    commented: bool


class ScoreView(msgspec.Struct, frozen=True, kw_only=True):
    """The score taken apart, before time takes its share (which would change the page with every build)."""

    votes: tuple[VoteView, ...]
    """The strongest VOTES_SHOWN rows."""
    more: int
    """Votes of further rows."""
    more_score: float
    score: float
    half_life_days: float


def article_view(ranked: RankedPaper, site: Site, *, numbered: bool) -> ArticleView:
    """One paper of a list, with its rank if the list is `numbered`."""
    paper = ranked.paper
    submitted_on, day_known = submission_of(paper)
    in_all_views = site.ranked.get(paper.id, ranked)
    discussions = discussions_of(in_all_views)
    stated = site.stated.get(paper.id, NOTHING_STATED)
    body = BodyView(
        paper=paper,
        unknown=paper.id in site.unknown,
        has_page=paper.id in site.papers,
        submitted_on=submitted_on,
        day_known=day_known,
        captured=ranked.captured,
        x_only=all(mention.post.network == "x" for mention in ranked.mentions),
        seen_at=min((mention.post.seen_at for mention in ranked.mentions), default=None),
        people=len(ranked.votes),
        commenters=sum(vote.commented for vote in ranked.votes),
        first_on=first_seen_on(in_all_views),
        spark=spark_view(ranked),
        resurfaced=ranked.resurfaced,
        notes=choose_notes(ranked, site.networks),
        code=stated.code[0] if stated.code else None,
        venue=f"{stated.venue} {stated.year}".strip(),
        venue_path=f"venue/{stated.venue_slug}/" if stated.venue in site.venues else "",
        discussion=discussions[0].url if discussions else None,
    )
    return ArticleView(rank=ranked.rank if numbered else None, body=body)


def submission_of(paper: Paper) -> tuple[date, bool]:
    """(the day of version 1, True), or (the first of the id's month, False) where it is unknown."""
    if paper.submitted_at is not None:
        return paper.submitted_at.astimezone(UTC).date(), True
    year, month = arxiv_id.month_of(paper.id)
    return date(year, month, 1), False


def first_seen_on(ranked: RankedPaper) -> date | None:
    """The day of the first post about the paper: when it was captured says nothing where years are imported at once."""
    return min((mention.post.posted_at.astimezone(UTC).date() for mention in ranked.mentions), default=None)


def spark_view(ranked: RankedPaper) -> SparkView | None:
    """The mentions of the last days up to the newest one; None where there is nothing to compare."""
    if len(ranked.mentions) <= 1:
        return None
    newest = ranked.mentions[0].post.posted_at.astimezone(UTC).date()
    counts = [0] * SPARK_DAYS
    last = newest.toordinal()
    for mention in ranked.mentions:
        age = last - mention.post.posted_at.toordinal()
        if 0 <= age < SPARK_DAYS:
            counts[-1 - age] += 1
    return SparkView(counts=tuple(counts), until=newest)


def discussions_of(ranked: RankedPaper) -> tuple[DiscussionView, ...]:
    """Where the paper is talked about on Hacker News, the most points first."""
    stories = [mention.post for mention in ranked.mentions if _is_story(mention.post)]
    found = [
        DiscussionView(url=url, points=post.counts.likes, replies=post.counts.replies)
        if post.counts
        else DiscussionView(url=url, points=0, replies=0)
        for post in stories
        if (url := safe_href(post.url))
    ]
    return tuple(sorted(found, key=lambda each: (-each.points, each.url))[:DISCUSSIONS_MAX])


def _is_story(post: Post) -> bool:
    return post.network == "hackernews" and post.kind == "post"


def score_view(ranked: RankedPaper, site: Site) -> ScoreView:
    """The votes for a paper, strongest first, with the sum of those that are not shown."""
    posts = {mention.post.id: mention.post for mention in ranked.mentions}
    rows: dict[Hashable, list[Vote]] = {}
    for vote in sorted(ranked.votes, key=lambda vote: (-_whole(vote), -vote.at.timestamp(), vote.post_id)):
        rows.setdefault(_alike(vote, posts[vote.post_id]), []).append(vote)
    shown, others = list(rows.values())[:VOTES_SHOWN], list(rows.values())[VOTES_SHOWN:]
    return ScoreView(
        votes=tuple(_vote_view(votes, posts[votes[0].post_id], site.networks) for votes in shown),
        more=sum(map(len, others)),
        more_score=round(sum(_whole(vote) for votes in others for vote in votes), 4),
        score=round(sum(map(_whole, ranked.votes)), 4),
        half_life_days=float(site.ranking["half_life_days"]),
    )


def _whole(vote: Vote) -> float:
    return vote.weight * vote.factor


def _alike(vote: Vote, post: Post) -> Hashable:
    """What the votes of one row share: a name makes a row of its own."""
    if post.account.name or post.account.handle:
        return vote.post_id
    return post.network, vote.kind, vote.weight, vote.factor, vote.commented, vote.bot


def _vote_view(votes: Sequence[Vote], post: Post, networks: Mapping[str, str]) -> VoteView:
    """A row of votes that are alike, newest first; `post` is what the first of them did."""
    vote = votes[0]
    return VoteView(
        people=len(votes),
        name=shown_name(post.account) or None,
        account=post.account.id,
        network=networks.get(post.network, post.network),
        url=safe_href(post.url) if len(votes) == 1 else None,
        kind=vote.kind,
        since=votes[-1].at,
        at=vote.at,
        weight=vote.weight,
        factor=vote.factor,
        bot=vote.bot,
        commented=vote.commented,
    )
