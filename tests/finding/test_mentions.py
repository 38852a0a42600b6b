"""Which posts are about which papers: own, inherited, and through what."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.finding.mentions import (
    MAX_PASSED_ON,
    THREAD_WITHIN,
    find_papers,
    inherit,
    mentions_by_paper,
    newest_versions,
    unread_hosts,
    with_own_papers,
)
from generator.model.records import Account, Kind, Paper, Post

MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


def make_post(post_id: str, **changes: Any) -> Post:
    fields: dict[str, Any] = {
        "id": post_id,
        "network": "bluesky",
        "kind": "post",
        "url": f"https://bsky.app/{post_id}",
        "account": Account(id="bluesky:did:plc:made-up"),
        "posted_at": MONDAY,
        "seen_at": MONDAY,
    }
    return Post(**{**fields, **changes})


def by_id(*posts: Post) -> dict[str, Post]:
    return {post.id: post for post in posts}


def after_inheriting(posts: dict[str, Post]) -> dict[str, Post]:
    return {**posts, **inherit(posts)}


def test_a_paper_of_a_month_after_the_post_is_none() -> None:
    post = make_post("a", text="arXiv:2611.00001 arXiv:2612.00001", links=("https://arxiv.org/abs/2701.00001",))
    assert find_papers(post) == ("2611.00001",)


def test_a_post_is_about_what_its_links_and_its_text_name() -> None:
    post = make_post(
        "a",
        links=("https://arxiv.org/abs/2611.01234v2", "https://example.org/", "https://arxiv.org/pdf/2611.00001"),
        text="see arXiv:hep-th/9901001, arxiv.org/abs/2611.0… and arXiv:2611.01234",
    )
    assert find_papers(post) == ("2611.00001", "2611.01234", "hep-th/9901001")


def test_own_papers_are_added_to_those_known_before() -> None:
    post = make_post("a", text="arXiv:2611.01234", papers=("2611.00001",))
    assert with_own_papers(post).papers == ("2611.00001", "2611.01234")


def test_a_post_without_news_is_the_same_object() -> None:
    post = make_post("a", text="arXiv:2611.01234", papers=("2611.00001", "2611.01234"))
    assert with_own_papers(post) is post


def test_the_highest_version_that_anybody_names_counts() -> None:
    posts = [
        make_post("a", links=("https://arxiv.org/abs/2611.01234v2",)),
        make_post("b", text="arXiv:2611.01234v11 and arXiv:hep-th/9901001v3"),
        make_post("c", links=("https://arxiv.org/abs/2611.01234v9", "https://arxiv.org/abs/2611.00001")),
    ]
    assert newest_versions(posts) == {"2611.01234": 11, "hep-th/9901001": 3}


@pytest.mark.parametrize("kind", ["repost", "quote", "reply", "like"])
def test_every_kind_that_points_at_a_post_inherits_its_papers(kind: Kind) -> None:
    posts = by_id(make_post("a", kind=kind, of="b"), make_post("b", papers=("2611.00001",)))
    assert inherit(posts) == {"a": make_post("a", kind=kind, of="b", papers=("2611.00001",))}


def test_inherited_papers_join_own_ones_and_only_changed_posts_come_back() -> None:
    posts = by_id(
        make_post("a", kind="repost", of="b"),
        make_post("b", kind="quote", of="c", papers=("2611.00002",)),
        make_post("c", papers=("2611.00001",)),
        make_post("d", kind="repost", of="unknown", papers=("2611.00003",)),
        make_post("e", kind="reply", of="f"),
        make_post("f"),
    )
    changed = inherit(posts)
    assert {post_id: post.papers for post_id, post in changed.items()} == {
        "a": ("2611.00001", "2611.00002"),
        "b": ("2611.00001", "2611.00002"),
    }


def test_posts_that_point_at_each_other_share_their_papers() -> None:
    posts = by_id(
        make_post("tail", kind="repost", of="a"),
        make_post("a", kind="reply", of="b", papers=("2611.00001",)),
        make_post("b", kind="reply", of="c"),
        make_post("c", kind="reply", of="a", papers=("2611.00002",)),
        make_post("self", kind="quote", of="self", papers=("2611.00003",)),
    )
    after = after_inheriting(posts)
    for post_id in ("tail", "a", "b", "c"):
        assert after[post_id].papers == ("2611.00001", "2611.00002")
    assert after["self"].papers == ("2611.00003",)


def test_trackers_and_all_else_stay_as_they_are() -> None:
    posts = by_id(
        make_post("a", kind="quote", of="b", trackers=("mine",), text="look at this"),
        make_post("b", papers=("2611.00001",), trackers=("other",)),
    )
    after = after_inheriting(posts)
    assert after["b"] == posts["b"]
    assert after["a"] == msgspec.structs.replace(posts["a"], papers=("2611.00001",))


def below(name: str, head: str = "head", **changes: Any) -> Post:
    """The same account's reply to its post."""
    fields = {"kind": "reply", "of": head, "papers": ("2611.00001",), "posted_at": MONDAY + timedelta(minutes=2)}
    return make_post(name, **{**fields, **changes})


def test_a_post_that_names_no_paper_has_those_of_its_accounts_own_reply_to_it() -> None:
    posts = by_id(make_post("head"), below("paper"), make_post("again", kind="repost", of="head"))
    after = after_inheriting(posts)
    assert after["head"] == make_post("head", papers=("2611.00001",), in_thread=True)
    assert after["again"].papers == ("2611.00001",)
    assert not after["again"].in_thread
    assert after["paper"] == posts["paper"]
    assert inherit(after) == {}
    assert mentions_by_paper([after["head"]])["2611.00001"][0].through == "thread"


def test_of_several_replies_of_ones_own_all_that_name_papers_count() -> None:
    posts = by_id(make_post("head"), below("1"), below("2", papers=("2611.00002",)), below("3", papers=()))
    both = ("2611.00001", "2611.00002")
    assert {post_id: post.papers for post_id, post in after_inheriting(posts).items()} == dict.fromkeys(posts, both)


@pytest.mark.parametrize(
    "posts",
    [
        pytest.param((make_post("head", papers=("2611.00009",)), below("1")), id="the post names a paper itself"),
        pytest.param(
            (make_post("head"), below("1", account=Account(id="bluesky:did:plc:other"))), id="somebody else answered"
        ),
        pytest.param((make_post("head"), below("1", kind="quote")), id="it is quoted, not answered"),
        pytest.param(
            (make_post("head"), below("1", posted_at=MONDAY + THREAD_WITHIN + timedelta(seconds=1))), id="a day later"
        ),
        pytest.param((make_post("head", kind="reply", of="else"), below("1")), id="it is no first post of a thread"),
        pytest.param((make_post("head"), below("1", papers=()), below("2", head="1")), id="not in the first reply"),
        pytest.param(
            (make_post("head"), below("1", papers=tuple(f"2611.{n:05}" for n in range(MAX_PASSED_ON + 1)))), id="a list"
        ),
    ],
)
def test_no_other_post_below_gives_its_papers_to_the_first(posts: tuple[Post, ...]) -> None:
    assert after_inheriting(by_id(*posts))["head"] == posts[0]


PAPERS = ("2611.00001", "2611.00002", "2611.00003", "hep-th/9901001")


@st.composite
def pointing_posts(draw: st.DrawFn) -> list[Post]:
    size = draw(st.integers(1, 12))
    targets = st.none() | st.integers(0, size + 1).map(str)
    papers = st.lists(st.sampled_from(PAPERS), unique=True, max_size=2).map(sorted).map(tuple)
    return [make_post(str(n), kind="reply", of=draw(targets), papers=draw(papers)) for n in range(size)]


def reached_papers(posts: dict[str, Post], start: str) -> set[str]:
    seen: set[str] = set()
    here: str | None = start
    while here in posts and here not in seen:
        seen.add(here)
        here = posts[here].of
    return {paper_id for post_id in seen for paper_id in posts[post_id].papers}


@given(pointing_posts(), st.randoms())
def test_a_post_has_the_papers_of_all_that_it_reaches_in_any_order(posts: list[Post], random: Any) -> None:
    original = by_id(*posts)
    random.shuffle(posts)
    after = after_inheriting(by_id(*posts))
    for post_id, post in after.items():
        assert post.papers == tuple(sorted(reached_papers(original, post_id)))
    assert inherit(after) == {}


@given(pointing_posts(), st.integers(0, 12))
def test_what_arrives_later_is_inherited_just_the_same(posts: list[Post], arrived: int) -> None:
    first = after_inheriting(by_id(*posts[:arrived]))
    assert after_inheriting({**first, **by_id(*posts[arrived:])}) == after_inheriting(by_id(*posts))


@pytest.mark.slow
def test_a_very_long_chain_is_followed_in_linear_time() -> None:
    size = 100_000
    posts = by_id(*(make_post(str(n), kind="reply", of=str(n + 1)) for n in range(size)))
    posts[str(size)] = make_post(str(size), papers=("2611.00001",))
    start = time.process_time()
    changed = inherit(posts)
    assert time.process_time() - start < 3
    assert len(changed) == size
    assert changed["0"].papers == ("2611.00001",)


def test_a_thread_that_names_a_new_paper_in_every_post_stays_bounded() -> None:
    size = 5_000
    posts = by_id(*(make_post(str(n), kind="reply", of=str(n + 1), papers=(f"2611.{n + 1:05}",)) for n in range(size)))
    after = after_inheriting(posts)
    assert max(len(post.papers) for post in after.values()) == MAX_PASSED_ON + 1
    assert all(f"2611.{n + 1:05}" in after[str(n)].papers for n in range(size))
    assert inherit(after) == {}


def test_a_ring_about_very_many_papers_keeps_each_posts_own() -> None:
    size = MAX_PASSED_ON + 1
    posts = by_id(
        *(make_post(str(n), kind="reply", of=str((n + 1) % size), papers=(f"2611.{n + 1:05}",)) for n in range(size))
    )
    assert inherit(posts) == {}


def test_mentions_come_newest_first_and_by_id_within_a_second() -> None:
    posts = [
        make_post("b", papers=("2611.00001",)),
        make_post("old", papers=("2611.00001",), posted_at=MONDAY - timedelta(days=1)),
        make_post("a", papers=("2611.00001", "2611.00002")),
        make_post("new", papers=("2611.00001",), posted_at=MONDAY + timedelta(seconds=1)),
        make_post("none"),
    ]
    mentions = mentions_by_paper(iter(posts))
    assert [mention.post.id for mention in mentions["2611.00001"]] == ["new", "a", "b", "old"]
    assert [(mention.post.id, mention.paper_id) for mention in mentions["2611.00002"]] == [("a", "2611.00002")]
    assert list(mentions) == ["2611.00001", "2611.00002"]


@pytest.mark.parametrize(
    ("changes", "through"),
    [
        ({"links": ("https://arxiv.org/abs/2611.00001",), "text": "arXiv:2611.00001"}, "link"),
        ({"links": ("https://example.org/",), "text": "arXiv:2611.00001"}, "text"),
        ({}, "link"),
        ({"kind": "quote", "links": ("https://arxiv.org/abs/2611.00001",)}, "link"),
        ({"kind": "quote", "text": "arXiv:2611.00001"}, "text"),
        ({"kind": "quote", "links": ("https://arxiv.org/abs/2611.00002",), "text": "compare"}, "quote"),
        ({"kind": "quote", "links": ("https://evil.example/2611.00001",)}, "quote"),
        ({"kind": "reply", "text": "as in 2611.00001"}, "reply"),
        ({"kind": "repost"}, "repost"),
        ({"kind": "like"}, "like"),
    ],
)
def test_a_mention_says_its_most_direct_reason(changes: dict[str, Any], through: str) -> None:
    post = make_post("a", papers=("2611.00001",), **changes)
    assert [mention.through for mention in mentions_by_paper([post])["2611.00001"]] == [through]


def test_an_encoded_link_is_a_link_too() -> None:
    post = make_post("a", papers=("math/0309136",), links=("https://arxiv.org/abs/math.GT%2F0309136",))
    assert mentions_by_paper([post])["math/0309136"][0].through == "link"


def _many_posts(size: int) -> Iterable[Post]:
    kinds: list[Kind] = ["post", "repost", "quote", "reply"]
    for n in range(size):
        kind = kinds[n % 4]
        yield make_post(
            str(n),
            kind=kind,
            posted_at=MONDAY + timedelta(seconds=n * 7919 % 86_400),
            links=(f"https://arxiv.org/abs/2611.{n % 9973 + 1:05}",) if kind == "post" else (),
            text="this is worth reading, because it explains what everybody had guessed",
            papers=(f"2611.{n % 9973 + 1:05}",),
        )


@pytest.mark.slow
def test_many_posts_are_sorted_into_papers_fast() -> None:
    posts = list(_many_posts(50_000))
    start = time.process_time()
    mentions = mentions_by_paper(posts)
    assert time.process_time() - start < 2  # about 0.2 s; 200,000 posts take about a second
    assert sum(map(len, mentions.values())) == 50_000


def test_real_posts_keep_the_papers_that_they_were_filed_under(shared: Path) -> None:
    lines = (shared / "real/corpus/posts.jsonl").read_bytes()
    posts = msgspec.json.Decoder(Post).decode_lines(lines)
    papers = msgspec.json.Decoder(Paper).decode_lines((shared / "real/corpus/papers.jsonl").read_bytes())
    found = [with_own_papers(post) for post in posts]
    assert all(set(after.papers) >= set(before.papers) for before, after in zip(posts, found, strict=True))
    mentions = mentions_by_paper(found)
    assert sum(map(len, mentions.values())) == sum(len(post.papers) for post in found)
    assert len(mentions.keys() & {paper.id for paper in papers}) > 3_000
    assert inherit(by_id(*found)) == {}


def test_posts_without_a_version_and_chains_that_were_followed_already_end_nothing() -> None:
    posts = [make_post("a", text="no paper"), make_post("b", links=("https://arxiv.org/abs/2611.01234v3",))]
    assert newest_versions(posts) == {"2611.01234": 3}
    chains = {
        post.id: post
        for post in (
            make_post("a", kind="quote", of="b"),
            make_post("b", papers=("2611.00001",)),
            make_post("c", kind="quote", of="d"),
            make_post("d", papers=("2611.00002",)),
        )
    }
    assert {post_id: post.papers for post_id, post in inherit(chains).items()} == {
        "a": ("2611.00001",),
        "c": ("2611.00002",),
    }


def test_hosts_that_look_like_papers_and_name_none_are_counted() -> None:
    links = ("https://one.example/abs/2611.00001", "https://two.example/abs/2611.00002", "https://two.example/about")
    posts = [make_post("a", links=links), make_post("b", links=links[1:])]
    assert unread_hosts(posts) == {"two.example": 2, "one.example": 1}
    assert unread_hosts([make_post("c", links=("https://arxiv.org/abs/2611.00001",))]) == {}


@pytest.mark.parametrize(("count", "passed_on"), [(MAX_PASSED_ON, True), (MAX_PASSED_ON + 1, False)])
def test_exactly_as_many_papers_as_are_passed_on_go_up_a_thread(count: int, passed_on: bool) -> None:
    papers = tuple(sorted(f"2611.{number:05}" for number in range(1, count + 1)))
    posts = by_id(make_post("head"), make_post("below", kind="reply", of="head", papers=papers))
    changed = inherit(posts)
    assert ("head" in changed) is passed_on
