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
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from generator.net.http.addresses import is_allowed, is_literal

Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> IP addresses. May raise OSError."""

_MOST_ADDRESSES = 4

# the library logs addresses with their parameters, and tracebacks for odd headers, which we report in a sentence
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


class ConnectError(Exception):
    """No connection is made. The message is one sentence without address and secret.

    Attributes:
        again: asking once more may help.
    """

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


def resolve_name(host: str, port: int) -> list[str]:
    """The system's answer: IP addresses in its order of preference, each once. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Plan:
    """The limits of the current exchange for connecting."""

    resolve: Resolve
    loopback: bool
    connect_s: float


class Current(threading.local):
    """The current exchange of this thread. Connections read their limits here."""

    watch: Watch | None = None
    plan: Plan | None = None


class Watch:
    """Cuts the connection when the time is up, whatever the exchange is waiting for (headers that drip, TLS)."""

    def __init__(self, seconds: float) -> None:
        self.fired = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()

    def over(self, sock: Any) -> None:
        """Watch this connection. A duplicate is kept: TLS takes the original's descriptor away."""
        twin = socket.fromfd(sock.fileno(), sock.family, sock.type)
        with self._lock:
            self._sockets.append(twin)

    def _cut(self) -> None:
        with self._lock:
            self.fired = True
            for sock in self._sockets:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it is closed already


current = Current()


def _connect(host: str, port: int, connection: HTTPConnection) -> socket.socket:
    """Look the name up once, refuse addresses that are not public, and connect to exactly what was checked."""
    plan = current.plan
    if plan is None:
        raise ConnectError("a connection was opened outside of an exchange", again=False)
    addresses = _looked_up(plan, host, port)
    refused = [address for address in addresses if not is_allowed(address, loopback=plan.loopback)]
    if refused:
        raise ConnectError("its name leads to an address that is not public, which is refused", again=False)
    last: OSError | None = None
    addresses = addresses[:_MOST_ADDRESSES]
    for address in addresses:
        try:
            sock = socket.create_connection((address, port), plan.connect_s / len(addresses))
        except OSError as error:
            last = error
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if current.watch is not None:
            current.watch.over(sock)
        return sock
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, "timed out")
    raise NewConnectionError(connection, "no address answers")


def _looked_up(plan: Plan, host: str, port: int) -> list[str]:
    """Resolve with a time limit, which the system's look-up does not have. An address needs no look-up."""
    if is_literal(host):
        return [host]
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(list(plan.resolve(host, port)))
        except Exception as error:  # noqa: BLE001 (handed to the thread that waits)
            answers.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=plan.connect_s)
    except queue.Empty:
        raise ConnectError("its name could not be looked up in time", again=True) from None
    if isinstance(answer, (OSError, UnicodeError)) or answer == []:
        raise ConnectError("its name is not known", again=True)
    if isinstance(answer, Exception):
        raise answer
    return answer


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self.host, self.port, self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch_kept(self)
        super().request(*args, **kwargs)


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self.host, self.port, self)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _watch_kept(self)
        super().request(*args, **kwargs)


def _watch_kept(connection: HTTPConnection) -> None:
    """A connection kept from the last exchange has to be watched by this one."""
    if connection.sock is not None and current.watch is not None:
        current.watch.over(connection.sock)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Adapter(HTTPAdapter):
    """Connections that follow the rules of this module."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools of ours instead of the library's."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
