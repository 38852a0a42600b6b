"""What config.yaml can say about Bluesky."""

from __future__ import annotations

from generator.config import values
from generator.config.kinds import Address, Block, BlueskyAccount, BlueskyFeed, BlueskyList, StreamChoice
from generator.config.networks import NetworkConfig


class BlueskyBlock(Block):
    """What to read on Bluesky (no secret needed)."""

    accounts: tuple[BlueskyAccount, ...] = ()
    """Handles in full, such as name.bsky.social, or DIDs."""
    follows_of: tuple[BlueskyAccount, ...] = ()
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
    account=values.bluesky_account,
    env_variable="BLUESKY_APP_PASSWORD",
)
