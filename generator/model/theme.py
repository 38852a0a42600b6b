"""The site's colours as its style states them, for what is drawn or said outside of CSS: icons, cards, the manifest.

A copy changes a colour in one place, `content/style.css`; everything else reads it there. Pure.
"""

from __future__ import annotations

import re

import msgspec

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ROOT = re.compile(r":root\s*\{([^{}]*)\}")
_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*dark\s*\)\s*\{\s*:root\s*\{([^{}]*)\}")
_VARIABLE = re.compile(r"--(paper|ink|soft|faint|link|new)\s*:\s*([^;}]+)")
_BOTH = re.compile(r"light-dark\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_LONG = re.compile(r"#[0-9a-fA-F]{6}")


class Colours(msgspec.Struct, frozen=True, kw_only=True):
    """The variables of one scheme, each as `#rrggbb`."""

    paper: str
    ink: str
    soft: str
    faint: str
    link: str
    new: str


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """Both schemes."""

    light: Colours = Colours(
        paper="#fdfcf9", ink="#1b2129", soft="#565f6b", faint="#dedad0", link="#16508c", new="#a34a00"
    )
    dark: Colours = Colours(
        paper="#0f1a2a", ink="#dbe2ea", soft="#9babbd", faint="#2a3a50", link="#93c0f3", new="#f0b35e"
    )


def theme_of(css: str, base: Theme | None = None) -> Theme:
    """The colours of the first `:root` rule; where one is missing, or is no hexadecimal colour, another stands in.

    Args:
        css: a style sheet. `--paper: light-dark(#fff, #000)` states both schemes, and so does a `:root` rule inside
            `@media (prefers-color-scheme: dark)`; a colour alone is that of both.
        base: the colours that stand in; ours, if not given.
    """
    css = _COMMENT.sub("", css)
    dark_rule = _DARK.search(css)
    root = _ROOT.search(_DARK.sub("", css))
    base = base or Theme()
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for name, value in _VARIABLE.findall(root[1]) if root else ():
        both = _BOTH.fullmatch(value.strip())
        light[name], dark[name] = (both[1], both[2]) if both else (value, value)
    if dark_rule:
        dark |= dict(_VARIABLE.findall(dark_rule[1]))
    return Theme(light=_known(light, base.light), dark=_known(dark, base.dark))


def in_colours(drawing: str, theme: Theme) -> str:
    """A drawing in our colours -> the same in those of a theme."""
    ours = Theme()
    new = {
        getattr(scheme, name): getattr(new_scheme, name)
        for scheme, new_scheme in ((ours.light, theme.light), (ours.dark, theme.dark))
        for name in scheme.__struct_fields__
    }
    return _LONG.sub(lambda match: new.get(match[0].lower(), match[0]), drawing)


def _known(values: dict[str, str], base: Colours) -> Colours:
    stated = {name: value.strip() for name, value in values.items() if _HEX.fullmatch(value.strip())}
    return msgspec.structs.replace(base, **{name: _long(value) for name, value in stated.items()})


def _long(colour: str) -> str:
    """Six digits: `#fff` -> `#ffffff`."""
    digits = colour[1:].lower()
    return f"#{''.join(digit * 2 for digit in digits) if len(digits) == 3 else digits}"  # noqa: PLR2004
