"""The repository stays small: counts of old posts are let be, and a week stays under a bound for each post."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from benchmarks.growth import Simulation
from benchmarks.reading import Rates, Reading
from generator.fetch import run as fetch
from generator.fetch.adapter.source import Event, FetchRequest, Record
from generator.fetch.configuration import read
from generator.fetch.intake import COUNTS_FOR, without_late_counts
from generator.fetch.registry import SOURCES, Source
from generator.model.records import Counts, Post
from generator.model.tree import Tree
from generator.net.http import Client
from generator.storage.store import Store
from tests.make import NOON, paper, post

YOUNG, OLD = COUNTS_FOR - timedelta(minutes=1), COUNTS_FOR


def liked(age: timedelta, likes: int) -> Post:
    return post("1", posted_at=NOON - age, seen_at=NOON - age, counts=Counts(likes=likes))


def after(age: timedelta, *, known: bool = True) -> Counts | None:
    tree = Tree(posts={"bluesky:ada/1": liked(age, 5)} if known else {})
    (taken,) = without_late_counts([liked(age, 6)], tree, NOON)
    return taken.counts


def test_counts_are_brought_up_to_date_while_a_post_is_news_and_then_let_be() -> None:
    assert after(YOUNG) == Counts(likes=6)
    assert after(OLD) is None
    assert after(OLD, known=False) == Counts(likes=6)  # an old post has the counts of the day when it was captured


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@pytest.mark.parametrize(("age", "changes"), [(YOUNG, True), (OLD, False)])
def test_no_network_rewrites_an_old_post_for_its_likes(
    source: Source, age: timedelta, changes: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quiet account's newest post is given again by every run, as its network gives it, one like more each time."""
    name = source.name
    likes = iter(range(5, 99))

    def give(request: FetchRequest) -> Iterator[Event]:
        yield Record(None, ("example",), "row")

    def parse(record: Record, seen_at: datetime) -> list[Post]:
        return [post("1", network=name, posted_at=NOON - age, seen_at=NOON, counts=Counts(likes=next(likes)))]

    monkeypatch.setattr(fetch, "SOURCES", (replace(source, fetch=give, parse=parse),))
    store = Store(tmp_path, tmp_path / "cache")
    store.save(Tree(papers={"2611.00001": paper()}))
    block = {"x": "{accounts: [a]}", "bluesky": "{accounts: [a.example]}", "mastodon": '{accounts: ["@a@b.example"]}'}
    feeds = "[https://a.example/x]" if name == "feeds" else "{}"
    text = f"trackers: [{{id: example, {name}: {block.get(name, feeds)}}}]\nnetworks: {{x: {{keep: full}}}}"
    config = read(text.encode())

    def run(seconds: int) -> int:
        now = NOON + timedelta(seconds=seconds)
        report = fetch.run(config, store, client_for=lambda *_: cast("Client", None), secrets={}, now=now, only=name)
        return report.changed_files

    assert run(0) == 2  # the post, and the state
    assert (run(1) > 0) == changes


@pytest.mark.slow
def test_a_simulated_week_stays_under_the_bound_of_a_year(tmp_path: Path) -> None:
    """100 MB a year are 1,500 bytes in the pack for each post that 200 accounts bring; a week takes less than that."""
    measured = Simulation(tmp_path, Reading(rates=Rates(accounts=60))).run(days=7)
    assert measured.commits == 7 * 24
    assert measured.posts > 250
    assert measured.papers > 100
    assert measured.packed_per_post < 1_500
    assert measured.largest[1] < 1_000_000
    assert measured.packed_bytes < measured.data_bytes * 2
