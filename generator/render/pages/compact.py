"""Lists that look back, in compact rows: the archive by month of submission, and past days, weeks and months."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import msgspec

from generator.model.listing import Listing
from generator.model.records import Paper, RankedPaper
from generator.model.site import Output, Site
from generator.render.pages.paging import Paging, page_path, paginate
from generator.render.templates import Templates
from generator.views.papers import submission_of

ROWS_PER_PAGE = 100


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """One paper of a compact list."""

    rank: int | None
    """None in lists by date."""
    paper: Paper
    has_page: bool
    submitted_on: date
    day_known: bool
    captured: int
    x_only: bool
    people: int


class CompactView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a compact list."""

    path: str
    title: str
    description: str
    paging: Paging
    rows: tuple[RowView, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """Every page of every compact list."""
    for listing in site.listings:
        if listing.window.compact:
            for paging in paginate(listing.path, len(listing.papers), ROWS_PER_PAGE):
                path = page_path(listing.path, paging.number)
                yield templates.page("compact.html", path, partial(compact_view, site, listing, paging))


def compact_view(site: Site, listing: Listing, paging: Paging) -> CompactView:
    """One page of a compact list."""
    return CompactView(
        path=listing.path,
        title=listing.title,
        description=listing.description,
        paging=paging,
        rows=tuple(_row(site, listing, ranked) for ranked in listing.papers[paging.start : paging.end]),
    )


def _row(site: Site, listing: Listing, ranked: RankedPaper) -> RowView:
    submitted_on, day_known = submission_of(ranked.paper)
    return RowView(
        rank=ranked.rank if listing.window.is_ranked else None,
        paper=ranked.paper,
        has_page=ranked.paper.id in site.papers,
        submitted_on=submitted_on,
        day_known=day_known,
        captured=ranked.captured,
        x_only=all(mention.post.network == "x" for mention in ranked.mentions),
        people=len(ranked.votes),
    )
