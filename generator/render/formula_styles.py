r"""The inline styles of set formulas as classes, because pages allow no inline style (their Content Security Policy).

math-core writes a `style` for what MathML Core left to CSS: the alignment, padding and lines of tables, and negative
space. `templates/static/style.css` has a rule for each class here. Pure.
"""

from __future__ import annotations

import re

CLASSES: dict[str, str] = {
    "text-align:left": "fl",
    "text-align:right": "fr",
    "padding-left:0": "pl0",
    "padding-left:0.1em": "pl0",
    "padding-left:1em": "pl1",
    "padding-right:0": "pr0",
    "padding-right:0.1em": "pr0",
    "padding-top:0": "pv0",
    "padding-top:0.1667em": "pt1",
    "padding-bottom:0": "pv0",
    "border-left:0.05em solid currentcolor": "bl",
    "border-left:0.05em dashed currentcolor": "bl",
    "border-right:0.05em solid currentcolor": "br",
    "border-right:0.05em dashed currentcolor": "br",
    "border-top:0.05em solid currentcolor": "bt",
    "border-top:0.05em dashed currentcolor": "bt",
}
"""Declaration, without blanks around its colon -> class."""

_STYLED = re.compile(r'(<m[a-z]+[^<>]*?) style="([^"<>]*)"([^<>]*>)')
_DECLARATION = re.compile(r"\s*:\s*")
_NEGATIVE = re.compile(r"margin-left:-([0-9.]{1,12})em")
_NEGATIVE_STEPS = ((0.2, "n1"), (0.25, "n2"), (0.4, "n3"), (0.75, "n4"), (float("inf"), "n5"))
r"""(up to so many em, class): `\!` is 1/6 em, `\negmedspace` 2/9, `\negthickspace` 5/18; more is seldom."""


def use_classes(html: str) -> str:
    """The same formulas without `style` attributes; a declaration that we have no class for is left out."""
    if ' style="' in html:
        return _STYLED.sub(_with_class, html)
    return html


def _with_class(match: re.Match[str]) -> str:
    before, style, after = match.groups()
    names = filter(None, map(_class_of, style.split(";")))
    unique = " ".join(dict.fromkeys(names))
    if not unique or ' class="' in before + after:
        return before + after
    return f'{before} class="{unique}"{after}'


def _class_of(declaration: str) -> str:
    normal = _DECLARATION.sub(":", declaration.strip())
    negative = _NEGATIVE.fullmatch(normal)
    if negative is None:
        return CLASSES.get(normal, "")
    try:
        width = float(negative[1])
    except ValueError:
        return ""
    return next(name for most, name in _NEGATIVE_STEPS if width <= most)
