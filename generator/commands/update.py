"""`update`: fetch, then build, so that a network that is down never keeps the site from being built."""

from __future__ import annotations

import click

from generator.commands import build, fetch
from generator.commands.options import Options, with_options


@click.command("update")
@fetch.fetch_options
@click.option("--full", is_flag=True, help="Build even if nothing changed since the last build.")
@with_options
def command(options: Options, only: str | None, strict: bool, full: bool) -> None:
    """Fetch, then build. The site is built even if a network failed."""
    config = options.load_config()
    fetched, status = fetch.run(options, config, only=only, strict=strict)
    built = build.run(options, config, full=full)
    options.console.done({"fetch": fetched, "build": built}, ok=status == 0)
    click.get_current_context().exit(status)
