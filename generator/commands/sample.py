"""`sample`: a made-up data tree, so that every kind of page can be seen before there is anything to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.commands.console import counted
from generator.commands.options import Options, with_options
from generator.model.errors import StoreError

if TYPE_CHECKING:
    from generator.config import Config
    from generator.model.tree import Tree

_PAPERS, _POSTS = 60, 300


@click.command("sample")
@click.option("--papers", default=_PAPERS, show_default=True, type=click.IntRange(0, _PAPERS), help="Papers at most.")
@click.option("--posts", default=_POSTS, show_default=True, type=click.IntRange(0, _POSTS), help="Posts at most.")
@with_options
def command(options: Options, papers: int, posts: int) -> None:
    """Write a made-up data tree, dated up to --now; its content states that it is made up.

    The same --now gives the same bytes. A sample that is there already is replaced. Captured data is not touched.
    """
    changed, tree = write(options, options.data, papers=papers, posts=posts)
    counts = {"papers": len(tree.papers), "posts": len(tree.posts)}
    options.console.say(
        f"{options.data}: {counted(counts['papers'], 'made-up paper')}, {counted(counts['posts'], 'made-up post')}; "
        f"{counted(changed, 'file')} changed"
    )
    _hint(options)
    options.console.done({**counts, "changed_files": changed})


def write(options: Options, data: Path, *, papers: int = _PAPERS, posts: int = _POSTS) -> tuple[int, Tree]:
    """Write the sample into a folder.

    Returns:
        The number of files that changed, and the sample.

    Raises:
        StoreError: the folder holds captured data.
    """
    from generator import sample  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    # A sample that is written again within the hour is the same, so that a rebuild has nothing to do.
    now = options.given_now or options.now().replace(minute=0, second=0)
    with options.only_writer(data):
        store = Store(data)
        before = store.load()
        if before.problems or before.gone or not sample.is_made_up(before):
            raise StoreError(f"{data}: holds captured data: write the sample elsewhere, with --data FOLDER")
        tree = sample.make_sample(now, papers, posts)
        return len(store.save(tree)), tree


def sample_config(config: Config) -> Config:
    """The owner's configuration with the sample's trackers, and a note that says that everything is made up."""
    from generator.config import TrackerBlock  # noqa: PLC0415
    from generator.sample import NOTE, TRACKERS  # noqa: PLC0415

    trackers = tuple(TrackerBlock(id=name, title=title, about=about) for name, title, about in TRACKERS)
    site = config.site.model_copy(update={"note": NOTE})
    return config.model_copy(update={"site": site, "trackers": trackers, "people": ()})


def _hint(options: Options) -> None:
    """Say so where the configuration has other trackers than the sample, whose pages would be missing then."""
    from generator.model.errors import ConfigError  # noqa: PLC0415
    from generator.sample import TRACKERS  # noqa: PLC0415

    sample_ids = {name for name, *_ in TRACKERS}
    try:
        config_ids: set[Any] = {tracker.id for tracker in options.load_config().trackers}
    except ConfigError:
        return
    if sample_ids - config_ids:
        missing = ", ".join(sorted(sample_ids - config_ids))
        options.console.warn(
            f"has no trackers called {missing}: the sample's pages of them will be missing", str(options.config_path)
        )
