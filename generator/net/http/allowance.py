"""The time budget of one network in one run, over all of its servers and threads.

So many seconds in all, and of these only so many lost: lost is the time in which a question failed for lack of a usable
answer while no other question of the network was on its way to one. So 30 dead servers that are asked side by side cost
what one costs, a dead server beside a busy one costs nothing, and a network that goes on answering may take all its
time, pauses that it asks for included.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from generator.model.errors import FetchError, OutOfTimeError
from generator.net.http.service import SHORTEST_S, is_usable

NETWORK_PATIENCE_S = 117.0
"""Seconds. More than one service may use up, so that the other services get a share."""

_Span = tuple[float, float]
"""(from, until), of the clock."""


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
        self._lost: list[_Span] = []
        self._used: list[_Span] = []
        self._asking: list[float] = []
        """Start times of the requests in flight."""
        self._settled_s = 0.0
        """Seconds that were lost before any of them started. This is final."""
        self._last_failure = ""
        self._lock = threading.Lock()

    @contextmanager
    def question(self) -> Iterator[float]:
        """Count one request with its attempts and pauses; yields its start time."""
        with self._lock:
            began = self._clock()
            self._asking.append(began)
        failure: FetchError | None = None
        try:
            yield began
        except FetchError as error:
            failure = None if error.status is not None and is_usable(error.status) else error
            raise
        finally:
            with self._lock:
                self._count((began, self._clock()), failure)
                self._asking.remove(began)
                self._settle()

    def until(self, began: float, url: str) -> float:
        """The clock time by which a request that started at `began` needs its answer.

        Raises:
            OutOfTimeError: it may not be asked (again) in this run.
        """
        now = self._clock()
        if now >= self._ends_at:
            raise OutOfTimeError("the time for this network in this run is used up", url=url, unsent=True)
        with self._lock:
            lost = _merged([*self._lost, *_without([(began, now)], self._used)])
            left_s = self._patience_s - self._settled_s - _length(lost)
            last_failure = self._last_failure
        if left_s < SHORTEST_S:
            reason = f"{self._patience_s - left_s:.0f} s of this run went by without a usable answer of this network"
            raise OutOfTimeError(f"{reason} (at last: {last_failure})", url=url, unsent=True)
        return min(self._ends_at, now + left_s)

    def _count(self, span: _Span, failure: FetchError | None) -> None:
        if failure is None:
            self._used = _merged([*self._used, span])
            self._lost = _without(self._lost, [span])
            return
        self._lost = _merged([*self._lost, *_without([span], self._used)])
        if not isinstance(failure, OutOfTimeError):
            self._last_failure = failure.reason

    def _settle(self) -> None:
        """Drop the spans that no request, now or later, can overlap."""
        earliest = min(self._asking, default=self._clock())
        self._settled_s += _length(span for span in self._lost if span[1] <= earliest)
        self._lost = [span for span in self._lost if span[1] > earliest]
        self._used = [span for span in self._used if span[1] > earliest]


def _length(spans: Iterator[_Span] | list[_Span]) -> float:
    return sum(until - since for since, until in spans)


def _merged(spans: list[_Span]) -> list[_Span]:
    """The spans in order, joined where they touch."""
    found: list[_Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return found


def _without(spans: list[_Span], cut: list[_Span]) -> list[_Span]:
    """The parts of `spans` that lie outside of `cut`."""
    left = spans
    for since, until in cut:
        pieces = ([(start, min(end, since)), (max(start, until), end)] for start, end in left)
        left = [(start, end) for both in pieces for start, end in both if start < end]
    return left
