"""Check captured posts of Mastodon and compatible servers: one by one, at the home server of each post.

Sources, read 2026-11-23: docs.joinmastodon.org/methods/statuses (GET /api/v1/statuses/:id: 404 for deleted and
non-public statuses; public ones need no token), /api/rate-limits (300 requests in 5 minutes), and ActivityPub 6.11 (a
deleted object answers 404, or 410 with a Tombstone).

The id of a post is its ActivityPub address. On Mastodon the address ends in the local id of its home instance, so the
API of that instance is asked; other instances cannot delete the post. If the address has no local id, or the API
requires a token, the address itself is requested as ActivityPub.

A post is gone if its home reports it (404 with the API's error, 410, a Tombstone, or 404 from a server with NodeInfo),
if it is no longer public, or if its account no longer wants to be found and we show its text. An unreachable, replaced
or refusing server deletes nothing.

Addresses come from strangers: only https addresses and servers of the configuration are requested.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.side_by_side import side_by_side
from generator.fetch.adapter.source import Checked, FetchRequest, StreamFailed
from generator.fetch.sources.mastodon.api import CLOSED
from generator.fetch.sources.mastodon.plan import plan_of
from generator.fetch.sources.mastodon.posts import NETWORK, canonical_id, is_public, opted_out
from generator.model.errors import FetchError
from generator.model.records import Post
from generator.net.http.addresses import AddressError, parse_target

PER_SERVER_MAX = 150
"""Posts per server and run: half of Mastodon's limit for five minutes, because some posts need two requests."""
REFUSALS_MAX = 3
"""After so many refusals in a row the run stops asking the server."""
TRIES = 2
"""Tries of one request: there may be many servers, and the next run comes soon."""
_ACTIVITY_JSON = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
_OWN_ID = re.compile(r"/statuses/([A-Za-z0-9_-]{1,64})(?:/activity)?", re.ASCII)
_NOT_FOUND, _GONE = 404, 410


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Mapping[str, Any]
    """Empty if it is not a JSON object."""


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked | StreamFailed]:
    """Check captured posts, servers in parallel. Raises FetchError if no server answers."""
    plan = plan_of(request)
    origins = frozenset(_origin(origin) for origin in plan.parts)
    servers: dict[str, _Server] = {}
    for post in posts:
        address = _address(post)
        origin = _home(address, origins)
        if origin is not None:
            server = servers.setdefault(origin, _Server(origin, frozenset(plan.own)))
            server.posts.append((post, address))
    # Another order every hour: silent servers have the oldest checks and must not block the others.
    hour = f"{request.now:%Y-%m-%dT%H}"
    in_order = sorted(servers.values(), key=lambda server: zlib.crc32(f"{hour} {server.origin}".encode()))
    for result in side_by_side(request, f"{NETWORK}-gone", [server.check for server in in_order]):
        yield from result.said
    yield from _failures(servers)


def _address(post: Post) -> str:
    """The address to request: the post's, or for a boost or favourite without one, its original's; may be empty."""
    address = post.id.partition(":")[2]
    if "#" in address or post.kind == "like":
        address = (post.of or "").partition(":")[2]
    return address


def _home(address: str, origins: Collection[str]) -> str | None:
    """Origin of an address; None if it may not be requested. `origins` are those of the configuration."""
    try:
        target = parse_target(address)
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
    """Ids of the owner's accounts: always shown in full."""
    posts: list[tuple[Post, str]] = field(default_factory=list)
    """Posts to check with their addresses, most urgent first."""
    refusals: int = 0
    """Refusals in a row."""
    failure: str | None = None
    has_nodeinfo: bool | None = None
    """None: not asked yet."""

    def check(self, request: FetchRequest) -> Iterator[Checked]:
        """Check one post after the other until the server fails or refuses too often."""
        for post, address in self.posts[:PER_SERVER_MAX]:
            if self.refusals >= REFUSALS_MAX:
                return
            try:
                is_there = self.has(request, post, address)
            except FetchError as error:
                self.failure = error.reason
                return
            if is_there is None:
                self.refusals += 1
            else:
                self.refusals = 0
                yield Checked(post.id, is_there)

    def has(self, request: FetchRequest, post: Post, address: str) -> bool | None:
        """Whether the post exists; None if the server does not say. Raises FetchError if the server fails."""
        own_id = _OWN_ID.search(urlsplit(address).path)
        if own_id:
            answer = _get(request, f"{self.origin}/api/v1/statuses/{own_id[1]}", "application/json")
            if answer.status in {_NOT_FOUND, _GONE} and "error" in answer.body:
                return False
            if canonical_id(answer.body) is not None:
                return self.is_shown(post, answer.body)
        answer = _get(request, address, _ACTIVITY_JSON)
        if answer.status == _GONE or answer.body.get("type") == "Tombstone":
            return False
        if answer.status == _NOT_FOUND:
            # A parked domain also answers 404 to everything.
            return False if self.is_of_fediverse(request) else None
        if "type" in answer.body and "error" not in answer.body:
            return True
        return None

    def is_shown(self, post: Post, status: Mapping[str, Any]) -> bool | None:
        """Whether we may still show the post; None if the status is another one."""
        if canonical_id(status) not in {post.id, post.of}:
            return None
        if not is_public(status):
            return False
        # Only text needs the account's consent; the owner's accounts have given it.
        if not post.text or post.account.id in self.own:
            return True
        profile = wire.part(status, "account")
        return not profile or not opted_out(profile)

    def is_of_fediverse(self, request: FetchRequest) -> bool:
        """Whether the server has NodeInfo, as servers of the fediverse do."""
        if self.has_nodeinfo is None:
            answer = _get(request, f"{self.origin}/.well-known/nodeinfo", "application/json")
            self.has_nodeinfo = isinstance(answer.body.get("links"), list)
        return self.has_nodeinfo


def _get(request: FetchRequest, url: str, accept: str) -> _Answer:
    """Request an address; 404, 410 and refusals count as answers. Raises FetchError for other failures."""
    request.meter.requests += 1
    try:
        answer = request.client.get(url, accept=accept, tries=TRIES)
    except FetchError as error:
        if error.status not in {_NOT_FOUND, _GONE, *CLOSED}:
            raise
        return _Answer(error.status or 0, _object(error.body))
    return _Answer(answer.status, _object(answer.body))


def _failures(servers: Mapping[str, _Server]) -> Iterator[StreamFailed]:
    """Report servers without answers. Raises FetchError if every server failed."""
    reasons = [server.failure for server in servers.values() if server.failure]
    if reasons and len(reasons) == len(servers):
        raise FetchError(reasons[0])
    for server in servers.values():
        if server.failure:
            yield StreamFailed(server.origin, server.failure)
        elif server.refusals >= REFUSALS_MAX:
            yield StreamFailed(server.origin, "it does not say which posts still exist: they stay")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        return wire.decode_object(body, "")
    except FetchError:
        return {}
