"""What a post says in words of its own about a paper: a comment, or only the paper's title and a link.

The rule: take away links, also shortened ones, ids, the paper's title (also a part of it, whatever its case and
punctuation), sentences of its abstract, its authors, categories, hashtags and handles, and all that follows an
old-style `RT @someone:`. A comment has at least three words left, of which at least one is more than an announcement
("our new paper is out today").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from generator.finding.arxiv_id import ID_PATTERN
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


class _Known(NamedTuple):
    """What the paper itself says, in the form that posts are compared with."""

    title_windows: frozenset[str]
    window: int
    abstract: str
    names: frozenset[str]


def comment_of(post: Post, paper: Paper) -> str | None:
    """The post's text as far as it holds words of its own about the paper, or None where it holds none.

    Reposts and likes never have a comment of their own. What comes back reads as it was written, line by line, but
    without links, and without the lines that only state the paper.
    """
    if not post.text or post.kind in ("repost", "like"):
        return None
    key = (post.id, post.text, paper.id, paper.version)
    if key not in _remembered:
        if len(_remembered) >= _REMEMBERED_MAX:
            _remembered.clear()
        _remembered[key] = _own_words(post.text, paper)
    return _remembered[key]


_remembered: dict[tuple[str, str, str, int], str | None] = {}
_REMEMBERED_MAX = 500_000
"""A post about a paper stands in many lists, and each look at it costs a tenth of a millisecond."""


def _own_words(written: str, paper: Paper) -> str | None:
    old_repost = _OLD_REPOST.search(written)
    text = _LINK.sub(" ", written[: old_repost.start()] if old_repost else written)
    known = _known(paper.title[:_MAX_TITLE], paper.abstract[:_MAX_ABSTRACT], paper.authors[:_MAX_AUTHORS])
    kept, counted, telling = [], 0, 0
    for line, words in _own_words_by_line(text, known):
        if words:
            kept.append(_tidy(line))
            counted += sum(map(_length, words))
            telling += sum(word not in _ANNOUNCING for word in words)
    return "\n".join(kept) if counted >= MIN_WORDS and telling else None


def _tidy(line: str) -> str:
    """White space folded, and without what led to a link that was taken out: `(see also `, `via: `, `()`."""
    return _LEFT_OVER.sub("", " ".join(line.split()))


@lru_cache(maxsize=64)
def _known(title: str, abstract: str, authors: tuple[str, ...]) -> _Known:
    """What posts about one paper are compared with; kept for a few papers, because callers go paper by paper."""
    folded = _squeeze(_ACCENT.sub(r"\1", title))
    width = min(_TITLE_WINDOW, len(folded)) or 1
    windows = frozenset(folded[start : start + width] for start in range(len(folded) - width + 1))
    names = frozenset(map(_fold, _WORD.findall(_ACCENT.sub(r"\1", " ".join(authors)))))
    return _Known(windows, width, _squeeze(abstract), names)


def _fold(word: str) -> str:
    """Lower case without accents and typographic forms."""
    if word.isascii():
        return word.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", word).casefold() if not unicodedata.combining(c))


def _squeeze(text: str) -> str:
    if text.isascii():
        return "".join(_WORD.findall(text)).lower()
    return "".join(map(_fold, _WORD.findall(text)))


def _own_words_by_line(text: str, known: _Known) -> Iterator[tuple[str, list[str]]]:
    """Each line with its words that are neither the paper's nor mere apparatus, folded."""
    text = _SENTENCE.sub(lambda match: _blank(match) if _quoted(match[0], known) else match[0], text)
    plain = _NOT_WORDS.sub(_blank, text)
    words = list(_WORD.finditer(plain))
    folded = [_fold(match[0]) for match in words]
    in_title = _in_title(folded, known)
    own = [
        (match.start(), word)
        for match, word, stated in zip(words, folded, in_title, strict=True)
        if not (stated or _is_apparatus(match[0], word, known))
    ]
    at = start = 0
    for line in text.splitlines(keepends=True):
        start += len(line)
        first = at
        while at < len(own) and own[at][0] < start:
            at += 1
        yield line, [word for _, word in own[first:at]]


def _blank(match: re.Match[str]) -> str:
    """White space of the same length, so that what is left stays in its place and on its line."""
    return "".join(c if c == "\n" else " " for c in match[0])


def _quoted(sentence: str, known: _Known) -> bool:
    squeezed = _squeeze(sentence) if len(sentence) >= _MIN_QUOTED else ""
    return len(squeezed) >= _MIN_QUOTED and squeezed in known.abstract


def _in_title(words: list[str], known: _Known) -> list[bool]:
    """Which words stand in a stretch that the title has too. White space, case and punctuation make no difference."""
    squeezed = "".join(words)
    width = known.window
    covered = bytearray(len(squeezed))
    starts = range(len(squeezed) - width + 1)
    for start in [start for start in starts if squeezed[start : start + width] in known.title_windows]:
        covered[start : start + width] = b"\1" * width
    if not any(covered):
        return [False] * len(words)
    stated, at = [], 0
    for word in words:
        stated.append(2 * sum(covered[at : at + len(word)]) > len(word))
        at += len(word)
    return stated


def _is_apparatus(written: str, word: str, known: _Known) -> bool:
    if word in _NEVER_COUNTED or not any(map(str.isalpha, word)):
        return True
    if len(word) == 1 and word not in "ai" and not _CJK.match(word):
        return True
    return word in known.names and len(word) >= _SHORTEST_NAME and written[0].isupper()


def _length(word: str) -> int:
    """In words: scripts without spaces count two signs for one."""
    return max(1, len(word) // 2) if _CJK.search(word) else 1
