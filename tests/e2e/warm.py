"""The real command in processes that fork from one which has loaded the program: hundreds of runs, each may be killed.

    run = Warm.start(folder, "fetch", "--json", env={...})
    run.kill()                       # SIGKILL, at any moment, from any thread
    run.wait() -> Ran                # exit status (negative: the signal), what it printed

With `hasty=True` only time is different: the program does not sleep and gives up a silent server at once, but its clock
goes on as if it had slept and waited. `Outcome.took_s` is what such a run would have taken.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import generator.cli
import generator.commands.fetch
import generator.commands.prune
import generator.fetch
import generator.resolve
from generator import http_client
from generator.http_client import transport
from generator.http_client.addresses import Target
from tests import conftest
from tests.e2e.run import Ran

PRELOADED = (generator.cli, generator.commands.fetch, generator.commands.prune, generator.fetch, generator.resolve)
_LONGEST_S = 300.0


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended."""

    ran: Ran
    took_s: float
    """Of the run's own clock."""


class Warm:
    """One running command."""

    def __init__(self, process: ForkServerProcess, said: Path) -> None:
        self._process = process
        self._said = said

    @classmethod
    def start(cls, folder: Path, *arguments: str, env: Mapping[str, str] | None = None, hasty: bool = False) -> Warm:
        """Start `trending-arxiv ARGUMENTS` in a folder."""
        said = folder / ".said"
        said.mkdir(exist_ok=True)
        process = _context().Process(target=_main, args=(str(folder), list(arguments), dict(env or {}), hasty))
        process.start()
        return cls(process, said)

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    def wait(self) -> Outcome:
        """Until it ends."""
        self._process.join(_LONGEST_S)
        if self._process.is_alive():
            self._process.kill()
            raise AssertionError(f"the command did not end: {self._read('err')[-2000:]}")
        assert self._process.exitcode is not None
        took = self._read("took")
        return Outcome(Ran(self._process.exitcode, self._read("out"), self._read("err")), float(took or "nan"))

    def _read(self, name: str) -> str:
        path = self._said / name
        return path.read_text("utf-8", errors="replace") if path.exists() else ""


def _main(folder: str, arguments: list[str], env: dict[str, str], hasty: bool) -> None:
    """In the process of the command."""
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "X_BEARER", "BLUESKY_", "MASTODON_"))]:
        del os.environ[name]
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f".said/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    Path(".said/took").unlink(missing_ok=True)
    conftest.pytest_configure()  # nothing but loopback, as in the tests' own process
    os.environ.update(env)
    clock = Hasty() if hasty else None
    if clock is not None:
        clock.rule()
    sys.argv = ["trending-arxiv", *arguments]
    try:
        generator.cli.main()
    finally:
        if clock is not None:
            Path(".said/took").write_text(json.dumps(clock() - clock.began))


class Hasty:
    """A clock that jumps over what a program would have slept or waited for."""

    def __init__(self) -> None:
        self._jumped = 0.0
        self._lock = threading.Lock()
        self.began = self()

    def __call__(self) -> float:
        return time.monotonic() + self._jumped

    def jump(self, seconds: float) -> None:
        with self._lock:
            self._jumped += max(0.0, seconds)

    def rule(self) -> None:
        """Let the program's client live by it."""
        clock = self
        usual = transport.Timeouts()
        short = transport.Timeouts(connect_s=0.3, read_s=0.3, total_s=0.6)

        class Impatient(transport.Transport):
            def ask(
                self, target: Target, headers: Mapping[str, str], within_s: float, how: Any = transport.WHOLE
            ) -> Any:
                began = time.monotonic()
                try:
                    return super().ask(target, headers, within_s, how)
                except transport.ExchangeError as error:
                    if "in time" in error.reason or "took longer" in error.reason:
                        full = usual.read_s if "in time" in error.reason else usual.total_s
                        clock.jump(min(full, within_s) - (time.monotonic() - began))
                    raise

        class Client(http_client.HttpClient):
            def __init__(self, user_agent: str, **given: Any) -> None:
                super().__init__(user_agent, clock=clock, sleep=clock.jump, timeouts=short, **given)

        transport.Transport = Impatient  # type: ignore[misc]
        http_client.HttpClient = Client  # type: ignore[misc]
