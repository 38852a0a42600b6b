"""Services on loopback that are asked which posts are still there: X, Bluesky, Mastodon, Hacker News. All made up."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.loopback import Answer, Reply, Request, as_json
from tests.pretend_bluesky import CID, did, label, profile, record, stamp, view
from tests.pretend_x import NOW, TOKEN

PROBLEM = "https://api.x.com/2/problems/"


@dataclass
class XLookup:
    """X's `GET /2/tweets`: what is in no set is there."""

    deleted: set[str] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)
    withheld: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    """Neither given nor named."""
    broken: dict[int, Answer] = field(default_factory=dict)
    """By the number of the request, from 1."""
    old_names: bool = False
    asked: list[list[str]] = field(default_factory=list)

    def __call__(self, request: Request) -> Any:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return as_json({"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "no"}, 401)
        if self.old_names and "post.fields" in request.query:
            return as_json({"title": "Invalid Request", "detail": "invalid", "type": f"{PROBLEM}invalid-request"}, 400)
        ids = request.query["ids"].split(",")
        self.asked.append(ids)
        if len(self.asked) in self.broken:
            return self.broken[len(self.asked)]
        data = [self._post(own_id) for own_id in ids if own_id not in self.deleted | self.protected | self.silent]
        errors = [self._error(own_id) for own_id in ids if own_id in self.deleted | self.protected]
        return {name: part for name, part in (("data", data), ("errors", errors)) if part} or {"errors": []}

    def _post(self, own_id: str) -> dict[str, Any]:
        history = "edit_history_tweet_ids" if self.old_names else "edit_history_post_ids"
        post: dict[str, Any] = {"id": own_id, "text": f"words of {own_id}", history: [own_id]}
        if own_id in self.withheld:
            post["withheld"] = {"copyright": False, "country_codes": ["ZZ"], "scope": "post"}
        return post

    def _error(self, own_id: str) -> dict[str, Any]:
        found = {"resource_id": own_id, "resource_type": "post", "parameter": "ids", "value": own_id}
        if own_id in self.deleted:
            found |= {"title": "Not Found Error", "detail": f"Could not find post with ids: [{own_id}]."}
            return found | {"type": f"{PROBLEM}resource-not-found"}
        found |= {"title": "Authorization Error", "detail": f"Sorry, you are not authorized to see: [{own_id}]."}
        return found | {"type": f"{PROBLEM}not-authorized-for-resource"}


@dataclass
class BlueskyLookup:
    """The AppView's getPosts, getProfiles and getRecord. Names and keys as in `pretend_bluesky`."""

    deleted: set[str] = field(default_factory=set)
    """Record keys."""
    left_out: set[str] = field(default_factory=set)
    """Record keys that getPosts does not give although they are there."""
    hidden: set[str] = field(default_factory=set)
    """DIDs that ask not to be shown to logged-out readers."""
    away: set[str] = field(default_factory=set)
    """DIDs of accounts that are gone."""
    no_records: bool = False
    """getRecord is not there, as on another server."""
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Any:
        if self.down:
            return Answer(503, b"down", {"Retry-After": "7200"})
        method = request.path.rpartition(".")[2]
        self.asked.append(method)
        values = [value for name, value in request.pairs if name in {"uris", "actors"}]
        if method == "getPosts":
            return {"posts": [self._view(uri) for uri in values if self._given(uri)]}
        if method == "getProfiles":
            return {"profiles": [self._profile(own) for own in values if own not in self.away]}
        return self._record(request.query)

    def _given(self, uri: str) -> bool:
        own, _, key = uri[5:].split("/")
        return key not in self.deleted | self.left_out and own not in self.away

    def _profile(self, own: str) -> dict[str, Any]:
        name = own.removeprefix("did:plc:").rstrip("z")
        return profile(name, *([label("!no-unauthenticated", own)] if own in self.hidden else []))

    def _view(self, uri: str) -> dict[str, Any]:
        own, _, key = uri[5:].split("/")
        name = own.removeprefix("did:plc:").rstrip("z")
        return view(name, key, f"words of {key}", NOW, author=self._profile(own))

    def _record(self, query: Mapping[str, str]) -> Any:
        own, collection, key = query["repo"], query["collection"], query["rkey"]
        if self.no_records:
            return as_json({"error": "MethodNotImplemented", "message": "Method Not Implemented"}, 501)
        if own in self.away:
            return as_json({"error": "InvalidRequest", "message": f"Could not find repo: {own}"}, 400)
        uri = f"at://{own}/{collection}/{key}"
        if key in self.deleted:
            return as_json({"error": "InvalidRequest", "message": f"Could not locate record: {uri}"}, 400)
        if collection.endswith("repost"):
            subject = {"uri": f"at://{did('orig')}/app.bsky.feed.post/original", "cid": CID}
            value: dict[str, Any] = {"$type": collection, "subject": subject, "createdAt": stamp(NOW)}
        else:
            value = record(f"words of {key}", NOW)
        return {"uri": uri, "cid": CID, "value": value}


@dataclass
class MastodonLookup:
    """One server: `/api/v1/statuses/ID` of local ids, and `/users/NAME/statuses/ID` as ActivityPub."""

    deleted: set[str] = field(default_factory=set)
    private: set[str] = field(default_factory=set)
    no_index: set[str] = field(default_factory=set)
    """Statuses whose account asks not to be found."""
    members_only: bool = False
    parked: bool = False
    """Something else answers 404 to everything."""
    url: str = ""

    def __call__(self, request: Request) -> Reply:
        if self.parked:
            return Answer(404, b"<html>buy this domain</html>")
        if request.path == "/.well-known/nodeinfo":
            return as_json({"links": []})
        own = next((part for part in reversed(request.path.split("/")) if part.isdigit()), "")
        if request.path.startswith("/api/"):
            if self.members_only:
                return as_json({"error": "This method requires an authenticated user"}, 401)
            gone = own in self.deleted | self.private
            return as_json({"error": "Record not found"}, 404) if gone else as_json(self._status(own))
        if own in self.deleted:
            return Answer(410)
        return as_json({"type": "Note", "id": f"{self.url}{request.path}"})

    def _status(self, own: str) -> dict[str, Any]:
        return {
            "id": own,
            "uri": f"{self.url}/users/ada/statuses/{own}",
            "visibility": "public",
            "account": {"id": "1", "acct": "ada", "indexable": own not in self.no_index, "note": ""},
        }


@dataclass
class HackerNewsLookup:
    """Algolia's search by tags and its single stories."""

    deleted: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)

    def __call__(self, request: Request) -> Reply:
        if request.path.endswith("/search"):
            asked = re.findall(r"story_(\d+)", request.query["tags"])
            hits = [self._story(own) for own in asked if own not in self.deleted | self.left_out | self.dead]
            return as_json({"hits": hits, "nbHits": len(hits)})
        own = request.path.rpartition("/")[2]
        if own in self.deleted:
            return as_json({"status": 404, "error": "Not Found"}, 404)
        return as_json({"id": int(own), "title": None if own in self.dead else "There", "author": "made-up"})

    def _story(self, own: str) -> dict[str, Any]:
        return {"objectID": own, "title": f"words of {own}", "author": "made-up", "points": 9}


@dataclass
class DailyLookup:
    """Hugging Face's lists by day and its single papers."""

    deleted: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    """Papers whose proposal is not on its list although their page is there."""
    papers: dict[str, list[str]] = field(default_factory=dict)
    """Day -> papers."""

    def __call__(self, request: Request) -> Reply:
        if request.path.endswith("/daily_papers"):
            assert request.query.keys() == {"date", "limit"}
            listed = [
                own for own in self.papers.get(request.query["date"], []) if own not in self.deleted | self.left_out
            ]
            return as_json([{"paper": {"id": own, "upvotes": 3}} for own in listed])
        own = request.path.partition("/papers/")[2]
        if own in self.deleted:
            return as_json({"error": "Paper not found"}, 404)
        return as_json({"id": own, "title": f"words of {own}"})


def digest(files: Mapping[str, bytes]) -> str:
    """Of a folder's files, to see whether any changed."""
    return hashlib.sha256(json.dumps({name: body.hex() for name, body in sorted(files.items())}).encode()).hexdigest()
