"""Asking a JSON service politely on behalf of an adapter: counts requests, notes rate limits, and knows when to stop.

The network library is behind `request.client`; this module sees only addresses, headers and bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from generator.fetch.adapter.json_fields import decode_object, time, unix_time
from generator.fetch.adapter.source import FetchRequest, StreamFailed, Wanted
from generator.model.errors import FetchError, FormatError, OutOfTimeError
from generator.net.http import Response

FAILURES_IN_A_ROW = 3
"""So many streams failing one after another for lack of an answer mean that the service is down, not the stream."""
PAGES_MAX = 50
"""Pages read from one stream in one run: a service whose pages never end cannot hold us."""

NEXT = "next"
"""Cursor naming the stream where a run had to end, or all that it did not reach; the next run begins with these, so
that none is left out for ever."""
REMEDY = "correct it where a tracker names it, or take it out"
"""What to do about an account, list or feed that a network does not know."""
_FIRST_FAULT = 500
_DIGITS_MAX = 12
_Value = TypeVar("_Value")


def is_fault(error: FetchError) -> bool:
    """The service gave no answer or a 5xx: not the fault of what we asked for."""
    return error.status is None or error.status >= _FIRST_FAULT


def in_turn(names: Sequence[str], first: Any) -> list[int]:
    """Indices of `names` in the order of this run: from the one called `first`, around; of several, these first."""
    indices = range(len(names))
    if isinstance(first, list):
        return sorted(indices, key=lambda index: names[index] not in first)
    start = names.index(first) if first in names else 0
    return [*indices[start:], *indices[:start]]


def trackers_by_name(wanted: Iterable[Wanted], key: str) -> dict[str, tuple[str, ...]]:
    """What the trackers name under a key of their blocks, each once in the config's order -> who names it, sorted."""
    trackers: dict[str, set[str]] = {}
    for block in wanted:
        for name in block.block.get(key) or ():
            trackers.setdefault(name, set()).add(block.tracker)
    return {name: tuple(sorted(naming)) for name, naming in trackers.items()}


def batches(values: Iterable[_Value], size: int) -> Iterator[list[_Value]]:
    """The values in lists of at most `size`."""
    waiting = list(values)
    for start in range(0, len(waiting), size):
        yield waiting[start : start + size]


def none_of(number: int, kind: str, failures: Sequence[FetchError]) -> FetchError:
    """The failure of all of a number of streams: the first that is no change of format, if there is one."""
    outages = [failure for failure in failures if not isinstance(failure, FormatError)]
    error = outages[0] if outages else failures[0]
    if number == 1:
        return error
    reason = f"none of the {number} {kind} could be read, one of them because: {error.reason}"
    failure = FetchError if outages else FormatError
    return failure(reason, url=error.url, status=error.status, retry_after_s=error.retry_after_s)


class Patience:
    """Decides whether a failure is a stream's own or the whole network's."""

    def __init__(self) -> None:
        self._in_a_row = 0
        self._worked = False
        self._waits = False
        self._fault: FetchError | None = None
        self._refusals: list[FetchError] = []

    def worked(self) -> None:
        """A stream was read."""
        self._in_a_row, self._worked = 0, True

    def is_lost(self, error: FetchError) -> bool:
        """A stream was not read for lack of an answer: whether it is time to give up."""
        self._in_a_row += 1
        self._fault = error
        return self._in_a_row >= FAILURES_IN_A_ROW or isinstance(error, OutOfTimeError)

    def refused(self, error: FetchError) -> None:
        """A stream was not read because the service does not know it or does not show it: its own failure."""
        self._refusals.append(error)

    def refusal(self, stream: str, reason: str) -> StreamFailed:
        """Note that a stream cannot be read, for a reason that needed no request for it. Returns the event."""
        self.refused(FetchError(reason))
        return StreamFailed(stream, reason)

    def waits(self) -> None:
        """Something is left for the next run, so nobody knows yet whether it can be read."""
        self._waits = True

    def finish(self) -> None:
        """All streams were tried. Raises a failure when none of them could be read: that is more than their own."""
        if self._worked or self._waits:
            return
        if self._fault is not None:
            raise self._fault
        if self._refusals:
            raise none_of(len(self._refusals), "accounts, lists and feeds", self._refusals)


class Asker:
    """One service: its address, our headers, and where its rate limits stand."""

    def __init__(
        self, request: FetchRequest, base: str, *, headers: Mapping[str, str] | None = None, limits: str
    ) -> None:
        self._request = request
        self._base = base.rstrip("/")
        self._headers = headers or {}
        self._limits = limits
        """Prefix of the rate-limit headers, in lower case: `x-rate-limit-`, `ratelimit-`, `x-ratelimit-`."""

    def get(self, path: str, params: Mapping[str, str] | None = None, *, label: str) -> dict[str, Any]:
        """GET `path` below the base -> the JSON object of the answer.

        Args:
            path: without a leading slash; may bring a query of its own (repeated parameters).
            params: added to the query.
            label: the endpoint's name in the meter's limits.

        Raises:
            FetchError: no usable answer.
            FormatError: an answer that is no JSON object.
        """
        answer = self.ask(path, params, label=label)
        return decode_object(answer.body, answer.url)

    def ask(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        label: str,
        accept: str = "application/json",
        headers: Mapping[str, str] | None = None,
        tries: int = 3,
    ) -> Response:
        """GET `path` below the base -> the answer as it came. Raises FetchError.

        Args:
            path: as in `get`.
            params: as in `get`.
            label: as in `get`.
            accept: the media types that we understand.
            headers: added to those of every request.
            tries: how often to ask where asking again may help.
        """
        self._request.meter.requests += 1
        url = f"{self._base}/{path}"
        sent = {**self._headers, **(headers or {})}
        answer = self._request.client.get(url, params=params or None, headers=sent or None, accept=accept, tries=tries)
        remaining = self._limits_left(answer.headers)
        if remaining:
            self._request.meter.limits[label] = remaining
        if not answer.url:
            return replace(answer, url=url)
        return answer

    def _limits_left(self, headers: Mapping[str, str]) -> str | None:
        """'298 of 300 until 10:15Z', or None where the service states nothing usable."""
        limit = _number(headers, f"{self._limits}limit")
        remaining = _number(headers, f"{self._limits}remaining")
        if limit is None or remaining is None:
            return None
        # Mastodon states a time, the others seconds since 1970.
        until = time(headers.get(f"{self._limits}reset")) or unix_time(_number(headers, f"{self._limits}reset"))
        if until is None:
            return f"{remaining} of {limit}"
        return f"{remaining} of {limit} until {until:%H:%M}Z"


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "")
    if not text.isdecimal() or len(text) > _DIGITS_MAX:
        return None
    return int(text)
