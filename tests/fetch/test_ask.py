"""Which papers are asked about again because a post names a newer version."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from generator.fetch.ask_arxiv import newly_named
from generator.model.records import Post
from generator.model.tree import Tree
from tests.make import NOON, paper, post

LATER = NOON + timedelta(hours=1)
NEWER = ("https://arxiv.org/abs/2611.00001v2",)


def tree_with(*posts: Post, **fields: Any) -> Tree:
    tree = Tree()
    tree.add_paper(paper(**fields))
    for each in posts:
        tree.add_post(each)
    return tree


def test_a_version_is_asked_for_by_posts_that_came_after_the_last_answer_and_by_no_others() -> None:
    new, old = post("new", links=NEWER, seen_at=LATER), post("old", links=NEWER, seen_at=NOON)
    assert newly_named(tree_with(new), {}) == {"2611.00001": 2}
    assert newly_named(tree_with(old), {}) == {}, "arXiv was asked when this post came, and did not know the version"
    assert newly_named(tree_with(new, fetched_at=LATER), {}) == {}
    assert newly_named(tree_with(post("none", seen_at=LATER)), {}) == {}


def test_the_highest_version_counts_and_only_of_papers_not_asked_about_since() -> None:
    links = (*NEWER, "https://arxiv.org/abs/2611.00002v4")
    both = post("both", links=links, papers=("2611.00001", "2611.00002"), seen_at=LATER)
    tree = tree_with(both, post("3", links=("https://arxiv.org/pdf/2611.00001v3",), seen_at=LATER))
    tree.add_paper(paper("2611.00002", fetched_at=LATER))
    assert newly_named(tree, {}) == {"2611.00001": 3}


def test_words_that_may_not_stand_in_data_are_read_from_the_cache() -> None:
    full = post("1", network="x", links=NEWER, seen_at=LATER)
    bare = post("1", network="x", text=None, links=(), seen_at=LATER)
    assert newly_named(tree_with(bare), {}) == {}
    assert newly_named(tree_with(bare), {full.id: full}) == {"2611.00001": 2}
