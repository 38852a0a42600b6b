r"""What the converter writes -> MathML that is well-formed XML, valid HTML and stays in its own box."""

from __future__ import annotations

import html
import re
import unicodedata
from xml.etree import ElementTree as ET

MAX_MARKUP = 65536
"""Characters of MathML."""
MAX_EM = 12.0
"""The widest space a formula may ask for; more would cover its neighbours."""

_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;)[A-Za-z]+;")
_WIDE = re.compile(r'(?:width|height|depth|style|space|thickness|size)="[^"]*?(\d+(?:\.\d+)?)(em|ex|pt|px|mu|cm|mm|in)')
_UNKNOWN = re.compile(
    r'<merror class="math-core-unknown-cmd"><mtext>([^<]*)</mtext></merror>|<mtext><code>(\\[^<]*)</code></mtext>',
)
# The converter sets some accents with combining characters. Over several letters they are the ones that math fonts can
# stretch; over one letter, and as an arrow, other characters stand better (and a text that begins with a combining
# character is a warning of the HTML checker).
_ARROW = '<mo stretchy="false">\u20d7</mo>', '<mo stretchy="false">→</mo>'
_ONE_LETTER = re.compile(r'(<m([ino])>[^<]</m\2>)<mo stretchy="true">([\u0302\u0332])</mo></m(over|under)>')
_STANDING = {("\u0302", "over"): "ˆ", ("\u0332", "over"): "¯", ("\u0332", "under"): "_"}
_DECOMPOSED = re.compile(r"[A-Za-z][\u0300-\u036f]")


def _accent(match: re.Match[str]) -> str:
    mark = _STANDING.get((match[3], match[4]), match[3])
    return f'{match[1]}<mo stretchy="false">{mark}</mo></m{match[4]}>'


def unknown_commands(markup: str) -> set[str]:
    """Names of the commands, without backslash, that the converter shows as their source."""
    return {(match[1] or match[2]).lstrip("\\") for match in _UNKNOWN.finditer(markup)}


def finish(markup: str, tex: str) -> str | None:
    """Finish a formula.

    Args:
        markup: of the converter, with an annotation.
        tex: what the author wrote, which becomes the annotation.

    Returns:
        The `<math>` element, or None where it is not well-formed, too large, or reaches out of its box or into the page
        (ids, links).
    """
    body = markup[: markup.rindex("<annotation ")]
    if len(body) > MAX_MARKUP or " id=" in body or " href=" in body:
        return None
    if "&" in body:
        body = _ENTITY.sub(lambda match: html.unescape(match[0]), body)
    if any(float(match[1]) > MAX_EM for match in _WIDE.finditer(body)):
        return None
    if "merror" in body or "<code>\\" in body:
        body = _UNKNOWN.sub(lambda m: f'<mtext class="tex">{m[1] or m[2]}</mtext>', body)
    body = body.replace('stretchy="false" stretchy="true"', 'stretchy="true"')
    if not body.isascii():
        body = _ONE_LETTER.sub(_accent, body.replace(*_ARROW))
        body = _DECOMPOSED.sub(lambda match: unicodedata.normalize("NFC", match[0]), body)
    source = tex.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _checked(f'{body}<annotation encoding="application/x-tex">{source}</annotation></semantics></math>')


def _checked(markup: str) -> str | None:
    try:
        root = ET.fromstring(markup)  # noqa: S314 - written by the converter, without a doctype
    except ET.ParseError:
        return None
    if "scriptlevel=" not in markup and "displaystyle=" not in markup:
        return markup
    _move_styles(root)
    return ET.tostring(root, encoding="unicode", short_empty_elements=True)


_STYLES = ("displaystyle", "scriptlevel")


def _move_styles(parent: ET.Element) -> None:
    """Put `displaystyle` and `scriptlevel` on an `mstyle` of their own: HTML allows them there (and on few others)."""
    for index, child in enumerate(list(parent)):
        _move_styles(child)
        if child.tag == "mtable" and child.get("scriptlevel") == "0":
            del child.attrib["scriptlevel"]  # which is where a table begins anyway
        style_kind = "displaystyle" if child.tag == "mtable" else ""
        moved: dict[str, str] = {
            name: child.attrib.pop(name) for name in _STYLES if name in child.attrib.keys() - {style_kind}
        }
        if child.tag in {"mrow", "mstyle"}:
            child.tag = "mstyle" if moved else child.tag
            child.attrib.update(moved)
        elif moved:
            wrapper = ET.Element("mstyle", moved)
            wrapper.tail, child.tail = child.tail, None
            wrapper.append(child)
            parent[index] = wrapper
