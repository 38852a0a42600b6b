"""What the feeds of lists show: one view of a list, the same for RSS, Atom and JSON Feed.

No clock: `published` is when a paper came into the list, `updated` its newest mention there, and
a feed is as new as its newest paper. No rank either: a paper that moves is no news to a subscriber.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

from generator.finding import arxiv_id
from generator.finding import own_words as comments
from generator.model.listing import Listing
from generator.model.records import SPAN_DAYS, Paper, Post, RankedPaper
from generator.model.site import Site
from generator.ranking.size_limits import entries_in_feed
from generator.text.latex import to_name
from generator.text.plain import clean, shorten
from generator.views.feed_types import FeedPaper, FeedPost, FeedView

RSS_FILE = "feed.xml"
"""The feed that lists of feeds name: every reader understands RSS, and three would show each paper three times."""

EPOCH = datetime(1991, 8, 14, tzinfo=UTC)
"""arXiv's first day: the date of a feed without papers, because a feed must have one and the clock would change it."""

FALLBACK_TITLE = "Trending arXiv"
"""Of a site whose title has nothing printable: feeds must have one."""

COMMENTS_MAX = 20
"""Comments quoted for one paper; the rest is a link to the paper's page."""
COMMENT_MAX = 2000
"""Characters quoted of one comment."""
NAMES_MAX = 10
"""People named who posted a paper without a word of their own."""
AUTHORS_MAX = 50
"""Authors listed; collaborations have thousands."""

AWAY_DAYS = 30
"""A paper that nobody posted about for so long has left a list that fades, and comes anew with the next post."""

CommentOf = Callable[[Post, Paper], str | None]


def feed_view(site: Site, listing: Listing, comment_of: CommentOf = comments.comment_of) -> FeedView:
    """The first `site.feed_entries` papers of the list, fewer where very many trackers share the site.

    Papers that arXiv has not answered for yet are left out: readers remember a title for ever, and an id is none.

    Args:
        site: for its address, titles and limits.
        listing: any list.
        comment_of: (post, paper) -> words of their own; a build passes one that remembers its answers.
    """
    papers = tuple(_feed_paper(site, listing, ranked, comment_of) for ranked in _shown(site, listing))
    url = site.url + listing.path
    site_title = clean_line(site.title) or FALLBACK_TITLE
    own_title = clean_line(listing.title) if listing.path else ""
    title = f"{own_title} · {site_title}" if own_title else site_title
    return FeedView(
        title=title,
        description=clean_line(listing.description) or title,
        site_title=site_title,
        home_url=url,
        base_url=url,
        updated=max((paper.updated for paper in papers), default=EPOCH),
        papers=papers,
        hub=site.hub,
    )


def _shown(site: Site, listing: Listing) -> Iterator[RankedPaper]:
    known = (ranked for ranked in listing.papers if ranked.paper.id not in site.unknown)
    return islice(known, _entries(site, listing))


def _entries(site: Site, listing: Listing) -> int:
    return entries_in_feed(len(site.trackers), site.feed_entries) if listing.scope.tracker else site.feed_entries


def _feed_paper(site: Site, listing: Listing, ranked: RankedPaper, comment_of: CommentOf) -> FeedPaper:
    paper = ranked.paper
    uid = f"{site.url}abs/{paper.id}/"
    arxiv_url = arxiv_id.abs_url(paper.id)
    posts, more = _posts(site, ranked, comment_of)
    return FeedPaper(
        paper_id=paper.id,
        uid=uid,
        has_page=paper.id in site.papers,
        url=uid if paper.id in site.papers else arxiv_url,
        arxiv_url=arxiv_url,
        title=paper.title,
        authors=tuple(map(to_name, paper.authors[:AUTHORS_MAX])),
        more_authors=max(0, len(paper.authors) - AUTHORS_MAX),
        abstract=paper.abstract,
        categories=paper.categories,
        withdrawn=paper.withdrawn,
        captured=ranked.captured,
        x_only=all(mention.post.network == "x" for mention in ranked.mentions),
        published=_came_at(site, listing, ranked),
        updated=max((mention.post.posted_at for mention in ranked.mentions), default=_submitted_at(paper)),
        posts=posts,
        more=more,
        note_html=site.notes.get(paper.id, ""),
    )


def _came_at(site: Site, listing: Listing, ranked: RankedPaper) -> datetime:
    """Of the post that brought the paper into the list, the same as long as it stays there.

    A window that moves on leaves that post behind, so every post about the paper is looked at. A paper that comes back
    after years is dated by its return: readers that sort by date would bury it otherwise.
    """
    shown = {mention.post.posted_at for mention in ranked.mentions}
    if not shown:
        return _submitted_at(ranked.paper)
    days = AWAY_DAYS if listing.window.order == "trending" else None
    if listing.window.span:
        days = SPAN_DAYS[listing.window.span]
    if days is None:
        return min(shown)
    tracker = listing.scope.id_of("tracker")
    posts = (mention.post for mention in site.ranked.get(ranked.paper.id, ranked).mentions)
    every = shown.union(post.posted_at for post in posts if tracker is None or tracker in post.trackers)
    times = sorted((time for time in every if time <= max(shown)), reverse=True)
    away = timedelta(days=days)
    return next((later for later, earlier in pairwise(times) if later - earlier >= away), times[-1])


def _submitted_at(paper: Paper) -> datetime:
    """Of version 1; the first day of the month of the id where that is unknown."""
    if paper.submitted_at is not None:
        return paper.submitted_at
    year, month = arxiv_id.month_of(paper.id)
    return datetime(year, month, 1, tzinfo=UTC)


def _posts(
    site: Site, ranked: RankedPaper, comment_of: CommentOf
) -> tuple[tuple[FeedPost, ...], tuple[tuple[str, int], ...]]:
    """(comments and then names as far as they are shown, how many more there are by network)."""
    comments: list[FeedPost] = []
    names: list[FeedPost] = []
    named: set[str] = set()
    more: dict[str, int] = {}
    for mention in ranked.mentions:
        post = mention.post
        network = site.networks.get(post.network, post.network)
        comment = comment_of(post, ranked.paper)
        is_new = (post.account.name or post.account.handle) and post.account.id not in named
        if post.id in site.withheld:  # readers keep copies, and what is deleted there could not be deleted here
            comment, is_new = None, False
        if comment and len(comments) < COMMENTS_MAX:
            comments.append(feed_post(post, network, comment))
        elif not comment and is_new and len(names) < NAMES_MAX:
            names.append(feed_post(post, network, None))
            named.add(post.account.id)
        else:
            more[network] = more.get(network, 0) + 1
    return (*comments, *names), tuple(sorted(more.items()))


def feed_post(post: Post, network: str, comment: str | None) -> FeedPost:
    """A post as a feed shows it, its comment cut where it is very long."""
    return FeedPost(
        network=network,
        kind=post.kind,
        name=post.account.name or post.account.handle,
        url=post.url,
        posted_at=post.posted_at,
        comment=shorten(comment, COMMENT_MAX)[0] if comment else None,
    )


_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Controls that reorder what stands around them; a line of a feed reader has no other text of ours to protect it."""


def clean_text(text: str) -> str:
    """Text that every format can hold: line ends are line feeds, nothing that XML forbids."""
    return clean(text.replace("\r\n", "\n").replace("\r", "\n"))


def clean_line(text: str) -> str:
    """One line of clean text, white space folded, without direction controls."""
    return " ".join(_DIRECTION.sub("", clean_text(text)).split())
