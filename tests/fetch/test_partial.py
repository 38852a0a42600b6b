"""A fetch reads the files that it needs: the bytes are those of a fetch that reads everything, the work stays small."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from click.testing import CliRunner

from generator import cli
from generator.fetch import arxiv_api, merge_trees
from generator.fetch import run as fetch
from generator.fetch.adapter.source import AccountGone, Deleted, Event, FetchRequest, Record
from generator.fetch.ask_arxiv import Answers, ask_arxiv
from generator.fetch.configuration import read
from generator.fetch.intake import take_posts
from generator.fetch.registry import SOURCES, reducer
from generator.model.records import Account, GonePost, Post
from generator.model.tree import Tree
from generator.net.http import Client
from generator.storage.index import NAME, Index
from generator.storage.partial import PartialTree
from generator.storage.places import paper_path, post_path
from generator.storage.store import Store
from tests.make import NOON, paper, post

CONFIG = read(b"trackers: [{id: example, bluesky: {accounts: [a.example]}}]")
NETWORK = "bluesky"
KINDS = ("post", "repost", "quote", "reply")


class Network:
    """Bluesky, as it gives these events in each run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[Post | Event] = []
        source = next(source for source in SOURCES if source.name == NETWORK)
        monkeypatch.setattr(fetch, "SOURCES", (replace(source, fetch=self._give, parse=self._parse),))

    def _give(self, _request: FetchRequest) -> Iterator[Event]:
        for event in self.events:
            yield Record(event, ("example",), "row") if isinstance(event, Post) else event

    def _parse(self, record: Record, seen_at: datetime) -> list[Post]:
        return [msgspec.structs.replace(record.raw, seen_at=seen_at)]


def run(folder: Path, now: datetime, only: str = NETWORK) -> fetch.FetchReport:
    store = Store(folder / "data", folder / "cache")
    return fetch.run(CONFIG, store, client_for=lambda *_: cast("Client", None), secrets={}, now=now, only=only)


def stored(folder: Path) -> dict[str, bytes]:
    root = folder / "data"
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.json*")}


def past(dice: random.Random, count: int) -> list[Post]:
    """Posts of four months that repost, quote and answer each other; some name papers."""
    posts: list[Post] = []
    for number in range(count):
        target = dice.choice(posts) if posts and dice.random() < 0.7 else None
        kind = dice.choice(KINDS[1:]) if target else "post"
        who = target.account.id.partition(":")[2] if target and dice.random() < 0.3 else dice.choice("abcd")
        at = NOON - timedelta(days=dice.randrange(120), hours=dice.randrange(24))
        if target and dice.random() < 0.5:
            at = target.posted_at + timedelta(hours=dice.randrange(1, 30))
        names_paper = dice.random() < 0.4 and kind != "repost"
        links = (
            (f"https://arxiv.org/abs/2605.0000{dice.randrange(1, 9)}v{dice.randrange(1, 4)}",) if names_paper else ()
        )
        made = post(
            f"{number:03d}", who=who, kind=kind, of=target.id if target else None, posted_at=min(at, NOON),
            links=links, papers=(), text="" if kind == "repost" else "words",
        )  # fmt: skip
        posts.append(made)
    return posts


def runs_of(dice: random.Random, posts: list[Post]) -> list[list[Post | Event]]:
    """Some runs that bring the posts in any order, some twice, some deleted, one with another time."""
    arrivals: list[Post | Event] = [*posts, *dice.sample(posts, len(posts) // 4)]
    for original in dice.sample(posts, 3):
        arrivals.append(msgspec.structs.replace(original, posted_at=original.posted_at - timedelta(days=3)))
    dice.shuffle(arrivals)
    late = len(arrivals) // 2
    for original in dice.sample(posts, 3):
        arrivals.insert(dice.randrange(late, len(arrivals)), Deleted(original.id))
    if dice.random() < 0.3:
        arrivals.append(AccountGone("bluesky:d"))
    cuts = sorted(dice.sample(range(1, len(arrivals)), 6))
    return [arrivals[start:end] for start, end in zip([0, *cuts], [*cuts, len(arrivals)], strict=True)]


@pytest.mark.parametrize("seed", range(15))
def test_a_fetch_that_reads_what_it_needs_writes_what_one_that_reads_everything_writes(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)  # noqa: S311 (no secret)
    network = Network(monkeypatch)
    known = Tree(papers={each.id: each for each in (paper("2605.00001"), paper("2605.00002"))})
    for name in ("part", "whole"):
        Store(tmp_path / name / "data").save(known)
    opened = PartialTree.__init__

    def read_everything(captured: PartialTree, store: Store, **more: Any) -> None:
        opened(captured, store, **more)
        captured.read_files(store.record_files())

    for number, events in enumerate(runs_of(dice, past(dice, 60))):
        network.events = events
        now = NOON + timedelta(hours=3 * number)
        reports = []
        for name in ("part", "whole"):
            with monkeypatch.context() as patched:
                if name == "whole":
                    patched.setattr(PartialTree, "__init__", read_everything)
                (report,) = run(tmp_path / name, now).networks
            reports.append((report.new, report.changed, report.left_out, report.removed))
        assert reports[0] == reports[1]
        assert stored(tmp_path / "part") == stored(tmp_path / "whole")
        texts = [Store(tmp_path / name / "data", tmp_path / name / "cache").load_texts() for name in ("part", "whole")]
        assert texts[0] == texts[1]
        if dice.random() < 0.3:  # losing the index costs time
            (tmp_path / "part/cache" / NAME).unlink()
    assert len(Store(tmp_path / "part/data").load().posts) > 5


def merged_as_a_whole(trees: list[Path], cache: Path) -> Path:
    """The union as a program does it that holds all of it."""
    store = Store(cache / "whole", cache)
    tree = store.load()
    for path in trees:
        tree.union(Store(path).load())
    waiting = [waiting for state in tree.states.values() for waiting in state.waiting]
    now = max(each.seen_at for each in (*tree.posts.values(), *waiting))
    take_posts(tree, (), now=now, texts=store.load_texts(), reduce=reducer(CONFIG.network_settings))
    store.save(tree)
    return store.root


@pytest.mark.parametrize("batch_bytes", [1, 16_000_000])
@pytest.mark.parametrize("seed", range(6))
def test_trees_merged_file_by_file_are_those_merged_as_a_whole(
    seed: int, batch_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)  # noqa: S311 (no secret)
    network = Network(monkeypatch)
    monkeypatch.setattr(merge_trees, "BATCH_BYTES", batch_bytes)
    for number, events in enumerate(runs_of(dice, past(dice, 60))):
        network.events = events
        run(tmp_path / dice.choice("ab"), NOON + timedelta(hours=3 * number))
    trees = [tmp_path / "a/data", tmp_path / "b/data"]
    whole = merged_as_a_whole(trees, tmp_path)
    expected = {path.relative_to(whole).as_posix(): path.read_bytes() for path in whole.rglob("*.json*")}
    (tmp_path / "config.yaml").write_text("trackers: [{id: example, bluesky: {accounts: [a.example]}}]")
    for name, order in (("ab", trees), ("ba", trees[::-1])):
        arguments = ["merge", *map(str, order), "--config", str(tmp_path / "config.yaml")]
        arguments += ["--data", str(tmp_path / name / "data"), "--cache", str(tmp_path / name / "cache")]
        (tmp_path / name / "data").mkdir(parents=True)
        assert CliRunner().invoke(cli.cli, arguments).exit_code == 0
        assert stored(tmp_path / name) == expected


def large(folder: Path, days: int) -> None:
    """A tree with ten posts a day about as many papers."""
    tree = Tree()
    for day in range(days):
        for number in range(10):
            paper_id = f"{24 + day % 2}{1 + day % 12:02d}.{day % 90:03d}{number:02d}"
            tree.add_paper(paper(paper_id))
            at = NOON - timedelta(days=3 + day, minutes=number)
            tree.add_post(post(f"{day}-{number}", posted_at=at, seen_at=at, papers=(paper_id,)))
    Store(folder / "data").save(tree)


class Counter:
    """How many files a store decodes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.files: set[str] = set()
        read_into, posts_of = Store.read_into, Store.posts_of

        def counted_read(store: Store, tree: Tree, names: Any) -> None:
            names = set(names)
            self.files.update(names & store.record_files().keys())
            read_into(store, tree, names)

        def counted_posts(store: Store, name: str) -> list[Post]:
            self.files.add(name)
            return posts_of(store, name)

        monkeypatch.setattr(Store, "read_into", counted_read)
        monkeypatch.setattr(Store, "posts_of", counted_posts)


def test_a_fetch_without_news_reads_as_many_files_of_a_large_tree_as_of_a_small_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(monkeypatch)
    counts = []
    for days in (60, 600):
        folder = tmp_path / str(days)
        large(folder, days)
        # Old posts are given again; one quotes another.
        old = [post(f"{day}-1", posted_at=NOON - timedelta(days=3 + day, minutes=1), papers=()) for day in (40, 50)]
        network.events = [*old]
        run(folder, NOON)
        counter = Counter(monkeypatch)
        report = run(folder, NOON + timedelta(hours=3))
        assert report.changed_files == 0
        counts.append(len(counter.files))
    assert counts[0] == counts[1] <= 4


def test_asking_arxiv_reads_the_papers_of_a_month_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Network(monkeypatch)
    large(tmp_path, 600)
    monkeypatch.setattr(fetch, "ask_arxiv", lambda *_, **__: Answers())
    counter = Counter(monkeypatch)
    run(tmp_path, NOON, only="arxiv")
    days = sum(name.startswith("posts/") for name in counter.files)
    assert days <= 31
    assert len(counter.files) == days  # no paper was described more than a month ago


def test_arxiv_is_asked_about_the_papers_that_a_run_on_everything_asks_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Network(monkeypatch)
    tree = Tree()
    for number in range(40):
        paper_id = f"2606.000{number:02d}"
        fetched_at = NOON - timedelta(days=number * 2)
        tree.add_paper(paper(paper_id, fetched_at=fetched_at, version=1))
        version = number % 3
        links = (f"https://arxiv.org/abs/{paper_id}v{version}",) if version else ()
        at = NOON - timedelta(days=number * 5 % 70)
        tree.add_post(post(str(number), posted_at=at, seen_at=at, papers=(paper_id,), links=links, text=""))
    Store(tmp_path / "data").save(tree)
    asked: list[list[str]] = []

    def answer_nothing(ids: list[str], **_: Any) -> Iterator[arxiv_api.Answer]:
        asked.append(list(ids))
        return iter(())

    monkeypatch.setattr(arxiv_api, "fetch_papers", answer_nothing)
    run(tmp_path, NOON, only="arxiv")
    ask_arxiv(tree, api="", client=cast("Client", None), now=NOON, texts={})
    part, whole = asked
    assert part == whole
    assert len(whole) > 5


def test_files_that_another_program_changed_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A post that git brought is met by its repost; a paper whose file is lost is asked about again."""
    network = Network(monkeypatch)
    large(tmp_path, 60)
    run(tmp_path, NOON)
    original = post("git", hours=24 * 70, papers=("2401.00001",))
    (tmp_path / "data" / post_path(original)).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "data" / post_path(original)).write_bytes(msgspec.json.encode(original) + b"\n")
    lost = paper_path(paper("2401.00002"))
    (tmp_path / "data" / lost).unlink()
    network.events = [post("new", kind="repost", of=original.id, papers=(), text=None)]
    (report,) = run(tmp_path, NOON).networks
    assert report.new == 1
    tree = Store(tmp_path / "data").load()
    assert tree.posts["bluesky:ada/new"].papers == ("2401.00001",)
    assert "2401.00002" in tree.pending


def test_one_post_on_two_days_becomes_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines were given different times of one post, and git merged both."""
    Network(monkeypatch)
    first, second = post("1", hours=24 * 40), post("1", hours=24 * 50)
    for each in (first, second):
        path = tmp_path / "data" / post_path(each)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.encode(each) + b"\n")
    run(tmp_path, NOON)
    assert [path for path in stored(tmp_path) if path.startswith("posts/")] == [post_path(second)]


def test_posts_that_gone_jsonl_names_leave_whoever_wrote_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Network(monkeypatch)
    original, quote = post("1", hours=24 * 40), post("2", who="bo", hours=24 * 39, kind="quote", of="bluesky:ada/1")
    store = Store(tmp_path / "data")
    store.save(Tree(posts={each.id: each for each in (original, quote)}, papers={"2611.00001": paper()}))
    run(tmp_path, NOON)
    line = msgspec.json.encode(GonePost(id=original.id, gone_on="2026-11-20")) + b"\n"
    (tmp_path / "data/gone.jsonl").write_bytes(line)
    run(tmp_path, NOON)
    posts = Store(tmp_path / "data").load().posts
    assert list(posts) == [quote.id]
    assert b"bluesky:ada/1" not in (tmp_path / "data" / post_path(quote)).read_bytes()


def test_a_damaged_index_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch)
    large(tmp_path, 10)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / NAME).write_bytes(b"SQLite format 3\0" + b"nonsense" * 100)
    network.events = [post("5-1", posted_at=NOON - timedelta(days=8, minutes=1), papers=())]
    (report,) = run(tmp_path, NOON).networks
    assert (report.new, report.failure) == (0, None)


@pytest.mark.parametrize("damage", [bytes(4096), b"nonsense" * 512])
@pytest.mark.parametrize("page", range(1, 12))
def test_an_index_with_a_damaged_page_is_made_again(page: int, damage: bytes, tmp_path: Path) -> None:
    posts = {each.id: each for each in (post(str(number), hours=number) for number in range(300))}
    store = Store(tmp_path / "data", tmp_path / "cache")
    store.save(Tree(posts=posts))
    PartialTree(store).close()
    index = tmp_path / "cache" / NAME
    content = index.read_bytes()
    index.write_bytes(content[: page * 4096] + damage + content[(page + 1) * 4096 :])
    captured = PartialTree(Store(tmp_path / "data", tmp_path / "cache"))
    captured.read_posts(posts.keys())
    assert captured.tree.posts == posts


@pytest.mark.parametrize("when", ["at first", "later"])
def test_a_cache_that_cannot_be_written_costs_time_alone(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = Network(monkeypatch)
    network.events = [post("1", papers=("2605.00001",))]
    cache = tmp_path / "cache"
    if when == "at first":
        (cache / NAME).mkdir(parents=True)
    else:
        run(tmp_path, NOON)
        network.events = [post("2", papers=("2605.00001",))]
        real = Index._merge_new_rows
        failures = iter([sqlite3.OperationalError("database or disk is full")])

        def full_once(index: Index) -> None:
            for failure in failures:
                raise failure
            real(index)

        monkeypatch.setattr(Index, "_merge_new_rows", full_once)
        store = Store(tmp_path / "data")
        tree = store.load()
        tree.add_post(post("9", who="z", hours=50))
        store.save(tree)
    assert run(tmp_path, NOON + timedelta(hours=1)).failed == []
    assert len(Store(tmp_path / "data").load().posts) == (1 if when == "at first" else 3)


def test_muted_accounts_of_the_index_are_found_by_their_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch)
    gone = post("1", who="gone", hours=24 * 90, account=Account(id="bluesky:gone"))
    store = Store(tmp_path / "data")
    store.save(Tree(posts={gone.id: gone}, papers={"2611.00001": paper()}))
    network.events = [AccountGone("bluesky:gone")]
    (report,) = run(tmp_path, NOON).networks
    assert report.removed == 1
    assert not Store(tmp_path / "data").load().posts


def test_what_a_killed_run_left_is_no_file_of_posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(monkeypatch)
    network.events = [post("1", papers=("2605.00001",))]
    run(tmp_path, NOON)
    file = tmp_path / "data" / post_path(post("1"))
    half_written = file.with_name(f"{file.name}.999999.part")
    half_written.write_bytes(file.read_bytes()[:40])
    network.events = [post("2", papers=("2605.00001",))]

    store = Store(tmp_path / "data", tmp_path / "cache")
    store.open()
    assert set(store.record_files()) == {post_path(post("1"))}
    assert run(tmp_path, NOON + timedelta(hours=1)).failed == []
    assert not half_written.exists()
    assert set(Store(tmp_path / "data").load().posts) == {post("1").id, post("2").id}
