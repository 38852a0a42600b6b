"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/, read 2026-11-23). feedgen has no JSON Feed."""

from __future__ import annotations

from typing import Any

import msgspec

from generator.render.feeds.base import FeedFormat
from generator.render.feeds.entries import Entry, entries_of
from generator.views.feed_types import FeedView

FILE = "feed.json"
MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def render(view: FeedView) -> bytes:
    """The view as JSON Feed 1.1."""
    hubs = {"hubs": [{"type": "WebSub", "url": view.hub}]} if view.hub else {}
    feed = {
        "version": VERSION,
        "title": view.title,
        "home_page_url": view.home_url,
        "feed_url": view.base_url + FILE,
        "description": view.description,
        "authors": [{"name": view.site_title, "url": view.home_url}],
        "language": "en",
        **hubs,
        "items": list(map(_entry, entries_of(view))),
    }
    return msgspec.json.format(msgspec.json.encode(feed), indent=1) + b"\n"


def _entry(entry: Entry) -> dict[str, Any]:
    fields = {
        "id": entry.uid,
        "url": entry.url,
        "external_url": entry.external_url,
        "title": entry.title,
        "content_html": entry.html,
        "date_published": entry.published,
        "date_modified": entry.updated,
        "authors": [{"name": name} for name in entry.authors],
        "tags": entry.categories,
        "_trending_arxiv": entry.own,
    }
    return {name: value for name, value in fields.items() if value}


FORMAT = FeedFormat(name="JSON Feed", file=FILE, media_type=MEDIA_TYPE, render=render)
