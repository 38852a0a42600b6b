"""The owner's own words: Markdown -> HTML that is safe to show, because a copied repository takes pull requests."""

from __future__ import annotations

from functools import lru_cache

_TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h2", "h3", "h4", "hr", "i", "li", "ol",
    "p", "pre", "q", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "th": {"scope"}}


@lru_cache(maxsize=256)
def markdown_to_html(text: str) -> str:
    """Sanitised HTML of a Markdown text: no scripts, styles, images or frames; links to http, https and mailto only.

    Headings start at level 2, because the page has its own title. An empty text gives an empty string.
    """
    import markdown  # noqa: PLC0415 (40 ms that most commands do not need)
    import nh3  # noqa: PLC0415

    if not text.strip():
        return ""
    html = markdown.markdown(text, extensions=["extra", "sane_lists", "smarty", "toc"], extension_configs=_EXTENSIONS)
    return nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel="noopener"
    )


_EXTENSIONS = {"toc": {"baselevel": 2}}
