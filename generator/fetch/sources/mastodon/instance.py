"""One instance of Mastodon in one run: who is wanted of it, each of their streams in turn, and when to give it up.

A failure is a stream's own (there is no such account) or the instance's: it never answered, it failed three streams in
a row, or it wants to be left alone. Then each of its other streams is named as failed, and the next run begins with the
stream that this one had to end at.
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
    """By origin, made when first needed."""

    def __init__(self, request: FetchRequest, tokens: Mapping[str, str | None]) -> None:
        super().__init__()
        self._request = request
        self._tokens = tokens

    def __missing__(self, origin: str) -> Api:
        tokens = self._tokens if origin in self._tokens else token_names([*self._tokens, origin])  # WebFinger named it
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
        """Why the instance was given up for this run; empty while it was not."""
        self.is_out_of_time = False
        """The run had no more time for it."""

    def read(self) -> Iterator[Event]:
        """Everything that is wanted of it. Raises FetchError where nothing of it can be read."""
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
        """The instance wants a token: what its public feed has must do."""
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
        """A stream's own failure, or the end of the instance for this run."""
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
        """Returns what is to be read, each with where to ask."""
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
        streams += [(api, self._tag(tag, trackers)) for tag, trackers in self._part.tags.items()]
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
        """The instance told us nothing about this account lately, and will not now."""
        mark = Mark.load(self._cursors.get(f"account/{handle.user}@{handle.domain}"))
        return mark.has_feed(self._request.now) and not self._apis[self._part.origin].has_token

    def _account(self, handle: Handle, who: Who | None, trackers: set[str]) -> tuple[Api, Stream]:
        name = who.name if who else f"{handle.user}@{handle.domain}"
        page = who.url if who and who.url else f"{handle.origin}/@{handle.user}"
        stream = Stream(
            name=f"account/{name}",
            path=f"api/v1/accounts/{who.id}/statuses" if who else "",
            trackers=tuple(sorted(trackers)),
            seen=self._seen(name.partition("@")[2]),
            account=name,
            feed_url=f"{page}.rss",
        )
        return self._apis[who.origin if who else self._part.origin], stream

    def _tag(self, tag: Tag, trackers: set[str]) -> Stream:
        return Stream(
            name=f"tag/{tag.written}",
            path=f"api/v1/timelines/tag/{quote(tag.name, safe='')}",
            trackers=tuple(sorted(trackers)),
            seen=self._seen(tag.domain),
        )

    def _followed(self, who: Who, trackers: set[str]) -> Generator[Event, None, list[tuple[Api, Stream]]]:
        """Whom an account follows, read at its own instance, unless a tracker's own accounts have them already."""
        try:
            names = yield from self._people.follows(who)
        except FetchError as error:
            yield from self._failed(f"follows/{who.name}", error)
            return []
        if not names:
            reason = f"@{who.name} follows nobody, or hides whom it follows: name the accounts instead"
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
    """Each stream once, for all that want it."""
    found: dict[str, tuple[Api, Stream]] = {}
    for api, stream in streams:
        known = found.get(stream.name)
        both = {*stream.trackers, *(known[1].trackers if known else ())}
        found[stream.name] = api, replace(stream, trackers=tuple(sorted(both)))
    return list(found.values())
