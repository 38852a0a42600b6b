"""What the feeds of posts show: one entry a post, newest first, for the whole site and for each tracker. Pure.

Here a paper comes as often as people post about it; the feeds of lists have it once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote

import msgspec

from generator.finding import arxiv_id
from generator.model.records import Account, Post, Tracker
from generator.model.site import Site
from generator.ranking.size_limits import entries_in_feed
from generator.views.feed_of_list import EPOCH, FALLBACK_TITLE, clean_line, feed_post
from generator.views.feed_types import FeedView, PaperLink, SinglePost
from generator.views.posts import without_links_to

PAPERS_MAX = 20
"""Papers named for one post: some list a whole day's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostList:
    """The posts of the whole site or of one tracker, which have pages and three feeds."""

    tracker: Tracker | None
    posts: Sequence[Post]
    """Newest first."""

    @property
    def path(self) -> str:
        """Below the site's root: `posts/`, `t/ml/posts/`."""
        return f"t/{self.tracker.id}/posts/" if self.tracker else "posts/"

    @property
    def title(self) -> str:
        """As pages and feeds name it."""
        return f"Posts · {self.tracker.title}" if self.tracker else "Posts"

    @property
    def description(self) -> str:
        """In a sentence."""
        whose = f" in the reading of {self.tracker.title}" if self.tracker else ""
        return f"Every captured post about a paper on arXiv{whose}, newest first."


def post_lists(site: Site) -> Iterator[PostList]:
    """The site's, then each tracker's."""
    yield PostList(tracker=None, posts=site.posts)
    for tracker in site.trackers:
        yield PostList(tracker=tracker, posts=site.tracker_posts[tracker.id])


def posts_feed_view(site: Site, shown: PostList) -> FeedView:
    """The feed of these posts: as many as any feed has."""
    many = entries_in_feed(len(site.trackers), site.feed_entries) if shown.tracker else site.feed_entries
    posts = tuple(_single(site, shown.path, post) for post in islice(shown.posts, many))
    site_title = clean_line(site.title) or FALLBACK_TITLE
    return FeedView(
        title=f"{clean_line(shown.title)} · {site_title}",
        description=clean_line(shown.description),
        site_title=site_title,
        home_url=site.url + shown.path,
        base_url=site.url + shown.path,
        updated=max((post.said.posted_at for post in posts), default=EPOCH),
        papers=(),
        posts=posts,
        hub=site.hub,
    )


def _single(site: Site, path: str, post: Post) -> SinglePost:
    may_be_passed_on = post.id not in site.withheld  # readers keep copies, and what is deleted could not be there
    said = feed_post(
        post if may_be_passed_on else msgspec.structs.replace(post, account=Account(id=post.account.id)),
        site.networks.get(post.network, post.network),
        (without_links_to(post.papers, post.text) if may_be_passed_on else "") or None,
    )
    about = [paper_id for paper_id in post.papers if paper_id in site.ranked]
    return SinglePost(
        uid=f"{site.url}posts/#{quote(post.id, safe=':')}",
        page_url=site.url + path,
        said=said,
        papers=tuple(_link(site, paper_id) for paper_id in about[:PAPERS_MAX]),
        more_papers=max(0, len(about) - PAPERS_MAX),
    )


def _link(site: Site, paper_id: str) -> PaperLink:
    return PaperLink(
        paper_id=paper_id,
        url=f"{site.url}abs/{paper_id}/" if paper_id in site.papers else arxiv_id.abs_url(paper_id),
        title=site.ranked[paper_id].paper.title,
    )
