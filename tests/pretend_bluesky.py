"""A Bluesky AppView on loopback: made-up accounts and posts in answers of the shapes that the lexicons describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.loopback import Answer, Request, as_json
from tests.spec_server import Spec, SpecServer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CID = "bafyreimadeupmadeupmadeupmadeupmadeup"


def did(name: str) -> str:
    """Made up: `did:plc:<name>` padded to the usual length."""
    return f"did:plc:{name:z<24}"


def stamp(moment: datetime) -> str:
    """As the service writes times."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"


def ago(minutes: float) -> datetime:
    """Before NOW."""
    return NOW - timedelta(minutes=minutes)


def label(value: str, of: str, **more: Any) -> dict[str, Any]:
    """A label of an account by itself, unless `src` says otherwise."""
    return {"src": of, "uri": f"at://{of}", "val": value, "cts": stamp(ago(9999)), **more}


def profile(name: str, *labels: dict[str, Any]) -> dict[str, Any]:
    """A profileViewBasic."""
    shown = {"did": did(name), "handle": f"{name}.example.com", "displayName": f"Made-up {name}"}
    return {**shown, "labels": list(labels)} if labels else shown


def uri(name: str, key: str, collection: str = "app.bsky.feed.post") -> str:
    """Address of a record."""
    return f"at://{did(name)}/{collection}/{key}"


def ref(address: str) -> dict[str, Any]:
    """A strongRef."""
    return {"uri": address, "cid": CID}


def facet(text: str, part: str, url: str) -> dict[str, Any]:
    """A link on `part` of `text`, in bytes."""
    start = text.encode().index(part.encode())
    return {
        "index": {"byteStart": start, "byteEnd": start + len(part.encode())},
        "features": [{"$type": "app.bsky.richtext.facet#link", "uri": url}],
    }


def record(text: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A post's record."""
    return {"$type": "app.bsky.feed.post", "text": text, "createdAt": stamp(at), "langs": ["en"], **more}


def view(name: str, key: str, text: str = "made up", at: datetime | None = None, **more: Any) -> dict[str, Any]:
    """A postView. `said` adds to the record, `labels` and `embed` to the view, `author` replaces the profile."""
    moment = at or ago(10)
    said = more.pop("said", {})
    return {
        "$type": "app.bsky.feed.defs#postView",
        "uri": uri(name, key),
        "cid": CID,
        "author": more.pop("author", profile(name)),
        "record": record(text, moment, **said),
        "replyCount": 1,
        "repostCount": 2,
        "likeCount": 7,
        "quoteCount": 0,
        "indexedAt": stamp(moment + timedelta(seconds=1)),
        **more,
    }


def quoted(post: Mapping[str, Any]) -> dict[str, Any]:
    """A postView as the view of an embedded record."""
    same = {name: post[name] for name in ("uri", "cid", "author", "indexedAt", "likeCount") if name in post}
    embeds = [post["embed"]] if "embed" in post else []
    labels = {"labels": post["labels"]} if "labels" in post else {}
    shown = {"$type": "app.bsky.embed.record#viewRecord", **same, **labels, "value": post["record"], "embeds": embeds}
    return {"$type": "app.bsky.embed.record#view", "record": shown}


def card(url: str, *, shown: bool) -> dict[str, Any]:
    """A link card, in a record or (`shown`) in a view."""
    kind = "app.bsky.embed.external" + ("#view" if shown else "")
    return {"$type": kind, "external": {"uri": url, "title": "Made up", "description": ""}}


def reposted(by: str, at: datetime, key: str | None = None, *labels: dict[str, Any]) -> dict[str, Any]:
    """A reasonRepost."""
    reason = {"$type": "app.bsky.feed.defs#reasonRepost", "by": profile(by, *labels), "indexedAt": stamp(at)}
    return reason if key is None else {**reason, "uri": uri(by, key, "app.bsky.feed.repost"), "cid": CID}


@dataclass
class PretendBluesky:
    """The service. Feeds are rows by DID or at:// address; the newest first is the test's own order."""

    feeds: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    """Handle -> DID."""
    follows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For getPosts, by address."""
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For getProfiles by DID."""
    broken: dict[str, Answer] = field(default_factory=dict)
    """By method, or by method and key: `getAuthorFeed did:plc:...`."""

    def serve(self, spec: Spec | None = None) -> SpecServer:
        """The server, to be used with `with`."""
        return SpecServer(spec, self.answer)

    def answer(self, request: Request) -> Any:
        """One request."""
        query = request.query
        method = request.path.rpartition(".")[2]
        key = query.get("actor") or query.get("list") or query.get("feed") or ""
        broken = self.broken.get(f"{method} {key}") or self.broken.get(method)
        if broken is not None:
            return broken
        if method == "getPosts":
            addresses = [value for name, value in request.pairs if name == "uris"]
            return {"posts": [self.views[address] for address in addresses if address in self.views]}
        if method == "getProfiles":
            asked = [value.lower() for name, value in request.pairs if name == "actors"]
            if any(own.startswith("did:") for own in asked):
                return {"profiles": [self.profiles[own] for own in asked if own in self.profiles]}
            known = [(handle, self.handles[handle]) for handle in asked if handle in self.handles]
            return {"profiles": [{"did": own, "handle": handle} for handle, own in known]}
        start, size = int(query.get("cursor", "0")), int(query["limit"])
        if method == "getFollows":
            rows = self.follows.get(key, [])
            body: dict[str, Any] = {
                "subject": {"did": key, "handle": "subject.example.com"},
                "follows": rows[start : start + size],
            }
        else:
            if key not in self.feeds:
                return as_json({"error": "InvalidRequest", "message": "Profile not found"}, 400)
            rows = self.feeds[key]
            body = {"feed": rows[start : start + size]}
        # As the service does: there is a cursor as long as there was anything.
        return {**body, "cursor": str(start + size)} if rows[start : start + size] else body
