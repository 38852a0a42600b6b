"""`merge`: the union of other data trees into data/, such as the other side of a push race."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.console import counted
from generator.commands.options import Options, with_options
from generator.model.errors import ConfigError, Problem

if TYPE_CHECKING:
    from generator.config import Config
    from generator.storage.survey import Survey

_PARTS = ("schema.json", "posts", "papers", "state", "pending.jsonl", "gone.jsonl", "announced")


@click.command("merge")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@with_options
def command(options: Options, paths: tuple[Path, ...]) -> None:
    """Join other data trees into data/, by id. Their order does not matter."""
    from generator.fetch.merge_trees import merge_trees  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    strange = [path for path in dict.fromkeys(paths) if not any((path / part).exists() for part in _PARTS)]
    if strange:
        raise ConfigError(
            [Problem(str(path), "is no data tree: name a folder that has posts/ or papers/") for path in strange]
        )
    with options.only_writer(options.data):
        store = Store(options.data, options.cache)
        others = [Store(path) for path in paths]
        before = store.survey()
        surveys = [other.survey() for other in others]
        for survey in surveys:
            options.console.warn_all(survey.problems)
        changed = merge_trees(_config(options), store, others, _latest([before, *surveys]))
        after = store.survey()
    new_posts = after.posts.total() - before.posts.total()
    new_papers = after.papers - before.papers
    counts = f"{counted(max(new_posts, 0), 'new post')}, {counted(max(new_papers, 0), 'new paper')}"
    options.console.say(f"{options.data}: {counts}; {counted(len(changed), 'file')} changed")
    options.console.done({"new_posts": new_posts, "new_papers": new_papers, "changed_files": len(changed)})


def _config(options: Options) -> Config | None:
    """The configuration, or None where it cannot be read: as little of a post is stored then as by default."""
    try:
        return options.load_config()
    except ConfigError:
        return None


def _latest(surveys: Iterable[Survey]) -> datetime:
    """The newest time in the data, in place of the clock: the same trees must give the same bytes."""
    times = [datetime(1970, 1, 1, tzinfo=UTC)]
    for survey in surveys:
        if survey.last_seen_at is not None:
            times.append(survey.last_seen_at)
        for state in survey.states.values():
            times.extend(post.seen_at for post in state.waiting)
    return max(times)
