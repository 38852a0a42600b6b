"""Hacker News: stories whose address is on arxiv.org, through Algolia's search, without a key.

Sources, read 2026-11-23: stored third-party pages on hn.algolia.com/api (there is no official description) and recorded
answers. `search_by_date` gives at most 1,000 hits, newest first; the limit that is quoted is 10,000 requests an hour.

One request a run: everything since three days before the newest story that is known. Those three days are read again
because points grow: a story that had fewer than `min_points` is taken once it has them, and the points and comments of
the others are brought up to date. A first run, one for a new tracker and one after `min_points` was lowered begin 30
days back. Where more hits exist than an answer holds, the next request begins at the oldest of them.

The search matches words, so it also finds addresses that only look like arXiv's: who takes the posts in checks every
link. Points are `likes`, the number of comments is `replies`; the comments themselves are read by `comments`. Dead and
deleted stories are left out.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.html_text import read_html
from generator.fetch.adapter.patience import PAGES_MAX, Asker
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Record, Source
from generator.fetch.adapter.thresholds import Mark, cursor, reached, thresholds
from generator.fetch.sources.hackernews.comments import (
    ADDRESS,
    AUTHOR,
    ID,
    Answers,
    Story,
    fetch_comments,
    parse_comment,
)
from generator.fetch.sources.hackernews.comments import STREAM as COMMENTS
from generator.fetch.sources.hackernews.config import CONFIG
from generator.fetch.sources.hackernews.gone import find_gone
from generator.finding.arxiv_links import find_in_url
from generator.model.errors import FormatError, RecordError
from generator.model.records import Account, Counts, Post

NETWORK = "hackernews"
STREAM = "stories"
ENDPOINT = "search_by_date"
PAGE = 1_000
FIRST_REACH = timedelta(days=30)
AGAIN = timedelta(days=3)
"""Stories no older than this before the newest known one are given again: points grow."""

_API = "https://hn.algolia.com/api/v1"
_QUERY = {
    "query": "arxiv.org",
    "restrictSearchableAttributes": "url",
    "tags": "story",
    "hitsPerPage": str(PAGE),
}
_FIRST = 1_160_418_111
"""2006-10-09: Hacker News' first story. What is earlier is a default value or a mistake."""
_LAST = 253_402_300_799
"""9999-12-31: what `datetime` can hold."""


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Ask for the stories since the last run. Raises FetchError, FormatError."""
    least = thresholds(request.wanted, "min_points")
    if not least:
        return
    known = Mark.load(request.state.cursors.get(STREAM)).known_for(least)
    since = request.now - FIRST_REACH if known is None else known - AGAIN
    if request.since is not None:
        since = min(since, request.since)
    asker = Asker(request, str(request.settings.get("api") or _API), limits="x-ratelimit-")
    newest = known
    stories: list[Story] = []
    for hits in _pages(asker, since):
        for index, hit in enumerate(hits):
            # what has no points is for `parse` to refuse: a hit that cannot be read is not one with few points
            trackers = reached(least, hit["points"]) if _has_points(hit) else tuple(sorted(least))
            if trackers:
                yield Record(hit, trackers, f"{ENDPOINT} hits[{index}]")
                stories += _story(hit, trackers)
        times = [moment for hit in hits if (moment := _posted_at(hit)) is not None]
        newest = max([*times, *([newest] if newest else [])], default=None)
    if newest is not None:
        yield Covered(STREAM, cursor(min(newest, request.now), least))
    yield from fetch_comments(asker, stories, request.state.cursors.get(COMMENTS))


def _story(hit: Any, trackers: tuple[str, ...]) -> Iterator[Story]:
    """A hit as a story whose comments are wanted; a hit that only looks like a link to arXiv is none."""
    if not isinstance(hit, dict) or not find_in_url(str(hit.get("url") or "")):
        return
    own_id = hit.get("objectID")
    if isinstance(own_id, str) and ID.fullmatch(own_id):
        yield Story(own_id, wire.count(hit.get("num_comments")), trackers)


def _pages(asker: Asker, since: datetime) -> Iterator[list[Any]]:
    """Hits, newest first, each once; the next page begins at the time of the oldest so far."""
    bounds = f"created_at_i>{int(since.timestamp())}"
    until, seen = "", set[str]()
    for _ in range(PAGES_MAX):
        answer = asker.get(ENDPOINT, {**_QUERY, "numericFilters": bounds + until}, label=ENDPOINT)
        hits = _hits(answer)
        new = [hit for hit in hits if not (isinstance(hit, dict) and str(hit.get("objectID")) in seen)]
        yield new
        total = answer.get("nbHits")
        times = [moment for hit in hits if (moment := _posted_at(hit)) is not None]
        if not new or not times or len(hits) >= (total if isinstance(total, int) else PAGE):
            return
        seen.update(str(hit.get("objectID")) for hit in new if isinstance(hit, dict))
        until = f",created_at_i<={int(min(times).timestamp())}"
    raise FormatError(f"format changed: {PAGES_MAX} answers in a row say that there is more", url=ENDPOINT)


def _hits(answer: Mapping[str, Any]) -> list[Any]:
    hits = answer.get("hits")
    if not isinstance(hits, list):
        raise FormatError("format changed: hits is no list", url=ENDPOINT)
    if hits and not any(isinstance(hit, dict) and "objectID" in hit and _has_points(hit) for hit in hits):
        raise FormatError("format changed: no hit has an objectID and points", url=ENDPOINT)
    return hits


def _has_points(hit: Any) -> bool:
    points = hit.get("points") if isinstance(hit, dict) else None
    return isinstance(points, int) and not isinstance(points, bool)


def _posted_at(hit: Any) -> datetime | None:
    if not isinstance(hit, dict):
        return None
    seconds = hit.get("created_at_i")
    if isinstance(seconds, int) and not isinstance(seconds, bool) and _FIRST <= seconds <= _LAST:
        return datetime.fromtimestamp(seconds, UTC)
    return wire.time(hit.get("created_at"))


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One hit -> the story, or the comment; none where it is dead or deleted. Raises RecordError."""
    if isinstance(record.context, Answers):
        return parse_comment(record, record.context, seen_at)
    hit = wire.mapping(record.raw, record.where)
    if hit.get("dead") is True or hit.get("deleted") is True:
        return []
    own_id, author, title = hit.get("objectID"), hit.get("author"), hit.get("title")
    if not isinstance(own_id, str) or not ID.fullmatch(own_id):
        raise RecordError(f"{record.where}.objectID", f"is no id: {wire.shown(own_id)!r}")
    if not isinstance(author, str) or not AUTHOR.fullmatch(author):
        raise RecordError(f"{record.where}.author", f"is no account: {wire.shown(author)!r}")
    if not isinstance(title, str):
        raise RecordError(f"{record.where}.title", f"is no text: {wire.shown(title)!r}")
    if not _has_points(hit):
        raise RecordError(f"{record.where}.points", f"is no number: {wire.shown(hit.get('points'))!r}")
    posted_at = _posted_at(hit)
    if posted_at is None:
        raise RecordError(f"{record.where}.created_at_i", f"is no time: {wire.shown(hit.get('created_at_i'))!r}")
    said = hit.get("story_text")
    more = read_html(said if isinstance(said, str) else "")
    lines = (wire.clean_line(html.unescape(title[: wire.TEXT_MAX]), wire.TEXT_MAX), more.text)
    return [
        Post(
            id=f"{NETWORK}:{own_id}",
            network=NETWORK,
            kind="post",
            url=ADDRESS + own_id,
            account=Account(id=f"{NETWORK}:{author}", handle=author),
            posted_at=min(posted_at, seen_at).replace(microsecond=0),
            seen_at=seen_at.replace(microsecond=0),
            text=wire.clean("\n".join(filter(None, lines))) or None,
            links=wire.links([hit.get("url"), *more.links]),
            counts=Counts(likes=wire.count(hit.get("points")), replies=wire.count(hit.get("num_comments"))),
            trackers=tuple(sorted(record.trackers)),
        )
    ]


def post_url(post_id: str) -> str | None:
    """`hackernews:ID` -> the discussion."""
    network, _, own_id = post_id.partition(":")
    return ADDRESS + own_id if network == NETWORK and ID.fullmatch(own_id) else None


SOURCE = Source(
    name=NETWORK,
    title=CONFIG.title,
    secrets=(),
    fetch=fetch,
    parse=parse,
    post_url=post_url,
    find_gone=find_gone,
)
