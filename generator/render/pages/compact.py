"""Lists that look back, in compact rows: the archive by month of submission, and past days, weeks and months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import partial

import msgspec
from markupsafe import Markup

from generator.model.listing import Listing, Window
from generator.model.site import Output, Site
from generator.ranking.periods import following
from generator.render.exports.bibliography import is_citable
from generator.render.pages.paging import ROWS_PER_PAGE, Paging, page_path, paginate
from generator.render.pieces import Pieces
from generator.render.templates import Templates


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """A neighbouring period, or one that this one is made of."""

    title: str
    path: str


class CompactView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a compact list."""

    path: str
    title: str
    description: str
    is_citable: bool
    """Its files for reference managers are beside it."""
    is_past: bool
    """It looks back on a day, week or month."""
    paging: Paging
    newer: LinkView | None
    """The next period of the calendar, whether it has passed or not: so the page of a past one never changes."""
    older: LinkView | None
    """The last one before it that has papers."""
    days: tuple[LinkView, ...]
    """Of a week or month, oldest first."""
    rows: tuple[Markup, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """Every page of every compact list."""
    calendar = Calendar(site.listings)
    for listing in site.listings:
        if listing.window.compact:
            for paging in paginate(listing.path, len(listing.papers), ROWS_PER_PAGE):
                path = page_path(listing.path, paging.number)
                yield templates.page(
                    "compact.html", path, partial(compact_view, site, listing, paging, calendar, templates.pieces)
                )
    for window in calendar.gaps:
        yield templates.page("compact.html", page_path(window.path, 1), partial(gap_view, window, calendar))
    if calendar.days:
        newest = calendar.days[max(calendar.days)]
        paging = next(iter(paginate(newest.path, len(newest.papers), ROWS_PER_PAGE)))
        yield templates.page(
            "compact.html", "day/index.html", partial(compact_view, site, newest, paging, calendar, templates.pieces)
        )


class Calendar:
    """The past days, weeks and months that have papers."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self.days: dict[date, Listing] = {}
        self.gaps: list[Window] = []
        """Without papers, each after one that has some."""
        self._neighbours: dict[str, tuple[Window | None, Window | None]] = {}
        by_kind: dict[str, list[Listing]] = {}
        for listing in listings:
            if listing.window.period:
                by_kind.setdefault(listing.window.period, []).append(listing)
        for of_kind in by_kind.values():
            of_kind.sort(key=_first_day)
            self._add([listing.window for listing in of_kind])
        self.days = {_first_day(listing): listing for listing in by_kind.get("day", ())}

    def _add(self, windows: Sequence[Window]) -> None:
        """The periods of one kind that have papers, oldest first."""
        for older, window, newer in zip([None, *windows], windows, [*windows[1:], None], strict=False):
            after = following(window)
            self._neighbours[window.path] = after, older
            if after and (newer is None or after.path != newer.path):
                self.gaps.append(after)
                self._neighbours[after.path] = newer, window

    def neighbours(self, window: Window) -> tuple[LinkView | None, LinkView | None]:
        """The newer and the older one."""
        newer, older = self._neighbours.get(window.path, (None, None))
        return _link(newer) if newer else None, _link(older) if older else None

    def days_of(self, window: Window) -> tuple[LinkView, ...]:
        """The days of a week or month that have papers."""
        if window.period not in {"week", "month"} or window.first_on is None or window.last_on is None:
            return ()
        length = (window.last_on - window.first_on).days + 1
        every_day = [window.first_on + timedelta(days=number) for number in range(length)]
        return tuple(LinkView(title=str(day.day), path=self.days[day].path) for day in every_day if day in self.days)


def _first_day(listing: Listing) -> date:
    return listing.window.first_on or date.min


def _link(window: Window) -> LinkView:
    return LinkView(title=window.title, path=window.path)


def gap_view(window: Window, calendar: Calendar) -> CompactView:
    """The page of a day, week or month without papers: others lead there."""
    newer, older = calendar.neighbours(window)
    return CompactView(
        path=window.path,
        title=window.title,
        description=window.about,
        is_citable=False,
        is_past=True,
        paging=next(paginate(window.path, 0, ROWS_PER_PAGE)),
        newer=newer,
        older=older,
        days=(),
        rows=(),
    )


def compact_view(site: Site, listing: Listing, paging: Paging, calendar: Calendar, pieces: Pieces) -> CompactView:
    """One page of a compact list."""
    rows = []
    for ranked in listing.papers[paging.start : paging.end]:
        rows.append(pieces.row(ranked, is_ranked=listing.window.is_ranked))
    newer, older = calendar.neighbours(listing.window)
    return CompactView(
        path=listing.path,
        title=listing.title,
        description=listing.description,
        is_citable=is_citable(listing, site.unknown),
        is_past=listing.window.period is not None,
        paging=paging,
        newer=newer,
        older=older,
        days=calendar.days_of(listing.window),
        rows=tuple(rows),
    )
