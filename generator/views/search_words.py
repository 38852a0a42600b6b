r"""The words of a text as the search knows them. templates/static/search.js takes a query apart in the same way.

Letter case and accents do not count (`Poincaré` is `poincare`), `ø` is `o`, a sign of Chinese or Japanese is a word of
its own, and of LaTeX there remain the letters: `Schr\"odinger` is `schrodinger`, `$\beta$-VAE` is `beta` and `vae`.
Pure.
"""

from __future__ import annotations

import re
import unicodedata

WORD_MAX = 32
"""Letters of a word that count."""

_COMMON = """
    a all also an and any are as at be been both but by can do each for from had has have here how however if in into
    is it its may more most no not of on only or other our over s show some such t than that the their them then there
    these they this those through thus to under up use used using very via was we were what when where which while who
    will with within without you your
"""
COMMON = frozenset(_COMMON.split())
"""Words that every abstract has: they find nothing, so neither the index nor a query counts them."""

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
"""Letters that Unicode does not take apart into a letter and its accent."""

_SIGN = "\u3040-\u30ff\u3400-\u9fff"
_WORD = re.compile(rf"[{_SIGN}]|[^\W_{_SIGN}]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")

_ACCENT = re.compile(r"\{?\\(?:['\"`^~=.]\s?|[uvHckrbdt](?=[\s{]))\s?\{?\\?([A-Za-z])\}{0,2}")
_LETTER = re.compile(r"\{?\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)(?![A-Za-z])\s?\}?")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_GREEK_NAMES = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau
    upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell
"""
_GREEK = frozenset(_GREEK_NAMES.split())


def words(text: str) -> list[str]:
    """Every word of a plain text, in its order, as the search compares them; common ones too."""
    if text.isascii():
        found = _ASCII_WORD.findall(text.lower())
    else:
        bare = "".join(char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char)[0] != "M")
        found = _WORD.findall(bare.lower().translate(_LETTERS))
    return [word[:WORD_MAX] for word in found]


def words_of_latex(text: str) -> list[str]:
    """Every word of a text with LaTeX in it: accents fold into their letters, Greek letters by name, no commands."""
    if "\\" in text:
        text = _LETTER.sub(r"\1", _ACCENT.sub(r"\1", text))
        text = _COMMAND.sub(lambda found: f" {found[1]} " if found[1] in _GREEK else " ", text)
    return words(text)
