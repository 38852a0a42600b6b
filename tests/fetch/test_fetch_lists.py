"""Hacker News, Hugging Face and feeds through the whole of fetch: what stands in `data/` whatever happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.config import Config
from generator.fetch import run as fetch
from generator.fetch.configuration import read
from generator.fetch.intake import take_posts
from generator.fetch.registry import SOURCES
from generator.model.records import Post
from generator.model.tree import Tree
from generator.net.http import Client, HttpClient
from generator.storage.store import Store
from tests.fetch.test_sources_feeds import FIXTURES, KINDS, Site, item, rss
from tests.fetch.test_sources_hackernews import PretendSearch, story
from tests.fetch.test_sources_huggingface import TODAY, PretendDaily, row
from tests.loopback import Answer, Loopback, Reply, Request
from tests.one_run import NOW, Clock, Run

NAMES = ("feeds", "hackernews", "huggingface")


class Services:
    """All three on one server; from the `dead_from`-th request on (from 0) nothing answers properly."""

    def __init__(self) -> None:
        self.search = PretendSearch([story(number, hours=number) for number in range(1, 30)], largest=8)
        self.daily = PretendDaily({TODAY - timedelta(days=day): [row(100 + day)] for day in range(20)})
        self.site = Site({
            **{path: (FIXTURES / name).read_bytes() for path, name in KINDS.items()},
            "/one": rss(item(201), item(202)),
        })  # fmt: skip
        self.dead_from = 10**9
        self.asked = 0
        self.posts: list[Post] = []

    def __call__(self, request: Request) -> Reply:
        self.asked += 1
        if self.asked > self.dead_from:
            return Answer(404)
        if request.path == "/search_by_date":
            return self.search(request)
        return self.daily(request) if request.path == "/daily_papers" else self.site(request)


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def server(services: Services) -> Iterator[Loopback]:
    with Loopback(services) as running:
        yield running


def config_for(server: Loopback, services: Services) -> Config:
    addresses = ", ".join(f'"{server.url}{path}"' for path in sorted(services.site.bodies))
    text = (
        f"trackers: [{{id: example, hackernews: , huggingface: , feeds: [{addresses}]}}]\n"
        f'networks: {{hackernews: {{api: "{server.url}"}}, huggingface: {{api: "{server.url}"}}}}\n'
    )
    return read(text.encode())


def fetched(config: Config, folder: Path, network: str, now: datetime = NOW) -> fetch.FetchReport:
    clock = Clock()

    def client_for(_name: str, _seconds: float) -> Client:
        return HttpClient("tests", clock=clock, sleep=clock.sleep)

    store = Store(folder / "data", folder / "cache")
    return fetch.run(config, store, client_for=client_for, secrets={}, now=now, only=network)


def stored(folder: Path) -> dict[str, bytes]:
    root = folder / "data"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.json*"))}


@pytest.mark.parametrize("network", NAMES)
def test_a_second_fetch_changes_nothing(server: Loopback, services: Services, tmp_path: Path, network: str) -> None:
    config = config_for(server, services)
    first = fetched(config, tmp_path, network)
    (report,) = first.networks
    assert (report.failure, report.skipped) == (None, [])
    assert report.new > 5
    before = stored(tmp_path)
    again = fetched(config, tmp_path, network, NOW + timedelta(hours=1))
    assert again.changed_files == 0
    assert stored(tmp_path) == before


@pytest.mark.slow
@pytest.mark.parametrize("network", NAMES)
def test_broken_off_after_any_request_the_next_run_ends_with_the_same_bytes(
    server: Loopback, services: Services, tmp_path: Path, network: str
) -> None:
    config = config_for(server, services)
    fetched(config, tmp_path / "whole", network)
    requests = services.asked
    assert requests > 3
    whole = stored(tmp_path / "whole")
    for survived in range(requests):
        services.asked, services.dead_from = 0, survived
        folder = tmp_path / str(survived)
        broken = fetched(config, folder, network)
        (report,) = broken.networks
        assert report.failure or report.warnings, survived
        services.dead_from = 10**9
        fetched(config, folder, network)
        assert stored(folder) == whole, survived


def _posts(services: Services, url: str) -> list[Post]:
    blocks: dict[str, dict[str, Any]] = {
        "feeds": {"feeds": tuple(url + path for path in sorted(services.site.bodies))},
        "hackernews": {"min_points": 2},
        "huggingface": {"min_upvotes": 2},
    }
    runs = [Run(source, {"example": blocks[source.name]}, api=url) for source in SOURCES if source.name in NAMES]
    return [post for run in runs for post in run.posts.values()]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_in_which_posts_arrive_changes_nothing(
    server: Loopback, services: Services, data: st.DataObject
) -> None:
    services.posts = posts = services.posts or _posts(services, server.url)  # once for all examples
    expected = Tree()
    take_posts(expected, posts, now=NOW)
    assert len(expected.posts) > 40
    shuffled = data.draw(st.permutations(posts))
    cut = data.draw(st.integers(0, len(shuffled)))
    tree = Tree()
    for part in (shuffled[:cut], shuffled[cut:], shuffled[: cut // 2]):
        take_posts(tree, part, now=NOW)
    assert tree.posts == expected.posts
