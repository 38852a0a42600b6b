"""A list of papers: a scope (whose posts, which papers) in a window (which of them, in which order)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from generator.model.records import RankedPaper, Span, Tracker

ScopeKind = Literal["site", "tracker", "search", "category", "code", "venue"]
Order = Literal["trending", "newest", "captured", "hot"]
"""Order by votes, by submission date, by number of captured posts, by the time a paper became hot."""
CalendarPeriod = Literal["day", "week", "month"]
"""A period of the calendar in UTC; a week begins on Monday."""

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
    """The posts and papers that a list covers."""

    kind: ScopeKind
    id: str = ""
    """Id of the tracker, search or category; empty for the whole site."""
    title: str = ""
    """Empty for the whole site."""
    about: str = ""
    """Description of its root; if empty, the window's."""
    within: str = ""
    """Added to the description of a window: ` Tracker: Ada.`"""
    tracker: Tracker | None = None
    posts_of: str = ""
    """Id of the tracker whose posts count; empty: all posts count."""

    @property
    def group(self) -> str:
        """Heading for its lists on overview pages."""
        return {"search": "Saved searches", "category": "Categories", "code": "Code", "venue": "Venues"}.get(
            self.kind, self.title
        )

    @property
    def path(self) -> str:
        """Below the site's root, with a trailing slash: ``, `t/ml/`, `s/diffusion/`, `c/cs.LG/`."""
        if self.id:
            return f"{_FOLDERS[self.kind]}{self.id}/"
        return ""

    def id_of(self, kind: ScopeKind) -> str | None:
        """Id of a scope of this kind; None for another kind."""
        return self.id if self.kind == kind else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The papers of a scope that a list shows, and their order."""

    path: str
    """Below the scope's root, with a trailing slash; empty for the root itself: `new/`, `top/week/`."""
    title: str
    about: str
    """A sentence."""
    order: Order
    label: str = ""
    """Label of its tab; empty: no tab."""
    span: Span | None = None
    """Only posts of this span count, without decay."""
    month: str | None = None
    """`YYYY-MM`: only papers submitted then."""
    period: CalendarPeriod | None = None
    """A past period: only posts from `first_on` to `last_on` count, without decay."""
    first_on: date | None = None
    last_on: date | None = None
    changes: bool = True
    """Whether new papers still arrive; if so, the list has feeds."""
    compact: bool = False
    """Rows without abstracts."""

    @property
    def is_ranked(self) -> bool:
        """Whether the list shows ranks."""
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
        if self.is_root:
            return self.scope.title
        return f"{self.window.title} · {self.scope.title}"

    @property
    def description(self) -> str:
        """One or two sentences."""
        if self.is_root and self.scope.about:
            return self.scope.about
        return self.window.about + self.scope.within
