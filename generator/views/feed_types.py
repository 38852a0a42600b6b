"""The shapes of feeds: a feed, and an entry that is the same in every format. No behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH = datetime(1991, 8, 14, tzinfo=UTC)
"""arXiv's first day: the date of a feed without entries, because a feed must have one and the clock would change it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeedEntry:
    """One entry, ready for any format. It does not know its feed: one entry serves all feeds that show it."""

    url: str
    external_url: str | None = None
    title: str
    """Plain text."""
    html: str
    """Without anything active."""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: datetime
    updated: datetime
    own: Mapping[str, Any]
    """The extension of JSON Feed: what programs want to know."""
    written: dict[str, str] = field(default_factory=dict)
    """Format -> the entry as that format writes it, once it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """One list as a feed, for its three files."""

    title: str
    description: str
    site_title: str
    base_url: str
    """The page of the list; a file name follows it."""
    root: str
    """The way from there to the root of the site: `../../`."""
    entries: tuple[tuple[str, FeedEntry], ...]
    """(id, entry), in the order of the list."""
    hub: str | None = None
    """Address of a WebSub hub."""

    @property
    def updated(self) -> datetime:
        """As new as the newest entry."""
        return max((entry.updated for _, entry in self.entries), default=EPOCH)
