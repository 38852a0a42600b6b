"""A part of `data/` is read file by file: what is asked for is there, and no file more than it takes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from generator.model.errors import StoreError
from generator.model.records import Post
from generator.model.tree import Tree
from generator.storage import partial
from generator.storage.partial import PartialTree
from generator.storage.places import paper_path, post_path
from generator.storage.store import Store
from tests.make import NOON, paper, post

OLD, NEW = post("old", who="bo", hours=24 * 20), post("new")
REPLY = post("reply", who="cy", hours=24 * 40, kind="reply", of=OLD.id)
PAPER, OTHER = paper("2611.00001"), paper("2401.00001")


@pytest.fixture
def captured(tmp_path: Path) -> PartialTree:
    tree = Tree()
    for each in (OLD, NEW, REPLY):
        tree.add_post(each)
    for each_paper in (PAPER, OTHER):
        tree.add_paper(each_paper)
    Store(tmp_path / "data").save(tree)
    return PartialTree(Store(tmp_path / "data", tmp_path / "cache"))


def ids(captured: PartialTree) -> set[str]:
    return set(captured.tree.posts)


def test_nothing_is_read_before_it_is_asked_for(captured: PartialTree) -> None:
    assert (captured.tree.posts, captured.tree.papers) == ({}, {})
    assert captured.refresh() == 0
    captured.read_posts([OLD.id, "bluesky:no/1"])
    assert ids(captured) == {OLD.id}
    captured.read_pointing_at([OLD.id])
    assert ids(captured) == {OLD.id, REPLY.id}
    captured.read_accounts([NEW.account.id])
    assert ids(captured) == {OLD.id, REPLY.id, NEW.id}
    captured.read_papers([PAPER.id])
    assert set(captured.tree.papers) == {PAPER.id}
    assert captured.stored_papers([PAPER.id, OTHER.id, "2611.00009"]) == {PAPER.id, OTHER.id}
    assert captured.papers_fetched_by([PAPER.id], NOON - timedelta(days=1)) == set()
    captured.close()


def test_posts_of_a_day_and_after_it(captured: PartialTree) -> None:
    day = OLD.posted_at.date()
    assert captured.files_since(day) == [post_path(OLD), post_path(NEW)]
    assert captured.files_since(day + timedelta(days=1)) == [post_path(NEW)]
    assert captured.files_since(date(2027, 1, 1)) == []
    captured.read_since(day + timedelta(days=1))
    assert ids(captured) == {NEW.id}
    # NEW is of the tree, OLD of a file that was not read.
    assert [each.id for each in captured.posts_since(REPLY.posted_at)] == [NEW.id, OLD.id]
    assert [each.id for each in captured.posts_since(OLD.posted_at)] == [NEW.id]
    assert list(captured.posts_since(NEW.posted_at)) == []
    assert [{each.id for each in posts} for posts in captured.posts_by_file()] == [{NEW.id}, {REPLY.id}, {OLD.id}]
    captured.close()


def test_ids_come_in_groups_of_few_files(captured: PartialTree, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [NEW.id, OLD.id, REPLY.id, "bluesky:no/1"]
    assert list(captured.in_few_files(wanted)) == [["bluesky:no/1", REPLY.id, OLD.id, NEW.id]]
    monkeypatch.setattr(partial, "_FILES_AT_ONCE", 2)
    assert list(captured.in_few_files(wanted)) == [["bluesky:no/1", REPLY.id], [OLD.id, NEW.id]]
    assert list(captured.in_few_files([])) == []
    captured.close()


def test_what_was_saved_and_released_is_read_again(captured: PartialTree) -> None:
    captured.read_posts([NEW.id])
    captured.tree.add_post(post("newer"))
    assert [path.relative_to(captured.store.root).as_posix() for path in captured.save()] == [post_path(NEW)]
    captured.release()
    assert captured.tree.posts == {}
    captured.read_posts(["bluesky:ada/newer"])
    assert ids(captured) == {NEW.id, "bluesky:ada/newer"}
    captured.close()


@pytest.mark.parametrize("how", ["another day", "unsorted", "twice", "damaged", "more than may stand there"])
def test_a_file_that_the_store_would_write_otherwise_is_read_at_once(tmp_path: Path, how: str) -> None:
    first, second = post("1"), post("2")
    encode = msgspec.json.Encoder().encode_lines
    content = {
        "another day": encode([OLD]),
        "unsorted": encode([second, first]),
        "twice": encode([first, first]),
        "damaged": encode([first]) + b"damaged\n",
        "more than may stand there": encode([first]),
    }[how]
    path = tmp_path / "data" / post_path(first)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    def reduce(whole: Post) -> Post:
        return msgspec.structs.replace(whole, text=None) if how == "more than may stand there" else whole

    captured = PartialTree(Store(tmp_path / "data", tmp_path / "cache"), reduce=reduce)
    assert captured.tree.posts
    captured.close()


@pytest.mark.parametrize("how", ["as written", "another month", "unsorted", "authors to be mended"])
def test_a_file_of_papers_is_read_at_once_where_it_is_not_as_the_store_writes_it(tmp_path: Path, how: str) -> None:
    second = paper("2611.00002")
    encode = msgspec.json.Encoder().encode_lines
    content = {
        "as written": encode([PAPER, second]),
        "another month": encode([OTHER]),
        "unsorted": encode([second, PAPER]),
        "authors to be mended": encode([paper(authors=("Ada Example", "Jr."))]),
    }[how]
    path = tmp_path / "data" / paper_path(PAPER)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    captured = PartialTree(Store(tmp_path / "data", tmp_path / "cache"))
    assert bool(captured.tree.papers) is (how != "as written")
    captured.close()


def test_posts_that_lack_a_paper_and_those_that_name_a_newer_version_are_found(tmp_path: Path) -> None:
    lacking = post("lacking", hours=60, papers=("2611.00007",))
    newer = post("newer", hours=-2, text="arxiv.org/abs/2611.00001v3")
    tree = Tree()
    for each in (lacking, newer, NEW):
        tree.add_post(each)
    tree.add_paper(PAPER)
    Store(tmp_path / "data").save(tree)
    captured = PartialTree(Store(tmp_path / "data", tmp_path / "cache"))
    captured.read_posts_lacking_papers()
    assert ids(captured) == {lacking.id}
    captured.read_posts_naming_newer_versions()
    assert newer.id in ids(captured)
    captured.close()


def test_texts_are_kept_for_posts_whose_files_were_not_read(tmp_path: Path, captured: PartialTree) -> None:
    texts = {OLD.id: OLD, "bluesky:no/1": post("1", who="no")}
    captured.save_texts(texts)
    assert set(captured.store.load_texts()) == {OLD.id}
    captured.close()


def test_a_store_names_the_ids_of_a_file_without_reading_it_into_the_tree(tmp_path: Path) -> None:
    Store(tmp_path).save(Tree(posts={NEW.id: NEW}, papers={PAPER.id: PAPER}))
    store = Store(tmp_path)
    tree = store.open()
    assert store.ids_of(post_path(NEW)) == {NEW.id}
    assert store.ids_of(paper_path(PAPER)) == {PAPER.id}
    assert not store.has_read(post_path(NEW))
    assert tree.posts == {}


def test_a_store_that_was_not_read_is_not_written_over(tmp_path: Path) -> None:
    Store(tmp_path).save(Tree(posts={NEW.id: NEW}))
    with pytest.raises(StoreError, match=r"load first"):
        Store(tmp_path).save(Tree(posts={OLD.id: OLD}))
    assert set(Store(tmp_path).load().posts) == {NEW.id}


def test_without_a_cache_no_text_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(Tree(posts={NEW.id: NEW}))
    store.save_texts({NEW.id: NEW}, store.load())
    assert store.load_texts() == {}
