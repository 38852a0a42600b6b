"""What each of many trackers may take of the site: a few have everything, and a crowd takes no more than they."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.configuration import read
from generator.model.tree import Tree
from generator.ranking.size_limits import entries_in_feed, papers_in_list, posts_in_list
from generator.render.make_site import make_site
from generator.views.feed_of_papers import PaperFeeds
from tests.make import NOON, paper, post


@pytest.mark.parametrize("trackers", [0, 1, 8])
def test_a_few_trackers_have_everything(trackers: int) -> None:
    assert (papers_in_list(trackers), posts_in_list(trackers)) == (1000, 6000)
    assert entries_in_feed(trackers, 1000) >= entries_in_feed(trackers, 50) == 50


@given(st.integers(9, 200))
def test_many_take_no_more_together_than_eight(trackers: int) -> None:
    assert trackers * papers_in_list(trackers) <= 8_000
    assert trackers * posts_in_list(trackers) <= 48_000
    assert trackers * entries_in_feed(trackers, 1000) <= 3_000


@given(st.integers(9, 10_000))
def test_every_tracker_has_two_pages_and_a_feed_worth_reading(trackers: int) -> None:
    assert papers_in_list(trackers) >= 40
    assert posts_in_list(trackers) >= 240
    assert entries_in_feed(trackers, 50) >= 15
    assert entries_in_feed(trackers, 5) == 5


def test_a_site_of_very_many_trackers_lists_less_of_each_and_counts_all() -> None:
    tree = Tree()
    for number in range(1, 61):
        tree.add_paper(paper(f"2611.{number:05}"))
        tree.add_post(post(str(number), papers=(f"2611.{number:05}",), trackers=("t0",)))
    rows = ", ".join(f"{{id: t{number}}}" for number in range(200))
    site = make_site(read(f"trackers: [{rows}]".encode()), tree, texts={}, now=NOON)
    lengths = {each.path: len(each.papers) for each in site.listings}
    assert (lengths["t/t0/"], lengths["t/t0/new/"], lengths["t/t0/top/all/"]) == (40, 40, 40)
    assert lengths["new/"] == lengths[""] == 60
    own = next(each for each in site.listings if each.path == "t/t0/")
    assert len(PaperFeeds(site).feed_of(own).entries) == 15
    assert sum("t0" in readers for readers in site.readers.values()) == 60
