"""Networks that are read whole, of which each tracker takes what has enough points or upvotes. Pure.

What is below everybody's threshold is not taken; it is looked at again while the stream's overlap covers it. So the
cursor remembers the thresholds it was read with: a new tracker, or a lower threshold, wants what was passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Wanted


def thresholds(wanted: Iterable[Wanted], key: str) -> dict[str, int]:
    """Tracker -> what a post must have at least; `key` names it in the tracker's block."""
    return {one.tracker: wire.count(one.block.get(key)) for one in sorted(wanted, key=lambda one: one.tracker)}


def reached(least: Mapping[str, int], value: int) -> tuple[str, ...]:
    """The trackers that take a post with so many points."""
    return tuple(sorted(tracker for tracker, needed in least.items() if value >= needed))


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the last run of a stream stood, as its cursor says: `{"newest": time, "wanted": {tracker: least}}`."""

    newest: datetime | None
    wanted: Mapping[str, int]

    @classmethod
    def load(cls, stored: Any) -> Mark:
        """From JSON; what is not understood is as if it had never been."""
        if not isinstance(stored, Mapping):
            return cls(None, {})
        wanted = stored.get("wanted")
        thresholds_by_tracker = (
            {str(name): wire.count(least) for name, least in wanted.items()} if isinstance(wanted, Mapping) else {}
        )
        return cls(wire.time(stored.get("newest")), thresholds_by_tracker)

    def known_for(self, least: Mapping[str, int]) -> datetime | None:
        """The newest time that was read for all these trackers and thresholds; None where that was never done."""
        covered = all(name in self.wanted and self.wanted[name] <= needed for name, needed in least.items())
        return self.newest if covered else None


def cursor(newest: datetime, least: Mapping[str, int]) -> dict[str, Any]:
    """What `Mark.load` reads."""
    return {"newest": f"{newest:%Y-%m-%dT%H:%M:%SZ}", "wanted": dict(least)}
