"""What an issue of a digest says in a feed: a numbered list of papers, each with what helps to decide about it.

As in `content`: what others wrote is escaped, formulas are Unicode text.
"""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from generator.render.feeds.content import author_names, captured_line, comment_html, tex_line, title_text
from generator.text.plain import shorten
from generator.views.feed_types import FeedIssue, IssuePaper

ABSTRACT_CHARS = 320
"""Of each abstract: the whole one is a click away, and a week has thirty."""


@lru_cache(maxsize=64)
def issue_html(issue: FeedIssue) -> str:
    """The ranked list, and how many papers more there were."""
    rows = Markup("\n").join(map(_row, issue.papers))
    more = Markup('<p><a href="{}">{}</a></p>\n').format(issue.rest_url, _more(issue.more)) if issue.more else ""
    return str(Markup("<ol>\n{}\n</ol>\n{}").format(rows, more))


def _row(paper: IssuePaper) -> Markup:
    lines = [
        Markup('<p><strong><a href="{}">{}</a></strong></p>').format(paper.url, title_text(paper)),
        _line(", ".join(author_names(paper))),
        _line(shorten(tex_line(paper.abstract), ABSTRACT_CHARS)[0]),
        _line(_attention(paper)),
        comment_html(paper.comment) if paper.comment else Markup(""),
    ]
    return Markup("<li>{}</li>").format(Markup("\n").join(line for line in lines if line))


def _line(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text) if text else Markup("")


def _attention(paper: IssuePaper) -> str:
    people = "1 person" if paper.people == 1 else f"{paper.people:,} people"
    return f"{captured_line(paper)}, by {people}"


def _more(number: int) -> Markup:
    return escape(f"and {number:,} {'paper' if number == 1 else 'papers'} more")
