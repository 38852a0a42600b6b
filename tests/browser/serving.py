"""Serves built sites as GitHub Pages does: gzip, folders, 404.html; and keeps a record of what it sent."""

from __future__ import annotations

import gzip
import http.server
import mimetypes
import posixpath
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

_TEXT = ("text/", "application/json", "application/xml", "application/manifest+json", "image/svg+xml", "application/x-")
_TYPES = {".webmanifest": "application/manifest+json", ".js": "text/javascript", ".xml": "application/xml"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer: the address without its origin, the status, and the bytes of the body on the wire."""

    path: str
    status: int
    size: int


class PagesServer:
    """Serves site folders on loopback, each below a path of its own, as project sites lie on Pages."""

    def __init__(self) -> None:
        self.sites: dict[str, Path] = {}
        self.sent: list[Sent] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("_Bound", (_Handler,), {"owner": self}))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def add(self, name: str, site: Path) -> str:
        """Serve a site; returns its address, with a trailing slash."""
        self.sites[name] = site
        return f"http://127.0.0.1:{self._server.server_port}/{name}/"

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def find(self, path: str) -> tuple[int, Path | None]:
        """The status and the file for an address; 301 where a folder lacks its slash."""
        name, _, rest = posixpath.normpath(path).lstrip("/").partition("/")
        if name not in self.sites:
            return 404, None
        file = self.sites[name] / rest
        if file.is_dir():
            if not path.endswith("/"):
                return 301, None
            file /= "index.html"
        return (200, file) if file.is_file() else (404, self.sites[name] / "404.html")


class _Handler(http.server.BaseHTTPRequestHandler):
    owner: PagesServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        status, file = self.owner.find(path)
        body = b""
        self.send_response(status)
        if status == 301:
            self.send_header("Location", path + "/")
        elif file is not None and file.is_file():
            media = _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            packs = media.startswith(_TEXT) and "gzip" in self.headers.get("Accept-Encoding", "")
            body = _bytes_of(file, file.stat().st_mtime_ns, packs=packs)
            self.send_header("Content-Type", media + ("; charset=utf-8" if media.startswith("text/") else ""))
            self.send_header("Vary", "Accept-Encoding")
            if packs:
                self.send_header("Content-Encoding", "gzip")
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.owner.sent.append(Sent(self.path, status, len(body)))
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@lru_cache(maxsize=64)
def _bytes_of(file: Path, _changed_at: int, *, packs: bool) -> bytes:
    content = file.read_bytes()
    return gzip.compress(content, 6, mtime=0) if packs else content
