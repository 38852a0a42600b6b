"""What reading a paid network has cost in a month, and what the month is going to cost. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_FORECAST_DAYS = 7
"""The days from which the rest of the month is foreseen."""


@dataclass(frozen=True, slots=True)
class Spending:
    """One network in one month, in estimated US dollars."""

    spent_usd: float
    forecast_usd: float
    """At the end of the month, if the last week goes on; never more than the cap."""
    cap_usd: float | None

    @property
    def text(self) -> str:
        """`about $3.20 spent this month, about $9.10 by its end, reading stops at $10.00`."""
        text = f"about ${self.spent_usd:.2f} spent this month, about ${self.forecast_usd:.2f} by its end"
        return text if self.cap_usd is None else f"{text}, reading stops at ${self.cap_usd:.2f}"


def spending_of(spent_usd: Mapping[str, float], now: datetime, cap_usd: float | None) -> Spending:
    """Sum up what `NetworkState.spent_usd` says."""
    spent = month_usd(spent_usd, now)
    days = {date.fromisoformat(day): usd for day, usd in spent_usd.items()}
    first = now.date() - timedelta(days=_FORECAST_DAYS - 1)
    recent = {day: usd for day, usd in days.items() if first <= day <= now.date()}
    # A reading that began two days ago tells of two days.
    known_days = (now.date() - max(first, min(days, default=first))).days + 1
    days_left = monthrange(now.year, now.month)[1] - now.day
    forecast = spent + days_left * sum(recent.values()) / max(1, known_days)
    if cap_usd is not None:
        forecast = max(spent, min(forecast, cap_usd))
    return Spending(spent, forecast, cap_usd)


def month_usd(spent_usd: Mapping[str, float], now: datetime) -> float:
    """What was spent in the month of `now`."""
    return sum(usd for day, usd in spent_usd.items() if day.startswith(f"{now:%Y-%m}-"))


def add_spending(spent_usd: Mapping[str, float], cost_usd: float, now: datetime) -> dict[str, float]:
    """Add what a run cost; days before the last month are forgotten."""
    last_month = (now.replace(day=1) - timedelta(days=1)).replace(day=1)
    by_day = {day: usd for day, usd in spent_usd.items() if day >= f"{last_month:%Y-%m-%d}"}
    if cost_usd > 0:
        today = f"{now:%Y-%m-%d}"
        by_day[today] = round(by_day.get(today, 0.0) + cost_usd, 6)
    return by_day
