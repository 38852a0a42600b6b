"""The laws of `data/`: canonical bytes, round trip, atomic replace, nothing dropped."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.fetch.merge_trees import merge_trees
from generator.model.errors import StoreError
from generator.model.records import NetworkState, PendingPaper, Post
from generator.model.tree import Tree
from generator.storage.disk import write_file
from generator.storage.store import Store
from tests.make import NOON, paper, post


def files_of(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def make_tree() -> Tree:
    tree = Tree()
    tree.add_post(post("1", hours=1))
    tree.add_post(post("2", hours=30, papers=("hep-th/9901001",), network="x", who="bo"))
    tree.add_paper(paper("2611.00001"))
    tree.add_paper(paper("hep-th/9901001"))
    tree.add_pending(PendingPaper(id="2611.09999", next_at=NOON, first_at=NOON))
    tree.remove_posts(["bluesky:zed/1"], "2026-11-19")
    tree.states["bluesky"] = NetworkState(cursors={"b": 1, "a": {"z": 1}}, last_success_at=NOON)
    return tree


def test_records_lie_where_the_contract_says(tmp_path: Path) -> None:
    Store(tmp_path).save(make_tree())
    assert set(files_of(tmp_path)) == {
        "posts/bluesky/2026/11/20.jsonl",
        "posts/x/2026/11/19.jsonl",
        "papers/2611/000.jsonl",
        "papers/9901/hep-th.jsonl",
        "pending.jsonl",
        "gone.jsonl",
        "state/bluesky.json",
        "schema.json",
    }
    assert (tmp_path / "schema.json").read_bytes() == b'{"version":1}\n'


def test_a_tree_survives_the_way_to_disk_and_back_and_saving_it_again_changes_no_file(tmp_path: Path) -> None:
    tree = make_tree()
    Store(tmp_path).save(tree)
    before = files_of(tmp_path)
    store = Store(tmp_path)
    loaded = store.load()
    assert (loaded.posts, loaded.papers, loaded.pending) == (tree.posts, tree.papers, tree.pending)
    assert (loaded.gone, loaded.states) == (tree.gone, tree.states)
    assert store.save(loaded) == []
    assert files_of(tmp_path) == before


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_change_a_byte(
    tmp_path_factory: pytest.TempPathFactory, shuffle: random.Random
) -> None:
    posts = [post(str(n), hours=n * 5, who="ab"[n % 2]) for n in range(12)]
    shuffled = posts[:]
    shuffle.shuffle(shuffled)
    trees = []
    for order in (posts, shuffled):
        root = tmp_path_factory.mktemp("tree")
        for part in (order[:5], order[5:]):  # two runs
            store = Store(root)
            tree = store.load()
            for each in part:
                tree.add_post(each)
            store.save(tree)
        trees.append(files_of(root))
    assert trees[0] == trees[1]


def test_union_of_two_trees_gives_the_same_bytes_in_either_order(tmp_path: Path) -> None:
    def half(*names: str) -> Tree:
        tree = Tree()
        for name in names:
            tree.add_post(post(name, trackers=(f"t{len(names)}",)))
        return tree

    results: list[dict[str, bytes]] = []
    for one, other in ((half("1", "2"), half("2", "3", "4")), (half("2", "3", "4"), half("1", "2"))):
        one.union(other)
        root = tmp_path / str(len(results))
        Store(root).save(one)
        results.append(files_of(root))
    assert results[0] == results[1]
    assert len(results[0]["posts/bluesky/2026/11/20.jsonl"].splitlines()) == 4


def test_a_gone_post_stays_away_however_it_comes_back() -> None:
    tree = make_tree()
    tree.remove_posts(["bluesky:ada/1"], "2026-11-20")
    assert not tree.add_post(post("1"))
    other = Tree()
    other.add_post(post("1"))
    other.union(tree)
    assert "bluesky:ada/1" not in other.posts
    assert "bluesky:ada/1" in other.gone


def test_only_files_whose_content_changed_are_written(tmp_path: Path) -> None:
    Store(tmp_path).save(make_tree())
    store = Store(tmp_path)
    tree = store.load()
    tree.add_post(post("3", hours=2))
    assert store.save(tree) == [tmp_path / "posts/bluesky/2026/11/20.jsonl"]


def test_a_day_without_posts_leaves_no_empty_file(tmp_path: Path) -> None:
    Store(tmp_path).save(make_tree())
    store = Store(tmp_path)
    tree = store.load()
    tree.remove_posts(["x:bo/2"], "2026-11-20")
    store.save(tree)
    assert not (tmp_path / "posts/x").exists()


@pytest.mark.parametrize(
    "damage",
    [
        b"{",
        b'{"id": "bluesky:x/1"}',
        b"\xff\xfe",
        b"<<<<<<< HEAD",
        b"null",
        b"[" * 5000,
        b'{"id":' * 5000,
        b'{"id":"bluesky:x/1","odd":' + b"[" * 5000,
        b'{"id":"../../etc:passwd"}',
    ],
)
def test_a_damaged_line_is_named_kept_and_moved_only_when_asked(tmp_path: Path, damage: bytes) -> None:
    Store(tmp_path).save(make_tree())
    path = tmp_path / "posts/bluesky/2026/11/20.jsonl"
    path.write_bytes(damage + b"\n" + path.read_bytes())
    store = Store(tmp_path)
    tree = store.load()
    assert "bluesky:ada/1" in tree.posts
    assert [problem.place for problem in tree.problems] == [f"{path}:1"]
    tree.add_post(post("3"))
    store.save(tree)
    assert damage in path.read_bytes().split(b"\n")
    store.quarantine(tree)
    assert damage not in path.read_bytes().split(b"\n")
    assert damage in (tmp_path / "quarantine/posts/bluesky/2026/11/20.jsonl").read_bytes()
    assert Store(tmp_path).load().problems == []


@pytest.mark.parametrize("damage", [b'{"cursors": [', b'{"odd":' * 5000])
def test_a_damaged_state_starts_the_network_anew_and_is_not_lost(tmp_path: Path, damage: bytes) -> None:
    Store(tmp_path).save(make_tree())
    (tmp_path / "state/bluesky.json").write_bytes(damage)
    store = Store(tmp_path)
    tree = store.load()
    assert "bluesky" not in tree.states
    assert len(tree.problems) == 1
    tree.states["bluesky"] = NetworkState()
    store.save(tree)
    assert damage in (tmp_path / "quarantine/state/bluesky.json").read_bytes()


def test_a_second_damaged_state_of_a_network_lies_beside_the_first(tmp_path: Path) -> None:
    for damage in (b"first\n", b"second\n", b"second\n"):
        (tmp_path / "state").mkdir(exist_ok=True)
        (tmp_path / "state/bluesky.json").write_bytes(damage)
        store = Store(tmp_path)
        tree = store.load()
        tree.states["bluesky"] = NetworkState(cursors={"a": "1"})
        store.save(tree)
        store.save(tree)
    assert (tmp_path / "quarantine/state/bluesky.json").read_bytes() == b"first\nsecond\n"


def test_data_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).save(make_tree())
    (tmp_path / "schema.json").write_text('{"version": 2}')
    with pytest.raises(StoreError, match="newer version"):
        Store(tmp_path).load()


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("which", range(4))
def test_a_failing_disk_leaves_the_old_files_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, which: int
) -> None:
    Store(tmp_path).save(make_tree())
    before = files_of(tmp_path)
    store = Store(tmp_path)
    tree = store.load()
    tree.add_post(post("9", text="changed", hours=1))
    tree.add_post(post("9", text="changed", hours=30))
    real, calls = getattr(os, call), []

    def failing(*args: Any, **kwargs: Any) -> Any:
        calls.append(args)
        if len(calls) > which:
            raise OSError(errno.ENOSPC, "No space left on device", str(args[0]))
        return real(*args, **kwargs)

    monkeypatch.setattr(os, call, failing)
    with contextlib.suppress(StoreError):
        store.save(tree)
    monkeypatch.undo()
    after = files_of(tmp_path)
    assert not [name for name in after if name.endswith(".part")]
    for name, content in before.items():
        whole = after[name] == content or b"bluesky:ada/9" in after[name]
        assert whole, f"{name} is neither the old nor the new content"
    Store(tmp_path).load()


KILLED = """
import os, sys, signal, random
from pathlib import Path
from generator.storage.store import Store
from tests.make import post
real = os.replace
left = int(sys.argv[2])
def replace(*args):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args)
os.replace = replace
store = Store(Path(sys.argv[1]))
tree = store.load()
for n in range(6):
    tree.add_post(post(f"k{n}", hours=24 * n))
store.save(tree)
"""


@pytest.mark.parametrize("after", range(6))
def test_a_kill_in_the_middle_loses_nothing_and_the_next_run_ends_with_the_same_bytes(
    tmp_path: Path, after: int
) -> None:
    for name in ("killed", "undisturbed"):
        Store(tmp_path / name).save(make_tree())
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "killed"), str(after)], check=False, timeout=60)
    for root in (tmp_path / "killed", tmp_path / "undisturbed"):
        store = Store(root)
        tree = store.load()
        assert tree.problems == []
        assert {"bluesky:ada/1", "x:bo/2"} <= tree.posts.keys()
        for n in range(6):
            tree.add_post(post(f"k{n}", hours=24 * n))
        store.save(tree)
    assert files_of(tmp_path / "killed") == files_of(tmp_path / "undisturbed")


def test_texts_that_may_not_be_published_live_in_the_cache_and_leave_it_with_their_post(tmp_path: Path) -> None:
    store = Store(tmp_path / "data", tmp_path / "cache")
    tree = make_tree()
    full = post("2", network="x", who="bo", text="the whole text")
    store.save_texts({full.id: full, "x:gone/1": post("1", network="x", who="gone")}, tree)
    assert store.load_texts() == {full.id: full}
    tree.remove_posts([full.id], "2026-11-20")
    store.save_texts(store.load_texts(), tree)
    assert b"the whole text" not in (tmp_path / "cache/texts.jsonl").read_bytes()


def test_optional_keys_that_say_nothing_are_not_written(tmp_path: Path) -> None:
    bare = msgspec.structs.replace(post("1"), text=None)
    assert set(msgspec.json.decode(msgspec.json.encode(bare))) == {
        "id", "network", "kind", "url", "account", "posted_at", "seen_at", "papers", "trackers",
    }  # fmt: skip


def test_posted_at_in_another_zone_is_filed_by_its_utc_day(tmp_path: Path) -> None:
    record = msgspec.json.encode(post("1")).replace(b"2026-11-20T11:00:00Z", b"2026-11-21T01:00:00+05:00")
    tree = Tree()
    tree.add_post(msgspec.json.decode(record, type=Post))
    Store(tmp_path).save(tree)
    assert (tmp_path / "posts/bluesky/2026/11/20.jsonl").exists()


def test_a_full_disk_is_told_with_the_file_that_had_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("generator.storage.disk.os.write", no_room)
    with pytest.raises(OSError, match="No space left") as told:
        write_file(tmp_path / "page.html", b"text")
    assert told.value.filename == str(tmp_path / "page.html")


def test_a_post_leaves_after_it_is_known_to_be_gone_and_state_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(tmp_path).save(make_tree())
    store = Store(tmp_path)
    tree = store.load()
    tree.remove_posts(["bluesky:ada/1"], "2026-11-20")
    tree.add_post(post("3", hours=50))
    tree.states["bluesky"] = NetworkState(cursors={"b": 2})
    order: list[str] = []
    for name in ("replace", "unlink"):
        real = getattr(os, name)

        def call(*paths: Any, real: Any = real, **kwargs: Any) -> None:
            order.append(os.path.relpath(paths[-1], tmp_path))
            real(*paths, **kwargs)

        monkeypatch.setattr(os, name, call)
    store.save(tree)
    assert order == [
        "gone.jsonl",
        "posts/bluesky/2026/11/18.jsonl",
        "posts/bluesky/2026/11/20.jsonl",
        "state/bluesky.json",
    ]


def test_what_waits_for_a_post_that_is_gone_is_not_loaded(tmp_path: Path) -> None:
    """A removal that was killed after the ids were durable is completed by the next run."""
    tree = make_tree()
    waiting = (post("a", kind="repost", of="bluesky:zed/2"), post("b", kind="repost", of="bluesky:zed/9"))
    tree.states["bluesky"] = NetworkState(waiting=waiting)
    Store(tmp_path).save(tree)
    (tmp_path / "gone.jsonl").write_text('{"id":"bluesky:zed/2","gone_on":"2026-11-19"}\n')
    assert Store(tmp_path).load().states["bluesky"].waiting == waiting[1:]


def test_the_temporary_files_of_a_killed_run_are_swept_by_the_next_save(tmp_path: Path) -> None:
    Store(tmp_path).save(make_tree())
    (tmp_path / "posts/bluesky/2026/11/20.jsonl.7.part").write_bytes(b"torn")
    store = Store(tmp_path)
    store.save(store.load())
    assert not list(tmp_path.rglob("*.part"))


def test_a_survey_counts_what_a_load_reads_and_names_the_same_damage(tmp_path: Path) -> None:
    tree = Tree()
    tree.add_post(post())
    tree.add_paper(paper())
    Store(tmp_path).save(tree)
    with next(tmp_path.glob("posts/*/*/*/*.jsonl")).open("a") as file:
        file.write("no JSON\n")
    loaded, survey = Store(tmp_path).load(), Store(tmp_path).survey()
    assert survey.posts == Counter(post.network for post in loaded.posts.values())
    assert (survey.papers, survey.pending, survey.gone) == (len(loaded.papers), len(loaded.pending), len(loaded.gone))
    assert survey.problems == loaded.problems
    assert len(survey.problems) == 1


def test_a_state_with_the_validators_of_an_older_version_loads_and_loses_them(tmp_path: Path) -> None:
    path = tmp_path / "state/bluesky.json"
    path.parent.mkdir()
    path.write_text('{"cursors": {"a": 1}, "validators": {"https://feed.example/": {"etag": "x"}}, "waiting": []}')
    tree = Store(tmp_path).load()
    assert tree.problems == []
    assert tree.states["bluesky"].cursors == {"a": 1}
    Store(tmp_path).save(tree)
    assert "validators" not in path.read_text()


def test_a_tree_that_is_merged_with_its_copy_stays_as_it_is(tmp_path: Path) -> None:
    for name in ("own", "copy"):
        Store(tmp_path / name).save(make_tree())
    before = files_of(tmp_path)
    assert merge_trees(None, Store(tmp_path / "own"), [Store(tmp_path / "copy")], NOON) == set()
    assert files_of(tmp_path) == before
