"""How long services asked to be left alone: kept in the state of their network, or in the cache, for the next run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from generator.model.records import Moment, NetworkState
from generator.model.tree import Tree
from generator.net.http import Client, HttpClient
from generator.storage import run_reports

ARXIV = "arxiv"
"""Has a state only while it asks to be left alone: papers have no cursors."""


def hold(client: Client, state: NetworkState, now: datetime) -> None:
    """Let the client ask nobody before the time that the state says."""
    if isinstance(client, HttpClient):
        client.hold({place: (until - now).total_seconds() for place, until in state.not_before.items()})


def note_waits(tree: Tree, network: str, client: Client, now: datetime) -> None:
    """Put what services have asked for so far into the network's state."""
    if not isinstance(client, HttpClient):
        return
    # A thousandth is less than any service states, and more than what adding up floats costs.
    not_before = {}
    for place, seconds in client.waits().items():
        not_before[place] = now + timedelta(seconds=math.ceil(seconds - 0.001))
    before = tree.states.get(network, NetworkState())
    after = msgspec.structs.replace(before, not_before=dict(sorted(not_before.items())))
    if after == NetworkState() and network == ARXIV:
        tree.states.pop(network, None)
    elif after != before:
        tree.states[network] = after


@contextmanager
def kept_in_cache(client: HttpClient, cache: Path, now: datetime) -> Iterator[None]:
    """Keep until the next run what hosts without a state of their own ask for: shorteners, targets of announcements.

    Only hosts are written down. A path may be a secret.
    """
    try:
        stored = msgspec.convert(run_reports.load(cache, run_reports.WAITS) or {}, dict[str, Moment])
    except msgspec.ValidationError:
        stored = {}
    client.hold({host: (until - now).total_seconds() for host, until in stored.items() if until > now})
    try:
        yield
    finally:
        waits = {}
        for place, seconds in client.waits().items():
            if "/" not in place:
                waits[place] = (now + timedelta(seconds=math.ceil(seconds - 0.001))).isoformat()
        if waits or stored:
            run_reports.save(cache, dict(sorted(waits.items())), run_reports.WAITS)
