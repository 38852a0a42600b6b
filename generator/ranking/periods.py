"""Days, weeks and months that lists look back on: `day/2026-11-12/`, `week/2026-W46/`, `month/2026-11/`. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from generator.model.listing import CalendarPeriod, Window
from generator.text.dates import days_title, month_title


@dataclass(frozen=True, slots=True)
class PeriodKind:
    """One kind of period."""

    name: CalendarPeriod
    first_day: Callable[[date], date]
    """Of the period that a day is in."""
    last_day: Callable[[date], date]
    """Of the period that begins on a day."""
    id_of: Callable[[date], str]
    """Its part of the address."""
    title_of: Callable[[date, date], str]
    preposition: str
    """As in `posted on 19 November 2026`."""

    def window(self, first_on: date) -> Window:
        """The window of the period that begins on a day."""
        last_on = self.last_day(first_on)
        title = self.title_of(first_on, last_on)
        return Window(
            path=f"{self.name}/{self.id_of(first_on)}/",
            title=title,
            about=f"Papers that people posted about {self.preposition} {title}, ranked by votes.",
            order="trending",
            period=self.name,
            first_on=first_on,
            last_on=last_on,
            changes=False,
            compact=True,
        )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week_id(monday: date) -> str:
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def _end_of_month(first_on: date) -> date:
    return (first_on.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


PERIODS = (
    PeriodKind("day", lambda day: day, lambda first_on: first_on, date.isoformat, days_title, "on"),
    PeriodKind("week", _monday, lambda first_on: first_on + timedelta(days=6), _week_id, days_title, "from"),
    PeriodKind(
        "month",
        lambda day: day.replace(day=1),
        _end_of_month,
        lambda first_on: f"{first_on:%Y-%m}",
        lambda first_on, _: month_title(first_on),
        "in",
    ),
)
PERIOD_KINDS = {kind.name: kind for kind in PERIODS}


def following(window: Window) -> Window | None:
    """The next day, week or month of the calendar; None where the window is none of these."""
    if window.period is None or window.last_on is None:
        return None
    return PERIOD_KINDS[window.period].window(window.last_on + timedelta(days=1))
