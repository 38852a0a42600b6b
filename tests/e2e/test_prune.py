"""The deletion drill, as its users run it: what is gone at the services is gone here, everywhere, and stays away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.run import Copy, Ran
from tests.loopback import Loopback, Request
from tests.make import NOON
from tests.pretend_bluesky import PretendBluesky, did, view
from tests.pretend_lookups import BlueskyLookup, HackerNewsLookup, MastodonLookup, XLookup
from tests.pretend_x import TOKEN, id_at
from tests.spec_server import SpecServer

CONFIG = """\
site: {{title: Drill, url: "https://pages.example/drill/"}}
trackers:
  - id: example
    title: Drill
    x: {{accounts: [madeup]}}
    bluesky: {{accounts: [ada.example.com]}}
    mastodon: {{accounts: ["{mastodon}/@ada"]}}
    hackernews: {{}}
networks:
  x: {{api: "{x}/2"}}
  bluesky: {{api: "{bluesky}"}}
  hackernews: {{api: "{hackernews}/api/v1"}}
{more}
"""
SECRETS = {"X_BEARER_TOKEN": TOKEN}
SEEN = "2026-11-12T12:00:00Z"
NOW = "2026-11-20T12:00:00Z"
COUNTS = {"x": 80, "bluesky": 80, "mastodon": 60, "hackernews": 40}
GONE = {"x": 36, "bluesky": 34, "mastodon": 20, "hackernews": 10}
"""100 of 260."""


class Services:
    """The four networks, and a copy of the repository that reads them."""

    def __init__(self, folder: Path) -> None:
        self.x, self.bluesky, self.mastodon, self.hackernews = (
            XLookup(),
            BlueskyLookup(),
            MastodonLookup(),
            HackerNewsLookup(),
        )
        self.feed = PretendBluesky(handles={"ada.example.com": did("ada")}, feeds={did("ada"): []})
        self.servers: dict[str, SpecServer | Loopback] = {
            "x": SpecServer(None, self.x),
            "bluesky": SpecServer(None, self._bluesky),
            "mastodon": Loopback(self.mastodon),
            "hackernews": Loopback(self.hackernews),
        }
        self.folder = folder
        self.copy = Copy(folder)

    def _bluesky(self, request: Request) -> Any:
        asks_for_news = request.path.endswith(("getAuthorFeed", "getProfiles")) and "actor" in request.target
        return self.feed.answer(request) if asks_for_news else self.bluesky(request)

    def start(self) -> None:
        for server in self.servers.values():
            server.__enter__()
        self.mastodon.url = self.servers["mastodon"].url
        self.configure()

    def configure(self, more: str = "") -> None:
        self.copy.configure(CONFIG.format(**{name: server.url for name, server in self.servers.items()}, more=more))

    def key(self, network: str, number: int) -> str:
        """What nothing but this post's id and address have in them."""
        keys = {
            "x": id_at(NOON, number),
            "bluesky": f"3key{number:05}madeup",
            "mastodon": f"1130000000{number:05}",
            "hackernews": f"418{number:05}",
        }
        return keys[network]

    def words(self, network: str, number: int) -> str:
        return f"{network.title()}word{number:05}"

    def post(self, network: str, number: int, **fields: Any) -> dict[str, Any]:
        key = self.key(network, number)
        host = self.mastodon.url.partition("://")[2]
        own, url, account = {
            "x": (key, f"https://x.com/i/status/{key}", {"id": "x:7", "handle": "madeup", "name": "Made Up"}),
            "bluesky": (
                f"{did('ada')}/{key}",
                f"https://bsky.app/profile/{did('ada')}/post/{key}",
                {"id": f"bluesky:{did('ada')}", "handle": "ada.example.com"},
            ),
            "mastodon": (
                f"{self.mastodon.url}/users/ada/statuses/{key}",
                f"{self.mastodon.url}/@ada/{key}",
                {"id": f"mastodon:ada@{host}", "handle": f"ada@{host}"},
            ),
            "hackernews": (
                key,
                f"https://news.ycombinator.com/item?id={key}",
                {"id": "hackernews:madeup", "handle": "madeup"},
            ),
        }[network]
        given = {
            "id": f"{network}:{own}",
            "network": network,
            "kind": "post",
            "url": url,
            "account": account,
            "posted_at": f"2026-11-{1 + number % 11:02}T10:{number % 60:02}:00Z",
            "seen_at": SEEN,
            "text": f"I think {self.words(network, number)} shows what matters here",
            "links": [f"https://arxiv.org/abs/2611.{1 + number % 20:05}"],
            "trackers": ["example"],
        }
        return given | fields

    def posts(self) -> list[dict[str, Any]]:
        return [self.post(network, number) for network, count in COUNTS.items() for number in range(count)]

    def papers(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"2611.{1 + number:05}",
                "title": f"On made-up matter {number}",
                "authors": ["Ada Example"],
                "abstract": "Nothing in it is real.",
                "categories": ["cs.LG"],
                "submitted_at": "2026-11-01T10:00:00Z",
                "fetched_at": SEEN,
            }
            for number in range(20)
        ]

    def bring(self, records: list[dict[str, Any]]) -> Ran:
        lines = "\n".join(json.dumps(record) for record in records)
        ran = self.copy.run("import", "-", "--offline", "--json", "--now", NOW, stdin=lines)
        assert ran.status == 0, ran.err
        return ran

    def run(self, *arguments: str, now: str = NOW) -> Ran:
        return self.copy.run(*arguments, "--json", "--now", now, env=SECRETS)

    def build(self, more: str | None = None) -> bytes:
        """Build; every byte of the site, the names of its files included."""
        if more is not None:
            self.configure(more)
        ran = self.copy.run("build")
        assert ran.status == 0, ran.err
        return self.all_bytes("site")

    def all_bytes(self, folder: str) -> bytes:
        return b"\n".join(name.encode() + b"\n" + content for name, content in self.copy.files(folder).items())

    def delete(self) -> list[tuple[str, int]]:
        """Delete posts at the services: 100 of 260."""
        gone = [(network, 2 * number) for network, count in GONE.items() for number in range(count)]
        self.x.deleted = {self.key(*each) for each in gone[:30]}
        self.x.protected = {self.key(*each) for each in gone[30:36]}
        self.bluesky.deleted = {self.key(*each) for each in gone if each[0] == "bluesky"}
        self.mastodon.deleted = {self.key(*each) for each in gone if each[0] == "mastodon"}
        self.hackernews.deleted = {self.key(*each) for each in gone if each[0] == "hackernews"}
        return gone


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    found = Services(tmp_path / "copy")
    found.start()
    try:
        yield found
    finally:
        for server in found.servers.values():
            server.__exit__(None, None, None)


def traces(services: Services, gone: list[tuple[str, int]], content: bytes) -> list[str]:
    """Words and keys of these posts that are in there."""
    marks = [mark for each in gone for mark in (services.words(*each), services.key(*each))]
    return [mark for mark in marks if mark.encode() in content]


@pytest.mark.slow
def test_a_hundred_posts_deleted_at_four_services_leave_no_trace_and_never_come_back(services: Services) -> None:
    services.bring([*services.papers(), *services.posts()])
    old_data = services.folder.parent / "old"
    shutil.copytree(services.folder / "data", old_data)
    gone = services.delete()
    assert len(gone) == 100
    words = [services.words(*each) for each in gone]
    before = services.build()
    assert [word for word in words if word.encode() not in before] == []

    ran = services.run("prune")
    assert ran.status == 0, ran.err
    report = ran.json
    assert report["removed"] == report["gone"] == 100
    assert {name: each["gone"] for name, each in report["networks"].items()} == GONE
    assert {name: each["due"] for name, each in report["networks"].items()} == COUNTS
    assert report["networks"]["x"]["cost_usd"] == pytest.approx(44 * 0.005)
    assert TOKEN not in ran.out + ran.err
    status = services.copy.run("status").out
    assert "  last prune: 36 of 80 gone, 1 request, about $0.220\n" in status
    site = services.build()
    assert traces(services, gone, site) == []
    assert traces(services, gone, services.all_bytes(".cache")) == []
    data = services.copy.files("data")
    remembered = data.pop("gone.jsonl").decode().splitlines()
    assert traces(services, gone, b"\n".join(data.values())) == []
    assert len(remembered) == 100
    assert all(json.loads(line).keys() == {"id", "gone_on"} for line in remembered)
    stays = [(network, 2 * number + 1) for network in COUNTS for number in range(20)]
    assert len(traces(services, stays, site)) == 160
    ran = services.copy.run("check")
    assert ran.status == 0, ran.out + ran.err

    kept = services.copy.files("data")
    assert services.bring(services.posts()).json["new_posts"] == 0
    ran = services.copy.run("merge", str(old_data))
    assert ran.status == 0, ran.err
    services.feed.feeds[did("ada")] = [
        {"post": view("ada", services.key("bluesky", number), f"again https://arxiv.org/abs/2611.0000{number}")}
        for number in (0, 2)
    ]
    ran = services.run("fetch", "--only", "bluesky")
    assert ran.status == 0, ran.err
    assert ran.json["networks"]["bluesky"]["records"] == 2
    changed = {name for name, content in services.copy.files("data").items() if kept.get(name) != content}
    assert changed <= {"state/bluesky.json"}
    assert traces(services, gone, services.build()) == []
    assert services.run("prune", now="2026-11-20T15:00:00Z").json["networks"]["x"]["requests"] == 0


@pytest.mark.slow
def test_a_muted_account_leaves_pages_feeds_and_json_in_the_next_build_and_data_in_the_next_prune(
    services: Services,
) -> None:
    spam = {"id": "bluesky:did:plc:spam", "handle": "spammer.example", "name": "Spammer Loud"}
    loud = services.post("bluesky", 1, id="bluesky:did:plc:spam/3spam", account=spam, url="https://bsky.app/3spam")
    echo = services.post("bluesky", 2, kind="repost", of=loud["id"], text=None, url="https://bsky.app/3spam")
    x = services.post("x", 3, account={"id": "x:99887766", "handle": "loudonx", "name": "Loud On"})
    services.bring([*services.papers(), *services.posts()[:1], loud, echo, x])
    marks = (b"3spam", b"spammer.example", b"Spammer Loud", b"Blueskyword00001", b"Loud On", b"Xword00003")
    site = services.build()
    assert [mark for mark in marks if mark not in site] == []

    muted = "filters: {mute_accounts: ['@spammer.example', 'x:loudonx']}"
    site = services.build(muted)
    assert [mark for mark in marks if mark in site] == []
    assert b"Xword00000" in site
    ran = services.run("prune", "--only", "hackernews")
    assert (ran.status, ran.json["muted"]) == (0, 3)
    data = services.copy.files("data")
    del data["gone.jsonl"]
    assert [mark for mark in marks[2:4] if mark in b"".join(data.values())] == []

    renamed = {**spam, "handle": "another-name.example"}
    new = services.post("bluesky", 5, id="bluesky:did:plc:spam/3spamnew", account=renamed)
    assert services.bring([new]).json["new_posts"] == 0
    assert b"another-name.example" not in services.build()


def test_exit_status_and_messages_follow_the_contract(services: Services) -> None:
    services.bring([*services.papers(), *services.posts()[:3], services.post("bluesky", 1)])
    services.bluesky.down = True
    ran = services.run("prune")
    assert (ran.status, ran.json["ok"], ran.json["failed"]) == (3, False, ["bluesky"])
    assert services.run("prune", "--strict").status == 1
    assert services.run("prune", "--only", "nothing").status == 2
    assert services.run("prune", "https://never.example/").status == 2
    without_token = ("prune", "--all", "--only", "x", "--now", "2026-11-22T12:00:00Z")
    ran = services.copy.run(*without_token, env={"X_BEARER_TOKEN": ""})
    assert ran.status == 0  # nobody has to be alarmed: its posts stay
    assert "X_BEARER_TOKEN" in ran.err
    assert "Traceback" not in ran.err
    ran = services.run("prune", services.post("x", 1)["url"])
    assert (ran.status, ran.json["named"]) == (0, 1)
