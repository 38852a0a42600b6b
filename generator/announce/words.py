"""Makes titles of strangers harmless in messages: no mention, tag, link or markup, and a bounded length. Pure."""

from __future__ import annotations

import re
import unicodedata

JOINER = "\u2060"
"""WORD JOINER: an invisible character that ends a mention, a tag or an address."""
_TAG = re.compile(r"[#＃](?=\S)|\](?=\()")
"""A tag, and a link in Markdown, which some servers render."""
_LIVE = re.compile(r"[@＠]|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:])")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")


def plain(text: str) -> str:
    """One line without invisible characters, which could hide text from the reader."""
    return " ".join(_INVISIBLE.sub("", text).split())


def defuse(text: str) -> str:
    """The text with no mention, tag or address that a network would act on; it looks nearly the same.

    Tags and links in Markdown get a space, because to some servers an invisible character is part of either.
    """
    return _LIVE.sub(lambda match: f"{match[0]}{JOINER}", _TAG.sub(lambda match: f"{match[0]} ", text))


def escape_markdown(text: str) -> str:
    """Escape the special characters of Markdown."""
    return _MARKDOWN.sub(r"\\\1", text)


def fit(text: str, limit: int) -> str:
    """Shorten to `limit` code points, between words if possible, never between a character and its marks.

    No service counts more than code points: there are fewer graphemes.
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
    """Shorten to `limit` bytes of UTF-8."""
    while len(text.encode()) > limit:
        text = fit(text, max(0, len(text) - max(1, (len(text.encode()) - limit) // 4)))
    return text
