"""What a feed format is: a name, a file and a function, no class to inherit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from generator.views.feed_types import FeedView


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFormat:
    """A format, as registered in FEEDS."""

    name: str
    """As readers know it."""
    file: str
    """Its file name, beside every list."""
    media_type: str
    """For `<link rel="alternate" type="...">`."""
    render: Callable[[FeedView], bytes]
    """Pure: the same view gives the same bytes."""
