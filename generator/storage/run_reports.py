"""What commands did when they last ran, for `status`, the status page and each other: files in .cache, damaged or not.

Losing them loses nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.model.site import Spent

FETCH = "last-run.json"
PRUNE = "last-prune.json"
ANNOUNCE = "last-announce.json"
FEEDS = "feeds.json"
"""What the last build put into the feeds: address without file name -> digest. Only where a hub is to be told."""
HUB = "hub.json"
"""What the hub was told of."""
LIMITS_MAX = 8
"""So many limits of one network are told: on Mastodon every instance has its own."""


def save(cache: Path, summary: Mapping[str, Any], name: str = FETCH) -> None:
    """Replace what is known of the last run of a command."""
    from generator.storage.disk import write_file  # noqa: PLC0415

    write_file(cache / name, json.dumps(summary, indent=1).encode() + b"\n")


def load(cache: Path, name: str = FETCH) -> dict[str, Any] | None:
    """What the last run did; None where nobody remembers."""
    try:
        found = json.loads((cache / name).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def spent(cache: Path, name: str = FETCH) -> dict[str, Spent]:
    """What a command asked of each network when it last ran, by network; what is damaged is left out."""
    run = load(cache, name) or {}
    networks = run.get("networks")
    rows = networks.items() if isinstance(networks, dict) else ()
    return {network: _spent(row, run.get("at")) for network, row in rows if isinstance(row, dict)}


def _spent(row: Mapping[str, Any], at: Any) -> Spent:
    from generator.model.site import Spent  # noqa: PLC0415

    requests, cost, limits = row.get("requests"), row.get("cost_usd"), row.get("limits")
    is_paid = bool(row.get("reads")) or (isinstance(cost, int | float) and cost > 0)
    told = [f"{name}: {left}" for name, left in sorted(limits.items())] if isinstance(limits, dict) else []
    if len(told) > LIMITS_MAX:
        told[LIMITS_MAX:] = [f"{len(told) - LIMITS_MAX:,} more"]
    return Spent(
        at=_moment(at),
        requests=requests if isinstance(requests, int) else 0,
        cost=f"${cost:.2f}" if is_paid and isinstance(cost, int | float) else None,
        limits=tuple(told),
    )


def _moment(at: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(at)
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo else None
