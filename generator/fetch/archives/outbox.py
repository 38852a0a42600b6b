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
_QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
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
    actor = setting.actors.get(block.where.removesuffix("outbox.json"), {})
    try:
        for number, content in enumerate(elements([block.content[begin.end() :]])):
            where = f"{block.where}[{number}]"
            try:
                activity = wire.mapping(msgspec.json.decode(content), where)
                yield from _parse(activity, where, setting, actor)
            except RecordError as error:
                yield Problem(error.where or where, error.message)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                yield Problem(where, f"is no JSON: {error}")
    except ArrayError as error:
        yield Problem(block.where, f"{error}; download it again")


def _parse(activity: Mapping[str, Any], where: str, setting: Setting, actor: Mapping[str, Any]) -> Iterator[Post]:
    if not _is_public(activity):
        return
    profile = _profile(actor, activity.get("actor"), where)
    handle = profile["acct"]
    targets: dict[str, str] = {}
    if activity.get("type") == "Create":
        note = wire.part(activity, "object")
        if note.get("type") not in _SAID or not _is_public(note):
            return
        status = _status(note, profile, targets)
    elif activity.get("type") == "Announce":
        status = _boost(activity, profile, where)
    else:
        return
    account_id = f"{NETWORK}:{handle.lower()}"
    trackers = setting.trackers.of([account_id, f"{NETWORK}:@{handle}"])
    seen = Seen(domain=handle.partition("@")[2], own=frozenset({account_id}), known=targets)
    # Of what is boosted the export has the address alone, so the boost stands without it.
    yield mastodon_posts.parse(Record(status, trackers, where, seen), setting.now)[-1]


def _status(note: Mapping[str, Any], profile: Mapping[str, Any], targets: dict[str, str]) -> dict[str, Any]:
    """A note as the API shows it; `targets` gets the posts that it answers and quotes, by local ids made up here."""
    languages = list(wire.part(note, "contentMap"))
    tags = wire.objects(wire.rows(note.get("tag"), "tag"))
    status = {
        "uri": note.get("id"),
        "url": note.get("url"),
        "visibility": "public",
        "account": profile,
        "content": note.get("content"),
        "spoiler_text": note.get("summary"),
        "created_at": note.get("published"),
        "language": languages[0] if languages else None,
        "tags": [{"url": tag.get("href")} for tag in tags],
    }
    if note.get("inReplyTo") is not None:
        status["in_reply_to_id"] = "parent"
        targets["parent"] = canonical_id({"uri": note["inReplyTo"]}) or ""
    for name in _QUOTES:
        quoted_id = canonical_id({"uri": note.get(name)})
        if quoted_id:
            status["quote"] = {"state": "accepted", "quoted_status_id": "quoted"}
            targets["quoted"] = quoted_id
            break
    return status


def _boost(activity: Mapping[str, Any], profile: Mapping[str, Any], where: str) -> dict[str, Any]:
    target = canonical_id({"uri": activity.get("object")})
    if target is None:
        raise RecordError(f"{where}.object", "names no post")
    common = {"visibility": "public", "created_at": activity.get("published")}
    boosted = {**common, "uri": target.partition(":")[2], "account": {"acct": "somebody@elsewhere.invalid"}}
    return {**common, "uri": activity.get("id"), "account": profile, "reblog": boosted}


def _profile(actor: Mapping[str, Any], address: Any, where: str) -> dict[str, Any]:
    """The account as the API shows it."""
    actor_id = actor.get("id")
    if not isinstance(actor_id, str):
        actor_id = address
    match = _ACTOR.fullmatch(actor_id) if isinstance(actor_id, str) else None
    if match is None:
        raise RecordError(f"{where}.actor", f"is no account: {wire.shown(actor_id)!r}")
    user = actor.get("preferredUsername")
    if not isinstance(user, str):
        user = match[2]
    acct = f"{user}@{urlsplit(match[1]).netloc.lower()}"
    # The host of its name may be another than that of its pages.
    webfinger = actor.get("webfinger")
    if isinstance(webfinger, str) and "@" in webfinger:
        acct = webfinger.removeprefix("acct:").removeprefix("@")
    return {"acct": acct, "display_name": actor.get("name"), "bot": actor.get("type") in {"Service", "Application"}}


def _is_public(activity: Mapping[str, Any]) -> bool:
    recipients = activity.get("to")
    if not isinstance(recipients, list):
        recipients = [recipients]
    return any(isinstance(recipient, str) and recipient in _PUBLIC for recipient in recipients)
