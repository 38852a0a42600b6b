"""Papers as pages show them: an article of a list, and why a paper stands where it stands. Pure and cheap."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import UTC, date

import msgspec
from markupsafe import Markup, escape

from generator.finding import arxiv_id
from generator.model.records import Paper, Post, RankedPaper, Vote
from generator.model.site import Site
from generator.text.names import shown_name
from generator.text.plain import safe_href
from generator.views.phrases import ROOT, counted, day, did, month, number, ready, short_day, stamp, time_of
from generator.views.posts import Quote, choose_notes

SPARK_DAYS = 14
DISCUSSIONS_MAX = 3
"""Stories about one paper that are linked: it is submitted again and again, and few are talked about."""
_BAR, _GAP, _HEIGHT = 3, 1, 13
"""Of the sparkline, in pixels: width of a bar, room between bars, height of the highest."""
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


class PaperText(msgspec.Struct, frozen=True, kw_only=True):
    """What lists say of a paper wherever it stands: HTML that is ready to be placed."""

    paper_id: Markup
    has_page: bool
    href: Markup
    """Of our page about it, else of arXiv's."""
    title: Markup
    submitted: Markup
    """The day, or the month where only that is known, as an element."""
    short_day: str
    """`20 Nov`; empty where only the month is known."""
    first_seen: Markup
    """The day of the first captured post about it, in whatever view; empty where nobody posted."""


class BodyText(msgspec.Struct, frozen=True, kw_only=True):
    """What a list says of a paper and of those of its posts that the list counts."""

    captured: str
    flags: Markup
    why: Markup
    """The sparkline, the number of people and the first day; empty where nobody posted."""
    seen_at: str
    """When it was first captured: what a reader's last visit is compared with; empty where nobody posted."""
    notes: tuple[Quote, ...]


class VoteView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the score's table: a person's vote, or those of people without a name here who did alike."""

    people: int
    post: Post
    """Of the first of them."""
    is_named: bool
    network: str
    url: str | None
    """None where the row is of several."""
    did: str
    """`quoted with a comment`."""
    when: Markup
    """The day, or the first and the last."""
    weight: float
    factor: float
    bot: bool


class ScoreView(msgspec.Struct, frozen=True, kw_only=True):
    """The score taken apart, before time takes its share (which would change the page with every build)."""

    votes: tuple[VoteView, ...]
    """The strongest VOTES_SHOWN rows."""
    more: int
    """Votes of further rows."""
    more_score: float
    score: float
    half_life_days: float


def paper_text(paper: Paper, title: Markup, site: Site) -> PaperText:
    """What all lists say of a paper; `title` is set already."""
    ranked = site.ranked.get(paper.id)
    has_page = paper.id in site.papers
    submitted_on, is_day_known = submission_of(paper)
    first_on = first_seen_on(ranked) if ranked else None
    return PaperText(
        paper_id=escape(paper.id),
        has_page=has_page,
        href=page_href(paper.id, has_page=has_page),
        title=title,
        submitted=submitted_text(submitted_on, is_day_known=is_day_known),
        short_day=short_day(submitted_on) if is_day_known else "",
        first_seen=first_seen_text(first_on),
    )


def page_href(paper_id: str, *, has_page: bool) -> Markup:
    """The address of our page about a paper, else of arXiv's."""
    if has_page:
        return ready(f"{ROOT}abs/{escape(paper_id)}/")
    return ready(f"https://arxiv.org/abs/{escape(paper_id)}")


def submitted_text(submitted_on: date, *, is_day_known: bool) -> Markup:
    """The day of submission as an element, or the month where only that is known."""
    if is_day_known:
        return time_of(submitted_on)
    return ready(f'<time datetime="{submitted_on:%Y-%m}">{month(submitted_on)}</time>')


def first_seen_text(first_on: date | None) -> Markup:
    """`, first seen 20 Nov 2026`; nothing where nobody posted."""
    if first_on is None:
        return Markup("")
    return ready(f'<span class="wide first">, first seen {time_of(first_on)}</span>')


def captured_text(ranked: RankedPaper) -> str:
    """`Captured tweets and retweets: 142`; posts and reposts once any of them is not from X."""
    if all(mention.post.network == "x" for mention in ranked.mentions):
        return f"Captured tweets and retweets: {ranked.captured}"
    return f"Captured posts and reposts: {ranked.captured}"


def people_text(ranked: RankedPaper) -> Markup:
    """`2 people, with a comment`; nothing where nobody voted."""
    people = len(ranked.votes)
    if not people:
        return Markup("")
    commenters = sum(vote.commented for vote in ranked.votes)
    comments = ""
    if commenters:
        of_them = f"{number(commenters)} " if people > 1 else ""
        what = "a comment" if commenters == 1 else "comments"
        comments = f'<span class="wide">, {of_them}with {what}</span>'
    return ready(f'<span class="people">{counted(people, "person", "people")}</span>{comments}')


def why_text(ranked: RankedPaper, first_seen: Markup) -> Markup:
    """Why a paper is in a list: the sparkline, how many people posted about it, and since when."""
    people = people_text(ranked)
    spark = spark_view(ranked)
    drawing = f"{draw_spark(spark)} " if spark else ""
    if not people:
        return ready(drawing)
    return ready(f"{drawing}{people}{first_seen}")


def flags_text(ranked: RankedPaper) -> Markup:
    """What a reader is warned of: withdrawn, or an old paper that is back."""
    flags = ""
    if ranked.paper.withdrawn:
        flags = '<p class="flag">Withdrawn</p>\n'
    if ranked.resurfaced:
        flags += f'<p class="flag">Resurfaced, from {month(submission_of(ranked.paper)[0])}</p>\n'
    return ready(flags)


def body_text(ranked: RankedPaper, first_seen: Markup) -> BodyText:
    """What a list says of a paper beside the paper itself."""
    seen_at = min((mention.post.seen_at for mention in ranked.mentions), default=None)
    return BodyText(
        captured=captured_text(ranked),
        flags=flags_text(ranked),
        why=why_text(ranked, first_seen),
        seen_at=stamp(seen_at) if seen_at else "",
        notes=choose_notes(ranked),
    )


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


def draw_spark(spark: SparkView) -> Markup:
    """Mentions a day as a small drawing that reads like a word, with the numbers for those who do not see it."""
    width = len(spark.counts) * (_BAR + _GAP) - _GAP
    most = max(spark.counts)
    bars = []
    for place, count in enumerate(spark.counts):
        height = max(2, round(count / most * _HEIGHT)) if count else 1
        bars.append(f"M{place * (_BAR + _GAP) + _BAR / 2:g} {_HEIGHT}v-{height}")
    label = f"Mentions per day, {len(spark.counts)} days to {day(spark.until)}: " + " ".join(map(str, spark.counts))
    return ready(
        f'<svg class="spark" role="img" width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}" '
        f'aria-label="{label}"><path d="{"".join(bars)}"/></svg>'
    )


def discussions_of(ranked: RankedPaper) -> tuple[DiscussionView, ...]:
    """Where the paper is talked about on Hacker News, the most points first."""
    stories = [mention.post for mention in ranked.mentions if _is_story(mention.post)]
    discussions = [
        DiscussionView(url=url, points=post.counts.likes, replies=post.counts.replies)
        if post.counts
        else DiscussionView(url=url, points=0, replies=0)
        for post in stories
        if (url := safe_href(post.url))
    ]
    return tuple(sorted(discussions, key=lambda discussion: (-discussion.points, discussion.url))[:DISCUSSIONS_MAX])


def _is_story(post: Post) -> bool:
    return post.network == "hackernews" and post.kind == "post"


def score_view(ranked: RankedPaper, site: Site) -> ScoreView:
    """The votes for a paper, strongest first, with the sum of those that are not shown."""
    posts = {mention.post.id: mention.post for mention in ranked.mentions}
    rows: dict[Hashable, list[Vote]] = {}
    for vote in sorted(ranked.votes, key=lambda vote: (-_whole(vote), -vote.at.timestamp(), vote.post_id)):
        rows.setdefault(_alike(vote, posts[vote.post_id]), []).append(vote)
    first_rows, others = list(rows.values())[:VOTES_SHOWN], list(rows.values())[VOTES_SHOWN:]
    return ScoreView(
        votes=tuple(_vote_view(votes, posts[votes[0].post_id], site.networks) for votes in first_rows),
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
    oldest = votes[-1].at
    when = time_of(vote.at)
    if day(oldest) != day(vote.at):
        when = ready(f"{time_of(oldest)} to {when}")
    return VoteView(
        people=len(votes),
        post=post,
        is_named=bool(shown_name(post.account)),
        network=networks.get(post.network, post.network),
        url=safe_href(post.url) if len(votes) == 1 else None,
        did=did(vote.kind) + (" with a comment" if vote.commented else ""),
        when=when,
        weight=vote.weight,
        factor=vote.factor,
        bot=vote.bot,
    )
