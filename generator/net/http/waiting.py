"""How long to wait before asking again: what the service said, or exponential back-off with jitter. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

LONGEST_S = 30 * 86_400.0
"""A service that asks for more is taken to mean a month."""
_EPOCH_FROM = 10**9
"""A reset above this is a time since 1970; below, a number of seconds."""
_RATE_HEADERS = ("x-rate-limit-", "x-ratelimit-", "ratelimit-")
_BACKOFF_S = 1.0
_BACKOFF_LIMITED_S = 5.0
_BACKOFF_LONGEST_S = 60.0


def retry_after(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds that `Retry-After` asks to wait (a number or a date, RFC 9110 section 10.2.3); None without a usable one.

    A date counts from the service's own `Date`, because this machine's clock may be wrong; `wall` (seconds since 1970)
    stands in where it has none.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+", value):
        # Any number of digits makes a float, be it infinite; int() refuses thousands of them.
        return min(float(value), LONGEST_S)
    until = _http_date(value)
    if until is None:
        return None
    return _from_now(until, headers, wall)


def limit_reset(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds until a used-up rate limit begins anew; None where something is left of it or nothing is said.

    X sends `x-rate-limit-reset` and Bluesky `RateLimit-Reset` as seconds since 1970, Mastodon `X-RateLimit-Reset` as an
    RFC 3339 time, and the IETF draft a number of seconds.
    """
    for prefix in _RATE_HEADERS:
        reset = headers.get(f"{prefix}reset", "").strip()
        if headers.get(f"{prefix}remaining", "").strip() != "0":
            continue
        if re.fullmatch(r"[0-9]{1,12}", reset):
            number = float(reset)
            if number > _EPOCH_FROM:
                return _from_now(number, headers, wall)
            return min(number, LONGEST_S)
        try:
            moment = datetime.fromisoformat(reset)
        except ValueError:
            continue
        return _from_now(_since_1970(moment), headers, wall)
    return None


def backoff(attempt: int, chance: float, *, limited: bool) -> float:
    """Seconds before trying again: doubled with each attempt (from 0), stretched by up to half by `chance` in 0..1."""
    base = _BACKOFF_LIMITED_S if limited else _BACKOFF_S
    # The exponent is bounded, because a float is.
    pause_s = min(base * 2.0 ** min(attempt, 10), _BACKOFF_LONGEST_S)
    return float(pause_s * (1 + chance / 2))


def _from_now(moment: float, headers: Mapping[str, str], wall: float) -> float:
    """Seconds until a moment by the service's clock, at most a month."""
    now = _http_date(headers.get("date", "")) or wall
    return max(0.0, min(moment - now, LONGEST_S))


def _http_date(value: str) -> float | None:
    """Any of the three forms of RFC 9110 section 5.6.7 as seconds since 1970."""
    if not value or len(value) > 64:  # noqa: PLR2004 (the longest real one has 35 characters)
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 (rarely needed; the command line starts faster)

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _since_1970(moment)


def _since_1970(moment: datetime) -> float:
    """A time without a zone is in UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp()
