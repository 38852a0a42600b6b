"""What config.yaml can say about Mastodon."""

from __future__ import annotations

from generator.config import values
from generator.config.kinds import Block, MastodonAccount, MastodonTag
from generator.config.networks import NetworkConfig


class MastodonBlock(Block):
    """What to read on Mastodon and servers that speak its API (no secret needed)."""

    accounts: tuple[MastodonAccount, ...] = ()
    """@user@host."""
    follows_of: tuple[MastodonAccount, ...] = ()
    """Everybody whom these accounts follow."""
    tags: tuple[MastodonTag, ...] = ()
    """tag@host: a hashtag as that server sees it."""


CONFIG = NetworkConfig(
    name="mastodon",
    title="Mastodon",
    wanted=MastodonBlock,
    account=values.mastodon_account,
    env_variable="MASTODON_TOKEN_<INSTANCE>",
)
