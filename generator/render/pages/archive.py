"""`/archive/`: every month that has papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import groupby

import msgspec

from generator.model.site import Output, Site
from generator.render.pages.compact import LinkView
from generator.render.templates import Templates
from generator.text.dates import month_title

RECENT_MONTHS = 3
"""The days of older months stand on the pages of those."""


class MonthRow(msgspec.Struct, frozen=True, kw_only=True):
    """One month."""

    title: str
    path: str
    papers: int


class YearRow(msgspec.Struct, frozen=True, kw_only=True):
    """The months of one year, newest first."""

    year: str
    months: tuple[MonthRow, ...]


class PastMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A month that has lists of what was hot in it."""

    title: str
    path: str
    """Of the list of the whole month; empty where it is not over."""
    weeks: tuple[LinkView, ...]
    days: tuple[LinkView, ...]


class ArchiveView(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    past: tuple[PastMonth, ...]
    """What was hot, newest month first; days and weeks of the newest RECENT_MONTHS alone."""
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
        past=tuple(_past(site)),
        years=tuple(
            YearRow(
                year=year,
                months=tuple(
                    MonthRow(title=title.removesuffix(f" {year}"), path=path, papers=papers)
                    for _, title, path, papers in of_year
                ),
            )
            for year, of_year in groupby(months, key=lambda month: month[0][:4])
        ),
    )


def _past(site: Site) -> Iterator[PastMonth]:
    by_month: dict[date, dict[str, list[LinkView]]] = {}
    for listing in site.listings:
        window = listing.window
        if window.period and window.first_on:
            month = by_month.setdefault(window.first_on.replace(day=1), {"day": [], "week": [], "month": []})
            title = str(window.first_on.day) if window.period == "day" else listing.title
            month[window.period].append(LinkView(title=title, path=listing.path))
    for place, first_on in enumerate(sorted(by_month, reverse=True)):
        month = by_month[first_on]
        is_recent = place < RECENT_MONTHS
        yield PastMonth(
            title=month_title(first_on),
            path=month["month"][0].path if month["month"] else "",
            weeks=tuple(reversed(month["week"])) if is_recent else (),
            days=tuple(reversed(month["day"])) if is_recent or not month["month"] else (),
        )
