"""config.yaml as this program reads it: the configuration's own blocks with those of every network in `sources`.

It imports each network's `config` alone, not its adapter, so that a build does not load what only a fetch needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

from generator import config
from generator.config import Config
from generator.config.networks import NetworkConfig, accounts_of, config_model
from generator.config.pasted import AccountForms
from generator.config.tracker_files import TrackerFile
from generator.fetch.sources import NETWORKS
from generator.model.errors import Problem


@cache
def network_configs() -> tuple[NetworkConfig, ...]:
    """What config.yaml can say about each network, in the order of `sources.NETWORKS`."""
    modules = [import_module(f"generator.fetch.sources.{name}.config") for name in NETWORKS]
    return tuple(module.CONFIG for module in modules)


def account_forms() -> AccountForms:
    """How accounts are written, by network."""
    return accounts_of(network_configs())


def model() -> type[Config]:
    """The model of config.yaml with every network."""
    return config_model(network_configs())


def load(path: Path) -> Config:
    """Read and validate config.yaml, with the files of trackers/ beside it. Raises ConfigError."""
    return config.load(path, network_configs())


def read(
    content: bytes, name: str = "config.yaml", files: Sequence[TrackerFile] = (), unread: Sequence[Problem] = ()
) -> Config:
    """Validate a configuration in memory. Raises ConfigError. `config.read` explains the arguments."""
    return config.read(content, name, files, unread, networks=network_configs())
