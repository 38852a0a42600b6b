"""What reading X costs, and the cap that the owner set on it.

Prices: https://docs.x.com/x-api/getting-started/pricing (page of 2026-08-22, read 2026-11-23): pay per use, charged per
resource in the answer: a post $0.005, a user $0.010. The same resource is charged once a UTC day (a "soft guarantee"),
failed requests cost nothing. Whether objects in `includes` are charged is not stated there: we assume that they are.
Owned reads ($0.001) need a user's token and are not assumed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import FetchRequest, Meter
from generator.model.spending import month_usd

POST_USD = 0.005
USER_USD = 0.010
PAGE_MAX = 100
"""Posts a page: the largest `max_results` of the three endpoints (OpenAPI description 2.167)."""
READS_A_POST = 6
"""At worst, a post on a page brings itself, a quoted and an answered post, and the authors of all three."""
POSTS_A_DAY = 5
"""Posts that an active account makes in a day, reposts included."""
EMBEDDED_SHARE = 0.5
ABOUT_PAPERS_SHARE = 0.2
"""Share of an account's posts that are about papers, and are therefore captured and checked for deletion."""
CHECKS_A_POST = 16
"""Checks of a captured post, on average over the first year of a copy: daily in its first week, then weekly, then
monthly (`model/recheck`)."""
FIRST_POSTS = 100
"""A stream that was never read begins with its newest 100 posts: older ones would cost more than they are worth."""
_ROUNDING = 1e-9
CAP_NOTE = "max_reads_per_run"
MONTH_NOTE = "max_usd_per_month"


@dataclass(frozen=True, slots=True)
class Bill:
    """What reading some accounts is expected to cost."""

    first_usd: float
    """The first reading: the newest 100 posts of each account."""
    month_usd: float
    basis: str
    """What the estimate assumes, in words."""


def estimate(accounts: int) -> Bill:
    """Estimate what timelines of so many accounts cost, fetch and prune together."""
    # Half of the posts bring another post with its author.
    post_usd = POST_USD + EMBEDDED_SHARE * (POST_USD + USER_USD)
    # Posts a few hours apart come in different runs, and each run reads the account itself again.
    reading_usd = POSTS_A_DAY * (post_usd + USER_USD)
    checking_usd = POSTS_A_DAY * ABOUT_PAPERS_SHARE * CHECKS_A_POST * POST_USD
    month_usd = 30 * (reading_usd + checking_usd)
    basis = f"{POSTS_A_DAY} posts a day each, every second one a quote, repost or reply, every fifth about a paper"
    return Bill(accounts * (FIRST_POSTS * post_usd + USER_USD), accounts * month_usd, basis)


def budget_of(request: FetchRequest) -> Budget:
    """The budget of this run: the owner's caps, less what fetch and prune spent in this month."""
    month_cap = request.settings.get("max_usd_per_month", math.inf)
    left_usd = month_cap - month_usd(request.state.spent_usd, request.now)
    return Budget(request.settings["max_reads_per_run"], request.meter, left_usd)


def note_end(request: FetchRequest, budget: Budget, waiting: str) -> None:
    """Say which cap ended the run, and when what waits is read."""
    if not budget.is_month_spent:
        request.meter.limits[CAP_NOTE] = f"reached: {waiting} in the next run"
        return
    spent = month_usd(request.state.spent_usd, request.now) + request.meter.cost_usd
    cap = request.settings["max_usd_per_month"]
    next_month = (request.now.replace(day=1) + timedelta(days=32)).replace(day=1)
    note = f"reached, about ${spent:.2f} of ${cap:.2f} are spent: {waiting} from {next_month:%Y-%m-%d} on"
    request.meter.limits[MONTH_NOTE] = note


class Budget:
    """Counts every object that X sent, adds up what it costs, and says how many posts may still be asked for.

    Args:
        cap: objects that may be read in this run.
        meter: gets what they cost.
        left_usd: what may be spent in this run.
    """

    def __init__(self, cap: int, meter: Meter, left_usd: float = math.inf) -> None:
        self._cap = cap
        self._meter = meter
        self._left_usd = left_usd + meter.cost_usd
        self._ids: dict[str, set[str]] = {"posts": set(), "users": set()}

    @property
    def used(self) -> int:
        """Objects read in this run."""
        return sum(map(len, self._ids.values()))

    @property
    def _affordable(self) -> float:
        """Objects that the month's cap still pays for, at the dearest price, so that it is never exceeded."""
        return (self._left_usd - self._meter.cost_usd) / USER_USD

    @property
    def left(self) -> int:
        """Objects that may still be read."""
        reads = self._cap - self.used
        if self.is_month_spent:
            reads = min(reads, int(self._affordable + _ROUNDING))
        return max(0, reads)

    @property
    def is_month_spent(self) -> bool:
        """Whether the month's cap is what ends this run."""
        return self._affordable < self._cap - self.used

    def page_size(self, smallest: int, posts: int = PAGE_MAX) -> int | None:
        """`max_results` for the next page, or None where even the smallest page could exceed the cap."""
        affordable = self.left // READS_A_POST
        if affordable < smallest:
            return None
        return min(PAGE_MAX, max(posts, smallest), affordable)

    def count(self, answer: Mapping[str, Any], kind: str = "posts") -> None:
        """Add what an answer holds: `data` is of `kind`, `includes` of both."""
        includes = wire.part(answer, "includes")
        self._add(kind, answer.get("data"))
        self._add("posts", includes.get("posts"))
        self._add("posts", includes.get("tweets"))
        self._add("users", includes.get("users"))

    def _add(self, kind: str, objects: Any) -> None:
        if not isinstance(objects, list):
            return
        ids = self._ids[kind]
        before = len(ids)
        for row in objects:
            # One without an id was sent and charged too.
            own_id = row.get("id") if isinstance(row, dict) else None
            ids.add(f"?{id(row)}" if own_id is None else str(own_id))
        added = len(ids) - before
        if added:
            price = POST_USD if kind == "posts" else USER_USD
            self._meter.reads[kind] = self._meter.reads.get(kind, 0) + added
            self._meter.cost_usd = round(self._meter.cost_usd + added * price, 6)
