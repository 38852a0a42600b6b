"""A network of which no account, list or feed can be read has failed, with a reason that names it and what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from generator.fetch import run as fetch
from generator.fetch.adapter.patience import REMEDY
from generator.fetch.configuration import read
from generator.model.records import PendingPaper
from generator.net.http import HttpClient
from generator.net.http.body import PAGE_INSTEAD
from generator.storage.store import Store
from tests import pretend_bluesky as sky
from tests import pretend_mastodon as fedi
from tests import pretend_x as x
from tests.e2e.run import Copy
from tests.fetch.test_sources_feeds import Site, item, rss
from tests.loopback import Answer, Loopback
from tests.one_run import NOW, Clock

Services = Mapping[str, Any]
NAME_ACCOUNTS = "name the accounts instead"


@pytest.fixture
def services() -> Iterator[Services]:
    """Every network, with ann and bob; bob follows nobody, cem is hidden by X."""
    on_x = x.PretendX(named={"ann": "11", "cem": "13"}, hidden={"13"}, lists={"77": ["11"]})
    on_bluesky = sky.PretendBluesky(
        feeds={sky.did("ann"): [], sky.did("bob"): []},
        handles={f"{name}.example.com": sky.did(name) for name in ("ann", "bob")},
        follows={sky.did("ann"): [sky.profile("bob")], sky.did("bob"): []},
    )
    on_mastodon = fedi.PretendMastodon("one.example")
    ann = on_mastodon.add("ann")
    on_mastodon.follows[ann["id"]] = [on_mastodon.add("bob")]
    with ExitStack() as stack:
        yield {
            "x": stack.enter_context(on_x.serve()),
            "bluesky": stack.enter_context(on_bluesky.serve()),
            "mastodon": stack.enter_context(on_mastodon.serve()),
            "feeds": stack.enter_context(Loopback(Site({"/ann.xml": rss(item(1)), "/page": Answer(200, b"<html>")}))),
        }


def config_of(services: Services, network: str, block: Any) -> str:
    """{URL} in the block is the network's server."""
    apis = {
        "x": {"api": services["x"].url + "/2", "max_reads_per_run": 500},
        "bluesky": {"api": services["bluesky"].url},
    }
    tracker = {"id": "mine", network: json.loads(json.dumps(block).replace("{URL}", services[network].url))}
    return json.dumps({"site": {"url": "https://pages.example/x/"}, "trackers": [tracker], "networks": apis})


def run(services: Services, network: str, block: Any, folder: Path, days: int = 0) -> fetch.NetworkReport:
    clock = Clock()
    client = HttpClient("tests", clock=clock, sleep=clock.sleep)
    report = fetch.run(
        read(config_of(services, network, block).encode()),
        Store(folder / "data", folder / "cache"),
        client_for=lambda _, seconds: client.limited(seconds),
        secrets={"X_BEARER_TOKEN": x.TOKEN},
        now=NOW + timedelta(days=days),
        only=network,
    )
    (found,) = report.networks
    assert report.failed == ([network] if found.failure else [])
    return found


NOTHING: dict[str, tuple[str, Any, str, str]] = {
    "X: a misspelt handle": ("x", {"accounts": ["anm"]}, "X knows no account @anm", REMEDY),
    "X: a hidden account": ("x", {"accounts": ["cem"]}, "not authorized to see the user", REMEDY),
    "X: an unknown list": ("x", {"lists": ["78"]}, "Could not find list", REMEDY),
    "X: two of them": ("x", {"accounts": ["anm", "anmm"]}, "none of the 2 accounts, lists and feeds", REMEDY),
    "Bluesky: a misspelt handle": (
        "bluesky", {"accounts": ["anm.example.com"]}, "Bluesky knows no account @anm.example.com", REMEDY,
    ),
    "Bluesky: an unknown list": (
        "bluesky", {"lists": [f"at://{sky.did('ann')}/app.bsky.graph.list/3kx"]}, "Bluesky does not know it", REMEDY,
    ),
    "Bluesky: a list of nobody": (
        "bluesky", {"lists": ["at://anm.example.com/app.bsky.graph.list/3kx"]}, "knows no account @anm", REMEDY,
    ),
    "Bluesky: whom nobody follows": (
        "bluesky", {"follows_of": ["anm.example.com"]}, "Bluesky knows no account @anm.example.com", REMEDY,
    ),
    "Bluesky: who follows nobody": ("bluesky", {"follows_of": ["bob.example.com"]}, "follows nobody", NAME_ACCOUNTS),
    "Mastodon: a misspelt name": ("mastodon", {"accounts": ["{URL}/@anm"]}, "knows no account @anm", REMEDY),
    "Mastodon: whom nobody follows": ("mastodon", {"follows_of": ["{URL}/@anm"]}, "knows no account @anm", REMEDY),
    "Mastodon: who follows nobody": ("mastodon", {"follows_of": ["{URL}/@bob"]}, "follows nobody", NAME_ACCOUNTS),
    "feeds: a misspelt address": ("feeds", ["{URL}/anm.xml"], "HTTP 404", REMEDY),
    "feeds: a page": ("feeds", ["{URL}/page"], "it is a page of HTML", ""),
}  # fmt: skip
WELL: dict[str, Any] = {
    "x": {"accounts": ["ann"]},
    "bluesky": {"accounts": ["ann.example.com"]},
    "mastodon": {"accounts": ["{URL}/@ann"]},
    "feeds": ["{URL}/ann.xml"],
}


def both(one: Any, other: Any) -> Any:
    if isinstance(one, list):
        return one + other
    return {key: [*one.get(key, ()), *other.get(key, ())] for key in {*one, *other}}


@pytest.mark.parametrize("name", NOTHING)
def test_what_alone_cannot_be_read_fails_its_network_in_every_run(
    name: str, services: Services, tmp_path: Path
) -> None:
    network, block, reason, remedy = NOTHING[name]
    for days in (0, 0, 2):
        report = run(services, network, block, tmp_path, days)
        assert report.failure is not None
        assert reason in report.failure
        assert remedy in report.failure


@pytest.mark.parametrize("name", NOTHING)
def test_beside_what_can_be_read_it_is_a_warning(name: str, services: Services, tmp_path: Path) -> None:
    network, block, reason, remedy = NOTHING[name]
    for days in (0, 0, 2):
        report = run(services, network, both(block, WELL[network]), tmp_path, days)
        assert report.failure is None
        told = " ".join(report.warnings)
        assert remedy in told
        if "two" not in name:
            assert reason in told


@pytest.mark.parametrize("network", WELL)
def test_what_can_be_read_is_no_failure_without_news_either(network: str, services: Services, tmp_path: Path) -> None:
    for days in (0, 0, 2):
        report = run(services, network, WELL[network], tmp_path, days)
        assert (report.failure, report.warnings) == (None, [])


@pytest.mark.parametrize("network", WELL)
def test_the_command_ends_with_3_and_says_what_to_do(network: str, services: Services, tmp_path: Path) -> None:
    block = next(block for name, (of, block, _, _) in NOTHING.items() if of == network and "misspelt" in name)
    copy = Copy(tmp_path / "copy", config_of(services, network, block))
    ran = copy.run("fetch", "--only", network, "--now", "2026-11-20T12:00:00Z", env={"X_BEARER_TOKEN": x.TOKEN})
    assert ran.status == 3, ran.err
    assert REMEDY in ran.err
    state = json.loads((copy.folder / f"data/state/{network}.json").read_text())
    assert REMEDY in state["failure"]


def test_a_network_that_nobody_wants_any_more_fails_no_more(services: Services, tmp_path: Path) -> None:
    assert run(services, "bluesky", {"accounts": ["anm.example.com"]}, tmp_path).failure
    store = Store(tmp_path / "data", tmp_path / "cache")
    assert store.load().states["bluesky"].failing_since == NOW
    assert run(services, "feeds", WELL["feeds"], tmp_path).failure is None
    state = store.load().states["bluesky"]
    assert (state.failing_since, state.failure) == (None, None)
    assert run(services, "bluesky", {"accounts": ["anm.example.com"]}, tmp_path).failure


PAGES = (b"<!doctype html><title>Back soon</title>", b"\xef\xbb\xbf\n<!-- portal -->\n<html><form action=login>")
EVERYTHING = {
    "x": {"accounts": ["ann"]},
    "bluesky": {"accounts": ["ann.example.com"]},
    "mastodon": {"accounts": ["{URL}/@ann"]},
    "hackernews": {"min_points": 2},
    "huggingface": {"min_upvotes": 2},
    "arxiv": None,
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("network", EVERYTHING)
def test_a_page_of_html_is_an_outage_and_no_change_of_format(network: str, page: bytes, tmp_path: Path) -> None:
    clock = Clock()
    client = HttpClient("tests", clock=clock, sleep=clock.sleep)
    store = Store(tmp_path / "data", tmp_path / "cache")
    tree = store.load()
    tree.add_pending(PendingPaper(id="2611.00001", next_at=NOW, first_at=NOW))
    store.save(tree)
    with Loopback(lambda _: Answer(200, page)) as server:
        block = json.loads(json.dumps(EVERYTHING).replace("{URL}", server.url))[network]
        tracker = {"id": "mine", **({network: block} if block else {})}
        apis = {name: {"api": server.url} for name in EVERYTHING if name != "mastodon"}
        written = {"site": {"url": "https://pages.example/x/"}, "trackers": [tracker], "networks": apis}
        report = fetch.run(
            read(json.dumps(written).encode()),
            store,
            client_for=lambda _, seconds: client.limited(seconds),
            secrets={"X_BEARER_TOKEN": x.TOKEN},
            now=NOW,
            only=network,
        )
    reason = report.arxiv.refused if network == "arxiv" else report.networks[0].failure
    assert PAGE_INSTEAD in str(reason)
    assert "format changed" not in str(reason)
