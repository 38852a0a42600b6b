"""Bluesky: posts, replies, quotes and reposts through the public AppView, without a key.

Sources, read 2026-11-23: the lexicons of bluesky-social/atproto (2026-08-20). What is asked for a tracker's block
`{accounts, follows_of, lists, feeds}`:

| what | request | how often |
|---|---|---|
| handle -> DID | `getProfiles`, 25 handles each | once ever; the state keeps the DIDs |
| `follows_of` | `getFollows`, 100 each | once a day; each followed account is then read like one of `accounts` |
| accounts | `getAuthorFeed`, 100 posts | one an account a run |
| lists | `getListFeed`, 100 posts | one a list a run |
| feeds | `getFeed`, 100 posts | at most 5 a feed a run |

A run without news makes exactly those requests. Pages are read until what the last run saw, with six hours of overlap
because a feed's order is not exact; a stream that was never read begins 30 days back (at least one page, at most 10),
and so does one that another tracker wants since the last run, so that its pages are not empty. Posts up to two days
older than the newest known one are given again, because their counts grow; of `feeds`, which choose by their own rules,
whole pages are.

A cursor moves when its stream was read to its end; a stream that broke off is read again from the top. An account, list
or feed that cannot be read fails alone; three in a row without an answer mean that Bluesky is down, or that our time is
up: the next run begins where this one ended.
BLUESKY_HANDLE and BLUESKY_APP_PASSWORD are not needed for any of this.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import NEXT, PAGES_MAX, REMEDY, Asker, Patience, in_turn, is_fault
from generator.fetch.adapter.side_by_side import side_by_side
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Record, Source, StreamFailed
from generator.fetch.sources.bluesky import posts as bluesky_posts
from generator.fetch.sources.bluesky.actors import Actors, Place, actor_name, next_cursor, place_of
from generator.fetch.sources.bluesky.config import AT_ONCE, CONFIG
from generator.fetch.sources.bluesky.gone import find_gone
from generator.fetch.sources.bluesky.stream import CURSOR, StreamCursor, is_streamed, microseconds, read_stream
from generator.model.errors import FetchError, FormatError

PAGE = 100
FIRST_REACH = timedelta(days=30)
FIRST_PAGES = 10
FEED_PAGES = 5
BACKWARDS_PAGES = 500
"""Of one stream in a run that asks for older posts."""
OVERLAP = timedelta(hours=6)
AGAIN = timedelta(days=2)
"""Posts no older than this before the newest known one are given again."""
LAST_ROWS = 5
"""The end of a page is where these agree: one row out of order proves nothing."""
_TOO_MANY = 429
_UNKNOWN = frozenset({400, 404, 410})
"""What is asked for does not exist: the others may. (The service says 400 for a suspended or deleted account.)"""
_ENDPOINTS = {"account": "getAuthorFeed", "list": "getListFeed", "feed": "getFeed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One feed to read, for all trackers that want it."""

    kind: str
    """account, list or feed."""
    key: str
    """DID or at:// address."""
    trackers: tuple[str, ...]
    joins: int | None = None
    """Start of the Jetstream that the account belongs to once it was read, in microseconds."""

    @property
    def name(self) -> str:
        """Of its cursor."""
        return f"{self.kind}/{self.key}"

    @property
    def endpoint(self) -> str:
        """Without its name space."""
        return _ENDPOINTS[self.kind]

    @property
    def params(self) -> dict[str, str]:
        """Of the first page."""
        if self.kind == "account":
            return {"actor": self.key, "limit": str(PAGE), "filter": "posts_with_replies", "includePins": "false"}
        return {self.kind: self.key, "limit": str(PAGE)}


@dataclass(slots=True)
class _Plan:
    """What the trackers want, each thing once, with the trackers that want it, in the config's order."""

    accounts: dict[str, set[str]] = field(default_factory=dict)
    follows_of: dict[str, set[str]] = field(default_factory=dict)
    places: dict[tuple[str, Place], set[str]] = field(default_factory=dict)
    unusable: list[StreamFailed] = field(default_factory=list)

    def actors(self) -> Iterator[str]:
        """Everybody whose DID is needed."""
        yield from self.accounts
        yield from self.follows_of
        yield from (place.actor for _, place in self.places)


def _plan(request: FetchRequest) -> _Plan:
    plan = _Plan()
    for tracker_block in request.wanted:
        for name, actors in (("accounts", plan.accounts), ("follows_of", plan.follows_of)):
            for value in tracker_block.block.get(name) or ():
                actors.setdefault(actor_name(value), set()).add(tracker_block.tracker)
        for name, kind in (("lists", "list"), ("feeds", "feed")):
            for value in tracker_block.block.get(name) or ():
                place = place_of(value)
                if place is None:
                    reason = f"no {kind} of Bluesky: give its at:// address or that of its page on bsky.app"
                    plan.unusable.append(StreamFailed(f"{kind}/{value}", reason))
                else:
                    plan.places.setdefault((kind, place), set()).add(tracker_block.tracker)
    return plan


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Ask for everything new that the trackers want. Raises FetchError, FormatError."""
    plan = _plan(request)
    patience = Patience()
    for failure in plan.unusable:
        yield patience.refusal(failure.stream, failure.reason)
    api = str(request.settings.get("api") or "https://public.api.bsky.app").rstrip("/").removesuffix("/xrpc")
    actors = Actors(_asker(request, api), request.state.accounts, patience)
    yield from actors.look_up(plan.actors())
    streams = yield from _streams(request, plan, actors)
    streams = yield from _by_stream(request, api, streams, patience)
    first = request.state.cursors.get(NEXT)
    turns = []
    for index in in_turn([stream.name for stream in streams], first):
        turns.append(streams[index])
    jobs = [partial(_read, stream=stream, api=api) for stream in turns]
    results = side_by_side(request, bluesky_posts.NETWORK, jobs, at_once=AT_ONCE, ahead=4 * AT_ONCE)
    with closing(results):
        for number, (stream, brought) in enumerate(zip(turns, results, strict=True), 1):
            request.tell(f"{number:,} of {len(turns):,} accounts, lists and feeds")
            # An account without posts says nothing, and was read all the same.
            if brought.said or brought.error is None:
                patience.worked()
            yield from brought.said
            if brought.error is not None:
                yield from _failed(brought.error, stream, patience)
    patience.finish()
    if first is not None:
        yield Covered(NEXT, None)


def _by_stream(
    request: FetchRequest, api: str, streams: list[Stream], patience: Patience
) -> Generator[Event, None, list[Stream]]:
    """Read accounts by Jetstream where the owner wants that or there are many; returns what is left to read by feeds.

    An account joins the stream once its feed was read while the stream's cursor was kept, so that nothing is missed.
    """
    accounts = [stream for stream in streams if stream.kind == "account"]
    if not is_streamed(request.settings.get("stream", False), len(accounts)):
        return streams
    cursor = StreamCursor.load(request.state.cursors.get(CURSOR), request.now)
    if request.since is not None:  # the stream has two days; it goes on in the next run
        marks = [_Mark.load(request.state.cursors.get(stream.name)) for stream in streams]
        return [replace(stream, joins=mark.joined) for stream, mark in zip(streams, marks, strict=True)]
    if cursor is None:
        now_us = microseconds(request.now)
        yield Covered(CURSOR, {"since": now_us, "time_us": now_us})
        return [replace(stream, joins=now_us) if stream.kind == "account" else stream for stream in streams]
    followed: dict[str, tuple[str, ...]] = {}
    remaining = []
    for stream in streams:
        mark = _Mark.load(request.state.cursors.get(stream.name))
        if stream.kind != "account":
            remaining.append(stream)
        elif mark.joined == cursor.since and mark.trackers.issuperset(stream.trackers):
            followed[stream.key] = stream.trackers
        else:
            remaining.append(replace(stream, joins=cursor.since))
    if followed:
        try:
            yield from read_stream(request, partial(_asker, api=api), cursor, followed)
            patience.worked()
        except FormatError:
            raise
        except FetchError as error:
            yield StreamFailed(CURSOR, f"{error.reason}; the next run takes it up there")
            patience.is_lost(error)
    return remaining


def _failed(error: FetchError, stream: Stream, patience: Patience) -> Iterator[Event]:
    """The stream's own failure; raises `error` where it is the network's, and says where the next run begins."""
    if isinstance(error, FormatError):
        raise error
    if error.status in _UNKNOWN:
        yield patience.refusal(stream.name, _reason(error))
        return
    yield StreamFailed(stream.name, _reason(error))
    if error.status == _TOO_MANY or patience.is_lost(error):
        yield Covered(NEXT, stream.name)
        raise error


def _streams(request: FetchRequest, plan: _Plan, actors: Actors) -> Generator[Event, None, list[Stream]]:
    """Returns everything to read: accounts, then the accounts that others follow, then lists and feeds."""
    trackers_of: dict[tuple[str, str], set[str]] = {}
    for actor, trackers in plan.accounts.items():
        if did := actors.did(actor):
            trackers_of.setdefault(("account", did), set()).update(trackers)
    for actor, trackers in plan.follows_of.items():
        if did := actors.did(actor):
            followed: list[str] = []
            stored = request.state.cursors.get(f"follows/{did}")
            yield from actors.follows(did, stored, request.now, followed)
            for followed_did in followed:
                trackers_of.setdefault(("account", followed_did), set()).update(trackers)
    for (kind, place), trackers in plan.places.items():
        if did := actors.did(place.actor):
            trackers_of.setdefault((kind, f"at://{did}/{place.collection}/{place.rkey}"), set()).update(trackers)
    return [Stream(kind=kind, key=key, trackers=tuple(sorted(names))) for (kind, key), names in trackers_of.items()]


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where the last run stood: the newest time in the stream, and for whom it was read."""

    newest: datetime | None
    trackers: frozenset[str]
    joined: int | None = None
    """Start of the Jetstream that the account belongs to."""

    @classmethod
    def load(cls, stored: Any) -> _Mark:
        """From JSON; what is not understood is as if it had never been."""
        if not isinstance(stored, Mapping):
            return cls(None, frozenset())
        names = stored.get("trackers")
        trackers = frozenset(map(str, names)) if isinstance(names, list) else frozenset()
        return cls(wire.time(stored.get("newest")), trackers, stored.get("joined"))


@dataclass(frozen=True, slots=True)
class _Range:
    """How far down one stream is read in this run."""

    stream: Stream
    mark: _Mark
    now: datetime
    since: datetime | None = None
    """Also older posts are wanted, back to this time."""

    @property
    def is_first(self) -> bool:
        """Never read before, or not for all that want it now, or read again for older posts."""
        if self.since is not None:
            return True
        return self.mark.newest is None or not self.mark.trackers.issuperset(self.stream.trackers)

    @property
    def pages_max(self) -> int:
        """Of this run."""
        if self.since is not None:
            return BACKWARDS_PAGES
        if self.stream.kind == "feed":
            return FEED_PAGES
        if self.is_first:
            return FIRST_PAGES
        return PAGES_MAX

    def gives(self, moment: datetime | None) -> bool:
        """Whether a row is told on: new, or young enough that its counts still grow."""
        newest = self.mark.newest
        if self.is_first or newest is None or moment is None or self.stream.kind == "feed":
            return True
        return moment >= newest - AGAIN

    def ends(self, times: list[datetime]) -> bool:
        """Whether nothing below a page with these times is wanted."""
        if not times:
            return False
        newest = self.mark.newest
        chosen = self.stream.kind == "feed"  # by an algorithm: in no order of time
        last = max(times if chosen else times[-LAST_ROWS:])
        if self.is_first or newest is None:
            return last <= min(self.now - FIRST_REACH, self.since or self.now)
        return max(times) <= newest or (not chosen and last <= newest - OVERLAP)


def _asker(request: FetchRequest, api: str) -> Asker:
    return Asker(request, f"{api}/xrpc", limits="ratelimit-")


def _read(request: FetchRequest, stream: Stream, api: str) -> Iterator[Event]:
    asker = _asker(request, api)
    range_ = _Range(stream, _Mark.load(request.state.cursors.get(stream.name)), request.now, request.since)
    newest = range_.mark.newest
    for rows in _pages(asker, stream, range_.pages_max):
        times = [order_time(row) for row in rows]
        for index, (row, moment) in enumerate(zip(rows, times, strict=True)):
            if range_.gives(moment):
                yield Record(row, stream.trackers, f"{stream.endpoint} {stream.key} feed[{index}]")
        moments = [moment for moment in times if moment is not None]
        newest = max([*moments, *([newest] if newest else [])], default=None)
        if range_.ends(moments):
            break
    if newest is not None or stream.joins is not None:
        mark: dict[str, Any] = {"trackers": list(stream.trackers)}
        if newest is not None:
            mark["newest"] = f"{newest:%Y-%m-%dT%H:%M:%SZ}"
        if stream.joins is not None:
            mark["joined"] = stream.joins
        yield Covered(stream.name, dict(sorted(mark.items())))


def _pages(asker: Asker, stream: Stream, pages_max: int) -> Iterator[list[Any]]:
    """Rows, page by page, until the service says that there are no more, or says the same again."""
    params, seen = stream.params, set[str]()
    for _ in range(pages_max):
        answer = asker.get(f"app.bsky.feed.{stream.endpoint}", params, label=stream.endpoint)
        rows = answer.get("feed")
        if not isinstance(rows, list):
            raise FormatError("format changed: feed is no list", url=stream.endpoint)
        if rows and not any(isinstance(row, dict) and isinstance(row.get("post"), dict) for row in rows):
            raise FormatError("format changed: no row of feed has a post", url=stream.endpoint)
        yield rows
        cursor = next_cursor(answer, stream.endpoint)
        if cursor is None or cursor in seen:
            return
        seen.add(cursor)
        params = {**params, "cursor": cursor}


def order_time(row: Any) -> datetime | None:
    """By what the service orders its feeds: when it saw a repost; for a post, no later than its author states."""
    if not isinstance(row, dict):
        return None
    reason, post = row.get("reason"), row.get("post")
    if isinstance(reason, dict) and "by" in reason:
        return wire.time(reason.get("indexedAt"))
    if not isinstance(post, dict):
        return None
    record = post.get("record")
    stated = wire.time(record.get("createdAt")) if isinstance(record, dict) else None
    return min([moment for moment in (stated, wire.time(post.get("indexedAt"))) if moment], default=None)


def _reason(error: FetchError) -> str:
    if is_fault(error):
        return error.reason
    return f"Bluesky does not know it or does not show it (HTTP {error.status}): {REMEDY}"


SOURCE = Source(
    name=bluesky_posts.NETWORK,
    title=CONFIG.title,
    secrets=(),
    fetch=fetch,
    parse=bluesky_posts.parse,
    post_url=bluesky_posts.post_url,
    find_gone=find_gone,
)
