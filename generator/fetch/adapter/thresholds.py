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
    """Tracker -> the least points of a post that it takes; `key` names them in the tracker's block."""
    least = {block.tracker: wire.count(block.block.get(key)) for block in wanted}
    return dict(sorted(least.items()))


def reached(least: Mapping[str, int], points: int | None) -> tuple[str, ...]:
    """The trackers that take a post with so many points.

    All of them if it does not state its points (None): `parse` then refuses it, because it is not one with few points.
    """
    if points is None:
        return tuple(sorted(least))
    return tuple(sorted(tracker for tracker, needed in least.items() if points >= needed))


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the last run of a stream stood, as its cursor says: `{"newest": time, "wanted": {tracker: least}}`."""

    newest: datetime | None
    wanted: Mapping[str, int]

    @classmethod
    def load(cls, stored: Any) -> Mark:
        """From JSON; what is not understood is as if it had never been."""
        newest = stored.get("newest") if isinstance(stored, Mapping) else None
        thresholds = {str(tracker): wire.count(least) for tracker, least in wire.part(stored, "wanted").items()}
        return cls(wire.time(newest), thresholds)

    def known_for(self, least: Mapping[str, int]) -> datetime | None:
        """The newest time that was read for all these trackers and thresholds; None if that was never done."""
        for tracker, needed in least.items():
            if self.wanted.get(tracker, needed + 1) > needed:
                return None
        return self.newest


def cursor(newest: datetime, least: Mapping[str, int]) -> dict[str, Any]:
    """What `Mark.load` reads."""
    return {"newest": wire.stamp(newest), "wanted": dict(least)}
