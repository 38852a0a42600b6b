"""Text and links of the HTML in which Mastodon's API gives what people write. Pure.

Mastodon shows a long address cut short: `<a href="https://arxiv.org/abs/2611.01234"><span class="invisible">https://
</span><span class="ellipsis">arxiv.org/abs/2611.0</span><span class="invisible">1234</span></a>`. Where the text of a
link is its address, cut or whole, the address is what we keep; where it is words, the words. What is hidden elsewhere
is not shown. Links are the `href`s of what is neither a mention nor a hashtag.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from generator.fetch.adapter import json_fields as wire

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


@dataclass(frozen=True, slots=True)
class Written:
    """What a piece of HTML says."""

    text: str
    links: tuple[str, ...]
    """Addresses that it links to, in order, each once."""


def read_html(html: str, unlinked: Collection[str] = ()) -> Written:
    """HTML of a post or a profile -> its text and its links.

    Args:
        html: as the server sent it.
        unlinked: addresses that are mentions or hashtags, whatever their mark-up says.
    """
    reader = _Reader(frozenset(unlinked))
    target: Any = reader  # the stubs want a method for comments, which are left out
    # A target parser builds no tree: nesting costs no stack and no memory, whoever wrote it.
    parser = etree.HTMLParser(
        target=target, encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True
    )
    parser.feed(b"<body>" + wire.clean(html, HTML_MAX).encode("utf-8", "replace"))
    parser.close()
    return reader.written()


def asks_not_to_be_shown(note: str) -> bool:
    """A profile's text that says #nobot, #noindex or #nosearch."""
    folded = note[:HTML_MAX].lower()
    if not any(word in folded for word in ("nobot", "noindex", "nosearch")):
        return False
    return _WISHES.search(read_html(note).text) is not None


@dataclass(slots=True)
class _Anchor:
    """A link that is being read."""

    href: str
    is_link: bool
    whole: list[str] = field(default_factory=list)
    """With what is hidden."""
    seen: list[str] = field(default_factory=list)


class _Reader:
    """Takes the parser's events. A stack of open elements says what is hidden or left out."""

    def __init__(self, unlinked: frozenset[str]) -> None:
        self._unlinked = unlinked
        self._out: list[str] = []
        self._links: dict[str, None] = {}
        self._anchor: _Anchor | None = None
        self._open: list[tuple[str, str]] = []
        """Tag, and what it does to what is in it: `skip`, `hide`, `pre` or nothing."""
        self._does = {"skip": 0, "hide": 0, "pre": 0, "": 0}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag in _EMPTY:
            self._break(tag)
            return
        classes = (attributes.get("class") or "").split()
        effect = ""
        if tag in _SKIPPED or "quote-inline" in classes:  # a quote for readers that know none: 'RE: address'
            effect = "skip"
        elif "invisible" in classes:
            effect = "hide"
        elif tag == "pre":
            effect = "pre"
        self._open.append((tag, effect))
        self._does[effect] += 1
        self._break(tag)
        if tag == "a" and not self._does["skip"]:
            self._finish_anchor()
            self._anchor = self._begin_anchor(attributes, classes)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in _EMPTY:
            return
        if tag == "a":
            self._finish_anchor()
        if self._open and self._open[-1][0] == tag:
            self._does[self._open.pop()[1]] -= 1
        if tag in _BLOCKS:
            self._break(tag)

    def data(self, data: str) -> None:
        """Text."""
        if self._does["skip"]:
            return
        text = data if self._does["pre"] else _SPACES.sub(" ", data)
        anchor = self._anchor
        if anchor is not None:
            anchor.whole.append(text)
            if not self._does["hide"]:
                anchor.seen.append(text)
        elif not self._does["hide"]:
            self._out.append(text)

    def close(self) -> None:
        """Everything was read."""
        self._finish_anchor()

    def written(self) -> Written:
        """What was read."""
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(self._out)).replace("\xa0", " ")
        return Written(re.sub(r"\n{3,}", "\n\n", text).strip(), tuple(self._links))

    def _break(self, tag: str) -> None:
        if self._does["skip"] or (tag not in _BLOCKS and tag not in _LINES):
            return
        mark = "\n\n" if tag in _BLOCKS else "\n"
        if self._anchor is not None:
            self._anchor.seen.append(mark)
        else:
            self._out.append(mark)

    def _begin_anchor(self, attributes: dict[str, str], classes: list[str]) -> _Anchor:
        href = (attributes.get("href") or "").strip()
        rel = (attributes.get("rel") or "").split()
        is_name = "mention" in classes or "hashtag" in classes or "tag" in rel or href in self._unlinked
        return _Anchor(href, not is_name and wire.web_url(href) is not None)

    def _finish_anchor(self) -> None:
        anchor, self._anchor = self._anchor, None
        if anchor is None:
            return
        if anchor.is_link:
            self._links[anchor.href] = None
        is_address = anchor.is_link and _is_address("".join(anchor.whole), anchor.href)
        self._out.append(anchor.href if is_address else "".join(anchor.seen))


def _is_address(text: str, href: str) -> bool:
    """'arxiv.org/abs/2611.0...' for 'https://arxiv.org/abs/2611.01234', but not words that are a link."""
    stem = text.strip()
    cut = next((mark for mark in _CUT if stem.endswith(mark)), "")
    bare, whole = _BARE.sub("", stem.removesuffix(cut)), _BARE.sub("", href)
    if cut:
        return "." in bare and whole.startswith(bare)
    return bool(bare) and bare.rstrip("/") == whole.rstrip("/")
