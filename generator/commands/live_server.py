"""A server on loopback for the built site: right content types, the 404 page, and pages that reload by themselves.

What is served is what lies in site/, but for one script at the end of each page; nothing is written there.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from html import escape, unescape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

_EVENTS = "/__live/events"
_SCRIPT = "/__live/reload.js"
_POLICY = re.compile(rb'(http-equiv="Content-Security-Policy" content=")([^"]*)')
_CODE = """\
const events = new EventSource("%s?built=%d");
events.addEventListener("built", () => location.reload());
addEventListener("pagehide", () => events.close());
"""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".jsonl": "application/x-ndjson; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".bib": "application/x-bibtex; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".gz": "application/gzip",
}
_NAMES = {
    "feed.xml": "application/rss+xml; charset=utf-8",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json; charset=utf-8",
    "opml.xml": "text/x-opml; charset=utf-8",
}
_HEARTBEAT_S = 10.0
_MOST_DIGITS = 12


def content_type(path: Path) -> str:
    """What a server must say about a file of the site."""
    return _NAMES.get(path.name) or _TYPES.get(path.suffix.lower(), "application/octet-stream")


def find_file(site: Path, base_path: str, requested: str) -> Path | None:
    """The file that an address names: at the root, or below the path that the site is published under.

    Never outside of the folder. A folder without a trailing slash is found as well, as on Pages.
    """
    path = unquote(urlsplit(requested).path)
    candidates = [path]
    if base_path != "/" and f"{path}/".startswith(base_path):
        candidates.append("/" + path[len(base_path) :])
    root = site.resolve()
    for candidate in candidates:
        if "\0" in candidate or "\\" in candidate:
            continue
        target = (root / candidate.lstrip("/")).resolve()
        if not target.is_relative_to(root):
            continue
        with contextlib.suppress(OSError):  # a name too long for the disk
            if target.is_dir():
                target /= "index.html"
            if target.is_file():
                return target
    return None


def is_called_loopback(host: str | None) -> bool:
    """Whether a request's Host header names this machine.

    Any other name was made to lead here by a page that wants to read what is not published yet.
    """
    return host is None or re.fullmatch(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", host, re.ASCII) is not None


class LiveServer(ThreadingHTTPServer):
    """Serves one folder on 127.0.0.1; `show` makes every open page load again."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, site: Path, base_path: str) -> None:
        """Listen. Raises OSError where the port is taken."""
        _refuse_taken(port)
        super().__init__(("127.0.0.1", port), _Handler)
        self.site = site
        self.base_path = base_path
        self.built = 0
        self.changed = threading.Condition()
        self.closing = False

    @property
    def address(self) -> str:
        """Where to look."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def show(self, site: Path, base_path: str) -> None:
        """Tell every open page that there is something new."""
        self.site, self.base_path = site, base_path
        with self.changed:
            self.built += 1
            self.changed.notify_all()

    def close(self) -> None:
        """End, and let go of everybody who listens."""
        with self.changed:
            self.closing = True
            self.changed.notify_all()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that went away is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: LiveServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the server's signature)
        """Requests are not told."""

    def _answer(self, *, with_body: bool) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            if not is_called_loopback(self.headers.get("Host")):
                refusal = f"This server answers at {self.server.address} alone.\n".encode()
                self._send(HTTPStatus.MISDIRECTED_REQUEST, "text/plain; charset=utf-8", refusal, with_body=with_body)
                return
            path, _, number = self.path.partition("?built=")
            built = int(number) if number.isdecimal() and len(number) < _MOST_DIGITS else self.server.built
            if path == _EVENTS:
                self._stream(built)
            elif path == _SCRIPT:
                code = (_CODE % (_EVENTS, built)).encode()
                self._send(HTTPStatus.OK, "text/javascript; charset=utf-8", code, with_body=with_body)
            else:
                self._send_file(with_body=with_body)

    def _send_file(self, *, with_body: bool) -> None:
        status, path = HTTPStatus.OK, find_file(self.server.site, self.server.base_path, self.path)
        if path is None:
            status, path = HTTPStatus.NOT_FOUND, self.server.site / "404.html"
        try:
            content = path.read_bytes()
        except OSError:
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"Not found\n", with_body=with_body)
            return
        kind = content_type(path)
        if kind.startswith("text/html"):
            content = _with_script(content, self.server.built)
        self._send(status, kind, content, with_body=with_body)

    def _send(self, status: HTTPStatus, kind: str, content: bytes, *, with_body: bool) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if with_body:
            self.wfile.write(content)

    def _stream(self, seen: int) -> None:
        """Keep the connection, and say when the site was built again after the page was loaded."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        server = self.server
        while not server.closing:
            with server.changed:
                if not server.closing and server.built == seen:
                    server.changed.wait(_HEARTBEAT_S)
                news, seen = server.built != seen, server.built
            self.wfile.write(b"event: built\ndata: 1\n\n" if news else b": still here\n\n")
            self.wfile.flush()


def _with_script(page: bytes, built: int) -> bytes:
    """The page with the script that reloads it, which the page's policy lets in beside those of its own."""
    page = _POLICY.sub(lambda match: match[1] + _letting_in(match[2].decode()).encode(), page, count=1)
    tag = f'<script src="{_SCRIPT}?built={built}" defer></script>'.encode()
    before, end, after = page.rpartition(b"</body>")
    return before + tag + end + after if end else page + tag


def _letting_in(policy: str) -> str:
    """The policy (escaped, as it is in HTML) with our own scripts and connections added to what it allows.

    Of a directive that is stated twice browsers follow the first, so none is put before another.
    """
    parts = (part.split() for part in unescape(policy).split(";") if part.strip())
    allowed = {name: sources for name, *sources in parts}
    for name in ("script-src", "connect-src"):
        sources = allowed.get(name, allowed.get("default-src"))
        if sources is not None and "'self'" not in sources:
            allowed[name] = ["'self'", *(source for source in sources if source != "'none'")]
    return escape("; ".join(" ".join((name, *sources)) for name, sources in allowed.items()))


def _refuse_taken(port: int) -> None:
    """`allow_reuse_address` would share a port that somebody listens on where the system allows it: ask first."""
    if not port:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise OSError(f"port {port} is taken")
