r"""Which dollar signs of a text are formulas, and which are money, slips or half of a pair.

There is no rule that is always right: `$5 and $10` and `$x$ and $y$` look alike. What decides is what stands between
two dollar signs: prose is no formula, and neither is an amount of money.
"""

from __future__ import annotations

import re

_WINDOW = 2000
"""Characters within which a formula must end."""
_DOLLAR = re.compile(r"\\.|\$", re.DOTALL)
_MAX_TEXT = 300
_MAX_INNER = 8
"""Formulas inside the text inside a formula."""
_OPEN_TEXT = re.compile(r"\\(?:mbox|hbox|text[a-z]*)\s*\{[^{}]*\Z")
_INNER = re.compile(r"\\(?:mbox|hbox|text[a-z]*|emph|mathrm|operatorname\*?)\s*\{[^{}]*\}|\\[a-zA-Z]+|\{[^{}]*\}")
_SPACED_WORD = re.compile(r"(?:\\[ ,;:]|~)\s*[A-Za-z]+\s*(?=\\[ ,;:]|~)")
"""A word between spaces that somebody set: it is meant to stand in the formula."""
# After a plus sign, `is` is the imaginary part of the pairing s + is.
_STOP_WORD = re.compile(
    r"(?:^|(?<!\+)\s)(?:the|of|and|in|is|to|with|we|by|on|at|as|that|this|from|are|per|vs|into|than|which|but|its|our|an|was|be"
    r"|has|have|can|these|those|when|where|while|using|compared|under|over|about)(?=\s|$)",
)
_WORD = re.compile(
    r"(?<![^\s(])(?!(?:sin|cos|tan|log|exp|max|min|mod|lim|sup|inf|det|dim|ker|arg)(?![a-z]))"
    r"[A-Za-z][a-z]{2,}(?=[\s.,;:)!?]|$)",
)
"""A word of prose, not the name of a function."""
_TEX = re.compile(r"[\\^_={}]")
_AMOUNT = re.compile(r"\s?[~<>≈]?\s?\d[\d,.]*\s?[KMBkmb]?[-–—/+]*")
_AMOUNT_PROSE = re.compile(r"\d[\d,.]*[KMBkmb]?(?:\s*[-–/,(]|\s+[a-zA-Z(~<>≈-]|\s*\Z)")
_MAX_WORDS = 3


def is_formula(body: str, following: str) -> bool:
    """Whether the text between two dollar signs is math.

    Args:
        body: the text between them.
        following: the character after the second one; empty at the end of the text.
    """
    if not body.strip() or "\n\n" in body:
        return False
    if "\\" not in body and body[0].isdigit() and _is_money(body, following):
        return False
    prose = body
    if "\\" in body or "{" in body:
        prose = _INNER.sub(" {} ", _SPACED_WORD.sub("", body))
    one_word = len(prose.split()) == 1
    if one_word:
        stands_apart = prose[0].isspace() and prose[-1].isspace()
        return not (stands_apart and _STOP_WORD.search(prose))
    return not _STOP_WORD.search(prose) and len(_WORD.findall(prose)) < _MAX_WORDS


def _is_money(body: str, following: str) -> bool:
    if _AMOUNT.fullmatch(body):
        # `$5-$10` is money, `$2-$dimensional` is a formula.
        return following.isdigit() or body[-1] == " "
    if _TEX.search(body):
        return False
    return body[-1] in " (~<>≈-–—\n" and _AMOUNT_PROSE.match(body) is not None


def _next_dollar(source: str, start: int, stop: int) -> int:
    for match in _DOLLAR.finditer(source, start, stop):
        if match[0] == "$":
            return match.start()
    return -1


def find_formula(source: str, opener: int) -> tuple[int, int, int] | None:
    """Find the formula that begins with the dollar sign at `opener`.

    Returns:
        Where its TeX begins and ends, and where the text goes on; None where the dollar sign is a character.
        A TeX that begins two characters after `opener` stands on a line of its own (`$$...$$`).
    """
    limit = min(len(source), opener + _WINDOW)
    if source.startswith("$$", opener):
        end = source.find("$$", opener + 2, limit)
        if end > 0 and "$" not in source[opener + 2 : end] and is_formula(source[opener + 2 : end], ""):
            return opener + 2, end, end + 2
        return None
    start = end = opener + 1
    for _ in range(_MAX_INNER):
        end = _next_dollar(source, end, limit)
        if end < 0:
            break
        body = source[start:end]
        if not _OPEN_TEXT.search(source, max(start, end - _MAX_TEXT), end):
            if is_formula(body, source[end + 1 : end + 2]):
                return start, end, end + 1
            return None
        end = _next_dollar(source, end + 1, limit)  # \mbox{a $x$ b}: the inner pair belongs to the formula
        if end < 0:
            break
        end += 1
    return None
