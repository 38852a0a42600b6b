"""The real command in processes that fork from one which has loaded the program: hundreds of runs, each may be killed.

    run = Warm.start(folder, "fetch", "--json", env={...})
    run.kill()                       # SIGKILL, at any moment, from any thread
    run.wait() -> Ran                # exit status (negative: the signal), what it printed

With `hasty=0.2` only time is different: the program does not sleep and gives up a silent server after 0.2 s in place of
20, but its clock goes on as if it had. `Outcome.waited_s` says how long a real run would have.
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
import generator.fetch.run
import generator.fetch.short_links
from generator.fetch.adapter.source import FetchRequest, Source
from generator.net import http as http_client
from generator.net.http import transport
from generator.net.http.addresses import Target
from tests import conftest
from tests.e2e.run import Ran

PRELOADED = (
    generator.cli,
    generator.commands.fetch,
    generator.commands.prune,
    generator.fetch.run,
    generator.fetch.short_links,
)
_LONGEST_S = 300.0


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended."""

    ran: Ran
    waited_s: dict[str, float]
    """What each thread of a hasty run would have slept and waited for silent servers."""


class Warm:
    """One running command."""

    def __init__(self, process: ForkServerProcess, said: Path) -> None:
        self._process = process
        self._said = said

    @classmethod
    def start(cls, folder: Path, *arguments: str, env: Mapping[str, str] | None = None, hasty: float = 0.0) -> Warm:
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
        return Outcome(Ran(self._process.exitcode, self._read("out"), self._read("err")), json.loads(took or "{}"))

    def _read(self, name: str) -> str:
        path = self._said / name
        return path.read_text("utf-8", errors="replace") if path.exists() else ""


def _main(folder: str, arguments: list[str], env: dict[str, str], hasty: float) -> None:
    """In the process of the command."""
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "X_BEARER", "BLUESKY_", "MASTODON_"))]:
        del os.environ[name]
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f".said/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    Path(".said/took").unlink(missing_ok=True)
    conftest.pytest_configure()  # nothing but loopback, as in the tests' own process
    os.environ.update(env)
    clock = Hasty(hasty) if hasty else None
    if clock is not None:
        clock.rule()
    sys.argv = ["trending-arxiv", *arguments]
    try:
        generator.cli.main()
    finally:
        if clock is not None:
            Path(".said/took").write_text(json.dumps(clock.jumped))


class Hasty:
    """A clock that jumps over what a thread would have slept or waited for: each network has its own."""

    def __init__(self, read_s: float) -> None:
        self._short = transport.Timeouts(connect_s=min(10.0, read_s), read_s=read_s, total_s=3 * read_s)
        self._own = threading.local()
        self.jumped: dict[str, float] = {}
        """Seconds by thread."""

    def __call__(self) -> float:
        return time.monotonic() + getattr(self._own, "jumped", 0.0)

    def jump(self, seconds: float) -> None:
        self._own.jumped = getattr(self._own, "jumped", 0.0) + max(0.0, seconds)
        self.jumped[threading.current_thread().name] = self._own.jumped

    def rule(self) -> None:
        """Let the program's client live by it."""
        clock = self
        usual = transport.Timeouts()
        short = self._short

        class Impatient(transport.Transport):
            def ask(
                self, target: Target, headers: Mapping[str, str], within_s: float, how: Any = transport.WHOLE
            ) -> Any:
                try:
                    return super().ask(target, headers, within_s, how)
                except transport.ExchangeError as error:
                    if "in time" in error.reason or "took longer" in error.reason:
                        full, real = (
                            (usual.read_s, short.read_s)
                            if "in time" in error.reason
                            else (usual.total_s, short.total_s)
                        )
                        clock.jump(min(full, within_s) - real)
                    raise

        class Client(http_client.HttpClient):
            def __init__(self, user_agent: str, **given: Any) -> None:
                super().__init__(
                    user_agent, clock=clock, sleep=clock.jump, timeouts=short, resolve=_nowhere_else, **given
                )

        read = generator.fetch.run._read

        def read_from_nought(source: Source, request: FetchRequest) -> Any:
            """A thread that is done with one network may take on another: its time begins anew."""
            threading.current_thread().name = source.name
            clock._own.jumped = 0.0
            return read(source, request)

        generator.fetch.run._read = read_from_nought
        transport.Transport = Impatient  # type: ignore[misc]
        http_client.HttpClient = Client  # type: ignore[misc]


def _nowhere_else(host: str, _port: int) -> list[str]:
    """Any other name leads to an address that is never asked."""
    return [host] if host.startswith("127.0.0.") else ["192.0.2.1"]
