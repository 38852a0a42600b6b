"""The feed formats. Adding one: its file here, a row in FEEDS, a link in `templating.FEED_TYPES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from generator.finding import own_words as comments
from generator.model.listing import Listing
from generator.model.records import Paper, Post
from generator.model.site import Digest, Output, Site
from generator.render.feeds import atom, json_feed, rss
from generator.render.feeds.base import FeedFormat
from generator.render.feeds.news import digest_of
from generator.views.feed_of_digest import digest_feed_view
from generator.views.feed_of_list import CommentOf, feed_view
from generator.views.feed_of_posts import PostList, post_lists, posts_feed_view
from generator.views.feed_types import FeedView

FEEDS: tuple[FeedFormat, ...] = (rss.FORMAT, atom.FORMAT, json_feed.FORMAT)

_Shown = Listing | Digest | PostList

__all__ = ["FEEDS", "FeedFormat", "plan_feeds", "what_feeds_say"]


def plan_feeds(site: Site) -> Iterator[Output]:
    """Every feed of the site: one of each format beside every list of papers, digest and list of posts."""
    view_of = _latest(site, _remembering(comments.comment_of))
    for shown in _everything_shown(site):
        for feed in FEEDS:
            yield Output(shown.path + feed.file, partial(_render, feed, view_of, shown))


def _everything_shown(site: Site) -> tuple[_Shown, ...]:
    changing = [listing for listing in site.listings if listing.window.changes]
    return (*changing, *site.digests, *post_lists(site))


def _render(feed: FeedFormat, view_of: Callable[[_Shown], FeedView], shown: _Shown) -> bytes:
    return feed.render(view_of(shown))


def what_feeds_say(site: Site) -> dict[str, str]:
    """Address of each list's feeds, without the file name -> digest of what they say."""
    comment_of = _remembering(comments.comment_of)
    views = (_view_of(site, shown, comment_of) for shown in _everything_shown(site))
    return {view.base_url: digest_of(view) for view in views}


def _latest(site: Site, comment_of: CommentOf) -> Callable[[_Shown], FeedView]:
    """The view of what is shown, kept until another is asked for: its formats follow each other."""
    kept: list[tuple[_Shown, FeedView]] = []

    def view_of(shown: _Shown) -> FeedView:
        if not kept or kept[0][0] is not shown:
            kept[:] = [(shown, _view_of(site, shown, comment_of))]
        return kept[0][1]

    return view_of


def _view_of(site: Site, shown: _Shown, comment_of: CommentOf) -> FeedView:
    if isinstance(shown, PostList):
        return posts_feed_view(site, shown)
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
