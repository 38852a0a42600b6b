"""`/feeds/`: every list's feeds, and how to use one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import quote

import msgspec

from generator.model.listing import Listing
from generator.model.site import Output, Site
from generator.render.templates import Templates
from generator.views.feed_of_digest import TITLES
from generator.views.feed_of_papers import RSS_FILE
from generator.views.feed_of_posts import post_lists

_READERS = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
)
"""What subscribes when a feed's address follows (their own 'add' links, as many sites use them, read 2026-11-23)."""


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A list with feeds beside it."""

    title: str
    """As it is called under its group's heading."""
    whole_title: str
    path: str
    readers: tuple[tuple[str, str], ...] = ()
    """(name, address) of readers that subscribe at a click; for the lists that most readers want."""


class FeedGroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """Lists of one kind."""

    title: str
    lists: tuple[FeedRow, ...]


class FeedsView(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    groups: tuple[FeedGroupRow, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """One page."""
    path = "feeds/index.html"
    yield templates.page("feeds.html", path, partial(feeds_view, site))


def feeds_view(site: Site) -> FeedsView:
    """The lists by kind: the whole site's, each tracker's, the categories'."""
    groups: dict[str, list[FeedRow]] = {
        "Everything": [],
        "Digests": [
            _row("Digests", TITLES[each.period], each.path, readers_for(site.url + each.path)) for each in site.digests
        ],
    }
    for listing in site.listings:
        if not listing.window.changes:
            continue
        readers = readers_for(site.url + listing.path) if _is_asked_for(listing) else ()
        group = listing.scope.group or "Everything"
        groups.setdefault(group, []).append(_row(group, listing.title, listing.path, readers))
    for posts in post_lists(site):
        group = posts.tracker.title if posts.tracker else "Everything"
        groups.setdefault(group, []).append(_row(group, posts.title, posts.path))
    return FeedsView(
        groups=tuple(FeedGroupRow(title=title, lists=tuple(rows)) for title, rows in groups.items() if rows)
    )


def _row(group: str, title: str, path: str, readers: tuple[tuple[str, str], ...] = ()) -> FeedRow:
    return FeedRow(title=title.removesuffix(f" · {group}"), whole_title=title, path=path, readers=readers)


def readers_for(folder: str) -> tuple[tuple[str, str], ...]:
    """(name, address) of each reader that takes the RSS feed of a list at a click; nobody is asked before that.

    Args:
        folder: the list's own address.
    """
    feed = folder + RSS_FILE
    return (
        *((name, address + quote(feed, safe="")) for name, address in _READERS),
        ("App", "feed://" + feed.partition("://")[2]),
    )


def _is_asked_for(listing: Listing) -> bool:
    """Home, a tracker's root, a saved search: the others are one more click away."""
    return listing.is_root and listing.scope.kind != "category"
