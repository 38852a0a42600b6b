"""The HTTP client: which service is asked, redirects, trying again, budgets, and errors without secrets."""

from __future__ import annotations

import copy
import math
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, Self
from urllib.parse import urlencode

from generator.model.errors import FetchError
from generator.net.http.addresses import AddressError, Target, follow, origin, parse_target, shown
from generator.net.http.allowance import Allowance
from generator.net.http.exchange import WHOLE, How, Timeouts
from generator.net.http.interface import Response
from generator.net.http.service import AgainError, Attempt, Clocks, Service

SIZE_LIMIT = 8 * 1_048_576
"""The most bytes of an answer after decompression."""
_REDIRECTS_MAX = 5
_FOR_EVERY_HOST = frozenset({"accept", "accept-encoding", "user-agent", "if-none-match", "if-modified-since"})
"""Headers that go along when a redirect leads to another host. Any other one may be a secret."""


class HttpClient:
    """The client of the whole program. Threads may share it.

    Args:
        user_agent: from `user_agent()`.
        spacing_s: seconds between the end of one request and the start of the next, by host or `host:port`.
        at_once: requests at the same time, by host or `host:port`; one where it does not say.
        timeouts: of one request; by default 10 s to connect, 20 s between two pieces, 60 s in all.
        size_limit: bytes of an answer after decompression.
        clock: seconds that only grow. wall: seconds since 1970. sleep: takes seconds. chance: 0..1, for jitter.
        resolve: (host, port) -> IP addresses; by default the system's.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        spacing_s: Mapping[str, float] | None = None,
        at_once: Mapping[str, int] | None = None,
        timeouts: Timeouts | None = None,
        size_limit: int = SIZE_LIMIT,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._spacing_s = dict(spacing_s or {})
        self._at_once = dict(at_once or {})
        self._timeouts = timeouts or Timeouts()
        self._size_limit = size_limit
        self._clocks = Clocks(clock=clock, wall=wall, sleep=sleep, chance=chance)
        self._resolve = resolve
        self._services: dict[str, Service] = {}
        self._free_at: dict[str, float] = {}
        """Host, or host and path -> clock time at which it may be asked."""
        self._lock = threading.Lock()
        self._begin(Allowance(clock, math.inf, patience_s=math.inf))

    def _begin(self, allowance: Allowance) -> None:
        self._began_at = self._clocks.clock()
        self._allowance = allowance
        self._waits: dict[str, float] = {}
        """Waits that services asked for: host, or host and path -> clock time."""

    def limited(self, deadline_s: float) -> Self:
        """A view of this client for one network, with a limit in seconds; silent servers shorten it.

        Then its calls raise OutOfTimeError.
        """
        view = copy.copy(self)
        view._begin(Allowance(self._clocks.clock, deadline_s))  # noqa: SLF001 (its own class)
        return view

    def hold(self, waits: Mapping[str, float]) -> None:
        """Ask these places (hosts, or hosts with paths) only after the given number of seconds since the start.

        Waits that are not over when the run ends are part of `waits()`.
        """
        with self._lock:
            for place, seconds in waits.items():
                until = self._began_at + seconds
                self._waits[place] = until
                self._free_at[place] = max(until, self._free_at.get(place, 0.0))

    def waits(self) -> dict[str, float]:
        """Host, or host and path -> seconds from the start until it may be asked, if that is still to come."""
        now = self._clocks.clock()
        return {place: until - self._began_at for place, until in self._waits.items() if until > now}

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for service in self._services.values():
                service.transport.close()
            self._services.clear()

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: str = "application/json",
        tries: int = 3,
    ) -> Response:
        """Ask, follow redirects, and ask again where that helps, never sooner than the service allows.

        Raises:
            FetchError: the answer is an error, broken, too large or too late, or the service asks for a longer pause
                than a run waits (`retry_after_s`); nothing is sent to it then before that time. One that gave no
                usable answer for 110 s is given up for this run. An OutOfTimeError if the network's time is used up.
        """
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params)
        return self._ask(self._attempt(url, {"accept": accept, **(headers or {})}), tries)

    def peek(self, url: str, *, method: Literal["GET", "HEAD"] = "HEAD", within_s: float = math.inf) -> Response:
        """Ask once for status and headers alone, `within_s` seconds: redirects are answers here.

        Raises:
            FetchError: as `get`.
        """
        attempt = self._attempt(url, {"accept": "*/*"}, How(method, body=False))
        return self._ask(attempt, tries=1, ends_at=self._clocks.clock() + within_s)

    def send(
        self,
        url: str,
        content: bytes,
        *,
        method: Literal["POST", "PUT"] = "POST",
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        repeatable: bool = False,
        secret_address: bool = False,
        tries: int = 3,
    ) -> Response:
        """Send something, and again only where it was certainly not taken, or where that does no harm (`repeatable`).

        With `secret_address` no message shows more of the address than its host. A redirect is never followed.

        Raises:
            FetchError: it was not taken, or nobody knows (`refused` tells).
        """
        how = How(method, content=content, repeatable=repeatable)
        all_headers = {"accept": "application/json", **(headers or {}), "content-type": content_type}
        try:
            return self._ask(self._attempt(url, all_headers, how), tries)
        except FetchError as error:
            raise (error.at(origin(url)) if secret_address else error) from None

    def _attempt(self, url: str, headers: Mapping[str, str], how: How = WHOLE) -> Attempt:
        """The first attempt of a question. Raises FetchError if it must not be sent."""
        checked = {"accept-encoding": "gzip, deflate", "user-agent": self._user_agent}
        for name, value in headers.items():
            if not value.isprintable() or not value.isascii() or value != value.strip():
                raise FetchError(
                    f"the value of {name} has a character that no header may have; look for a line break or a space "
                    "at the end of the secret",
                    url=shown(url),
                    unsent=True,
                )
            checked[name.lower()] = value
        try:
            target = parse_target(url)
        except AddressError as error:
            raise FetchError(str(error), url=shown(url), unsent=True) from None
        is_private = how.content is not None or "authorization" in checked
        if is_private and target.scheme == "http" and not target.on_loopback:
            raise FetchError("a secret is not sent over http; write https", url=shown(url), unsent=True)
        return Attempt(target, checked, how, waits=self._waits)

    def _ask(self, attempt: Attempt, tries: int, ends_at: float = math.inf) -> Response:
        """Make attempts until one succeeds. The last one never raises AgainError."""
        number = 0
        with self._allowance.question() as began_at:

            def until(target: Target) -> float:
                return min(ends_at, self._allowance.until(began_at, target.shown))

            while True:
                try:
                    return self._follow(replace(attempt, number=number, last=number + 1 >= tries), until)
                except AgainError:
                    number += 1

    def _follow(self, attempt: Attempt, until: Callable[[Target], float]) -> Response:
        """One attempt, with its redirects. Secrets go to the host that they were meant for, and to no other."""
        redirects = 0
        while True:
            target = attempt.target
            answer = self._service(target).ask(replace(attempt, until=until(target)))
            response = Response(target.url, answer.status, answer.headers, answer.body)
            if not response.is_redirect or not attempt.how.body:
                return response
            redirects += 1
            if redirects > _REDIRECTS_MAX:
                raise FetchError(f"it redirects more than {_REDIRECTS_MAX} times", url=target.shown)
            attempt = _redirected(attempt, response)

    def _service(self, target: Target) -> Service:
        from generator.net.http import transport  # noqa: PLC0415 (requests is slow to import)

        with self._lock:
            service = self._services.get(target.key)
            if service is None:
                spacing_s = self._spacing_s.get(target.key, self._spacing_s.get(target.host, 0.0))
                at_once = self._at_once.get(target.key, self._at_once.get(target.host, 1))
                connections = transport.Transport(self._resolve, self._timeouts, self._size_limit, at_once)
                service = Service(connections, spacing_s, at_once, self._clocks, self._free_at)
                self._services[target.key] = service
            return service


def _redirected(attempt: Attempt, answer: Response) -> Attempt:
    """The attempt at the place that a redirect names. Raises FetchError where it must not be followed."""
    try:
        target = follow(attempt.target, answer.location)
    except AddressError as error:
        raise FetchError(str(error), url=attempt.target.shown, status=answer.status) from None
    headers = attempt.headers
    if not target.same_place(attempt.target):
        headers = {name: value for name, value in headers.items() if name in _FOR_EVERY_HOST}
    return replace(attempt, target=target, headers=headers)
