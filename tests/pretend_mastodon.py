"""Instances of Mastodon for tests: made-up accounts and statuses in answers of the shapes that its API describes.

They answer on loopback (`serve`) or, several at once under names of their own, through a client that opens no
connection (`Fediverse`). Every request and every answer can be held against the official description.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import jsonschema

from generator.model.errors import FetchError
from generator.net.http import Response
from tests.loopback import Answer, Request, as_json
from tests.spec_server import OpenApi, Pairs, SpecServer

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PICTURE = "https://pictures.example/made-up.png"


def ago(minutes: float) -> datetime:
    """Before NOW."""
    return NOW - timedelta(minutes=minutes)


def stamp(moment: datetime) -> str:
    """As the service writes times."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.123Z"


def snowflake(moment: datetime, sequence: int = 0) -> str:
    """An id as Mastodon makes it of a time."""
    return str((int(moment.timestamp() * 1000) << 16) + sequence)


def account(user: str, domain: str, own_id: str, *, at: str = "", **more: Any) -> dict[str, Any]:
    """An Account that may be found, as its own instance shows it, or (`at` another) one elsewhere."""
    return {
        "id": own_id,
        "username": user,
        "acct": user if at in {"", domain} else f"{user}@{domain}",
        "display_name": f"Made-up {user.title()}",
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": stamp(ago(99_999)),
        "note": "<p>Made up</p>",
        "url": f"https://{domain}/@{user}",
        "uri": f"https://{domain}/users/{user}",
        "avatar": PICTURE,
        "avatar_static": PICTURE,
        "header": PICTURE,
        "header_static": PICTURE,
        "followers_count": 1,
        "following_count": 1,
        "statuses_count": 1,
        "last_status_at": None,
        "emojis": [],
        "fields": [],
        **more,
    }


def anchor(url: str) -> str:
    """A link as Mastodon shows it, cut short."""
    scheme, _, rest = url.partition("://")
    return (
        f'<a href="{url}" target="_blank" rel="nofollow noopener noreferrer" translate="no"><span class="invisible">'
        f'{scheme}://</span><span class="ellipsis">{rest[:15]}</span><span class="invisible">{rest[15:]}</span></a>'
    )


def status(
    who: Mapping[str, Any], own_id: str, content: str = "<p>made up</p>", at: datetime | None = None, **more: Any
) -> dict[str, Any]:
    """A Status of an account that is at home where it is shown; `uri` and `url` say otherwise."""
    host = urlsplit(str(who["url"])).netloc
    return {
        "id": own_id,
        "created_at": stamp(at or ago(10)),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://{host}/users/{who['username']}/statuses/{own_id}",
        "url": f"https://{host}/@{who['username']}/{own_id}",
        "replies_count": 1,
        "reblogs_count": 2,
        "favourites_count": 7,
        "quotes_count": 0,
        "content": content,
        "reblog": None,
        "account": dict(who),
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        **more,
    }


def boost(who: Mapping[str, Any], own_id: str, of: Mapping[str, Any], at: datetime | None = None) -> dict[str, Any]:
    """A Status that boosts another."""
    shown = status(who, own_id, str(of["content"]), at, reblog=dict(of))
    return {**shown, "uri": f"{shown['uri']}/activity", "url": f"{shown['uri']}/activity"}


def quote(of: Mapping[str, Any], state: str = "accepted") -> dict[str, Any]:
    """A Quote."""
    return {"state": state, "quoted_status": dict(of)}


def card(url: str) -> dict[str, Any]:
    """A PreviewCard."""
    texts = dict.fromkeys(("title", "description", "author_name", "provider_name", "html"), "Made up")
    urls = dict.fromkeys(("author_url", "provider_url", "embed_url"), "https://made-up.example/")
    return {"url": url, "type": "link", "authors": [], "width": 1, "height": 1, **texts, **urls}


class MastodonSpec:
    """The description (OpenAPI 3.1), which names the parameter `id[]` of several statuses `id`, and knows API paths."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._spec = OpenApi(described)
        self._described = described
        self._components = _closed(described["components"])

    @classmethod
    def load(cls, path: Path) -> Self:
        """From a file."""
        return cls(json.loads(path.read_bytes()))

    def request_problems(self, path: str, pairs: Pairs) -> list[str]:
        """What is wrong with a GET request."""
        if not path.startswith("/api/"):
            return []
        several = ",".join(value for name, value in pairs if name == "id[]")
        plain = [(name, value) for name, value in pairs if name != "id[]"]
        return self._spec.request_problems(path, [*plain, ("id", several)] if several else plain)

    def answer_problems(self, path: str, body: Any) -> list[str]:
        """What is wrong with the body of a 200 answer; fields that the description does not name are."""
        if not path.startswith("/api/"):
            return []
        exact = self._described["paths"].get(path)
        like = (
            one for own, one in self._described["paths"].items() if re.fullmatch(re.sub(r"{\w+}", "[^/]+", own), path)
        )
        operation = (exact or next(like))["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        validator = jsonschema.Draft202012Validator({**schema, "components": self._components})
        return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(body)]


def _closed(schema: Any) -> Any:
    """The schemas, objects closed."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


@dataclass
class PretendMastodon:
    """One instance. Lists of statuses are newest first."""

    domain: str
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By name, as the instance itself shows them."""
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the account's id."""
    tags: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Statuses that can be asked for alone, by id."""
    follows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    feeds: dict[str, Answer] = field(default_factory=dict)
    """By path."""
    broken: dict[str, Answer] = field(default_factory=dict)
    """By path."""
    web_finger: str = ""
    """Origin that it names for its accounts."""
    sends_links: bool = True
    knows_min_id: bool = True
    has_batch: bool = True
    token: str = ""
    """Nobody is answered without it, where there is one."""

    def add(self, user: str, **more: Any) -> dict[str, Any]:
        """An account of its own, without statuses."""
        own_id = str(109_000_000_000_000_000 + len(self.accounts))
        self.accounts[user] = account(user, self.domain, own_id, **more)
        self.statuses.setdefault(own_id, [])
        return self.accounts[user]

    def add_many(self, user: str, count: int, *, first: float = 10, step: float = 1, key: int = 0) -> dict[str, Any]:
        """An account with so many statuses, the newest `first` minutes ago, one every `step` minutes."""
        who = self.accounts.get(user) or self.add(user)
        times = [ago(first + number * step) for number in range(count)]
        made = [status(who, snowflake(at, key), f"<p>made up {key}</p>", at) for at in times]
        self.statuses[who["id"]] = made + self.statuses[who["id"]]
        return who

    def serve(self, spec: MastodonSpec | None = None) -> SpecServer:
        """The instance on loopback, to be used with `with`."""
        return SpecServer(spec, self.answer)

    def answer(self, request: Request) -> Any:
        """One request."""
        path = unquote(request.path)
        if path in self.broken:
            return self.broken[path]
        if path in self.feeds:
            return self.feeds[path]
        if path == "/.well-known/webfinger" and self.web_finger:
            return {"subject": request.query["resource"], "links": [{"rel": "self", "href": f"{self.web_finger}/ap/1"}]}
        if not path.startswith("/api/v1/"):
            return Answer(404, b"<h1>404</h1>", {"Content-Type": "text/html"})
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            return as_json({"error": "This method requires an authenticated user"}, 422)
        return self._api(path.removeprefix("/api/v1/"), request)

    def _api(self, path: str, request: Request) -> Any:
        parts = path.split("/")
        if path == "accounts/lookup":
            found: Any = self.accounts.get(request.query["acct"].partition("@")[0])
            return found or not_found()
        if parts[0] == "accounts" and parts[2:] == ["statuses"] and parts[1] in self.statuses:
            return self._page(self.statuses[parts[1]], request, 40)
        if parts[0] == "accounts" and parts[2:] == ["following"]:
            return self._page(self.follows.get(parts[1], []), request, 80)
        if parts[:2] == ["timelines", "tag"]:
            return self._page(self.tags.get(parts[2], []), request, 40)
        if parts[0] == "statuses":
            return self._single(parts[1:], request)
        return not_found()

    def _single(self, rest: list[str], request: Request) -> Any:
        if rest:
            return self._status(rest[0]) or not_found()
        asked = [value for name, value in request.pairs if name == "id[]"]
        return [one for own_id in asked if (one := self._status(own_id))] if self.has_batch else not_found()

    def _status(self, own_id: str) -> dict[str, Any] | None:
        everything = [row for rows in (*self.statuses.values(), *self.tags.values()) for row in rows]
        by_id = {**{row["id"]: row for row in everything}, **self.others}
        found: dict[str, Any] | None = by_id.get(own_id)
        return found if found and found["visibility"] in {"public", "unlisted"} else None

    def _page(self, rows: list[dict[str, Any]], request: Request, most: int) -> Any:
        query = request.query
        size = min(int(query.get("limit", "20")), most)

        def key(row: Mapping[str, Any]) -> tuple[int, str]:
            return len(row["id"]), row["id"]

        def at(name: str) -> tuple[int, str]:
            return len(query[name]), query[name]

        found = [row for row in rows if "max_id" not in query or key(row) < at("max_id")]
        if self.knows_min_id and "min_id" in query:
            found = [row for row in found if key(row) > at("min_id")][-size:]
        page = found[:size]
        if not self.sends_links or not page:
            return page
        base = f"https://{self.domain}{request.path}"
        links = [f'<{base}?{urlencode({"limit": size, "min_id": page[0]["id"]})}>; rel="prev"']
        if len(page) == size:
            links.insert(0, f'<{base}?{urlencode({"limit": size, "max_id": page[-1]["id"]})}>; rel="next"')
        limits = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "298", "X-RateLimit-Reset": stamp(ago(-5))}
        return as_json(page, headers={"Link": ", ".join(links), **limits})


def not_found() -> Answer:
    """As the service answers what it does not know."""
    return as_json({"error": "Record not found"}, 404)


@dataclass
class Fediverse:
    """A client that opens no connection: hosts by name, each an instance or an error."""

    instances: Mapping[str, PretendMastodon | FetchError]
    spec: MastodonSpec | None = None
    violations: list[str] = field(default_factory=list)
    asked: list[tuple[str, Request]] = field(default_factory=list)
    """(host, request) in order."""
    breaks_after: int | None = None
    """Every request after so many fails."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> Response:
        """Ask an instance."""
        parts = urlsplit(url)
        query = "&".join(filter(None, (parts.query, urlencode(params or {}))))
        target = f"{parts.path}?{query}" if query else parts.path
        given = {name.lower(): value for name, value in (headers or {}).items()}
        request = Request("GET", target, given, b"", 0.0, ("127.0.0.1", 0))
        with self.lock:
            self.asked.append((parts.netloc, request))
            if self.breaks_after is not None and len(self.asked) > self.breaks_after:
                raise FetchError("it broke off", url=url)
        instance = self.instances.get(parts.netloc, FetchError("its name is not known", url=url))
        if isinstance(instance, FetchError):
            raise instance
        if self.spec:
            found = self.spec.request_problems(request.path, parse_qsl(query))
            self.violations += [f"{request.path}: {problem}" for problem in found]
        reply = instance.answer(request)
        answer = reply if isinstance(reply, Answer) else as_json(reply)
        if self.spec and answer.status == 200:
            found = self.spec.answer_problems(request.path, json.loads(answer.body)) if _is_json(answer) else []
            self.violations += [f"{request.path}: {problem}" for problem in found]
        if answer.status >= 400:
            after = answer.headers.get("Retry-After")
            raise FetchError(
                f"HTTP {answer.status}",
                url=url,
                status=answer.status,
                retry_after_s=float(after) if after else None,
                body=answer.body,
            )
        return Response(url, answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.body)

    def paths(self, host: str = "") -> list[str]:
        """What was asked, in order, of one host or of all."""
        return [request.path for name, request in self.asked if host in {"", name}]


def _is_json(answer: Answer) -> bool:
    return "json" in answer.headers.get("Content-Type", "")


def rss(user: str, domain: str, rows: Sequence[tuple[str, str, datetime]]) -> bytes:
    """A public feed as Mastodon writes it: (id, HTML, time) each."""
    shown = "".join(
        f"<item><guid isPermaLink='true'>https://{domain}/@{user}/{own_id}</guid>"
        f"<link>https://{domain}/@{user}/{own_id}</link><pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<description>{html.replace('&', '&amp;').replace('<', '&lt;')}</description></item>"
        for own_id, html, at in rows
    )
    head = f"<title>{user}</title><link>https://{domain}/@{user}</link><description>Public posts</description>"
    return f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel>{head}{shown}</channel></rss>".encode()
