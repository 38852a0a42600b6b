"""Connections to public addresses only, cut when their time is up.

A name is looked up once, what it leads to is checked, and exactly that address is connected to: a second look-up could
give another answer (DNS rebinding). A timer cuts whatever takes longer than the whole exchange may.
"""

from __future__ import annotations

import logging
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from generator.net.http.addresses import is_allowed, is_literal
from generator.net.http.exchange import ExchangeError

Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> IP addresses. May raise OSError."""

_ADDRESSES_MAX = 4
"""A host with more addresses is tried at the first four."""

# The library logs addresses with their parameters, and tracebacks for odd headers. We report both in a sentence.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


def resolve_name(host: str, port: int) -> list[str]:
    """The system's answer: IP addresses in its order of preference, each once. Raises OSError."""
    rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in rows))


def connect(host: str, port: int, resolve: Resolve, *, loopback: bool, within_s: float) -> socket.socket:
    """Look the name up once, refuse addresses that are not public, and connect to exactly what was checked.

    Args:
        host: a name or an IP address.
        port: its port.
        resolve: looks up the name.
        loopback: whether this machine may be connected to.
        within_s: seconds for the look-up, and again for the connection.

    Raises:
        ExchangeError: there is no connection.
    """
    addresses = _looked_up(host, port, resolve, within_s)
    for address in addresses:
        if not is_allowed(address, loopback=loopback):
            raise _unconnected("its name leads to an address that is not public, which is refused", again=False)
    addresses = addresses[:_ADDRESSES_MAX]
    reason = ""
    for address in addresses:
        try:
            connection = socket.create_connection((address, port), within_s / len(addresses))
        except TimeoutError:
            reason = "it did not answer in time"
        except OSError:
            reason = "it could not be connected to"
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
    raise _unconnected(reason, again=True)


def _looked_up(host: str, port: int, resolve: Resolve, within_s: float) -> Sequence[str]:
    """Resolve with a time limit, which the system's look-up does not have. An address needs no look-up."""
    if is_literal(host):
        return [host]
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(resolve(host, port))
        except Exception as error:  # noqa: BLE001 (handed to the thread that waits)
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=within_s)
    except queue.Empty:
        raise _unconnected("its name could not be looked up in time", again=True) from None
    if isinstance(answer, Exception) and not isinstance(answer, OSError | UnicodeError):
        raise answer
    if isinstance(answer, Exception) or not answer:
        raise _unconnected("its name is not known", again=True)
    return answer


def _unconnected(reason: str, *, again: bool) -> ExchangeError:
    return ExchangeError(reason, again=again, unsent=True, silent=True)


class Watch:
    """The limits of the exchange that this thread makes; cuts its connections when the time is up.

    It does so whatever the exchange is waiting for, such as headers that drip, or TLS.

    Args:
        open_socket: (host, port) -> a connection.
        seconds: until the cut.
    """

    def __init__(self, open_socket: Callable[[str, int], socket.socket], seconds: float) -> None:
        self.open_socket = open_socket
        self.fired = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        _current.watch = self
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for connection in self._sockets:
                connection.close()
            self._sockets.clear()

    def over(self, connection: Any) -> None:
        """Watch this connection. A duplicate is kept: TLS takes the original's descriptor away."""
        twin = socket.fromfd(connection.fileno(), connection.family, connection.type)
        with self._lock:
            self._sockets.append(twin)

    def _cut(self) -> None:
        with self._lock:
            self.fired = True
            for connection in self._sockets:
                # It may be closed already.
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Current(threading.local):
    """The watch of the exchange that this thread makes."""

    watch: Watch


_current = _Current()
"""The library opens connections itself and hands nothing of ours to them."""


class _Connection(HTTPConnection):
    """Opens its socket as the watch of its thread says."""

    def _new_conn(self) -> socket.socket:
        connection = _current.watch.open_socket(self.host, self.port)
        _current.watch.over(connection)
        return connection

    def request(self, *args: Any, **kwargs: Any) -> None:
        # A connection that was kept from the last exchange has to be watched by this one.
        if self.sock is not None:
            _current.watch.over(self.sock)
        super().request(*args, **kwargs)


class _TlsConnection(_Connection, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def make_adapter(at_once: int) -> HTTPAdapter:
    """The library's adapter for one service with connections of ours, `at_once` of them, without its retries."""
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=at_once, max_retries=0)
    adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return adapter
