"""A view as feedgen's model, from which feedgen writes RSS and Atom.

Every value that feedgen would take from the clock or from its own version is set here.
"""

from __future__ import annotations

from typing import Any

from generator.render.feeds.entries import Entry, entries_of
from generator.views.feed_types import FeedView

CATEGORY_SCHEME = "http://arxiv.org/schemas/atom"
"""What arXiv's own Atom says beside a category (https://info.arxiv.org/help/api/user-manual.html, read 2026-11-23)."""


def to_feedgen(view: FeedView, file: str, media_type: str) -> Any:
    """The feed with all its papers, ready for `rss_str` or `atom_str`.

    Args:
        view: what to show.
        file: name of this feed's file, for its `self` link.
        media_type: of this feed.
    """
    from feedgen.feed import FeedGenerator  # noqa: PLC0415 - 70 ms that commands without feeds need not spend

    feed = FeedGenerator()
    feed.load_extension("dc", atom=False, rss=True)
    feed.id(view.home_url)
    feed.title(view.title)
    feed.subtitle(view.description)
    feed.description(view.description)
    feed.link(href=view.base_url + file, rel="self", type=media_type)
    if view.hub:
        feed.link(href=view.hub, rel="hub")  # before the alternate one: RSS takes the last as its own
    feed.link(href=view.home_url, rel="alternate", type="text/html")
    feed.language("en")
    feed.generator("trending-arxiv")
    feed.author({"name": view.site_title})
    feed.updated(view.updated)
    feed.lastBuildDate(view.updated)
    for entry in entries_of(view):
        _add(feed, entry)
    return feed


def _add(feed: Any, entry: Entry) -> None:
    added = feed.add_entry(order="append")
    added.guid(entry.uid, permalink=entry.uid_opens)
    added.title(entry.title)
    added.link(href=entry.url)  # the only one: feedgen 1.0.0 loses `rel`, and two would both be 'alternate'
    if entry.authors:
        added.author([{"name": name} for name in entry.authors])
        added.dc.dc_creator(", ".join(entry.authors))
    if entry.categories:
        added.category([{"term": term, "scheme": CATEGORY_SCHEME} for term in entry.categories])
    added.published(entry.published)
    added.updated(entry.updated)
    added.content(entry.html, type="html")
