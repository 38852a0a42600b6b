"""HTML that a network sent -> plain text and the addresses that it links to. Pure; shared by all adapters.

The markup is hostile: nothing of it is kept but words and addresses. libxml2's parser is used because it takes time
linear in its input whatever that is; the parsers of the HTML standard's own algorithm do not (a hundred thousand open
elements take minutes), and the standard library's is quadratic in unclosed comments.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from generator.fetch.adapter import json_fields as wire

MARKUP_MAX = 500_000
"""Characters that are looked at: fifty times a long article."""
HREFS_MAX = 2_000

_BLOCK_NAMES = (
    "address article aside blockquote br caption dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section summary table td th tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SILENT_NAMES = "applet embed head iframe math noscript object script select style svg template textarea title"
_SILENT = frozenset(_SILENT_NAMES.split())
"""What a reader of the page does not see as text, or not as text alone."""
_IN_ADDRESS = re.compile(r"[\t\n\r]+")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")


@dataclass(frozen=True, slots=True)
class Plain:
    """What a piece of HTML says."""

    text: str
    """One line a block; without markup, scripts and styles."""
    links: tuple[str, ...]
    """Targets of its links, http and https only, in order of appearance."""


class _Collector:
    """Takes the parser's events."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.hrefs: list[str] = []
        self._silent_depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _SILENT:
            self._silent_depth += 1
        elif tag in _BLOCKS:
            self.texts.append("\n")
        href = attributes.get("href")
        if tag == "a" and href and len(self.hrefs) < HREFS_MAX:
            self.hrefs.append(href)

    def end(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent_depth -= 1
        elif tag in _BLOCKS:
            self.texts.append("\n")

    def data(self, text: str) -> None:
        if not self._silent_depth:
            self.texts.append(text)

    def close(self) -> None:
        """The parser wants to call it."""


def read_html(markup: str, base: str = "") -> Plain:
    """Read a piece of HTML, however broken.

    Args:
        markup: at most MARKUP_MAX characters of it are looked at.
        base: the address that relative links start from.
    """
    if "<" not in markup:
        return Plain(folded(html.unescape(markup[:MARKUP_MAX])), ())
    collector = _Collector()
    send_events(markup, collector, MARKUP_MAX)
    links: dict[str, None] = {}
    for href in collector.hrefs:
        url = absolute(href, base)
        if url is not None:
            links[url] = None
    return Plain(folded("".join(collector.texts)), tuple(links))


def send_events(markup: str, target: Any, limit: int) -> None:
    """Parse a piece of HTML, at most `limit` characters of it, and send the events to a target of lxml's.

    No tree is built: nesting costs no stack and no memory, whoever wrote it.
    """
    parser = etree.HTMLParser(
        target=target, encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    parser.feed(b"<body>" + wire.clean(markup, limit).encode("utf-8", "replace"))
    parser.close()


def absolute(href: str, base: str) -> str | None:
    """Where a link leads: an http or https address, or None."""
    try:
        joined = urljoin(base, _IN_ADDRESS.sub("", href.strip()))
    except ValueError:
        return None
    return wire.web_url(joined)


def folded(text: str) -> str:
    """White space as a reader sees it: single, lines without empty ones between."""
    spaced = _SPACES.sub(" ", wire.clean(text, MARKUP_MAX))
    return _LINES.sub("\n", spaced).strip()
