"""`fetch` and `update` against a server on loopback: exit status, report, and secrets that stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.commands.fetch import read_secrets
from generator.model.errors import ConfigError
from tests.e2e.run import Copy
from tests.loopback import Answer, Loopback, as_json

DID = "did:plc:abcdefghijklmnopqrstuvwx"
CANARY = "AAAAfakeCANARYfakeAAAA"
FEED = {
    "feed": [
        {
            "post": {
                "uri": f"at://{DID}/app.bsky.feed.post/3kabc",
                "cid": "bafy",
                "author": {"did": DID, "handle": "ada.example", "displayName": "Ada"},
                "record": {
                    "$type": "app.bsky.feed.post",
                    "createdAt": "2026-11-20T08:00:00.000Z",
                    "text": "Read this: arxiv.org/abs/2611.00001",
                    "facets": [
                        {
                            "index": {"byteStart": 11, "byteEnd": 35},
                            "features": [
                                {"$type": "app.bsky.richtext.facet#link", "uri": "https://arxiv.org/abs/2611.00001"}
                            ],
                        }
                    ],
                },
                "indexedAt": "2026-11-20T08:00:01.000Z",
            }
        }
    ]
}
ATOM = b"""<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>q</title><id>q</id><updated>2026-11-20T00:00:00Z</updated>
<entry><id>http://arxiv.org/abs/2611.00001v1</id><title>A made-up paper</title><summary>Of nothing.</summary>
<published>2026-11-02T00:00:00Z</published><updated>2026-11-02T00:00:00Z</updated>
<author><name>Ada Example</name></author>
<arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.LG"/><category term="cs.LG"/></entry>
</feed>"""
NOW = ("--now", "2026-11-20T12:00:00Z")


def copy_for(tmp_path: Path, bluesky: str, arxiv: str, x: str = "") -> Copy:
    reads_x = "x: {accounts: [ada]}, " if x else ""
    return Copy(
        tmp_path / "copy",
        f"trackers: [{{id: example, {reads_x}bluesky: {{accounts: [{DID}]}}}}]\n"
        f'networks: {{x: {{api: "{x or "https://api.x.com/2"}"}}, bluesky: {{api: "{bluesky}"}}, '
        f'arxiv: {{api: "{arxiv}/api/query", spacing_s: 0}}}}\n',
    )


def sound() -> Loopback:
    return Loopback({
        "/xrpc/app.bsky.feed.getAuthorFeed": as_json(FEED),
        "/xrpc/app.bsky.actor.getProfiles": as_json({"profiles": [FEED["feed"][0]["post"]["author"]]}),
        "/api/query": Answer(200, ATOM, {"Content-Type": "application/atom+xml"}),
    })  # fmt: skip


def test_update_fetches_and_builds(tmp_path: Path) -> None:
    with sound() as server:
        copy = copy_for(tmp_path, server.url, server.url)
        ran = copy.run("update", "--json", *NOW)
        assert ran.status == 0, ran.err
        assert ran.json["fetch"]["networks"]["bluesky"]["new"] == 1
        assert ran.json["fetch"]["arxiv"]["papers"] == 1
        assert ran.json["build"]["papers"] == 1
        again = copy.run("fetch", *NOW)
        assert again.status == 0
        assert "bluesky: 0 new posts" in again.out
        assert "data: 0 files changed" in again.out
        assert "last run: 0 new" in copy.run("status").out
    assert (copy.folder / "site" / "abs" / "2611.00001" / "index.html").exists()


def test_a_network_that_fails_ends_with_3_and_strictly_with_1_and_keeps_the_rest(tmp_path: Path) -> None:
    with Loopback(lambda _: Answer(429, b"", {"Retry-After": "3600"})) as ill, sound() as server:
        copy = copy_for(tmp_path, server.url, ill.url)
        ran = copy.run("fetch", "--json", *NOW)
        assert ran.status == 3
        assert ran.json["ok"] is False
        assert ran.json["failed"] == ["arxiv"]
        assert ran.json["networks"]["bluesky"]["new"] == 1
        assert copy.run("fetch", "--strict", "--now", "2026-11-21T12:00:00Z").status == 1
        assert copy.run("update", "--now", "2026-11-22T12:00:00Z").status == 3
    assert (copy.folder / "site" / "index.html").exists()


def test_only_asks_only_that_network(tmp_path: Path) -> None:
    with sound() as server:
        copy = copy_for(tmp_path, server.url, server.url)
        ran = copy.run("fetch", "--only", "arxiv", "--json", *NOW)
        assert ran.status == 0
        assert ran.json["networks"] == {}
        assert server.requests == []
        assert copy.run("fetch", "--only", "bluesky", "--json", *NOW).json["networks"].keys() == {"bluesky"}
        assert not [request for request in server.requests if request.path == "/api/query"]


def test_where_nothing_is_named_it_says_so(tmp_path: Path) -> None:
    ran = Copy(tmp_path / "copy", "trackers: [{id: a}]").run("fetch", *NOW)
    assert ran.status == 0
    assert "add an account" in ran.err


def test_a_secret_reaches_its_network_and_nothing_else(tmp_path: Path) -> None:
    with Loopback(lambda _: Answer(401, b'{"title":"Unauthorized"}')) as x, sound() as server:
        copy = copy_for(tmp_path, server.url, server.url, x.url)
        ran = copy.run("fetch", "-v", *NOW, env={"X_BEARER_TOKEN": f"  {CANARY}\n"})
        assert ran.status == 3
        assert any(request.headers.get("authorization") == f"Bearer {CANARY}" for request in x.requests)
        assert not any("authorization" in request.headers for request in server.requests)
    everything = b"".join(copy.files(".").values()) + ran.out.encode() + ran.err.encode()
    assert CANARY.encode() not in everything


def test_secrets_are_read_and_stripped_and_nothing_else_is() -> None:
    environment = {
        "X_BEARER_TOKEN": " a\n",
        "BLUESKY_HANDLE": "",
        "MASTODON_TOKEN_SOCIAL_EXAMPLE": "b",
        "HOME": "/root",
    }
    assert read_secrets(environment) == {"X_BEARER_TOKEN": "a", "MASTODON_TOKEN_SOCIAL_EXAMPLE": "b"}


@pytest.mark.parametrize("value", [f"{CANARY}\r\nX-Evil: 1", f"{CANARY} {CANARY}", f"{CANARY}\x00", f"{CANARY}é"])
def test_a_secret_that_cannot_be_one_is_refused_and_not_shown(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_secrets({"X_BEARER_TOKEN": value})
    assert "X_BEARER_TOKEN" in str(caught.value)
    assert CANARY not in str(caught.value)


def test_a_day_that_has_not_come_is_wrong_usage(tmp_path: Path) -> None:
    ran = Copy(tmp_path).run("fetch", "--since", "2027-01-01", "--now", "2026-11-20T12:00:00Z")
    assert ran.status == 2
    assert "--since 2027-01-01: that day has not come" in ran.err
    assert Copy(tmp_path).run("fetch", "--since", "yesterday").status == 2


def test_a_network_that_fails_is_told_once(tmp_path: Path) -> None:
    with Loopback(lambda _: Answer(404)) as broken:
        config = f"trackers: [{{id: a, hackernews: {{}}}}]\nnetworks: {{hackernews: {{api: '{broken.url}'}}}}\n"
        ran = Copy(tmp_path / "copy", config).run("fetch", *NOW)
    assert ran.status == 3
    assert len([line for line in ran.err.splitlines() if "404" in line]) == 1, ran.err
