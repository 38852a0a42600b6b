"""What lies in `.cache/`: databases and reports that are made again where they are lost, damaged or of other rules."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from generator.model.recheck import Checks
from generator.model.records import Post
from generator.storage import run_reports
from generator.storage.checked import NAME, CheckedPosts
from generator.storage.database import create_database, key_of, open_database
from generator.storage.index import FileSummary, Index
from generator.storage.places import read_records
from tests.make import NOON, paper, post

SCHEMA = "CREATE TABLE kept (key INTEGER)"
EARLIER = NOON - timedelta(days=1)


def _kept(place: Path | None, version: int = 1, rules: str = "a") -> list[tuple[int]]:
    """The rows that an opened database has; one row is added for the next who opens it."""
    database = open_database(place, SCHEMA, version, rules)
    rows: list[tuple[int]] = database.execute("SELECT key FROM kept").fetchall()
    database.execute("INSERT INTO kept VALUES (7)")
    database.commit()
    database.close()
    return rows


def test_a_database_is_kept_while_version_and_rules_are_the_same(tmp_path: Path) -> None:
    place = tmp_path / "new/made.sqlite"
    assert _kept(place) == []
    assert _kept(place) == [(7,)]
    assert _kept(place, version=2) == []
    assert _kept(place, version=2) == [(7,)]
    assert _kept(place, version=2, rules="b") == []
    assert _kept(place, version=2, rules="b") == [(7,)]


def test_a_database_without_a_place_is_in_memory() -> None:
    assert _kept(None) == []
    assert _kept(None) == []


@pytest.mark.parametrize("damage", ["no database", "without rules", "damaged page"])
def test_a_damaged_database_is_made_again(tmp_path: Path, damage: str) -> None:
    place = tmp_path / "made.sqlite"
    _kept(place)
    if damage == "no database":
        place.write_bytes(b"made up " * 1000)
    elif damage == "without rules":
        with sqlite3.connect(place) as database:
            database.execute("DELETE FROM made_under")
        database.close()
    else:
        content = bytearray(place.read_bytes())
        content[-4096:] = b"\xff" * 4096
        place.write_bytes(content)
    assert _kept(place) == []
    assert _kept(place) == [(7,)]


def test_a_cache_that_cannot_be_written_costs_nothing_but_itself(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert _kept(tmp_path / "file/made.sqlite") == []
    assert _kept(tmp_path / "file/made.sqlite") == []
    (tmp_path / "folder.sqlite").mkdir()
    assert _kept(tmp_path / "folder.sqlite") == []


def test_a_key_has_64_bits_and_is_the_same_in_every_run() -> None:
    assert key_of("bluesky:ada/1") == -7_489_914_979_024_094_329
    assert key_of("a") != key_of("b")


def test_what_was_learnt_of_posts_is_known_to_the_next_run_once_it_is_saved(tmp_path: Path) -> None:
    learnt = Checks(checked_at={"a": NOON, "b": NOON}, missing_since={"b": EARLIER, "c": EARLIER})
    posts = CheckedPosts(tmp_path)
    posts.update(learnt)
    posts.forget(["c"])
    posts.save()
    posts.update(Checks(checked_at={"d": NOON}))
    posts.close()
    posts = CheckedPosts(tmp_path)
    found = posts.of(["a", "b", "c", "d"])
    assert (found.checked_at, found.missing_since) == ({"a": NOON, "b": NOON}, {"b": EARLIER})
    posts.update(Checks(checked_at={"b": NOON}))
    assert posts.of(["b"]).missing_since == {}
    posts.close()
    in_memory = CheckedPosts(None)
    assert in_memory.of(["a"]).checked_at == {}
    in_memory.update(learnt)
    in_memory.save()
    assert in_memory.of(["a"]).checked_at == {"a": NOON}
    in_memory.close()


@pytest.mark.parametrize(("content", "known"), [
    (json.dumps({"checked_at": {"a": NOON.isoformat()}, "missing_since": {}}).encode(), {"a": NOON}),
    (b"damaged", {}),
    (b"\xff", {}),
])  # fmt: skip
def test_the_file_of_version_1_0_is_taken_over_and_leaves_when_that_is_saved(
    tmp_path: Path, content: bytes, known: dict[str, object]
) -> None:
    old_file = tmp_path / "checked.json"
    old_file.write_bytes(content)
    posts = CheckedPosts(tmp_path)
    assert posts.of(["a"]).checked_at == known
    assert old_file.exists()
    posts.save()
    posts.close()
    assert not old_file.exists()
    posts = CheckedPosts(tmp_path)
    assert posts.of(["a"]).checked_at == known
    posts.close()


def test_a_database_that_breaks_while_it_is_used_costs_requests_alone(tmp_path: Path) -> None:
    posts = CheckedPosts(tmp_path)
    with sqlite3.connect(tmp_path / NAME) as other:
        other.execute("DROP TABLE checked")
    other.close()
    posts.update(Checks(checked_at={"a": NOON}))
    posts.forget(["a"])
    posts.save()
    posts.close()


def test_a_report_is_read_as_it_was_saved_and_is_none_where_it_is_damaged(tmp_path: Path) -> None:
    assert run_reports.load(tmp_path) is None
    run_reports.save(tmp_path / "new", {"a": [1]})
    assert (tmp_path / "new" / run_reports.FETCH).read_bytes() == b'{\n "a": [\n  1\n ]\n}\n'
    assert run_reports.load(tmp_path / "new") == {"a": [1]}
    assert run_reports.load(tmp_path / "new", run_reports.PRUNE) is None
    for damage in (b"", b"[1]", b"\xff", b"{"):
        (tmp_path / run_reports.HUB).write_bytes(damage)
        assert run_reports.load(tmp_path, run_reports.HUB) is None, damage


def test_damaged_lines_are_left_out_and_the_others_stay() -> None:
    first, second = post("1"), post("2")
    line = msgspec.json.encode
    assert read_records(Post, line(first) + b"\n" + line(second) + b"\n") == [first, second]
    assert read_records(Post, b'{"id":"x"}\n' + line(first) + b"\n\xff\n" + line(second) + b"\n") == [first, second]


def _index_of(folder: Path, names: dict[str, FileSummary], cache: Path | None = None) -> Index:
    index = Index(cache)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    index.refresh({name: folder / name for name in names}, Path.read_bytes, lambda name, _: names[name])
    return index


def _with_posts(*posts: Post) -> FileSummary:
    summary = FileSummary()
    for each in posts:
        summary.add_post(each, each)
    return summary


def test_an_index_names_the_files_of_posts_accounts_and_what_points_at_posts(tmp_path: Path) -> None:
    names = {
        "posts/1.jsonl": _with_posts(post("1"), post("2", who="bo")),
        "posts/2.jsonl": _with_posts(post("3", who="cy", kind="reply", of="bluesky:ada/1")),
        "papers/1.jsonl": FileSummary(papers=[paper("2611.00001")]),
    }
    index = _index_of(tmp_path, names)
    assert index.files_of_posts(["bluesky:bo/2", "bluesky:no/1"]) == {"posts/1.jsonl"}
    assert index.files_of_accounts(["bluesky:cy"]) == {"posts/2.jsonl"}
    assert index.files_pointing_at(["bluesky:ada/1"]) == {"posts/2.jsonl"}
    assert list(index.places_of(["bluesky:ada/1", "bluesky:no/1"])) == [("bluesky:ada/1", "posts/1.jsonl")]
    assert index.stored_papers(["2611.00001", "2611.00002"]) == {"2611.00001"}
    assert index.papers_fetched_by(["2611.00001"], NOON) == {"2611.00001"}
    assert index.papers_fetched_by(["2611.00001"], EARLIER) == set()
    assert index.irregular_files() == set()
    index.close()


def test_a_paper_is_lacking_once_its_file_is_gone_and_no_longer_once_it_is_back(tmp_path: Path) -> None:
    posts = {"posts/1.jsonl": _with_posts(post("1"))}
    papers = {"papers/1.jsonl": FileSummary(papers=[paper("2611.00001")])}
    index = _index_of(tmp_path, {**posts, **papers})
    assert index.files_lacking_papers([]) == set()
    everything = {name: tmp_path / name for name in (*posts, *papers)}

    def refresh(names: list[str]) -> int:
        summaries = {**posts, **papers}
        paths = {name: everything[name] for name in names}
        return index.refresh(paths, Path.read_bytes, lambda name, _: summaries[name])

    assert refresh(list(posts)) == 0
    assert index.files_lacking_papers([]) == {"posts/1.jsonl"}
    assert index.files_lacking_papers(["2611.00001"]) == set()
    assert refresh(list(everything)) == 1
    assert index.files_lacking_papers([]) == set()
    index.close()


def test_a_file_that_was_only_touched_is_not_summarised_and_not_read_again(tmp_path: Path) -> None:
    name = "posts/1.jsonl"
    index = _index_of(tmp_path, {name: _with_posts(post("1"))})
    (tmp_path / name).touch()
    read: list[Path] = []

    def read_file(path: Path) -> bytes:
        read.append(path)
        return path.read_bytes()

    for _ in range(2):
        assert index.refresh({name: tmp_path / name}, read_file, lambda *_: pytest.fail("summarised")) == 0
    assert read == [tmp_path / name]
    index.close()


def test_an_index_that_cannot_be_written_is_made_in_memory(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    names = {"posts/1.jsonl": _with_posts(post("1"))}
    index = Index(cache)
    with sqlite3.connect(next(cache.iterdir())) as other:
        other.execute("DROP TABLE links")
    other.close()
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts/1.jsonl").write_bytes(b"1")
    paths = {name: tmp_path / name for name in names}
    assert index.refresh(paths, Path.read_bytes, lambda name, _: names[name]) == 1
    assert index.files_of_accounts(["bluesky:ada"]) == {"posts/1.jsonl"}
    index.close()


def test_rows_of_files_that_were_replaced_often_are_deleted(tmp_path: Path) -> None:
    """Otherwise the index of a folder that is fetched into for years grows without end."""
    cache = tmp_path / "cache"
    name = "posts/1.jsonl"
    index = Index(cache)
    path = tmp_path / name
    path.parent.mkdir()
    summaries = [FileSummary()]
    for turn in range(210):
        path.write_bytes(str(turn).encode())
        summaries[0] = _with_posts(post(str(turn)))
        assert index.refresh({name: path}, Path.read_bytes, lambda _name, _content: summaries[0]) == 1
        assert index.files_of_posts([f"bluesky:ada/{turn}"]) == {name}
    assert index.files_of_posts(["bluesky:ada/0"]) == set()
    index.close()
    database = sqlite3.connect(next(cache.iterdir()))
    (rows,) = database.execute("SELECT count(*) FROM posts").fetchone()
    database.close()
    assert rows < 20


def test_a_new_database_has_its_version(tmp_path: Path) -> None:
    database = create_database(str(tmp_path / "made.sqlite"), SCHEMA, 5, "rules")
    assert database.execute("PRAGMA user_version").fetchone() == (5,)
    assert database.execute("SELECT rules FROM made_under").fetchall() == [("rules",)]
    database.close()
