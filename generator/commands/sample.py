"""`sample`: a made-up data tree, so that every kind of page can be seen before there is anything to show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.commands.options import Options, with_options
from generator.model.errors import StoreError

if TYPE_CHECKING:
    from generator.config import Config
    from generator.model.tree import Tree

_PAPERS, _POSTS, _SEED = 60, 300, 2611


@click.command("sample")
@click.option("--papers", default=_PAPERS, show_default=True, type=click.IntRange(0, 200_000), help="How many papers.")
@click.option("--posts", default=_POSTS, show_default=True, type=click.IntRange(0, 2_000_000), help="How many posts.")
@click.option("--seed", default=_SEED, show_default=True, type=int, help="Another number, another sample.")
@with_options
def command(options: Options, papers: int, posts: int, seed: int) -> None:
    """Write a made-up data tree; its content states that it is made up.

    The same numbers give the same bytes. A sample that is there already is replaced; what was really captured is not
    touched.
    """
    if posts and not papers:
        raise click.UsageError("posts are about papers: ask for one paper at least.")
    changed = write(options, options.data, papers=papers, posts=posts, seed=seed)
    options.console.say(
        f"{options.data}: {papers:,} made-up papers, {posts:,} made-up posts; {changed:,} files changed"
    )
    _hint(options)
    options.console.done({"papers": papers, "posts": posts, "seed": seed, "changed_files": changed})


def write(options: Options, data: Path, *, papers: int = _PAPERS, posts: int = _POSTS, seed: int = _SEED) -> int:
    """Write the sample into a folder; how many files changed. Raises StoreError where it holds something else."""
    from generator import sample  # noqa: PLC0415
    from generator.sample.papers import load_drafts  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    with options.only_writer(data):
        store = Store(data)
        before = store.load()
        if before.problems or before.gone or not sample.is_made_up(before):
            raise StoreError(f"{data}: holds what was really captured: write the sample elsewhere, with --data FOLDER")
        size = sample.Size(papers=papers, posts=posts, seed=seed)
        made: Tree = sample.make_sample(load_drafts(), size, options.given_now or sample.NOW)
        return len(store.save(made))


def sample_config(config: Config) -> Config:
    """The owner's configuration with the sample's trackers, and a note that says that everything is made up."""
    from generator.config import TrackerBlock  # noqa: PLC0415
    from generator.sample.people import NOTE, TRACKERS  # noqa: PLC0415

    trackers = tuple(TrackerBlock(id=name, title=title, about=about) for name, title, about in TRACKERS)
    site = config.site.model_copy(update={"note": NOTE})
    return config.model_copy(update={"site": site, "trackers": trackers, "people": ()})


def _hint(options: Options) -> None:
    """Say so where the configuration has other trackers than the sample, whose pages would be missing then."""
    from generator.model.errors import ConfigError  # noqa: PLC0415
    from generator.sample.people import TRACKERS  # noqa: PLC0415

    wanted = {name for name, *_ in TRACKERS}
    try:
        known: set[Any] = {tracker.id for tracker in options.load_config().trackers}
    except ConfigError:
        return
    if wanted - known:
        missing = ", ".join(sorted(wanted - known))
        options.console.warn(
            f"has no trackers called {missing}: the sample's pages of them will be missing", str(options.config_path)
        )
