"""RSS and Atom, written by feedgen: the frame once a feed, and an entry once for each number of authors and categories.

Every value that feedgen would take from the clock or from its own version is set here. The entries of all feeds are
copies of a few forms, filled with escaped values: feedgen took four times as long to write each. An entry has a mark in
place of its id, because the id is the only thing that feeds do not share.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from generator.views.feed_types import FeedEntry, FeedView

CATEGORY_SCHEME = "http://arxiv.org/schemas/atom"
"""What arXiv's own Atom says beside a category (https://info.arxiv.org/help/api/user-manual.html, read 2026-11-23)."""
_MARK = "id-of-the-entry"
_PUBLISHED, _UPDATED = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC)
"""In a form: any two dates."""
_STYLE = '\n<?xml-stylesheet type="text/css" href="{root}static/feed.css"?>\n'
_FOR_PEOPLE = (
    '<div xmlns="http://www.w3.org/1999/xhtml">This is a feed: copy its address into a feed reader, and what is new '
    'comes to you. <a href="./">The same as a page</a> · <a href="{root}feeds/">Which feed to take</a></div>\n'
)
"""Browsers show XML with a style sheet; XSLT, which could turn it into a page, is leaving them."""


def make_frame(view: FeedView, file: str, media_type: str) -> Any:
    """The feed without its entries, ready for `rss_str` or `atom_str`.

    Args:
        view: what to show.
        file: name of this feed's file, for its `self` link.
        media_type: of this feed.
    """
    from feedgen.feed import FeedGenerator  # noqa: PLC0415 - 70 ms that commands without feeds need not spend

    feed = FeedGenerator()
    feed.load_extension("dc", atom=False, rss=True)
    feed.id(view.base_url)
    feed.title(view.title)
    feed.subtitle(view.description)
    feed.description(view.description)
    feed.link(href=view.base_url + file, rel="self", type=media_type)
    if view.hub:
        feed.link(href=view.hub, rel="hub")  # before the alternate one: RSS takes the last as its own
    feed.link(href=view.base_url, rel="alternate", type="text/html")
    feed.language("en")
    feed.generator("trending-arxiv")
    feed.author({"name": view.site_title})
    feed.updated(view.updated)
    feed.lastBuildDate(view.updated)
    return feed


def write_entry(entry: FeedEntry, title: str, *, rss: bool) -> str:
    """The entry as RSS or else as Atom, with a mark in place of its id; its feed declares the namespace.

    Args:
        entry: what to show.
        title: its title in this format.
        rss: whether it is an item of RSS.
    """
    values = {
        "title": _text(title),
        "url": _text(entry.url) if rss else attribute(entry.url),
        "html": _text(entry.html),
        "published": format_datetime(entry.published) if rss else entry.published.isoformat(),
        "updated": entry.updated.isoformat(),
        "creators": _text(", ".join(entry.authors)),
    }
    for place, name in enumerate(entry.authors):
        values[f"author{place}"] = _text(name)
    for place, term in enumerate(entry.categories):
        values[f"category{place}"] = _text(term) if rss else attribute(term)
    return _form(len(entry.authors), len(entry.categories), rss=rss) % values


@cache
def _form(authors: int, categories: int, *, rss: bool) -> str:
    """An entry with so many authors and categories as feedgen writes it, with names in place of its values."""
    from feedgen.entry import FeedEntry as FeedgenEntry  # noqa: PLC0415 - as above
    from feedgen.ext.dc import DcEntryExtension  # noqa: PLC0415

    feedgen_entry = FeedgenEntry()
    feedgen_entry.register_extension("dc", DcEntryExtension, atom=False, rss=True)
    feedgen_entry.guid(_MARK, permalink=False)
    feedgen_entry.title("%(title)s")
    feedgen_entry.link(href="%(url)s")  # the only one: feedgen 1.0.0 loses `rel`, and two would both be 'alternate'
    if authors:
        feedgen_entry.author([{"name": f"%(author{place})s"} for place in range(authors)])
        feedgen_entry.dc.dc_creator("%(creators)s")
    if categories:
        terms = [f"%(category{place})s" for place in range(categories)]
        feedgen_entry.category([{"term": term, "scheme": CATEGORY_SCHEME} for term in terms])
    feedgen_entry.published(_PUBLISHED)
    feedgen_entry.updated(_UPDATED)
    feedgen_entry.content("%(html)s", type="html")
    element = feedgen_entry.rss_entry() if rss else feedgen_entry.atom_entry()
    form: str = etree.tostring(element, pretty_print=True, encoding="unicode")
    for name, date in (("published", _PUBLISHED), ("updated", _UPDATED)):
        form = form.replace(format_datetime(date) if rss else date.isoformat(), f"%({name})s")
    return form.replace('<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">', "<dc:creator>", 1)


def _text(text: str) -> str:
    return escape(text, {"\r": "&#13;"})


def attribute(text: str) -> str:
    """A value between double quotes."""
    return escape(text, {'"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})


def with_entries(view: FeedView, frame: bytes, entries: list[tuple[str, str]], around_id: str, end: str) -> bytes:
    """Put the entries into their feed, and before them what a browser shows to somebody who opens it.

    Args:
        view: what to show.
        frame: the feed without its entries.
        entries: (id, the entry as `write_entry` wrote it).
        around_id: the element of an id, such as `<id>{}</id>`; nothing else in an entry looks like it, for text is
            escaped.
        end: what the entries stand before in the frame.
    """
    mark = around_id.format(_MARK)
    written = [text.replace(mark, around_id.format(escape(uid)), 1) for uid, text in entries]
    declaration, _, head = frame.decode().partition("\n")
    before, _, after = head.rpartition(end)
    style = _STYLE.format(root=view.root)
    return "".join([declaration, style, before, _FOR_PEOPLE.format(root=view.root), *written, end, after]).encode()
