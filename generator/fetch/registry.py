"""The adapters of all networks, in the order of `sources.NETWORKS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from generator.fetch.adapter.source import Source
from generator.fetch.sources import NETWORKS
from generator.model.records import Post

SOURCES: tuple[Source, ...] = tuple(import_module(f"generator.fetch.sources.{name}.source").SOURCE for name in NETWORKS)

__all__ = ["SOURCES", "Source", "reducer"]


def reducer(settings_of: Callable[[str], Mapping[str, Any]]) -> Callable[[Post], Post]:
    """A function that reduces a post of any network to what may stand in public data/.

    Args:
        settings_of: network -> its `networks.<name>` block; empty takes the defaults.
    """
    sources = {source.name: source for source in SOURCES}
    settings = {source.name: settings_of(source.name) for source in SOURCES}

    def reduced(post: Post) -> Post:
        source = sources.get(post.network)
        if source is None:
            return post
        return source.reduce(post, settings[post.network])

    return reduced
