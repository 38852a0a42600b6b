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
from generator.fetch.sources.mastodon.plan import Name, Part, Plan, Who, stored_who, token_names
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
        self._api = self._apis[part.origin]
        """The API of the instance itself; an account may have its API on another host."""
        self._people = People(self._apis, self._cursors, request.now)
        self._threads: dict[str, Threads] = {}
        self._own = set(plan.own)
        self._patience = Patience()
        self._has_worked = False
        self._failure = ""
        """Why the instance failed for this run; empty if it did not."""
        self.is_out_of_time = False
        """The time of the run ended."""

    def read(self) -> Iterator[Event]:
        """Read all its streams. Raises FetchError if none can be read."""
        streams = yield from self._streams()
        turn = f"{NEXT}/{self._api.host}"
        first = self._cursors.get(turn)
        for index in in_turn([stream.name for _, stream in streams], first):
            api, stream = streams[index]
            if self._is_lost():
                yield StreamFailed(stream.name, self._failure)
                continue
            try:
                yield from self._read(api, stream)
            except FetchError as error:
                yield from self._failed(stream.name, error)
            if self._is_lost():
                yield Covered(turn, stream.name)
        if first is not None and not self._is_lost():
            yield Covered(turn, None)
        self._patience.finish()

    def _read(self, api: Api, stream: Stream) -> Iterator[Event]:
        """Read a stream: its statuses, or its public feed if the instance requires a token. Raises FetchError."""
        reading = self._reading(api, stream)
        if stream.feed_url and (api.is_closed or reading.wants_feed or not stream.path):
            yield from self._read_feed(api, reading)
            return
        try:
            yield from reading.statuses()
        except FetchError as error:
            if error.status not in CLOSED:
                raise
            api.is_closed = True
        else:
            self._worked()
            return
        if not stream.feed_url:
            yield self._patience.refusal(stream.name, closed_reason(api))
            return
        if api.has_token:
            yield StreamFailed(stream.name, closed_reason(api))
        yield from self._read_feed(api, self._reading(api, stream))

    def _read_feed(self, api: Api, reading: Reading) -> Iterator[Event]:
        try:
            yield from reading.feed()
        except FetchError as error:
            if is_fault(error):
                raise
            reason = closed_reason(api, error)
            raise FetchError(reason, url=error.url, status=404, retry_after_s=error.retry_after_s) from None
        self._worked()

    def _reading(self, api: Api, stream: Stream) -> Reading:
        mark = Mark.load(self._cursors.get(stream.name))
        threads = self._threads.setdefault(api.origin, Threads(api))
        return Reading(api, stream, mark, threads, self._request.now, since=self._request.since)

    def _is_lost(self) -> bool:
        return bool(self._failure)

    def _worked(self) -> None:
        self._has_worked = True
        self._patience.worked()

    def _failed(self, name: str, error: FetchError) -> Iterator[Event]:
        """Report a failed stream; decide whether the whole instance failed."""
        yield StreamFailed(name, error.reason)
        if error.status in UNKNOWN | CLOSED:
            self._patience.refused(error)
            return
        if isinstance(error, OutOfTimeError):
            self.is_out_of_time = True
        wants_pause = error.status == _TOO_MANY or error.retry_after_s is not None
        never_answered = error.silent and not self._has_worked
        if self._patience.is_lost(error) or wants_pause or never_answered:
            self._failure = error.reason

    def _streams(self) -> Generator[Event, None, list[tuple[Api, Stream]]]:
        """Return the streams to read, each with its API."""
        streams: list[tuple[Api, Stream]] = []
        for account, trackers in self._part.accounts.items():
            who = yield from self._look_up(account)
            if who is not None or self._api.is_closed or self._has_feed_alone(account):
                streams.append(self._account(account, who, trackers))
        for account, trackers in self._part.follows_of.items():
            who = yield from self._look_up(account)
            if who is not None:
                streams += yield from self._followed(who, trackers)
            elif self._api.is_closed:
                yield self._patience.refusal(f"follows/{account.written}", closed_reason(self._api))
        for tag, trackers in self._part.tags.items():
            streams.append((self._api, self._tag(tag, trackers)))
        return _joined(streams)

    def _look_up(self, account: Name) -> Generator[Event, None, Who | None]:
        name = f"account/{account.written}"
        if self._failure:
            yield StreamFailed(name, self._failure)
            return None
        is_closed = self._api.is_closed or self._has_feed_alone(account)
        if is_closed and stored_who(self._cursors, account) is None:
            return None
        try:
            who = yield from self._people.look_up(account, self._part.origin)
        except FetchError as error:
            if error.status not in CLOSED:
                yield from self._failed(name, error)
                return None
            self._api.is_closed = True
            if self._api.has_token:
                yield StreamFailed(name, closed_reason(self._api))
            yield Resolved(account.written, f"{NETWORK}:{account.full}")
            return None
        if who is None:
            reason = f"{self._api.host} knows no account @{account.name}, or it is suspended: {REMEDY}"
            yield self._patience.refusal(name, reason)
            return None
        self._own.add(f"{NETWORK}:{who.name}")
        return who

    def _has_feed_alone(self, account: Name) -> bool:
        """Whether only the account's public feed can be read: the API required a token lately, and we have none."""
        mark = Mark.load(self._cursors.get(f"account/{account.full}"))
        return mark.has_feed(self._request.now) and not self._api.has_token

    def _account(self, account: Name, who: Who | None, trackers: set[str]) -> tuple[Api, Stream]:
        page = f"{account.origin}/@{account.name}"
        if who is None:
            return self._api, self._stream_of("account/", account.full, "", trackers, page)
        path = f"api/v1/accounts/{who.id}/statuses"
        return self._apis[who.origin], self._stream_of("account/", who.name, path, trackers, who.url or page)

    def _stream_of(self, prefix: str, name: str, path: str, trackers: set[str], page: str) -> Stream:
        """The stream of the account `user@host`, whose page is `page`."""
        return Stream(
            name=f"{prefix}{name}",
            path=path,
            trackers=tuple(sorted(trackers)),
            seen=self._seen(name),
            account=name,
            feed_url=f"{page}.rss",
        )

    def _tag(self, tag: Name, trackers: set[str]) -> Stream:
        path = f"api/v1/timelines/tag/{quote(tag.name, safe='')}"
        names = tuple(sorted(trackers))
        return Stream(name=f"tag/{tag.written}", path=path, trackers=names, seen=self._seen(tag.full))

    def _followed(self, who: Who, trackers: set[str]) -> Generator[Event, None, list[tuple[Api, Stream]]]:
        """Streams of followed accounts, at the follower's instance, without those that the trackers name themselves."""
        try:
            follows = yield from self._people.follows(who)
        except FetchError as error:
            yield from self._failed(f"follows/{who.name}", error)
            return []
        if not follows:
            reason = f"@{who.name} follows nobody, or hides its list: name the accounts instead"
            yield self._patience.refusal(f"follows/{who.name}", reason)
        api = self._apis[who.origin]
        streams: list[tuple[Api, Stream]] = []
        for name, own_id in follows.items():
            missing = trackers - self._plan.wanted_by(name)
            if missing:
                user, _, domain = name.partition("@")
                path = f"api/v1/accounts/{own_id}/statuses"
                prefix = f"followed/{api.host}/"
                stream = self._stream_of(prefix, name, path, missing, f"https://{domain}/@{user}")
                streams.append((api, replace(stream, seen=self._seen(who.name))))
        return streams

    def _seen(self, name: str) -> Seen:
        """What an answer by the instance of `name@host` means."""
        return Seen(domain=name.partition("@")[2], own=frozenset(self._own))


def _joined(streams: list[tuple[Api, Stream]]) -> list[tuple[Api, Stream]]:
    """Streams of one name as one, with the trackers of all of them."""
    joined: dict[str, tuple[Api, Stream]] = {}
    for api, stream in streams:
        trackers = set(stream.trackers)
        if stream.name in joined:
            trackers.update(joined[stream.name][1].trackers)
        joined[stream.name] = api, replace(stream, trackers=tuple(sorted(trackers)))
    return list(joined.values())
