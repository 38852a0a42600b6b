"""The feed formats. Adding one: its file here, a row in FEEDS, a link in `templating.FEED_TYPES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from generator import comments
from generator.basis import Bases
from generator.digest_views import digest_feed_view
from generator.feed_views import CommentOf, FeedView, feed_basis, feed_path, feed_view
from generator.feeds import atom, json_feed, rss
from generator.feeds.base import FeedFormat
from generator.feeds.news import digest_of
from generator.models import Paper, Post
from generator.views import Digest, Listing, Output, Site

FEEDS: tuple[FeedFormat, ...] = (rss.FORMAT, atom.FORMAT, json_feed.FORMAT)

__all__ = ["FEEDS", "FeedFormat", "plan_feeds", "what_feeds_say"]


def plan_feeds(site: Site) -> Iterator[Output]:
    """Every feed of the site: one of each format beside every list and digest."""
    view_of = _latest(site, _remembering(comments.comment_of))
    bases = Bases(site)
    for listing in site.listings:
        basis = partial(feed_basis, site, listing, bases)
        for feed in FEEDS:
            path, renderer = feed_path(listing, feed.file), f"feeds.{feed.file}"
            yield Output(path, renderer, partial(view_of, listing), feed.render, basis=basis)
    for digest in site.digests:
        for feed in FEEDS:
            yield Output(digest.path + feed.file, f"feeds.{feed.file}", partial(view_of, digest), feed.render)


def what_feeds_say(site: Site) -> dict[str, str]:
    """Address of each list's feeds, without the file name -> digest of what they say."""
    comment_of = _remembering(comments.comment_of)
    shown: tuple[Listing | Digest, ...] = (*site.listings, *site.digests)
    return {view.base_url: digest_of(view) for view in (_view_of(site, each, comment_of) for each in shown)}


def _latest(site: Site, comment_of: CommentOf) -> Callable[[Listing | Digest], FeedView]:
    """The view of a list or digest, kept until another is asked for: its formats follow each other."""
    kept: list[tuple[Listing | Digest, FeedView]] = []

    def view_of(shown: Listing | Digest) -> FeedView:
        if not kept or kept[0][0] is not shown:
            kept[:] = [(shown, _view_of(site, shown, comment_of))]
        return kept[0][1]

    return view_of


def _view_of(site: Site, shown: Listing | Digest, comment_of: CommentOf) -> FeedView:
    if isinstance(shown, Digest):
        return digest_feed_view(site, shown, comment_of)
    return feed_view(site, shown, comment_of)


def _remembering(comment_of: CommentOf) -> CommentOf:
    """The same answers; a post about a paper stands in many lists and is looked at once."""
    known: dict[tuple[str, str], str | None] = {}

    def remembered(post: Post, paper: Paper) -> str | None:
        key = (post.id, paper.id)
        if key not in known:
            known[key] = comment_of(post, paper)
        return known[key]

    return remembered
