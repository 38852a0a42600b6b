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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from generator.errors import FetchError
from generator.http_client.addresses import AddressError, parse_target
from generator.models import Post
from generator.sources.base import Checked, FetchRequest, StreamFailed
from generator.sources.mastodon.plan import plan_of
from generator.sources.mastodon.posts import canonical_id, is_public, opted_out

PER_SERVER_MAX = 150
"""Posts asked about at one server in one run: half of what Mastodon allows in five minutes; some need two requests."""
REFUSALS_MAX = 3
"""So many refusals in a row, and the server is left alone for this run."""
_ACTIVITY_JSON = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
_OWN_ID = re.compile(r"/statuses/([A-Za-z0-9_-]{1,64})(?:/activity)?", re.ASCII)
_NOT_FOUND, _GONE = 404, 410
_MEMBERS_ONLY = frozenset({401, 403, 422})


@dataclass(slots=True)
class _Server:
    """One server in this run."""

    origin: str
    asked: int = 0
    refusals: int = 0
    """In a row."""
    failure: str | None = None
    speaks: bool | None = None
    """It describes itself by NodeInfo; None before it was asked."""

    @property
    def is_open(self) -> bool:
        return self.failure is None and self.refusals < REFUSALS_MAX and self.asked < PER_SERVER_MAX


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Mapping[str, Any]
    """Empty where it is no JSON object."""


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked | StreamFailed]:
    """Ask about captured posts. Raises FetchError where no server at all answers."""
    plan = plan_of(request)
    asking = _Asking(request, frozenset(map(_origin, plan.parts)), frozenset(plan.own))
    for post in posts:
        address = _address(post)
        server = asking.server_of(address)
        if address is None or server is None or not server.is_open:
            continue
        server.asked += 1
        try:
            is_there = asking.about(post, address, server)
        except FetchError as error:
            server.failure = error.reason
            continue
        server.refusals = server.refusals + 1 if is_there is None else 0
        if is_there is not None:
            yield Checked(post.id, is_there)
    yield from asking.failures()


def _address(post: Post) -> str | None:
    """What to ask for: the post's own address; of a boost or favourite without one, that of its original."""
    own = post.id.partition(":")[2]
    if "#" in own or post.kind == "like":
        own = (post.of or "").partition(":")[2]
    return own or None


@dataclass(slots=True)
class _Asking:
    request: FetchRequest
    origins: frozenset[str]
    """Of the servers that the configuration names."""
    own: frozenset[str]
    """Ids of the owner's accounts: shown whole, whatever their profile says."""
    servers: dict[str, _Server] = field(default_factory=dict)

    def server_of(self, address: str | None) -> _Server | None:
        """Where an address is at home; None where that may not be asked."""
        try:
            target = parse_target(address or "")
        except AddressError:
            return None
        origin = _origin(target.url)
        if origin not in self.origins and (target.scheme != "https" or target.on_loopback):
            return None
        return self.servers.setdefault(origin, _Server(origin))

    def about(self, post: Post, address: str, server: _Server) -> bool | None:
        """Whether it is there; None where its server does not say. Raises FetchError where that is out of order."""
        if found := _OWN_ID.search(urlsplit(address).path):
            answer = self.get(f"{server.origin}/api/v1/statuses/{found[1]}", "application/json")
            if answer.status in {_NOT_FOUND, _GONE} and "error" in answer.body:
                return False
            if canonical_id(answer.body) is not None:
                return self.is_shown(post, answer.body)
        answer = self.get(address, _ACTIVITY_JSON)
        if answer.status == _GONE or answer.body.get("type") == "Tombstone":
            return False
        if answer.status == _NOT_FOUND:
            return False if self.speaks(server) else None
        return True if "type" in answer.body and "error" not in answer.body else None

    def is_shown(self, post: Post, status: Mapping[str, Any]) -> bool | None:
        """Whether the status that the server gave may be shown as we show it."""
        if canonical_id(status) not in {post.id, post.of}:
            return None  # another software's idea of this id
        profile = status.get("account")
        shows_words = bool(post.text) and post.account.id not in self.own
        return is_public(status) and not (shows_words and isinstance(profile, dict) and opted_out(profile))

    def speaks(self, server: _Server) -> bool:
        """Whether a server of the fediverse is there at all: a parked domain answers 404 to everything, too."""
        if server.speaks is None:
            answer = self.get(f"{server.origin}/.well-known/nodeinfo", "application/json")
            server.speaks = isinstance(answer.body.get("links"), list)
        return server.speaks

    def get(self, url: str, accept: str) -> _Answer:
        """Ask; refusals are answers here. Raises FetchError for everything else that is no answer."""
        self.request.meter.requests += 1
        try:
            answer = self.request.client.get(url, accept=accept)
        except FetchError as error:
            if error.status not in {_NOT_FOUND, _GONE, *_MEMBERS_ONLY}:
                raise
            return _Answer(error.status or 0, _object(error.body))
        return _Answer(answer.status, _object(answer.body))

    def failures(self) -> Iterator[StreamFailed]:
        """Servers that did not say; raises FetchError where none did."""
        broken = {origin: server.failure for origin, server in self.servers.items() if server.failure}
        if broken and len(broken) == len(self.servers):
            raise FetchError(next(iter(broken.values())))
        for server in self.servers.values():
            if server.failure:
                yield StreamFailed(server.origin, server.failure)
            elif server.refusals >= REFUSALS_MAX:
                yield StreamFailed(server.origin, "it does not say which posts are still there: they stay")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
