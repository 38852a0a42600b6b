"""What the rest of the program sees of the network: a question, an answer, and JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from generator import __version__
from generator.model.errors import FetchError, FormatError
from generator.net.http.addresses import shown
from generator.net.http.body import PAGE_INSTEAD, BodyError, decode_json, is_page

REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Response:
    """An answer with a status below 400 (or 304); of `get`, never a redirect."""

    url: str
    """Where it came from in the end, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def is_redirect(self) -> bool:
        """Whether it names another address in place of an answer."""
        return self.status in REDIRECTS

    @property
    def location(self) -> str:
        """Where a redirect leads; empty where it does not say. Servers write UTF-8, although headers are Latin-1."""
        value = self.headers.get("location", "")
        try:
            return value.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return value


class Client(Protocol):
    """What adapters see of the network; tests pass their own."""

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: str = "application/json",
        tries: int = 3,
    ) -> Response:
        """Ask once more where that helps. Raises FetchError (status, retry_after_s) where it does not."""
        ...


class Peeker(Protocol):
    """What follows shortened links sees of the network."""

    def peek(self, url: str, *, method: Literal["GET", "HEAD"] = "HEAD", within_s: float = math.inf) -> Response:
        """Ask once for status and headers alone: no redirect is followed, no body read. Raises FetchError."""
        ...


def user_agent(site_url: str = "", contact: str = "") -> str:
    """Who asks, and how to reach them: `trending-arxiv/1.1.0 (+https://example.org/; mailto:you@example.org)`."""
    about = [f"+{site_url}"] if site_url else []
    if contact:
        about.append(f"mailto:{contact}" if "@" in contact else contact)
    text = f"trending-arxiv/{__version__}" + (f" ({'; '.join(about)})" if about else "")
    return "".join(char for char in text if " " <= char <= "~")


def get_json(client: Client, url: str, *, params: Mapping[str, str] | None = None, tries: int = 3) -> Any:
    """Ask for JSON and decode it.

    Raises:
        FetchError: as `Client.get`, or the answer is a page of HTML.
        FormatError: the answer is no JSON (cut off, empty); the message shows how it begins.
    """
    response = client.get(url, params=params, tries=tries)
    try:
        return decode_json(response.body)
    except BodyError as error:
        if is_page(response.body):
            raise FetchError(PAGE_INSTEAD, url=shown(response.url), status=response.status) from None
        raise FormatError(str(error), url=shown(response.url), status=response.status) from None
