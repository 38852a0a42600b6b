r"""Text around formulas: groups, dollars, addresses, quotes and dashes, in time linear in the length.

Text from arXiv mixes LaTeX, Markdown habits and slips of the keyboard, so nothing here is an error: a brace or a dollar
without its partner is a character. What a command does is in `commands`; what a piece looks like is decided by a
`Medium` (HTML, feed, plain text).
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Protocol

from generator.text.latex.dollar import find_formula
from generator.text.latex.math import to_mathml
from generator.text.latex.symbols import MATH_SWITCHES

MAX_NESTING = 40
"""Open groups; deeper braces are characters."""
MAX_URL = 2000
"""Characters of an address; a longer one is text."""


class Medium(Protocol):
    """Where the text goes. Every method returns finished markup and escapes the text that it gets."""

    def text(self, text: str) -> str:
        """Set plain characters."""

    def formula(self, tex: str, source: str, *, display: bool) -> str:
        """Set a formula; `source` is what the author wrote, with the delimiters."""

    def style(self, kind: str, inner: str) -> str:
        """Set finished markup in a style of `symbols.STYLES`, or `sub` or `sup`."""

    def link(self, url: str, inner: str) -> str:
        """Link finished markup to an http(s) address, where this medium links."""

    def source(self, tex: str) -> str:
        """Show what could not be converted."""


NESTED = r"[^{}]*+(?:\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+\}[^{}]*+)*+"
"""Pattern of the text between two braces, with two nested levels of braces."""
SCRIPTS = r"(?:[_^](?:\{" + NESTED + r"\}|\\[a-zA-Z]+|[A-Za-z0-9+*]))*+"
"""Pattern of the scripts of a symbol: `_i^{2}`."""
_TOKEN = re.compile(
    r"(?P<command>\\(?:[a-zA-Z]+\*?|.|\Z))|(?P<dollar>\$\$?)|(?P<open>\{)|(?P<close>\})|(?P<script>[_^]\{)"
    r"|(?P<url>https?://(?:\\[_%#&~]|[^\s<>\"{}|\\^`$])+)",
    re.DOTALL,
)
_MATH_GROUP = re.compile(r"\{\s*\\(?:" + "|".join(MATH_SWITCHES) + r")(?![a-zA-Z])" + NESTED + r"\}" + SCRIPTS)
_SINGLE_QUOTES = re.compile(r"(?<![\w`])`(?=\w)([^`'\n]{1,80})'(?!\w)")
_TYPOGRAPHY = re.compile(r"``|''|-{2,}>?|(?<!\s)~(?!\s)")
_SEPARATOR = re.compile(r"[\s,;:|]")
_URL = re.compile(r"https?://[\w-]++(?:\.[\w-]++)*+(?::\d{1,5})?(?:[/?#][^\s<>\"]*)?", re.IGNORECASE)
_URL_ESCAPE = re.compile(
    r"\{?\\([_%#&~{}$])(?:\{\})?\}?|\{?\\textasciitilde(?:\{\})?\}?|\$\\sim\$|\{\\tilde\s*\}|\\(?=/)",
)


@dataclass(slots=True)
class _Frame:
    """An open group: what closes it is not known yet."""

    kind: str
    """A style, `group`, or empty for text as it is."""
    opener: str
    start: int
    """Where its content begins in the source."""
    parts: list[str] = field(default_factory=list)
    switches: list[tuple[int, str]] = field(default_factory=list)
    """Where in `parts` a font switch stands, and its style."""


def clean_url(address: str) -> str | None:
    """-> the http(s) address without its LaTeX escapes; None where it is none or hides its host behind a user name."""
    url = _URL_ESCAPE.sub(_unescaped, address.strip())
    if len(url) > MAX_URL or not _URL.fullmatch(url):
        return None
    return url


def _unescaped(match: re.Match[str]) -> str:
    """One escape of an address as the character that it stands for."""
    if match[1]:
        return match[1]
    if match[0] == "\\":
        return ""
    return "~"


class TextSetting(ABC):
    """One text being set, piece by piece. `run()` once."""

    def __init__(self, source: str, medium: Medium, *, linked: bool = False) -> None:
        self._source = source
        self._medium = medium
        self._linked = linked
        self._at = 0
        self._quotes = 0
        self._begins = self._ends = True
        self._frames = [_Frame("", "", 0)]

    def run(self) -> str:
        """-> the whole text, finished."""
        source, token = self._source, _TOKEN
        while match := token.search(source, self._at):
            if match.start() > self._at:
                self._words(source[self._at : match.start()])
            self._at = match.end()
            self._token(match)
        if self._at < len(source):
            self._words(source[self._at :], last=True)
        while len(self._frames) > 1:
            frame = self._frames.pop()
            if frame.opener.startswith("\\"):
                self._put(self._medium.source(frame.opener))
            else:
                self._put(self._medium.text(frame.opener))
            self._put(self._finish(frame))
        return self._finish(self._frames[0])

    def _put(self, markup: str) -> None:
        self._frames[-1].parts.append(markup)

    def _token(self, match: re.Match[str]) -> None:
        match match.lastgroup:
            case "command":
                self._command(match)
            case "dollar":
                self._dollar(match)
            case "open":
                self._open(match)
            case "close":
                self._close(match)
            case "script":
                self._script(match)
            case _:
                self._url(match)

    @abstractmethod
    def _command(self, match: re.Match[str]) -> None: ...

    def _finish(self, frame: _Frame) -> str:
        if not frame.switches:
            return "".join(frame.parts)
        # Each switch holds to the next one, or to the end of the group.
        start = frame.switches[0][0]
        ends = [index for index, _ in frame.switches[1:]] + [len(frame.parts)]
        text = "".join(frame.parts[:start])
        for (index, kind), end in zip(frame.switches, ends, strict=True):
            inner = "".join(frame.parts[index:end])
            if kind and inner.strip():
                inner = self._medium.style(kind, inner)
            text += inner
        return text

    def _words(self, text: str, *, last: bool = False) -> None:
        self._ends = last
        self._begins = len(self._frames) == 1 and not self._frames[0].parts
        if "`" in text:
            text = _SINGLE_QUOTES.sub(r"‘\1’", text)
        self._put(self._medium.text(_TYPOGRAPHY.sub(self._mark, text)))

    def _mark(self, match: re.Match[str]) -> str:
        mark = match[0]
        if mark == "~":
            return self._tie(match)
        if mark == "``":
            self._quotes += 1
            return "“"
        if mark == "''":
            return self._two_apostrophes(match)
        return {"--": "–", "---": "—"}.get(mark, mark)

    def _tie(self, match: re.Match[str]) -> str:
        """A tilde: a space that does not break, or `about` before a number."""
        text, start, end = match.string, match.start(), match.end()
        before = text[start - 1 : start]
        begins_text = not before and self._begins
        ends_text = end == len(text) and self._ends
        if begins_text or ends_text:
            return "~"
        two_before = text[start - 2 : start - 1]
        is_range = before.isdigit() or (before.isalnum() and not two_before.isalnum())
        if is_range and text[end : end + 1].isdigit():
            return "~"
        return "\u00a0"

    def _two_apostrophes(self, match: re.Match[str]) -> str:
        text, end = match.string, match.end()
        before = text[match.start() - 1 : match.start()]
        if self._quotes:
            self._quotes -= 1
            return "”"
        if before.isdigit():
            # Seconds of arc, or a second derivative.
            return match[0]
        if before in {"", " ", "\n", "("} and text[end : end + 1].isalnum():
            self._quotes += 1
            return "“"
        return "”"

    def _open(self, match: re.Match[str]) -> None:
        if group := _MATH_GROUP.match(self._source, match.start()):
            self._at = group.end()
            self._put(self._fragment(group[0]) or self._medium.source(group[0]))
        else:
            self._push("group", "{")

    def _script(self, match: re.Match[str]) -> None:
        self._push("sub" if match[0][0] == "_" else "sup", match[0])

    def _push(self, kind: str, opener: str) -> None:
        if len(self._frames) > MAX_NESTING:
            self._put(self._medium.text(opener))
        else:
            self._frames.append(_Frame(kind, opener, self._at))

    def _close(self, match: re.Match[str]) -> None:
        if len(self._frames) == 1:
            self._put(self._medium.text("}"))
            return
        frame = self._frames.pop()
        inner = self._finish(frame)
        if frame.kind == "group":
            if not self._is_latex_group(frame, match.end()):
                inner = f"{{{inner}}}"
        elif frame.kind:
            inner = self._medium.style(frame.kind, inner)
        self._put(inner)

    def _is_latex_group(self, frame: _Frame, end: int) -> bool:
        r"""Braces that LaTeX swallows (`{B}ayes`, `{\em x}`), not those of a set (`{0, 1}`)."""
        body = self._source[frame.start : end - 1]
        if "\\" in body or "$" in body or not body:
            return True
        before, after = self._source[max(frame.start - 2, 0) : frame.start - 1], self._source[end : end + 1]
        return not _SEPARATOR.search(body) and (before.isalpha() or after.isalpha() or body[0].isupper())

    def _url(self, match: re.Match[str]) -> None:
        address = match[0]
        if len(address) > MAX_URL:
            self._put(self._medium.text(address))
            return
        while address[-1] in ".,;:!?'\")]*" and not (address[-1] == ")" and address.count("(") >= address.count(")")):
            address = address[:-1]
        self._at = match.start() + len(address)
        url = clean_url(address)
        if url:
            self._put(self._link(url, self._medium.text(url)))
        else:
            self._put(self._medium.text(address))

    def _link(self, url: str, inner: str) -> str:
        if self._linked:
            return inner
        return self._medium.link(url, inner)

    def _dollar(self, match: re.Match[str]) -> None:
        formula = find_formula(self._source, match.start())
        if formula is None:
            self._at = match.start() + 1
            self._put(self._medium.text("$"))
        else:
            start, stop, self._at = formula
            self._formula(self._source[start:stop], match.start(), display=start - match.start() > 1)

    def _formula(self, tex: str, start: int, *, display: bool) -> None:
        self._put(self._medium.formula(tex, self._source[start : self._at], display=display))

    def _fragment(self, tex: str) -> str | None:
        """A piece of math that stands outside of a formula, if it is one."""
        if to_mathml(tex, strict=True) is None:
            return None
        return self._medium.formula(tex, tex, display=False)
