"""How dates are written in titles. Pure; no locale."""

from __future__ import annotations

from datetime import date

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def month_title(day: date) -> str:
    """`November 2026`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def days_title(first: date, last: date) -> str:
    """`19 November 2026`, `16 to 22 November 2026`, `30 November to 6 December 2026`."""
    end = f"{last.day} {month_title(last)}"
    if first == last:
        return end
    month = year = ""
    if first.month != last.month:
        month = f" {MONTHS[first.month - 1]}"
    if first.year != last.year:
        year = f" {first.year}"
    return f"{first.day}{month}{year} to {end}"
