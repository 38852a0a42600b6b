"""The feed formats. Adding one: its file here, a row in FEEDS, a link in `templates.FEED_TYPES`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from generator.model.listing import Listing
from generator.model.site import Digest, Output, Site
from generator.render.feeds import atom, json_feed, rss
from generator.views.feed_of_digest import digest_feed_view
from generator.views.feed_of_papers import RSS_FILE, PaperFeeds
from generator.views.feed_of_posts import PostList, lists_of_people, post_lists, posts_feed_view
from generator.views.feed_types import FeedEntry, FeedView

__all__ = ["FEEDS", "FeedFormat", "plan_feeds", "what_feeds_say"]


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """A format of feeds."""

    name: str
    """As readers know it."""
    file: str
    """Its file name, beside every list."""
    media_type: str
    """For `<link rel="alternate" type="...">`."""
    render: Callable[[FeedView], bytes]


FEEDS = (
    FeedFormat(rss.NAME, RSS_FILE, rss.MEDIA_TYPE, rss.render),
    FeedFormat(atom.NAME, atom.FILE, atom.MEDIA_TYPE, atom.render),
    FeedFormat(json_feed.NAME, json_feed.FILE, json_feed.MEDIA_TYPE, json_feed.render),
)

_Shown = Listing | Digest | PostList


def plan_feeds(site: Site) -> Iterator[Output]:
    """Every feed of the site: one of each format beside every list that still changes."""
    feeds = _Feeds(site)
    for shown in feeds.all_shown():
        for feed in FEEDS:
            yield Output(shown.path + feed.file, partial(feeds.render, feed, shown))
    for person in lists_of_people(site):
        yield Output(person.path + RSS_FILE, partial(feeds.render, FEEDS[0], person))


def what_feeds_say(site: Site) -> dict[str, str]:
    """Address of each list's feeds, without the file name -> digest of what they say.

    The same for the same entries under the same title, in whatever order: a paper that moves is no news for a hub.
    """
    feeds = _Feeds(site)
    digests = {}
    for shown in feeds.all_shown():
        view = feeds.view_of(shown)
        entries = sorted(f"{uid}\0{entry.updated}\0{entry.title}\0{entry.html}" for uid, entry in view.entries)
        text = "\0".join([view.title, view.description, *entries])
        digests[view.base_url] = hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
    return digests


class _Feeds:
    """Makes the views of feeds; keeps the last one, because the formats of a list follow each other."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._papers = PaperFeeds(site)
        self._posts: dict[str, FeedEntry] = {}
        self._last: tuple[_Shown, FeedView] | None = None

    def all_shown(self) -> list[_Shown]:
        listings = [listing for listing in self._site.listings if listing.window.changes]
        return [*listings, *self._site.digests, *post_lists(self._site)]

    def render(self, feed: FeedFormat, shown: _Shown) -> bytes:
        if self._last is None or self._last[0] is not shown:
            self._last = shown, self.view_of(shown)
        return feed.render(self._last[1])

    def view_of(self, shown: _Shown) -> FeedView:
        if isinstance(shown, PostList):
            return posts_feed_view(self._site, shown, self._posts)
        if isinstance(shown, Digest):
            return digest_feed_view(self._site, shown)
        return self._papers.feed_of(shown)
