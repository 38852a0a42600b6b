"""The shapes of what feeds show: a list of papers, the issues of a digest, or posts one by one. No behaviour.

A view decides the bytes of the three files of its feed. It holds the stored texts as they are: turning LaTeX into text
is the work of rendering, so that a list without news costs next to nothing.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class FeedPost(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One post about a paper, as far as a feed shows it."""

    network: str
    """Title, such as `Bluesky`."""
    kind: str
    name: str | None
    """None where the network allows us ids only."""
    url: str
    """As the network states it: not fit for a link yet."""
    posted_at: datetime
    comment: str | None
    """Words of their own, plain text."""


class FeedPaper(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One paper of a feed."""

    paper_id: str
    uid: str
    """The same for ever and in every feed, whether the page exists or not."""
    has_page: bool
    url: str
    """Our page, or arXiv's where we have none."""
    arxiv_url: str
    title: str
    """LaTeX, as stored."""
    authors: tuple[str, ...]
    """At most AUTHORS_MAX."""
    more_authors: int
    abstract: str
    """LaTeX, as stored."""
    categories: tuple[str, ...]
    withdrawn: bool
    captured: int
    x_only: bool
    """Every mention is from X: the line speaks of tweets."""
    published: datetime
    updated: datetime
    posts: tuple[FeedPost, ...]
    """Comments first, then who is named; each newest first."""
    more: tuple[tuple[str, int], ...]
    """(network title, number) of the posts that are not in `posts`."""
    note_html: str = ""
    """The owner's note on it, sanitised."""


class IssuePaper(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One paper of a digest's issue: enough to decide whether to open it."""

    paper_id: str
    url: str
    title: str
    """LaTeX, as stored."""
    authors: tuple[str, ...]
    """The first few."""
    more_authors: int
    abstract: str
    """LaTeX, as stored; its beginning is shown."""
    withdrawn: bool
    captured: int
    x_only: bool
    people: int
    comment: FeedPost | None
    """The one of the strongest vote."""


class FeedIssue(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A day or a week of a digest: one entry of its feed."""

    uid: str
    """The same for ever; opens the issue as long as it is on its page."""
    title: str
    published: datetime
    papers: tuple[IssuePaper, ...]
    """Ranked."""
    more: int
    """Further papers."""
    rest_url: str
    """Where those are."""


class PaperLink(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A paper that a post is about."""

    paper_id: str
    url: str
    """Our page, or arXiv's where we have none."""
    title: str
    """LaTeX, as stored."""


class SinglePost(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A post that is an entry of its own."""

    uid: str
    """The same for ever and in every feed."""
    page_url: str
    """The page of posts that it stands on while it is new."""
    said: FeedPost
    papers: tuple[PaperLink, ...]
    more_papers: int


class FeedView(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One list as a feed: decides the bytes of its three files."""

    title: str
    description: str
    site_title: str
    home_url: str
    """The list's page."""
    base_url: str
    """What a feed's file name is appended to."""
    updated: datetime
    papers: tuple[FeedPaper, ...]
    """In the list's order."""
    issues: tuple[FeedIssue, ...] = ()
    """Of a digest, newest first, in place of papers."""
    posts: tuple[SinglePost, ...] = ()
    """Of a feed of posts, newest first, in place of papers."""
    hub: str | None = None
    """Address of a WebSub hub."""
