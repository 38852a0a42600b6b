"""The HTTP client: spacing, waits, retries, redirects, budgets, and errors without secrets."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from generator.model.errors import FetchError
from generator.net.http.addresses import AddressError, Target, follow, origin, parse_target, sendable_target, shown
from generator.net.http.allowance import Allowance
from generator.net.http.answers import REDIRECTS, is_answer, location, reason
from generator.net.http.attempt import AgainError, Attempt, no_end
from generator.net.http.interface import Response
from generator.net.http.service import TOO_MANY, Clocks, Service

if TYPE_CHECKING:
    from generator.net.http.transport import Exchanged, How, Timeouts

SIZE_LIMIT = 8 * 1_048_576
"""The most bytes of an answer after decompression."""
_MOST_REDIRECTS = 5


class HttpClient:
    """The client of the whole program. Threads may share it.

    Args:
        user_agent: from `user_agent()`.
        spacing_s: seconds between the end of one request and the start of the next, by host or `host:port`.
        at_once: requests at the same time, by host or `host:port`; one where it does not say.
        timeouts: of one request; by default 10 s to connect, 20 s between two pieces, 60 s in all.
        size_limit: bytes of an answer after decompression.
        clock: seconds that only grow. wall: seconds since 1970. sleep: waits so many seconds. chance: 0..1, for jitter.
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
        self._timeouts = timeouts
        self._size_limit = size_limit
        self._clocks = Clocks(clock=clock, wall=wall, sleep=sleep, chance=chance)
        self._resolve = resolve
        self._services: dict[str, Service] = {}
        self._held: dict[str, float] = {}
        """Host, or host and path -> when it may be asked, of the clock."""
        self._lock = threading.Lock()

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
                usable answer for 110 s is given up for this run.
        """
        return self.ask(url, params=params, headers=headers, accept=accept, tries=tries, allowance=None)

    def peek(self, url: str, *, method: Literal["GET", "HEAD"] = "HEAD", within_s: float | None = None) -> Response:
        """Ask once for status and headers alone, `within_s` seconds: redirects are answers here.

        Raises:
            FetchError: as `get`.
        """
        from generator.net.http.transport import How  # noqa: PLC0415 (requests is slow to import)

        try:
            target = parse_target(url)
        except AddressError as error:
            raise FetchError(str(error), url=shown(url)) from None
        headers = self._headers(None, "*/*", url)
        until = None if within_s is None else self._clocks.clock() + within_s
        how = How(method, body=False)
        answer = self._ask(target, Attempt(headers, 0, last=True, how=how, until=lambda _url: until))
        return Response(target.url, answer.status, answer.headers, answer.body)

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
        from generator.net.http.transport import How  # noqa: PLC0415 (requests is slow to import)

        how = How(method, content=content, repeatable=repeatable)
        try:
            target = sendable_target(url)
            sent = self._headers({**(headers or {}), "content-type": content_type}, "application/json", url)
            return self._send(target, sent, how, max(1, tries))
        except AddressError as error:
            raise FetchError(str(error), url=origin(url) if secret_address else shown(url), unsent=True) from None
        except FetchError as error:
            if secret_address:
                error = error.at(origin(url))
            raise error from None

    def _send(self, target: Target, headers: Mapping[str, str], how: How, tries: int) -> Response:
        for number in range(tries):
            try:
                answer = self._ask(target, Attempt(headers, number, number + 1 == tries, how))
                return Response(target.url, answer.status, answer.headers, answer.body)
            except AgainError:
                continue
        raise AssertionError("the last attempt answers or raises FetchError")

    def limited(self, deadline_s: float) -> LimitedClient:
        """A view of this client for one network: for so many seconds from now, less where its servers are silent.

        Then its calls raise OutOfTimeError.
        """
        return LimitedClient(self, Allowance(self._clocks.clock, deadline_s), self._clocks.clock, self._clocks.clock())

    def hold(self, waits: Mapping[str, float]) -> None:
        """Do not ask these places (hosts, or hosts with paths) before so many seconds have passed."""
        with self._lock:
            self._held.update({place: self._clocks.clock() + seconds for place, seconds in waits.items()})
            for key, service in self._services.items():
                service.hold(key, self._held)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for service in self._services.values():
                service.transport.close()
            self._services.clear()

    def ask(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        accept: str,
        tries: int,
        allowance: Allowance | None,
        waits: dict[str, float] | None = None,
    ) -> Response:
        """As `get`, within the time that a network has. What services ask for is noted in `waits`, of the clock."""
        asked = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url
        sent = self._headers(headers, accept, asked)
        try:
            target = parse_target(asked)
        except AddressError as error:
            raise FetchError(str(error), url=shown(asked)) from None
        if "authorization" in sent and target.scheme == "http" and not target.on_loopback:
            raise FetchError("a secret is not sent over http; write https", url=shown(asked))
        tries = max(1, tries)
        with allowance.question() if allowance else nullcontext(0.0) as began:
            until = partial(allowance.until, began) if allowance else no_end
            for number in range(tries):
                try:
                    return self._follow(target, Attempt(sent, number, number + 1 == tries, until=until, waits=waits))
                except AgainError:
                    continue
        raise AssertionError("the last attempt answers or raises FetchError")

    def _headers(self, headers: Mapping[str, str] | None, accept: str, url: str) -> dict[str, str]:
        sent = {"accept": accept, "accept-encoding": "gzip, deflate", "user-agent": self._user_agent}
        for name, value in (headers or {}).items():
            if not value.isprintable() or not value.isascii() or value != value.strip():
                raise FetchError(
                    f"the value of {name} has a character that no header may have; look for a line break or a space "
                    "at the end of the secret",
                    url=shown(url),
                    unsent=True,
                )
            sent[name.lower()] = value
        return sent

    def _follow(self, start: Target, attempt: Attempt) -> Response:
        """One attempt, with its redirects. Secrets go to the host that they were meant for, and to no other."""
        target = start
        for _ in range(_MOST_REDIRECTS + 1):
            answer = self._ask(target, attempt)
            if answer.status not in REDIRECTS:
                return Response(target.url, answer.status, answer.headers, answer.body)
            try:
                there = follow(target, location(answer.headers))
            except AddressError as error:
                raise FetchError(str(error), url=shown(target.url), status=answer.status) from None
            if not there.same_place(target):
                attempt = attempt.without_secrets()
            target = there
        raise FetchError(f"it redirects more than {_MOST_REDIRECTS} times", url=shown(start.url))

    def _ask(self, target: Target, attempt: Attempt) -> Exchanged:
        """One exchange, when the service may be asked; its answer decides when it may be asked next."""
        from generator.net.http.transport import WHOLE, ExchangeError  # noqa: PLC0415 (requests is slow to import)

        how = attempt.how or WHOLE
        service = self._service(target)
        until = attempt.until(shown(target.url))
        with service.turn(target, until):
            within_s = service.left(target, until)
            try:
                answer = service.transport.ask(target, attempt.headers, within_s, how)
            except ExchangeError as error:
                failure = FetchError(error.reason, url=shown(target.url), unsent=error.unsent, silent=error.silent)
                again = error.again and (error.unsent or how.repeatable)
            else:
                service.note(target, answer, {} if attempt.waits is None else attempt.waits)
                status = answer.status
                if is_answer(status, attempt.headers, sending=how.content is not None):
                    return answer
                pause = service.stated_pause(status, answer.headers)
                failure = FetchError(
                    reason(status), url=shown(target.url), status=status, retry_after_s=pause, body=answer.body
                )
                again = status == TOO_MANY or (500 <= status <= 599 and how.repeatable)  # noqa: PLR2004 (server's errors)
            service.last_failure = failure.reason
            limited = failure.status == TOO_MANY and failure.retry_after_s is None
            if again and (limited or not attempt.last):
                service.back_off(attempt.number, limited=limited)
            if again and not attempt.last and service.can_wait(target, until):
                raise AgainError
            raise failure

    def _service(self, target: Target) -> Service:
        from generator.net.http.transport import Timeouts, Transport  # noqa: PLC0415 (requests is slow to import)

        with self._lock:
            service = self._services.get(target.key)
            if service is None:
                spacing_s = self._spacing_s.get(target.key, self._spacing_s.get(target.host, 0.0))
                at_once = self._at_once.get(target.key, self._at_once.get(target.host, 1))
                transport = Transport(self._resolve, self._timeouts or Timeouts(), self._size_limit, at_once)
                service = self._services[target.key] = Service(transport, spacing_s, self._clocks, at_once)
                service.hold(target.key, self._held)
            return service


@dataclass(frozen=True, slots=True)
class LimitedClient:
    """A client with the time budget of one network."""

    client: HttpClient
    allowance: Allowance
    clock: Callable[[], float]
    began_at: float
    noted: dict[str, float] = field(default_factory=dict)
    """What services asked for: host, or host and path -> when it may be asked, of the clock."""

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: str = "application/json",
        tries: int = 3,
    ) -> Response:
        """As HttpClient.get; raises OutOfTimeError instead of asking or waiting beyond the end."""
        return self.client.ask(
            url, params=params, headers=headers, accept=accept, tries=tries, allowance=self.allowance,
            waits=self.noted,
        )  # fmt: skip

    def hold(self, waits: Mapping[str, float]) -> None:
        """As HttpClient.hold. Waits that are not over when the run ends are part of `waits()`."""
        self.noted.update({place: self.began_at + seconds for place, seconds in waits.items()})
        self.client.hold(waits)

    def waits(self) -> dict[str, float]:
        """Host, or host and path -> seconds from the start until it may be asked, if that is still to come."""
        return {place: until - self.began_at for place, until in self.noted.items() if until > self.clock()}
