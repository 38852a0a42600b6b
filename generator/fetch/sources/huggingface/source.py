"""Hugging Face daily papers: the lists of recent days, without a key.

Sources, read 2026-11-23: huggingface.co/docs/hub/api (`/api/daily_papers`: `date`, `p`, `limit` up to 100),
huggingface.co/docs/hub/rate-limits (500 requests in 5 minutes an address, stated in `RateLimit` headers), and recorded
answers.

The day of a list is not the day on which its papers appeared: it is the day on which somebody proposed them, mostly a
day or more later. What we call posted is that. Answers of 2024 state it as the row's `publishedAt`; newer ones repeat
the paper's own date there and have the day of the list as `paper.submittedOnDailyAt` (its midnight UTC); without
either, the day asked for stands in. Weekends have no list.

One request a day: from the last day that had a list, and at least today and the three days before, whose upvotes still
grow; so four requests in a run without news. A first run, one for a new tracker and one after `min_upvotes` was lowered
begin 30 days back; no run asks for more than 31 days, the next one goes on from there. A list that fills a page costs
another request. The service refuses days that have not begun for it (400): today's refusal is no failure.

Upvotes are `likes`, the number of comments is `replies`; the comments themselves are read by `comments`. The account is
who proposed the paper. One post a paper.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.comments import STREAM as COMMENTS
from generator.fetch.adapter.comments import Comment, Topic, fetch_comments
from generator.fetch.adapter.posts import make_post
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Record, Source
from generator.fetch.adapter.thresholds import Mark, cursor, reached, thresholds
from generator.fetch.sources.huggingface.comments import newest_papers, parse_comment, read_best_comments
from generator.fetch.sources.huggingface.config import CONFIG
from generator.fetch.sources.huggingface.gone import find_gone
from generator.fetch.sources.huggingface.lists import (
    ADDRESS,
    ENDPOINT,
    NETWORK,
    PAPER,
    account_of,
    pages,
    paper_id,
    upvotes,
)
from generator.model.errors import RecordError
from generator.model.records import Account, Counts, Post

STREAM = "daily"
FIRST_REACH_DAYS = 30
AGAIN_DAYS = 3
"""Days before today whose lists are read again in every run: upvotes grow."""
DAYS_MAX = 31
"""Lists asked for in one run."""
_FIRST_LIST = date(2023, 5, 4)

_NOBODY = "daily-papers"


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Ask for the lists of the days since the last run. Raises FetchError, FormatError."""
    least = thresholds(request.wanted, "min_upvotes")
    if not least:
        return
    today = request.now.astimezone(UTC).date()
    last_read = Mark.load(request.state.cursors.get(STREAM)).known_for(least)
    newest = last_read.date() if last_read else None
    papers: dict[str, Topic] = {}
    days = _days(request, newest, today)
    for day in days:
        has_list = yield from _read_day(request, day, least, papers)
        if has_list:
            newest = max(newest or day, day)
        if newest is not None:
            yield Covered(STREAM, cursor(_midnight(newest), least))
    if days[-1] != today or newest is None:
        yield Covered(STREAM, cursor(_midnight(days[-1]), least))
    stored = request.state.cursors.get(COMMENTS)
    yield from fetch_comments(list(papers.values()), stored, newest_papers, partial(read_best_comments, request))


def _read_day(
    request: FetchRequest, day: date, least: Mapping[str, int], papers: dict[str, Topic]
) -> Generator[Event, None, bool]:
    """Read the list of a day; its papers are added to `papers`. Returns whether there is such a list."""
    has_list = False
    is_today = day == request.now.astimezone(UTC).date()
    for rows in pages(request, day, may_be_missing=is_today):
        has_list = has_list or bool(rows)
        for index, row in enumerate(rows):
            trackers = reached(least, upvotes(row))
            if not trackers:
                continue
            yield Record(row, trackers, f"{ENDPOINT} {day} [{index}]", day)
            own_id = paper_id(row)
            if own_id is not None:
                papers[own_id] = Topic(own_id, wire.count(row.get("numComments")), trackers)
    return has_list


def _days(request: FetchRequest, newest: date | None, today: date) -> list[date]:
    """The days whose lists are asked for in this run."""
    first = today - timedelta(days=FIRST_REACH_DAYS)
    if newest is not None:
        first = min(newest, today - timedelta(days=AGAIN_DAYS))
    if request.since is not None:
        first = max(_FIRST_LIST, min(first, request.since.date()))
    number = (today - first).days + 1
    if request.since is None:
        number = min(number, DAYS_MAX)
    return [first + timedelta(days=index) for index in range(number)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One row of a list -> the post that proposed its paper; or a comment. Raises RecordError."""
    if isinstance(record.context, Comment):
        return parse_comment(record, record.context.topic, seen_at)
    row = wire.mapping(record.raw, record.where)
    paper = wire.mapping(row.get("paper"), f"{record.where}.paper")
    own_id = wire.required(paper, "id", PAPER, f"{record.where}.paper")
    if upvotes(row) is None:
        raise RecordError(f"{record.where}.paper.upvotes", f"is no number: {wire.shown(paper.get('upvotes'))!r}")
    post = make_post(
        record,
        seen_at,
        id=f"{NETWORK}:{own_id}",
        kind="post",
        url=ADDRESS + own_id,
        account=_account(row, paper),
        posted_at=_posted_at(row, paper, record.context) or seen_at,
        text=wire.clean_line(paper.get("title"), wire.TEXT_MAX) or wire.clean_line(row.get("title"), wire.TEXT_MAX),
        links=(ADDRESS + own_id,),
        counts=Counts(likes=wire.count(paper.get("upvotes")), replies=wire.count(row.get("numComments"))),
    )
    return [post]


def _posted_at(row: Mapping[str, Any], paper: Mapping[str, Any], day: Any) -> datetime | None:
    """When the paper was proposed, as far as the row says."""
    listed_at = wire.time(paper.get("submittedOnDailyAt"))
    if listed_at is not None:
        return listed_at
    row_at = wire.time(row.get("publishedAt"))
    if row_at is not None and row_at != wire.time(paper.get("publishedAt")):
        return row_at
    if isinstance(day, date):
        return _midnight(day)
    return row_at


def _account(row: Mapping[str, Any], paper: Mapping[str, Any]) -> Account:
    """Who proposed the paper; the daily list itself if that is not said."""
    proposer = account_of(row.get("submittedBy")) or account_of(paper.get("submittedOnDailyBy"))
    return proposer or Account(id=f"{NETWORK}:{_NOBODY}", name="Daily papers")


def post_url(post_id: str) -> str | None:
    """`huggingface:PAPER` -> its page; `huggingface:PAPER#COMMENT` -> the comment there."""
    network, _, own_id = post_id.partition(":")
    if network != NETWORK or not PAPER.fullmatch(own_id.partition("#")[0]):
        return None
    return ADDRESS + own_id


SOURCE = Source(
    name=NETWORK,
    title=CONFIG.title,
    secrets=(),
    fetch=fetch,
    parse=parse,
    post_url=post_url,
    find_gone=find_gone,
)
