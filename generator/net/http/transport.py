"""One exchange with one service over a kept connection.

It decides nothing about trying again, waiting or redirects: it asks once, within limits of time and size, and says
what came or what broke.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from email.errors import MissingHeaderBodySeparatorDefect

import requests
from urllib3.exceptions import HTTPError as WireError

from generator.net.http.addresses import Target
from generator.net.http.body import BodyError, read_body
from generator.net.http.connections import Resolve, Watch, connect, make_adapter, resolve_name
from generator.net.http.exchange import WHOLE, Exchanged, ExchangeError, How, Timeouts

__all__ = ["WHOLE", "ExchangeError", "Exchanged", "How", "Timeouts", "Transport"]

_CHUNK = 65_536
_ERROR_BODY = 65_536
"""Bytes that are read of what a failed request says about itself."""
_SHORTEST_S = 0.05
_LIBRARY_ERRORS = (requests.RequestException, WireError, OSError, http.client.HTTPException, ValueError)


class Transport:
    """The connections to one service, for as many threads at the same time as it may be asked by."""

    def __init__(self, resolve: Resolve | None, timeouts: Timeouts, limit: int, at_once: int = 1) -> None:
        self._timeouts = timeouts
        self._limit = limit
        self._resolve = resolve or resolve_name
        self._adapter = make_adapter(at_once)

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    def ask(self, target: Target, headers: Mapping[str, str], within_s: float, how: How = WHOLE) -> Exchanged:
        """Send one request and read its answer, in `within_s` seconds or the total time-out, whichever is less.

        Raises:
            ExchangeError: nothing usable came back.
        """
        total_s = max(_SHORTEST_S, min(self._timeouts.total_s, within_s))
        connect_s = min(self._timeouts.connect_s, total_s)
        read_s = min(self._timeouts.read_s, total_s)
        try:
            request = requests.Request(how.method, target.url, headers=dict(headers), data=how.content).prepare()
        except (requests.RequestException, ValueError):
            raise ExchangeError("the address or a header cannot be sent", again=False, unsent=True) from None

        def open_socket(host: str, port: int) -> socket.socket:
            return connect(host, port, self._resolve, loopback=target.on_loopback, within_s=connect_s)

        too_slow = ExchangeError(f"it took longer than {total_s:.3g} s", again=False, silent=True)
        with Watch(open_socket, total_s) as watch:
            try:
                # A session would add cookies, .netrc and proxies, and read the bodies of redirects without a bound.
                response = self._adapter.send(request, stream=True, timeout=(connect_s, read_s))
                exchanged = self._read(response, how)
            except _LIBRARY_ERRORS as error:
                raise (too_slow if watch.fired else _explained(error)) from None
            except ExchangeError:
                if watch.fired:
                    raise too_slow from None
                raise
        # A cut connection looks like the end of a body without a length.
        if watch.fired:
            raise too_slow
        return exchanged

    def _read(self, response: requests.Response, how: How) -> Exchanged:
        """Read an answer as far as it is wanted. The connection is kept if nothing of the answer is left in it."""
        is_read = False
        try:
            headers = _headers(response)
            body = b""
            if how.method == "HEAD":
                # Nothing comes, and the connection is free again.
                response.raw.read(1)
                is_read = True
            elif how.body:
                _check_length(headers, self._limit)
                if response.status_code < 400:  # noqa: PLR2004 (the errors of HTTP)
                    body = _body(response, headers, self._limit)
                    is_read = True
                else:
                    body = _error_body(response, headers)
            return Exchanged(response.status_code, headers, body)
        finally:
            if not is_read:
                response.raw.close()
            response.close()


def _headers(response: requests.Response) -> dict[str, str]:
    """Names in lower case. A line that is no header ends the parser's reading before it knows the body's length."""
    original = getattr(response.raw, "_original_response", None)
    defects = getattr(getattr(original, "msg", None), "defects", [])
    for defect in defects:
        if isinstance(defect, MissingHeaderBodySeparatorDefect):
            raise ExchangeError("the answer has a line among its headers that is none", again=True)
    return {name.lower(): value for name, value in response.headers.items()}


def _check_length(headers: Mapping[str, str], limit: int) -> None:
    """Refuse a stated length that is too much or makes no sense, before anything of the body is read."""
    value = headers.get("content-length")
    if value is None:
        return
    if "transfer-encoding" in headers:
        raise ExchangeError("the answer states its length in two ways", again=False)
    # 64 bits have 19 digits.
    if not (value.isascii() and value.isdigit() and len(value) <= 19):  # noqa: PLR2004
        raise ExchangeError("the answer states a length that is no number", again=False)
    if int(value) > limit:
        raise ExchangeError(f"the answer says that it has {int(value):,} bytes", again=False)


def _body(response: requests.Response, headers: Mapping[str, str], limit: int) -> bytes:
    chunks = response.raw.stream(_CHUNK, decode_content=False)
    return read_body(chunks, headers.get("content-encoding", ""), limit)


def _error_body(response: requests.Response, headers: Mapping[str, str]) -> bytes:
    """What a failed request says about itself, if that can be read: never a reason to fail otherwise."""
    try:
        return _body(response, headers, _ERROR_BODY)
    except _LIBRARY_ERRORS:
        return b""


def _explained(error: Exception) -> ExchangeError:
    """The library's errors in our words: theirs quote addresses and header values, which may hold secrets."""
    if isinstance(error, BodyError):
        return ExchangeError(str(error), again=error.again)
    causes = _causes(error)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ExchangeError(f"its certificate is not valid ({cause.verify_message})", again=False)
    if isinstance(error, requests.exceptions.SSLError):
        return ExchangeError("no secure connection could be made", again=False)
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return ExchangeError("it did not answer in time", again=True, silent=True)
    return ExchangeError("the connection broke, or the answer is no HTTP", again=True)


def _causes(error: BaseException | None) -> list[BaseException]:
    """The error and those in whose handling it was raised: requests wraps urllib3's, which wrap the socket's."""
    causes = []
    while error is not None:
        causes.append(error)
        error = error.__context__
    return causes
