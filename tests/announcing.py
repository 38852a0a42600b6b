"""What the tests of announcements share: hostile papers, a copy's data, one run in this process, servers that check."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema

from generator.announce import Desk, Notice
from generator.announce.sending import TargetReport, run
from generator.fetch.configuration import read
from generator.model.tree import Tree
from generator.net.http import HttpClient
from generator.storage.store import Store
from tests.loopback import Answer, Loopback, Reply, Request, as_json
from tests.make import NOON, paper, post

HOSTILE = (
    "@everyone <!channel> <@U1|x> #free [click](https://evil.example/) https://evil.example/a *b* _c_ `d` ||e|| "
    "@ada@social.example @ada.bsky.social www.evil.example </p><script>alert(1)</script> <https://evil.example|x> "
    "\u202eback\u202c \u2028line\x00\x07 日本語 👩‍👩‍👧‍👦 e\u0301 " + "long " * 200
)
SECRETS = {
    "ANNOUNCE_SLACK_WEBHOOK": "{url}/services/T0canary/B0canary/canaryOfSlack",
    "ANNOUNCE_DISCORD_WEBHOOK": "{url}/api/webhooks/1/canaryOfDiscord",
    "ANNOUNCE_MATRIX_TOKEN": "canaryOfMatrix",
    "ANNOUNCE_MASTODON_TOKEN": "canaryOfMastodon",
    "ANNOUNCE_BLUESKY_APP_PASSWORD": "cana-ryof-blue-skyx",
    "ANNOUNCE_EMAIL_TO": "ada@example.org",
}
ROOM = "!room:matrix.example"
ACCOUNT = "papers.example.com"
DID = "did:plc:papersofada"


def config(url: str, *targets: str, **common: Any) -> str:
    """A config.yaml that announces to these targets on loopback."""
    own: dict[str, dict[str, Any]] = {
        "slack": {},
        "discord": {},
        "matrix": {"server": url, "room": ROOM},
        "mastodon": {"server": url},
        "bluesky": {"account": ACCOUNT, "service": url},
        "apprise": {},
        "email": {"server": "127.0.0.1", "port": 25, "security": "none", "sender": "papers@example.org"},
    }
    block = {name: {**own[name], **common} for name in targets}
    return (
        'site: {title: Made up, url: "https://pages.example/made-up/"}\n'
        "trackers: [{id: example, bluesky: {accounts: [ada.example]}}, {id: other, hackernews: {}}]\n"
        f"announce: {json.dumps(block)}\n"
    )


def data(folder: Path, *papers: tuple[str, int], **fields: Any) -> None:
    """Add papers, each with so many people who posted about it, to a data tree."""
    store = Store(folder)
    tree = store.load() if folder.exists() else Tree()
    for paper_id, people in papers:
        tree.add_paper(paper(paper_id, **fields))
        for number in range(people):
            tree.add_post(post(f"{paper_id}-{number}", who=f"ada{number}", papers=(paper_id,)))
    store.save(tree)


def secrets_for(url: str) -> dict[str, str]:
    """All of them, for servers at this address."""
    return {name: value.format(url=url) for name, value in SECRETS.items()}


def announce(
    folder: Path,
    text: str,
    secrets: Mapping[str, str],
    *,
    now: datetime = NOON,
    dry: bool = False,
    only: str | None = None,
) -> dict[str, TargetReport]:
    """One run -> what became of each target."""
    client = HttpClient("tests", sleep=lambda _: None)
    try:
        found = run(
            read(text.encode()), Store(folder), client=client, secrets=secrets, now=now, dry=dry, only=only
        )  # fmt: skip
    finally:
        client.close()
    return {each.target: each for each in found}


def notice(**fields: Any) -> Notice:
    """A paper to tell of."""
    defaults: dict[str, Any] = {
        "paper_id": "2611.00001",
        "title": "On the made-up matter",
        "authors": "Ada Example, Bo Sample",
        "abstract": "We make up things.",
        "url": "https://pages.example/made-up/abs/2611.00001/",
        "arxiv_url": "https://arxiv.org/abs/2611.00001",
        "people": 4,
        "window": "week",
    }
    return Notice(**{**defaults, **fields})


def desk(name: str) -> Desk:
    """What `compose` may use."""
    block = read(config("https://server.example", name).encode())
    settings = block.announce.targets()[name].model_dump()
    return Desk(
        client=HttpClient("tests"),
        settings=settings,
        secrets={},
        now=NOON,
        site_title="Made up",
        site_url="https://pages.example/made-up/",
    )


def later(days: float) -> datetime:
    """After noon."""
    return NOON + timedelta(days=days)


_TEXT = {"type": "string", "minLength": 1}
_SLACK_ELEMENT = {
    "oneOf": [
        {
            "properties": {"type": {"const": "text"}, "text": _TEXT},
            "required": ["type", "text"],
            "additionalProperties": False,
        },
        {
            "properties": {
                "type": {"const": "link"},
                "url": {"type": "string", "pattern": "^https?://"},
                "text": _TEXT,
                "style": {"properties": {"bold": {"type": "boolean"}}, "additionalProperties": False},
            },
            "required": ["type", "url"],
            "additionalProperties": False,
        },
    ]
}
SCHEMAS: dict[str, Any] = {
    # docs.slack.dev: incoming webhooks; blocks (50 at most); rich_text, rich_text_section
    "slack": {
        "properties": {
            "text": {
                "type": "string",
                "minLength": 1,
                "maxLength": 4000,
                "not": {"pattern": "[<>]|@(everyone|channel)"},
            },
            "blocks": {
                "minItems": 1,
                "maxItems": 50,
                "items": {
                    "properties": {
                        "type": {"const": "rich_text"},
                        "elements": {
                            "items": {
                                "properties": {
                                    "type": {"const": "rich_text_section"},
                                    "elements": {"items": _SLACK_ELEMENT},
                                },
                                "required": ["type", "elements"],
                                "additionalProperties": False,
                            }
                        },
                    },
                    "required": ["type", "elements"],
                    "additionalProperties": False,
                },
            },
            "unfurl_links": {"const": False},
            "unfurl_media": {"const": False},
        },
        "required": ["text", "blocks"],
        "additionalProperties": False,
    },
    # docs.discord.com: execute webhook; embed object and its limits; allowed mentions
    "discord": {
        "properties": {
            "content": {"maxLength": 2000},
            "embeds": {
                "minItems": 1,
                "maxItems": 10,
                "items": {
                    "properties": {
                        "title": {"type": "string", "minLength": 1, "maxLength": 256},
                        "description": {"type": "string", "maxLength": 4096},
                        "url": {"type": "string", "pattern": "^https?://"},
                    },
                    "required": ["title", "url"],
                    "additionalProperties": False,
                },
            },
            "allowed_mentions": {"const": {"parse": []}},
        },
        "required": ["embeds", "allowed_mentions"],
        "additionalProperties": False,
    },
    # spec.matrix.org: m.room.message, m.notice, m.mentions
    "matrix": {
        "properties": {
            "msgtype": {"const": "m.notice"},
            "body": _TEXT,
            "format": {"const": "org.matrix.custom.html"},
            "formatted_body": _TEXT,
            "m.mentions": {"const": {}},
        },
        "required": ["msgtype", "body", "m.mentions"],
        "additionalProperties": False,
    },
    # docs.joinmastodon.org, statuses, what is posted
    "mastodon": {
        "properties": {
            "status": {"type": "string", "minLength": 1, "maxLength": 500},
            "visibility": {"enum": ["public", "unlisted"]},
            "language": {"const": "en"},
        },
        "required": ["status"],
        "additionalProperties": False,
    },
    # the lexicons, as far as they say what is sent (tests/tools has the real server)
    "createSession": {
        "properties": {"identifier": {"const": ACCOUNT}, "password": _TEXT},
        "required": ["identifier", "password"],
        "additionalProperties": False,
    },
    "createRecord": {
        "properties": {
            "repo": {"const": DID},
            "collection": {"const": "app.bsky.feed.post"},
            "rkey": {"type": "string", "pattern": "^[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}$"},
            "validate": {"const": True},
            "record": {"type": "object", "required": ["$type", "text", "createdAt"]},
        },
        "required": ["repo", "collection", "record"],
        "additionalProperties": False,
    },
}


def problems(name: str, value: Any) -> list[str]:
    """What a service would refuse in a message."""
    validator = jsonschema.Draft202012Validator({"type": "object", **SCHEMAS[name]})
    found = [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(value)]
    if name == "discord":
        size = sum(len(each["title"]) + len(each.get("description", "")) for each in value["embeds"])
        found += [f"{size} characters in all embeds"] if size > 6000 else []
    return found


class Services:
    """All services but mail on one loopback address: what they take must have their shapes."""

    def __init__(self) -> None:
        self.taken: dict[str, list[Any]] = {}
        self.refused: list[str] = []
        self.broken: dict[str, Sequence[Reply]] = {}
        self.records: dict[str, Any] = {}
        self.transactions: set[str] = set()
        self.server = Loopback(self._answer)

    def titles(self, name: str) -> str:
        """Everything that one of them was told, as text."""
        return json.dumps(self.taken.get(name, []), ensure_ascii=False)

    def _answer(self, request: Request) -> Reply:
        path = request.path
        for name, replies in self.broken.items():
            if name in path and replies:
                reply, self.broken[name] = replies[0], replies[1:]
                return reply
        ways: dict[str, Callable[[], Reply]] = {
            "/services/": lambda: self._take("slack", request, Answer(200, b"ok")),
            "/api/webhooks/": lambda: self._take("discord", request, as_json({"id": "1"})),
            "/_matrix/": lambda: self._matrix(request),
            "/api/v1/statuses": lambda: self._mastodon(request),
            "/xrpc/": lambda: self._bluesky(path.removeprefix("/xrpc/com.atproto."), request),
        }
        way = next((each for start, each in ways.items() if path.startswith(start)), None)
        return way() if way else Answer(404, b"")

    def _matrix(self, request: Request) -> Reply:
        if request.method != "PUT" or request.headers.get("authorization") != "Bearer canaryOfMatrix":
            return as_json({"errcode": "M_UNKNOWN_TOKEN"}, 401)
        if request.path in self.transactions:
            return as_json({"event_id": "$again"})
        self.transactions.add(request.path)
        return self._take("matrix", request, as_json({"event_id": "$1"}))

    def _mastodon(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "Bearer canaryOfMastodon":
            return as_json({"error": "The access token is invalid"}, 401)
        return self._take("mastodon", request, as_json({"id": "1"}))

    def _bluesky(self, method: str, request: Request) -> Reply:
        if method == "server.createSession":
            if json.loads(request.body).get("password") != SECRETS["ANNOUNCE_BLUESKY_APP_PASSWORD"]:
                return as_json({"error": "AuthenticationRequired", "message": "Invalid identifier or password"}, 401)
            session = {"did": DID, "handle": ACCOUNT, "accessJwt": "canaryOfSession", "refreshJwt": "b"}
            return self._take("createSession", request, as_json(session))
        if method == "repo.getRecord":
            stands = self.records.get(request.query["rkey"])
            missing = {"error": "RecordNotFound", "message": "Could not locate record"}
            return as_json(missing, 400) if stands is None else as_json({"uri": "at://a", "value": stands})
        if method == "repo.createRecord":
            assert request.headers["authorization"] == "Bearer canaryOfSession"
            content = json.loads(request.body)
            self.records[content["rkey"]] = content["record"]
            return self._take("createRecord", request, as_json({"uri": "at://a/b/c", "cid": "d"}))
        return as_json({"error": "MethodNotImplemented"}, 501)

    def _take(self, name: str, request: Request, reply: Reply) -> Reply:
        value = json.loads(request.body)
        found = problems(name, value)
        if found or request.headers.get("content-type") != "application/json":
            self.refused += found or ["no JSON"]
            return as_json({"error": found}, 400)
        self.taken.setdefault(name, []).append(value)
        return reply
