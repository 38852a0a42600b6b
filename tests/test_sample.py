"""The made-up data tree: deterministic, varied, valid, and clearly of nobody."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.fetch.archives.json_lines import parse_line
from generator.fetch.configuration import load
from generator.finding import arxiv_id
from generator.finding.mentions import find_papers
from generator.model.records import Paper, Post
from generator.model.tree import Tree
from generator.sample import NOW, Size, is_made_up, make_sample
from generator.sample.papers import MADE_UP, Draft, load_drafts
from generator.sample.people import TRACKERS
from tests import make
from tests.conftest import ROOT

DRAFTS = load_drafts()
TREE = make_sample(DRAFTS, Size())


def encoded(tree: Tree) -> bytes:
    return msgspec.json.encode([tree.papers, tree.posts, tree.pending, tree.states], order="sorted")


def test_it_is_as_large_as_promised() -> None:
    assert len(TREE.papers) == 60
    assert len(TREE.posts) == 300
    assert len(TREE.pending) == 1


@pytest.mark.slow
def test_the_same_numbers_give_the_same_tree_in_another_process() -> None:
    code = (
        "import hashlib; from tests.test_sample import TREE, encoded; print(hashlib.sha256(encoded(TREE)).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1
    assert encoded(make_sample(DRAFTS, Size(seed=1))) != encoded(TREE)


def test_there_are_many_different_abstracts_with_formulas() -> None:
    assert len(DRAFTS) >= 24
    assert len({draft.abstract for draft in DRAFTS}) == len(DRAFTS)
    assert sum("$" in draft.abstract for draft in DRAFTS) >= 20
    assert len({paper.title for paper in TREE.papers.values()}) == 60
    assert not any("<<" in paper.title + paper.abstract for paper in TREE.papers.values())
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
        assert parse_line(msgspec.json.encode(record), NOW) == record


def test_posts_come_after_their_papers_and_targets_and_before_now() -> None:
    for post in TREE.posts.values():
        assert datetime(2026, 9, 30, tzinfo=UTC) < post.posted_at <= post.seen_at <= NOW
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


def test_ids_follow_submission_and_fit_their_month() -> None:
    recent = [paper for paper in TREE.papers.values() if paper.id.startswith("2611.")]
    by_time = sorted(recent, key=lambda paper: paper.submitted_at or NOW)
    assert [paper.id for paper in by_time] == sorted(paper.id for paper in recent)
    for paper in TREE.papers.values():
        assert paper.submitted_at is not None
        assert (paper.submitted_at.year, paper.submitted_at.month) == arxiv_id.month_of(paper.id)


def test_the_templates_configuration_has_the_samples_trackers() -> None:
    configured = [(tracker.id, tracker.title, tracker.about) for tracker in load(ROOT / "config.yaml").trackers]
    assert configured == list(TRACKERS)


@pytest.mark.slow
def test_ten_thousand_papers_take_seconds() -> None:
    began = time.process_time()
    tree = make_sample(DRAFTS, Size(papers=10_000, posts=30_000))
    assert time.process_time() - began < 10
    assert (len(tree.papers), len(tree.posts)) == (10_000, 30_000)
    assert len({paper.title for paper in tree.papers.values()}) == 10_000


def test_posts_without_papers_are_refused() -> None:
    with pytest.raises(ValueError, match="one paper at least"):
        make_sample(DRAFTS, Size(papers=0, posts=1))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 120), st.integers(0, 200), st.integers(-5, 5))
def test_any_size_is_exact(papers: int, posts: int, seed: int) -> None:
    tree = make_sample(DRAFTS, Size(papers=papers, posts=posts if papers else 0, seed=seed))
    assert len(tree.papers) == papers
    assert len(tree.posts) == (posts if papers else 0)
    assert all(isinstance(paper, Paper) and key == paper.id for key, paper in tree.papers.items())
    assert all(isinstance(post, Post) and key == post.id for key, post in tree.posts.items())


def test_a_draft_varies_only_where_it_says_so() -> None:
    draft = Draft("physics", ("hep-th",), "On <<one|two>> things", "We show $<<a|b>> > 0$.", ("Nice.",))
    tree = make_sample([draft], Size(papers=30, posts=0))
    titles = {paper.title.partition(", Part")[0] for paper in tree.papers.values()}
    assert titles == {"On one things", "On two things"}
    assert {paper.abstract for paper in tree.papers.values()} == {"We show $a > 0$.", "We show $b > 0$."}
