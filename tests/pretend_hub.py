"""A WebSub hub on loopback, and somebody who subscribes there.

After the W3C's text (https://www.w3.org/TR/websub/, read 2026-11-26): 4 discovery, 5.1 the subscriber's request, 5.3
the hub makes sure that the subscriber meant it, 6 publishing, 7 content distribution. What a publisher says is that of
PubSubHubbub 0.3, 7.1 (https://pubsubhubbub.github.io/PubSubHubbub/pubsubhubbub-core-0.3.html): a form of `hub.mode` and
`hub.url`, answered by 204. A hub fetches a feed that it was told of, and passes it on only where it has changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlencode

import requests

from tests.loopback import Answer, Loopback, Reply, Request


@dataclass
class PretendHub:
    """The hub. Use with `with`."""

    callbacks: dict[str, list[str]] = field(default_factory=dict)
    """Feed -> who is subscribed to it."""
    passed_on: dict[str, bytes] = field(default_factory=dict)
    """Feed -> what its subscribers have."""
    told: list[str] = field(default_factory=list)
    """Feeds that a publisher told of, in order."""
    wrong: list[str] = field(default_factory=list)
    """What a hub would not understand."""
    broken: Answer | None = None
    """In place of any answer to a publisher."""
    refused: frozenset[str] = frozenset()
    """Feeds that it does not serve."""

    def __enter__(self) -> Self:
        self.server = Loopback(self._answer)
        self.server.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.__exit__(kind, error, at)

    @property
    def url(self) -> str:
        return f"{self.server.url}/hub?of=tests"

    def _answer(self, request: Request) -> Reply:
        form = parse_qs(request.body.decode("ascii"), strict_parsing=True)
        mode, feeds = form.get("hub.mode"), form.get("hub.url", [])
        if request.method != "POST" or request.headers.get("content-type") != "application/x-www-form-urlencoded":
            return self._misunderstood("no form")
        if mode == ["subscribe"]:
            return self._subscribe(form["hub.topic"][0], form["hub.callback"][0])
        if mode != ["publish"] or len(feeds) != 1:
            return self._misunderstood(str(form))
        self.told += feeds
        if self.broken:
            return self.broken
        if feeds[0] in self.refused:
            return Answer(404, b"nobody wants that")
        self._pass_on(feeds[0])
        return Answer(204)

    def _misunderstood(self, what: str) -> Answer:
        self.wrong.append(what)
        return Answer(400, what.encode())

    def _subscribe(self, feed: str, callback: str) -> Answer:
        asked = {"hub.mode": "subscribe", "hub.topic": feed, "hub.challenge": "made-up", "hub.lease_seconds": "86400"}
        meant = requests.get(f"{callback}?{urlencode(asked)}", timeout=10)
        if meant.status_code // 100 != 2 or meant.text != "made-up":
            return self._misunderstood("the subscriber did not mean it")
        self.passed_on[feed] = requests.get(feed, timeout=10).content
        self.callbacks.setdefault(feed, []).append(callback)
        return Answer(202)

    def _pass_on(self, feed: str) -> None:
        now = requests.get(feed, timeout=10)
        now.raise_for_status()
        if self.passed_on.get(feed) == now.content:
            return
        self.passed_on[feed] = now.content
        headers = {
            "Content-Type": now.headers.get("Content-Type", "application/xml"),
            "Link": f'<{self.url}>; rel="hub", <{feed}>; rel="self"',
        }
        for callback in self.callbacks.get(feed, []):
            requests.post(callback, data=now.content, headers=headers, timeout=10).raise_for_status()


class Subscriber:
    """Somebody who asks the hub that a feed names, and is sent what is new. Use with `with`."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()
        self.sent: list[tuple[str, bytes]] = []
        """(feed, what was passed on), in order."""
        self.server = Loopback(self._answer)

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.__exit__(kind, error, at)

    def subscribe(self, feed: str, hub: str) -> None:
        """Ask to be told of a feed."""
        self.wanted.add(feed)
        form = {"hub.mode": "subscribe", "hub.topic": feed, "hub.callback": f"{self.server.url}/callback"}
        answer = requests.post(hub, data=form, timeout=10)
        assert answer.status_code == 202, answer.text

    def _answer(self, request: Request) -> Reply:
        if request.method == "GET":
            meant = request.query["hub.topic"] in self.wanted
            return Answer(200, request.query["hub.challenge"].encode()) if meant else Answer(404)
        link = request.headers["link"]
        self.sent.append((link.rpartition("<")[2].partition(">")[0], request.body))
        return Answer(200)
