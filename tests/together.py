"""A network of made-up hosts in which time passes for all threads together, and only when every one of them waits.

    net = Net({"dead.example": SILENT, "blog.example": serving({"/feed.xml": rss(...)}, seconds=0.2)})
    net.rule(monkeypatch)
    client = net.client()          # the program's own, but for the sockets
    ...
    net.clock.at                   # what a real run would have taken

Hosts that are not named do not exist (their names are not resolved).
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from generator.fetch.adapter import side_by_side
from generator.fetch.adapter.side_by_side import side_by_side as ask_side_by_side
from generator.fetch.adapter.source import FetchRequest
from generator.fetch.sources.mastodon import gone
from generator.net.http import HttpClient, transport
from generator.net.http.addresses import Target

Wire = Callable[[Target], tuple[float, transport.Exchanged | None]]
"""(what is asked) -> seconds until the answer, and the answer; None for silence."""


def SILENT(_target: Target) -> tuple[float, None]:  # noqa: N802 - a constant of the tests
    """Accepts, and says nothing."""
    return transport.Timeouts().read_s, None


def serving(bodies: Mapping[str, bytes], *, seconds: float = 0.1, status: int = 200) -> Wire:
    """By path, whatever the query."""

    def answer(target: Target) -> tuple[float, transport.Exchanged]:
        path = "/" + target.url.split("/", 3)[3].partition("?")[0]
        found = path in bodies
        return seconds, transport.Exchanged(status if found else 404, {}, bodies.get(path, b"{}"))

    return answer


class Together:
    """Time that moves on to the next moment for which somebody waits once all waits."""

    def __init__(self) -> None:
        self.at = 1000.0
        self._jobs = 0
        """That are not done; as many of them as there are threads are running."""
        self._waiting: list[tuple[float, int]] = []
        self._number = itertools.count()
        self._changed = threading.Condition()

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        with self._changed:
            mine = (self.at + seconds, next(self._number))
            self._waiting.append(mine)
            self._move()
            while mine in self._waiting:
                self._changed.wait(60)

    def _move(self) -> None:
        if self._waiting and len(self._waiting) >= min(self._jobs, side_by_side.HOSTS_AT_ONCE):
            at, _ = first = min(self._waiting)  # one at a time, in the order in which they began to wait
            self.at = max(self.at, at)
            self._waiting.remove(first)
            self._changed.notify_all()

    def watch(self, request: FetchRequest, name: str, jobs: Sequence[Any]) -> Iterator[Any]:
        """In place of `side_by_side`."""
        with self._changed:
            self._jobs = len(jobs)
        return ask_side_by_side(request, name, [self._watched(job) for job in jobs])

    def _watched(self, job: Any) -> Any:
        def watched(request: FetchRequest) -> Iterator[Any]:
            try:
                yield from job(request)
            finally:
                with self._changed:
                    self._jobs -= 1
                    self._move()

        return watched


class Net:
    """Hosts by name, and who was asked when."""

    def __init__(self, hosts: Mapping[str, Wire]) -> None:
        self.hosts = dict(hosts)
        self.clock = Together()
        self.asked: list[str] = []

    @property
    def took_s(self) -> float:
        return self.clock.at - 1000.0

    def client(self) -> HttpClient:
        return HttpClient(
            "tests", clock=self.clock, sleep=self.clock.sleep, wall=lambda: 1.8e9 + self.clock.at, chance=lambda: 0.0
        )

    def rule(self, patch: pytest.MonkeyPatch) -> None:
        """Let the program's client live in it."""
        net = self

        class Wires:
            def __init__(self, *_: Any) -> None:
                pass

            def ask(self, target: Target, _headers: Any, within_s: float, _how: Any = None) -> transport.Exchanged:
                net.asked.append(target.host)
                if target.host not in net.hosts:
                    raise transport.ExchangeError("its name is not known", again=False, unsent=True, silent=True)
                seconds, answer = net.hosts[target.host](target)
                net.clock.sleep(min(seconds, within_s))
                if answer is None:
                    raise transport.ExchangeError("it did not answer in time", again=True, silent=True)
                if seconds > within_s:
                    raise transport.ExchangeError(f"it took longer than {within_s:.3g} s", again=False, silent=True)
                return answer

            def close(self) -> None:
                pass

        patch.setattr(transport, "Transport", Wires)
        for module in (side_by_side, gone):
            patch.setattr(module, "side_by_side", self.clock.watch)
