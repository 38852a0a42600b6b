r"""LaTeX of titles and abstracts, as arXiv gives them -> safe HTML with MathML, HTML for feeds, or plain text.

Pure and deterministic, for hostile text too: bounded time, no error, well-formed output. What cannot be converted is
shown as its source.

    text, commands           text outside of formulas
    dollar                         which dollar signs are formulas
    math, markup                   a formula -> MathML
    plain                          a formula -> text
    symbols, macros                 tables
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from generator.text.latex.commands import set_text
from generator.text.latex.math import to_mathml
from generator.text.latex.plain import script, to_plain, to_tagged
from generator.text.plain import without_entities

__all__ = ["to_feed_html", "to_html", "to_name", "to_text"]

# Not allowed in XML or HTML: controls, lone surrogates, noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17))
    + "]",
)
_TAGS = {
    "em": ("<em>", "</em>"),
    "strong": ("<strong>", "</strong>"),
    "code": ("<code>", "</code>"),
    "sc": ('<span class="sc">', "</span>"),
    "u": ("<u>", "</u>"),
    "s": ("<s>", "</s>"),
    "sub": ("<sub>", "</sub>"),
    "sup": ("<sup>", "</sup>"),
    "quote": ("“", "”"),
    "note": (" (", ")"),
}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True, slots=True)
class _Html:
    """HTML of a page: formulas as MathML."""

    links: bool
    math: bool

    def text(self, text: str) -> str:
        return _escape(text)

    def formula(self, tex: str, source: str, *, display: bool) -> str:
        if not self.math:
            return to_tagged(tex)
        return to_mathml(tex, display=display) or self.source(source)

    def style(self, kind: str, inner: str) -> str:
        if not inner:
            return ""
        before, after = _TAGS.get(kind, ("", ""))
        return f"{before}{inner}{after}"

    def link(self, url: str, inner: str) -> str:
        if not self.links:
            return inner
        href = _escape(url).replace('"', "&#34;")
        return f'<a href="{href}" rel="nofollow ugc noopener noreferrer">{inner}</a>'

    def source(self, tex: str) -> str:
        return f'<code class="tex">{_escape(tex)}</code>'


@dataclass(frozen=True, slots=True)
class _Text:
    """A line of Unicode text, not escaped."""

    def text(self, text: str) -> str:
        return text

    def formula(self, tex: str, source: str, *, display: bool) -> str:  # noqa: ARG002 - as every medium
        return to_plain(tex)

    def style(self, kind: str, inner: str) -> str:
        if kind == "sub":
            return script(inner, "_")
        if kind == "sup":
            return script(inner, "^")
        if kind not in {"quote", "note"}:
            return inner
        before, after = _TAGS[kind]
        return f"{before}{inner}{after}"

    def link(self, url: str, inner: str) -> str:  # noqa: ARG002 - a line of text has no links
        return inner

    def source(self, tex: str) -> str:
        return tex


_PAGE = _Html(links=True, math=True)
_UNLINKED = _Html(links=False, math=True)
_FEED = _Html(links=True, math=False)
_LINE = _Text()


def _clean(text: str) -> str:
    if "&" in text and ";" in text:
        # Some who hand arXiv's titles on escape them for HTML.
        text = without_entities(text)
    if text.isascii() and text.isprintable():
        return text
    return unicodedata.normalize("NFC", _FORBIDDEN.sub("\ufffd", text))


def to_html(text: str, *, links: bool = True) -> Markup:
    r"""Set a title or an abstract as safe HTML (phrasing content) with MathML.

    Args:
        text: as arXiv gives it: plain text with LaTeX.
        links: link addresses; False inside of a link, such as a title that leads to its paper.

    Returns:
        A well-formed XML fragment: em, strong, code, u, s, sub, sup, `span.sc` (small capitals), a, math, and
        `code.tex` for what could not be converted.
    """
    return Markup(set_text(_clean(text), _PAGE if links else _UNLINKED))  # noqa: S704 - escaped piece by piece


def to_feed_html(text: str) -> Markup:
    """Set it as `to_html` does, with the formulas as text, `<sub>` and `<sup>`: feed readers strip MathML."""
    return Markup(set_text(_clean(text), _FEED))  # noqa: S704 - escaped piece by piece


@lru_cache(maxsize=1024)
def to_text(text: str) -> str:
    r"""Set a title or an abstract as one line of Unicode text, not escaped: `$\alpha$` -> α, `x^2` in a formula -> x².

    For `<title>`, descriptions, feeds, the search index. White space is folded.
    """
    return " ".join(set_text(_clean(text), _LINE).split())


_SPELT = re.compile(r"[\\{}~$]")
_ACUTE_S = re.compile(r"\\'([sS])\b")
"""In a title it may be a genitive; in a name it is a letter."""


def to_name(author: str) -> str:
    r"""An author as people read the name: old records of arXiv spell accents, as in `Erd\H{o}s`."""
    if not _SPELT.search(author):
        return author
    return to_text(_ACUTE_S.sub(r"\'{\1}", author))
