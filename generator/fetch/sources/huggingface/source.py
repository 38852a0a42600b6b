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

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Record, Source
from generator.fetch.adapter.thresholds import Mark, cursor, reached, thresholds
from generator.fetch.sources.huggingface.comments import STREAM as COMMENTS
from generator.fetch.sources.huggingface.comments import Answers, Proposal, fetch_comments, parse_comment
from generator.fetch.sources.huggingface.config import CONFIG
from generator.fetch.sources.huggingface.gone import find_gone
from generator.fetch.sources.huggingface.lists import ADDRESS, ENDPOINT, NETWORK, PAPER, account_of, pages, paper_id
from generator.fetch.sources.huggingface.lists import upvotes as upvotes_of
from generator.model.errors import RecordError
from generator.model.records import Account, Counts, Post

STREAM = "daily"
FIRST_REACH_DAYS = 30
AGAIN_DAYS = 3
"""Days before today whose lists are read again in every run: upvotes grow."""
DAYS_MAX = 31
"""In one run."""
_FIRST_LIST = date(2023, 5, 4)

_NOBODY = "daily-papers"


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Ask for the lists of the days since the last run. Raises FetchError, FormatError."""
    least = thresholds(request.wanted, "min_upvotes")
    if not least:
        return
    today = request.now.astimezone(UTC).date()
    known = Mark.load(request.state.cursors.get(STREAM)).known_for(least)
    newest = known.date() if known else None
    days = _days(request, newest, today)
    proposals: dict[str, Proposal] = {}
    for day in days:
        has_list = False
        for rows in pages(request, day, may_be_missing=day == today):
            has_list = has_list or bool(rows)
            for index, row in enumerate(rows):
                upvotes = upvotes_of(row)
                # what has no upvotes is for `parse` to refuse: a row that cannot be read is not one with few upvotes
                trackers = tuple(sorted(least)) if upvotes is None else reached(least, upvotes)
                if trackers:
                    yield Record(row, trackers, f"{ENDPOINT} {day} [{index}]", day)
                    paper = paper_id(row)
                    if paper is not None:
                        proposals[paper] = Proposal(paper, wire.count(row.get("numComments")), trackers)
        if has_list and (newest is None or day > newest):
            newest = day
        if newest is not None:
            yield Covered(STREAM, cursor(_midnight(newest), least))
    if days[-1] != today or newest is None:
        yield Covered(STREAM, cursor(_midnight(days[-1]), least))
    yield from fetch_comments(request, proposals, request.state.cursors.get(COMMENTS))


def _days(request: FetchRequest, newest: date | None, today: date) -> list[date]:
    """The days whose lists are asked for in this run."""
    first = today - timedelta(days=FIRST_REACH_DAYS)
    if newest is not None:
        first = min(newest, today - timedelta(days=AGAIN_DAYS))
    most = DAYS_MAX
    if request.since is not None:
        first = max(_FIRST_LIST, min(first, request.since.date()))
        most = (today - first).days + 1
    number = min(most, (today - first).days + 1)
    return [first + timedelta(days=index) for index in range(number)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One row of a list -> the post that proposed its paper; or a comment. Raises RecordError."""
    if isinstance(record.context, Answers):
        return parse_comment(record, record.context, seen_at)
    row = wire.mapping(record.raw, record.where)
    paper = wire.mapping(row.get("paper"), f"{record.where}.paper")
    own_id, upvotes = paper_id(row), upvotes_of(row)
    if own_id is None:
        raise RecordError(f"{record.where}.paper.id", f"is no id: {wire.shown(paper.get('id'))!r}")
    if upvotes is None:
        raise RecordError(f"{record.where}.paper.upvotes", f"is no number: {wire.shown(paper.get('upvotes'))!r}")
    title = wire.clean_line(paper.get("title"), wire.TEXT_MAX) or wire.clean_line(row.get("title"), wire.TEXT_MAX)
    return [
        Post(
            id=f"{NETWORK}:{own_id}",
            network=NETWORK,
            kind="post",
            url=ADDRESS + own_id,
            account=_account(row, paper),
            posted_at=min(_posted_at(row, paper, record.context, seen_at), seen_at).replace(microsecond=0),
            seen_at=seen_at.replace(microsecond=0),
            text=title,
            links=(ADDRESS + own_id,),
            counts=Counts(likes=wire.count(upvotes), replies=wire.count(row.get("numComments"))),
            trackers=tuple(sorted(record.trackers)),
        )
    ]


def _posted_at(row: Mapping[str, Any], paper: Mapping[str, Any], day: Any, seen_at: datetime) -> datetime:
    """When the paper was proposed, as far as the row says."""
    listed = wire.time(paper.get("submittedOnDailyAt"))
    if listed is not None:
        return listed
    of_row, of_paper = wire.time(row.get("publishedAt")), wire.time(paper.get("publishedAt"))
    if of_row is not None and of_row != of_paper:
        return of_row
    return _midnight(day) if isinstance(day, date) else of_row or seen_at


def _account(row: Mapping[str, Any], paper: Mapping[str, Any]) -> Account:
    """Who proposed the paper; the daily list itself where that is not said."""
    found = (account_of(one) for one in (row.get("submittedBy"), paper.get("submittedOnDailyBy")))
    return next(filter(None, found), Account(id=f"{NETWORK}:{_NOBODY}", name="Daily papers"))


def post_url(post_id: str) -> str | None:
    """`huggingface:PAPER` -> its page; `huggingface:PAPER#COMMENT` -> the comment there."""
    network, _, own_id = post_id.partition(":")
    known = network == NETWORK and PAPER.fullmatch(own_id.partition("#")[0])
    return ADDRESS + own_id if known else None


SOURCE = Source(
    name=NETWORK,
    title=CONFIG.title,
    secrets=(),
    fetch=fetch,
    parse=parse,
    post_url=post_url,
    find_gone=find_gone,
)
