"""`/c/`: the categories of arXiv that papers here are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import msgspec

from generator.model.category_names import GROUPS, NAMES, OTHER, group_of
from generator.model.site import Output, Site
from generator.render.templates import Templates


class CategoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One category."""

    category: str
    name: str
    """As arXiv calls it; empty where we do not know."""
    path: str
    papers: int


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """The categories of one of arXiv's groups: Computer Science, Mathematics, Physics."""

    title: str
    categories: tuple[CategoryRow, ...]


class CategoriesView(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    groups: tuple[GroupRow, ...]
    others: tuple[CategoryRow, ...]
    """Papers with code, and those of each conference and journal."""


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """One page."""
    path = "c/index.html"
    yield templates.page("categories.html", path, partial(categories_view, site))


def categories_view(site: Site) -> CategoriesView:
    """The categories by group, in arXiv's order, each with its number of papers."""
    groups: dict[str, list[CategoryRow]] = {title: [] for title in (*(title for title, _ in GROUPS), OTHER)}
    papers = Counter(category for ranked in site.ranked.values() for category in set(ranked.paper.categories))
    for listing in site.listings:
        if listing.scope.kind == "category" and listing.is_root:
            category = listing.scope.id
            row = CategoryRow(
                category=category, name=NAMES.get(category, ""), path=listing.path, papers=papers[category]
            )
            groups[group_of(category)].append(row)
    return CategoriesView(
        groups=tuple(
            GroupRow(title=title, categories=tuple(sorted(rows, key=lambda row: row.category)))
            for title, rows in groups.items()
            if rows
        ),
        others=tuple(_others(site)),
    )


def _others(site: Site) -> Iterator[CategoryRow]:
    for listing in site.listings:
        if listing.scope.kind in {"code", "venue"} and listing.is_root:
            yield CategoryRow(category=listing.title, name="", path=listing.path, papers=len(listing.papers))
