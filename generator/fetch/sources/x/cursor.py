"""How far a stream of X was read: the newest id, and the ranges below it that the budget did not reach.

X pages newest first. When the reads of a run are used up in the middle, what was read is above what was not; the cursor
remembers the hole as a `Gap`, and the next run fills it after it has asked for what is new. So nothing is lost and
nothing is bought twice.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from generator.fetch.adapter import json_fields as wire

GAPS_MAX = 20
"""More holes than this are joined, oldest first: some posts are read again, none is lost."""
_PostNumber = Annotated[int, Meta(ge=0)]


class Gap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Posts not read yet: newer than `since` (None: as far back as X goes) and older than `until` (None: newest)."""

    since: _PostNumber | None = None
    until: _PostNumber | None = None
    token: Annotated[str, Meta(min_length=1, max_length=512)] | None = None
    """X's own token for the page where it goes on: lists know no ids in their parameters."""
    left: Annotated[int, Meta(ge=1)] | None = None
    """How many posts of it are wanted at most (a first reading is bounded), or None for all."""


class Cursor(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the next run begins."""

    newest: _PostNumber | None = None
    gaps: tuple[Gap, ...] = ()
    """Newest first."""

    def dump(self) -> dict[str, Any]:
        """Plain values for JSON; empty fields are left out."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        for row in (plain, *plain.get("gaps", ())):
            for name in ("newest", "since", "until"):
                # Ids are text because JavaScript would round them.
                if name in row:
                    row[name] = str(row[name])
        return plain

    def reached(self, ids: list[int]) -> Cursor:
        """After a page with these ids."""
        if self.newest is not None:
            ids = [*ids, self.newest]
        return replace(self, newest=max(ids, default=None))

    def with_gap(self, old: Gap | None, new: Gap | None) -> Cursor:
        """`new` in the place of `old`; either may be none."""
        gaps = [gap for gap in self.gaps if gap is not old]
        if new is not None:
            gaps.append(new)
        gaps.sort(key=lambda gap: -(gap.until or 0))
        while len(gaps) > GAPS_MAX:
            older, newer = gaps.pop(), gaps.pop()
            since = None
            if older.since is not None and newer.since is not None:
                since = min(older.since, newer.since)
            gaps.append(Gap(since=since, until=newer.until, token=newer.token, left=older.left))
        return replace(self, gaps=tuple(gaps))


def load(value: Any) -> Cursor:
    """From JSON of an earlier run. What is not understood is as if it had never been: read again, not lost."""
    return wire.load(value, Cursor) or Cursor()
