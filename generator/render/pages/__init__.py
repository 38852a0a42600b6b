"""The kinds of page. Adding one: its file here, its template, a row in PAGES."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from generator.model.site import Output, OutputGroup, Site
from generator.render.pages import (
    about,
    archive,
    assets,
    categories,
    compact,
    digests,
    feeds,
    lists,
    not_found,
    offline,
    own,
    paper,
    people,
    posts,
    saved,
    search,
    status,
    trackers,
)
from generator.render.templates import Templates

__all__ = ["PAGES", "PageType", "plan_groups", "plan_pages"]


@dataclass(frozen=True, slots=True)
class PageType:
    """A kind of page: its name, which is its template's too, and what plans its pages."""

    name: str
    plan: Callable[[Site, Templates], Iterator[Output]]


PAGES: tuple[PageType, ...] = (
    PageType("lists", lists.plan),
    PageType("compact", compact.plan),
    PageType("paper", paper.plan),
    PageType("posts", posts.plan),
    PageType("people", people.plan),
    PageType("trackers", trackers.plan),
    PageType("categories", categories.plan),
    PageType("archive", archive.plan),
    PageType("digests", digests.plan),
    PageType("search", search.plan),
    PageType("saved", saved.plan),
    PageType("offline", offline.plan),
    PageType("about", about.plan),
    PageType("status", status.plan),
    PageType("feeds", feeds.plan),
    PageType("own", own.plan),
    PageType("not_found", not_found.plan),
    PageType("assets", assets.plan),
)


def plan_pages(site: Site, templates: Templates) -> Iterator[Output]:
    """Every page of the site, and the static files that they need."""
    templates.pieces.show(site)
    for page in PAGES:
        yield from page.plan(site, templates)


def plan_groups(site: Site) -> Iterator[OutputGroup]:
    """Files that pages read, made together: the index of the search."""
    yield OutputGroup("search/", partial(search.index_files, site))
