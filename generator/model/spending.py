"""Cost of reading a paid network: of this month so far, and forecast for the whole month. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

_FORECAST_DAYS = 7
"""The forecast extrapolates from so many days."""


@dataclass(frozen=True, slots=True)
class Spending:
    """One network in one month, in estimated US dollars."""

    spent_usd: float
    forecast_usd: float
    """Expected total of the month at the rate of the last week; at most the cap."""
    cap_usd: float | None

    @property
    def text(self) -> str:
        """`about $3.20 spent this month, about $9.10 by its end, reading stops at $10.00`."""
        text = f"about ${self.spent_usd:.2f} spent this month, about ${self.forecast_usd:.2f} by its end"
        if self.cap_usd is None:
            return text
        return f"{text}, reading stops at ${self.cap_usd:.2f}"


def spending_of(spent_usd: Mapping[str, float], now: datetime, cap_usd: float | None) -> Spending:
    """Total and forecast of the month from `NetworkState.spent_usd`."""
    spent = month_usd(spent_usd, now)
    today = now.date()
    last_days = [today - timedelta(days=ago) for ago in reversed(range(_FORECAST_DAYS))]
    recent_usd = sum(spent_usd.get(day.isoformat(), 0.0) for day in last_days)
    # After two days of reading only two days are known. As texts: a key that somebody edited may be no day.
    earliest = min(spent_usd, default="")
    first_known = next((day for day in last_days if day.isoformat() >= earliest), today)
    known_days = (today - first_known).days + 1
    days_left = monthrange(now.year, now.month)[1] - now.day
    forecast = spent + days_left * recent_usd / known_days
    if cap_usd is not None:
        forecast = max(spent, min(forecast, cap_usd))
    return Spending(spent, forecast, cap_usd)


def month_usd(spent_usd: Mapping[str, float], now: datetime) -> float:
    """Total of the month of `now`."""
    return sum(usd for day, usd in spent_usd.items() if day.startswith(f"{now:%Y-%m}-"))


def add_spending(spent_usd: Mapping[str, float], cost_usd: float, now: datetime) -> dict[str, float]:
    """Add the cost of a run; drop days before the last month."""
    last_month = (now.replace(day=1) - timedelta(days=1)).replace(day=1)
    by_day = {day: usd for day, usd in spent_usd.items() if day >= f"{last_month:%Y-%m-%d}"}
    if cost_usd > 0:
        today = f"{now:%Y-%m-%d}"
        by_day[today] = round(by_day.get(today, 0.0) + cost_usd, 6)
    return by_day
