"""What is gone stays away from a tree, and nothing in it points there, whichever way it came about."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from generator.model.records import Announced, Kind, PendingPaper, Post
from generator.model.tree import Tree
from tests.make import NOON, paper, post

NAMES = [f"bluesky:ada/{number}" for number in range(8)]


@st.composite
def posts(draw: st.DrawFn) -> list[Post]:
    found = []
    for number in draw(st.sets(st.integers(0, 7))):
        kinds: list[Kind] = ["post", "repost", "quote", "reply", "like"]
        kind = kinds[number % 5]
        found.append(post(str(number), kind=kind, of=None if kind == "post" else NAMES[(number * 3 + 1) % 8]))
    return found


def tree_of(some: list[Post], gone: set[str]) -> Tree:
    tree = Tree()
    tree.remove_posts(gone, "2026-11-20")
    for each in some:
        tree.add_post(each)
    return tree


GONE = st.sets(st.sampled_from(NAMES), max_size=3)


@given(posts(), GONE, posts(), GONE)
def test_a_union_of_trees_with_gone_posts_is_the_same_in_either_order(
    ours: list[Post], our_gone: set[str], theirs: list[Post], their_gone: set[str]
) -> None:
    one, other = tree_of(ours, our_gone), tree_of(theirs, their_gone)
    left, right = copy.deepcopy(one), copy.deepcopy(other)
    left.union(other)
    right.union(one)
    assert (left.posts, left.gone) == (right.posts, right.gone)
    assert left.gone.keys() == our_gone | their_gone


@given(posts(), GONE)
def test_whether_posts_come_before_or_after_they_are_gone_changes_nothing(some: list[Post], gone: set[str]) -> None:
    before = tree_of(some, set())
    before.remove_posts(gone, "2026-11-20")
    after = tree_of(some, gone)
    assert (before.posts, before.gone) == (after.posts, after.gone)


@given(posts(), GONE)
def test_nothing_in_a_tree_is_gone_echoes_or_names_what_is_gone(some: list[Post], gone: set[str]) -> None:
    tree = tree_of(some, gone)
    for each in tree.posts.values():
        assert each.id not in gone
        assert each.of not in gone
    stays = {
        each.id for each in some if each.id not in gone and not (each.kind in {"repost", "like"} and each.of in gone)
    }
    assert tree.posts.keys() == stays


def test_who_was_told_on_either_side_was_told() -> None:
    tree, other = Tree(), Tree()
    tree.add_announced(Announced(id="2611.00001", on={"slack": "2026-11-19"}))
    tree.add_announced(Announced(id="2611.00001", on={"email": "2026-11-20"}))
    other.add_announced(Announced(id="2611.00002", on={"slack": "2026-11-20"}))
    tree.union(other)
    assert {told.id: told.on for told in tree.announced.values()} == {
        "2611.00001": {"email": "2026-11-20", "slack": "2026-11-19"},
        "2611.00002": {"slack": "2026-11-20"},
    }


def test_a_paper_that_is_known_is_not_waited_for() -> None:
    tree = Tree()
    tree.add_paper(paper("2611.00001"))
    for paper_id in ("2611.00001", "2611.00002"):
        tree.add_pending(PendingPaper(id=paper_id, next_at=NOON, first_at=NOON))
    assert list(tree.pending) == ["2611.00002"]
    tree.add_paper(paper("2611.00002"))
    assert tree.pending == {}
