"""Reading a stream of text messages over a WebSocket (RFC 6455), by the rules that hold for requests too.

Only public addresses are connected to, or this machine where the address says so. A name is resolved once, and exactly
that address is connected to. Time, silence and the size of a message are bounded. `websockets` speaks the protocol and
negotiates compression (permessage-deflate, RFC 7692).
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

from generator.model.errors import FetchError
from generator.net.http.addresses import AddressError, parse_target, shown
from generator.net.http.exchange import ExchangeError

CONNECT_S = 10.0
MESSAGE_MAX = 1_000_000
"""Bytes. A record of Bluesky has at most 100 kB."""

Clock = Callable[[], float]


def read_messages(
    url: str, hello: str | None, quiet_s: float, within_s: float, *, user_agent: str, clock: Clock = time.monotonic
) -> Iterator[str]:
    """Connect, say hello, and give the messages as they come.

    It ends without an error when nothing came for `quiet_s`, or when `within_s` has passed.

    Args:
        url: `wss://...`, or `ws://` on loopback.
        hello: a message to send first.
        quiet_s: seconds without a message after which the stream counts as read to its present end.
        within_s: seconds that the whole reading may take.
        user_agent: who asks.
        clock: seconds that only grow.

    Raises:
        FetchError: there is no connection, or it breaks off (`silent` if the host did not answer).
    """
    # Loading the library takes 40 ms, and only a fetch with a stream needs it.
    from websockets.exceptions import ConnectionClosed, InvalidHandshake, WebSocketException  # noqa: PLC0415
    from websockets.sync.client import connect  # noqa: PLC0415

    ends_at = clock() + within_s
    try:
        connection = connect(
            url, sock=_connected(url), open_timeout=CONNECT_S, close_timeout=1, max_size=MESSAGE_MAX, proxy=None,
            user_agent_header=user_agent,
        )  # fmt: skip
    except (AddressError, ExchangeError, InvalidHandshake, OSError) as error:
        is_silent = isinstance(error, OSError | ExchangeError)
        raise FetchError(
            f"the stream cannot be opened ({_sentence(error)})", url=shown(url), silent=is_silent
        ) from None
    try:
        with connection:
            if hello is not None:
                connection.send(hello)
            while (remaining_s := ends_at - clock()) > 0:
                message = connection.recv(min(quiet_s, remaining_s))
                if isinstance(message, str):
                    yield message
    except TimeoutError:
        return
    except (ConnectionClosed, WebSocketException, OSError) as error:
        raise FetchError(f"the stream broke off ({_sentence(error)})", url=shown(url)) from None


def _connected(url: str) -> socket.socket:
    """A connection to the host, if it may be asked. Raises AddressError and ExchangeError."""
    # The library of these connections is slow to import.
    from generator.net.http.connections import connect, resolve_name  # noqa: PLC0415

    target = parse_target(url.replace("wss://", "https://", 1).replace("ws://", "http://", 1))
    if target.scheme == "http" and not target.on_loopback:
        raise AddressError("ws:// is accepted on this machine alone; write wss://")
    return connect(target.host, target.port, resolve_name, loopback=target.on_loopback, within_s=CONNECT_S)


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
