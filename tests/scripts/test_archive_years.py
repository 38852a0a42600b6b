"""Old years: what leaves the data is in the archive, what stays is as it was, and both together are the whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.records import GonePost, NetworkState
from generator.model.tree import Tree
from generator.storage.store import Store
from scripts.archive_years import main, part
from scripts.care import CareError, value_of
from tests import make

PAPERS = [f"2611.{number:05}" for number in range(6)]
START = datetime(2024, 12, 30, tzinfo=UTC)
moments = st.integers(0, 370 * 24).map(lambda hours: START + timedelta(hours=hours))
posts = st.lists(st.tuples(moments, st.lists(st.sampled_from(PAPERS), min_size=1, max_size=2, unique=True)), max_size=9)


def tree_of(found: list[tuple[datetime, list[str]]]) -> Tree:
    tree = Tree(gone={"x:9": GonePost(id="x:9", gone_on="2026-01-01")}, states={"x": NetworkState(cursors={"a": "1"})})
    for number, (at, papers) in enumerate(found):
        tree.add_post(make.post(str(number), posted_at=at, seen_at=at, papers=tuple(sorted(papers))))
    for paper in PAPERS:  # those that nobody posts about are there, too: somebody imported them
        tree.add_paper(make.paper(paper))
    return tree


@given(posts, st.sampled_from([2024, 2025, 2026, 2027]))
def test_every_record_is_on_one_side_and_both_are_the_whole(found: list[tuple[datetime, list[str]]], year: int) -> None:
    tree = tree_of(found)
    old, rest = part(tree, year)
    assert all(post.posted_at < datetime(year, 1, 1, tzinfo=UTC) for post in old.posts.values())
    assert all(post.posted_at >= datetime(year, 1, 1, tzinfo=UTC) for post in rest.posts.values())
    assert not old.papers.keys() & rest.papers.keys()
    assert {paper for post in rest.posts.values() for paper in post.papers} <= rest.papers.keys()
    assert set(old.papers) <= {paper for post in old.posts.values() for paper in post.papers}
    assert (rest.states, rest.gone) == (tree.states, tree.gone)
    rest.union(old)
    assert (rest.posts, rest.papers, rest.gone, rest.states) == (tree.posts, tree.papers, tree.gone, tree.states)


def test_an_archive_forgets_what_was_removed_since(tmp_path: Path) -> None:
    data, archive = Store(tmp_path / "data"), Store(tmp_path / "archive")
    old = datetime(2024, 5, 1, tzinfo=UTC)
    data.save(tree_of([(old, [PAPERS[0]]), (old + timedelta(days=1), [PAPERS[1]])]))
    assert main(data.root, archive.root, 2025) == 0
    assert len(archive.load().posts) == 2
    tree = data.load()
    tree.remove_posts(["bluesky:ada/0"], "2026-02-01")
    data.save(tree)
    assert main(data.root, archive.root, 2025) == 0
    assert list(archive.load().posts) == ["bluesky:ada/1"]


def test_where_a_line_cannot_be_read_nothing_is_archived(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = Store(tmp_path / "data")
    data.save(tree_of([(datetime(2024, 5, 1, tzinfo=UTC), [PAPERS[0]])]))
    path = data.root / "posts/bluesky/2024/05/01.jsonl"
    path.write_bytes(path.read_bytes() + b"{torn\n")
    before = path.read_bytes()
    assert main(data.root, tmp_path / "archive", 2025) == 1
    assert "`check` says which" in capsys.readouterr().out
    assert path.read_bytes() == before
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(
    ("verb", "given_", "value"),
    [("archive", " 2026 ", "2026"), ("archive", "2028", None), ("archive", "1991", None), ("archive", "٢٠٢٦", None),
     ("move", "papers/data", "papers/data"), ("move", "main", None), ("move", "archive", None), ("move", "a b", None),
     ("move", "", None), ("move-back", "", ""), ("move-back", "data", None), ("restore", "main", None),
     ("restore", "0" * 40, None)],
)  # fmt: skip
def test_what_was_typed_is_used_or_answered(verb: str, given_: str, value: str | None) -> None:
    today = datetime(2027, 1, 2, tzinfo=UTC)
    if value is None:
        with pytest.raises(CareError, match=r"Say |Leave "):
            value_of(verb, given_, "main", today)
    else:
        assert value_of(verb, given_, "main", today) == value
