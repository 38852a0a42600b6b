"""What one paper says in a feed, the same in every format: plain title, and HTML without anything active.

Everything that others wrote is escaped, never sanitised; formulas are Unicode text, because few readers show MathML.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from urllib.parse import urljoin

from markupsafe import Markup, escape

from generator.text import latex
from generator.text.plain import safe_href
from generator.views.feed_of_list import clean_line, clean_text
from generator.views.feed_types import FeedPaper, FeedPost, IssuePaper

_CACHED = 4096
"""A paper is in several lists and every list in three formats; this many are kept, whatever the size of the site."""
AUTHORS_SHOWN = 10
"""In the text of an entry; the authors that the entry itself names are all that the view has."""
_LINK = re.compile(r"""(<a\s(?:[^<>"]|"[^"]*")*?\bhref=")([^"]*)""")
"""As the sanitiser writes it; in text it leaves no `<`."""


@lru_cache(maxsize=_CACHED)
def tex_line(tex: str) -> str:
    """LaTeX as one line of text, formulas in Unicode."""
    return clean_line(latex.to_text(tex))


def title_text(paper: FeedPaper | IssuePaper) -> str:
    """The title with its formulas as text; the id where there is none."""
    title = tex_line(paper.title) or f"arXiv:{paper.paper_id}"
    return f"{title} (withdrawn)" if paper.withdrawn else title


def abstract_text(paper: FeedPaper) -> str:
    """The whole abstract with its formulas as text."""
    return tex_line(paper.abstract)


def author_names(paper: FeedPaper | IssuePaper) -> list[str]:
    """Each listed author, and how many more there are as the last one."""
    names = [name for name in map(clean_line, paper.authors) if name]
    return [*names, f"and {paper.more_authors:,} more"] if paper.more_authors else names


def _authors_line(paper: FeedPaper) -> str:
    """The first few where there are many: lists of readers show how an entry begins, and the abstract is to be seen."""
    names = [name for name in map(clean_line, paper.authors) if name]
    more = len(names) + paper.more_authors - AUTHORS_SHOWN
    if more <= 1:  # one more name takes no more room than to say so
        return ", ".join(author_names(paper))
    return ", ".join([*names[:AUTHORS_SHOWN], f"and {more:,} more"])


def captured_line(paper: FeedPaper | IssuePaper) -> str:
    """The line of the original page: tweets where every mention is from X, else posts."""
    what = "tweets and retweets" if paper.x_only else "posts and reposts"
    return f"Captured {what}: {paper.captured}"


@lru_cache(maxsize=_CACHED)
def content_html(paper: FeedPaper) -> str:
    """Authors, abstract, how often it was captured, the owner's note, who said what, and where to go on."""
    parts = [
        _paragraph(_authors_line(paper)),
        _paragraph(abstract_text(paper)),
        Markup("<p><strong>{}</strong></p>\n").format(captured_line(paper)),
        _note(paper),
        *map(comment_html, (post for post in paper.posts if post.comment)),
        _others(paper),
        _links(paper),
    ]
    return str(Markup("").join(parts))


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>\n").format(text) if text else Markup("")


def _note(paper: FeedPaper) -> Markup:
    """The owner's words, sanitised where they were read, their links whole: a reader shows them somewhere else."""
    if not paper.note_html:
        return Markup("")
    html = _LINK.sub(lambda link: link[1] + str(escape(_whole(paper.uid, unescape(link[2])))), paper.note_html)
    return Markup("<p><em>Note of this page's owner:</em></p>\n<blockquote>{}</blockquote>\n").format(
        Markup(html)  # noqa: S704 (by prose.markdown_to_html)
    )


def _whole(base: str, address: str) -> str:
    try:
        return urljoin(base, address)
    except ValueError:  # no address at all: it leads nowhere here either
        return address


def comment_html(post: FeedPost) -> Markup:
    """Who said it, where and when, and what they said."""
    words = escape(clean_text(post.comment or "").strip()).replace("\n", Markup("<br>"))
    date = f"{post.posted_at.day} {post.posted_at:%B} {post.posted_at.year}"
    return Markup('<p>{} on {}, {}:</p>\n<blockquote dir="auto"><p>{}</p></blockquote>\n').format(
        _name(post, link=False), post.network, _link(safe_href(post.url), date), words
    )


def _others(paper: FeedPaper) -> Markup:
    """Who posted it without a word of their own, and how many more posts there are on each network."""
    named = [Markup("{} ({})").format(_name(post, link=True), post.network) for post in paper.posts if not post.comment]
    shown = {post.network for post in paper.posts}
    counted = [_count(network, number, again=network in shown) for network, number in paper.more]
    if not (named or counted):
        return Markup("")
    lead = "Also: " if any(post.comment for post in paper.posts) else "By: " if named else ""
    return Markup("<p>{}{}</p>\n").format(lead, Markup(", ").join([*named, *counted]))


def _count(network: str, number: int, *, again: bool) -> Markup:
    return escape(f"{number:,} {'more ' if again else ''}{'post' if number == 1 else 'posts'} on {network}")


def _links(paper: FeedPaper) -> Markup:
    arxiv = _link(paper.arxiv_url, f"arXiv:{paper.paper_id}")
    ours = Markup("{} · ").format(_link(paper.url, "All posts about it")) if paper.has_page else Markup("")
    where = f" · {', '.join(map(clean_line, paper.categories))}" if paper.categories else ""
    return Markup("<p>{}{}{}</p>\n").format(ours, arxiv, where)


def _name(post: FeedPost, *, link: bool) -> Markup:
    name = Markup("<bdi>{}</bdi>").format(clean_line(post.name or "") or "Somebody")
    return _link(safe_href(post.url), name) if link else name


def _link(url: str | None, text: str | Markup) -> Markup:
    return Markup('<a href="{}">{}</a>').format(url, text) if url else escape(text)
