"""What config.yaml can say about Hugging Face."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from generator.config.kinds import Address, Block
from generator.config.networks import NetworkConfig


class HuggingFaceBlock(Block):
    """Daily papers of Hugging Face."""

    min_upvotes: Annotated[int, Field(ge=0, le=100_000)] = 2
    """Papers with fewer upvotes are left out."""


class HuggingFaceNetwork(Block):
    """How to ask Hugging Face."""

    api: Address = "https://huggingface.co/api"


CONFIG = NetworkConfig(name="huggingface", title="Hugging Face", wanted=HuggingFaceBlock, settings=HuggingFaceNetwork)
