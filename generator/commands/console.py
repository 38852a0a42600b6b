"""What a command says: to people on a terminal, to logs of a pipe or of GitHub Actions, or to programs as JSON.

Text from elsewhere (posts, titles, file names) never reaches a terminal or a log as it is: control characters are
written as escapes, and no line can be read as a workflow command.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

from generator.model.errors import Problem

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufeff\uffa0\ufff0-\uffff"
    "\U000e0000-\U000e0fff]"
)
_COMMAND = re.compile(r"(?m)^([^\S\n]*)::")
_PLACE = re.compile(r"(?P<file>[^\s:][^:\n]*?)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?")
PROGRESS_AFTER_S = 1.0
LINE_EVERY_S = 20.0
"""Seconds between two lines of a log about work that goes on."""
_SHOWN_PROBLEMS = 100

Tick = Callable[[int, int], None]
"""Called with (done, total)."""


def printable(text: str) -> str:
    """Make a text safe for a terminal and a log; line breaks and tabs stay.

    Workflow commands begin a line with `::` (or hold `##[`):
    docs.github.com/actions/reference/workflow-commands-for-github-actions, read 2026-11-23.
    """
    safe = _UNPRINTABLE.sub(lambda match: _escaped(match[0]), text)
    return _COMMAND.sub(r"\1: :", safe).replace("##[", "## [")


def one_line(text: str) -> str:
    """Make a text safe, with its line breaks as spaces."""
    return printable(" ".join(text.split("\n")).replace("\t", " "))


def counted(number: int, noun: str) -> str:
    """A number with its noun: `1 file`, `2 files`."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


@dataclass(slots=True)
class Console:
    """One command's voice. With `as_json` standard output gets one JSON object, and everything else standard error."""

    verbosity: int = 0
    """-1 quiet, 0, 1 verbose."""
    as_json: bool = False
    on_actions: bool = field(default_factory=lambda: os.environ.get("GITHUB_ACTIONS") == "true")
    warnings: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Tell what was done."""
        if self.verbosity >= 0:
            click.echo(printable(text), err=self.as_json)

    def detail(self, text: str) -> None:
        """Tell what only `-v` wants to know."""
        if self.verbosity > 0:
            click.echo(printable(text), err=True)

    def note(self, text: str) -> None:
        """Tell what a part of the program logged."""
        if self.verbosity >= 0:
            click.echo(one_line(text), err=True)

    def warn(self, text: str, place: str = "") -> None:
        """Tell what is wrong without being the end."""
        self.warnings.append(f"{place}: {text}" if place else text)
        self._annotate("warning", text, place)

    def warn_all(self, problems: Sequence[Problem]) -> None:
        """Tell many of them, the first hundred in full."""
        for problem in problems[:_SHOWN_PROBLEMS]:
            self.warn(problem.message, problem.place)
        if len(problems) > _SHOWN_PROBLEMS:
            self.warn(f"and {len(problems) - _SHOWN_PROBLEMS:,} more of the kind; `check` lists them all")

    def found(self, problem: Problem) -> None:
        """Tell one problem as `file:line: message`, as what the command is for: on standard output."""
        if self.on_actions:
            self._annotate("error", problem.message, problem.place)
        else:
            click.echo(one_line(str(problem)), err=self.as_json)

    def failed(self, error: Exception, problems: Sequence[Problem] = ()) -> None:
        """Tell why the command ends."""
        for problem in problems:
            self._annotate("error", problem.message, problem.place)
        if not problems:
            self._annotate("error", str(error), "")
        self.refused([str(problem) for problem in problems] or [str(error)])

    def refused(self, messages: Sequence[str]) -> None:
        """With --json, write the one object of what was not done; without, nothing."""
        if self.as_json:
            _write_json({"ok": False, "errors": [*map(printable, messages)], "warnings": self.warnings})

    def done(self, summary: Mapping[str, Any], *, ok: bool = True) -> None:
        """With --json, write the one object; without, nothing."""
        if self.as_json:
            _write_json({"ok": ok, **summary, "warnings": self.warnings})

    @contextmanager
    def progress(self, label: str) -> Iterator[Tick]:
        """Show how far work is, once it takes longer than a second: a bar in a terminal, plain lines elsewhere."""
        progress = _Progress(label, quiet=self.verbosity < 0)
        try:
            yield progress.tick
        finally:
            progress.close()

    @contextmanager
    def waiting(self, label: str, every_s: float = LINE_EVERY_S) -> Iterator[Callable[[str], None]]:
        """Show how far work is: in a terminal as a line that changes, in a log every so many seconds.

        Gives a function that takes the present state in words; any thread may call it.
        """
        if self.verbosity < 0:
            yield lambda _text: None
        elif sys.stderr.isatty():
            from rich.console import Console as RichConsole  # noqa: PLC0415 (heavy, and seldom needed)

            with RichConsole(stderr=True).status(f"{label} ...") as status:
                yield lambda text: status.update(f"{label}: {text}")
        else:
            state, ended = [""], threading.Event()
            teller = threading.Thread(target=_tell_every, args=(label, state, ended, every_s), daemon=True)
            teller.start()
            try:
                yield lambda text: state.__setitem__(0, text)
            finally:
                ended.set()
                teller.join()

    def _annotate(self, level: str, text: str, place: str) -> None:
        message = one_line(text)
        if self.on_actions:
            click.echo(f"::{level}{_properties(place)}::{_data(f'{place}: {message}' if place else message)}", err=True)
        else:
            prefix = f"{one_line(place)}: " if place else f"{level}: "
            click.echo(f"{prefix}{message}", err=True)


def _tell_every(label: str, state: list[str], ended: threading.Event, every_s: float) -> None:
    """Write the state into the log until the work has ended."""
    while not ended.wait(every_s):
        click.echo(f"{label}: {printable(state[0])}" if state[0] else f"{label} ...", err=True)


class _Progress:
    """Counts ticks; a bar or lines appear only where they tell something."""

    def __init__(self, label: str, *, quiet: bool) -> None:
        self.label = label
        self.quiet = quiet
        self.began = self.said = time.monotonic()
        self.bar: Any = None
        self.task: Any = None

    def tick(self, done: int, total: int) -> None:
        clock = time.monotonic()
        if self.quiet or clock - self.began < PROGRESS_AFTER_S:
            return
        if self.bar is None and sys.stderr.isatty():
            self._open(total)
        if self.bar is not None:
            self.bar.update(self.task, completed=done, total=total or None)
        elif clock - self.said >= LINE_EVERY_S:
            self.said = clock
            of_all = f" of {total:,}" if total else ""
            click.echo(f"{self.label}: {done:,}{of_all}", err=True)

    def _open(self, total: int) -> None:
        from rich.console import Console as RichConsole  # noqa: PLC0415 (heavy, and seldom needed)
        from rich.progress import Progress  # noqa: PLC0415

        self.bar = Progress(console=RichConsole(stderr=True), transient=True)
        self.bar.start()
        self.task = self.bar.add_task(self.label, total=total or None)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.stop()


class LogHandler(logging.Handler):
    """What the parts of the program log, in the command's voice."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.DEBUG if console.verbosity > 0 else logging.WARNING)
        self.console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Tell one record."""
        self.console.note(record.getMessage())


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:  # noqa: PLR2004
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def _write_json(summary: Mapping[str, Any]) -> None:
    click.echo(json.dumps(summary, ensure_ascii=True, default=str))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _properties(place: str) -> str:
    match = _PLACE.fullmatch(one_line(place)) if place and "://" not in place else None
    if not match:
        return ""
    fields = {"file": match["file"], "line": match["line"], "col": match["column"]}
    escaped = {key: _data(value).replace(":", "%3A").replace(",", "%2C") for key, value in fields.items() if value}
    return " " + ",".join(f"{key}={value}" for key, value in escaped.items())
