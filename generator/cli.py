"""The command line: a group that loads a command when it is asked for, and the exit status of everything.

    0 done    1 failed, nothing half-written    2 wrong usage or configuration    3 done, but some networks failed

Only here and in commands/ are clock and environment read and is anything printed.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from generator import __version__
from generator.commands import COMMANDS, MODULES

if TYPE_CHECKING:
    from generator.commands.console import Console

INTERRUPTED = 130
"""What shells report for Ctrl-C: 128 + SIGINT."""
PIPE_CLOSED = 141
"""What shells report for a reader that went away: 128 + SIGPIPE."""


_OF_THE_GROUP = frozenset({"-h", "--help", "--version"})


class PipeClosedError(Exception):
    """The reader of our output went away; click would call that a failure."""


class LazyGroup(click.Group):
    """Commands by name; only the one that runs is imported, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """All names, in the order of a first use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"generator.commands.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = module.command
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Accept the common options before the command, too. An option behind the command wins."""
        if args and args[0].startswith("-") and args[0] not in _OF_THE_GROUP:
            args = _behind_the_command(args)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command for a misspelt one."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            import difflib  # noqa: PLC0415 (seldom needed)

            near = difflib.get_close_matches(name, COMMANDS, 1)
            hint = f" Did you mean '{near[0]}'?" if near else f" There are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"No such command {name!a}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what the program reports in a sentence becomes that sentence and an exit status."""
        from generator.model.errors import TrendingError  # noqa: PLC0415 (not for --help)

        try:
            return super().invoke(ctx)
        except (TrendingError, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise PipeClosedError from None
            ctx.exit(_report(ctx, error))


def _behind_the_command(args: list[str]) -> list[str]:
    from generator.commands.options import common_options  # noqa: PLC0415 (seldom needed)

    valued = common_options()
    first = 0
    while first < len(args):
        name, with_value, _ = args[first].partition("=")
        if name not in valued:
            break
        first += 2 if valued[name] and not with_value else 1
    if first >= len(args) or args[first].startswith("-"):
        return args[first:]
    return [args[first], *args[:first], *args[first + 1 :]]


def _report(ctx: click.Context, error: Exception) -> int:
    from generator.commands.console import Console  # noqa: PLC0415
    from generator.model.errors import ConfigError, Problem  # noqa: PLC0415

    stored = ctx.find_root().meta.get("generator.console")
    console: Console = stored if isinstance(stored, Console) else Console()
    if isinstance(error, ConfigError):
        problems, status = error.problems, 2
    elif isinstance(error, OSError):
        place, status = str(error.filename or "this machine"), 1
        problems = [Problem(place, f"{error.strerror or error}: see whether it exists, may be written and has room")]
    else:
        problems, status = [], 1
    console.failed(error, problems)
    return status


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="trending-arxiv")
def cli() -> None:
    """The arXiv papers that the people you follow talk about, as a static site with feeds.

    Every command works on the folder it is run in: config.yaml, data/, templates/, content/ -> site/.
    """


def main() -> NoReturn:
    """Run the command line; never returns."""
    _open_closed_streams()
    try:
        code = cli.main(prog_name="trending-arxiv", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        _say("stopped")
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        _say("stopped: what was finished is kept")
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        if "--json" in sys.argv:
            from generator.commands.console import Console  # noqa: PLC0415

            Console(as_json=True).refused([error.format_message()])
        sys.exit(2 if isinstance(error, click.UsageError) else 1)
    except (BrokenPipeError, PipeClosedError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(PIPE_CLOSED)
    sys.exit(code if isinstance(code, int) else 0)


def _open_closed_streams() -> None:
    """Cron and service managers may start us without standard streams; Python has None for such."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 (until the end)


def _say(text: str) -> None:
    click.echo(f"\n{text}", err=True)
