"""Bytes of a JSON Feed (jsonfeed.org/version/1.1, read 2026-11-23; version 1 too) -> its articles. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.feed_xml import ARTICLES_MAX, EARLIEST, Article, Feed, FeedError, told_apart
from generator.model.errors import FormatError

_VERSIONS = ("https://jsonfeed.org/version/", "http://jsonfeed.org/version/")


def read_json(body: bytes) -> Feed:
    """Read a JSON Feed. Raises FeedError where it is none."""
    try:
        feed = wire.decode_object(body, "")
    except FormatError as error:
        raise FeedError(error.reason.removeprefix("format changed: ")) from None
    if not wire.text(feed.get("version")).startswith(_VERSIONS):
        raise FeedError("it is JSON but no JSON Feed: its version is not on jsonfeed.org")
    items = feed.get("items")
    if not isinstance(items, list):
        raise FeedError("it is a JSON Feed without a list of items")
    return Feed(
        title=wire.text(feed.get("title")),
        address=wire.text(feed.get("home_page_url")),
        lang=wire.text(feed.get("language")) or None,
        articles=told_apart([_article(item) for item in wire.objects(items[:ARTICLES_MAX])]),
        left_out=max(0, len(items) - ARTICLES_MAX),
    )


def _article(item: Mapping[str, Any]) -> Article:
    own_id = wire.text(item.get("id"))
    number = wire.whole_number(item.get("id"))
    if number is not None:
        # The description asks readers to take numbers as texts.
        own_id = str(number)
    links = [link for link in (wire.text(item.get("url")), wire.text(item.get("external_url"))) if link]
    address = links[0] if links else ""
    texts: list[tuple[str, bool]] = []
    for name in ("summary", "content_text", "content_html"):
        text = wire.text(item.get(name))
        if text:
            texts.append((text, name == "content_html"))
    return Article(
        id=own_id or address,
        title=wire.text(item.get("title")),
        address=address,
        links=tuple(links),
        texts=tuple(sorted(texts, key=lambda text: len(text[0]))),
        at=wire.time(item.get("date_published"), EARLIEST) or wire.time(item.get("date_modified"), EARLIEST),
        lang=wire.text(item.get("language")) or None,
    )
