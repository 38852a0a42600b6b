"""RSS 2.0 (https://www.rssboard.org/rss-specification, read 2026-11-23), with `dc:creator` for the authors."""

from __future__ import annotations

import re

from lxml import etree

from generator.render.feeds.base import FeedFormat
from generator.render.feeds.xml_feed import to_feedgen
from generator.views.feed_of_list import RSS_FILE
from generator.views.feed_types import FeedView

MEDIA_TYPE = "application/rss+xml"

_ATOM = "http://www.w3.org/2005/Atom"
_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])")
"""RSS never said whether a title is text or HTML; readers that take it for HTML would swallow `<b` in 'if a<b'."""


def render(view: FeedView) -> bytes:
    """The view as RSS 2.0."""
    feed = to_feedgen(view, RSS_FILE, MEDIA_TYPE)
    for entry in feed.entry():
        entry.title(_TAG_LIKE.sub("< ", entry.title()))
    rss: bytes = feed.rss_str(pretty=True)
    return _with_hub(rss, view.hub) if view.hub else rss


def _with_hub(rss: bytes, hub: str) -> bytes:
    """The feed naming its hub, as WebSub asks (https://www.w3.org/TR/websub/, 4, read 2026-11-23); feedgen does not."""
    tree = etree.fromstring(rss)
    for own in tree.findall(f"channel/{{{_ATOM}}}link"):
        own.addnext(etree.Element(f"{{{_ATOM}}}link", href=hub, rel="hub"))
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", pretty_print=True)


FORMAT = FeedFormat(name="RSS", file=RSS_FILE, media_type=MEDIA_TYPE, render=render)
