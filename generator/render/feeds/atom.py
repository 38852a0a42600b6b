"""Atom 1.0 (RFC 4287)."""

from __future__ import annotations

from generator.render.feeds.base import FeedFormat
from generator.render.feeds.xml_feed import to_feedgen
from generator.views.feed_types import FeedView

FILE = "atom.xml"
MEDIA_TYPE = "application/atom+xml"


def render(view: FeedView) -> bytes:
    """The view as Atom 1.0."""
    atom: bytes = to_feedgen(view, FILE, MEDIA_TYPE).atom_str(pretty=True)
    return atom


FORMAT = FeedFormat(name="Atom", file=FILE, media_type=MEDIA_TYPE, render=render)
