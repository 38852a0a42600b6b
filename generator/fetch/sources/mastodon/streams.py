"""Reading one stream of an instance: what is new of an account's statuses or a hashtag's.

Where nobody is answered without a token, the account's public feed is read.

A stream that was read before is read upwards (`min_id`): every page moves the cursor, so a run that breaks off leaves
no hole. One that was not is read downwards (`max_id`), 30 days or 10 pages, at least one. Servers that do not know
`min_id` answer with the newest: what is new in it is taken, and what lies between is read downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.conditions import UNCHANGED, conditions, validators
from generator.fetch.adapter.feed_xml import Article, FeedError, read_xml
from generator.fetch.adapter.patience import PAGES_MAX
from generator.fetch.adapter.source import Covered, Event, Record
from generator.fetch.sources.mastodon.api import SHORT_PAGE, STATUSES_PAGE, Api, Page, local_id, order_of
from generator.fetch.sources.mastodon.posts import Seen
from generator.fetch.sources.mastodon.threads import Threads
from generator.model.errors import FetchError, FormatError
from generator.net.http.body import PAGE_INSTEAD

FIRST_REACH = timedelta(days=30)
FIRST_PAGES = 10
BACKWARDS_PAGES = 500
"""The same for a run that asks for older posts."""
FEED_FOR = timedelta(days=7)
"""Where the API was closed, the feed is read for so long before the API is asked again."""
TAG_OVERLAP_MS = 3_600_000
"""What other instances posted under a hashtag arrives late, with an id of when it was written."""
_SNOWFLAKE = 17
"""Digits, at least, of the ids that Mastodon makes: milliseconds since 1970 times 65,536."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One thing to read, for all trackers that want it."""

    name: str
    """Key of its cursor: `account/user@host`, `followed/host/user@host`, `tag/tag@host`."""
    path: str
    """Path of its statuses, below the origin; empty if the instance gave no id."""
    trackers: tuple[str, ...]
    seen: Seen
    account: str = ""
    """`user@host`, where it is one account's."""
    feed_url: str = ""
    """Address of its public feed; empty without one."""


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the last run stood."""

    trackers: frozenset[str] = frozenset()
    newest: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")] | None = None
    feed: dict[str, str] | None = None
    """Until when the feed is read, and its validators."""

    @classmethod
    def load(cls, stored: Any) -> Mark:
        """From JSON; what is not understood is as if it had never been."""
        return wire.load(stored, Mark) or cls()

    def has_feed(self, now: datetime) -> bool:
        """The feed is read for some time still."""
        until = wire.time(self.feed.get("until")) if self.feed else None
        # Later was said by a clock that was wrong.
        return until is not None and now < until <= now + FEED_FOR

    def dump(self) -> dict[str, Any]:
        """Plain values for JSON."""
        plain: dict[str, Any] = msgspec.to_builtins(self, order="sorted")
        return plain


class Reading:
    """One stream in one run."""

    def __init__(
        self, api: Api, stream: Stream, mark: Mark, threads: Threads, now: datetime, *, since: datetime | None = None
    ) -> None:
        self._api = api
        self._stream = stream
        self._threads = threads
        self._now = now
        self._oldest = now - FIRST_REACH
        self._pages_max = FIRST_PAGES
        if since is not None:
            self._oldest = min(self._oldest, since)
            self._pages_max = BACKWARDS_PAGES
        self._is_first = since is not None or mark.newest is None or not mark.trackers.issuperset(stream.trackers)
        self._old = mark
        self._mark = Mark(frozenset(stream.trackers), mark.newest)

    def statuses(self) -> Iterator[Event]:
        """What is new, through the API. Raises FetchError, FormatError."""
        if self._is_first:
            yield from self._downwards(None, floor=None)
            yield self._covered()
        else:
            yield from self._news(self._old.newest or "")

    def _news(self, floor: str) -> Iterator[Event]:
        """Upwards from the newest status of the last run."""
        since = self._overlapped(floor)
        lowest: str | None = None
        for _ in range(PAGES_MAX):
            page = self._ask({"min_id": since})
            knows_no_min_id = any(order_of(own_id) <= order_of(since) for own_id in page.ids)
            yield from self._records(page, newest=floor if lowest is None else self._mark.newest)
            if knows_no_min_id and lowest is not None:
                # What lies between the last run and the newest page.
                yield from self._downwards(lowest, floor=floor)
            above = [own_id for own_id in page.ids if order_of(own_id) > order_of(floor)]
            lowest = min(above, key=order_of, default=lowest)
            self._reached(page)
            yield self._covered()
            newest = self._mark.newest or since
            if knows_no_min_id or len(page.rows) < SHORT_PAGE or order_of(newest) <= order_of(since):
                return
            since = max(newest, page.previous_min or newest, key=order_of)

    def _downwards(self, below: str | None, floor: str | None) -> Iterator[Event]:
        """From the newest, or from `below`, to `floor`, or as far as a first reading goes."""
        for _ in range(self._pages_max):
            page = self._ask({"max_id": below} if below else {})
            lowest = min(page.ids, key=order_of, default=None)
            if lowest is not None and below is not None and order_of(lowest) >= order_of(below):
                # The server knows no max_id either: it says the same again.
                return
            yield from self._records(page, newest=floor)
            self._reached(page)
            if lowest is None or page.is_last or self._is_old(page):
                return
            if floor is not None and order_of(lowest) <= order_of(floor):
                return
            below = page.next_max or lowest

    def _ask(self, params: Mapping[str, str]) -> Page:
        page = self._api.page(self._stream.path, {"limit": str(STATUSES_PAGE), **params})
        if page.rows and not any(wire.part(row, "account") for row in page.rows):
            raise FormatError("format changed: no status has an account", url=page.where)
        return page

    def _records(self, page: Page, newest: str | None) -> Iterator[Event]:
        """The page's statuses, after what they answer or quote. Those up to `newest` are there for being late alone."""
        new_rows: list[Any] = []
        late_rows: list[Any] = []
        for row in page.rows:
            own_id = local_id(row)
            if own_id is not None and newest is not None and order_of(own_id) <= order_of(newest):
                late_rows.append(row)
            else:
                new_rows.append(row)
        trackers, seen = self._stream.trackers, self._stream.seen
        yield from self._threads.records(new_rows, trackers, seen, page.where)
        if self._is_tag:
            yield from self._threads.records(late_rows, trackers, seen, page.where, alone=True)

    def _reached(self, page: Page) -> None:
        ids = page.ids
        if self._mark.newest:
            ids.append(self._mark.newest)
        self._mark = replace(self._mark, newest=max(ids, key=order_of, default=None))

    def _is_old(self, page: Page) -> bool:
        """Whether everything below is older than a first reading goes."""
        times = [wire.time(row.get("created_at")) for row in wire.objects(page.rows)]
        last_times = [moment for moment in times if moment is not None][-5:]
        return bool(last_times) and max(last_times) <= self._oldest

    @property
    def _is_tag(self) -> bool:
        return not self._stream.account

    def _overlapped(self, since: str) -> str:
        if not self._is_tag or not since.isdecimal() or len(since) < _SNOWFLAKE:
            return since
        return str(max(0, int(since) - (TAG_OVERLAP_MS << 16)))

    def _covered(self) -> Covered:
        return Covered(self._stream.name, self._mark.dump())

    @property
    def wants_feed(self) -> bool:
        """The API was closed lately, and nothing has changed that would open it."""
        return self._old.has_feed(self._now) and not self._api.has_token

    def feed(self) -> Iterator[Event]:
        """What is new, through the account's public feed: no boosts, and no word on who wants to be found.

        Raises:
            FetchError: it cannot be read.
        """
        old = self._old.feed or {}
        is_for_all = self._old.trackers.issuperset(self._stream.trackers)
        answer = self._api.feed(self._stream.feed_url, conditions(old if is_for_all else {}))
        feed = {"until": wire.stamp(self._now + FEED_FOR)}
        if self.wants_feed:
            feed["until"] = old["until"]
        if answer.status == UNCHANGED:
            feed = {**old, **feed}
        else:
            feed.update(validators(answer.headers))
            yield from self._articles(answer.body, answer.url, answer.headers.get("content-type", ""))
        self._mark = replace(self._mark, newest=self._old.newest, feed=feed)
        yield self._covered()

    def _articles(self, body: bytes, url: str, content_type: str) -> Iterator[Event]:
        try:
            feed = read_xml(body, content_type)
        except FeedError as error:
            if error.is_page:
                raise FetchError(PAGE_INSTEAD, url=url) from None
            raise FormatError(f"format changed: {error}", url=url) from None
        if feed.damage and not feed.articles:
            raise FormatError(f"format changed: nothing of the feed can be read ({feed.damage})", url=url)
        for index, article in enumerate(feed.articles):
            status = self._status(article)
            yield Record(status, self._stream.trackers, f"{url} item[{index}]", self._stream.seen)

    def _status(self, article: Article) -> dict[str, Any]:
        """An article as the API would give it."""
        content, is_html = article.title, article.title_is_html
        if article.texts:
            content, is_html = article.texts[-1]
        if not is_html:
            content = content.replace("&", "&amp;").replace("<", "&lt;")
        return {
            "uri": article.id,
            "url": article.address,
            "created_at": article.at.isoformat() if article.at else None,
            "visibility": "public",
            "account": {"acct": self._stream.account},
            "content": content,
            "language": article.lang,
        }


def closed_reason(api: Api, feed_error: FetchError | None = None) -> str:
    """Why a stream of a closed instance cannot be read, and what to do."""
    reason = f"{api.host} answers nobody without a token"
    remedy = "see docs/networks.md"
    if api.has_token:
        reason = f"{api.host} does not accept our token"
    elif api.token_name:
        remedy = f"set the secret {api.token_name}"
    if feed_error is not None:
        reason += f", and its public feed cannot be read ({feed_error.reason})"
    return f"{reason}: {remedy}"
