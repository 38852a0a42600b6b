"""How many of the accounts that somebody follows on Bluesky posted about papers lately, for Set up's summary.

One request for whom the account follows, and one for the newest posts of each of the first 100: at most 101 requests.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from generator.fetch.adapter.source import Record
from generator.fetch.sources.bluesky.config import AT_ONCE
from generator.fetch.sources.bluesky.posts import parse
from generator.finding.mentions import find_papers
from generator.model.errors import FetchError, RecordError
from generator.net.http import Client
from generator.net.http.interface import get_json

SAMPLE = 100
"""Accounts that are asked about: one page of `app.bsky.graph.getFollows`."""
POSTS = 50
RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Sample:
    """A count over the first accounts that somebody follows."""

    answered: int
    """Accounts whose posts could be read."""
    posted: int
    """Accounts that posted about a paper within RECENT."""


NO_SAMPLE = Sample(0, 0)


def count_paper_posters(client: Client, api: str, handle: str, now: datetime) -> Sample:
    """Count the followed accounts that posted about papers. What does not answer is left out of the sample."""
    try:
        answer = get_json(
            client, f"{api}/xrpc/app.bsky.graph.getFollows", params={"actor": handle, "limit": str(SAMPLE)}, tries=1
        )
    except FetchError:
        return NO_SAMPLE
    profiles = _rows(answer, "follows")[:SAMPLE]
    accounts = [str(profile.get("did")) for profile in profiles if isinstance(profile, dict)]

    def posted_about_papers(did: str) -> bool | None:
        return _posted_about_papers(client, api, did, now)

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        verdicts = [verdict for verdict in pool.map(posted_about_papers, accounts) if verdict is not None]
    return Sample(len(verdicts), sum(verdicts))


def _posted_about_papers(client: Client, api: str, did: str, now: datetime) -> bool | None:
    """Whether one of the account's newest posts and reposts is recent and about a paper; None without an answer."""
    try:
        answer = get_json(
            client, f"{api}/xrpc/app.bsky.feed.getAuthorFeed", params={"actor": did, "limit": str(POSTS)}, tries=1
        )
    except FetchError:
        return None
    return any(_is_about_a_paper(row, did, now) for row in _rows(answer, "feed")[:POSTS])


def _rows(answer: Any, name: str) -> list[Any]:
    """The list that an answer has under a name; empty if the answer has another shape."""
    rows = answer.get(name) if isinstance(answer, dict) else None
    return rows if isinstance(rows, list) else []


def _is_about_a_paper(row: Any, did: str, now: datetime) -> bool:
    """Whether the account itself posted or reposted a paper in this row of its feed."""
    try:
        posts = parse(Record(raw=row, trackers=(), where="getAuthorFeed"), now)
    except RecordError:
        return False
    if not any(post.account.id == f"bluesky:{did}" and post.posted_at > now - RECENT for post in posts):
        return False
    return any(find_papers(post) for post in posts)
