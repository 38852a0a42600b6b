"""`merge`: the union of other data trees into data/, such as the other side of a push race."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.console import counted
from generator.commands.options import Options, with_options
from generator.model.errors import ConfigError, Problem

if TYPE_CHECKING:
    from generator.model.records import Post
    from generator.model.tree import Tree

_PARTS = ("schema.json", "posts", "papers", "state", "pending.jsonl", "gone.jsonl", "announced")


@click.command("merge")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@with_options
def command(options: Options, paths: tuple[Path, ...]) -> None:
    """Join other data trees into data/, by id. Their order does not matter."""
    from generator.fetch.intake import take_posts  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    strange = [path for path in paths if not any((path / part).exists() for part in _PARTS)]
    if strange:
        raise ConfigError(
            [Problem(str(path), "is no data tree: name a folder that has posts/ or papers/") for path in strange]
        )
    with options.only_writer(options.data):
        store = Store(options.data, options.cache)
        texts = store.load_texts()
        tree = store.load()
        before = len(tree.posts), len(tree.papers)
        for path in paths:
            other = Store(path).load()
            options.console.warn_all(other.problems)
            tree.union(other)
        # what waited on one side may have been captured on the other
        taken = take_posts(tree, (), now=_latest(tree), texts=texts, reduce=_reducer(options))
        texts.update(taken.texts)
        changed = store.save(tree)
        store.save_texts(texts, tree)
    new_posts, new_papers = len(tree.posts) - before[0], len(tree.papers) - before[1]
    counts = f"{counted(max(new_posts, 0), 'new post')}, {counted(max(new_papers, 0), 'new paper')}"
    options.console.say(f"{options.data}: {counts}; {counted(len(changed), 'file')} changed")
    options.console.done({"new_posts": new_posts, "new_papers": new_papers, "changed_files": len(changed)})


def _reducer(options: Options) -> Callable[[Post], Post]:
    """What may stand in data/ of a post whose words were in the cache while it waited.

    Without a configuration that can be read, as little as its network's defaults let stand.
    """
    from generator.fetch.registry import reducer  # noqa: PLC0415 (the adapters)

    try:
        return reducer(options.load_config().network_settings)
    except ConfigError:
        return reducer(lambda _network: {})


def _latest(tree: Tree) -> datetime:
    """The newest time in the data, in place of the clock: the same trees must give the same bytes."""
    waiting = (post for state in tree.states.values() for post in state.waiting)
    times = [post.seen_at for post in (*tree.posts.values(), *waiting)]
    return max(times, default=datetime(1970, 1, 1, tzinfo=UTC))
