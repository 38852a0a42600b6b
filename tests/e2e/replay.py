"""Recorded answers of the real services, served again on loopback: arXiv, Bluesky and X.

What is made up: which account, list or feed an answer belongs to, because the recordings come from many; the
addresses, identifiers and times that the AppView's snapshots replaced by `record(3)`, `user(1)` and 1970; and the
author and time of posts that were recorded without them, because we ask for both.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.loopback import Answer, Reply, Request, as_json, as_xml

_ENTRY = re.compile(rb"<entry>.*?</entry>", re.DOTALL)
_PLACEHOLDER = re.compile(r"\b(user|record)\((\d+)\)")
_ABS = re.compile(rb"<id>http://arxiv.org/abs/([^<]+?)(?:v\d+)?</id>")


@dataclass
class Replay:
    """A server's answers; `used` says which recordings were asked for."""

    folder: Path
    """`real/responses`."""
    used: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    """Services that answer 503: `arxiv`, `bluesky`, `x`."""
    entries: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in sorted((self.folder / "arxiv").glob("*.atom.xml")):
            for entry in _ENTRY.findall(path.read_bytes()):
                if found := _ABS.search(entry):
                    self.entries.setdefault(found[1].decode(), (path.name, entry))
        self.feeds = self._bluesky_feeds()
        self.follows = self._named("bluesky/bskyr", ("g_follows.1",))
        self.pages = self._x_pages()

    def __call__(self, request: Request) -> Reply:
        path = request.path
        service = "x" if path.startswith("/2/") else "bluesky" if path.startswith("/xrpc/") else "arxiv"
        if service in self.down:
            return Answer(503, b"down for maintenance", {"Retry-After": "7200"})
        answer = {"x": self._x, "bluesky": self._bluesky, "arxiv": self._arxiv}[service]
        return answer(request)

    def _named(self, folder: str, names: tuple[str, ...]) -> dict[str, Any]:
        loaded = {}
        for name in names:
            loaded[name] = json.loads((self.folder / folder / f"{name}.json").read_text("utf-8"))["body"]
        return loaded

    # --- Bluesky: every recorded page of feed views, as the feed of an account, a list or a custom feed

    def _bluesky_feeds(self) -> dict[str, Any]:
        feeds: dict[str, Any] = {}
        for path in sorted((self.folder / "bluesky/bskyr").glob("*.json")):
            body = json.loads(path.read_text("utf-8")).get("body")
            if isinstance(body, dict) and body.get("feed") and "post" in body["feed"][0]:
                feeds[path.name] = body
        for path in sorted((self.folder / "bluesky/appview_snapshots").glob("*.json")):
            for name, snapshot in json.loads(path.read_text("utf-8")).items():
                rows = _identified(snapshot)
                listed = rows.get("feed") if isinstance(rows, dict) else rows
                if isinstance(listed, list) and listed and isinstance(listed[0], dict) and "post" in listed[0]:
                    feeds[f"{path.name}#{name}"] = {"feed": listed}
        return feeds

    def handles(self) -> list[str]:
        """One made-up account for every recorded feed."""
        return [f"recorded-{number}.example" for number in range(len(self.feeds))]

    def _bluesky(self, request: Request) -> Reply:
        method = request.path.removeprefix("/xrpc/")
        if method == "app.bsky.actor.getProfiles":
            actors = [value for name, value in request.pairs if name == "actors"]
            return as_json({"profiles": [_profile(actor) for actor in actors]})
        if method == "app.bsky.actor.getProfile":
            return as_json(_profile(request.query["actor"]))
        if method == "app.bsky.graph.getFollows":
            self.used.add("g_follows.1.json")
            return as_json({**self.follows["g_follows.1"], "cursor": None} if "cursor" not in request.query else {})
        if method in {"app.bsky.feed.getListFeed", "app.bsky.feed.getFeed"}:
            name = {
                "app.bsky.feed.getListFeed": "f_get_list_feed.1.json",
                "app.bsky.feed.getFeed": "f_getFeed.8a17d18.json",
            }
            return self._page(name[method], request)
        number = _number(request.query["actor"])
        if number is None:
            return as_json({"feed": []})  # somebody who is followed and says nothing
        return self._page(list(self.feeds)[number], request)

    def _page(self, name: str, request: Request) -> Reply:
        self.used.add(name)
        if request.query.get("cursor"):
            return as_json({"feed": []})
        return as_json(self.feeds[name])

    # --- X: every recorded page of posts, as the timeline of an account

    def _x_pages(self) -> dict[str, Any]:
        pages = {}
        for path in sorted((self.folder / "x_v2").rglob("*.json")):
            body = json.loads(path.read_text("utf-8")).get("body")
            posts = body.get("data") if isinstance(body, dict) else None
            if isinstance(posts, list) and posts and all("text" in post for post in posts):
                pages[path.name] = body
        return pages

    def x_handles(self) -> list[str]:
        """One made-up account for every recorded page."""
        return [f"recorded{number}" for number in range(len(self.pages))]

    def _x(self, request: Request) -> Reply:
        if request.path == "/2/users/by":
            names = request.query["usernames"].split(",")
            users = [
                {"id": str(900 + int(name.removeprefix("recorded"))), "username": name, "name": name} for name in names
            ]
            return as_json({"data": users})
        if request.path == "/2/lists/84839422/tweets":
            return self._x_page("test_client_get_list_tweets.1.json", request)
        if request.path == "/2/tweets/search/recent":
            return self._x_page("test_client_search_recent_tweets.1.json", request)
        number = re.fullmatch(r"/2/users/(\d+)/tweets", request.path)
        return self._x_page(list(self.pages)[int(number[1]) - 900], request) if number else Answer(404)

    def _x_page(self, name: str, request: Request) -> Reply:
        self.used.add(name)
        if {"since_id", "pagination_token", "next_token"} & set(request.query):
            return as_json({"meta": {"result_count": 0}})
        posts = [
            {"author_id": "900", "created_at": "2022-10-07T12:00:00.000Z", **post} for post in self.pages[name]["data"]
        ]
        return as_json({**self.pages[name], "data": posts, "meta": {"result_count": len(posts)}})

    # --- arXiv: the recorded entries of the ids that are asked for

    def _arxiv(self, request: Request) -> Reply:
        if request.path.startswith("/dois/"):
            return as_json({"errors": [{"status": "404", "title": "not found"}]}, 404)
        asked = request.query.get("id_list", "").split(",")
        found = [self.entries[each] for each in asked if each in self.entries]
        self.used.update(name for name, _ in found)
        return as_xml(
            b'<?xml version="1.0" encoding="UTF-8"?><feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
            b'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
            b"<opensearch:totalResults>%d</opensearch:totalResults>"
            % len(found)
            + b"".join(entry for _, entry in found)
            + b"</feed>"
        )


def _profile(actor: str) -> dict[str, Any]:
    number = actor.removeprefix("recorded-").removesuffix(".example")
    return {"did": did(int(number)), "handle": actor, "labels": []}


def did(number: int) -> str:
    """A well-formed identifier that nobody has: its last eight letters are the number."""
    return "did:plc:recordedrecorded" + f"{number:08}".translate(_LETTERS)


def _identified(snapshot: Any) -> Any:
    """A snapshot with addresses and a time in place of its placeholders; a post's address names its author."""
    owners: dict[str, tuple[str, str]] = {}

    def note(value: Any) -> None:
        if isinstance(value, dict):
            for key, collection in (("author", "post"), ("by", "repost")):
                account = value.get(key)
                if isinstance(account, dict) and str(value.get("uri", "")).startswith("record("):
                    owners.setdefault(value["uri"], (account.get("did", ""), collection))
            for each in value.values():
                note(each)
        elif isinstance(value, list):
            for each in value:
                note(each)

    def address(found: re.Match[str]) -> str:
        number = int(found[2])
        if found[1] == "user":
            return did(number)
        account, collection = owners.get(found[0], ("", "post"))
        owner = _PLACEHOLDER.fullmatch(account)
        return f"at://{did(int(owner[2]) if owner else 90)}/app.bsky.feed.{collection}/3recorded{number}"

    note(snapshot)
    text = _PLACEHOLDER.sub(address, json.dumps(snapshot))
    return json.loads(text.replace("1970-01-01T00:00:00", "2026-06-15T00:00:00"))


def _number(actor: str) -> int | None:
    found = re.fullmatch("did:plc:recordedrecorded([a-j]{8})", actor)
    return int(found[1].translate({letter: digit for digit, letter in _LETTERS.items()})) if found else None


_LETTERS = {ord(digit): ord(letter) for digit, letter in zip("0123456789", "abcdefghij", strict=True)}
