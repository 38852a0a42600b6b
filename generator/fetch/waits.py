"""How long services asked to be left alone: kept in the state of their network, for the next fetch and prune."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import msgspec

from generator.model.records import NetworkState
from generator.model.tree import Tree
from generator.net.http import Client, HttpClient

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
    not_before = {
        place: now + timedelta(seconds=math.ceil(seconds - 0.001)) for place, seconds in client.waits().items()
    }
    before = tree.states.get(network, NetworkState())
    after = msgspec.structs.replace(before, not_before=dict(sorted(not_before.items())))
    if after == NetworkState() and network == ARXIV:
        tree.states.pop(network, None)
    elif after != before:
        tree.states[network] = after
