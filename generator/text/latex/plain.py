"""A formula as a line of Unicode text: read off its MathML, so that both always agree.

For feeds, `<title>`, descriptions and the search index: `x^2` -> x², a fraction -> a/b, script and bold letters as the
letters that they are. Scripts that Unicode has no letters for stand between marks until the end: text shows them as
`T_c` and `J_(z±)`, HTML as `<sub>` and `<sup>`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from xml.etree import ElementTree as ET

from generator.text.latex.math import to_mathml
from generator.text.latex.symbols import SUBSCRIPTS, SUPERSCRIPTS

_KEPT = frozenset("ℝℂℕℤℚℙℍℓℏ℃Å°µ…′″‴²³¹½¼¾ªº™ﬁ")
_INVISIBLE = re.compile("[\u2061-\u2064\ufe00-\ufe0f\u200b\u034f]")
_ACCENTS = {
    "ˆ": "\u0302",
    "^": "\u0302",
    "\u0302": "\u0302",
    "˜": "\u0303",
    "~": "\u0303",
    "¯": "\u0304",
    "‾": "\u0304",
    "\u0332": "\u0304",
    "\u0305": "\u0304",
    "ˉ": "\u0304",
    "⃗": "\u20d7",
    "→": "\u20d7",
    "˙": "\u0307",
    "¨": "\u0308",
    "˘": "\u0306",
    "ˇ": "\u030c",
    "´": "\u0301",
    "`": "\u0300",
    "˚": "\u030a",
}
_ATOM = re.compile(r"[^\s+\-−±=<>≤≥,;/|]*|-?\d+(?:\.\d+)?")
_BARE_SCRIPTS = frozenset("⊙⊕∗*⋆★†‡′″‴∘°%⊤⊥")
_SHORT = 2
"""Letters of a word that is still set as a script: T_eff reads better than Tₑff."""
_SUB, _SUP, _END = "\x01", "\x02", "\x03"
"""Marks around a script; no text has them, because controls are forbidden."""
_MARKED = re.compile(r"(?P<mark>[\x01\x02])(?P<text>[^\x01-\x03]*)\x03")
_WORD = re.compile(r"[^\W_]+")
_TAGS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_OPEN_SCRIPT = re.compile(r"[\x01\x02][^\W_]+\x03\Z")
_SPACE = re.compile(r"\s+")
_LENGTH = re.compile(r"[\d.]+")
_HAIR_EM = 0.1
"""A thin space is 0.17 em wide; narrower ones are no space of a text."""


def _letters(text: str) -> str:
    """Mathematical alphabets (𝒪, 𝐱, 𝔤, ℒ) -> the letters themselves; ℝ, ℏ and the like stay."""
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", text)
    return "".join(
        c if c in _KEPT or unicodedata.category(c)[0] != "L" else unicodedata.normalize("NFKC", c) for c in text
    )


def script(text: str, sign: str) -> str:
    """Set `text` as a superscript (sign `^`) or subscript (`_`) in Unicode, or as `^(i,j)` where Unicode cannot."""
    return _without_marks(_script(text, sign))


def _script(text: str, sign: str) -> str:
    """The same, between marks where Unicode cannot."""
    if not text or all(c in _BARE_SCRIPTS for c in text):
        return text.replace("∘", "°").replace("∗", "*")
    table, mark = SUBSCRIPTS, _SUB
    if sign == "^":
        table, mark = SUPERSCRIPTS, _SUP
    if all(ord(c) in table for c in text) and (len(text) <= _SHORT or not text.isalpha()):
        return text.translate(table)
    return f"{mark}{text}{_END}"


def _without_marks(line: str) -> str:
    """Marked scripts as `T_c` and `J_(z±)`, the innermost first."""

    def spell(match: re.Match[str]) -> str:
        sign = {_SUB: "_", _SUP: "^"}[match["mark"]]
        text = match["text"]
        if _WORD.fullmatch(text) or _is_bracketed(text):
            return f"{sign}{text}"
        return f"{sign}({text})"

    return _replaced(line, spell)


def _with_tags(line: str) -> str:
    """Escaped HTML, marked scripts in `<sub>` and `<sup>`."""

    def tag(match: re.Match[str]) -> str:
        name = {_SUB: "sub", _SUP: "sup"}[match["mark"]]
        return f"<{name}>{match['text']}</{name}>"

    return _replaced(line.translate(_TAGS), tag)


def _replaced(line: str, replace: Callable[[re.Match[str]], str]) -> str:
    """Every marked script replaced, the innermost first."""
    number = 1
    while number:
        line, number = _MARKED.subn(replace, line)
    return line


def _is_bracketed(text: str) -> bool:
    return text.startswith("(") and text.find(")") == len(text) - 1


def _wrap(text: str) -> str:
    """In brackets unless it binds by itself."""
    if _is_bracketed(text) or _ATOM.fullmatch(text):
        return text
    return f"({text})"


def _join(parts: list[str]) -> str:
    """Put symbols together; a name of several letters (log, mod, km) stands apart from what comes before it.

    So does what follows a script in plain letters: `k_B T`, because `k_BT` has another.
    """
    line = ""
    for part in parts:
        is_name = len(part) > 1 and part[0].islower() and part.isascii() and part.isalpha()
        if (is_name and line[-1:].isalnum()) or (part[:1].isalnum() and _OPEN_SCRIPT.search(line)):
            line += " "
        line += part
    return line


def _row(element: ET.Element) -> str:
    return _join(list(map(_flat, element)))


def _space(element: ET.Element) -> str:
    width = _LENGTH.match(element.get("width", ""))
    if width is not None and float(width[0]) > _HAIR_EM:
        return " "
    return ""


def _operator(element: ET.Element) -> str:
    text = element.text or ""
    if text == "\u2061":
        return " " if element.get("lspace") else ""
    return _letters(text)


def _under_over(element: ET.Element, kinds: str) -> str:
    base, *marks = map(_flat, element)
    for kind, mark in zip(kinds, marks, strict=True):
        accent = _ACCENTS.get(mark)
        if accent and (kind == "^" or element.get("accentunder")):
            if len(base) == 1:
                base = unicodedata.normalize("NFC", base + accent)
        elif mark not in {"⏟", "⏞", "_", "¯"}:
            base += _script(mark.strip(), kind)
    return base


def _scripts(element: ET.Element, kinds: str) -> str:
    base, *scripts = map(_flat, element)
    return base + "".join(_script(text, kind) for kind, text in zip(kinds, scripts, strict=True))


def _fraction(element: ET.Element) -> str:
    above, below = map(_flat, element)
    if element.get("linethickness") == "0":
        return f"{above} choose {below}"
    return f"{_wrap(above)}/{_wrap(below)}"


def _table(element: ET.Element) -> str:
    return "; ".join(" ".join(filter(None, (_row(cell) for cell in row))) for row in element)


def _flat(element: ET.Element) -> str:
    return _FLAT.get(element.tag, _row)(element)


def _text(element: ET.Element) -> str:
    return "".join(element.itertext())


def _root(element: ET.Element) -> str:
    base, index = map(_flat, element)
    return f"{_script(index, '^')}√{_wrap(base)}"


def _nothing(_: ET.Element) -> str:
    return ""


_FLAT: dict[str, Callable[[ET.Element], str]] = {
    "mi": lambda element: _letters(_text(element)),
    "mn": lambda element: _letters(_text(element)),
    "mo": _operator,
    "mtext": _text,
    "mspace": _space,
    "msup": lambda element: _scripts(element, "^"),
    "msub": lambda element: _scripts(element, "_"),
    "msubsup": lambda element: _scripts(element, "_^"),
    "mover": lambda element: _under_over(element, "^"),
    "munder": lambda element: _under_over(element, "_"),
    "munderover": lambda element: _under_over(element, "_^"),
    "mfrac": _fraction,
    "msqrt": lambda element: "√" + _wrap(_row(element)),
    "mroot": _root,
    "mtable": _table,
    "semantics": lambda element: _flat(element[0]),
    "mphantom": _nothing,
    "annotation": _nothing,
    "mprescripts": _nothing,
}
"""Element of MathML -> how to say it; any other is said as the row of its children."""


@lru_cache(maxsize=8192)
def to_plain(tex: str) -> str:
    r"""Say a formula in a line of text: `\mathcal{O}(n^2)` -> O(n²); the TeX itself where it cannot be converted.

    Args:
        tex: the formula without its delimiters.

    Returns:
        Unicode text with single spaces, not escaped for HTML.
    """
    return _without_marks(_line(tex))


def to_tagged(tex: str) -> str:
    r"""Say it in a line of HTML: `T_c` -> T<sub>c</sub>; else as `to_plain` does."""
    return _with_tags(_line(tex))


def _line(tex: str) -> str:
    markup = to_mathml(tex)
    line = tex
    if markup is not None:
        line = _flat(ET.fromstring(markup))  # noqa: S314 - our own markup, without a doctype
    return _SPACE.sub(" ", line).strip()
