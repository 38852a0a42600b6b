"""What commands did when they last ran, for `status` and each other: files in .cache, damaged or not.

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
"""What the last build put into the feeds: address without file name -> digest. Only where a hub is to be told."""
HUB = "hub.json"
"""What the hub was told of."""


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
