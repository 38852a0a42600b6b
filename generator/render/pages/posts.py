"""`/posts/` and `/t/<tracker>/posts/`: what was posted, newest first, by day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date
from functools import partial
from itertools import groupby

import msgspec
from markupsafe import Markup

from generator.model.records import Post
from generator.model.site import Output, Person, Site
from generator.ranking.size_limits import POSTS_LIMIT, posts_in_list
from generator.render.pages.paging import Paging, page_path, paginate
from generator.render.pieces import Pieces
from generator.render.templates import Templates
from generator.views.feed_of_posts import PostList, lists_of_people, post_lists

POSTS_PER_PAGE = 60
POSTS_SHOWN = POSTS_LIMIT
"""A new post moves every older one to another place, so each page after it is made anew; beyond the hundredth page
posts stand on their papers' pages, where they stay."""


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """The posts of one day, UTC."""

    day: date
    rows: tuple[Markup, ...]


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """Whose posts these are."""

    papers: int
    networks: tuple[str, ...]


class PostsView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of posts."""

    title: str
    description: str
    tracker: str | None
    person: PersonView | None
    path: str
    """Of the list: its feeds lie there, too."""
    paging: Paging
    days: tuple[DayView, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """The posts of the whole site, of each tracker, and of each person."""
    for posts in (*post_lists(site), *lists_of_people(site)):
        yield from _plan_posts(site, templates, posts)


def _plan_posts(site: Site, templates: Templates, listed: PostList) -> Iterator[Output]:
    posts = listed.posts
    count = min(len(posts), posts_in_list(len(site.trackers)) if listed.tracker else POSTS_SHOWN)
    for paging in paginate(listed.path, count, POSTS_PER_PAGE):
        path = page_path(listed.path, paging.number)
        view = partial(posts_view, site, posts[paging.start : paging.end], paging, listed, templates.pieces)
        yield templates.page("posts.html", path, view)


def posts_view(site: Site, posts: Sequence[Post], paging: Paging, listed: PostList, pieces: Pieces) -> PostsView:
    """One page of posts, newest first."""
    days = groupby(posts, key=lambda post: post.posted_at.astimezone(UTC).date())
    return PostsView(
        title=listed.title,
        description=listed.description,
        tracker=listed.tracker.id if listed.tracker else None,
        person=_person(site, listed.person) if listed.person else None,
        path=listed.path,
        paging=paging,
        days=tuple(DayView(day=day, rows=tuple(_rows(list(of_day), pieces))) for day, of_day in days),
    )


def _person(site: Site, person: Person) -> PersonView:
    return PersonView(papers=person.papers, networks=tuple(site.networks.get(name, name) for name in person.networks))


def _rows(posts: Sequence[Post], pieces: Pieces) -> Iterator[Markup]:
    """A row for each post; those without name and words of one network about the same papers share one."""

    def alike(post: Post) -> tuple[str, ...]:
        if post.text or post.account.name or post.account.handle:
            return (post.id,)
        return ("", post.network, *post.papers)

    for _, group in groupby(posts, key=alike):
        yield pieces.post_row(tuple(group))
