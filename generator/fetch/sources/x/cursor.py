"""How far a stream of X was read: the newest id, and the ranges below it that the budget did not reach.

X pages newest first. When the reads of a run are used up in the middle, what was read is above what was not; the cursor
remembers the hole as a `Gap`, and the next run fills it after it has asked for what is new. So nothing is lost and
nothing is bought twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

GAPS_MAX = 20
"""More holes than this are joined, oldest first: some posts are read again, none is lost."""
_ID = re.compile(r"[0-9]{1,19}", re.ASCII)
_TOKEN_MAX = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Posts not read yet: newer than `since` (None: as far back as X goes) and older than `until` (None: newest)."""

    since: int | None = None
    until: int | None = None
    token: str | None = None
    """X's own token for the page where it goes on: lists know no ids in their parameters."""
    left: int | None = None
    """How many posts of it are wanted at most (a first reading is bounded), or None for all."""

    def dump(self) -> dict[str, Any]:
        """As JSON; ids are text because JavaScript would round them."""
        values = {"since": self.since, "until": self.until}
        plain: dict[str, Any] = {name: str(value) for name, value in values.items() if value is not None}
        plain.update({} if self.token is None else {"token": self.token})
        plain.update({} if self.left is None else {"left": self.left})
        return plain


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next run begins."""

    newest: int | None = None
    gaps: tuple[Gap, ...] = ()
    """Newest first."""

    def dump(self) -> dict[str, Any]:
        """As JSON, with nothing that says nothing."""
        plain: dict[str, Any] = {} if self.newest is None else {"newest": str(self.newest)}
        if self.gaps:
            plain["gaps"] = [gap.dump() for gap in self.gaps]
        return plain

    def reached(self, ids: list[int]) -> Cursor:
        """After a page with these ids."""
        return replace(self, newest=max([*ids, *([] if self.newest is None else [self.newest])], default=None))

    def with_gap(self, old: Gap | None, new: Gap | None) -> Cursor:
        """`new` in the place of `old`; either may be none."""
        gaps = [gap for gap in self.gaps if gap is not old]
        if new is not None:
            gaps.append(new)
        gaps.sort(key=lambda gap: -(gap.until or 0))
        while len(gaps) > GAPS_MAX:
            older, newer = gaps.pop(), gaps.pop()
            ends = (older.since, newer.since)
            since = None if None in ends else min(end for end in ends if end is not None)
            gaps.append(Gap(since=since, until=newer.until, token=newer.token, left=older.left))
        return replace(self, gaps=tuple(gaps))


def load(value: Any) -> Cursor:
    """From JSON of an earlier run. What is not understood is as if it had never been: read again, not lost."""
    if not isinstance(value, Mapping):
        return Cursor()
    gaps = value.get("gaps")
    loaded = (_gap(gap) for gap in gaps if isinstance(gap, Mapping)) if isinstance(gaps, list) else ()
    return Cursor(_number(value.get("newest")), tuple(loaded))


def _gap(value: Mapping[str, Any]) -> Gap:
    token, posts = value.get("token"), value.get("left")
    return Gap(
        since=_number(value.get("since")),
        until=_number(value.get("until")),
        token=token if isinstance(token, str) and 0 < len(token) <= _TOKEN_MAX else None,
        left=posts if isinstance(posts, int) and not isinstance(posts, bool) and posts > 0 else None,
    )


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and _ID.fullmatch(value) else None
