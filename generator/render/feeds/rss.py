"""RSS 2.0 (https://www.rssboard.org/rss-specification, read 2026-11-23), with `dc:creator` for the authors."""

from __future__ import annotations

import re

from generator.render.feeds.xml_feed import attribute, make_frame, with_entries, write_entry
from generator.views.feed_of_papers import RSS_FILE
from generator.views.feed_types import FeedEntry, FeedView

NAME = "RSS"
MEDIA_TYPE = "application/rss+xml"

_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
"""RSS never said whether a title is text or HTML; readers that take it for HTML would swallow `<b` in 'if a<b'."""


def render(view: FeedView) -> bytes:
    """The view as RSS 2.0."""
    feed = make_frame(view, RSS_FILE, MEDIA_TYPE)
    frame: bytes = feed.rss_str(pretty=True)
    if view.hub:
        frame = _with_hub(frame, view.hub)
    entries = [(uid, _text(entry)) for uid, entry in view.entries]
    return with_entries(view, frame, entries, '<guid isPermaLink="false">{}</guid>', "</channel>")


def _text(entry: FeedEntry) -> str:
    if NAME not in entry.written:
        title = _TAG_LIKE.sub("< ", entry.title)
        entry.written[NAME] = write_entry(entry, title, rss=True)
    return entry.written[NAME]


def _with_hub(frame: bytes, hub: str) -> bytes:
    """The feed naming its hub, as WebSub asks (https://www.w3.org/TR/websub/, 4, read 2026-11-23); feedgen does not."""
    hub_link = f'<atom:link href="{attribute(hub)}" rel="hub"/>\n'
    before, own_link, after = frame.decode().partition("<atom:link ")
    return f"{before}{hub_link}{own_link}{after}".encode()
