"""Bluesky's Jetstream: what many accounts did since the last run, in one connection instead of a request for each.

Sources, read 2026-11-30: bluesky-social/jetstream (handler, filter and cursor of `/subscribe`, events of its tests).

- `GET /subscribe?wantedCollections=...&cursor=<microseconds>&requireHello=true`, then a message `options_update` with
  up to 10,000 `wantedDids`. More accounts take more connections, one after the other; beyond CONNECTIONS_MAX one
  connection gives everything, and it is filtered here.
- An event is a commit (`create` or `delete` of a post or repost) or the state of an account.
- The public servers keep 36 hours.

A run reads from its cursor to the moment when it began. It asks the AppView for the posts that may be about papers, 25
at a time, and gives them as the rows that their authors' feeds would have given, so `posts.parse` reads both. The
cursor moves only behind what was given: a stream that breaks off anywhere is taken up there. A run begins OVERLAP
earlier, because servers differ by seconds; to take in a post twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from generator.fetch.adapter.patience import Asker
from generator.fetch.adapter.side_by_side import Job, side_by_side
from generator.fetch.adapter.source import AccountGone, Covered, Deleted, Event, FetchRequest, Record, StreamFailed
from generator.fetch.sources.bluesky.config import AT_ONCE
from generator.fetch.sources.bluesky.posts import NETWORK, POSTS, REPOSTS, parse, parse_uri
from generator.finding.mentions import find_papers
from generator.finding.shorteners import short_links
from generator.model.errors import FormatError, RecordError

CURSOR = "jetstream"
"""Key of the stored cursor: {"since": when this stream was begun, "time_us": up to where it was read}."""
SERVER = "wss://jetstream2.us-east.bsky.network"
AUTO_FROM = 500
"""Accounts. Fewer are read by their feeds, which brings counts and texts of threads at no extra request."""
DIDS_MAX = 10_000
CONNECTIONS_MAX = 20
LOOK_BACK = timedelta(hours=30)
"""Less than the servers keep. After a longer pause, accounts are read by their feeds again."""
OVERLAP = timedelta(seconds=10)
QUIET_S = 15.0
"""A stream that gives nothing for so long was read to its end."""
READ_S = 240.0
"""For all connections of a run."""
FLUSH_EVENTS = 5_000
"""Posts and reposts are asked about and given after so many, so that memory stays bounded."""
DIDS_IN_ADDRESS = 50
"""So few stand in the address itself; more are sent in the first message."""
BATCH = 25
"""Addresses in one getPosts, accounts in one getProfiles."""
_GONE = frozenset({"deleted", "takendown", "suspended", "deactivated"})
_UNREADABLE_MAX = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Commit(msgspec.Struct):
    operation: str
    collection: str
    rkey: str
    record: dict[str, Any] | None = None


class _AccountState(msgspec.Struct):
    active: bool
    status: str | None = None


class _StreamEvent(msgspec.Struct):
    did: str
    time_us: int
    kind: str
    commit: _Commit | None = None
    account: _AccountState | None = None


@dataclass(frozen=True, slots=True)
class StreamCursor:
    """Where the stream stands, in microseconds since 1970."""

    since: int
    """When this stream was begun. An account belongs to it once its feed was read after that."""
    time_us: int

    @classmethod
    def load(cls, stored: Any, now: datetime) -> StreamCursor | None:
        """From JSON; None if there is none, or if the servers no longer have what follows it."""
        if not isinstance(stored, Mapping):
            return None
        since, time_us = stored.get("since"), stored.get("time_us")
        if type(since) is not int or type(time_us) is not int:
            return None
        oldest = microseconds(now - LOOK_BACK)
        if oldest <= time_us <= microseconds(now):
            return cls(since, time_us)
        return None

    def covered(self, time_us: int) -> Covered:
        """The event that moves the stored cursor."""
        return Covered(CURSOR, {"since": self.since, "time_us": max(time_us, self.time_us)})


def microseconds(moment: datetime) -> int:
    """Since 1970, as Jetstream counts them."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def is_streamed(setting: bool | str, accounts: int) -> bool:
    """Whether so many accounts are read by stream: `networks.bluesky.stream` of config.yaml."""
    if setting == "auto":
        return accounts >= AUTO_FROM
    return bool(setting)


def read_stream(
    request: FetchRequest,
    asker_for: Callable[[FetchRequest], Asker],
    cursor: StreamCursor,
    trackers_by_did: Mapping[str, tuple[str, ...]],
) -> Iterator[Event]:
    """Give what these accounts did since the cursor.

    Args:
        request: what may be used; `request.open_stream` reads a WebSocket.
        asker_for: what asks the AppView, for one thread.
        cursor: where the last run ended.
        trackers_by_did: the accounts to follow, each with the trackers that want it.

    Raises:
        FetchError: the stream cannot be opened or breaks off, or the AppView fails. What was given before counts.
    """
    dids = sorted(trackers_by_did)
    groups = [dids[start : start + DIDS_MAX] for start in range(0, len(dids), DIDS_MAX)]
    if len(groups) > CONNECTIONS_MAX:
        groups = [[]]  # no filter: everything comes, and `_Reading` keeps what is wanted
    reading = _Reading(request, asker_for, cursor, trackers_by_did)
    reached = [reading.until_us]
    for group in groups:
        position = cursor.time_us
        for position, events in reading.batches(group):
            yield from events
            if len(groups) == 1:
                yield cursor.covered(position)
        reached.append(position)
    yield cursor.covered(min(reached))
    yield from reading.recent_counts()
    if reading.unreadable:
        yield StreamFailed(CURSOR, f"events that could not be read: {reading.unreadable}")


@dataclass(slots=True)
class _Actions:
    """What the accounts did in one batch of events, in its order."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Address -> record."""
    reposts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Address of the repost -> (address of the post, time)."""
    removals: list[Deleted | AccountGone] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.posts) + len(self.reposts) + len(self.removals)


@dataclass(slots=True)
class _Reading:
    """The stream of one run."""

    request: FetchRequest
    asker_for: Callable[[FetchRequest], Asker]
    cursor: StreamCursor
    trackers_by_did: Mapping[str, tuple[str, ...]]
    unreadable: int = 0

    @property
    def until_us(self) -> int:
        """When the run began."""
        return microseconds(self.request.now)

    def batches(self, dids: list[str]) -> Iterator[tuple[int, list[Event]]]:
        """(time of the last event, what to take in) of each batch; an empty list of accounts means all."""
        actions = _Actions()
        position = self.cursor.time_us
        for event in self._events(dids):
            if event.time_us > self.until_us:
                position = self.until_us
                break
            position = max(position, event.time_us)
            if event.did in self.trackers_by_did:
                _note(event, actions)
            if len(actions) >= FLUSH_EVENTS:
                yield position, list(self._resolved(actions))
                actions = _Actions()
        yield position, list(self._resolved(actions))

    def _events(self, dids: list[str]) -> Iterator[_StreamEvent]:
        url, hello = subscription(self.request.settings.get("stream"), self.cursor, dids)
        decode = msgspec.json.Decoder(_StreamEvent).decode
        for message in self.request.open_stream(url, hello, QUIET_S, READ_S):
            try:
                event = decode(message)
            except (msgspec.DecodeError, RecursionError):
                self.unreadable += 1
                if self.unreadable > _UNREADABLE_MAX:
                    raise FormatError("format changed: events of the stream cannot be read", url=url) from None
                continue
            yield event

    def _resolved(self, actions: _Actions) -> Iterator[Event]:
        """The rows that the authors' feeds would have given, then what was removed."""
        views = self._views([*self._own_candidates(actions), *(subject for subject, _ in actions.reposts.values())])
        records = [*actions.posts.values(), *(view.get("record") for view in views.values())]
        threads = {address for record in records for address in _thread_of(record)}
        views |= self._views(threads - views.keys())
        about_papers = {address for address, view in views.items() if self._is_about_paper(view)}
        late = [
            address
            for address, record in actions.posts.items()
            if address not in views and not about_papers.isdisjoint(_thread_of(record))
        ]
        views |= self._views(late)
        for address in actions.posts:
            if address in views:
                yield self._record(address, _row(views[address], views))
        yield from self._reposts(actions, views, about_papers)
        yield from actions.removals

    def _own_candidates(self, actions: _Actions) -> list[str]:
        """Posts that name a paper, a short link or another post by themselves."""
        candidates = []
        for address, record in actions.posts.items():
            author = address.removeprefix("at://").partition("/")[0]
            view = {"uri": address, "author": {"did": author}, "record": record}
            if self._is_about_paper(view) or _quotes(record):
                candidates.append(address)
        return candidates

    def _is_about_paper(self, view: Mapping[str, Any]) -> bool:
        """Whether a post, or one that it quotes, names a paper or a short link that may lead to one."""
        try:
            posts = parse(Record({"indexedAt": "2006-01-01T00:00:00Z", **view}, (), ""), self.request.now)
        except RecordError:
            return False
        return any(find_papers(post) or short_links(post) for post in posts)

    def _reposts(
        self, actions: _Actions, views: Mapping[str, Mapping[str, Any]], about_papers: set[str]
    ) -> Iterator[Event]:
        chosen: dict[str, tuple[str, str]] = {}
        for address, (subject, time) in actions.reposts.items():
            view = views.get(subject)
            if view is None:
                continue
            if subject in about_papers or not about_papers.isdisjoint(_thread_of(view.get("record"))):
                chosen[address] = (subject, time)
        authors = {address: address.removeprefix("at://").partition("/")[0] for address in chosen}
        profiles = self._profiles(sorted(set(authors.values())))
        for address, (subject, time) in chosen.items():
            profile = profiles.get(authors[address])
            if profile is not None:
                reason = {"by": profile, "indexedAt": time, "uri": address}
                yield self._record(address, {**_row(views[subject], views), "reason": reason})

    def recent_counts(self) -> Iterator[Event]:
        """Young captured posts again: an author's feed would give them, and their counts grow."""
        captured = {}
        for post in self.request.recent_posts:
            did = post.account.id.removeprefix(f"{NETWORK}:")
            if post.kind not in {"repost", "like"} and did in self.trackers_by_did:
                captured[f"at://{did}/{POSTS}/{post.id.rpartition('/')[2]}"] = post
        for address, view in self._views(captured).items():
            yield Record(view, captured[address].trackers, f"getPosts {address}")

    def _record(self, address: str, row: Mapping[str, Any]) -> Record:
        did = address.removeprefix("at://").partition("/")[0]
        return Record(row, self.trackers_by_did[did], f"stream {address}")

    def _views(self, addresses: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        return self._asked("app.bsky.feed.getPosts", "uris", addresses, "posts", "uri")

    def _profiles(self, dids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        return self._asked("app.bsky.actor.getProfiles", "actors", dids, "profiles", "did")

    def _asked(
        self, method: str, name: str, values: Iterable[str], part: str, key: str
    ) -> dict[str, Mapping[str, Any]]:
        """What the AppView says about each of the values; what it leaves out is gone or hidden."""
        ordered = sorted(set(values))
        jobs: list[Job[list[Any]]] = []
        for start in range(0, len(ordered), BATCH):
            query = "&".join(f"{name}={quote(value, safe='')}" for value in ordered[start : start + BATCH])
            jobs.append(partial(self._batch, address=f"{method}?{query}", part=part))
        answers: dict[str, Mapping[str, Any]] = {}
        with closing(side_by_side(self.request, NETWORK, jobs, at_once=AT_ONCE, ahead=4 * AT_ONCE)) as results:
            for brought in results:
                if brought.error is not None:
                    raise brought.error
                for row in (row for rows in brought.said for row in rows):
                    if isinstance(row, dict) and isinstance(row.get(key), str):
                        answers[row[key]] = row
        return answers

    def _batch(self, request: FetchRequest, *, address: str, part: str) -> Iterator[list[Any]]:
        method = address.partition("?")[0]
        rows = self.asker_for(request).get(address, label=method.rpartition(".")[2]).get(part)
        if not isinstance(rows, list):
            raise FormatError(f"format changed: {part} is no list", url=method)
        yield rows


def subscription(setting: Any, cursor: StreamCursor, dids: list[str]) -> tuple[str, str | None]:
    """(address, first message) of a connection; an empty list of accounts asks for all."""
    server = setting if isinstance(setting, str) and "://" in setting else SERVER
    base = server.rstrip("/").removesuffix("/subscribe")
    start_us = cursor.time_us - OVERLAP // timedelta(microseconds=1)
    options = [("wantedCollections", POSTS), ("wantedCollections", REPOSTS), ("cursor", str(start_us))]
    if len(dids) <= DIDS_IN_ADDRESS:
        options += [("wantedDids", did) for did in dids]
        return f"{base}/subscribe?{urlencode(options)}", None
    options.append(("requireHello", "true"))
    payload = {"wantedCollections": [POSTS, REPOSTS], "wantedDids": dids}
    hello = msgspec.json.encode({"type": "options_update", "payload": payload}).decode()
    return f"{base}/subscribe?{urlencode(options)}", hello


def _note(event: _StreamEvent, actions: _Actions) -> None:
    """Add one event to the actions."""
    if event.kind == "account" and event.account is not None:
        if not event.account.active and event.account.status in _GONE:
            actions.removals.append(AccountGone(f"{NETWORK}:{event.did}"))
        return
    commit = event.commit
    if event.kind != "commit" or commit is None or commit.collection not in {POSTS, REPOSTS}:
        return
    address = f"at://{event.did}/{commit.collection}/{commit.rkey}"
    uri = parse_uri(address)
    if uri is None:
        return
    if commit.operation == "delete":
        actions.posts.pop(address, None)
        actions.reposts.pop(address, None)
        actions.removals.append(Deleted(uri.id))
    elif commit.record is not None and commit.collection == POSTS:
        actions.posts[address] = commit.record
    elif commit.record is not None:
        subject = commit.record.get("subject")
        target = parse_uri(subject.get("uri")) if isinstance(subject, dict) else None
        if target is not None and target.collection == POSTS:
            seen_at = f"{_EPOCH + timedelta(microseconds=event.time_us):%Y-%m-%dT%H:%M:%SZ}"
            stated = commit.record.get("createdAt")
            time = min(stated, seen_at) if isinstance(stated, str) else seen_at
            actions.reposts[address] = (f"at://{target.did}/{POSTS}/{target.rkey}", time)


def _row(view: Mapping[str, Any], views: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A post as a row of its author's feed, with the thread that it stands in."""
    record = view.get("record")
    reply = record.get("reply") if isinstance(record, dict) else None
    if not isinstance(reply, dict):
        return {"post": view}
    thread = {}
    for name in ("root", "parent"):
        place = reply.get(name)
        address = place.get("uri") if isinstance(place, dict) else None
        if isinstance(address, str) and address in views:
            thread[name] = views[address]
    return {"post": view, "reply": thread}


def _thread_of(record: Any) -> Iterator[str]:
    """Addresses of the root and the parent that a reply names."""
    reply = record.get("reply") if isinstance(record, dict) else None
    for name in ("root", "parent"):
        place = reply.get(name) if isinstance(reply, dict) else None
        address = place.get("uri") if isinstance(place, dict) else None
        uri = parse_uri(address)
        if uri is not None and uri.collection == POSTS:
            yield str(address)


def _quotes(record: Mapping[str, Any]) -> bool:
    embed = record.get("embed")
    return isinstance(embed, dict) and isinstance(embed.get("record"), dict)
