"""`check`: everything wrong in configuration, data and site, as `file:line: message`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.commands.console import counted
from generator.commands.options import Options, with_options
from generator.model.errors import ConfigError, Problem, StoreError

if TYPE_CHECKING:
    from generator.config import Config
    from generator.model.records import Post

_EXAMPLE_URL = "https://example.github.io/trending-arxiv/"


@click.command("check")
@click.option(
    "--fix",
    is_flag=True,
    help="Move damaged lines to data/quarantine/ and put records into their files.",
)
@with_options
def command(options: Options, fix: bool) -> None:
    """Find errors in configuration, data and site. Exits with 1 if there are any.

    The site is checked against what it promises: no broken link or anchor, no id twice on a page, well-formed feeds,
    nothing loaded from another host.
    """
    problems: list[Problem] = []
    config = _check_config(options, problems)
    of_config = len(problems)
    of_data = _check_data(options, config, problems, fix=fix)
    of_site = _check_site(options, config, problems)
    for problem in problems:
        options.console.found(problem)
    checked = f"config {of_config:,}, data {of_data:,}, site {'not built' if of_site is None else f'{of_site:,}'}"
    options.console.say(
        f"{counted(len(problems), 'problem')} ({checked})" if problems else f"nothing wrong ({checked})"
    )
    options.console.done({"problems": [str(problem) for problem in problems]}, ok=not problems)
    click.get_current_context().exit(2 if of_config else 1 if problems else 0)


def _check_config(options: Options, problems: list[Problem]) -> Config | None:
    try:
        config = options.load_config()
    except ConfigError as error:
        problems += error.problems
        return None
    if config.site.url == _EXAMPLE_URL:
        options.console.warn("site.url is still the example's: links in feeds lead there", str(options.config_path))
    if not config.trackers:
        options.console.warn("names no tracker: nothing will be fetched", str(options.config_path))
    return config


def _check_data(options: Options, config: Config | None, problems: list[Problem], *, fix: bool) -> int:
    from generator.check import check_data  # noqa: PLC0415
    from generator.fetch.registry import reducer  # noqa: PLC0415

    if not options.data.exists():
        return 0
    reduce: Callable[[Post], Post] = reducer(config.network_settings) if config else lambda post: post
    try:
        with options.only_writer(options.data) if fix else nullcontext():
            data_problems = check_data(options.data, reduce)
            if fix and data_problems:
                _fix(options, config, reduce)
                data_problems = check_data(options.data, reduce)
    except StoreError as error:
        data_problems = [Problem(str(options.data), str(error))]
    problems += data_problems
    return len(data_problems)


def _fix(options: Options, config: Config | None, reduce: Callable[[Post], Post]) -> None:
    """Move damaged lines to quarantine/, and to the cache what may not stand in data/; put records into their files."""
    from generator.fetch.captured import open_captured  # noqa: PLC0415
    from generator.fetch.intake import withhold  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    store = Store(options.data, options.cache)
    texts = store.load_texts()
    with closing(open_captured(config, store, texts)) as captured:
        withheld = withhold(captured.tree, reduce)
        if withheld:
            captured.save_texts({**withheld, **texts})
            options.console.say(
                f"{counted(len(withheld), 'post')}: what may not stand in {options.data} moved to {options.cache}"
            )
        moved = store.quarantine(captured.tree)
    options.console.say(f"{counted(len(moved), 'file')} with damaged lines moved to {options.data / 'quarantine'}")


def _check_site(options: Options, config: Config | None, problems: list[Problem]) -> int | None:
    """How many problems; None where nothing was built."""
    if config is None or not _is_built(options.site):
        return None
    from generator.check import built_address, check_site  # noqa: PLC0415
    from generator.render import last_build  # noqa: PLC0415

    _warn_of_new_ids(options, config, built_address(options.site))
    last = last_build.load(options.cache / last_build.FILE)
    if last and last.counts.size_notice:
        options.console.warn(last.counts.size_notice)
    with options.console.progress("check") as tick:
        site_problems = check_site(options.site, config.site.url, tick)
    problems += site_problems
    return len(site_problems)


def _warn_of_new_ids(options: Options, config: Config, built_for: str | None) -> None:
    """Say so where the site was built for another address, and the ids of feed entries would change with it."""
    if config.site.id or config.feeds.ids_at or built_for is None or built_for == config.site.url:
        return
    from generator.views.feed_ids import id_of_address  # noqa: PLC0415

    message = (
        f"site.url was {built_for} when the site was built, and without site.id every entry of every feed becomes new "
        f'to subscribers: write `id: "{id_of_address(built_for)}"` below `site:`'
    )
    options.console.warn(message, str(options.config_path))


def _is_built(site: Path) -> bool:
    return site.is_dir() and any(path.name not in {".gitkeep", ".lock"} for path in site.iterdir())
