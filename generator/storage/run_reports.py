"""Reports of the last runs, in .cache: read by `status` and by other commands. They may be damaged.

Losing them loses nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FETCH = "last-run.json"
PRUNE = "last-prune.json"
ANNOUNCE = "last-announce.json"
FEEDS = "feeds.json"
"""Digests of the feeds of the last build, by address without file name. Only with a hub."""
WAITS = "waits.json"
"""Host -> the time before which it does not want to be asked."""
HUB = "hub.json"
"""The digests of the feeds that the hub was told of."""


def save(cache: Path, summary: Mapping[str, Any], name: str = FETCH) -> None:
    """Replace the report of a command."""
    from generator.storage.disk import write_file  # noqa: PLC0415

    write_file(cache / name, json.dumps(summary, indent=1).encode() + b"\n")


def load(cache: Path, name: str = FETCH) -> dict[str, Any] | None:
    """The report of the last run, or None."""
    try:
        report = json.loads((cache / name).read_bytes())
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None
