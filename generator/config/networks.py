"""How a network describes its part of the configuration, and the models that follow from all descriptions.

Each network states a `NetworkConfig` in its own folder (`generator/fetch/sources/<name>/config.py`). This module turns
the descriptions into the fields of a tracker and of `networks:`; no name of a network is written down here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import create_model

from generator.config.blocks import Config, Networks
from generator.config.kinds import Block
from generator.config.pasted import AccountForm, AccountForms
from generator.config.problems import Shape
from generator.config.trackers import TrackerBlock


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NetworkConfig:
    """What config.yaml can say about one network."""

    name: str
    """The key in a tracker and in `networks:`; also the prefix of ids and the folder in `data/posts/`."""
    title: str
    """The name that readers know."""
    wanted: Any
    """Type of `trackers[].<name>`: a Block, or an annotated tuple (feeds)."""
    settings: type[Block] | None = None
    """Type of `networks.<name>`; None if the network has no settings."""
    account: AccountForm | None = None
    """How its accounts are written. None: any name without white space is accepted."""
    requests_at_once: int = 1
    """Requests at the same time to the host of `networks.<name>.api`."""
    env_variable: str | None = None
    """Holds its secret, as messages name it."""


@cache
def config_model(networks: tuple[NetworkConfig, ...]) -> type[Config]:
    """The model of config.yaml with these networks."""
    wanted_fields: dict[str, Any] = {}
    settings_fields: dict[str, Any] = {}
    for network in networks:
        if _is_block(network.wanted):
            wanted_fields[network.name] = (network.wanted | None, None)
        else:
            wanted_fields[network.name] = (network.wanted, ())
        if network.settings is not None:
            settings_fields[network.name] = (network.settings, network.settings())
    tracker = create_model("TrackerBlock", __base__=TrackerBlock, __doc__=TrackerBlock.__doc__, **wanted_fields)
    settings = create_model("Networks", __base__=Networks, __doc__=Networks.__doc__, **settings_fields)
    model = create_model(
        "Config",
        __base__=Config,
        __doc__=Config.__doc__,
        trackers=(tuple[tracker, ...], Config.model_fields["trackers"]),  # type: ignore[valid-type]
        networks=(settings, settings()),
    )
    tracker.block_names = frozenset(network.name for network in networks if _is_block(network.wanted))
    model.network_titles = {network.name: network.title for network in networks}
    return model


def _is_block(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Block)


def accounts_of(networks: tuple[NetworkConfig, ...]) -> AccountForms:
    """Network -> how its accounts are written."""
    return {network.name: network.account for network in networks if network.account is not None}


def shape_of(model: type[Config], networks: tuple[NetworkConfig, ...]) -> Shape:
    """What messages about a configuration must know of these networks."""
    return Shape(
        model, {network.name: network.env_variable for network in networks if network.env_variable is not None}
    )
