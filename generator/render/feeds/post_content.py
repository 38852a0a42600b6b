"""What a post says in a feed of posts: who did what about which papers, and their words.

As in `content`: what others wrote is escaped, formulas are Unicode text.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from generator.render.feeds.content import tex_line
from generator.views.feed_of_list import clean_line, clean_text
from generator.views.feed_types import PaperLink, SinglePost

_DID = {"post": "posted", "repost": "reposted", "quote": "quoted", "reply": "replied", "like": "liked"}


def post_title(post: SinglePost) -> str:
    """`Ada Example on Bluesky: On the Misuse of the Word "Clearly"`."""
    said = post.said
    who = clean_line(said.name or "") or "Somebody"
    about = _title(post.papers[0]) if post.papers else ""
    return f"{who} {_DID.get(said.kind, 'posted')} on {said.network}" + (f": {about}" if about else "")


def post_html(post: SinglePost) -> str:
    """The words, where they may be passed on, and the papers."""
    words = escape(clean_text(post.said.comment or "").strip()).replace("\n", Markup("<br>"))
    quoted = Markup('<blockquote dir="auto"><p>{}</p></blockquote>\n').format(words) if words else Markup("")
    papers = Markup("").join(
        Markup('<li><a href="{}">{}</a></li>\n').format(paper.url, _title(paper)) for paper in post.papers
    )
    more = Markup("<p>and {} more</p>\n").format(f"{post.more_papers:,}") if post.more_papers else Markup("")
    return str(Markup("{}<ul>\n{}</ul>\n{}").format(quoted, papers, more))


def _title(paper: PaperLink) -> str:
    return tex_line(paper.title) or f"arXiv:{paper.paper_id}"
