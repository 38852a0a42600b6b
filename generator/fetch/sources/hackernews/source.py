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
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.comments import STREAM as COMMENTS
from generator.fetch.adapter.comments import Comment, Topic, fetch_comments
from generator.fetch.adapter.html_text import read_html
from generator.fetch.adapter.patience import PAGES_MAX, Asker
from generator.fetch.adapter.posts import make_post
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Record, Source
from generator.fetch.adapter.thresholds import Mark, cursor, reached, thresholds
from generator.fetch.sources.hackernews import search as algolia
from generator.fetch.sources.hackernews.comments import parse_comment, read_comments, story_batches
from generator.fetch.sources.hackernews.config import CONFIG
from generator.fetch.sources.hackernews.gone import find_gone
from generator.finding.arxiv_links import find_in_url
from generator.model.errors import FormatError, RecordError
from generator.model.records import Counts, Post

STREAM = "stories"
ENDPOINT = "search_by_date"
FIRST_REACH = timedelta(days=30)
AGAIN = timedelta(days=3)
"""Stories no older than this before the newest known one are given again: points grow."""

_QUERY = {
    "query": "arxiv.org",
    "restrictSearchableAttributes": "url",
    "tags": "story",
    "hitsPerPage": str(algolia.PAGE),
}


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Ask for the stories since the last run. Raises FetchError, FormatError."""
    least = thresholds(request.wanted, "min_points")
    if not least:
        return
    newest = Mark.load(request.state.cursors.get(STREAM)).known_for(least)
    since = request.now - FIRST_REACH
    if newest is not None:
        since = newest - AGAIN
    if request.since is not None:
        since = min(since, request.since)
    asker = algolia.asker_of(request)
    stories: list[Topic] = []
    for hits in _pages(asker, since):
        for index, hit in enumerate(hits):
            trackers = reached(least, _points(hit))
            if trackers:
                yield Record(hit, trackers, f"{ENDPOINT} hits[{index}]")
                stories += _stories(hit, trackers)
        for moment in _times(hits):
            newest = max(newest or moment, moment)
    if newest is not None:
        yield Covered(STREAM, cursor(min(newest, request.now), least))
    stored = request.state.cursors.get(COMMENTS)
    yield from fetch_comments(stories, stored, story_batches, partial(read_comments, asker))


def _stories(hit: Any, trackers: tuple[str, ...]) -> Iterator[Topic]:
    """A hit as a story whose comments are wanted; a hit that only looks like a link to arXiv is none."""
    if not isinstance(hit, dict) or not find_in_url(str(hit.get("url") or "")):
        return
    own_id = wire.matching(hit.get("objectID"), algolia.ID)
    if own_id is not None:
        yield Topic(own_id, wire.count(hit.get("num_comments")), trackers)


def _pages(asker: Asker, since: datetime) -> Iterator[list[Any]]:
    """Hits, newest first, each once; the next page begins at the time of the oldest so far."""
    bounds = f"created_at_i>{int(since.timestamp())}"
    until = ""
    seen: set[Any] = set()
    for _ in range(PAGES_MAX):
        answer = asker.get(ENDPOINT, {**_QUERY, "numericFilters": bounds + until}, label=ENDPOINT)
        hits = _hits(answer)
        new_hits = [hit for hit in hits if _hit_id(hit) not in seen]
        yield new_hits
        times = list(_times(hits))
        total = wire.whole_number(answer.get("nbHits"))
        if total is None:
            total = algolia.PAGE
        if not new_hits or not times or len(hits) >= total:
            return
        seen.update(_hit_id(hit) for hit in new_hits if isinstance(hit, dict))
        until = f",created_at_i<={int(min(times).timestamp())}"
    raise FormatError(f"format changed: {PAGES_MAX} answers in a row say that there is more", url=ENDPOINT)


def _hits(answer: Mapping[str, Any]) -> list[Any]:
    hits = answer.get("hits")
    if not isinstance(hits, list):
        raise FormatError("format changed: hits is no list", url=ENDPOINT)
    if hits and not any(_hit_id(hit) and _points(hit) is not None for hit in hits):
        raise FormatError("format changed: no hit has an objectID and points", url=ENDPOINT)
    return hits


def _hit_id(hit: Any) -> str | None:
    """The id of a hit as a text; None for what is no object or has none."""
    if not isinstance(hit, dict) or "objectID" not in hit:
        return None
    return str(hit["objectID"])


def _points(hit: Any) -> int | None:
    if isinstance(hit, dict):
        return wire.whole_number(hit.get("points"))
    return None


def _times(hits: list[Any]) -> Iterator[datetime]:
    for hit in wire.objects(hits):
        moment = algolia.time_of(hit)
        if moment is not None:
            yield moment


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One hit -> the story, or the comment; none if it is dead or deleted. Raises RecordError."""
    if isinstance(record.context, Comment):
        return parse_comment(record, record.context.topic, seen_at)
    hit = wire.mapping(record.raw, record.where)
    if algolia.is_removed(hit):
        return []
    own_id = wire.required(hit, "objectID", algolia.ID, record.where)
    account = algolia.account_of(hit, record.where)
    title = hit.get("title")
    if not isinstance(title, str):
        raise RecordError(f"{record.where}.title", f"is no text: {wire.shown(title)!r}")
    if _points(hit) is None:
        raise RecordError(f"{record.where}.points", f"is no number: {wire.shown(hit.get('points'))!r}")
    posted_at = algolia.time_of(hit)
    if posted_at is None:
        raise RecordError(f"{record.where}.created_at_i", f"is no time: {wire.shown(hit.get('created_at_i'))!r}")
    title_line = wire.clean_line(html.unescape(title[: wire.TEXT_MAX]), wire.TEXT_MAX)
    words = read_html(wire.text(hit.get("story_text")))
    story = make_post(
        record,
        seen_at,
        id=f"{algolia.NETWORK}:{own_id}",
        kind="post",
        url=algolia.ADDRESS + own_id,
        account=account,
        posted_at=posted_at,
        text=wire.clean("\n".join(filter(None, (title_line, words.text)))) or None,
        links=wire.links([hit.get("url"), *words.links]),
        counts=Counts(likes=wire.count(hit.get("points")), replies=wire.count(hit.get("num_comments"))),
    )
    return [story]


def post_url(post_id: str) -> str | None:
    """`hackernews:ID` -> the discussion."""
    own_id = algolia.own_id_of(post_id) if post_id.startswith(f"{algolia.NETWORK}:") else None
    return f"{algolia.ADDRESS}{own_id}" if own_id else None


SOURCE = Source(
    name=algolia.NETWORK,
    title=CONFIG.title,
    secrets=(),
    fetch=fetch,
    parse=parse,
    post_url=post_url,
    find_gone=find_gone,
)
