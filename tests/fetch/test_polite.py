"""200 accounts of each network against servers that count: no more requests than docs/networks.md states."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from generator.fetch import run as fetch
from generator.fetch.configuration import read
from generator.fetch.sources.bluesky.actors import PROFILES_MAX
from generator.fetch.sources.bluesky.source import PAGE as BLUESKY_PAGE
from generator.fetch.sources.hackernews.search import STORIES_MAX
from generator.fetch.sources.huggingface.source import AGAIN_DAYS, FIRST_REACH_DAYS
from generator.fetch.sources.x.api import NAMES_MAX
from generator.net.http import Client, HttpClient
from generator.storage.store import Store
from tests import pretend_bluesky as sky
from tests import pretend_mastodon as fedi
from tests import pretend_x as x
from tests.conftest import ROOT
from tests.fetch.test_sources_feeds import Site, item, rss
from tests.fetch.test_sources_hackernews import PretendSearch, story
from tests.fetch.test_sources_huggingface import TODAY, PretendDaily, row
from tests.loopback import Loopback
from tests.one_run import NOW, Clock

pytestmark = pytest.mark.slow

CROWD = 200
LITTLE = 10
"""So many of them post once between two runs."""
ABS = "https://arxiv.org/abs/2611.{:05}"
Serve = Callable[[], AbstractContextManager[Any]]


@dataclass
class Crowd:
    """200 accounts (or what stands for them) of one network."""

    network: str
    serve: Serve
    block: Callable[[str], str]
    """(address of the server) -> what the tracker wants, as YAML."""
    settings: Callable[[str], str]
    post: Callable[[int, datetime], None]
    """(number of the account, when) -> it posts about a paper."""


def names() -> list[str]:
    return [f"madeup_{number:03}" for number in range(CROWD)]


def on_x(how: str) -> Crowd:
    service = x.PretendX(named={name: str(1000 + number) for number, name in enumerate(names())})
    service.lists["77"] = list(service.named.values())

    def post(number: int, at: datetime) -> None:
        url = ABS.format(number + 1)
        entities = {"urls": [x.link(f"https://t.co/{number}", url)]}
        service.posts.append(
            x.post(x.id_at(at, number), str(1000 + number), f"https://t.co/{number}", entities=entities)
        )

    wants = {
        "timelines": f"{{accounts: [{', '.join(names())}]}}",
        "search": f"{{accounts: [{', '.join(names())}], mode: search}}",
        "list": '{lists: ["77"]}',
    }[how]
    return Crowd(
        "x", service.serve, lambda _: wants, lambda url: f'{{api: "{url}/2", max_reads_per_run: 100000}}', post
    )


def on_bluesky(how: str) -> Crowd:
    everybody = [name.replace("_", "") for name in names()]
    service = sky.PretendBluesky(
        feeds={sky.did(name): [] for name in everybody},
        handles={f"{name}.example.com": sky.did(name) for name in (*everybody, "owner")},
        follows={sky.did("owner"): [sky.profile(name) for name in everybody]},
    )
    for name in everybody:  # a month ago they posted often
        service.feeds[sky.did(name)] = [
            {"post": sky.view(name, f"old{number}", at=NOW - timedelta(days=31, hours=number))} for number in range(6)
        ]

    def post(number: int, at: datetime) -> None:
        text = ABS.format(number + 1)
        made = sky.view(everybody[number], f"p{at:%H%M}", text, at, said={"facets": [sky.facet(text, text, text)]})
        service.feeds[sky.did(everybody[number])].insert(0, {"post": made})

    handles = ", ".join(f"{name}.example.com" for name in everybody)
    wants = f"{{accounts: [{handles}]}}" if how == "accounts" else "{follows_of: [owner.example.com]}"
    return Crowd("bluesky", service.serve, lambda _: wants, lambda url: f'{{api: "{url}"}}', post)


def on_mastodon() -> Crowd:
    service = fedi.PretendMastodon("one.example")
    everybody = [service.add(name) for name in names()]

    def post(number: int, at: datetime) -> None:
        who = everybody[number]
        said = f"<p>{fedi.anchor(ABS.format(number + 1))}</p>"
        service.statuses[who["id"]].insert(0, fedi.status(who, fedi.snowflake(at), said, at))

    def block(url: str) -> str:
        return "{accounts: [" + ", ".join(f'"{url}/@{name}"' for name in names()) + "]}"

    return Crowd("mastodon", service.serve, block, lambda _: "", post)


def on_hackernews() -> Crowd:
    service = PretendSearch()

    def post(number: int, at: datetime) -> None:
        hours = (NOW - at) / timedelta(hours=1)
        service.stories.append(story(len(service.stories) + 1, hours=hours, num_comments=3))

    return Crowd("hackernews", lambda: Loopback(service), lambda _: "{}", lambda url: f'{{api: "{url}"}}', post)


def on_huggingface() -> Crowd:
    service = PretendDaily({TODAY - timedelta(days=day): [row(900 + day)] for day in range(1, 31)})

    def post(number: int, _at: datetime) -> None:
        if number < 30:  # a list of 50 would fill a page of the service
            service.lists.setdefault(TODAY, []).append(row(len(service.lists.get(TODAY, ())) + 1))

    return Crowd("huggingface", lambda: Loopback(service), lambda _: "{}", lambda url: f'{{api: "{url}"}}', post)


def on_feeds() -> Crowd:
    class Journals(Site):
        """Each feed has an edition of its own."""

        def __call__(self, request: Any) -> Any:
            self.edition = editions[request.path]
            return super().__call__(request)

    paths = [f"/{name}.xml" for name in names()]
    articles: dict[str, list[str]] = {path: [] for path in paths}
    editions = dict.fromkeys(paths, 1)
    service = Journals({path: rss() for path in paths})

    def post(number: int, _at: datetime) -> None:
        path = paths[number]
        articles[path].append(item(1000 * editions[path] + number))
        editions[path] += 1
        service.bodies[path] = rss(*articles[path])

    def block(url: str) -> str:
        return "[" + ", ".join(f'"{url}{path}"' for path in paths) + "]"

    return Crowd("feeds", lambda: Loopback(service), block, lambda _: "", post)


CROWDS: dict[str, Callable[[], Crowd]] = {
    "X, timelines": lambda: on_x("timelines"),
    "X, one list": lambda: on_x("list"),
    "X, search": lambda: on_x("search"),
    "Bluesky, accounts": lambda: on_bluesky("accounts"),
    "Bluesky, followed by one account": lambda: on_bluesky("follows"),
    "Mastodon, accounts of one instance": on_mastodon,
    "Hacker News": on_hackernews,
    "Hugging Face": on_huggingface,
    "feeds": on_feeds,
}
LEAST = {
    "X, timelines": (ceil(CROWD / NAMES_MAX) + CROWD, CROWD),
    "X, one list": (1, 1),
    "X, search": (ceil(CROWD * len("from:madeup_000 OR ") / 512), ceil(CROWD * len("from:madeup_000 OR ") / 512)),
    "Bluesky, accounts": (ceil(CROWD / PROFILES_MAX) + CROWD, CROWD),
    "Bluesky, followed by one account": (1 + CROWD // BLUESKY_PAGE + 1 + CROWD, CROWD),
    "Mastodon, accounts of one instance": (CROWD + CROWD, CROWD),
    "Hacker News": (1 + ceil(CROWD / STORIES_MAX), 1),
    "Hugging Face": (FIRST_REACH_DAYS + 1, AGAIN_DAYS + 1),
    "feeds": (CROWD, CROWD),
}
"""(first run, later ones): what the page sizes force, by the limits that the adapters know."""


def stated() -> dict[str, tuple[int, int, int]]:
    """The table of docs/networks.md."""
    text = (ROOT / "docs/networks.md").read_text("utf-8")
    section = text.partition("## 200 of each\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([0-9]+) \| ([0-9]+) \| ([0-9]+) \|$", section, re.MULTILINE)
    return {name: (int(first), int(again), int(little)) for name, first, again, little in rows}


def run(crowd: Crowd, url: str, folder: Path, now: datetime) -> fetch.NetworkReport:
    settings = crowd.settings(url)
    config = read(
        (
            'site: {url: "https://pages.example/x/"}\n'
            f"trackers: [{{id: example, {crowd.network}: {crowd.block(url)}}}]\n"
            + (f"networks: {{{crowd.network}: {settings}}}\n" if settings else "")
        ).encode()
    )
    clock = Clock()

    def client_for(_name: str, _seconds: float) -> Client:
        return HttpClient("tests", clock=clock, sleep=clock.sleep)

    store = Store(folder / "data", folder / "cache")
    secrets = {"X_BEARER_TOKEN": x.TOKEN}
    report = fetch.run(config, store, client_for=client_for, secrets=secrets, now=now, only=crowd.network)
    (network,) = report.networks
    assert (network.failure, network.warnings, network.skipped) == (None, [], [])
    return network


@pytest.mark.parametrize("name", CROWDS)
def test_a_crowd_costs_the_requests_that_are_stated_and_no_more_than_pages_force(name: str, tmp_path: Path) -> None:
    crowd = CROWDS[name]()
    counted = []
    with crowd.serve() as server:
        for number in range(CROWD):
            crowd.post(number, NOW - timedelta(hours=3))
        for hours, posting, new in ((2, 0, CROWD), (1, 0, 0), (0, LITTLE, LITTLE)):
            for number in range(posting):
                crowd.post(number, NOW - timedelta(minutes=30))
            before = len(server.requests)
            network = run(crowd, server.url, tmp_path, NOW - timedelta(hours=hours))
            counted.append(len(server.requests) - before)
            assert network.meter.requests == counted[-1]
            if name not in {"Hugging Face", "X, one list"}:
                assert network.new == new
    assert tuple(counted) == stated()[name]
    first, again = LEAST[name]
    comments = name == "Hacker News"  # of the new stories, in one request
    assert counted == [first, again, again + comments]


def test_every_network_is_stated() -> None:
    assert set(stated()) == set(CROWDS) == set(LEAST)
