"""What config.yaml can say about X."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from generator.config.kinds import FLAT, ONE_OR_MANY, Address, Block, names_of
from generator.config.networks import NetworkConfig
from generator.config.pasted import AccountForm
from generator.fetch.sources.x import handles

XAccounts = Annotated[tuple[Annotated[str, names_of("x", handles.handle)], ...], ONE_OR_MANY, FLAT]
XList = Annotated[str, AfterValidator(handles.list_number)]


class XBlock(Block):
    """What to read on X (needs the secret X_BEARER_TOKEN, and every read costs)."""

    accounts: XAccounts = ()
    """Handles, with or without @."""
    lists: tuple[XList, ...] = ()
    """Numbers of lists, in quotes."""
    mode: Literal["timeline", "search"] = "timeline"
    """`search` asks for links to arXiv alone: much cheaper, without reposts."""


class XNetwork(Block):
    """How to ask X."""

    api: Address = "https://api.x.com/2"
    keep: Literal["ids", "full"] = "ids"
    """`ids`: no text, handle, name or counts in data/, as the terms of X ask of public repositories."""
    max_reads_per_run: Annotated[int, Field(ge=0, le=1_000_000)] = 500
    """A run stops after this many reads, because each read costs money."""
    max_usd_per_month: Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)] = 10.0
    """Fetch and prune together stop reading X at this estimated cost in a calendar month (UTC)."""


CONFIG = NetworkConfig(
    name="x",
    title="X",
    wanted=XBlock,
    settings=XNetwork,
    account=AccountForm("X", handles.handle, handles.is_certain, aliases=("twitter",)),
    env_variable="X_BEARER_TOKEN",
)
