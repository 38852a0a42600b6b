"""One service: how many requests it gets at a time, when it may be asked again, and what its answers mean."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generator.model.errors import FetchError, OutOfTimeError
from generator.net.http.addresses import Target
from generator.net.http.exchange import WHOLE, Exchanged, ExchangeError, How
from generator.net.http.interface import REDIRECTS
from generator.net.http.waiting import backoff, limit_reset, retry_after

if TYPE_CHECKING:
    from generator.net.http.transport import Transport

PATIENCE_S = 110.0
"""Seconds without a usable answer, its own pauses included, after which a service is left for the next run."""
LONGEST_WAIT_S = 105.0
"""Seconds. A service that asks for a longer pause is left for the next run."""
SHORTEST_S = 5.0
"""Seconds. A service with less patience left than this is not asked."""
_ANSWERS = frozenset({200, 203, 204}) | REDIRECTS
_UNCHANGED = 304
_TOO_MANY = 429
_UNAVAILABLE = 503
_REASONS = {
    400: "it does not understand the question",
    401: "it does not accept the secret, or needs one",
    402: "its credit is used up",
    403: "it refuses to answer",
    404: "there is nothing at this address",
    406: "it refuses to answer in the asked form",
    410: "what was there is gone",
    429: "it was asked too much",
    451: "it may not answer for legal reasons",
}


class AgainError(Exception):
    """The attempt failed, and another one may succeed."""


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


@dataclass(frozen=True, slots=True)
class Attempt:
    """One of the tries of a question."""

    target: Target
    headers: Mapping[str, str]
    how: How = WHOLE
    number: int = 0
    last: bool = True
    until: float = float("inf")
    """Clock time at which its budget ends."""
    waits: dict[str, float] = field(default_factory=dict)
    """Receives the waits that services ask for: place -> clock time."""


class Service:
    """One host and port.

    Args:
        transport: asks it.
        spacing_s: seconds between the end of one request and the start of the next.
        at_once: the most requests at the same time.
        clocks: the time.
        free_at: place (host, or host and path) -> clock time at which it may be asked. All services share it.
    """

    def __init__(
        self, transport: Transport, spacing_s: float, at_once: int, clocks: Clocks, free_at: dict[str, float]
    ) -> None:
        self.transport = transport
        self._spacing_s = spacing_s
        self._clocks = clocks
        self._free_at = free_at
        self._places = threading.Semaphore(at_once)
        self._silent_s = 0.0
        """Seconds since its last usable answer, while it was asked."""
        self._give_up_at = 0.0
        """Clock time at which patience ends in the current turn."""
        self._last_failure = ""

    def ask(self, attempt: Attempt) -> Exchanged:
        """One exchange, when the service may be asked; its answer decides when it may be asked next.

        Raises:
            AgainError: it failed, and the next attempt may succeed.
            FetchError: it failed for good, or would have to wait too long (`retry_after_s`).
        """
        target = attempt.target
        with self._turn(attempt):
            within_s = min(self._give_up_at, attempt.until) - self._clocks.clock()
            if within_s <= 0:
                raise used_up(target.shown)
            try:
                answer = self.transport.ask(target, attempt.headers, within_s, attempt.how)
            except ExchangeError as error:
                again = error.again and (error.unsent or attempt.how.repeatable)
                failure = FetchError(error.reason, url=target.shown, unsent=error.unsent, silent=error.silent)
            else:
                pause_s = self._note(attempt, answer)
                if _is_answer(answer.status, attempt):
                    return answer
                is_fault = 500 <= answer.status <= 599  # noqa: PLR2004 (HTTP's class of the server's errors)
                again = answer.status == _TOO_MANY or (is_fault and attempt.how.repeatable)
                failure = FetchError(
                    _reason(answer.status),
                    url=target.shown,
                    status=answer.status,
                    retry_after_s=pause_s,
                    body=answer.body,
                )
            self._last_failure = failure.reason
            if again:
                self._back_off(attempt, failure)
            if again and not attempt.last and self._can_wait(attempt):
                raise AgainError
            raise failure

    @contextmanager
    def _turn(self, attempt: Attempt) -> Iterator[None]:
        """Hold the service for one exchange: wait for other threads, then until it may be asked."""
        clock = self._clocks.clock
        left_s = attempt.until - clock()
        if left_s <= 0 or not self._places.acquire(timeout=min(left_s, threading.TIMEOUT_MAX)):
            raise used_up(attempt.target.shown)
        try:
            self._give_up_at = clock() + PATIENCE_S - self._silent_s
            try:
                self._wait(attempt)
                try:
                    yield
                finally:
                    self._leave_alone(attempt.target.key, clock() + self._spacing_s)
            finally:
                self._silent_s = PATIENCE_S - (self._give_up_at - clock())
        finally:
            self._places.release()

    def _wait(self, attempt: Attempt) -> None:
        """Sleep until the service may be asked. Raises FetchError if that is too far away."""
        clock = self._clocks.clock
        if self._give_up_at - clock() < SHORTEST_S:
            reason = f"it gave no usable answer for {self._silent_s:.0f} s in this run (at last: {self._last_failure})"
            raise FetchError(reason, url=attempt.target.shown, silent=True)
        if not self._can_wait(attempt):
            raise FetchError(
                "it asked to be left alone for longer than this run waits",
                url=attempt.target.shown,
                retry_after_s=self._next_at(attempt.target) - clock(),
                unsent=True,
            )
        # Another thread may have heard of a longer pause meanwhile.
        while (pause_s := self._next_at(attempt.target) - clock()) > 0:
            self._clocks.sleep(pause_s)

    def _can_wait(self, attempt: Attempt) -> bool:
        """Whether the next request may still go out in this run."""
        next_at = self._next_at(attempt.target)
        if next_at > attempt.until or next_at > self._give_up_at - SHORTEST_S:
            return False
        return next_at - self._clocks.clock() <= LONGEST_WAIT_S

    def _next_at(self, target: Target) -> float:
        return max(self._free_at.get(target.key, 0.0), self._free_at.get(target.endpoint, 0.0))

    def _leave_alone(self, place: str, until: float) -> None:
        self._free_at[place] = max(self._free_at.get(place, 0.0), until)

    def _note(self, attempt: Attempt, answer: Exchanged) -> float | None:
        """Note until when the service does not want to be asked: all of it (Retry-After), or one endpoint (its limit).

        A usable answer, be it that there is nothing, begins our patience anew. Returns the seconds that a refusal asks
        us to wait; None where it does not say.
        """
        target = attempt.target
        now, wall = self._clocks.clock(), self._clocks.wall()
        if is_usable(answer.status):
            self._give_up_at = now + PATIENCE_S
        reset_s = limit_reset(answer.headers, wall)
        if reset_s is not None:
            self._free_at[target.endpoint] = now + reset_s
            attempt.waits[target.endpoint] = now + reset_s
        if answer.status not in {_TOO_MANY, _UNAVAILABLE}:
            return None
        pause_s = retry_after(answer.headers, wall)
        if pause_s is None:
            return reset_s
        self._leave_alone(target.key, now + pause_s)
        attempt.waits[target.key] = self._free_at[target.key]
        return pause_s

    def _back_off(self, attempt: Attempt, failure: FetchError) -> None:
        """Leave the service alone for a while that doubles with each attempt; after the last one if it is too busy."""
        limited = failure.status == _TOO_MANY and failure.retry_after_s is None
        if limited or not attempt.last:
            pause_s = backoff(attempt.number, self._clocks.chance(), limited=limited)
            self._leave_alone(attempt.target.key, self._clocks.clock() + pause_s)


def used_up(url: str) -> OutOfTimeError:
    """The error of a call after the end of its budget."""
    return OutOfTimeError("the time for this network in this run is used up", url=url, unsent=True)


def is_usable(status: int) -> bool:
    """Whether the status is an answer, such as 404, and no sign that the service is busy or ill."""
    return status != _TOO_MANY and status < 500  # noqa: PLR2004 (HTTP's class of the server's errors)


def _is_answer(status: int, attempt: Attempt) -> bool:
    """200 and its kin, redirects, and 304 where we asked for it (without a validator it has nothing to say).

    What is sent is taken by any 2xx; a redirect would lead it elsewhere.
    """
    if attempt.how.content is not None:
        return 200 <= status <= 299  # noqa: PLR2004 (HTTP's class of successes)
    if status == _UNCHANGED:
        return "if-none-match" in attempt.headers or "if-modified-since" in attempt.headers
    return status in _ANSWERS


def _reason(status: int) -> str:
    """The reason of a failure, in words."""
    from http import HTTPStatus  # noqa: PLC0415 (only for errors; the command line starts faster)

    try:
        phrase = f" ({HTTPStatus(status).phrase})"
    except ValueError:
        phrase = ""
    return _REASONS.get(status, "it answers with an error") + f": HTTP {status}{phrase}"
