"""Bytes of a JSON Feed (jsonfeed.org/version/1.1, read 2026-11-23; version 1 too) -> its articles. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    if not _string(feed.get("version")).startswith(_VERSIONS):
        raise FeedError("it is JSON but no JSON Feed: its version is not on jsonfeed.org")
    items = feed.get("items")
    if not isinstance(items, list):
        raise FeedError("it is a JSON Feed without a list of items")
    return Feed(
        title=_string(feed.get("title")),
        address=_string(feed.get("home_page_url")),
        lang=_string(feed.get("language")) or None,
        articles=told_apart([_article(item) for item in items[:ARTICLES_MAX] if isinstance(item, dict)]),
        left_out=max(0, len(items) - ARTICLES_MAX),
    )


def _article(raw: Mapping[str, Any]) -> Article:
    own_id = raw.get("id")
    if isinstance(own_id, int) and not isinstance(own_id, bool):
        own_id = str(own_id)  # the description asks readers to take numbers as texts
    address = _string(raw.get("url")) or _string(raw.get("external_url"))
    return Article(
        id=_string(own_id) or address,
        title=_string(raw.get("title")),
        address=address,
        links=tuple(filter(None, (_string(raw.get("url")), _string(raw.get("external_url"))))),
        texts=tuple(sorted(_texts(raw), key=lambda text: len(text[0]))),
        at=wire.time(raw.get("date_published"), EARLIEST) or wire.time(raw.get("date_modified"), EARLIEST),
        lang=_string(raw.get("language")) or None,
    )


def _texts(raw: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for name, is_html in (("summary", False), ("content_text", False), ("content_html", True)):
        if text := _string(raw.get(name)):
            yield text, is_html


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
