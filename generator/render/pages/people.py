"""`/by/`: the people who post, by how many papers they posted about. Their own pages are made like those of posts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec

from generator.model.site import Output, Site
from generator.render.pages.paging import Paging, page_path, paginate
from generator.render.templates import Templates

PEOPLE_PER_PAGE = 200


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """One person."""

    slug: str
    name: str
    networks: tuple[str, ...]
    posts: int
    papers: int


class PeopleView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of them."""

    paging: Paging
    people: tuple[PersonRow, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """The pages that rank them."""
    for paging in paginate("by/", len(site.people), PEOPLE_PER_PAGE):
        path = page_path("by/", paging.number)
        yield templates.page("people.html", path, partial(people_view, site, paging))


def people_view(site: Site, paging: Paging) -> PeopleView:
    """One page of them, those who posted about most papers first."""
    rows = [
        PersonRow(
            slug=person.slug,
            name=person.name,
            networks=tuple(site.networks.get(name, name) for name in person.networks),
            posts=len(person.posts),
            papers=person.papers,
        )
        for person in site.people[paging.start : paging.end]
    ]
    return PeopleView(paging=paging, people=tuple(rows))
