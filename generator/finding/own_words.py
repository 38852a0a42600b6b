"""What a post says in words of its own about a paper: a comment, or only the paper's title and a link.

The rule: take away links, also shortened ones, ids, the paper's title (also a part of it, whatever its case and
punctuation), sentences of its abstract, its authors, categories, hashtags and handles, and all that follows an
old-style `RT @someone:`. A comment has at least three words left, of which at least one is more than an announcement
("our new paper is out today").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from generator.finding.arxiv_id import ID_PATTERN
from generator.finding.folding import fold
from generator.model.records import Paper, Post

MIN_WORDS = 3
_TITLE_WINDOW = 16
"""So many letters and digits in a row that the title has too are not the post's own."""
_MIN_QUOTED = 40
"""A sentence of so many letters and digits that stands in the abstract is a quotation."""
_MAX_TITLE, _MAX_ABSTRACT, _MAX_AUTHORS = 1_000, 20_000, 200

_OLD_REPOST = re.compile(r"(?<!\w)RT:? ?@\w")
_LINK = re.compile(r"https?://\S+|(?<![\w.@/-])(?:[a-z0-9-]++\.)++[a-z]{2,24}/\S*", re.IGNORECASE | re.ASCII)
_NOT_WORDS = re.compile(
    rf"(?:(?i:arxiv)\s?[:.]?\s?)?\[?(?<![\w/]){ID_PATTERN}\]?"
    r"|(?<![\w-])[a-z-]{2,8}\.[A-Z]{2}(?![\w])"
    r"|(?<!\w)[@#][\w.@-]+"
    r"|&(?:amp|lt|gt|quot|\#[0-9]{1,5});"
)
_MAYBE_NOT_WORDS = re.compile(r"[0-9@#&]|\.[A-Z]")
"""What everything that _NOT_WORDS finds has in it."""
_WORD = re.compile(r"[^\W_]+")
_SENTENCE = re.compile(r"(?:[^.!?\n…]|\.(?=\S))+")
_ACCENT = re.compile(r"\\(?:['\"`^~=.]\s?\{?|[uvHckrbdt]\{)([A-Za-z])\}?")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")

_APPARATUS = """
    abs abstract al amp arxiv arxivs author authors by cc code doi et github ht html link links new org page paper
    papers pdf pic preprint preprints project rt thread title url via website
"""
_ANNOUNCEMENT = """
    a alert an and are article at available be can check colleagues coauthors collaborators day demo episode finally
    find first for from full has have here hey hi i in is it its just last latest me more my now of on online or our out
    posted published read recent see share submitted thanks the this to today tomorrow up updated us version video w was
    we week with work yesterday you your
"""
_NEVER_COUNTED = frozenset(_APPARATUS.split())
_ANNOUNCING = frozenset(_ANNOUNCEMENT.split())
_SHORTEST_NAME = 3
_LEFT_OVER = re.compile(
    r"\s*(?:\(\s*(?:see(?: also)?|cf\.?|via|from|link|paper|arxiv|pdf|e\.g\.)?[\s:,]*\)?"
    r"|[\[(]\s*[\])]|\bvia:?|[:→⟶👉➡-])\s*$",
    re.IGNORECASE,
)
_LEADING = frozenset(")]:→⟶👉➡-")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


class _PaperWords(NamedTuple):
    """What the paper itself says, in the form that posts are compared with."""

    title: str
    """Its letters and digits, folded."""
    abstract: str
    """The same."""
    names: frozenset[str]


def comment_of(post: Post, paper: Paper) -> str | None:
    """The post's text as far as it holds words of its own about the paper, or None where it holds none.

    Reposts and likes never have a comment of their own. What comes back reads as it was written, line by line, but
    without links, and without the lines that only state the paper.
    """
    if not post.text or post.kind in ("repost", "like"):
        return None
    text = post.text
    old_repost = _OLD_REPOST.search(text)
    if old_repost:
        text = text[: old_repost.start()]
    if "/" in text:
        text = _LINK.sub(" ", text)
    of_paper = _words_of(paper.title[:_MAX_TITLE], paper.abstract[:_MAX_ABSTRACT], paper.authors[:_MAX_AUTHORS])
    if _shares(_squeeze(text), of_paper.abstract, _MIN_QUOTED):
        text = _SENTENCE.sub(lambda match: _blank(match) if _is_quoted(match[0], of_paper) else match[0], text)
    return _own_lines(text, of_paper)


def _own_lines(text: str, of_paper: _PaperWords) -> str | None:
    """The lines that have words of their own; None where these say too little together."""
    plain = _NOT_WORDS.sub(_blank, text) if _MAYBE_NOT_WORDS.search(text) else text
    lines = text.splitlines(keepends=True)
    words_by_line = []
    start = 0
    for line in lines:
        words_by_line.append(_WORD.findall(plain, start, start + len(line)))
        start += len(line)
    from_title = _words_of_title(words_by_line, of_paper)
    own_lines: list[str] = []
    counted = telling = place = 0
    for line, words in zip(lines, words_by_line, strict=True):
        has_own_words = False
        for number, written in enumerate(words, place):
            if number in from_title:
                continue
            word = fold(written)
            if _is_apparatus(written, word, of_paper):
                continue
            has_own_words = True
            counted += _length(word)
            telling += word not in _ANNOUNCING
            if counted >= MIN_WORDS and telling:
                break  # nothing else that stands in the line can change the answer
        place += len(words)
        if has_own_words:
            own_lines.append(_tidy(line))
    if counted >= MIN_WORDS and telling:
        return "\n".join(own_lines)
    return None


def _tidy(line: str) -> str:
    """White space folded, and without what led to a link that was taken out: `(see also `, `via: `, `()`."""
    return without_left_over(" ".join(line.split()))


def without_left_over(text: str) -> str:
    """The text without what led to a link at its end."""
    may_lead_to_a_link = "(" in text or text[-1:] in _LEADING or text[-3:].lower() == "via"
    if may_lead_to_a_link:
        return _LEFT_OVER.sub("", text)
    return text


@lru_cache(maxsize=64)
def _words_of(title: str, abstract: str, authors: tuple[str, ...]) -> _PaperWords:
    """What posts about one paper are compared with; kept for a few papers, because callers go paper by paper."""
    return _PaperWords(
        title=_squeeze(_ACCENT.sub(r"\1", title)),
        abstract=_squeeze(abstract),
        names=frozenset(map(fold, _WORD.findall(_ACCENT.sub(r"\1", " ".join(authors))))),
    )


def _squeeze(text: str) -> str:
    """Its letters and digits, folded."""
    if not text.isascii():
        text = _BEYOND_ASCII.sub(lambda run: fold("".join(_WORD.findall(run[0]))), text)
    if text.isascii():
        return text.encode().translate(_LOWER, _NO_WORD).decode()
    return "".join(_WORD.findall(text)).lower()


_LOWER = bytes(range(256)).lower()
_NO_WORD = bytes(code for code in range(128) if not chr(code).isalnum())


def _blank(match: re.Match[str]) -> str:
    """White space of the same length, so that what is left stays in its place and on its line."""
    return "".join(c if c == "\n" else " " for c in match[0])


def _is_quoted(sentence: str, of_paper: _PaperWords) -> bool:
    squeezed = _squeeze(sentence) if len(sentence) >= _MIN_QUOTED else ""
    return len(squeezed) >= _MIN_QUOTED and squeezed in of_paper.abstract


def _shares(text: str, source: str, length: int) -> bool:
    """False where no stretch of this length can stand in both; a few probes tell that of nearly all texts."""
    half = (length + 1) // 2
    if not half:
        return False
    # Every stretch of the length holds a whole half that begins at one of these places.
    return any(text[start : start + half] in source for start in range(0, len(text) - half + 1, length - half + 1))


def _words_of_title(words_by_line: Sequence[Sequence[str]], of_paper: _PaperWords) -> frozenset[int]:
    """The words, counted from 0, that stand in a stretch that the title has too.

    White space, case and punctuation make no difference.
    """
    width = min(_TITLE_WINDOW, len(of_paper.title))
    squeezed = fold("".join(map("".join, words_by_line)))
    if not _shares(squeezed, of_paper.title, width):
        return frozenset()
    covered = bytearray(len(squeezed))
    for start in range(len(squeezed) - width + 1):
        if squeezed[start : start + width] in of_paper.title:
            covered[start : start + width] = b"\1" * width
    word_sets = set()
    at = 0
    for number, word in enumerate(chain.from_iterable(words_by_line)):
        length = len(fold(word))
        if 2 * sum(covered[at : at + length]) > length:
            word_sets.add(number)
        at += length
    return frozenset(word_sets)


def _is_apparatus(written: str, word: str, of_paper: _PaperWords) -> bool:
    if word in _NEVER_COUNTED or not (word.isalpha() or any(map(str.isalpha, word))):
        return True
    if len(word) == 1 and word not in "ai" and not _CJK.match(word):
        return True
    return word in of_paper.names and len(word) >= _SHORTEST_NAME and written[0].isupper()


def _length(word: str) -> int:
    """In words: scripts without spaces count two signs for one."""
    if not word.isascii() and _CJK.search(word):
        return max(1, len(word) // 2)
    return 1
