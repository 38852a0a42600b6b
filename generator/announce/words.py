"""Titles of strangers as words that do nothing: no mention, no tag, no link, no markup; and never too long. Pure."""

from __future__ import annotations

import re
import unicodedata

JOINER = "\u2060"
"""WORD JOINER: invisible, and the end of what a network takes for a mention, a tag or an address."""
_TAG = re.compile(r"[#＃](?=\S)|\](?=\()")
"""A tag, and a link of Markdown, which some servers take."""
_LIVE = re.compile(r"[@＠]|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:])")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")


def plain(text: str) -> str:
    """One line without invisible characters, in which a stranger could hide what is not seen."""
    return " ".join(_INVISIBLE.sub("", text).split())


def defuse(text: str) -> str:
    """Much the same to the eye, but no network finds a mention, a tag or an address in it.

    A tag gets a space, and so does a link in Markdown: to some servers an invisible character is part of either.
    """
    return _LIVE.sub(lambda match: f"{match[0]}{JOINER}", _TAG.sub(lambda match: f"{match[0]} ", text))


def escape_markdown(text: str) -> str:
    """Markdown's characters as themselves."""
    return _MARKDOWN.sub(r"\\\1", text)


def fit(text: str, limit: int) -> str:
    """At most so many characters, cut between words where that is near, and never inside a character with marks.

    Counted in code points, of which no service counts more: graphemes are fewer.
    """
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    end = limit - 1
    while end > 0 and (unicodedata.combining(text[end]) or text[end] in "\u200d\ufe0f" or text[end - 1] == "\u200d"):
        end -= 1
    cut = text[:end]
    words = cut.rpartition(" ")[0]
    return (words if len(words) > end * 2 // 3 else cut).rstrip(" ,;:-" + JOINER) + "…"


def fit_bytes(text: str, limit: int) -> str:
    """At most so many bytes of UTF-8."""
    while len(text.encode()) > limit:
        text = fit(text, max(0, len(text) - max(1, (len(text.encode()) - limit) // 4)))
    return text
