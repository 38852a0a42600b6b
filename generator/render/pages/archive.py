"""`/archive/`: every month that has papers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby

import msgspec

from generator.model.site import Output, Site
from generator.render.templates import Templates


class MonthRow(msgspec.Struct, frozen=True, kw_only=True):
    """One month."""

    title: str
    path: str
    papers: int


class YearRow(msgspec.Struct, frozen=True, kw_only=True):
    """The months of one year, newest first."""

    year: str
    months: tuple[MonthRow, ...]


class ArchiveView(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    years: tuple[YearRow, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """One page; the months' own pages are lists."""
    path = "archive/index.html"
    yield templates.page("archive.html", path, partial(archive_view, site))


def archive_view(site: Site) -> ArchiveView:
    """The months by year, newest first."""
    months = [
        (listing.window.month, listing.title, listing.path, len(listing.papers))
        for listing in site.listings
        if listing.window.month
    ]
    return ArchiveView(
        years=tuple(
            YearRow(
                year=year,
                months=tuple(
                    MonthRow(title=title.removesuffix(f" {year}"), path=path, papers=papers)
                    for _, title, path, papers in of_year
                ),
            )
            for year, of_year in groupby(months, key=lambda month: month[0][:4])
        )
    )
