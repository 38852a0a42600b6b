"""One service: how many requests it gets at a time, and when it may be asked again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.model.errors import FetchError, OutOfTimeError
from generator.net.http.addresses import Target, shown
from generator.net.http.waiting import backoff, limit_reset, retry_after

if TYPE_CHECKING:
    from generator.net.http.transport import Exchanged, Transport

PATIENCE_S = 110.0
"""Seconds without a usable answer, its own pauses included, after which a service is left for the next run."""
LONGEST_WAIT_S = 105.0
"""Seconds. A service that asks for a longer pause is left for the next run."""
SHORTEST_S = 5.0
"""Seconds. A service with less patience left than this is not asked."""
TOO_MANY = 429
UNAVAILABLE = 503
_FAULTS_FROM = 500


def is_usable(status: int) -> bool:
    """Whether the status is an answer, such as 404, and no sign that the service is busy or ill."""
    return status != TOO_MANY and status < _FAULTS_FROM


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The sources of time. Tests pass their own."""

    clock: Callable[[], float]
    """A monotonic clock, in seconds."""
    wall: Callable[[], float]
    """Seconds since 1970."""
    sleep: Callable[[float], None]
    chance: Callable[[], float]
    """A random number between 0 and 1, for jitter."""


@dataclass(slots=True)
class Service:
    """One host and port. `free_at` and `endpoint_free_at` are times of the clock."""

    transport: Transport
    spacing_s: float
    clocks: Clocks
    at_once: int = 1
    """The most requests at the same time. They share the times below."""
    free_at: float = 0.0
    endpoint_free_at: dict[str, float] = field(default_factory=dict)
    silent_s: float = 0.0
    """Seconds since its last usable answer, while it was asked."""
    last_failure: str = ""
    """Reason of its last failure."""
    give_up_at: float = 0.0
    """When patience ends in the current turn."""
    places: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self.places = threading.Semaphore(self.at_once)

    @contextmanager
    def turn(self, target: Target, until: float | None) -> Iterator[None]:
        """Hold the service for one exchange: wait for other threads, then until it may be asked.

        Raises:
            FetchError: that would be later than `until`, or too far away (`retry_after_s`), or it was silent for too
                long in this run.
        """
        left = None if until is None else until - self.clocks.clock()
        if left is not None and (left <= 0 or not self.places.acquire(timeout=left)):
            raise used_up(target)
        if left is None:
            self.places.acquire()
        began = self.clocks.clock()
        self.give_up_at = began + PATIENCE_S - self.silent_s
        try:
            self._wait(target, until)
            try:
                yield
            finally:
                self.free_at = max(self.free_at, self.clocks.clock() + self.spacing_s)
        finally:
            self.silent_s = PATIENCE_S - (self.give_up_at - self.clocks.clock())
            self.places.release()

    def left(self, target: Target, until: float | None) -> float:
        """Seconds that the exchange of this turn may take. Raises FetchError if there are none."""
        now = self.clocks.clock()
        if until is not None and until <= now:
            raise used_up(target)
        patience = self.give_up_at - now
        return patience if until is None else min(patience, until - now)

    def hold(self, key: str, waits: Mapping[str, float]) -> None:
        """Apply the waits that an earlier run was asked for."""
        self.free_at = max(self.free_at, waits.get(key, 0.0))
        for place, until in waits.items():
            if place.startswith(f"{key}/"):
                self.endpoint_free_at[place] = max(until, self.endpoint_free_at.get(place, 0.0))

    def note(self, target: Target, answer: Exchanged, waits: dict[str, float]) -> None:
        """Remember until when the service does not want to be asked: all of it (Retry-After), or one endpoint.

        A usable answer, be it that there is nothing, begins our patience anew.
        """
        now, wall = self.clocks.clock(), self.clocks.wall()
        if is_usable(answer.status):
            self.give_up_at = now + PATIENCE_S
        pause = retry_after(answer.headers, wall) if answer.status in {TOO_MANY, UNAVAILABLE} else None
        if pause is not None:
            self.free_at = waits[target.key] = max(self.free_at, now + pause)
        reset = limit_reset(answer.headers, wall)
        if reset is not None:
            self.endpoint_free_at[target.endpoint] = waits[target.endpoint] = now + reset

    def stated_pause(self, status: int, headers: Mapping[str, str]) -> float | None:
        """Seconds that a refusal asks us to wait; None where it does not say."""
        if status not in {TOO_MANY, UNAVAILABLE}:
            return None
        wall = self.clocks.wall()
        stated = retry_after(headers, wall)
        return limit_reset(headers, wall) if stated is None else stated

    def back_off(self, attempt: int, *, limited: bool) -> None:
        """Leave the service alone for a while that doubles with each attempt."""
        pause = backoff(attempt, self.clocks.chance(), limited=limited)
        self.free_at = max(self.free_at, self.clocks.clock() + pause)

    def can_wait(self, target: Target, until: float | None) -> bool:
        """Whether the next request may still go out in this run."""
        free_at = self._free_at(target)
        in_time = free_at <= self.give_up_at - SHORTEST_S and (until is None or free_at <= until)
        return in_time and free_at - self.clocks.clock() <= LONGEST_WAIT_S

    def _free_at(self, target: Target) -> float:
        return max(self.free_at, self.endpoint_free_at.get(target.endpoint, 0.0))

    def _wait(self, target: Target, until: float | None) -> None:
        if self.give_up_at - self.clocks.clock() < SHORTEST_S:
            reason = f"it gave no usable answer for {self.silent_s:.0f} s in this run (at last: {self.last_failure})"
            raise FetchError(reason, url=shown(target.url), silent=True)
        if not self.can_wait(target, until):
            pause = self._free_at(target) - self.clocks.clock()
            raise FetchError(
                "it asked to be left alone for longer than this run waits",
                url=shown(target.url),
                retry_after_s=pause,
                unsent=True,
            )
        while (pause := self._free_at(target) - self.clocks.clock()) > 0:
            self.clocks.sleep(pause)


def used_up(target: Target) -> OutOfTimeError:
    """The error of a call after the end of its budget."""
    return OutOfTimeError("the time for this network in this run is used up", url=shown(target.url), unsent=True)
