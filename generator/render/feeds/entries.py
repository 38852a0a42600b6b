"""What an entry of a feed says, the same in every format, whether it is about a paper, a day of a digest or a post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from generator.render.feeds.content import author_names, content_html, title_text
from generator.render.feeds.digest_content import issue_html
from generator.render.feeds.post_content import post_html, post_title
from generator.text.plain import safe_href
from generator.views.feed_of_list import clean_line
from generator.views.feed_types import FeedIssue, FeedPaper, FeedView, SinglePost


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, ready for any format."""

    uid: str
    uid_opens: bool
    """The uid is an address at which the entry can be read."""
    url: str
    external_url: str | None
    title: str
    html: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime
    updated: datetime
    own: Mapping[str, Any]
    """What JSON Feed says in our own extension."""


def entries_of(view: FeedView) -> Iterator[Entry]:
    """The feed's entries in order."""
    yield from map(_of_paper, view.papers)
    for issue in view.issues:
        yield _of_issue(issue, view)
    yield from map(_of_post, view.posts)


def _of_paper(paper: FeedPaper) -> Entry:
    return Entry(
        uid=paper.uid,
        uid_opens=paper.has_page,
        url=paper.url,
        external_url=paper.arxiv_url,
        title=title_text(paper),
        html=content_html(paper),
        authors=tuple(author_names(paper)),
        categories=tuple(map(clean_line, paper.categories)),
        published=paper.published,
        updated=paper.updated,
        own={"paper": paper.paper_id, "captured": paper.captured},
    )


def _of_issue(issue: FeedIssue, view: FeedView) -> Entry:
    return Entry(
        uid=issue.uid,
        uid_opens=True,
        url=issue.uid,
        external_url=None,
        title=issue.title,
        html=issue_html(issue),
        authors=(view.site_title,),
        categories=(),
        published=issue.published,
        updated=issue.published,
        own={"papers": [paper.paper_id for paper in issue.papers]},
    )


def _of_post(post: SinglePost) -> Entry:
    said = post.said
    return Entry(
        uid=post.uid,
        uid_opens=False,
        url=safe_href(said.url) or post.page_url,
        external_url=None,
        title=post_title(post),
        html=post_html(post),
        authors=(clean_line(said.name or ""),) if clean_line(said.name or "") else (),
        categories=(),
        published=said.posted_at,
        updated=said.posted_at,
        own={"papers": [paper.paper_id for paper in post.papers]},
    )
