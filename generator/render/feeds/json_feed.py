"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/, read 2026-11-23). feedgen has no JSON Feed."""

from __future__ import annotations

import msgspec

from generator.views.feed_types import FeedEntry, FeedView

NAME = "JSON Feed"
FILE = "feed.json"
MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def render(view: FeedView) -> bytes:
    """The view as JSON Feed 1.1."""
    feed = {
        "version": VERSION,
        "title": view.title,
        "home_page_url": view.base_url,
        "feed_url": view.base_url + FILE,
        "description": view.description,
        "authors": [{"name": view.site_title, "url": view.base_url}],
        "language": "en",
        **({"hubs": [{"type": "WebSub", "url": view.hub}]} if view.hub else {}),
        "items": [msgspec.Raw(_with_id(entry, uid)) for uid, entry in view.entries],
    }
    return msgspec.json.format(msgspec.json.encode(feed), indent=1) + b"\n"


def _with_id(entry: FeedEntry, uid: str) -> bytes:
    if NAME not in entry.written:
        entry.written[NAME] = _text(entry)
    return f'{{"id":{msgspec.json.encode(uid).decode()},{entry.written[NAME][1:]}'.encode()


def _text(entry: FeedEntry) -> str:
    """The entry without its id."""
    fields = {
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
    return msgspec.json.encode({name: value for name, value in fields.items() if value}).decode()
