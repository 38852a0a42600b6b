"""Every post that is shown was asked about within a day on X, a week elsewhere, by the scheduled runs alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.fetch import prune
from generator.fetch.configuration import read
from generator.fetch.registry import SOURCES
from generator.model.recheck import promised
from generator.model.records import Account, Post
from generator.net.http import HttpClient
from generator.storage.checked import CheckedPosts
from generator.storage.store import Store
from tests.conftest import ROOT
from tests.loopback import Loopback
from tests.make import NOON, post
from tests.pretend_bluesky import did
from tests.pretend_lookups import BlueskyLookup, DailyLookup, HackerNewsLookup, MastodonLookup, XLookup
from tests.pretend_x import TOKEN, id_at
from tests.spec_server import SpecServer

NEVER_ASKED = {"feeds"}
"""What nobody can be asked about (docs/removal.md)."""
LATE_H = (0, 5, 1, 6, 0, 3)
"""Hours that scheduled runs come late, again and again; six is as late as every other run."""


def scheduled(days: int) -> Iterator[datetime]:
    """When Update runs, which asks each time, as late as that gets."""
    workflow = yaml.load((ROOT / ".github/workflows/update.yml").read_text("utf-8"), yaml.BaseLoader)  # noqa: S506 (`on` is no truth)
    (cron,) = workflow["on"]["schedule"]
    minute, hours, *every_day = cron["cron"].split()
    assert every_day == ["*", "*", "*"]
    midnight = NOON.replace(hour=0)
    starts = [
        midnight + timedelta(days=day, hours=int(hour), minutes=int(minute))
        for day in range(days)
        for hour in range(0, 24, int(hours.removeprefix("*/")))
    ]
    late = [start + timedelta(hours=LATE_H[number % len(LATE_H)]) for number, start in enumerate(starts)]
    yield from sorted(each for each in late if each > NOON)  # one waits for the other


def captured(mastodon: str) -> list[Post]:
    """Three posts of every network, seen over the day before."""
    found = []
    for number in range(3):
        seen: dict[str, Any] = {"seen_at": NOON - timedelta(hours=5 * number)}
        x: dict[str, Any] = {"account": Account(id="x:7"), "text": None}
        found += [
            post(id=f"x:{id_at(NOON, number)}", network="x", **x, **seen),
            post(id=f"bluesky:{did('ada')}/{number}", **seen),
            post(id=f"mastodon:{mastodon}/users/ada/statuses/{number + 1}", network="mastodon", **seen),
            post(id=f"hackernews:{number + 1}", network="hackernews", **seen),
            post(id=f"huggingface:2611.0000{number}", network="huggingface", **seen),
            post(id=f"feeds:made-up-{number}", network="feeds", **seen),
        ]
    return found


@pytest.fixture
def config(tmp_path: Path) -> Iterator[str]:
    """All networks on loopback; everything is there for ever."""
    mastodon, daily = MastodonLookup(), DailyLookup()
    with ExitStack() as stack:
        x, bluesky = (stack.enter_context(SpecServer(None, each)) for each in (XLookup(), BlueskyLookup()))
        at_home, stories, lists = (
            stack.enter_context(Loopback(each)) for each in (mastodon, HackerNewsLookup(), daily)
        )
        mastodon.url = at_home.url
        store = Store(tmp_path / "data", tmp_path / "cache")
        tree = store.load()
        for each in captured(at_home.url):
            tree.add_post(each)
        store.save(tree)
        yield f"""
site: {{url: "https://pages.example/x/"}}
trackers: [{{id: example, x: {{accounts: [madeup]}}, mastodon: {{accounts: ["{at_home.url}/@ada"]}}}}]
networks:
  x: {{api: "{x.url}/2"}}
  bluesky: {{api: "{bluesky.url}"}}
  hackernews: {{api: "{stories.url}"}}
  huggingface: {{api: "{lists.url}"}}
"""


def test_scheduled_runs_ask_about_every_post_in_time_however_late_they_are(config: str, tmp_path: Path) -> None:
    settings = read(config.encode())
    asked = dict.fromkeys((each.name for each in SOURCES), 0)
    for now in scheduled(16):
        store = Store(tmp_path / "data", tmp_path / "cache")
        posts = store.load().posts
        with closing(CheckedPosts(store.cache)) as checked:
            checks = checked.of(posts)
        for each in posts.values():
            if each.network not in NEVER_ASKED:
                assert now - checks.last(each, now) <= promised(each, now), each.id
        client = HttpClient("tests")
        report = prune.run(
            settings,
            store,
            client_for=lambda _, seconds, client=client: client.limited(seconds),  # type: ignore[misc]
            secrets={"X_BEARER_TOKEN": TOKEN},
            now=now,
        )
        client.close()
        assert (report.failed, report.gone) == ([], 0)
        assert [each.overdue for each in report.networks] == [0] * len(report.networks)
        for network in report.networks:
            asked[network.network] += len(network.answers)
    assert asked["x"] >= 3 * 7
    assert {name for name, number in asked.items() if number >= 3 * 2} == set(asked) - NEVER_ASKED
    assert {each.name for each in SOURCES if each.find_gone is None} == NEVER_ASKED
