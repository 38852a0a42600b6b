"""`build`: data/ + config.yaml + templates/ + content/ -> site/. Offline; the clock is read for the summary alone."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.commands.console import counted
from generator.commands.options import Options, with_options

if TYPE_CHECKING:
    from generator.config import Config


@click.command("build")
@click.option("--full", is_flag=True, help="Build even if nothing changed since the last build.")
@with_options
def command(options: Options, full: bool) -> None:
    """Make the site from the captured data. Writes only files whose content changed."""
    config = options.load_config()
    options.console.done(run(options, config, full=full))


def run(
    options: Options, config: Config, *, full: bool = False, data: Path | None = None, site: Path | None = None
) -> dict[str, Any]:
    """Build and tell; returns the summary for --json.

    Args:
        options: the common options.
        config: the validated configuration.
        full: build even where nothing changed since the last build.
        data: in place of the options' data folder.
        site: in place of the options' site folder.
    """
    from generator.render import run as build  # noqa: PLC0415 (not needed for --help)
    from generator.render.paths import Paths  # noqa: PLC0415

    began = time.monotonic()
    paths = Paths(
        data=data or options.data,
        site=site or options.site,
        templates=options.templates,
        content=options.content,
        cache=options.cache,
    )
    with options.only_writer(paths.site), options.console.progress("build") as tick:
        built = build.run(config, paths, now=options.given_now, full=full, workers=os.cpu_count() or 1, progress=tick)
    written, counts = built.written, built.counts
    for problem in counts.problems:
        options.console.warn(problem)
    if counts.size_notice:
        options.console.warn(counts.size_notice)
    seconds = time.monotonic() - began
    summary = f"{counted(counts.papers, 'paper')}, {counted(counts.posts, 'post')}; {counted(written.total, 'file')}"
    options.console.say(
        f"{paths.site}: {summary}: {written.written:,} written, {written.total - written.written:,} unchanged, "
        f"{written.removed:,} removed ({seconds:.1f} s)"
    )
    return {
        "papers": counts.papers,
        "posts": counts.posts,
        "lists": counts.lists,
        "files": written.total,
        "rendered": written.rendered,
        "written": written.written,
        "unchanged": written.total - written.written,
        "removed": written.removed,
        "seconds": round(seconds, 3),
    }
