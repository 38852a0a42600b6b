"""What config.yaml can say about feeds that others publish."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.config.kinds import FeedAddress
from generator.config.networks import NetworkConfig

FeedAddresses = Annotated[
    tuple[FeedAddress, ...],
    Field(description="Addresses of feeds (RSS, Atom, JSON) whose entries link to papers."),
]

CONFIG = NetworkConfig(name="feeds", title="Feeds", wanted=FeedAddresses)
