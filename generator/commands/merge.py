"""`merge`: the union of other data trees into data/: shards of one run, or the other side of a push race."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.options import Options, with_options
from generator.model.errors import ConfigError, Problem

if TYPE_CHECKING:
    from generator.config import Config
    from generator.model.records import NetworkState, Post
    from generator.model.tree import Tree

_PARTS = ("schema.json", "posts", "papers", "state", "pending.jsonl", "gone.jsonl", "announced")


@click.command("merge")
@click.option("--shards", is_flag=True, help="They are the shards of one run, which began from what is in data/.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@with_options
def command(options: Options, shards: bool, paths: tuple[Path, ...]) -> None:
    """Join other data trees into data/: by id, with the same bytes in whatever order they come.

    The shards of one run (`fetch --shard I/N` for every I), joined with --shards, are as one run without them.
    """
    from generator.fetch.intake import take_posts  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    strange = [path for path in paths if not any((path / part).exists() for part in _PARTS)]
    if strange:
        raise ConfigError(
            [Problem(str(path), "is no data tree: name a folder that has posts/ or papers/") for path in strange]
        )
    store = Store(options.data, options.cache)
    texts = store.load_texts()
    tree = store.load()
    before = len(tree.posts), len(tree.papers)
    began, parts = dict(tree.states), []
    for path in paths:
        other = Store(path).load()
        options.console.warn_all(other.problems)
        tree.union(other)
        parts.append(other.states)
    if shards:
        tree.states = _joined(options.load_config(), began, parts)
    # what waited on one side may have been captured on the other
    taken = take_posts(tree, (), now=_latest(tree), texts=texts, reduce=_reducer(options))
    texts.update(taken.texts)
    changed = store.save(tree)
    store.save_texts(texts, tree)
    new_posts, new_papers = len(tree.posts) - before[0], len(tree.papers) - before[1]
    counts = f"{max(new_posts, 0):,} new posts, {max(new_papers, 0):,} new papers"
    options.console.say(f"{options.data}: {counts}; {len(changed):,} files changed")
    options.console.done({"new_posts": new_posts, "new_papers": new_papers, "changed_files": len(changed)})


def _joined(
    config: Config, began: Mapping[str, NetworkState], parts: Sequence[Mapping[str, NetworkState]]
) -> dict[str, NetworkState]:
    """Where the shards of one run left each network."""
    from generator.fetch.shards import readers  # noqa: PLC0415
    from generator.model.merge import join_states  # noqa: PLC0415
    from generator.model.records import NetworkState  # noqa: PLC0415

    networks = sorted({network for states in (began, *parts) for network in states})
    total = config.fetch.shards
    return {
        network: join_states(
            began.get(network, NetworkState()),
            [states[network] for states in parts if network in states],
            readers(network, [block for _, block in config.wanted(network)], total),
        )
        for network in networks
    }


def _reducer(options: Options) -> Callable[[Post], Post]:
    """What may stand in data/ of a post whose words were in the cache while it waited.

    Without a configuration that can be read, as little as its network's defaults let stand.
    """
    from generator.fetch.sources import reducer  # noqa: PLC0415 (the adapters)

    try:
        return reducer(options.load_config().network_settings)
    except ConfigError:
        return reducer(lambda _network: {})


def _latest(tree: Tree) -> datetime:
    """The newest time in the data, in place of the clock: the same trees must give the same bytes."""
    waiting = (post for state in tree.states.values() for post in state.waiting)
    times = [post.seen_at for post in (*tree.posts.values(), *waiting)]
    return max(times, default=datetime(1970, 1, 1, tzinfo=UTC))
