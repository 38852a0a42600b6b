"""The time budget of one network in one run, over all of its servers and threads.

So many seconds in all, and of these only so many lost. A second is lost if a question failed in it for lack of a usable
answer, and no other question of the network was on its way to one. So 30 dead servers that are asked side by side cost
what one costs, a dead server beside a busy one costs nothing, and a network that goes on answering may take all its
time, pauses that it asks for included.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from generator.model.errors import FetchError, OutOfTimeError
from generator.net.http.service import SHORTEST_S, is_usable, used_up

NETWORK_PATIENCE_S = 117.0
"""Seconds. More than one service may use up, so that the other services get a share."""


class _Span(NamedTuple):
    """The time that a question took, of the clock."""

    since: float
    until: float
    failed: bool


class Allowance:
    """The time budget of one network. Threads may share it.

    Args:
        clock: seconds that only grow.
        in_all_s: from now.
        patience_s: of these, how many may be lost.
    """

    def __init__(self, clock: Callable[[], float], in_all_s: float, patience_s: float = NETWORK_PATIENCE_S) -> None:
        self._clock = clock
        self._ends_at = clock() + in_all_s
        self._patience_s = patience_s
        self._spans: list[_Span] = []
        """Of answered questions, from the start of the earliest one that has no answer yet."""
        self._open: list[float] = []
        """Start times of the questions without an answer."""
        self._settled_s = 0.0
        """Seconds that were lost before any of them started. This is final."""
        self._last_failure = ""
        self._lock = threading.Lock()

    @contextmanager
    def question(self) -> Iterator[float]:
        """Count one request with its attempts and pauses; yields its start time."""
        with self._lock:
            began_at = self._clock()
            self._open.append(began_at)
        failed = False
        try:
            yield began_at
        except FetchError as error:
            failed = error.status is None or not is_usable(error.status)
            if failed and not isinstance(error, OutOfTimeError):
                self._last_failure = error.reason
            raise
        finally:
            with self._lock:
                self._open.remove(began_at)
                self._spans.append(_Span(began_at, self._clock(), failed))
                self._settle()

    def until(self, began_at: float, url: str) -> float:
        """The clock time by which a request that started at `began_at` needs its answer.

        Raises:
            OutOfTimeError: it may not be asked (again) in this run.
        """
        now = self._clock()
        if now >= self._ends_at:
            raise used_up(url)
        with self._lock:
            lost_s = self._settled_s + _lost_s([*self._spans, _Span(began_at, now, failed=True)])
        left_s = self._patience_s - lost_s
        if left_s < SHORTEST_S:
            reason = f"{lost_s:.0f} s of this run went by without a usable answer of this network"
            raise OutOfTimeError(f"{reason} (at last: {self._last_failure})", url=url, unsent=True)
        return min(self._ends_at, now + left_s)

    def _settle(self) -> None:
        """Count for good what was lost before the earliest open question, and keep the rest."""
        border = min(self._open, default=self._clock())
        earlier = []
        later = []
        for since, until, failed in self._spans:
            earlier.append(_Span(min(since, border), min(until, border), failed))
            if until > border:
                later.append(_Span(max(since, border), until, failed))
        self._settled_s += _lost_s(earlier)
        self._spans = later


def _lost_s(spans: Sequence[_Span]) -> float:
    """Seconds in which a failed question was open, and none that got an answer."""
    changes: list[tuple[float, int, int]] = []
    for since, until, failed in spans:
        changes.append((since, failed, not failed))
        changes.append((until, -failed, -(not failed)))
    lost_s = 0.0
    open_failed = open_answered = 0
    last = 0.0
    for moment, failed_change, answered_change in sorted(changes):
        if open_failed and not open_answered:
            lost_s += moment - last
        open_failed += failed_change
        open_answered += answered_change
        last = moment
    return lost_s
