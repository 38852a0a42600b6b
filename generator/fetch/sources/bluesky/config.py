"""What config.yaml can say about Bluesky."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from generator.config.kinds import FLAT, ONE_OR_MANY, Address, Block, StreamChoice, names_of
from generator.config.networks import NetworkConfig
from generator.config.pasted import AccountForm
from generator.fetch.sources.bluesky import handles

AT_ONCE = 8
"""Requests at the same time: 1,000 accounts take 20 s at 150 ms a request, within the limit of 3,000 in 5 minutes."""
Accounts = Annotated[tuple[Annotated[str, names_of("bluesky", handles.handle)], ...], ONE_OR_MANY, FLAT]
BlueskyList = Annotated[str, AfterValidator(handles.list_uri)]
BlueskyFeed = Annotated[str, AfterValidator(handles.feed_uri)]


class BlueskyBlock(Block):
    """What to read on Bluesky (no secret needed)."""

    accounts: Accounts = ()
    """Handles in full, such as name.bsky.social, or DIDs."""
    follows_of: Accounts = ()
    """Everybody whom these accounts follow."""
    lists: tuple[BlueskyList, ...] = ()
    """Addresses of lists."""
    feeds: tuple[BlueskyFeed, ...] = ()
    """Addresses of custom feeds."""


class BlueskyNetwork(Block):
    """How to ask Bluesky."""

    api: Address = "https://public.api.bsky.app"
    stream: StreamChoice = "auto"
    """Read the live stream (Jetstream): `auto` from 500 accounts on, true, false, or the stream's wss:// address."""


CONFIG = NetworkConfig(
    name="bluesky",
    title="Bluesky",
    wanted=BlueskyBlock,
    settings=BlueskyNetwork,
    account=AccountForm("Bluesky", handles.handle, handles.is_certain, aliases=("bsky", "atproto")),
    requests_at_once=AT_ONCE,
    env_variable="BLUESKY_APP_PASSWORD",
)
