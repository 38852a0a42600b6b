"""When a paper was talked about: its mentions by day, week, month or year, as numbers and as a drawing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from typing import Literal

import msgspec
from markupsafe import Markup

from generator.model.records import RankedPaper
from generator.views import phrases

Step = Literal["day", "week", "month", "year"]

BARS_MAX = 60
"""More than so many days are shown as weeks, and so on."""
MENTIONS_MIN = 3
"""Fewer are read faster than a drawing."""

_WIDTH, _HEIGHT = 544, 64
_BAR_MAX = 14.0
_TOLD_MAX = 24
"""Bars that the text alternative tells one by one."""


class TimelineView(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Mentions from the first to the newest one, a bar for each step of time."""

    step: Step
    first_on: date
    """Where the first bar begins."""
    mentions: tuple[int, ...]
    """One number a bar."""
    commented: tuple[int, ...]
    """Of those, how many were a vote with words of its own."""


def timeline_of(ranked: RankedPaper) -> TimelineView | None:
    """The mentions over time; None where all are in one bar, or too few to draw."""
    days = [mention.post.posted_at.astimezone(UTC).date() for mention in ranked.mentions]
    if len(days) < MENTIONS_MIN or days[0] == days[-1]:
        return None
    first, last = min(days), max(days)
    step = _step_for(first, last)
    mentions = [0] * (_bar_of(last, first, step) + 1)
    commented = mentions.copy()
    commented_ids = {vote.post_id for vote in ranked.votes if vote.commented}
    for mention, day in zip(ranked.mentions, days, strict=True):
        bar = _bar_of(day, first, step)
        mentions[bar] += 1
        commented[bar] += mention.post.id in commented_ids
    if len(mentions) == 1:
        return None
    return TimelineView(
        step=step, first_on=_start_of(0, first, step), mentions=tuple(mentions), commented=tuple(commented)
    )


def draw_timeline(view: TimelineView) -> Markup:
    """The drawing, with the numbers for those who do not see it."""
    most = max(view.mentions)
    slot = min(_WIDTH / len(view.mentions), _BAR_MAX)
    width = max(slot - 2, slot * 0.7)
    return Markup(
        '<svg class="plot" role="img" width="{0}" height="{1}" viewBox="0 0 {0} {1}" aria-label="{2}">'
        '<path class="all" d="{3}"/><path class="said" d="{4}"/></svg>'
    ).format(
        _short(slot * len(view.mentions)),
        _HEIGHT,
        _told(view),
        _bars(view.mentions, most, slot, width),
        _bars(view.commented, most, slot, width),
    )


def timeline_ends(view: TimelineView) -> tuple[str, str]:
    """What stands below the first and the last bar."""
    return _label(view, 0), _label(view, len(view.mentions) - 1)


def timeline_caption(view: TimelineView) -> str:
    """What the drawing shows, in a line below it."""
    first, last = timeline_ends(view)
    caption = f"Mentions per {view.step}, {first} to {last}, at most {max(view.mentions):,}."
    if any(view.commented):
        caption += " The solid part has a comment."
    return caption


def _bars(counts: Sequence[int], most: int, slot: float, width: float) -> str:
    rows = []
    for place, count in enumerate(counts):
        if count:
            height = max(2.0, count / most * _HEIGHT)
            rows.append(f"M{_short(place * slot)} {_HEIGHT}h{_short(width)}v-{_short(height)}h-{_short(width)}z")
    return "".join(rows)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _told(view: TimelineView) -> str:
    """In words: `Mentions per day, 18 Nov 2026 to 20 Nov 2026: 4 in all, 2 with a comment. 18 Nov 2026: 3. ...`."""
    first, last = timeline_ends(view)
    text = f"Mentions per {view.step}, {first} to {last}: {sum(view.mentions):,} in all"
    if any(view.commented):
        text += f", {sum(view.commented):,} with a comment"
    bars = [(place, count) for place, count in enumerate(view.mentions) if count]
    highest = sorted(sorted(bars, key=lambda bar: (-bar[1], bar[0]))[:_TOLD_MAX])
    counts = " ".join(f"{_label(view, place)}: {count:,}." for place, count in highest)
    return f"{text}. {'The most: ' if len(highest) < len(bars) else ''}{counts}"


def _label(view: TimelineView, bar: int) -> str:
    start = _start_of(bar, view.first_on, view.step)
    if view.step == "year":
        return str(start.year)
    if view.step == "month":
        return phrases.month(start)
    return phrases.day(start)


def _step_for(first: date, last: date) -> Step:
    for step in ("day", "week", "month"):
        if _bar_of(last, first, step) < BARS_MAX:
            return step
    return "year"


def _bar_of(day: date, first: date, step: Step) -> int:
    """How many steps after the one of `first` a day is; weeks are counted from the first day."""
    if step == "year":
        return day.year - first.year
    if step == "month":
        return (day.year - first.year) * 12 + day.month - first.month
    return (day - first).days // (7 if step == "week" else 1)


def _start_of(bar: int, first: date, step: Step) -> date:
    if step == "year":
        return date(first.year + bar, 1, 1)
    if step == "month":
        months = first.year * 12 + first.month - 1 + bar
        return date(months // 12, months % 12 + 1, 1)
    return first + timedelta(days=bar * (7 if step == "week" else 1))
