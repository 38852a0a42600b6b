"""The made-up data tree: deterministic, varied, valid, dated up to now, and clearly of nobody."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from generator.fetch.archives.json_lines import parse_record
from generator.finding import arxiv_id
from generator.finding.mentions import find_papers
from generator.model.tree import Tree
from generator.sample import MADE_UP, PAPERS, POSTS, TRACKERS, WRITTEN_AT, is_made_up, make_sample
from tests import make

NOW = datetime(2027, 3, 1, 6, 30, tzinfo=UTC)
TREE = make_sample(NOW)


def encoded(tree: Tree) -> bytes:
    return msgspec.json.encode([tree.papers, tree.posts, tree.pending, tree.states], order="sorted")


def test_it_is_as_large_as_promised_and_the_same_each_time() -> None:
    assert (len(TREE.papers), len(TREE.posts), len(TREE.pending)) == (PAPERS, POSTS, 1)
    assert encoded(make_sample(NOW)) == encoded(TREE)


def test_abstracts_differ_and_have_formulas() -> None:
    assert len({paper.title for paper in TREE.papers.values()}) == PAPERS
    assert sum("$" in paper.abstract for paper in TREE.papers.values()) >= 40
    assert all(350 < len(paper.abstract) < 1500 for paper in TREE.papers.values())
    assert all(paper.abstract.count("$") % 2 == 0 for paper in TREE.papers.values())


def test_every_kind_of_page_has_something_to_show() -> None:
    papers, posts = TREE.papers.values(), TREE.posts.values()
    kinds = Counter((post.network, post.kind) for post in posts)
    assert {kind for _, kind in kinds} == {"post", "repost", "quote", "reply", "like"}
    assert {network for network, _ in kinds} == {"x", "bluesky"}
    assert {name for post in posts for name in post.trackers} == {name for name, _, _ in TRACKERS}
    assert {paper.id.partition("/")[0] for paper in papers if "/" in paper.id} >= {"hep-th", "math"}
    assert any(paper.id.startswith("0906.") for paper in papers)
    assert max(len(paper.authors) for paper in papers) == 40
    assert any("خيالية" in author for paper in papers for author in paper.authors)
    assert any(paper.withdrawn for paper in papers)
    assert any(paper.version > 1 for paper in papers)
    assert any(post.account.bot for post in posts)
    assert any(len(post.papers) > 1 for post in posts)
    assert any(post.lang == "ar" for post in posts)
    assert any(paper_id in TREE.pending for post in posts for paper_id in post.papers)
    talked = {paper_id for post in posts for paper_id in post.papers}
    old = [paper for paper in papers if paper.submitted_at and NOW - paper.submitted_at > timedelta(days=365)]
    assert [paper for paper in old if paper.id in talked]


def test_one_person_explains_a_paper_in_a_thread() -> None:
    posts = TREE.posts
    threads = [
        post
        for post in posts.values()
        if post.kind == "reply"
        and post.of
        and posts[post.of].account == post.account
        and posts[post.of].kind == "reply"
    ]
    assert len(threads) == 1
    assert threads[0].papers


def test_posts_from_x_have_ids_only() -> None:
    for post in TREE.posts.values():
        if post.network == "x":
            assert (post.text, post.counts, post.links, post.lang) == (None, None, (), None)
            assert (post.account.handle, post.account.name) == (None, None)


def test_nothing_in_it_exists() -> None:
    for paper in TREE.papers.values():
        assert MADE_UP in (paper.comment or "")
        number = int(paper.id.partition("/")[2][4:] or paper.id[5:])
        assert number >= (870 if "/" in paper.id else 9870)
    for post in TREE.posts.values():
        if post.network == "bluesky":
            assert "made" in str(post.account.name)
            assert str(post.account.handle).endswith(".example")
            assert "did:plc:madeup" in post.account.id
    assert is_made_up(TREE)
    assert is_made_up(Tree())
    assert not is_made_up(Tree(posts={"a": make.post()}))
    assert not is_made_up(Tree(papers={"a": make.paper()}))


def test_every_record_would_be_accepted_from_a_file() -> None:
    for record in (*TREE.posts.values(), *TREE.papers.values()):
        assert parse_record(msgspec.json.decode(msgspec.json.encode(record)), NOW) == record


def test_posts_come_after_their_papers_and_targets_and_before_now() -> None:
    for post in TREE.posts.values():
        assert NOW - timedelta(days=60) < post.posted_at <= post.seen_at <= NOW
        if post.of:
            assert TREE.posts[post.of].posted_at <= post.posted_at
            assert TREE.posts[post.of].network == post.network
            assert set(post.papers) & set(TREE.posts[post.of].papers)
        for paper_id in post.papers:
            paper = TREE.papers.get(paper_id)
            assert paper is None or (paper.submitted_at and paper.submitted_at <= post.posted_at)


def test_the_links_of_a_post_name_its_papers() -> None:
    linking = [post for post in TREE.posts.values() if post.links]
    assert len(linking) > 100
    assert all(find_papers(post) == post.papers for post in linking)


def test_few_papers_get_most_of_the_attention() -> None:
    counts = Counter(paper_id for post in TREE.posts.values() for paper_id in post.papers).most_common()
    assert counts[0][1] >= 5 * counts[len(counts) // 2][1] >= 5


def test_ids_fit_the_month_of_submission() -> None:
    for paper in TREE.papers.values():
        assert paper.submitted_at is not None
        assert (paper.submitted_at.year, paper.submitted_at.month) == arxiv_id.month_of(paper.id)


@pytest.mark.parametrize(
    "now", [WRITTEN_AT, NOW, datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)]
)
def test_it_is_never_old_and_loses_nothing_at_any_time(now: datetime) -> None:
    tree = make_sample(now)
    assert (len(tree.papers), len(tree.posts)) == (PAPERS, POSTS)
    assert now - max(post.posted_at for post in tree.posts.values()) < timedelta(hours=2)
    assert max(post.seen_at for post in tree.posts.values()) <= now
    old = {
        paper.id for paper in tree.papers.values() if paper.submitted_at and paper.submitted_at.year < 2022 < now.year
    }
    assert now.year < 2022 or old >= {"hep-th/9901870", "0906.9870", "1602.90000"}


@pytest.mark.parametrize(("papers", "posts"), [(0, 0), (1, 1), (5, 12), (60, 300)])
def test_a_part_of_it_is_whole(papers: int, posts: int) -> None:
    tree = make_sample(NOW, papers, posts)
    assert (len(tree.papers), len(tree.posts)) == (papers, posts)
    assert {paper_id for post in tree.posts.values() for paper_id in post.papers} <= tree.papers.keys() | tree.pending
