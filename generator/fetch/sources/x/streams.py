"""Reading one stream of X - a timeline, a list, a search - newest first, within the budget, without losing a post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from generator.fetch.adapter.patience import PAGES_MAX
from generator.fetch.adapter.source import Covered, Event, Record
from generator.fetch.sources.x import search as x_search
from generator.fetch.sources.x.api import Page, XApi
from generator.fetch.sources.x.cost import FIRST_POSTS, PAGE_MAX, Budget
from generator.fetch.sources.x.cursor import Cursor, Gap
from generator.fetch.sources.x.posts import ID, Included, snowflake_at
from generator.model.errors import FetchError

LIST_PAGE = 20
"""First page of a list that was read before: lists cannot be asked for what is new, so every page is paid again."""
_SEARCH_REACH = timedelta(days=7) - timedelta(minutes=15)
"""Recent search knows seven days; an older `since_id` is refused. The quarter of an hour is for slow clocks."""
_NOT_FOUND = 404
_REFUSED = frozenset({400, _NOT_FOUND, 410})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One thing to read, for all trackers that want it."""

    name: str
    path: str
    trackers: tuple[str, ...]
    smallest: int
    """The least `max_results` that X takes here."""
    account_id: str | None = None
    """X's id of the account, where the stream is one account's."""
    clauses: tuple[str, ...] = ()
    """The accounts and lists of a search: `from:ann`, `list:77`."""

    @property
    def label(self) -> str:
        """The endpoint's name in the meter."""
        return re.sub("[0-9]+", ":id", self.path)

    @property
    def params(self) -> dict[str, str]:
        """Parameters of every page."""
        if self.clauses:
            return {"query": x_search.query_of(self.clauses)}
        return {}

    @property
    def is_list(self) -> bool:
        """Lists know neither `since_id` nor `until_id`."""
        return self.path.startswith("lists/")

    def dump(self, cursor: Cursor) -> dict[str, Any] | None:
        """The cursor as it is stored; None where there is nothing to remember."""
        stored = cursor.dump()
        if stored and self.clauses:
            stored["of"] = sorted(self.clauses)
        return stored or None


def timeline(account_id: str, trackers: tuple[str, ...]) -> Stream:
    """Posts, replies, quotes and reposts of one account."""
    path = f"users/{account_id}/tweets"
    return Stream(name=f"account/{account_id}", path=path, trackers=trackers, smallest=5, account_id=account_id)


def list_of(list_id: str, trackers: tuple[str, ...]) -> Stream:
    """Posts and reposts of a list's members."""
    return Stream(name=f"list/{list_id}", path=f"lists/{list_id}/tweets", trackers=trackers, smallest=1)


def search_for(clauses: tuple[str, ...], trackers: tuple[str, ...]) -> Stream:
    """Posts with a link to arXiv by many accounts."""
    name = x_search.stream_name(clauses)
    return Stream(name=name, path="tweets/search/recent", trackers=trackers, smallest=10, clauses=clauses)


class OutOfReadsError(Exception):
    """The next page could exceed the cap on reads."""


class NotShownError(FetchError):
    """X answered, and says in words why it does not show the account, list or query that was asked for."""


class Reading:
    """One stream in one run."""

    def __init__(
        self, api: XApi, budget: Budget, stream: Stream, cursor: Cursor, now: datetime, *, since: datetime | None = None
    ) -> None:
        self._api = api
        self._budget = budget
        self.stream = stream
        self.cursor = cursor
        self._first = Gap(left=FIRST_POSTS)
        if stream.clauses:
            self.cursor = _within_reach(cursor, now)
            self._first = Gap()
        # X gives older posts of an account alone.
        if since is not None and stream.account_id is not None:
            oldest = max(1, snowflake_at(since)) - 1
            self._first = Gap(since=oldest)
            if cursor.newest is not None:
                self.cursor = cursor.with_gap(None, Gap(since=oldest, until=cursor.newest + 1))

    def news(self) -> Iterator[Event]:
        """What came since the last run; of a stream never read, its newest posts."""
        gap = self._first
        if self.cursor.newest is not None:
            gap = Gap(since=self.cursor.newest)
        yield from self._walk(gap, stored=None)

    def rest(self) -> Iterator[Event]:
        """What earlier runs had to leave."""
        for gap in self.cursor.gaps:
            try:
                yield from self._walk(gap, stored=gap)
            except FetchError as error:
                if gap.token is None or not is_refused(error) or isinstance(error, NotShownError):
                    raise
                # X forgot the place in the list: the next run looks for it from the top.
                self.cursor = self.cursor.with_gap(gap, replace(gap, token=None))
                yield self._covered()

    def _covered(self) -> Covered:
        return Covered(self.stream.name, self.stream.dump(self.cursor))

    def _walk(self, gap: Gap, stored: Gap | None) -> Iterator[Event]:
        """Read a range from its top down; after every page the cursor says what is left of it.

        `stored` is what of the range stands in the cursor already.
        """
        seen_tokens = {gap.token}
        rest: Gap | None = gap
        token = gap.token
        for _ in range(PAGES_MAX):
            if rest is None:
                return
            page = self._ask(gap, rest, token)
            if page.problem:
                raise NotShownError(page.problem, url=self.stream.path, status=_NOT_FOUND)
            yield from self._records(page, rest)
            ids = [own_id for post in page.posts if (own_id := _id(post)) is not None]
            # A token that comes again would lead in a circle.
            token = None if page.next_token in seen_tokens else page.next_token
            seen_tokens.add(token)
            rest = self._below(rest, page, ids, token)
            self.cursor = self.cursor.reached(ids).with_gap(stored, rest)
            yield self._covered()
            stored = rest

    def _below(self, gap: Gap, page: Page, ids: list[int], token: str | None) -> Gap | None:
        """What is left of `gap` below this page; None when it is read."""
        if token is None:
            return None
        if gap.since is not None and ids and min(ids) <= gap.since:
            return None
        posts_left = None
        if gap.left is not None:
            posts_left = gap.left - len(page.posts)
            if posts_left <= 0:
                return None
        if not ids:
            return Gap(since=gap.since, until=gap.until, token=token, left=posts_left)
        # An id names the place for good; a token does where X takes no id.
        return Gap(since=gap.since, until=min(ids), token=token if self.stream.is_list else None, left=posts_left)

    def _ask(self, top: Gap, rest: Gap, token: str | None) -> Page:
        """The next page. Raises OutOfReadsError, FetchError."""
        posts = PAGE_MAX if rest.left is None else rest.left
        if self.stream.is_list and token is None and rest.since is not None:
            posts = LIST_PAGE
        size = self._budget.page_size(self.stream.smallest, posts)
        if size is None:
            raise OutOfReadsError
        params = {**self.stream.params, "max_results": str(size)}
        if top.since is not None and not self.stream.is_list:
            params["since_id"] = str(top.since)
        if top.until is not None and not self.stream.is_list:
            params["until_id"] = str(top.until)
        if token is not None:
            params["pagination_token"] = token
        return self._api.posts(self.stream.path, params, self.stream.label)

    def _records(self, page: Page, gap: Gap) -> Iterator[Record]:
        included = Included.of(page.answer, self.stream.account_id)
        for index, post in enumerate(page.posts):
            own_id = _id(post)
            # A list's page reaches below what is new.
            if own_id is None or gap.since is None or own_id > gap.since:
                yield Record(post, self.stream.trackers, f"{self.stream.path} data[{index}]", included)


def _within_reach(cursor: Cursor, now: datetime) -> Cursor:
    """Without ids that search would refuse, and without holes that it cannot fill any more."""
    oldest = snowflake_at(now - _SEARCH_REACH)
    gaps = []
    for gap in cursor.gaps:
        if gap.until is None or gap.until > oldest:
            gaps.append(replace(gap, since=_not_before(oldest, gap.since)))
    return Cursor(_not_before(oldest, cursor.newest), tuple(gaps))


def _not_before(oldest: int, own_id: int | None) -> int | None:
    if own_id is None or own_id < oldest:
        return None
    return own_id


def is_refused(error: FetchError) -> bool:
    """X does not know the account, list or query: the others go on."""
    return error.status in _REFUSED


def _id(post: Any) -> int | None:
    own_id = post.get("id") if isinstance(post, dict) else None
    if isinstance(own_id, str) and ID.fullmatch(own_id):
        return int(own_id)
    return None
