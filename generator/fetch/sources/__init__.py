"""The networks we read. Adding one: its file, a row here, its fixtures, its block in config.yaml."""

from collections.abc import Callable, Mapping
from typing import Any

from generator.fetch.adapter.source import Source
from generator.fetch.sources.bluesky.source import SOURCE as BLUESKY
from generator.fetch.sources.feeds.source import SOURCE as FEEDS
from generator.fetch.sources.hackernews.source import SOURCE as HACKERNEWS
from generator.fetch.sources.huggingface.source import SOURCE as HUGGINGFACE
from generator.fetch.sources.mastodon.source import SOURCE as MASTODON
from generator.fetch.sources.x.source import SOURCE as X
from generator.model.records import Post

SOURCES: tuple[Source, ...] = (X, BLUESKY, MASTODON, HACKERNEWS, HUGGINGFACE, FEEDS)

__all__ = ["SOURCES", "Source", "reducer"]


def reducer(settings_of: Callable[[str], Mapping[str, Any]]) -> Callable[[Post], Post]:
    """What of a post may stand in public data/, as its own network has it: posts of all networks are taken in together.

    Args:
        settings_of: network -> its `networks.<name>` block; empty takes the defaults.
    """
    ways = {source.name: (source.reduce, settings_of(source.name)) for source in SOURCES}

    def reduced(post: Post) -> Post:
        if post.network not in ways:
            return post
        reduce, settings = ways[post.network]
        return reduce(post, settings)

    return reduced
