"""Colours of the site's style sheet, for everything outside CSS: icons, cards, the manifest.

The owner changes a colour in one place, `content/style.css`; everything else reads it there. Pure.
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
    """Read the colours of the first `:root` rule.

    Args:
        css: a style sheet. `--paper: light-dark(#fff, #000)` states both schemes, and so does a `:root` rule inside
            `@media (prefers-color-scheme: dark)`; a single colour counts for both.
        base: replaces colours that are missing or not hexadecimal; default: ours.
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
    """Replace our colours in a drawing by those of a theme."""
    ours = Theme()
    replacements: dict[str, str] = {}
    for scheme, new_scheme in ((ours.light, theme.light), (ours.dark, theme.dark)):
        for name in scheme.__struct_fields__:
            replacements[getattr(scheme, name)] = getattr(new_scheme, name)
    return _LONG.sub(lambda match: replacements.get(match[0].lower(), match[0]), drawing)


def _known(values: dict[str, str], base: Colours) -> Colours:
    """The base with the values that are hexadecimal colours, in six digits: `#fff` -> `#ffffff`."""
    colours = {}
    for name, value in values.items():
        if _HEX.fullmatch(value.strip()):
            digits = value.strip()[1:].lower()
            if len(digits) == 3:  # noqa: PLR2004 (the short form)
                digits = "".join(digit * 2 for digit in digits)
            colours[name] = f"#{digits}"
    return msgspec.structs.replace(base, **colours)
