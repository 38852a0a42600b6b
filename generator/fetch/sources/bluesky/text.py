"""Text and links of a Bluesky record: facets say where in the text a link stands and where it leads. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.html_text import Plain, read_html
from generator.fetch.adapter.words_beside import papers_beside
from generator.model.errors import RecordError

_CUT = ("...", "…")
_BARE = re.compile(r"^(https?://)?(www\.)?")


def _facets(record: Mapping[str, Any], where: str) -> Iterator[tuple[Any, str]]:
    """(byte range, address) of the links in the text."""
    for index, facet in enumerate(wire.rows(record.get("facets"), f"{where}.record.facets")):
        place = f"{where}.record.facets[{index}]"
        for feature in wire.rows(wire.mapping(facet, place).get("features"), f"{place}.features"):
            if isinstance(feature, dict) and (url := wire.web_url(feature.get("uri"))):
                yield facet.get("index"), url


def links_of(record: Mapping[str, Any], where: str) -> Iterator[Any]:
    """Addresses that a record links to, in its text and its card."""
    for _, url in _facets(record, where):
        yield url
    yield from card_links(record.get("embed"))
    bridged = _bridged(record)
    if bridged is not None:
        yield from bridged.links
    for entity in wire.rows(record.get("entities"), f"{where}.record.entities"):  # what facets replaced in 2023
        if isinstance(entity, dict) and entity.get("type") == "link":
            yield entity.get("value")


def card_links(embed: Any) -> Iterator[Any]:
    """Address of a link card, alone or beside a quoted post, and of papers that it or a picture's description names."""
    for holder in (embed, embed.get("media")) if isinstance(embed, dict) else ():
        if not isinstance(holder, dict):
            continue
        card = holder.get("external")
        if isinstance(card, dict):
            yield card.get("uri")
            yield from papers_beside(card.get("title"), card.get("description"))
        yield from papers_beside(holder.get("alt"))
        images = holder.get("images")
        for image in images if isinstance(images, list) else ():
            if isinstance(image, dict):
                yield from papers_beside(image.get("alt"))


def _bridged(record: Mapping[str, Any]) -> Plain | None:
    """What a post said where it was written (Bridgy Fed, Wafrn); here it may be cut."""
    original = record.get("bridgyOriginalText") or record.get("fullText")
    if isinstance(original, str):
        return read_html(original)
    return None


def text_of(record: Mapping[str, Any], where: str) -> str:
    """What a record says, with whole addresses. Raises RecordError where it has no text."""
    text = record.get("text")
    if not isinstance(text, str):
        raise RecordError(f"{where}.record.text", f"is no text: {wire.shown(text)!r}")
    whole = _with_whole_links(text, _facets(record, where))
    bridged = _bridged(record)
    if bridged is not None and len(bridged.text) > len(whole):
        whole = bridged.text
    return wire.clean(whole).strip()


def _with_whole_links(text: str, facets: Iterable[tuple[Any, str]]) -> str:
    """Put a link's address where the text shows it cut short; ranges count bytes of UTF-8."""
    data = text.encode("utf-8", "replace")
    parts: list[bytes] = []
    done = 0
    ranges = ((_range(index, len(data)), url) for index, url in facets)
    for (start, end), url in sorted((place, url) for place, url in ranges if place):
        visible = data[start:end].decode("utf-8", "replace")
        if start >= done and _is_cut(visible, url):
            parts += [data[done:start], url.encode()]
            done = end
    return b"".join([*parts, data[done:]]).decode("utf-8", "replace")


def _range(index: Any, size: int) -> tuple[int, int] | None:
    start, end = (index.get("byteStart"), index.get("byteEnd")) if isinstance(index, dict) else (None, None)
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    return (start, end) if 0 <= start < end <= size else None


def _is_cut(visible: str, url: str) -> bool:
    """'arxiv.org/abs/2401.0...' for 'https://arxiv.org/abs/2401.01234', but not words that are a link."""
    stem = next((visible.removesuffix(mark) for mark in _CUT if visible.endswith(mark)), "")
    return bool(stem) and _BARE.sub("", url).startswith(_BARE.sub("", stem))
