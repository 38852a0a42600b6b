"""Which captured posts Mastodon and servers like it still show: asked one by one, where each post is at home.

Sources, read 2026-11-23: docs.joinmastodon.org/methods/statuses (GET /api/v1/statuses/:id: 404 for what is deleted or
not public; public ones need no token), /api/rate-limits (300 requests in 5 minutes), and ActivityPub 6.11 (a deleted
object answers 404, or 410 with a Tombstone).

A post's id is its ActivityPub address, and Mastodon's ends in the id that its own instance knows it by: that is what is
asked, so nothing else must be remembered, and instances that merely passed it on cannot delete it. Where the address
has no such end, or the instance shows its API to members only, the address itself is asked for as ActivityPub. A post
is gone where its home says so (404 with the API's own error, 410, a Tombstone, or 404 from a server that describes
itself by NodeInfo), where it is no longer public, and where an account whose words we show asks not to be found. A
server that is away, was replaced by something else or refuses to say deletes nothing.

Addresses come from strangers: only https ones are asked, and others only of servers that the configuration names.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from generator.fetch.adapter.side_by_side import side_by_side
from generator.fetch.adapter.source import Checked, FetchRequest, StreamFailed
from generator.fetch.sources.mastodon.plan import plan_of
from generator.fetch.sources.mastodon.posts import NETWORK, canonical_id, is_public, opted_out
from generator.model.errors import FetchError
from generator.model.records import Post
from generator.net.http.addresses import AddressError, parse_target

PER_SERVER_MAX = 150
"""Posts asked about at one server in one run: half of what Mastodon allows in five minutes; some need two requests."""
REFUSALS_MAX = 3
"""So many refusals in a row, and the server is left alone for this run."""
TRIES = 2
"""Of one question: there may be many servers, and the next run comes soon."""
_ACTIVITY_JSON = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
_OWN_ID = re.compile(r"/statuses/([A-Za-z0-9_-]{1,64})(?:/activity)?", re.ASCII)
_NOT_FOUND, _GONE = 404, 410
_MEMBERS_ONLY = frozenset({401, 403, 422})


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Mapping[str, Any]
    """Empty where it is no JSON object."""


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked | StreamFailed]:
    """Ask about captured posts, servers side by side. Raises FetchError where no server at all answers."""
    plan = plan_of(request)
    origins, owner_ids = frozenset(map(_origin, plan.parts)), frozenset(plan.own)
    servers: dict[str, _Server] = {}
    for post in posts:
        address = _address(post)
        origin = _home(address, origins)
        if address is not None and origin is not None:
            servers.setdefault(origin, _Server(origin, owner_ids)).posts.append((post, address))
    for brought in side_by_side(
        request, f"{NETWORK}-gone", [server.ask for server in _in_another_order(servers, request)]
    ):
        yield from brought.said
    yield from _failures(servers)


def _in_another_order(servers: Mapping[str, _Server], request: FetchRequest) -> list[_Server]:
    """Another one every hour: the posts of silent servers are the most urgent, and must not keep out all others."""
    hour = f"{request.now:%Y-%m-%dT%H}"
    return sorted(servers.values(), key=lambda server: zlib.crc32(f"{hour} {server.origin}".encode()))


def _address(post: Post) -> str | None:
    """What to ask for: the post's own address; of a boost or favourite without one, that of its original."""
    address = post.id.partition(":")[2]
    if "#" in address or post.kind == "like":
        address = (post.of or "").partition(":")[2]
    return address or None


def _home(address: str | None, origins: Collection[str]) -> str | None:
    """Where an address is at home; None where that may not be asked. `origins`: that the configuration names."""
    try:
        target = parse_target(address or "")
    except AddressError:
        return None
    origin = _origin(target.url)
    if origin not in origins and (target.scheme != "https" or target.on_loopback):
        return None
    return origin


@dataclass(slots=True)
class _Server:
    """One server in this run."""

    origin: str
    own: frozenset[str]
    """Ids of the owner's accounts: shown whole, whatever their profile says."""
    posts: list[tuple[Post, str]] = field(default_factory=list)
    """To ask about, each with its address, the most urgent first."""
    refusals: int = 0
    """In a row."""
    failure: str | None = None
    speaks: bool | None = None
    """It describes itself by NodeInfo; None before it was asked."""

    def ask(self, request: FetchRequest) -> Iterator[Checked]:
        """Ask about one post after the other, until it fails or refuses too often."""
        for post, address in self.posts[:PER_SERVER_MAX]:
            if self.refusals >= REFUSALS_MAX:
                return
            try:
                is_there = self.about(request, post, address)
            except FetchError as error:
                self.failure = error.reason
                return
            self.refusals = self.refusals + 1 if is_there is None else 0
            if is_there is not None:
                yield Checked(post.id, is_there)

    def about(self, request: FetchRequest, post: Post, address: str) -> bool | None:
        """Whether it is there; None where its server does not say. Raises FetchError where that is out of order."""
        if match := _OWN_ID.search(urlsplit(address).path):
            answer = _get(request, f"{self.origin}/api/v1/statuses/{match[1]}", "application/json")
            if answer.status in {_NOT_FOUND, _GONE} and "error" in answer.body:
                return False
            if canonical_id(answer.body) is not None:
                return self.is_shown(post, answer.body)
        answer = _get(request, address, _ACTIVITY_JSON)
        if answer.status == _GONE or answer.body.get("type") == "Tombstone":
            return False
        if answer.status == _NOT_FOUND:
            return False if self.is_of_fediverse(request) else None
        return True if "type" in answer.body and "error" not in answer.body else None

    def is_shown(self, post: Post, status: Mapping[str, Any]) -> bool | None:
        """Whether the status that the server gave may be shown as we show it."""
        if canonical_id(status) not in {post.id, post.of}:
            return None  # another software's idea of this id
        profile = status.get("account")
        shows_words = bool(post.text) and post.account.id not in self.own
        return is_public(status) and not (shows_words and isinstance(profile, dict) and opted_out(profile))

    def is_of_fediverse(self, request: FetchRequest) -> bool:
        """Whether a server of the fediverse is there at all: a parked domain answers 404 to everything, too."""
        if self.speaks is None:
            answer = _get(request, f"{self.origin}/.well-known/nodeinfo", "application/json")
            self.speaks = isinstance(answer.body.get("links"), list)
        return self.speaks


def _get(request: FetchRequest, url: str, accept: str) -> _Answer:
    """Ask; refusals are answers here. Raises FetchError for everything else that is no answer."""
    request.meter.requests += 1
    try:
        answer = request.client.get(url, accept=accept, tries=TRIES)
    except FetchError as error:
        if error.status not in {_NOT_FOUND, _GONE, *_MEMBERS_ONLY}:
            raise
        return _Answer(error.status or 0, _object(error.body))
    return _Answer(answer.status, _object(answer.body))


def _failures(servers: Mapping[str, _Server]) -> Iterator[StreamFailed]:
    """Servers that did not say. Raises FetchError where none did."""
    broken = [server.failure for server in servers.values() if server.failure]
    if broken and len(broken) == len(servers):
        raise FetchError(broken[0])
    for server in servers.values():
        if server.failure:
            yield StreamFailed(server.origin, server.failure)
        elif server.refusals >= REFUSALS_MAX:
            yield StreamFailed(server.origin, "it does not say which posts are still there: they stay")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
