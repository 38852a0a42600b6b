"""Which captured posts Bluesky still shows, through the public AppView, without a key.

Sources, read 2026-11-23: the lexicons of bluesky-social/atproto (2026-08-20) and the AppView's own code for `getRecord`
(packages/bsky/src/api/com/atproto/repo/getRecord.ts).

| what | request |
|---|---|
| posts, quotes, replies | `getPosts`, 25 addresses each |
| a like | the post that it likes, as above |
| who reposted | `getProfiles`, 25 accounts each: their wish not to be shown covers what they repost |
| a repost, and any post that `getPosts` left out | `getRecord`, one each; at most 300 reposts a run |

`getPosts` leaves out what it cannot give and does not say why, so leaving out is no proof: a post is gone where
`getRecord` says that there is no such record or account, and where its author asks not to be shown to logged-out
readers (`!no-unauthenticated`) or moderation hides it. A server of an account that is away deletes nothing: the AppView
answers from what it has. A repost without a record of its own (an id that we made) is gone with its reposter alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from generator.fetch.adapter.patience import Asker
from generator.fetch.adapter.source import Checked, FetchRequest, Record
from generator.fetch.sources.bluesky.actors import PROFILES_MAX
from generator.fetch.sources.bluesky.posts import (
    DID,
    NETWORK,
    POSTS,
    REPOSTS,
    RKEY,
    Uri,
    asks_to_hide,
    is_made_up,
    parse,
)
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.records import Post

URIS_MAX = 25
"""Addresses in one getPosts (lexicon app.bsky.feed.getPosts)."""
RECORDS_MAX = 300
"""Reposts asked about in one run, each with a request of its own; the others come first in the next."""
_BAD_REQUEST = 400
_GONE = frozenset({"RecordNotFound", "RepoNotFound", "RepoTakendown", "RepoSuspended", "RepoDeactivated"})
_GONE_MESSAGES = ("Could not locate record", "Could not find repo")
"""The AppView gives these words with the bare name InvalidRequest."""


def find_gone(request: FetchRequest, posts: Sequence[Post]) -> Iterator[Checked]:
    """Ask about captured posts. Raises FetchError, FormatError."""
    api = str(request.settings.get("api") or "https://public.api.bsky.app").rstrip("/")
    asking = _Asking(Asker(request, f"{api}/xrpc", limits="ratelimit-"), request.now)
    post_uris: dict[str, Uri] = {}
    reposts: dict[str, Uri] = {}
    for post in posts:
        if (uri := _uri(post)) is not None:
            (reposts if post.kind == "repost" else post_uris)[post.id] = uri
    yield from asking.about_posts(post_uris)
    yield from asking.about_reposts(reposts)


def _uri(post: Post) -> Uri | None:
    """Where its record is, of a like that of the post that it likes; None for what is no record of Bluesky."""
    name = (post.of or "") if post.kind == "like" else post.id
    did, _, rkey = name.removeprefix(f"{NETWORK}:").partition("/")
    if not DID.fullmatch(did) or not RKEY.fullmatch(rkey):
        return None
    return Uri(did, REPOSTS if post.kind == "repost" else POSTS, rkey)


@dataclass(frozen=True, slots=True)
class _Asking:
    asker: Asker
    now: datetime

    def about_posts(self, uris: Mapping[str, Uri]) -> Iterator[Checked]:
        """Posts by id: present and shown, hidden, or left out and then asked about alone."""
        for batch in _batches(uris, URIS_MAX):
            views = self._views([uris[post_id] for post_id in batch])
            for post_id in batch:
                view = views.get(uris[post_id].id)
                is_there = self._has_record(uris[post_id]) if view is None else self._is_shown(view)
                if is_there is not None:
                    yield Checked(post_id, is_there)

    def about_reposts(self, uris: Mapping[str, Uri]) -> Iterator[Checked]:
        """Reposts by id: their accounts in batches, then their records one by one."""
        hidden: set[str] = set()
        dids = {uri.did: None for uri in uris.values()}
        answered: set[str] = set()
        for batch in _batches(dids, PROFILES_MAX):
            for profile in self._list("app.bsky.actor.getProfiles", "actors", batch, "profiles"):
                did = profile.get("did")
                if isinstance(did, str):
                    answered.add(did)
                    hidden.update({did} if asks_to_hide(profile, self.now) else ())
        records = 0
        for post_id, uri in uris.items():
            if uri.did in hidden:
                yield Checked(post_id, is_there=False)
            elif is_made_up(uri.rkey):
                if uri.did in answered:
                    yield Checked(post_id, is_there=True)
            elif records < RECORDS_MAX:
                records += 1
                yield Checked(post_id, self._has_record(uri))

    def _views(self, uris: list[Uri]) -> dict[str, Mapping[str, Any]]:
        """By our post id."""
        addresses = [f"at://{uri.did}/{uri.collection}/{uri.rkey}" for uri in uris]
        views = self._list("app.bsky.feed.getPosts", "uris", addresses, "posts")
        by_address = {view.get("uri"): view for view in views}
        return {
            uri.id: by_address[address] for uri, address in zip(uris, addresses, strict=True) if address in by_address
        }

    def _is_shown(self, view: Mapping[str, Any]) -> bool | None:
        """Whether it may be shown; None where the view is not of the described shape."""
        try:
            return bool(parse(Record(view, (), "getPosts"), self.now))
        except RecordError:
            return None

    def _list(self, method: str, name: str, values: Iterable[str], part: str) -> list[Mapping[str, Any]]:
        query = "&".join(f"{name}={quote(value, safe='')}" for value in values)
        answer = self.asker.get(f"{method}?{query}", label=method.rpartition(".")[2])
        rows = answer.get(part)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise FormatError(f"format changed: {part} is no list of objects", url=method)
        return rows

    def _has_record(self, uri: Uri) -> bool:
        """Whether the AppView has this record; raises FetchError where it does not say."""
        params = {"repo": uri.did, "collection": uri.collection, "rkey": uri.rkey}
        try:
            self.asker.get("com.atproto.repo.getRecord", params, label="getRecord")
        except FetchError as error:
            if error.status == _BAD_REQUEST and _says_gone(error.body):
                return False
            raise
        return True


def _says_gone(body: bytes) -> bool:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(answer, dict):
        return False
    return answer.get("error") in _GONE or str(answer.get("message", "")).startswith(_GONE_MESSAGES)


def _batches(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    waiting = list(keys)
    for start in range(0, len(waiting), size):
        yield waiting[start : start + size]
