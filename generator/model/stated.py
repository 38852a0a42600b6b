"""What the texts of a paper state beside the science: where its code is, and who took it."""

from __future__ import annotations

import re

import msgspec

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What one paper's texts state; empty where they state nothing."""

    code: tuple[str, ...] = ()
    venue: str = ""
    """`NeurIPS`; empty where none is stated."""
    year: str = ""

    @property
    def venue_slug(self) -> str:
        """In addresses: `neurips`, `a-and-a`."""
        return _NOT_IN_SLUG.sub("-", self.venue.lower().replace("&", "-and-")).strip("-")

    @property
    def marks(self) -> tuple[str, ...]:
        """What the search tells apart: `code`, `venue`."""
        return (*(("code",) if self.code else ()), *(("venue",) if self.venue else ()))


NOTHING_STATED = Stated()
