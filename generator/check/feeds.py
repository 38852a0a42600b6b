"""What is wrong in one feed, sitemap, OPML or JSON file of the site. Pure: bytes in, (line, message) out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

_ATOM = "{http://www.w3.org/2005/Atom}"
_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_JSON_FEED = "https://jsonfeed.org/version/1"

Fault = tuple[int | None, str]
"""Line and message."""


def check_xml(path: str, content: bytes) -> Iterator[Fault]:
    """Check an RSS 2.0 or Atom feed, a sitemap or an OPML file; other XML need only be well-formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root: Any = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        yield error.lineno, f"is ill-formed XML: {error.msg}"
        return
    if root.tag == "rss":
        yield from _rss(root)
    elif root.tag == f"{_ATOM}feed":
        yield from _atom(root)
    elif root.tag in {f"{_SITEMAP}urlset", f"{_SITEMAP}sitemapindex"}:
        yield from _doubled(root.iter(f"{_SITEMAP}loc"), "address")
    elif root.tag == "opml":
        if root.find("head/title") is None:
            yield root.sourceline, "lacks a title"
        for outline in root.iter("outline"):
            if not outline.get("text"):
                yield outline.sourceline, "has an outline without text"
    elif path.endswith(("feed.xml", "atom.xml")):
        yield root.sourceline, f"is no feed: its root is {root.tag!a:.80}"


def check_json(path: str, content: bytes) -> Iterator[Fault]:
    """Check a JSON file; feeds must be JSON Feed 1.1."""
    try:
        document = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        yield getattr(error, "lineno", None), f"is ill-formed JSON: {error}"
        return
    if not path.endswith("feed.json"):
        return
    if not isinstance(document, dict) or not str(document.get("version", "")).startswith(_JSON_FEED):
        yield 1, "is no JSON Feed: it lacks `version`"
        return
    if not document.get("title") or not isinstance(document.get("items"), list):
        yield 1, "lacks `title` or `items`"
        return
    yield from _json_items(document["items"])


def _json_items(items: list[Any]) -> Iterator[Fault]:
    ids: Counter[Any] = Counter()
    for number, entry in enumerate(items):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            yield 1, f"items[{number}] lacks an id"
            continue
        ids[entry["id"]] += 1
        if "content_html" not in entry and "content_text" not in entry:
            yield 1, f"items[{number}] lacks its content"
        for name in ("date_published", "date_modified"):
            if name in entry and not _is_time(entry[name]):
                yield 1, f"items[{number}].{name} is no time"
    for entry_id, times in ids.items():
        if times > 1:
            yield 1, f"the id {entry_id} is there {times} times"


def _rss(root: Any) -> Iterator[Fault]:
    channel = root.find("channel")
    if root.get("version") != "2.0" or channel is None:
        yield root.sourceline, "is no RSS 2.0: it lacks a channel or its version"
        return
    for name in ("title", "link", "description"):
        if not channel.findtext(name):
            yield channel.sourceline, f"lacks the channel's {name}"
    yield from _doubled(channel.iter("guid"), "guid")
    for entry in channel.iter("item"):
        if not entry.findtext("title") and not entry.findtext("description"):
            yield entry.sourceline, "has an entry without title and description"
        if not entry.findtext("guid"):
            yield entry.sourceline, "has an entry without guid"
        date = entry.findtext("pubDate")
        if date is not None and not _is_mail_date(date):
            yield entry.sourceline, f"has the date {date!a:.40}, which is none of RFC 822"


def _atom(root: Any) -> Iterator[Fault]:
    yield from _atom_parts(root, "feed")
    for entry in root.iter(f"{_ATOM}entry"):
        yield from _atom_parts(entry, "entry")
    yield from _doubled(root.findall(f"{_ATOM}entry/{_ATOM}id"), "id")


def _atom_parts(element: Any, what: str) -> Iterator[Fault]:
    for name in ("id", "title", "updated"):
        if not element.findtext(f"{_ATOM}{name}"):
            yield element.sourceline, f"has a {what} without {name}"
    updated = element.findtext(f"{_ATOM}updated")
    if updated and not _is_time(updated):
        yield element.sourceline, f"has the time {updated!a:.40}, which is none of RFC 3339"


def _doubled(elements: Iterable[Any], what: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for element in elements:
        text = element.text or ""
        if text in seen:
            yield element.sourceline, f"has the {what} {text} twice"
        seen.add(text)


def _is_time(text: Any) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _is_mail_date(text: str) -> bool:
    try:
        return parsedate_to_datetime(text).tzinfo is not None
    except (TypeError, ValueError, IndexError):
        return False


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
