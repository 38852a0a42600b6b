"""What config.yaml can say about Mastodon."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from generator.config.kinds import FLAT, ONE_OR_MANY, Block, names_of
from generator.config.networks import NetworkConfig
from generator.config.pasted import AccountForm
from generator.fetch.sources.mastodon import handles

Accounts = Annotated[tuple[Annotated[str, names_of("mastodon", handles.handle)], ...], ONE_OR_MANY, FLAT]
MastodonTag = Annotated[str, AfterValidator(handles.tag)]


class MastodonBlock(Block):
    """What to read on Mastodon and servers that speak its API (no secret needed)."""

    accounts: Accounts = ()
    """@user@host."""
    follows_of: Accounts = ()
    """Everybody whom these accounts follow."""
    tags: tuple[MastodonTag, ...] = ()
    """tag@host: a hashtag as that server sees it."""


CONFIG = NetworkConfig(
    name="mastodon",
    title="Mastodon",
    wanted=MastodonBlock,
    account=AccountForm("Mastodon", handles.handle, handles.is_certain, aliases=("fediverse",)),
    env_variable="MASTODON_TOKEN_<INSTANCE>",
)
