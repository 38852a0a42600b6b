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
        return min(float(value[:12]), LONGEST_S) if len(value) <= 12 else LONGEST_S  # noqa: PLR2004
    until = _http_date(value)
    return None if until is None else _bounded(until - _server_time(headers, wall))


def limit_reset(headers: Mapping[str, str], wall: float) -> float | None:
    """Seconds until a used-up rate limit begins anew; None where something is left of it or nothing is said.

    X sends `x-rate-limit-reset` and Bluesky `RateLimit-Reset` as seconds since 1970, Mastodon `X-RateLimit-Reset` as an
    RFC 3339 time, and the IETF draft a number of seconds.
    """
    for prefix in _RATE_HEADERS:
        reset = headers.get(f"{prefix}reset", "").strip()
        if headers.get(f"{prefix}remaining", "").strip() != "0" or not reset:
            continue
        if re.fullmatch(r"[0-9]{1,12}", reset):
            number = float(reset)
            return _bounded(number - _server_time(headers, wall) if number > _EPOCH_FROM else number)
        try:
            at = datetime.fromisoformat(reset)
        except ValueError:
            continue
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return _bounded(at.timestamp() - _server_time(headers, wall))
    return None


def backoff(attempt: int, chance: float, *, limited: bool) -> float:
    """Seconds before trying again: doubled with each attempt (from 0), stretched by up to half by `chance` in 0..1."""
    base = _BACKOFF_LIMITED_S if limited else _BACKOFF_S
    return float(min(base * 2.0 ** min(attempt, 10), _BACKOFF_LONGEST_S) * (1 + chance / 2))


def _bounded(seconds: float) -> float:
    return max(0.0, min(seconds, LONGEST_S))


def _server_time(headers: Mapping[str, str], wall: float) -> float:
    return _http_date(headers.get("date", "")) or wall


def _http_date(value: str) -> float | None:
    """Any of the three forms of RFC 9110 section 5.6.7 as seconds since 1970."""
    if not value or len(value) > 64:  # noqa: PLR2004 (the longest real one has 35 characters)
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 (rarely needed; the command line starts faster)

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.timestamp()
