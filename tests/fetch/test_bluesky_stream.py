"""Bluesky by Jetstream: the same posts as by author feeds, whole after any cut, and what is deleted there goes here."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from generator.fetch import run as fetch_run
from generator.fetch.adapter.source import FetchRequest, Meter, Wanted
from generator.fetch.configuration import read
from generator.fetch.sources.bluesky import stream
from generator.model.errors import FetchError
from generator.model.records import NetworkState, Post
from generator.model.tree import Tree
from generator.net.http import HttpClient
from generator.net.websocket import read_messages
from generator.storage.store import Store
from tests.pretend_bluesky import (
    NOW,
    PretendBluesky,
    ago,
    did,
    profile,
    quoted,
    record,
    ref,
    reposted,
    stamp,
    uri,
    view,
)
from tests.pretend_jetstream import Jetstream, account, commit
from tests.spec_server import SpecServer

ANN, BOB, CEM, DAN = did("ann"), did("bob"), did("cem"), did("dan")
PAPER = "read this: https://arxiv.org/abs/2611.01234"
LAST_RUN = NOW - timedelta(hours=3)
END = commit(ANN, NOW + timedelta(seconds=1), "end", record("later", NOW))
"""A run reads to the moment when it began: this event ends it at once."""


def mentioned(of: str, key: str) -> dict[str, Any]:
    address = uri(of, key)
    return {"root": ref(address), "parent": ref(address)}


def world() -> tuple[PretendBluesky, list[dict[str, Any]]]:
    """What three accounts did since the last run: as feeds and lookups of an AppView, and as events."""
    paper = view("ann", "a1", PAPER, ago(170))
    plain = view("ann", "a2", "no paper at all", ago(160))
    reply_said = {"reply": mentioned("dan", "d1")}
    strangers = view("dan", "d1", PAPER.replace("1234", "5678"), ago(150))
    reply = view("bob", "b1", "I disagree", ago(140), said=reply_said)
    idle_reply = view("bob", "b2", "good morning", ago(135), said={"reply": mentioned("dan", "d2")})
    other = view("dan", "d2", "good morning all", ago(136))
    quote_said = {"embed": {"$type": "app.bsky.embed.record", "record": ref(uri("ann", "a1"))}}
    quote = view("cem", "c1", "what I meant", ago(130), said=quote_said, embed=quoted(paper))
    rows = {
        ANN: [{"post": plain}, {"post": paper}],
        BOB: [
            {"post": strangers, "reason": reposted("bob", ago(120), "r1")},
            {"post": idle_reply, "reply": {"root": other, "parent": other}},
            {"post": reply, "reply": {"root": strangers, "parent": strangers}},
        ],
        CEM: [{"post": quote}],
    }
    repost = {"$type": "app.bsky.feed.repost", "subject": ref(uri("dan", "d1")), "createdAt": stamp(ago(120))}
    events = [
        commit(ANN, ago(170), "a1", paper["record"]),
        commit(ANN, ago(160), "a2", plain["record"]),
        commit(DAN, ago(150), "d1", strangers["record"]),
        commit(BOB, ago(140), "b1", reply["record"]),
        commit(BOB, ago(135), "b2", idle_reply["record"]),
        commit(CEM, ago(130), "c1", quote["record"]),
        commit(BOB, ago(120), "r1", repost, "repost"),
    ]
    views = [paper, plain, strangers, reply, idle_reply, other, quote]
    service = PretendBluesky(
        feeds=rows,
        views={row["uri"]: row for row in views},
        profiles={did(name): profile(name) for name in ("ann", "bob", "cem")},
    )
    return service, [*events, END]


def joined(now: datetime = LAST_RUN) -> NetworkState:
    """As a run leaves it that read the three accounts by their feeds and began the stream."""
    start = stream.microseconds(now)
    mark = {"joined": start, "newest": f"{now:%Y-%m-%dT%H:%M:%SZ}", "trackers": ["mine"]}
    accounts = {f"account/{one}": mark for one in (ANN, BOB, CEM)}
    return NetworkState(cursors={**accounts, stream.CURSOR: {"since": start, "time_us": start}})


def fetch(
    appview: SpecServer, setting: bool | str, tree: Tree, tmp_path: Any, now: datetime = NOW
) -> tuple[fetch_run.FetchReport, Tree]:
    """One run of the program, with everything that it keeps."""
    text = {
        "trackers": [{"id": "mine", "bluesky": {"accounts": [ANN, BOB, CEM]}}],
        "networks": {"bluesky": {"api": appview.url, "stream": setting}},
    }
    folder = tmp_path / f"run-{sum(1 for _ in tmp_path.glob('run-*'))}"
    store = Store(folder / "data", folder / "cache")
    store.save(tree)
    report = fetch_run.run(
        read(json.dumps(text).encode()),
        store,
        client_for=lambda _name, _seconds: HttpClient("tests", sleep=lambda _s: None),
        secrets={},
        now=now,
        only="bluesky",
    )
    return report, store.load()


def first_pages(appview: SpecServer) -> list[str]:
    """Accounts whose feeds were asked for, each time."""
    feeds = [request.query for request in appview.requests if request.path.endswith("getAuthorFeed")]
    return [query["actor"] for query in feeds if "cursor" not in query]


def encoded(posts: Mapping[str, Post]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(dict(sorted(posts.items()))))


def at_last_run() -> Tree:
    return Tree(states={"bluesky": joined()})


def test_the_stream_gives_the_same_posts_as_the_feeds_of_the_authors(tmp_path: Any) -> None:
    service, events = world()
    with service.serve() as appview:
        by_feeds = fetch(appview, False, Tree(), tmp_path)[1]
        asked_before = len(appview.requests)
        with Jetstream(events) as jetstream:
            report, by_stream = fetch(appview, jetstream.url, at_last_run(), tmp_path)
        methods = {request.path.rpartition(".")[2] for request in appview.requests[asked_before:]}
    assert report.networks[0].failure is None
    assert methods == {"getPosts", "getProfiles"}
    assert {post.id.rpartition("/")[2] for post in by_stream.posts.values()} == {"a1", "d1", "b1", "c1", "r1"}
    assert encoded(by_stream.posts) == encoded(by_feeds.posts)
    assert by_stream.states["bluesky"].cursors[stream.CURSOR]["time_us"] == stream.microseconds(NOW)
    assert jetstream.wanted[0]["wantedDids"] == sorted([ANN, BOB, CEM])


@pytest.mark.parametrize("cut_after", range(7))
def test_a_stream_that_is_cut_anywhere_is_taken_up_by_the_next_run(cut_after: int, tmp_path: Any) -> None:
    service, events = world()
    with service.serve() as appview:
        with Jetstream(events) as jetstream:
            undisturbed = fetch(appview, jetstream.url, at_last_run(), tmp_path)[1]
        with Jetstream(events, cut_after=cut_after) as jetstream:
            report, cut = fetch(appview, jetstream.url, at_last_run(), tmp_path)
        assert "broke off" in " ".join([*report.networks[0].warnings, str(report.networks[0].failure)])
        with Jetstream(events) as jetstream:
            after = fetch(appview, jetstream.url, cut, tmp_path)[1]
    assert encoded(after.posts) == encoded(undisturbed.posts)
    assert after.states["bluesky"].cursors == undisturbed.states["bluesky"].cursors


def test_what_is_deleted_or_taken_down_in_the_stream_is_removed_without_asking(tmp_path: Any) -> None:
    service, events = world()
    with service.serve() as appview:
        with Jetstream(events) as jetstream:
            tree = fetch(appview, jetstream.url, at_last_run(), tmp_path)[1]
        later = NOW + timedelta(hours=1)
        removals = [
            commit(ANN, NOW + timedelta(minutes=1), "a1", None),
            account(BOB, NOW + timedelta(minutes=2), "takendown"),
            account(CEM, NOW + timedelta(minutes=3), None),
            commit(ANN, later + timedelta(seconds=1), "end", record("later", later)),
        ]
        del service.views[uri("ann", "a1")]
        with Jetstream(removals) as jetstream:
            report, left = fetch(appview, jetstream.url, tree, tmp_path, later)
        assert "getRecord" not in {request.path.rpartition(".")[2] for request in appview.requests}
    assert report.networks[0].removed == 3
    assert {post.id.rpartition("/")[2] for post in left.posts.values()} == {"d1", "c1"}
    assert {gone.rpartition("/")[2] for gone in left.gone} == {"a1", "b1", "r1"}


def test_accounts_are_read_by_feeds_first_and_join_the_stream_then(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "QUIET_S", 0.05)
    service, _ = world()
    with service.serve() as appview:
        first = fetch(appview, "ws://127.0.0.1:9", Tree(), tmp_path)[1]
        feeds = first_pages(appview)
        assert len(feeds) == 3
        with Jetstream([END]) as jetstream:
            fetch(appview, jetstream.url, first, tmp_path, NOW + timedelta(minutes=1))
        feeds = first_pages(appview)
        assert len(feeds) == 3, "nobody is read by a feed again"
        assert jetstream.wanted[0]["wantedDids"] == sorted([ANN, BOB, CEM])
        assert int(jetstream.wanted[0]["cursor"][0]) < stream.microseconds(NOW)
        fetch(appview, True, first, tmp_path, NOW + stream.LOOK_BACK + timedelta(minutes=1))
        feeds = first_pages(appview)
        assert len(feeds) == 6, "after a pause that the servers do not cover, everybody is"


@pytest.mark.parametrize(
    ("setting", "accounts", "streamed"),
    [("auto", 499, False), ("auto", 500, True), (True, 1, True), (False, 9999, False), ("wss://jet.example", 1, True)],
)
def test_many_accounts_are_read_by_stream(setting: bool | str, accounts: int, streamed: bool) -> None:
    assert stream.is_streamed(setting, accounts) is streamed


@pytest.mark.quick
def test_many_accounts_are_named_in_the_first_message_and_more_in_further_connections(tmp_path: Any) -> None:
    dids = [f"did:plc:{number:024}" for number in range(stream.DIDS_MAX + 5)]
    cursor = stream.StreamCursor(since=1, time_us=stream.microseconds(LAST_RUN))
    opened: list[tuple[str, str]] = []

    def open_stream(url: str, hello: str | None, _quiet_s: float, _within_s: float) -> Iterator[str]:
        opened.append((url, hello or ""))
        yield from ()

    request = FetchRequest(
        client=HttpClient("tests"), settings={"stream": True}, wanted=(Wanted("mine", {}),), state=NetworkState(),
        secrets={}, now=NOW, meter=Meter(), open_stream=open_stream,
    )  # fmt: skip
    list(stream.read_stream(request, None, cursor, dict.fromkeys(dids, ("mine",))))  # type: ignore[arg-type]
    first, second = opened
    assert first[0].startswith(f"{stream.SERVER}/subscribe?")
    assert "requireHello=true" in first[0]
    assert len(json.loads(first[1])["payload"]["wantedDids"]) == stream.DIDS_MAX
    assert second[0].count("wantedDids=") == 5


@pytest.mark.quick
def test_an_unreadable_event_costs_itself(tmp_path: Any) -> None:
    service, events = world()
    with service.serve() as appview, Jetstream(events, raw='{"did": 7}') as jetstream:
        report, tree = fetch(appview, jetstream.url, at_last_run(), tmp_path)
    assert len(tree.posts) == 5
    assert "could not be read: 1" in report.networks[0].warnings[0]


def test_a_silent_stream_ends_and_leaves_its_cursor(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(stream, "QUIET_S", 0.05)
    service, _ = world()
    with service.serve() as appview, Jetstream([]) as jetstream:
        report, tree = fetch(appview, jetstream.url, at_last_run(), tmp_path)
    assert report.networks[0].failure is None
    assert tree.states["bluesky"].cursors[stream.CURSOR] == joined().cursors[stream.CURSOR]


@pytest.mark.parametrize("url", ["ws://192.0.2.1:80", "ftp://jet.example", "ws://127.0.0.1:1", "wss://jet.example"])
def test_only_public_addresses_are_opened(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(host: str, *_args: object, **_options: object) -> list[Any]:
        address = host if host.startswith("127.") else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 1))]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    with pytest.raises(FetchError, match="cannot be opened"):
        list(read_messages(url, None, 0.1, 0.1, user_agent="tests"))
