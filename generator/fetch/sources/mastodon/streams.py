"""Reading one stream of an instance: what is new of an account's statuses or a hashtag's.

Where nobody is answered without a token, the account's public feed is read.

A stream that was read before is read upwards (`min_id`): every page moves the cursor, so a run that breaks off leaves
no hole. One that was not is read downwards (`max_id`), 30 days or 10 pages, at least one. Servers that do not know
`min_id` answer with the newest: what is new in it is taken, and what lies between is read downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.feed_xml import FeedError, read_xml
from generator.fetch.adapter.patience import PAGES_MAX
from generator.fetch.adapter.source import Covered, Event, Record
from generator.fetch.sources.mastodon.api import STATUSES_PAGE, Api, Page, local_id, order_of
from generator.fetch.sources.mastodon.posts import LOCAL_ID, Seen
from generator.fetch.sources.mastodon.threads import Threads
from generator.model.errors import FetchError, FormatError
from generator.net.http.body import PAGE_INSTEAD

FIRST_REACH = timedelta(days=30)
FIRST_PAGES = 10
BACKWARDS_PAGES = 500
"""In a run that asks for older posts."""
SHORT_PAGE = 20
"""A page with fewer statuses is the last: servers that allow fewer than 40 allow 20."""
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
    """Of its cursor: `account/user@host`, `followed/host/user@host`, `tag/tag@host`."""
    path: str
    """Of its statuses, below the origin; empty where the instance told us no id."""
    trackers: tuple[str, ...]
    seen: Seen
    account: str = ""
    """`user@host`, where it is one account's."""
    feed_url: str = ""
    """Of its public feed, where it has one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the last run stood."""

    newest: str | None = None
    trackers: frozenset[str] = frozenset()
    feed: Mapping[str, str] | None = None
    """Until when the feed is read, and its validators."""

    @classmethod
    def load(cls, stored: Any) -> Mark:
        """From JSON; what is not understood is as if it had never been."""
        if not isinstance(stored, Mapping):
            return cls()
        newest, trackers, feed = stored.get("newest"), stored.get("trackers"), stored.get("feed")
        return cls(
            newest if isinstance(newest, str) and LOCAL_ID.fullmatch(newest) else None,
            frozenset(map(str, trackers)) if isinstance(trackers, list) else frozenset(),
            {str(key): value for key, value in feed.items() if isinstance(value, str)}
            if isinstance(feed, Mapping)
            else None,
        )

    def has_feed(self, now: datetime) -> bool:
        """The feed is read for some time still."""
        until = wire.time(self.feed.get("until")) if self.feed else None
        return until is not None and now < until <= now + FEED_FOR  # later was said by a clock that was wrong

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        plain: dict[str, Any] = {"trackers": sorted(self.trackers)}
        plain |= {"newest": self.newest} if self.newest else {}
        return plain | ({"feed": dict(self.feed)} if self.feed else {})


class Reading:
    """One stream in one run."""

    def __init__(
        self,
        api: Api,
        stream: Stream,
        mark: Mark,
        threads: Threads,
        now: datetime,
        *,
        since: datetime | None = None,
    ) -> None:
        self._api = api
        self._stream = stream
        self._threads = threads
        self._now = now
        self._reach = now - FIRST_REACH
        self._pages_max = FIRST_PAGES
        if since is not None:
            self._reach, self._pages_max = min(self._reach, since), BACKWARDS_PAGES
        self._first = since is not None or mark.newest is None or not mark.trackers.issuperset(stream.trackers)
        self._old = mark
        self._mark = replace(mark, trackers=frozenset(stream.trackers), feed=None)

    def statuses(self) -> Iterator[Event]:
        """What is new, through the API. Raises FetchError, FormatError."""
        yield from self._first_time() if self._first else self._news()

    def _first_time(self) -> Iterator[Event]:
        yield from self._downwards(None, floor=None)
        yield self._covered()

    def _news(self) -> Iterator[Event]:
        floor = self._old.newest or ""
        since, lowest = self._overlapped(floor), None
        for _ in range(PAGES_MAX):
            page = self._ask({"min_id": since})
            is_deaf = any(order_of(own_id) <= order_of(since) for own_id in page.ids)
            above = [own_id for own_id in page.ids if order_of(own_id) > order_of(floor)]
            yield from self._records(page, newest=floor if lowest is None else self._mark.newest)
            if is_deaf and lowest is not None:  # what lies between the last run and the newest page
                yield from self._downwards(lowest, floor=floor)
            lowest = min(above, key=order_of, default=lowest)
            self._reached(page)
            yield self._covered()
            newest = self._mark.newest or since
            if is_deaf or len(page.rows) < SHORT_PAGE or order_of(newest) <= order_of(since):
                return
            since = max(newest, page.previous_min or newest, key=order_of)

    def _downwards(self, below: str | None, floor: str | None) -> Iterator[Event]:
        """From the newest, or from `below`, to `floor`, or as far as a first reading goes."""
        for _ in range(self._pages_max):
            page = self._ask({"max_id": below} if below else {})
            fresh = [own_id for own_id in page.ids if below is None or order_of(own_id) < order_of(below)]
            if page.rows and not fresh:
                return  # the server does not know max_id either: it says the same again
            yield from self._records(page, newest=floor)
            self._reached(page)
            lowest = min(fresh, key=order_of, default=None)
            if lowest is None or self._is_far(page) or (floor is not None and order_of(lowest) <= order_of(floor)):
                return
            if page.next_max is None and (page.linked or len(page.rows) < SHORT_PAGE):
                return
            below = page.next_max or lowest

    def _ask(self, params: Mapping[str, str]) -> Page:
        page = self._api.page(self._stream.path, {"limit": str(STATUSES_PAGE), **params})
        if page.rows and not any(isinstance(row, dict) and isinstance(row.get("account"), dict) for row in page.rows):
            raise FormatError("format changed: no status has an account", url=page.where)
        return page

    def _records(self, page: Page, newest: str | None) -> Iterator[Event]:
        """The page's statuses, after what they answer or quote. Those up to `known` are there for being late alone."""
        new: list[Any] = []
        again: list[Any] = []
        for row in page.rows:
            own_id = local_id(row)
            is_known = own_id is not None and newest is not None and order_of(own_id) <= order_of(newest)
            (again if is_known else new).append(row)
        trackers, seen = self._stream.trackers, self._stream.seen
        yield from self._threads.records(new, trackers, seen, page.where)
        if self._is_tag:
            yield from self._threads.records(again, trackers, seen, page.where, alone=True)

    def _reached(self, page: Page) -> None:
        ids = [*page.ids, *([self._mark.newest] if self._mark.newest else [])]
        self._mark = replace(self._mark, newest=max(ids, key=order_of, default=None))

    def _is_far(self, page: Page) -> bool:
        """Whether everything below is older than a first reading goes."""
        times = [wire.time(row.get("created_at")) for row in page.rows if isinstance(row, dict)]
        moments = [moment for moment in times if moment is not None]
        return bool(moments) and max(moments[-5:]) <= self._reach

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
        same = self._old.trackers.issuperset(self._stream.trackers)
        validators = {
            header: old[name]
            for header, name in (("if-none-match", "etag"), ("if-modified-since", "modified"))
            if same and name in old and old[name].isprintable() and old[name].isascii()
        }
        answer = self._api.feed(self._stream.feed_url, validators)
        until = old.get("until") if self.wants_feed else None
        validity = {"until": until or f"{self._now + FEED_FOR:%Y-%m-%dT%H:%M:%SZ}"}
        if answer.status == 304:  # noqa: PLR2004 (unchanged)
            validity |= {name: old[name] for name in ("etag", "modified") if name in old}
        else:
            for name, header in (("etag", "etag"), ("modified", "last-modified")):
                value = answer.headers.get(header, "").strip()
                validity |= {name: value} if value and len(value) <= wire.SHOWN_MAX else {}
            yield from self._articles(answer.body, answer.url, answer.headers.get("content-type", ""))
        self._mark = replace(self._mark, newest=self._old.newest, feed=validity)
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
            text, is_html = article.texts[-1] if article.texts else (article.title, article.title_is_html)
            status = {
                "uri": article.id,
                "url": article.address,
                "created_at": None if article.at is None else article.at.isoformat(),
                "visibility": "public",
                "account": {"acct": self._stream.account},
                "content": text if is_html else text.replace("&", "&amp;").replace("<", "&lt;"),
                "language": article.lang,
            }
            yield Record(status, self._stream.trackers, f"{url} item[{index}]", self._stream.seen)


def closed_reason(api: Api, feed_error: FetchError | None) -> str:
    """Why a stream of a closed instance cannot be read, and what to do."""
    remedy = f"set the secret {api.token_name}" if api.token_name and not api.has_token else "see docs/networks.md"
    what = "does not accept our token" if api.has_token else "answers nobody without a token"
    feed = f", and its public feed cannot be read ({feed_error.reason})" if feed_error else ""
    return f"{api.host} {what}{feed}: {remedy}"
