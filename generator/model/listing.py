"""A list of papers: a scope (whose posts, which papers) in a window (which of them, in which order)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from generator.model.records import RankedPaper, Span, Tracker

ScopeKind = Literal["site", "tracker", "search", "category", "code", "venue"]
Order = Literal["trending", "newest", "captured", "hot"]
"""By votes, by submission date, by how much was captured, by when several people had spoken."""
CalendarPeriod = Literal["day", "week", "month"]
"""Of the calendar, in UTC; a week begins on Monday."""

_FOLDERS: dict[ScopeKind, str] = {
    "site": "",
    "tracker": "t/",
    "search": "s/",
    "category": "c/",
    "code": "",
    "venue": "venue/",
}

_GROUPS = {"search": "Saved searches", "category": "Categories", "code": "Code and venues", "venue": "Code and venues"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose posts or which papers a list is about."""

    kind: ScopeKind
    id: str = ""
    """Of the tracker, search or category; empty for the whole site."""
    title: str = ""
    """Empty for the whole site."""
    about: str = ""
    """What its root says of itself; empty where that is said by the window."""
    within: str = ""
    """What is added to the description of a window: ` In the reading of Ada.`"""
    tracker: Tracker | None = None
    posts_of: str = ""
    """Id of the tracker whose posts count; empty where all do."""

    @property
    def group(self) -> str:
        """The heading under which lists of lists show it."""
        return {"search": "Saved searches", "category": "Categories", "code": "Code", "venue": "Venues"}.get(
            self.kind, self.title
        )

    @property
    def path(self) -> str:
        """Below the site's root, with a trailing slash: ``, `t/ml/`, `s/diffusion/`, `c/cs.LG/`."""
        return f"{_FOLDERS[self.kind]}{self.id}/" if self.id else ""

    def id_of(self, kind: ScopeKind) -> str | None:
        """Its id where it is of this kind."""
        return self.id if self.kind == kind else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which papers of a scope a list shows, and in which order."""

    path: str
    """Below the scope's root, with a trailing slash; empty for the root itself: `new/`, `top/week/`."""
    title: str
    about: str
    """A sentence."""
    order: Order
    label: str = ""
    """On the tab that leads there; empty where no tab does."""
    span: Span | None = None
    """Only what was posted in it counts, without decay."""
    month: str | None = None
    """`YYYY-MM`: only papers submitted then."""
    period: CalendarPeriod | None = None
    """Only what was posted from `first_on` to `last_on` counts, without decay: a list of the past."""
    first_on: date | None = None
    last_on: date | None = None
    changes: bool = True
    """New papers still come; such a list has feeds."""
    compact: bool = False
    """Rows without abstracts."""

    @property
    def is_ranked(self) -> bool:
        """The place in the list says something."""
        return self.order in {"trending", "captured"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list of papers: pages, a JSON file unless it is of a past period, and three feeds where it still changes."""

    scope: Scope
    window: Window
    papers: tuple[RankedPaper, ...]

    @property
    def path(self) -> str:
        """Below the site's root, with a trailing slash; empty for home."""
        return self.scope.path + self.window.path

    @property
    def is_root(self) -> bool:
        """Home, or the root of a tracker, search or category."""
        return not self.window.path

    @property
    def api_name(self) -> str:
        """`api/v1/<api_name>.json`: `home`, `new`, `top-week`, `t-ml-new`, `c-cs.CL`, `archive-2016-02`."""
        return self.path.strip("/").replace("/", "-") or "home"

    @property
    def title(self) -> str:
        """`Newest`, `Newest · Ada`; a scope's root is called by the scope alone."""
        if not self.scope.title:
            return self.window.title
        return self.scope.title if self.is_root else f"{self.window.title} · {self.scope.title}"

    @property
    def description(self) -> str:
        """In a sentence or two."""
        if self.is_root and self.scope.about:
            return self.scope.about
        return self.window.about + self.scope.within
