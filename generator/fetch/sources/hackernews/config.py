"""What config.yaml can say about Hacker News."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.config.kinds import Address, Block
from generator.config.networks import NetworkConfig


class HackerNewsBlock(Block):
    """Stories about papers on Hacker News."""

    min_points: Annotated[int, Field(ge=0, le=100_000)] = 2
    """Stories with fewer points are left out."""


class HackerNewsNetwork(Block):
    """How to ask Hacker News."""

    api: Address = "https://hn.algolia.com/api/v1"


CONFIG = NetworkConfig(name="hackernews", title="Hacker News", wanted=HackerNewsBlock, settings=HackerNewsNetwork)
