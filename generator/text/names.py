"""Names of accounts as they are shown.

Anybody may call an account by somebody else's name, written with Cyrillic or Greek letters that look like Latin ones.
Nobody can copy the handle. So a name that could deceive has the handle beside it. The rule is the one by which browsers
show a host as `xn--...`, in a small form (https://www.unicode.org/reports/tr39/, mixed scripts and whole-script
confusables, read 2026-12-01): a word has letters of two alphabets that look alike, or only letters that look Latin.
Titles and texts keep their letters: formulas mix alphabets, and no letter there says who somebody is.
"""

from __future__ import annotations

import re

from generator.model.records import Account
from generator.text.plain import clean

_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LIKE_LATIN = re.compile("[\u0251\u0261\u0370-\u03ff\u0400-\u058f\u13a0-\u13ff\u1c80-\u1c8f\u1f00-\u1fff\uab70-\uabbf]")
"""Greek, Cyrillic, Armenian and Cherokee letters, and two Latin letters of phonetics."""
_TWINS = re.compile(
    "["
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bd\u03bf\u03c1"
    "\u0405\u0406\u0408\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04ae\u04af\u04bb\u04c0\u04cf\u0501\u051b\u051d"
    "]{2,}"
)
"""Greek and Cyrillic letters that look like Latin ones in most typefaces."""


def shown_name(account: Account) -> str:
    """The name of an account, with its handle if letters of the name look like others; empty without either."""
    name = clean(account.name or account.handle or "")
    if name.isascii() or not has_look_alikes(name):
        return name
    handle = account.handle or ""
    if account.name and handle and handle.isascii():
        return f"{name} (@{clean(handle)})"
    return f"{name} (look-alike letters)"


def has_look_alikes(name: str) -> bool:
    """Whether a word of the name looks as if it had other letters than it has."""
    for match in _WORD.finditer(name):
        word = match.group()
        if _LIKE_LATIN.search(word) and _LATIN.search(word):
            return True
        if _TWINS.fullmatch(word):
            return True
    return False
