"""Reading one Mastodon instance in one run: look-ups, then each stream in turn, until the end or until it fails.

A failure concerns one stream (no such account) or the instance: it never answered, it failed three streams in a row, or
it set a rate limit. Then all its other streams are reported as failed, and the next run starts with the stream that
failed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote

from generator.fetch.adapter.patience import NEXT, REMEDY, Patience, in_turn, is_fault
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Resolved, StreamFailed
from generator.fetch.sources.mastodon.api import CLOSED, UNKNOWN, Api
from generator.fetch.sources.mastodon.people import People
from generator.fetch.sources.mastodon.plan import WHO, Handle, Part, Plan, Tag, Who, token_names
from generator.fetch.sources.mastodon.posts import NETWORK, Seen
from generator.fetch.sources.mastodon.streams import Mark, Reading, Stream, closed_reason
from generator.fetch.sources.mastodon.threads import Threads
from generator.model.errors import FetchError, OutOfTimeError

_TOO_MANY = 429


class Apis(dict[str, Api]):
    """API clients by origin, created on first use."""

    def __init__(self, request: FetchRequest, tokens: Mapping[str, str | None]) -> None:
        super().__init__()
        self._request = request
        self._tokens = tokens

    def __missing__(self, origin: str) -> Api:
        tokens = self._tokens
        if origin not in tokens:
            # WebFinger named this origin.
            tokens = token_names([*tokens, origin])
        self[origin] = Api(self._request, origin, tokens[origin])
        return self[origin]


class Instance:
    """One instance in one run."""

    def __init__(self, request: FetchRequest, plan: Plan, part: Part, tokens: Mapping[str, str | None]) -> None:
        self._request = request
        self._plan = plan
        self._part = part
        self._cursors = request.state.cursors
        self._apis = Apis(request, tokens)
        self._people = People(self._apis, self._cursors, request.now)
        self._threads: dict[str, Threads] = {}
        self._own = set(plan.own)
        self._patience = Patience()
        self._worked = False
        self._lost = ""
        """Why the instance failed for this run; empty if it did not."""
        self.is_out_of_time = False
        """The time of the run ended."""

    def read(self) -> Iterator[Event]:
        """Read all its streams. Raises FetchError if none can be read."""
        streams = yield from self._streams()
        turn = f"{NEXT}/{self._apis[self._part.origin].host}"
        first = self._cursors.get(turn)
        for index in in_turn([stream.name for _, stream in streams], first):
            api, stream = streams[index]
            if self._lost:
                yield StreamFailed(stream.name, self._lost)
                continue
            yield from self._try(api, stream)
            if self._is_lost():
                yield Covered(turn, stream.name)
        if first is not None and not self._is_lost():
            yield Covered(turn, None)
        self._patience.finish()

    def _try(self, api: Api, stream: Stream) -> Iterator[Event]:
        reading = self._reading(api, stream)
        try:
            if stream.feed_url and (api.is_closed or reading.wants_feed or not stream.path):
                yield from self._read_feed(api, reading)
            else:
                yield from reading.statuses()
        except FetchError as error:
            if error.status not in CLOSED:
                yield from self._failed(stream.name, error)
                return
            yield from self._closed(api, stream)
        else:
            self._has_worked()

    def _closed(self, api: Api, stream: Stream) -> Iterator[Event]:
        """The instance requires a token: read the public feed instead."""
        api.is_closed = True
        if api.has_token and stream.feed_url:
            yield StreamFailed(stream.name, closed_reason(api, None))
        if not stream.feed_url:
            yield self._patience.refusal(stream.name, closed_reason(api, None))
            return
        try:
            yield from self._read_feed(api, self._reading(api, stream))
        except FetchError as error:
            yield from self._failed(stream.name, error)
        else:
            self._has_worked()

    def _read_feed(self, api: Api, reading: Reading) -> Iterator[Event]:
        try:
            yield from reading.feed()
        except FetchError as error:
            if is_fault(error):
                raise
            reason = closed_reason(api, error)
            raise FetchError(reason, url=error.url, status=404, retry_after_s=error.retry_after_s) from None

    def _reading(self, api: Api, stream: Stream) -> Reading:
        threads = self._threads.setdefault(api.origin, Threads(api))
        return Reading(
            api,
            stream,
            Mark.load(self._cursors.get(stream.name)),
            threads,
            self._request.now,
            since=self._request.since,
        )

    def _is_lost(self) -> bool:
        return bool(self._lost)

    def _has_worked(self) -> None:
        self._worked = True
        self._patience.worked()

    def _failed(self, name: str, error: FetchError) -> Iterator[Event]:
        """Report a failed stream; decide whether the whole instance failed."""
        yield StreamFailed(name, error.reason)
        if error.status in UNKNOWN | CLOSED:
            self._patience.refused(error)
            return
        self.is_out_of_time = self.is_out_of_time or isinstance(error, OutOfTimeError)
        waits = error.status == _TOO_MANY or error.retry_after_s is not None
        never_answered = error.silent and not self._worked
        if self._patience.is_lost(error) or waits or never_answered:
            self._lost = error.reason

    def _streams(self) -> Generator[Event, None, list[tuple[Api, Stream]]]:
        """Return the streams to read, each with its API."""
        streams: list[tuple[Api, Stream]] = []
        api = self._apis[self._part.origin]
        for handle, trackers in self._part.accounts.items():
            who = yield from self._look_up(handle)
            if who is not None or api.is_closed or self._has_feed_alone(handle):
                streams.append(self._account(handle, who, trackers))
        for handle, trackers in self._part.follows_of.items():
            who = yield from self._look_up(handle)
            if who is not None:
                streams += yield from self._followed(who, trackers)
            elif api.is_closed:
                yield self._patience.refusal(f"follows/{handle.written}", closed_reason(api, None))
        for tag, trackers in self._part.tags.items():
            streams.append((api, self._tag(tag, trackers)))
        return _together(streams)

    def _look_up(self, handle: Handle) -> Generator[Event, None, Who | None]:
        name = f"account/{handle.written}"
        api = self._apis[self._part.origin]
        if self._lost:
            yield StreamFailed(name, self._lost)
            return None
        stored = Who.load(self._cursors.get(WHO + handle.written))
        if stored is None and (api.is_closed or self._has_feed_alone(handle)):
            return None
        try:
            who = yield from self._people.look_up(handle, self._part.origin)
        except FetchError as error:
            if error.status in CLOSED:
                api.is_closed = True
                if api.has_token:
                    yield StreamFailed(name, closed_reason(api, None))
                yield Resolved(handle.written, f"{NETWORK}:{handle.user}@{handle.domain}")
            else:
                yield from self._failed(name, error)
            return None
        if who is None:
            reason = f"{api.host} knows no account @{handle.user}, or it is suspended: {REMEDY}"
            yield self._patience.refusal(name, reason)
            return None
        self._own.add(f"{NETWORK}:{who.name}")
        return who

    def _has_feed_alone(self, handle: Handle) -> bool:
        """Whether only the account's public feed can be read: the API required a token lately, and we have none."""
        mark = Mark.load(self._cursors.get(f"account/{handle.user}@{handle.domain}"))
        return mark.has_feed(self._request.now) and not self._apis[self._part.origin].has_token

    def _account(self, handle: Handle, who: Who | None, trackers: set[str]) -> tuple[Api, Stream]:
        name = f"{handle.user}@{handle.domain}"
        path, page, origin = "", "", self._part.origin
        if who is not None:
            name, path, page, origin = who.name, f"api/v1/accounts/{who.id}/statuses", who.url, who.origin
        stream = Stream(
            name=f"account/{name}",
            path=path,
            trackers=tuple(sorted(trackers)),
            seen=self._seen(name.partition("@")[2]),
            account=name,
            feed_url=f"{page or f'{handle.origin}/@{handle.user}'}.rss",
        )
        return self._apis[origin], stream

    def _tag(self, tag: Tag, trackers: set[str]) -> Stream:
        return Stream(
            name=f"tag/{tag.written}",
            path=f"api/v1/timelines/tag/{quote(tag.name, safe='')}",
            trackers=tuple(sorted(trackers)),
            seen=self._seen(tag.domain),
        )

    def _followed(self, who: Who, trackers: set[str]) -> Generator[Event, None, list[tuple[Api, Stream]]]:
        """Streams of followed accounts, at the follower's instance, without those that the trackers name themselves."""
        try:
            names = yield from self._people.follows(who)
        except FetchError as error:
            yield from self._failed(f"follows/{who.name}", error)
            return []
        if not names:
            reason = f"@{who.name} follows nobody, or hides its list: name the accounts instead"
            yield self._patience.refusal(f"follows/{who.name}", reason)
        api = self._apis[who.origin]
        streams = []
        for name, own_id in names.items():
            missing = trackers - self._plan.wanted_by(name)
            if missing:
                user, _, domain = name.partition("@")
                stream = Stream(
                    name=f"followed/{api.host}/{name}",
                    path=f"api/v1/accounts/{own_id}/statuses",
                    trackers=tuple(sorted(missing)),
                    seen=self._seen(who.name.partition("@")[2]),
                    account=name,
                    feed_url=f"https://{domain}/@{user}.rss",
                )
                streams.append((api, stream))
        return streams

    def _seen(self, domain: str) -> Seen:
        return Seen(domain=domain, own=frozenset(self._own))


def _together(streams: list[tuple[Api, Stream]]) -> list[tuple[Api, Stream]]:
    """Join equal streams, with the trackers of all of them."""
    joined: dict[str, tuple[Api, Stream]] = {}
    for api, stream in streams:
        trackers = set(stream.trackers)
        if stream.name in joined:
            trackers.update(joined[stream.name][1].trackers)
        joined[stream.name] = api, replace(stream, trackers=tuple(sorted(trackers)))
    return list(joined.values())
