"""One fetch by one adapter against a server on loopback, with its events sorted; time passes only when it waits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.config.kinds import Block
from generator.fetch.adapter.source import (
    Covered,
    Event,
    FetchRequest,
    Meter,
    Record,
    Resolved,
    Source,
    StreamFailed,
    Wanted,
)
from generator.model.errors import FetchError, RecordError
from generator.model.merge import merge_posts
from generator.model.records import NetworkState, Post
from generator.net.http import Client, HttpClient
from generator.net.http.transport import Timeouts

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def _resolve(host: str, _port: int) -> list[str]:
    """Nothing but this machine: any other name leads to an address that is never asked."""
    return [host] if host == "127.0.0.1" else ["192.0.2.1"]


def as_configured(kind: type[Block], written: Mapping[str, Any]) -> dict[str, Any]:
    """A tracker's block as the configuration gives it to the adapter."""
    plain = {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
    return kind(**plain).model_dump()


class Run:
    """A fetch from the first event to the last or the error."""

    def __init__(
        self,
        source: Source,
        blocks: Mapping[str, Mapping[str, Any]],
        *,
        api: str = "",
        state: NetworkState | None = None,
        now: datetime = NOW,
        timeouts: Timeouts | None = None,
        client: Client | None = None,
        settings: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        people: tuple[str, ...] = (),
        since: datetime | None = None,
    ) -> None:
        clock = Clock()
        self._source = source
        self.meter = Meter()
        self.request = FetchRequest(
            client=client or HttpClient("tests", clock=clock, sleep=clock.sleep, timeouts=timeouts, resolve=_resolve),
            settings={**({"api": api} if api else {}), **(settings or {})},
            wanted=tuple(Wanted(tracker, block) for tracker, block in blocks.items()),
            state=state or NetworkState(),
            secrets=secrets or {},
            now=now,
            meter=self.meter,
            since=since,
            own_accounts=frozenset(people),
        )
        self.events: list[Event] = []
        self.error: FetchError | None = None
        try:
            for event in source.fetch(self.request):
                self.events.append(event)
        except FetchError as error:
            self.error = error

    @property
    def records(self) -> list[Record]:
        return [event for event in self.events if isinstance(event, Record)]

    @property
    def failures(self) -> dict[str, str]:
        return {event.stream: event.reason for event in self.events if isinstance(event, StreamFailed)}

    @property
    def posts(self) -> dict[str, Post]:
        found: dict[str, Post] = {}
        for record in self.records:
            for post in self._source.parse(record, self.request.now):
                found[post.id] = merge_posts(found[post.id], post) if post.id in found else post
        return found

    @property
    def refused(self) -> list[str]:
        """Why records could not be read."""
        reasons = []
        for record in self.records:
            try:
                self._source.parse(record, self.request.now)
            except RecordError as error:
                reasons.append(str(error))
        return reasons

    @property
    def state(self) -> NetworkState:
        """As the caller stores it."""
        cursors, accounts = dict(self.request.state.cursors), dict(self.request.state.accounts)
        for event in self.events:
            if isinstance(event, Covered):
                cursors[event.stream] = json.loads(json.dumps(event.cursor))
            elif isinstance(event, Resolved):
                accounts[event.handle.lower()] = event.account_id
        kept = {name: cursor for name, cursor in cursors.items() if cursor is not None}
        return NetworkState(cursors=kept, accounts=accounts)


def faults(corpora: Path) -> list[dict[str, Any]]:
    """The recorded answers of every kind of wrong."""
    rows = [json.loads(line) for line in (corpora / "http_faults/scenarios.jsonl").read_text().splitlines()]
    return [row for row in rows if row["kind"] == "replay"]
