"""Two observations -> one record, the same in either order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.merge import merge_papers, merge_pending, merge_posts, merge_states
from generator.model.records import Account, Counts, NetworkState, Paper, PendingPaper, Post
from tests.make import NOON, paper, post

words = st.text("abcé ", max_size=6)
moments = st.integers(0, 10_000).map(lambda minutes: NOON - timedelta(minutes=minutes))
names = st.lists(st.sampled_from(["a", "b", "c"]), unique=True).map(lambda each: tuple(sorted(each)))
counts = st.none() | st.builds(Counts, likes=st.integers(0, 9), reposts=st.integers(0, 9))


@st.composite
def observations(draw: st.DrawFn, urls: tuple[str, ...] = ("https://a.example/1", "https://a.example/22")) -> Post:
    """Any two of these may be observations of one post."""
    return post(
        network="x",
        kind=draw(st.sampled_from(["post", "quote", "reply"])),
        of=draw(st.none() | st.sampled_from(["bluesky:b/1", "bluesky:c/1"])),
        url=draw(st.sampled_from(urls)),
        account=Account(id="bluesky:ada", handle=draw(st.none() | words), bot=draw(st.booleans())),
        posted_at=draw(moments),
        seen_at=draw(moments),
        text=draw(st.none() | words),
        links=draw(names),
        papers=draw(names),
        in_thread=draw(st.booleans()),
        counts=draw(counts),
        trackers=draw(names),
    )


@st.composite
def states(draw: st.DrawFn) -> NetworkState:
    failing = draw(st.none() | moments)
    return NetworkState(
        cursors=draw(st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))),
        accounts=draw(st.dictionaries(st.sampled_from("ab"), words)),
        last_success_at=draw(st.none() | moments),
        failing_since=failing,
        failure="down" if failing else None,
    )


EDITIONS = ("https://x.com/i/status/9", "https://x.com/i/status/10", "https://a.example/1")


@given(observations(EDITIONS), observations(EDITIONS), observations(EDITIONS))
def test_merging_posts_does_not_depend_on_the_order(one: Post, two: Post, three: Post) -> None:
    assert merge_posts(one, two) == merge_posts(two, one)
    assert merge_posts(merge_posts(one, two), three) == merge_posts(one, merge_posts(two, three))


@given(observations(), observations())
def test_merging_posts_again_changes_nothing_and_keeps_every_paper_and_link(one: Post, two: Post) -> None:
    merged = merge_posts(one, two)
    assert merge_posts(merged, one) == merged
    assert set(merged.papers) == {*one.papers, *two.papers}
    assert set(merged.links) == {*one.links, *two.links}
    assert set(merged.trackers) == {*one.trackers, *two.trackers}


def test_a_truncated_observation_never_replaces_the_whole_text() -> None:
    whole, cut = post(text="A long post about a paper"), post(text="A long…")
    assert merge_posts(cut, whole).text == merge_posts(whole, cut).text == "A long post about a paper"


def test_the_newest_edition_says_what_a_post_says() -> None:
    old, new = (
        post("1", network="x", url=f"https://x.com/i/status/{number}", text=text, papers=papers)
        for number, text, papers in ((9, "a longer text", ("2611.00001",)), (10, "shorter", ("2611.00002",)))
    )
    public = msgspec.structs.replace(new, text=None)
    for one, other in ((old, new), (new, old)):
        assert merge_posts(one, other).text == "shorter"
        assert merge_posts(one, other).papers == ("2611.00002",)
    assert merge_posts(old, public).text is None


def test_seeing_a_post_again_later_changes_nothing() -> None:
    first = post(counts=Counts(likes=5))
    again = msgspec.structs.replace(first, seen_at=first.seen_at + timedelta(days=1), counts=Counts())
    assert merge_posts(first, again) == first


@settings(max_examples=50)
@given(*(st.builds(paper, version=st.integers(1, 3), title=words, fetched_at=moments) for _ in range(3)))
def test_merging_papers_does_not_depend_on_the_order(one: Paper, two: Paper, three: Paper) -> None:
    assert merge_papers(one, two) == merge_papers(two, one)
    assert merge_papers(merge_papers(one, two), three) == merge_papers(one, merge_papers(two, three))


def test_a_newer_version_wins_over_a_later_fetch() -> None:
    old = paper(version=1, fetched_at=NOON)
    new = paper(version=2, fetched_at=NOON - timedelta(days=9))
    assert merge_papers(old, new) is new


def test_the_paper_that_was_asked_about_more_often_keeps_its_next_time_and_the_first_mention() -> None:
    early = PendingPaper(id="2611.00001", tries=1, next_at=NOON, first_at=NOON - timedelta(hours=3))
    late = PendingPaper(id="2611.00001", tries=2, next_at=NOON + timedelta(hours=6), first_at=NOON)
    assert merge_pending(early, late) == merge_pending(late, early)
    assert merge_pending(early, late).tries == 2
    assert merge_pending(early, late).first_at == early.first_at


@given(states(), states())
def test_merging_states_does_not_depend_on_the_order(one: NetworkState, two: NetworkState) -> None:
    assert merge_states(one, two) == merge_states(two, one)
    assert merge_states(one, one).cursors == dict(sorted(one.cursors.items()))


def test_a_success_after_the_failure_ends_it() -> None:
    failed = NetworkState(failing_since=NOON - timedelta(hours=2), failure="HTTP 503")
    healed: dict[str, Any] = {"last_success_at": NOON - timedelta(hours=1)}
    assert merge_states(failed, NetworkState(**healed)).failure is None
    stale: dict[str, Any] = {"last_success_at": NOON - timedelta(hours=3)}
    assert merge_states(failed, NetworkState(**stale)).failure == "HTTP 503"
