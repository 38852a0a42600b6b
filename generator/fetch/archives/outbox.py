"""A Mastodon export: `outbox.json`, with `actor.json` beside it, as ActivityPub has them -> posts. Pure.

Shapes: docs.joinmastodon.org/spec/activitypub and exports of 2018 to 2025 (read 2026-11-30). A `Create` holds a `Note`,
an `Announce` names what is boosted. A note is put into the form of the API's `Status` and read as any other, so that
ids, kinds, addresses, links and text follow one set of rules.

Only what is addressed to everybody is read: not what is for followers or one person, and nothing unlisted. Likes and
bookmarks have no time in an export, and are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Record
from generator.fetch.archives.items import Block, Item, Setting
from generator.fetch.archives.json_array import ArrayError, elements
from generator.fetch.sources.mastodon import posts as mastodon_posts
from generator.fetch.sources.mastodon.posts import NETWORK, Seen, canonical_id
from generator.model.errors import Problem, RecordError
from generator.model.records import Post

_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_ROWS = re.compile(rb'"orderedItems"\s*:\s*(?=\[)')
_ACTOR = re.compile(r"(https?://[^/\s]+)/(?:users/|@|accounts/)?([A-Za-z0-9_.-]{1,100})/?")
_SAID = frozenset({"Note", "Article", "Question", "Page"})


def looks_like_outbox(head: bytes) -> bool:
    """Whether a file begins as an ActivityPub collection."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b"orderedItems" in head


def parse_outbox(block: Block, setting: Setting) -> Iterator[Item]:
    """The public posts and boosts of an outbox."""
    begin = _ROWS.search(block.content)
    if begin is None:
        yield Problem(block.where, "is no outbox: it has no list of orderedItems")
        return
    folder = block.where.removesuffix("outbox.json")
    actor = setting.actors.get(folder, {})
    try:
        for number, content in enumerate(elements([block.content[begin.end() :]])):
            where = f"{block.where}[{number}]"
            try:
                yield from _parse(msgspec.json.decode(content), where, setting, actor)
            except RecordError as error:
                yield Problem(error.where or where, error.message)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield Problem(where, f"is no JSON: {error}")
    except ArrayError as error:
        yield Problem(block.where, f"{error}; download it again")


def _parse(activity: Any, where: str, setting: Setting, actor: Mapping[str, Any]) -> Iterator[Post]:
    activity = wire.mapping(activity, where)
    if not _is_public(activity):
        return
    kind = activity.get("type")
    profile = _profile(actor, activity.get("actor"), where)
    handle = profile["acct"]
    account_id = f"{NETWORK}:{handle.lower()}"
    trackers = setting.trackers.of([account_id, f"{NETWORK}:@{handle}"])
    known: dict[str, str] = {}
    if kind == "Create":
        note = activity.get("object")
        if not isinstance(note, dict) or note.get("type") not in _SAID or not _is_public(note):
            return
        status = _status(note, profile, known)
    elif kind == "Announce":
        status = _boost(activity, profile, where)
    else:
        return
    seen = Seen(domain=handle.partition("@")[2], own=frozenset({account_id}), known=known)
    # of what is boosted the export has the address alone, so the boost stands without it
    yield mastodon_posts.parse(Record(status, trackers, where, seen), setting.now)[-1]


def _status(note: Mapping[str, Any], profile: Mapping[str, Any], known: dict[str, str]) -> dict[str, Any]:
    """A note as the API shows it; `known` learns what it answers and quotes."""
    contents = note.get("contentMap")
    status = {
        "uri": note.get("id"),
        "url": note.get("url"),
        "visibility": "public",
        "account": profile,
        "content": note.get("content"),
        "spoiler_text": note.get("summary"),
        "created_at": note.get("published"),
        "language": next(iter(contents), None) if isinstance(contents, dict) else None,
        "tags": [{"url": tag.get("href")} for tag in wire.rows(note.get("tag"), "tag") if isinstance(tag, dict)],
    }
    parent = canonical_id({"uri": note.get("inReplyTo")})
    if note.get("inReplyTo") is not None:
        status["in_reply_to_id"] = "parent"
        known["parent"] = parent or ""
    quoted = next((note[name] for name in ("quote", "quoteUrl", "quoteUri", "_misskey_quote") if note.get(name)), None)
    quoted_id = canonical_id({"uri": quoted})
    if quoted_id:
        status["quote"] = {"state": "accepted", "quoted_status_id": "quoted"}
        known["quoted"] = quoted_id
    return status


def _boost(activity: Mapping[str, Any], profile: Mapping[str, Any], where: str) -> dict[str, Any]:
    target = canonical_id({"uri": activity.get("object")})
    if target is None:
        raise RecordError(f"{where}.object", "names no post")
    made_at = {"visibility": "public", "created_at": activity.get("published")}
    boosted = {"uri": target.partition(":")[2], "account": {"acct": "somebody@elsewhere.invalid"}}
    return {**made_at, "uri": activity.get("id"), "account": profile, "reblog": {**made_at, **boosted}}


def _profile(actor: Mapping[str, Any], address: Any, where: str) -> dict[str, Any]:
    """The account as the API shows it."""
    named = actor.get("id") if isinstance(actor.get("id"), str) else address
    match = _ACTOR.fullmatch(named) if isinstance(named, str) else None
    if match is None:
        raise RecordError(f"{where}.actor", f"is no account: {wire.shown(named)!r}")
    host = urlsplit(match[1]).netloc.lower()
    user = actor.get("preferredUsername") if isinstance(actor.get("preferredUsername"), str) else match[2]
    finger = actor.get("webfinger")
    acct = f"{user}@{host}"
    if isinstance(finger, str) and "@" in finger:  # the host of its name may be another than that of its pages
        acct = finger.removeprefix("acct:").removeprefix("@")
    return {"acct": acct, "display_name": actor.get("name"), "bot": actor.get("type") in {"Service", "Application"}}


def _is_public(of: Mapping[str, Any]) -> bool:
    to = of.get("to")
    return any(
        isinstance(recipient, str) and recipient in _PUBLIC for recipient in (to if isinstance(to, list) else [to])
    )
