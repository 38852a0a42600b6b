"""The networks we read. Adding one: its file, a row here, its fixtures, its block in config.yaml."""

from collections.abc import Callable, Mapping
from typing import Any

from generator.models import Post
from generator.sources.base import Source
from generator.sources.bluesky import SOURCE as BLUESKY
from generator.sources.feeds import SOURCE as FEEDS
from generator.sources.hackernews import SOURCE as HACKERNEWS
from generator.sources.huggingface import SOURCE as HUGGINGFACE
from generator.sources.mastodon import SOURCE as MASTODON
from generator.sources.x import SOURCE as X

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
