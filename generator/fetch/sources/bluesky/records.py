"""A record of a Bluesky repository, from a `.car` file or an event of Jetstream -> our post. Pure.

The repository's own record is all that there is: no counts, no quoted post in full, and a handle only where it is known
from elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Record
from generator.fetch.sources.bluesky import posts as bluesky_posts
from generator.fetch.sources.bluesky.posts import DID, POSTS, REPOSTS, RKEY, Uri, parse_uri
from generator.model.errors import RecordError
from generator.model.records import Account, Kind, Post

LIKES = "app.bsky.feed.like"
PROFILE = "app.bsky.actor.profile/self"
KINDS: Mapping[str, Kind] = {POSTS: "post", REPOSTS: "repost", LIKES: "like"}
"""By collection: what is a post of ours."""


def record_uri(did: Any, collection: Any, rkey: Any) -> Uri | None:
    """The address of a record that is a post of ours, or None."""
    is_valid = isinstance(did, str) and DID.fullmatch(did) and isinstance(rkey, str) and RKEY.fullmatch(rkey)
    if is_valid and collection in KINDS:
        return Uri(did, collection, rkey)
    return None


def parse_record(
    uri: Uri, content: Any, author: Mapping[str, Any], *, trackers: tuple[str, ...], seen_at: datetime, where: str
) -> Post | None:
    """One record -> one post; None where its author asks not to be shown.

    Args:
        uri: from `record_uri`.
        content: the record.
        author: `handle`, `displayName` and `labels`, as far as they are known.
        trackers: whose reading it is.
        seen_at: when it was seen; it was not posted later.
        where: names it in messages.

    Raises:
        RecordError: the record is not of the described shape.
    """
    content = wire.mapping(content, where)
    profile = {**author, "did": uri.did}
    if bluesky_posts.asks_to_hide(profile, seen_at):
        return None
    if uri.collection == POSTS:
        view = {"uri": f"at://{uri.did}/{uri.collection}/{uri.rkey}", "author": profile, "record": content}
        posts = bluesky_posts.parse(Record(view, trackers, where), seen_at)
        return posts[-1] if posts else None
    subject = wire.mapping(content.get("subject"), f"{where}.subject")
    target = parse_uri(subject.get("uri"))
    made_at = wire.time(content.get("createdAt"))
    if target is None or target.collection != POSTS or made_at is None:
        raise RecordError(where, f"names no post and time: {wire.shown(subject.get('uri'))!r}")
    account: Account = bluesky_posts.account(profile)
    return Post(
        id=uri.id,
        network=bluesky_posts.NETWORK,
        kind=KINDS[uri.collection],
        of=target.id,
        url=target.url,
        account=account,
        posted_at=min(made_at, seen_at),
        seen_at=seen_at,
        trackers=tuple(sorted(trackers)),
    )
