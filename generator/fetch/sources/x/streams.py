"""Reading one stream of X - a timeline, a list, a search - newest first, within the budget, without losing a post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

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
    label: str
    """The endpoint's name in the meter."""
    trackers: tuple[str, ...]
    smallest: int
    """The least `max_results` that X takes here."""
    params: Mapping[str, str] = field(default_factory=dict)
    account_id: str | None = None
    """X's id of the account, where the stream is one account's."""
    clauses: tuple[str, ...] = ()
    """Of a search."""

    @property
    def is_list(self) -> bool:
        """Lists know neither `since_id` nor `until_id`."""
        return self.path.startswith("lists/")

    def dump(self, cursor: Cursor) -> dict[str, Any] | None:
        """The cursor as it is stored; None where there is nothing to remember."""
        stored = cursor.dump()
        return {**stored, "of": sorted(self.clauses)} if stored and self.clauses else stored or None


def timeline(account_id: str, trackers: tuple[str, ...]) -> Stream:
    """Posts, replies, quotes and reposts of one account."""
    return Stream(
        name=f"account/{account_id}",
        path=f"users/{account_id}/tweets",
        label="users/:id/tweets",
        trackers=trackers,
        smallest=5,
        account_id=account_id,
    )


def list_of(list_id: str, trackers: tuple[str, ...]) -> Stream:
    """Posts and reposts of a list's members."""
    return Stream(
        name=f"list/{list_id}",
        path=f"lists/{list_id}/tweets",
        label="lists/:id/tweets",
        trackers=trackers,
        smallest=1,
    )


def search_for(clauses: tuple[str, ...], trackers: tuple[str, ...]) -> Stream:
    """Posts with a link to arXiv by many accounts."""
    return Stream(
        name=x_search.stream_name(clauses),
        path="tweets/search/recent",
        label="tweets/search/recent",
        trackers=trackers,
        smallest=10,
        params={"query": x_search.query_of(clauses)},
        clauses=clauses,
    )


class OutOfReadsError(Exception):
    """The next page could exceed the cap on reads."""


class NotShownError(FetchError):
    """X answered, and says in words why it does not show the account, list or query that was asked for."""


class Reading:
    """One stream in one run."""

    def __init__(
        self,
        api: XApi,
        budget: Budget,
        stream: Stream,
        cursor: Cursor,
        now: datetime,
        *,
        since: datetime | None = None,
    ) -> None:
        self._api = api
        self._budget = budget
        self.stream = stream
        self.cursor = self._within_reach(cursor, now) if stream.clauses else cursor
        self._first = Gap(left=None if stream.clauses else FIRST_POSTS)
        if since is not None and stream.account_id is not None:  # X gives older posts of an account alone
            oldest = max(1, snowflake_at(since)) - 1
            self._first = Gap(since=oldest)
            if cursor.newest is not None:
                self.cursor = cursor.with_gap(None, Gap(since=oldest, until=cursor.newest + 1))

    def news(self) -> Iterator[Event]:
        """What came since the last run; of a stream never read, its newest posts."""
        gap = Gap(since=self.cursor.newest) if self.cursor.newest is not None else self._first
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
                yield Covered(self.stream.name, self.stream.dump(self.cursor))

    @staticmethod
    def _within_reach(cursor: Cursor, now: datetime) -> Cursor:
        """Without ids that search would refuse, and without holes that it cannot fill any more."""
        oldest = snowflake_at(now - _SEARCH_REACH)
        gaps = tuple(
            replace(gap, since=None if gap.since is not None and gap.since < oldest else gap.since)
            for gap in cursor.gaps
            if gap.until is None or gap.until > oldest
        )
        newest = None if cursor.newest is not None and cursor.newest < oldest else cursor.newest
        return Cursor(newest, gaps)

    def _walk(self, gap: Gap, stored: Gap | None) -> Iterator[Event]:
        """Read a range from its top down; after every page the cursor says what is left of it.

        `stored` is what of the range stands in the cursor already.
        """
        seen = {gap.token}
        rest: Gap | None = gap
        token = gap.token
        for _ in range(PAGES_MAX):
            if rest is None:
                return
            page = self._ask(gap, rest, token)
            if page.problem:
                raise NotShownError(page.problem, url=self.stream.path, status=_NOT_FOUND)
            yield from self._records(page, rest)
            ids = _ids(page.posts)
            rest = self._after(rest, page, ids, seen)
            self.cursor = self.cursor.reached(ids).with_gap(stored, rest)
            yield Covered(self.stream.name, self.stream.dump(self.cursor))
            stored, token = rest, page.next_token

    def _after(self, gap: Gap, page: Page, ids: list[int], seen: set[str | None]) -> Gap | None:
        """What is left of `gap` below this page; None when it is read."""
        token = page.next_token
        posts_left = None if gap.left is None else gap.left - len(page.posts)
        reached = gap.since is not None and bool(ids) and min(ids) <= gap.since
        if token is None or token in seen or reached or (posts_left is not None and posts_left <= 0):
            return None  # a token that comes again would lead in a circle
        seen.add(token)
        return Gap(
            since=gap.since,
            until=min(ids) if ids else gap.until,
            token=token if self.stream.is_list or not ids else None,
            left=posts_left,
        )

    def _ask(self, top: Gap, rest: Gap, token: str | None) -> Page:
        """The next page. Raises OutOfReadsError, FetchError."""
        posts = PAGE_MAX if rest.left is None else rest.left
        if self.stream.is_list and token is None and rest.since is not None:
            posts = LIST_PAGE
        size = self._budget.page_size(self.stream.smallest, posts)
        if size is None:
            raise OutOfReadsError
        params = {**self.stream.params, "max_results": str(size)}
        if not self.stream.is_list:
            params.update({} if top.since is None else {"since_id": str(top.since)})
            params.update({} if top.until is None else {"until_id": str(top.until)})
        params.update({} if token is None else {"pagination_token": token})
        return self._api.posts(self.stream.path, params, self.stream.label)

    def _records(self, page: Page, gap: Gap) -> Iterator[Record]:
        included = Included.of(page.answer, self.stream.account_id)
        for index, post in enumerate(page.posts):
            own_id = _id(post)
            if own_id is not None and gap.since is not None and own_id <= gap.since:
                continue  # a list's page reaches below what is new
            yield Record(post, self.stream.trackers, f"{self.stream.path} data[{index}]", included)


def is_refused(error: FetchError) -> bool:
    """X does not know the account, list or query: the others go on."""
    return error.status in _REFUSED


def _id(post: Any) -> int | None:
    own_id = post.get("id") if isinstance(post, dict) else None
    return int(own_id) if isinstance(own_id, str) and ID.fullmatch(own_id) else None


def _ids(posts: list[Any]) -> list[int]:
    return [own_id for post in posts if (own_id := _id(post)) is not None]
