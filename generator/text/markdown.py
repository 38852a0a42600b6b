"""The owner's own words: Markdown -> HTML that is safe to show, because a copied repository takes pull requests."""

from __future__ import annotations

import re
from functools import lru_cache

_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h2", "h3", "h4", "hr", "i", "li", "ol",
    "p", "pre", "q", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "th": {"scope"}}


@lru_cache(maxsize=256)
def markdown_to_html(text: str) -> str:
    """Sanitised HTML of a Markdown text: no scripts, styles, images or frames; links to http, https and mailto only.

    Headings start at level 2, because the page has its own title, and skip no level, whatever levels the text uses.
    An empty text gives an empty string.
    """
    import markdown  # noqa: PLC0415 (40 ms that most commands do not need)
    import nh3  # noqa: PLC0415

    if not text.strip():
        return ""
    html = markdown.markdown(text, extensions=["extra", "sane_lists", "smarty"])
    return nh3.clean(
        _headings(html),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )


_HEADING = re.compile(r"<(/?)h([1-6])\b", re.IGNORECASE)
_DEEPEST = 4


def _headings(html: str) -> str:
    """The levels that the text uses become 2, 3 and 4, and none is more than one below the heading before it."""
    used = sorted({int(heading[2]) for heading in _HEADING.finditer(html)})
    before = 1

    def place(heading: re.Match[str]) -> str:
        nonlocal before
        if not heading[1]:
            before = min(used.index(int(heading[2])) + 2, before + 1, _DEEPEST)
        return f"<{heading[1]}h{before}"

    return _HEADING.sub(place, html)
