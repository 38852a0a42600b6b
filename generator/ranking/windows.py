"""The windows of lists: which papers of a scope, in which order. A new kind of list is a row of WINDOWS. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from generator.model.listing import Order, ScopeKind, Window

TRENDING = Window(
    path="trending/",
    label="Trending",
    title="Trending",
    about="Papers that people are posting about now: one person, one vote, fading with time.",
    order="trending",
)
HOT = Window(
    path="hot/",
    label="Hot",
    title="Hot",
    about="Each paper once, when several people had posted about it; newest first.",
    order="hot",
)
NEWEST = Window(
    path="new/",
    label="Newest",
    title="Newest",
    about="Papers that people posted about, by submission date.",
    order="newest",
)
CAPTURED = Window(
    path="captured/",
    label="Most captured",
    title="Most captured",
    about="Papers by the number of captured posts, reposts, quotes, replies and likes about them, ever.",
    order="captured",
)
DAY = Window(
    path="top/day/",
    label="Today",
    title="Today",
    about="Papers that people posted about today, ranked by votes.",
    order="trending",
    span="day",
)
WEEK = Window(
    path="top/week/",
    label="Week",
    title="This week",
    about="Papers that people posted about this week, ranked by votes.",
    order="trending",
    span="week",
)
MONTH = Window(
    path="top/month/",
    label="Month",
    title="This month",
    about="Papers that people posted about this month, ranked by votes.",
    order="trending",
    span="month",
)
YEAR = Window(
    path="top/year/",
    label="Year",
    title="This year",
    about="Papers that people posted about this year, ranked by votes.",
    order="trending",
    span="year",
)
ALL_TIME = Window(
    path="top/all/",
    label="All time",
    title="All time",
    about="Papers of all time, ranked by votes.",
    order="trending",
    span="all",
)

_EVERY_SCOPE: tuple[ScopeKind, ...] = ("site", "tracker", "search", "category")
WITH_PEOPLE: tuple[ScopeKind, ...] = ("site", "tracker")
"""Scopes of posts, not only of papers: they have every window."""

WINDOWS: tuple[tuple[Window, tuple[ScopeKind, ...]], ...] = (
    (TRENDING, (*_EVERY_SCOPE, "code", "venue")),
    (HOT, _EVERY_SCOPE),
    (NEWEST, WITH_PEOPLE),
    (CAPTURED, WITH_PEOPLE),
    (DAY, WITH_PEOPLE),
    (WEEK, WITH_PEOPLE),
    (MONTH, WITH_PEOPLE),
    (YEAR, WITH_PEOPLE),
    (ALL_TIME, WITH_PEOPLE),
)
"""Each window with the scopes that have it. The window of the root stands there too, at the root's own address."""


def windows_of(kind: ScopeKind, home: Order) -> Iterator[Window]:
    """The windows of a scope, its root first.

    Args:
        kind: of scope.
        home: the window at the root of the whole site and of trackers; other scopes begin with the trending list.
    """
    root = NEWEST if home == "newest" and kind in WITH_PEOPLE else TRENDING
    yield replace(root, path="")
    for window, kinds in WINDOWS:
        at_the_root = window is TRENDING and window is root
        if kind in kinds and not at_the_root:
            yield window
