"""Pages of a long list: `""`, `page/2/`, `page/3/` below the list's path."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec


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


def paginate(path: str, total: int, per_page: int) -> Iterator[Paging]:
    """The pages of a list at `path`; an empty one has one."""
    pages = max(1, -(-total // per_page))
    for number in range(1, pages + 1):
        yield Paging(
            number=number,
            pages=pages,
            start=(number - 1) * per_page,
            end=min(number * per_page, total),
            total=total,
            previous=_folder(path, number - 1) if number > 1 else None,
            next=_folder(path, number + 1) if number < pages else None,
        )


def page_path(path: str, number: int) -> str:
    """The file of a page: `top/week/` and 2 -> `top/week/page/2/index.html`."""
    return _folder(path, number) + "index.html"


def _folder(path: str, number: int) -> str:
    return path if number == 1 else f"{path}page/{number}/"
