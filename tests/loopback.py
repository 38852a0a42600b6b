r"""A small HTTP server on loopback for tests: scripted or computed answers, every request recorded with its time.

with Loopback({"/xrpc/app.bsky.feed.getAuthorFeed": as_json({"feed": []})}) as server:      # by path
with Loopback([Answer(503), as_json({"data": []})]) as server:                              # in turn; the last stays
with Loopback(lambda request: as_json({"asked": request.query["ids"]})) as server:          # computed
with Loopback([Raw(b"HTTP/1.1 200 OK\r\n", 0.2, b"Content-Length: 9\r\n\r\ncut")]) as server:  # byte by byte

server.url -> "http://127.0.0.1:PORT";  server.requests -> [Request(...)];  a path nobody answers is 404.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked."""

    method: str
    target: str
    """As it stood in the request line, query included."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    at: float
    """`time.monotonic()` when its headers had arrived."""
    client: tuple[str, int]
    """The connection: the same port means that it was kept open."""

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """Decoded parameters; the last one wins (`pairs` has all)."""
        return dict(self.pairs)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole, correct HTTP answer; Content-Length is added."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    """Wait this long before answering."""


class Raw:
    """Bytes exactly as they go on the wire, then the connection is closed. A float among them is a pause in seconds."""

    def __init__(self, *parts: bytes | float, close: bool = True) -> None:
        self.parts = parts
        self.close = close
        """False: hold the connection open until the server stops (a body that never ends)."""


Reply = Answer | Raw
Replies = Callable[[Request], Reply] | Sequence[Reply] | Mapping[str, "Reply | Sequence[Reply]"]


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def as_xml(body: bytes | str, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer with an Atom body."""
    data = body.encode() if isinstance(body, str) else body
    return Answer(status, data, {"Content-Type": "application/atom+xml; charset=utf-8", **(headers or {})})


class Loopback:
    """The server. A context manager; threads end with it. Every method may be called from any thread."""

    def __init__(self, replies: Replies = (), *, address: str = "127.0.0.1") -> None:
        self.replies = replies
        """May be replaced while the server runs."""
        self.requests: list[Request] = []
        self.busiest = 0
        """The largest number of requests that were being answered at the same time."""
        self._turns: dict[str, int] = {}
        self._open = 0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server((address, 0), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        """Origin, without a trailing slash."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def paths(self) -> list[str]:
        """Of the requests so far, in order."""
        return [request.path for request in self.requests]

    def gaps(self) -> list[float]:
        """Seconds between one request and the next."""
        times = [request.at for request in self.requests]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def answer(self, request: Request) -> Reply:
        """Record a request and choose what it gets. Sequences go by turns, the last reply repeats."""
        with self._lock:
            self.requests.append(request)
            replies = self.replies
            if callable(replies):
                chosen: Reply | Sequence[Reply] | None = None
            elif isinstance(replies, Mapping):
                chosen = replies.get(request.path)
            else:
                chosen = replies
            if isinstance(chosen, Sequence):
                key = request.path if isinstance(replies, Mapping) else ""
                turn = self._turns.get(key, 0)
                self._turns[key] = turn + 1
                chosen = chosen[min(turn, len(chosen) - 1)] if chosen else None
        if callable(replies):
            return replies(request)
        return chosen or Answer(404, b"nobody answers here")

    def entered(self) -> None:
        """Count a request that is being answered."""
        with self._lock:
            self._open += 1
            self.busiest = max(self.busiest, self._open)

    def left(self) -> None:
        """The request was answered."""
        with self._lock:
            self._open -= 1

    def pause(self, seconds: float) -> None:
        """Sleep, but not beyond the end of the server."""
        self._stopped.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], owner: Loopback) -> None:
        super().__init__(address, _Handler)
        self.owner = owner

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is part of the game."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        owner = self.server.owner
        size = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(
            self.command, self.path, headers, self.rfile.read(size), time.monotonic(), self.client_address[:2]
        )
        owner.entered()
        left = False
        try:
            reply = owner.answer(request)
            if isinstance(reply, Raw):
                self._send_raw(reply, owner)
            else:
                owner.pause(reply.wait_s)
                owner.left()  # before the last byte: the client may ask again as soon as it has it
                left = True
                self._send(reply)
        finally:
            if not left:
                owner.left()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET  # noqa: N815 (names of the base class)

    def _send(self, reply: Answer) -> None:
        self.send_response_only(reply.status)
        names = {name.lower() for name in reply.headers}
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if "content-length" not in names:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def _send_raw(self, reply: Raw, owner: Loopback) -> None:
        self.close_connection = True
        for part in reply.parts:
            if isinstance(part, bytes):
                self.wfile.write(part)
                self.wfile.flush()
            else:
                owner.pause(part)
        if not reply.close:
            owner.pause(3600)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base class)
        """Be quiet."""
