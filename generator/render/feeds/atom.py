"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from generator.render.feeds.xml_feed import make_frame, with_entries, write_entry
from generator.views.feed_types import FeedEntry, FeedView

NAME = "Atom"
FILE = "atom.xml"
MEDIA_TYPE = "application/atom+xml"


def render(view: FeedView) -> bytes:
    """The view as Atom 1.0."""
    frame = make_frame(view, FILE, MEDIA_TYPE).atom_str(pretty=True)
    entries = [(uid, _text(entry)) for uid, entry in view.entries]
    return with_entries(view, frame, entries, "<id>{}</id>", "</feed>")


def _text(entry: FeedEntry) -> str:
    if NAME not in entry.written:
        entry.written[NAME] = write_entry(entry, entry.title, rss=False)
    return entry.written[NAME]
