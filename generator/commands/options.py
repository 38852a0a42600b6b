"""The options that every command takes, and what they come to: paths, time, voice."""

from __future__ import annotations

import difflib
import functools
import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from generator.commands.console import Console, LogHandler
from generator.model.errors import ConfigError, Problem

if TYPE_CHECKING:
    from generator.config import Config

_Function = TypeVar("_Function", bound=Callable[..., Any])
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_YEARS = range(1980, 2200)
"""Those that posts may be from (`records.check_moment`)."""
_MADE = {
    "init": ("data", "site", "cache"),
    "fetch": ("data", "cache"),
    "update": ("data", "site", "cache"),
    "build": ("site", "cache"),
    "serve": ("site", "cache"),
    "import": ("data", "cache"),
    "merge": ("data", "cache"),
    "announce": ("cache",),
    "prune": ("cache",),
    "sample": ("data",),
}
"""The folders that each command makes where they are missing."""
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Where a command works, when, and how it speaks."""

    config_path: Path
    data: Path
    site: Path
    templates: Path
    cache: Path
    given_now: datetime | None
    """What --now said."""
    console: Console

    @property
    def content(self) -> Path:
        """The owner's own pages and notes, beside config.yaml."""
        return self.config_path.parent / "content"

    @property
    def trackers(self) -> Path:
        """Trackers in files of their own, beside config.yaml."""
        return self.config_path.parent / "trackers"

    def now(self) -> datetime:
        """The time of this run: --now, or the clock (whole seconds, UTC)."""
        return self.given_now or datetime.now(UTC).replace(microsecond=0)

    def load_config(self) -> Config:
        """Read config.yaml. Raises ConfigError."""
        from generator.fetch.configuration import load  # noqa: PLC0415 (pydantic is slow to load)

        config = load(self.config_path)
        if config.fetch.shards is not None:
            self.console.warn(
                "fetch.shards does nothing: one run reads every account now; delete the line", str(self.config_path)
            )
        return config

    @contextmanager
    def only_writer(self, folder: Path) -> Iterator[None]:
        """Let no other command write to a folder meanwhile. Raises StoreError where one does not end."""
        from generator.storage import lock  # noqa: PLC0415
        from generator.storage.disk import sweep_abandoned  # noqa: PLC0415

        # `serve` builds in a thread of its own, which has no context of click.
        context = click.get_current_context(silent=True)
        command = context.info_name if context else "serve"
        who = f"`{command}` (process {os.getpid()})"

        def on_wait(holder: str) -> None:
            self.console.note(f"{folder}: waiting for {holder}, which is writing here")

        with lock.only_writer(folder, who, on_wait, lock.WAIT_S):
            sweep_abandoned(self.cache)
            yield


class Moment(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click alone
    """A time in RFC 3339."""

    name = "RFC3339"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Text -> aware UTC time of whole seconds."""
        if isinstance(value, datetime):
            return value
        text = str(value) if _RFC3339.fullmatch(str(value)) else ""
        try:
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC).replace(microsecond=0)
        except (ValueError, OverflowError):
            self.fail(f"{value!a} is no time such as 2026-11-20T08:00:00Z", param, ctx)
        if moment.year not in _YEARS:  # a month before the year 1 is no time at all
            self.fail(f"{value!a} is not between {_YEARS.start} and {_YEARS.stop - 1}", param, ctx)
        return moment


class Day(click.ParamType):  # type: ignore[type-arg]  # generic in new versions of click alone
    """A day in UTC."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Text -> the day's first moment."""
        if isinstance(value, datetime):
            return value
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            self.fail(f"{value!a} is no day such as 2026-11-20", param, ctx)


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--config", "config_path", default="config.yaml", show_default=True, metavar="FILE",
                 type=click.Path(path_type=Path), help="The configuration."),
    click.option("--data", default="data", show_default=True, metavar="DIR",
                 type=click.Path(path_type=Path, file_okay=False), help="The captured data."),
    click.option("--site", default="site", show_default=True, metavar="DIR",
                 type=click.Path(path_type=Path, file_okay=False), help="The site."),
    click.option("--templates", default=None, metavar="DIR", show_default="templates, else the program's own",
                 type=click.Path(path_type=Path, file_okay=False), help="Templates of the pages."),
    click.option("--cache", default=".cache", show_default=True, metavar="DIR",
                 type=click.Path(path_type=Path, file_okay=False), help="Files that can be made again."),
    click.option("--now", type=Moment(), default=None, help="Use this as the present time."),
    click.option("-q", "--quiet", is_flag=True, help="Show only warnings and errors."),
    click.option("-v", "--verbose", is_flag=True, help="Show more."),
    click.option("--json", "as_json", is_flag=True,
                 help="Write one JSON object to standard output, everything else to standard error."),
)  # fmt: skip


def with_options(function: _Function) -> _Function:
    """Give a command the common options; it gets them as its first argument, an Options."""

    @functools.wraps(function)
    def wrapped(**values: Any) -> Any:
        _refuse_missing_folders(values)
        options = _gather(values)
        click.get_current_context().find_root().meta["generator.console"] = options.console
        _listen(options.console)
        return function(options, **values)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]


def common_options() -> dict[str, bool]:
    """The names of the common options -> whether a value follows."""
    carrier: Any = with_options(lambda: None)
    return {name: not option.is_flag for option in carrier.__click_params__ for name in option.opts}


def _listen(console: Console) -> None:
    """Let the program's logs speak through the console, which makes strangers' text safe."""
    log = logging.getLogger("generator")
    log.handlers[:] = [LogHandler(console)]
    log.setLevel(logging.DEBUG if console.verbosity > 0 else logging.WARNING)
    log.propagate = False


def _refuse_missing_folders(values: dict[str, Any]) -> None:
    """A folder that an option names must be there, unless the command makes it: a slip would replace a good site.

    Raises:
        ConfigError: it is not there.
    """
    context = click.get_current_context()
    problems = []
    for name in ("data", "site", "templates", "cache"):
        is_named = context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
        if is_named and not values[name].is_dir() and name not in _MADE.get(str(context.info_name), ()):
            nearest = difflib.get_close_matches(values[name].name, _folders_beside(values[name]), 1)
            meant = f"; did you mean {values[name].parent / nearest[0]}?" if nearest else ": see how it is written"
            problems.append(Problem(str(values[name]), f"--{name} names a folder that does not exist{meant}"))
    if problems:
        raise ConfigError(problems)


def _folders_beside(path: Path) -> list[str]:
    return [folder.name for folder in path.parent.glob("*") if folder.is_dir()]


def _gather(values: dict[str, Any]) -> Options:
    quiet, verbose = values.pop("quiet"), values.pop("verbose")
    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other.")
    templates = values.pop("templates")
    return Options(
        config_path=values.pop("config_path"),
        data=values.pop("data"),
        site=values.pop("site"),
        templates=templates or _own_templates(),
        cache=values.pop("cache"),
        given_now=values.pop("now"),
        console=Console(verbosity=verbose - quiet, as_json=values.pop("as_json")),
    )


def _own_templates() -> Path:
    """The fork's templates, else those that came with the program."""
    candidates = (Path("templates"), _PACKAGE / "_templates", _PACKAGE.parent / "templates")
    return next((folder for folder in candidates if folder.is_dir()), candidates[0])
