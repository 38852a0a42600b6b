"""One exchange with one service over a kept connection.

It decides nothing about trying again, waiting or redirects: it asks once, within limits of time and size, and says
what came or what broke.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.errors import MissingHeaderBodySeparatorDefect
from typing import Literal, TypeVar

import requests
from urllib3.exceptions import HTTPError as WireError
from urllib3.exceptions import NewConnectionError

from generator.net.http.addresses import Target
from generator.net.http.body import BodyError, read_body
from generator.net.http.connections import Adapter, ConnectError, Plan, Resolve, Watch, current, resolve_name

_Kind = TypeVar("_Kind", bound=BaseException)

_CHUNK = 65_536
_ERROR_BODY = 65_536
_SHORTEST_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Limits of one exchange in seconds."""

    connect_s: float = 10.0
    """Until there is a connection, the name's look-up included."""
    read_s: float = 20.0
    """Between two pieces of the answer."""
    total_s: float = 60.0
    """From the look-up to the last byte, however steadily it drips."""


@dataclass(frozen=True, slots=True)
class How:
    """What is asked of an address."""

    method: Literal["GET", "HEAD", "POST", "PUT"] = "GET"
    body: bool = True
    """False: the headers are enough."""
    content: bytes | None = None
    """What is sent."""
    repeatable: bool = True
    """Sending it twice does no more than sending it once."""


WHOLE = How()


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; a repeated header is joined with a comma."""
    body: bytes


class ExchangeError(Exception):
    """There was no usable answer.

    Attributes:
        reason: one sentence, without address and secret.
        again: asking once more may help.
        unsent: the service has certainly not received the request.
        silent: the connection was refused or the answer did not come in time.
    """

    def __init__(self, reason: str, *, again: bool, unsent: bool = False, silent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.unsent = unsent
        self.silent = silent


class Transport:
    """The connections to one service, for as many threads at the same time as it may be asked by."""

    def __init__(self, resolve: Resolve | None, timeouts: Timeouts, limit: int, at_once: int = 1) -> None:
        self._timeouts = timeouts
        self._limit = limit
        self._resolve = resolve or resolve_name
        self._adapter = Adapter(pool_connections=1, pool_maxsize=at_once, max_retries=0)

    def close(self) -> None:
        """Close the connection."""
        self._adapter.close()

    def ask(self, target: Target, headers: Mapping[str, str], within_s: float, how: How = WHOLE) -> Exchanged:
        """Send one request and read its answer, in `within_s` seconds or the total time-out, whichever is less.

        Raises:
            ExchangeError: nothing usable came back.
        """
        total_s = max(_SHORTEST_S, min(self._timeouts.total_s, within_s))
        plan = Plan(self._resolve, target.on_loopback, min(self._timeouts.connect_s, total_s))
        try:
            request = requests.Request(how.method, target.url, headers=dict(headers), data=how.content).prepare()
        except (requests.RequestException, ValueError):
            raise ExchangeError("the address or a header cannot be sent", again=False, unsent=True) from None
        times = (plan.connect_s, min(self._timeouts.read_s, total_s))
        with Watch(total_s) as watch:
            current.watch, current.plan = watch, plan
            try:
                exchanged = self._exchange(request, times, how)
            except Exception as error:
                if watch.fired:
                    raise _too_slow(total_s) from None
                failure = _explained(error)
                if failure is None:
                    raise
                raise failure from None
            finally:
                current.watch = current.plan = None
        if watch.fired:  # a cut connection looks like the end of a body without a length
            raise _too_slow(total_s)
        return exchanged

    def _exchange(self, request: requests.PreparedRequest, times: tuple[float, float], how: How) -> Exchanged:
        # straight to the adapter: a session would add cookies, .netrc, proxies, and read redirects' bodies unbounded
        response = self._adapter.send(request, stream=True, timeout=times)
        done = False
        try:
            headers = _headers(response)
            if not how.body:
                if how.method == "HEAD":
                    response.raw.read(1)  # nothing comes, and the connection is free again
                    done = True
                return Exchanged(response.status_code, headers, b"")
            failed = response.status_code >= 400  # noqa: PLR2004 (the errors of HTTP)
            length = _length(headers)
            if length is not None and length > self._limit:
                raise BodyError(f"the answer says that it has {length:,} bytes", again=False)
            chunks = response.raw.stream(_CHUNK, decode_content=False)
            body = _error_body(chunks, headers) if failed else self._body(chunks, headers)
            done = not failed
            return Exchanged(response.status_code, headers, body)
        finally:
            if not done:
                response.raw.close()  # the rest of it is not read, so the connection cannot be kept
            response.close()

    def _body(self, chunks: Iterator[bytes], headers: Mapping[str, str]) -> bytes:
        return read_body(chunks, headers.get("content-encoding", ""), self._limit)


def _headers(response: requests.Response) -> dict[str, str]:
    """Names in lower case. A line that is no header ends the parser's reading before it knows the body's length."""
    original = getattr(response.raw, "_original_response", None)
    defects = getattr(getattr(original, "msg", None), "defects", [])
    if any(isinstance(defect, MissingHeaderBodySeparatorDefect) for defect in defects):
        raise BodyError("the answer has a line among its headers that is none", again=True)
    return {name.lower(): value for name, value in response.headers.items()}


def _error_body(chunks: Iterator[bytes], headers: Mapping[str, str]) -> bytes:
    """What a failed request says about itself, if that can be read: never a reason to fail otherwise."""
    try:
        return read_body(chunks, headers.get("content-encoding", ""), _ERROR_BODY)
    except (BodyError, OSError, WireError, http.client.HTTPException):
        return b""


def _length(headers: Mapping[str, str]) -> int | None:
    value = headers.get("content-length")
    if value is None:
        return None
    if "transfer-encoding" in headers:
        raise BodyError("the answer states its length in two ways", again=False)
    if not (value.isascii() and value.isdigit() and len(value) < 20):  # noqa: PLR2004 (64 bits have 19 digits)
        raise BodyError("the answer states a length that is no number", again=False)
    return int(value)


def _too_slow(total_s: float) -> ExchangeError:
    return ExchangeError(f"it took longer than {total_s:.3g} s", again=False, silent=True)


def _explained(error: Exception) -> ExchangeError | None:
    """The library's errors in our words: theirs quote addresses and header values, which may hold secrets."""
    if isinstance(error, (ConnectError, BodyError)):
        unconnected = isinstance(error, ConnectError)
        return ExchangeError(str(error), again=error.again, unsent=unconnected, silent=unconnected)
    certificate = _cause(error, ssl.SSLCertVerificationError)
    if certificate is not None:
        return ExchangeError(f"its certificate is not valid ({certificate.verify_message})", again=False)
    known = (requests.RequestException, WireError, OSError, http.client.HTTPException, ValueError)
    if not isinstance(error, known):
        return None
    unsent = _cause(error, NewConnectionError) is not None
    reason, again, silent = "the connection broke, or the answer is no HTTP", True, False
    if isinstance(error, requests.exceptions.SSLError):
        reason, again = "no secure connection could be made", False
    elif isinstance(error, (requests.Timeout, TimeoutError)) or _cause(error, TimeoutError):
        reason, silent = "it did not answer in time", True
    elif unsent:
        reason, silent = "it could not be connected to", True
    return ExchangeError(reason, again=again, unsent=unsent, silent=silent)


def _cause(error: BaseException | None, kind: type[_Kind]) -> _Kind | None:
    """The first error of this kind that this one wraps: requests wraps urllib3's, which wrap the socket's."""
    seen = 0
    while error is not None and seen < 10:  # noqa: PLR2004 (chains are short; this one cannot be endless)
        if isinstance(error, kind):
            return error
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        error = getattr(error, "reason", None) if isinstance(getattr(error, "reason", None), BaseException) else inner
        seen += 1
    return None
