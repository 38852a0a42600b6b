"""Pages of a long list: `""`, `page/2/`, `page/3/` below the list's path."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

ROWS_PER_PAGE = 100
"""Papers on a page without abstracts."""


class Paging(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list, and its neighbours."""

    number: int
    """From 1."""
    pages: int
    start: int
    """Index of the first row on the page."""
    end: int
    """Index after the last."""
    total: int
    previous: str | None
    """Path of the page before, below the site's root; None on the first."""
    next: str | None


def paginate(path: str, total: int, per_page: int, first_pages: int | None = None) -> Iterator[Paging]:
    """The pages of a list at `path`; an empty one has one.

    Args:
        path: of the list.
        total: papers or posts in it.
        per_page: how many of them a page holds.
        first_pages: pages of that size; each later one holds ROWS_PER_PAGE. If None, all pages are of that size.
    """
    whole = total if first_pages is None else min(total, first_pages * per_page)
    starts = [*range(0, whole, per_page), *range(whole, total, ROWS_PER_PAGE)] or [0]
    ends = [*starts[1:], total]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        yield Paging(
            number=number,
            pages=len(starts),
            start=start,
            end=end,
            total=total,
            previous=_folder(path, number - 1) if number > 1 else None,
            next=_folder(path, number + 1) if number < len(starts) else None,
        )


def page_path(path: str, number: int) -> str:
    """The file of a page: `top/week/` and 2 -> `top/week/page/2/index.html`."""
    return _folder(path, number) + "index.html"


def _folder(path: str, number: int) -> str:
    return path if number == 1 else f"{path}page/{number}/"
