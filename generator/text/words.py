r"""The words of a text as the search compares them. templates/static/search.js takes a query apart in the same way.

Letter case and accents do not count (`Poincaré` is `poincare`, `ø` is `o`). Of LaTeX there remain the letters:
`Schr\"odinger` is `schrodinger`, `$\beta$-VAE` is `beta` and `vae`. `c++`, `f#`, `r&d` and `at&t` are words. Scripts
without spaces give the pairs of their signs: 強化学習 is 強化, 化学 and 学習. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

WORD_MAX = 32
"""Letters of a word that count."""

_COMMON = """
    a all also an and any are as at be been both but by can do each for from had has have here how however if in into
    is it its may more most no not of on only or other our over s show some such t than that the their them then there
    these they this those through thus to under up use used using very via was we were what when where which while who
    will with within without you your
"""
COMMON = frozenset(_COMMON.split())
"""Words that every abstract has: alone they find nothing, so the index of words leaves them out."""

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Signs of scripts that put no space between words: Thai, Lao, Burmese, Khmer, Kana, Han."""

_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
)
"""Letters that Unicode does not take apart into a letter and its accent."""
_MARKS = re.compile("[\u0300-\u036f]+")

_LETTER = rf"[^\W_{UNSPACED}]"
_TOKEN = re.compile(rf"[{UNSPACED}]+|{_LETTER}+(?:&{_LETTER}+)+|{_LETTER}+(?:\+\+|#(?!\w))?")
_ASCII_TOKEN = re.compile(r"[a-z0-9]+(?:&[a-z0-9]+)+|[a-z0-9]+(?:\+\+|#(?!\w))?")
_COMPOUND = re.compile(r"(?<![^\W_])[^\W_]+(?:[\-\u2010-\u2013/][^\W_]+)+")
_HYPHEN = re.compile(r"[\-\u2010-\u2013/]")
_SIGN = re.compile(f"[{UNSPACED}]")

_ACCENT = re.compile(r"\{?\\(?:(['\"`^~=.])\s?|[uvHckrbdt](?=[\s{]))\s?\{?\s?\\?([A-Za-z])\}{0,2}")
_NAMED_LETTER = re.compile(r"\{?\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)(?![A-Za-z])\s?\}?")
_NAMED_LETTERS = {"aa": "å", "AA": "å", "o": "ø", "O": "ø"}
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_GREEK_NAMES = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau
    upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell
"""
_GREEK = frozenset(_GREEK_NAMES.split())

_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_WITH_UMLAUT = re.compile(r"\b[^\Wäöüøå]*[äöüøå]\w*")


def words(text: str) -> list[str]:
    """Every word of a plain text, in its order, as the search compares them; common ones too."""
    if text.isascii():
        tokens = _ASCII_TOKEN.findall(text.lower())
    else:
        folded = _folded(text)
        tokens = _TOKEN.findall(folded)
        # Folding can bring such signs: one sign for "farad" becomes four of Kana.
        if _SIGN.search(folded):
            tokens = list(_apart(tokens))
    if max(map(len, tokens), default=0) <= WORD_MAX:
        return tokens
    return [word if len(word) <= WORD_MAX else word[:WORD_MAX].rstrip("&+#") for word in tokens]


def words_of_latex(text: str) -> list[str]:
    """Every word of a text with LaTeX in it: accents fold into their letters, Greek letters by name, no commands."""
    return words(without_latex(text))


def without_latex(text: str) -> str:
    """The text with accents as Unicode has them, and without commands."""
    if "\\" not in text:
        return text
    text = _NAMED_LETTER.sub(lambda match: _NAMED_LETTERS.get(match[1], match[1]), text)
    text = _ACCENT.sub(_accented, text).replace("\\&", "&")
    return _COMMAND.sub(_greek_name, text)


def _greek_name(match: re.Match[str]) -> str:
    if match[1] in _GREEK:
        return f" {match[1]} "
    return " "


def compounds(text: str) -> Iterator[list[str]]:
    """The words of each compound, such as `q-learning`, `state-of-the-art` and `AdS/CFT`."""
    for chunk in text.split():
        # Few have a hyphen: looking for it alone takes a quarter of the time.
        if _HYPHEN.search(chunk):
            yield from map(words, _COMPOUND.findall(chunk))


def spelt_out(text: str) -> list[str]:
    """The words with an umlaut as they are written without it: `Schölkopf` is `schoelkopf` too."""
    if text.isascii():
        return []
    with_umlaut = _WITH_UMLAUT.findall(unicodedata.normalize("NFC", text).lower())
    return words(" ".join(with_umlaut).translate(_SPELT_OUT))


def forms(word: str) -> Iterator[str]:
    """The same word in the other number: `neuron` -> `neurons`, `bodies` -> `body`. Some of them do not exist."""
    yield f"{word}s"
    yield f"{word}es"
    if re.search(r"[^s]s$", word):
        yield word[:-1]
    if re.search(r"(?:[sxz]|[cs]h)es$", word):
        yield word[:-2]
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    if re.search(r"[^aeiou]y$", word):
        yield f"{word[:-1]}ies"


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", _MARKS.sub("", apart)).lower().translate(_LETTERS)


def _apart(tokens: Iterable[str]) -> Iterator[str]:
    """Runs of signs without spaces become pairs of signs."""
    for token in tokens:
        if len(token) > 1 and _SIGN.match(token):
            yield from map("".join, pairwise(token))
        else:
            yield token


def _accented(match: re.Match[str]) -> str:
    accent, letter = match[1], match[2]
    if accent == '"':
        return unicodedata.normalize("NFC", f"{letter}\u0308")
    return letter
