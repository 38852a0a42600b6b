"""Bluesky on the wire: a row of a feed (`feedViewPost`) or a bare `postView` -> our posts. Pure.

Shapes: lexicons app.bsky.feed.defs, app.bsky.embed.*, app.bsky.richtext.facet, com.atproto.label.defs
(bluesky-social/atproto, 2026-08-20, read 2026-11-23).

- Accounts and posts are keyed by DID: handles change. `bluesky:<did>/<rkey>`.
- A post that quotes and answers at once is a quote of the quoted post. A quote is of a post: embedding a list, a feed
  or a starter pack is none.
- A repost has no words of its own: no text, its address is the original's. Where the service gives it no record of its
  own, its id is made of reposter and original.
- Quoted posts, and the parent and root of a thread that a feed shows, become posts of their own, before it.
- Links come from facets and embeds; where the text shows a link shortened ('arxiv.org/abs/2401.0...'), the whole
  address takes its place.
- Who asks not to be shown to logged-out readers (`!no-unauthenticated`) is left out wholly, and so is what moderation
  hides, takes down or labels as adult.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Record
from generator.fetch.sources.bluesky.text import card_links, links_of, text_of
from generator.model.errors import RecordError
from generator.model.records import Account, Kind, Post

NETWORK = "bluesky"
POSTS = "app.bsky.feed.post"
REPOSTS = "app.bsky.feed.repost"
DID = re.compile(r"did:[a-z]{2,10}:[A-Za-z0-9._:%-]{0,199}[A-Za-z0-9._-]", re.ASCII)
HANDLE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
RKEY = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._:~-]{1,512}", re.ASCII)
_TID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"
_TID = re.compile(r"[2-7a-j][2-7a-z]{12}")
_FIRST_YEAR = 2022
NO_HANDLE = "handle.invalid"
"""What the service states where an account's handle does not lead back to it."""
_EMBED_DEPTH = 3
_HIDES = frozenset(
    {"!hide", "!takedown", "!no-unauthenticated", "porn", "sexual", "nudity", "graphic-media", "gore", "nsfl"}
)
_COUNTS = {"likes": ("likeCount",), "reposts": ("repostCount",), "replies": ("replyCount",), "quotes": ("quoteCount",)}
_MADE_UP = "repost-of-"


@dataclass(frozen=True, slots=True)
class Uri:
    """`at://<did>/<collection>/<rkey>`."""

    did: str
    collection: str
    rkey: str

    @property
    def id(self) -> str:
        """The post that it names."""
        return f"{NETWORK}:{self.did}/{self.rkey}"

    @property
    def url(self) -> str:
        """Where people see it."""
        return f"https://bsky.app/profile/{self.did}/post/{self.rkey}"


def parse_uri(value: Any) -> Uri | None:
    """An at:// address of a record, or None."""
    if not isinstance(value, str) or not value.startswith("at://"):
        return None
    did, _, rest = value[5:].partition("/")
    collection, _, rkey = rest.partition("/")
    if DID.fullmatch(did) and RKEY.fullmatch(rkey) and collection:
        return Uri(did, collection, rkey)
    return None


def post_url(post_id: str) -> str | None:
    """`bluesky:<did>/<rkey>` -> its public address; of a repost with an id that we made, its original's."""
    network, _, name = post_id.partition(":")
    did, _, rkey = name.partition("/")
    if is_made_up(rkey):
        did, _, rkey = rkey.removeprefix(_MADE_UP).rpartition("-")
    is_valid = network == NETWORK and DID.fullmatch(did) and RKEY.fullmatch(rkey)
    return Uri(did, POSTS, rkey).url if is_valid else None


def is_made_up(rkey: str) -> bool:
    """True for the id of a repost that came without a record of its own."""
    return rkey.startswith(_MADE_UP)


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One row of a feed -> the posts in it, embedded originals first. Empty where its author asks not to be shown.

    Raises:
        RecordError: the row's own post, or its repost, is not of the described shape.
    """
    row = wire.mapping(record.raw, record.where)
    above = row.get("reply")
    if isinstance(above, dict):
        views_above = [above.get(name) for name in ("parent", "root")]
    else:
        views_above = []
    uris = tuple(view.get("uri") for view in views_above if isinstance(view, dict))
    reader = _Reader(tuple(sorted(record.trackers)), seen_at.replace(microsecond=0), uris)
    view = wire.mapping(row.get("post") if "post" in row else row, f"{record.where}.post")
    posts = reader.posts(view, f"{record.where}.post")
    if not posts:
        return []
    reason = wire.mapping(row.get("reason"), f"{record.where}.reason")
    if "by" in reason:
        repost = reader.repost(reason, posts[-1], f"{record.where}.reason")
        posts = [*posts, repost] if repost else []
    if posts:
        return [*reader.thread(row.get("reply"), f"{record.where}.reply"), *posts]
    return []


@dataclass(frozen=True, slots=True)
class _Reader:
    trackers: tuple[str, ...]
    seen_at: datetime
    thread_uris: tuple[Any, ...] = ()
    """Addresses of the posts that the row shows above it: by DID, whatever its own record says."""

    def thread(self, reply: Any, where: str) -> Iterator[Post]:
        """Root and parent, where they are shown whole; deleted and blocked ones are not."""
        if not isinstance(reply, dict):
            return
        for name in ("root", "parent"):
            view = reply.get(name)
            if name == "parent" and isinstance(view, dict) and isinstance(reply.get("root"), dict):
                view = None if view.get("uri") == reply["root"].get("uri") else view
            yield from self.embedded(view, f"{where}.{name}", 1)

    def embedded(self, view: Any, where: str, depth: int) -> list[Post]:
        """Posts in a view that something else shows. One that cannot be used costs nothing but itself."""
        if not isinstance(view, dict) or not isinstance(view.get("record"), dict) or depth > _EMBED_DEPTH:
            return []
        try:
            return self.posts(view, where, depth)
        except RecordError:
            return []

    def posts(self, view: Mapping[str, Any], where: str, depth: int = 0) -> list[Post]:
        """The posts that it quotes, then itself; none where it must not be shown."""
        uri = parse_uri(view.get("uri"))
        if uri is None or uri.collection != POSTS:
            raise RecordError(f"{where}.uri", f"is no address of a post: {wire.shown(view.get('uri'))!r}")
        author = wire.mapping(view.get("author"), f"{where}.author")
        content = wire.mapping(view.get("record"), f"{where}.record")
        if author.get("did") != uri.did:
            raise RecordError(f"{where}.author.did", "is not the account that the post's address names")
        own_labels = content.get("labels")
        declared = own_labels.get("values") if isinstance(own_labels, dict) else None
        if any(_hidden(labels, self.seen_at) for labels in (author.get("labels"), view.get("labels"), declared)):
            return []
        shown_uris = [_quoted_uri(view.get("embed")), *self.thread_uris]
        quoted = []
        for quoted_view in _quoted_views(view.get("embed")):
            quoted.extend(self.embedded(quoted_view, where, depth + 1))
        kind, of = _kind(content, shown_uris, where)
        post = Post(
            id=uri.id,
            network=NETWORK,
            kind=kind,
            of=of,
            url=uri.url,
            account=account(author),
            posted_at=self.posted_at(uri.rkey, content.get("createdAt"), view.get("indexedAt")),
            seen_at=self.seen_at,
            text=text_of(content, where),
            lang=wire.language(next(iter(wire.rows(content.get("langs"), f"{where}.record.langs")), None)),
            links=wire.links([*links_of(content, where), *card_links(view.get("embed"))]),
            counts=wire.counts(view, _COUNTS),
            trackers=self.trackers,
        )
        return [*quoted, post]

    def repost(self, reason: Mapping[str, Any], original: Post, where: str) -> Post | None:
        """The repost that brought `original` here; None where the reposter asks not to be shown."""
        by = wire.mapping(reason.get("by"), f"{where}.by")
        did = by.get("did")
        if not isinstance(did, str) or not DID.fullmatch(did):
            raise RecordError(f"{where}.by.did", f"is no account: {wire.shown(did)!r}")
        if _hidden(by.get("labels"), self.seen_at):
            return None
        uri = parse_uri(reason.get("uri"))
        if uri is not None and (uri.did != did or uri.collection != REPOSTS):
            raise RecordError(f"{where}.uri", "is no repost by the account that it names")
        made_up = f"{NETWORK}:{did}/{_MADE_UP}{original.id.partition(':')[2].replace('/', '-')}"
        return Post(
            id=uri.id if uri else made_up,
            network=NETWORK,
            kind="repost",
            of=original.id,
            url=original.url,
            account=account(by),
            posted_at=self.posted_at(uri.rkey if uri else "", reason.get("indexedAt")),
            seen_at=self.seen_at,
            trackers=self.trackers,
        )

    def posted_at(self, rkey: str, *stated: Any) -> datetime:
        """When it was posted: as its author states, but not after the service saw it, nor in the future.

        Without any stated time, when its record was made; without that, when it was first seen.
        """
        moments = [moment for value in stated if (moment := wire.time(value))]
        created_at = made_at(rkey)
        if not moments and created_at is not None:
            moments.append(created_at)
        return min([*moments, self.seen_at])


def made_at(rkey: str) -> datetime | None:
    """The time within a timestamp identifier (atproto.com/specs/tid): base 32, microseconds above ten other bits."""
    if not _TID.fullmatch(rkey):
        return None
    number = 0
    for letter in rkey:
        number = number * 32 + _TID_LETTERS.index(letter)
    moment = datetime.fromtimestamp((number >> 10) // 1_000_000, UTC)
    return moment if moment.year >= _FIRST_YEAR else None


def account(profile: Mapping[str, Any]) -> Account:
    """A profile with a DID -> the account."""
    did, handle = profile["did"], profile.get("handle")
    handle = handle.lower() if isinstance(handle, str) else ""
    is_valid = len(handle) <= wire.HANDLE_MAX and handle != NO_HANDLE and HANDLE.fullmatch(handle)
    return Account(
        id=f"{NETWORK}:{did}",
        handle=handle if is_valid else None,
        name=wire.clean_line(profile.get("displayName")),
        bot=any(label.get("val") == "bot" and label.get("src") == did for label in _labels(profile.get("labels"))),
    )


def asks_to_hide(profile: Any, now: datetime) -> bool:
    """An account that must not be shown to logged-out readers, or at all."""
    return isinstance(profile, dict) and _hidden(profile.get("labels"), now)


def _labels(labels: Any) -> Iterator[Mapping[str, Any]]:
    """Labels in force, whatever their time."""
    for label in labels if isinstance(labels, list) else ():
        if isinstance(label, dict) and label.get("neg") is not True:
            yield label


def _hidden(labels: Any, now: datetime) -> bool:
    for label in _labels(labels):
        ends_at = wire.time(label.get("exp"))
        value = label.get("val")
        if isinstance(value, str) and value in _HIDES and (ends_at is None or ends_at > now):
            return True
    return False


def _kind(record: Mapping[str, Any], shown_uris: Iterable[Any], where: str) -> tuple[Kind, str | None]:
    embed = wire.mapping(record.get("embed"), f"{where}.record.embed")
    quoted = embed.get("record")
    if isinstance(quoted, dict) and isinstance(quoted.get("record"), dict):
        quoted = quoted["record"]  # recordWithMedia
    if isinstance(quoted, dict):
        uri = parse_uri(_by_did(quoted.get("uri"), shown_uris))
        if uri is not None and uri.collection == POSTS:
            return "quote", uri.id
    reply = wire.mapping(record.get("reply"), f"{where}.record.reply")
    if not reply:
        return "post", None
    parent = wire.mapping(reply.get("parent"), f"{where}.record.reply.parent")
    uri = parse_uri(_by_did(parent.get("uri"), shown_uris))
    return "reply", uri.id if uri is not None else None


def _by_did(stated: Any, shown_uris: Iterable[Any]) -> Any:
    """The address that is shown by DID where the stated one names an account by its handle."""
    if parse_uri(stated) is None and isinstance(stated, str) and stated.startswith("at://"):
        for uri in shown_uris:
            if isinstance(uri, str) and uri.rpartition("/")[2] == stated.rpartition("/")[2]:
                return uri
    return stated


def _quoted_uri(embed: Any) -> Any:
    """The address of a quoted post as the service shows it."""
    view = embed.get("record") if isinstance(embed, dict) else None
    if isinstance(view, dict) and isinstance(view.get("record"), dict):
        view = view["record"]  # recordWithMedia
    return view.get("uri") if isinstance(view, dict) else None


def _quoted_views(embed: Any) -> Iterator[Mapping[str, Any]]:
    """A quoted post as a `postView`: the view of an embedded record names its parts otherwise."""
    view = embed.get("record") if isinstance(embed, dict) else None
    if isinstance(view, dict) and isinstance(view.get("record"), dict):
        view = view["record"]  # recordWithMedia
    if not isinstance(view, dict) or not isinstance(view.get("value"), dict):
        return  # deleted, blocked, detached by its author; or a list, a feed, a starter pack
    embeds = view.get("embeds")
    first = embeds[0] if isinstance(embeds, list) and embeds else None
    yield {**view, "record": view["value"], "embed": first}
