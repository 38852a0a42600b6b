"""Text and links of the HTML in which Mastodon's API gives what people write. Pure.

Mastodon shows a long address cut short: `<a href="https://arxiv.org/abs/2611.01234"><span class="invisible">https://
</span><span class="ellipsis">arxiv.org/abs/2611.0</span><span class="invisible">1234</span></a>`. Where the text of a
link is its address, cut or whole, the address is what we keep; where it is words, the words. What is hidden elsewhere
is not shown. Links are the `href`s of what is neither a mention nor a hashtag.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.html_text import Plain, send_events

HTML_MAX = 200_000
"""Characters of HTML that are read: no server of this kind accepts longer posts."""
_BLOCKS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr"})
_LINES = frozenset({"br", "li", "tr"})
_SKIPPED = frozenset({"script", "style", "template", "head", "title"})
_EMPTY = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "area", "col", "source", "base", "embed"})
_CUT = ("...", "…")
_BARE = re.compile(r"^(?:https?://)?(?:www\.)?", re.IGNORECASE)
_WISHES = re.compile(r"#(?:nobot|noindex|nosearch)(?!\w)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f\v]+")


def read_html(html: str, unlinked: Collection[str] = ()) -> Plain:
    """HTML of a post or a profile -> its text and its links, in order, each once.

    Args:
        html: as the server sent it.
        unlinked: addresses that are mentions or hashtags, whatever their mark-up says.
    """
    reader = _Reader(frozenset(unlinked))
    send_events(html, reader, HTML_MAX)
    return reader.plain()


def asks_not_to_be_shown(note: str) -> bool:
    """A profile's text that says #nobot, #noindex or #nosearch."""
    lowered = note[:HTML_MAX].lower()
    if not any(word in lowered for word in ("nobot", "noindex", "nosearch")):
        return False
    return _WISHES.search(read_html(note).text) is not None


@dataclass(slots=True)
class _Anchor:
    """A link that is being read."""

    href: str
    is_link: bool
    whole: list[str] = field(default_factory=list)
    """With what is hidden."""
    visible: list[str] = field(default_factory=list)


class _Reader:
    """Takes the parser's events. A stack of open elements says what is hidden or left out."""

    def __init__(self, unlinked: frozenset[str]) -> None:
        self._unlinked = unlinked
        self._texts: list[str] = []
        self._links: dict[str, None] = {}
        self._anchor: _Anchor | None = None
        self._open: list[tuple[str, str]] = []
        """Tag, and what it does to what is in it: `skip`, `hide`, `pre` or nothing."""
        self._effects: Counter[str] = Counter()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        classes = attributes.get("class", "").split()
        if tag not in _EMPTY:
            effect = _effect(tag, classes)
            self._open.append((tag, effect))
            self._effects[effect] += 1
        self._break(tag)
        if tag == "a" and not self._effects["skip"]:
            self._finish_anchor()
            self._anchor = self._begin_anchor(attributes, classes)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in _EMPTY:
            return
        if tag == "a":
            self._finish_anchor()
        if self._open and self._open[-1][0] == tag:
            _, effect = self._open.pop()
            self._effects[effect] -= 1
        if tag in _BLOCKS:
            self._break(tag)

    def data(self, data: str) -> None:
        """Text."""
        if self._effects["skip"]:
            return
        text = data if self._effects["pre"] else _SPACES.sub(" ", data)
        if self._anchor is not None:
            self._anchor.whole.append(text)
        if not self._effects["hide"]:
            self._add(text)

    def close(self) -> None:
        """Everything was read."""
        self._finish_anchor()

    def plain(self) -> Plain:
        """What was read."""
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(self._texts)).replace("\xa0", " ")
        return Plain(re.sub(r"\n{3,}", "\n\n", text).strip(), tuple(self._links))

    def _add(self, text: str) -> None:
        texts = self._texts if self._anchor is None else self._anchor.visible
        texts.append(text)

    def _break(self, tag: str) -> None:
        if self._effects["skip"]:
            return
        if tag in _BLOCKS:
            self._add("\n\n")
        elif tag in _LINES:
            self._add("\n")

    def _begin_anchor(self, attributes: dict[str, str], classes: list[str]) -> _Anchor:
        href = attributes.get("href", "").strip()
        is_tag = "tag" in attributes.get("rel", "").split()
        is_name = is_tag or "mention" in classes or "hashtag" in classes or href in self._unlinked
        return _Anchor(href, not is_name and wire.web_url(href) is not None)

    def _finish_anchor(self) -> None:
        anchor, self._anchor = self._anchor, None
        if anchor is None:
            return
        if anchor.is_link:
            self._links[anchor.href] = None
        if anchor.is_link and _is_address("".join(anchor.whole), anchor.href):
            self._add(anchor.href)
        else:
            self._add("".join(anchor.visible))


def _effect(tag: str, classes: list[str]) -> str:
    """What an element does to what is in it."""
    # A quote for readers that know none: 'RE: address'.
    if tag in _SKIPPED or "quote-inline" in classes:
        return "skip"
    if "invisible" in classes:
        return "hide"
    return "pre" if tag == "pre" else ""


def _is_address(text: str, href: str) -> bool:
    """'arxiv.org/abs/2611.0...' for 'https://arxiv.org/abs/2611.01234', but not words that are a link."""
    text = text.strip()
    address = _BARE.sub("", href)
    for mark in _CUT:
        if text.endswith(mark):
            stem = _BARE.sub("", text.removesuffix(mark))
            return "." in stem and address.startswith(stem)
    stem = _BARE.sub("", text).rstrip("/")
    return bool(stem) and stem == address.rstrip("/")
