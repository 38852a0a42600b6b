"""An X on loopback that behaves as its documentation says: made-up posts, pages newest first, both namings.

Nothing in it is real: accounts, posts and ids are made up here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.loopback import Answer, Request, as_json
from tests.spec_server import Spec, SpecServer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
TOKEN = "made-up-token"

# Names in the description 2.167 -> before it.
_OLDER = {
    "referenced_posts": "referenced_tweets",
    "note_post": "note_tweet",
    "repost_count": "retweet_count",
    "posts": "tweets",
    "edit_history_post_ids": "edit_history_tweet_ids",
}


def id_at(moment: datetime, number: int = 0) -> str:
    """A post id of that moment."""
    return str((int((moment - _EPOCH).total_seconds() * 1000) << 22) + number)


def post(own_id: str, author: str, text: str = "made up", **more: Any) -> dict[str, Any]:
    """A post object in the new naming, with every field that we ask for."""
    moment = _EPOCH + timedelta(milliseconds=int(own_id) >> 22)
    return {
        "id": own_id,
        "text": text,
        "author_id": author,
        "created_at": f"{moment:%Y-%m-%dT%H:%M:%S}.000Z",
        "lang": "en",
        "edit_history_post_ids": [own_id],
        "public_metrics": {
            "repost_count": 2,
            "reply_count": 1,
            "like_count": 7,
            "quote_count": 0,
            "bookmark_count": 3,
            "impression_count": 99,
        },
        **more,
    }


def link(short: str, expanded: str, unwound: str | None = None) -> dict[str, Any]:
    """A URL entity."""
    found = {"start": 0, "end": len(short), "url": short, "expanded_url": expanded, "display_url": expanded[8:30]}
    return found if unwound is None else {**found, "unwound_url": unwound}


def older(value: Any) -> Any:
    """An answer in the naming of the description 2.166."""
    if isinstance(value, list):
        return [older(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {_OLDER.get(name, name): older(part) for name, part in value.items()}


@dataclass
class PretendX:
    """The service. `posts` are by author id; `lists` name author ids; `named` the handles."""

    named: dict[str, str] = field(default_factory=dict)
    """Handle -> user id."""
    posts: list[dict[str, Any]] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    """User ids whose posts are protected."""
    old_names: bool = False
    broken: dict[str, Answer] = field(default_factory=dict)
    """By path: what to answer instead."""
    sent: int = 0
    """Objects in answers so far."""

    def serve(self, spec: Spec | None = None) -> SpecServer:
        """The server, to be used with `with`."""
        return SpecServer(spec, self.answer)

    def answer(self, request: Request) -> Any:
        """One request."""
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return as_json(
                {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}, 401
            )
        path = request.path.removeprefix("/2/")
        if path in self.broken:
            return self.broken[path]
        query = request.query
        unknown = "post.fields" if self.old_names else "tweet.fields"
        if unknown in query:
            message = f"The query parameter [{unknown}] is not one of [id,max_results]"
            return as_json({"errors": [{"message": message}], "title": "Invalid Request", "detail": "invalid"}, 400)
        if path == "users/by":
            body = self._users(query["usernames"].split(","))
        elif found := re.fullmatch(r"users/(\d+)/tweets", path):
            body = self._timeline(found[1], query)
        elif found := re.fullmatch(r"lists/(\d+)/tweets", path):
            members = self.lists.get(found[1])
            body = self._missing("list", found[1]) if members is None else self._page(self._of(members), query)
        else:
            body = self._search(query)
        self.sent += self._count(body)
        return older(body) if self.old_names else body

    def _users(self, handles: Iterable[str]) -> dict[str, Any]:
        found = [self._user(self.named[one.lower()]) for one in handles if one.lower() in self.named]
        missing = [one for one in handles if one.lower() not in self.named]
        errors = [error for one in missing for error in self._missing("user", one)["errors"]]
        return {name: part for name, part in (("data", found), ("errors", errors)) if part}

    def _user(self, own_id: str) -> dict[str, Any]:
        handle = next((one for one, known in self.named.items() if known == own_id), f"user{own_id}")
        return {"id": own_id, "username": handle, "name": f"Made-up {handle}"}

    @staticmethod
    def _missing(kind: str, value: str) -> dict[str, Any]:
        error = {
            "value": value,
            "detail": f"Could not find {kind} with id: [{value}].",
            "title": "Not Found Error",
            "resource_type": kind,
            "parameter": "id",
            "resource_id": value,
            "type": "https://api.x.com/2/problems/resource-not-found",
        }
        return {"errors": [error]}

    def _of(self, authors: Iterable[str]) -> list[dict[str, Any]]:
        wanted = set(authors)
        return [one for one in self.posts if one["author_id"] in wanted]

    def _timeline(self, own_id: str, query: Mapping[str, str]) -> dict[str, Any]:
        if own_id not in self.named.values():
            return self._missing("user", own_id)
        if own_id in self.hidden:
            error = {
                **self._missing("user", own_id)["errors"][0],
                "title": "Authorization Error",
                "detail": f"Sorry, you are not authorized to see the user with id: [{own_id}].",
                "type": "https://api.x.com/2/problems/not-authorized-for-resource",
            }
            del error["value"]
            return {"errors": [error]}
        return self._page(self._of([own_id]), query)

    def _search(self, query: Mapping[str, str]) -> dict[str, Any]:
        authors = {self.named.get(handle, "?") for handle in re.findall(r"from:(\w+)", query["query"])}
        authors |= {member for own in re.findall(r"list:(\d+)", query["query"]) for member in self.lists.get(own, ())}
        week_ago = int(id_at(NOW - timedelta(days=7)))
        found = [one for one in self._of(authors) if "arxiv.org" in str(one) and int(one["id"]) > week_ago]
        return self._page([one for one in found if not _references(one, "retweeted")], query)

    def _page(self, found: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
        after, before = int(query.get("since_id", 0)), int(query.get("until_id", 10**19))
        rows = sorted((one for one in found if after < int(one["id"]) < before), key=lambda one: -int(one["id"]))
        start = int(query.get("pagination_token", "t0").removeprefix("t"))
        size = int(query["max_results"])
        shown = rows[start : start + size]
        meta: dict[str, Any] = {"result_count": len(shown)}
        if start + size < len(rows):
            meta["next_token"] = f"t{start + size}"
        if not shown:
            return {"meta": meta}
        return {"data": shown, "includes": self._includes(shown), "meta": meta}

    def _includes(self, shown: list[dict[str, Any]]) -> dict[str, Any]:
        wanted = {own_id for one in shown for own_id in _references(one)}
        posts = [one for one in self.posts if one["id"] in wanted]
        users = {one["author_id"] for one in [*shown, *posts]}
        found: dict[str, Any] = {"users": [self._user(one) for one in sorted(users)]}
        return {**found, "posts": posts} if posts else found

    @staticmethod
    def _count(body: Mapping[str, Any]) -> int:
        includes = body.get("includes", {})
        return len(body.get("data", ())) + len(includes.get("posts", ())) + len(includes.get("users", ()))


def _references(one: Mapping[str, Any], kind: str | None = None) -> list[str]:
    return [each["id"] for each in one.get("referenced_posts", ()) if kind in {None, each["type"]}]
