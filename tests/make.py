"""Made-up records for tests: short to write, valid, and of nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from generator.model.records import Account, Paper, Post

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def post(name: str = "1", **fields: Any) -> Post:
    """A post on Bluesky by `who` (default `ada`), `hours` before noon of 2026-11-20, about paper 2611.00001."""
    network = fields.pop("network", "bluesky")
    who = fields.pop("who", "ada")
    posted_at = NOON - timedelta(hours=fields.pop("hours", 1))
    defaults: dict[str, Any] = {
        "id": f"{network}:{who}/{name}",
        "network": network,
        "kind": "post",
        "url": f"https://social.example/{who}/{name}",
        "account": Account(id=f"{network}:{who}", handle=f"{who}.example", name=who.title()),
        "posted_at": posted_at,
        "seen_at": posted_at + timedelta(minutes=5),
        "text": "I read this twice and would read it again",
        "papers": ("2611.00001",),
        "trackers": ("example",),
    }
    return Post(**{**defaults, **fields})


def paper(paper_id: str = "2611.00001", **fields: Any) -> Paper:
    """A paper submitted on the first of its id's month unless told otherwise."""
    digits = paper_id.partition("/")[2] or paper_id
    year, month = int(digits[:2]), int(digits[2:4])
    defaults: dict[str, Any] = {
        "id": paper_id,
        "title": f"On the made-up matter {paper_id}",
        "authors": ("Ada Example", "Bo Sample"),
        "abstract": "We make up $n$ things and show that none of them exists.",
        "categories": ("cs.LG",),
        "submitted_at": datetime(1900 + year if year > 90 else 2000 + year, month, 2, 10, tzinfo=UTC),
        "fetched_at": NOON,
    }
    return Paper(**{**defaults, **fields})
