r"""Commands that only a paper defines (`\OSP`, `\vecx`, `\bphi`) -> what their names say, where they say it plainly.

A long name stands for itself in upright letters, which is how most of them are defined. A single letter says nothing
(`\d`, `\g`): it stays as its source.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
)
_GREEK = _NAMES.split()
_SIGNS = ("partial", "nabla", "times", "otimes", "oplus", "infty", "ell", "dagger")
_SYMBOL = rf"(?P<symbol>{'|'.join(sorted((*_GREEK, *_SIGNS), key=len, reverse=True))})"
_ACCENTS = "widehat|widetilde|overline|hat|bar|tilde|vec|dot|wildtilde"
_BASE = rf"(?P<base>[A-Za-z]|{'|'.join((*_GREEK, 'partial'))})"
_ACCENT_FIRST = re.compile(rf"(?P<accent>{_ACCENTS}){_BASE}")
_ACCENT_LAST = re.compile(rf"{_BASE}(?P<accent>{_ACCENTS})")
_BOLD = re.compile(rf"(?:b|bf|bs|bm|bold)(?P<base>{'|'.join(_GREEK)})")
_SYMBOL_FIRST = re.compile(rf"{_SYMBOL}(?P<rest>[A-Za-z]{{1,3}})")


def spell_names(tex: str, names: Collection[str]) -> str:
    """The formula with the named commands spelled out.

    Args:
        tex: the formula.
        names: of the commands that nobody knows, without backslash.
    """
    meanings = {name: meaning for name in names if (meaning := _meaning(name))}
    if not meanings:
        return tex
    pattern = re.compile(rf"\\({'|'.join(sorted(meanings, key=len, reverse=True))})(?![a-zA-Z])")
    return pattern.sub(lambda match: f"{{{meanings[match[1]]}}}", tex)


def _meaning(name: str) -> str:
    if not name.isalpha() or not name.isascii() or len(name) == 1:
        return ""
    accented = _ACCENT_FIRST.fullmatch(name) or _ACCENT_LAST.fullmatch(name)
    if accented:
        accent = accented["accent"].replace("wildtilde", "widetilde")
        base = accented["base"]
        if len(base) > 1:
            base = "\\" + base
        return rf"\{accent}{{{base}}}"
    if bold := _BOLD.fullmatch(name):
        return rf"\boldsymbol{{\{bold['base']}}}"
    if glued := _SYMBOL_FIRST.fullmatch(name):
        # Typed without the space between.
        return rf"\{glued['symbol']} {glued['rest']}"
    return rf"\mathrm{{{name}}}"
