"""Two observations -> one record, the same in either order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.merge import (
    merge_announced,
    merge_gone,
    merge_into,
    merge_papers,
    merge_pending,
    merge_posts,
    merge_states,
)
from generator.model.records import Account, Announced, Counts, GonePost, Kind, NetworkState, Paper, PendingPaper, Post
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


@pytest.mark.parametrize(("network", "kind"), [("x", "like"), ("bluesky", "post")])
def test_likes_and_posts_elsewhere_have_no_editions(network: str, kind: Kind) -> None:
    first, second = (
        post("1", network=network, kind=kind, url=f"https://x.com/i/status/{number}", text=text)
        for number, text in ((9, "a longer text"), (10, "shorter"))
    )
    assert merge_posts(first, second).text == "a longer text"


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


def test_a_post_is_gone_since_the_first_time_that_it_was_found_gone() -> None:
    early, late = (GonePost(id="x:1", gone_on=day) for day in ("2026-11-18", "2026-11-19"))
    assert merge_gone(early, late) is merge_gone(late, early) is early


def test_a_target_was_told_of_a_paper_on_the_first_of_two_days() -> None:
    one = Announced(id="2611.00001", on={"slack": "2026-11-19", "email": "2026-11-18"})
    other = Announced(id="2611.00001", on={"slack": "2026-11-18", "matrix": "2026-11-20"})
    told = {"email": "2026-11-18", "matrix": "2026-11-20", "slack": "2026-11-18"}
    assert merge_announced(one, other) == merge_announced(other, one) == Announced(id="2611.00001", on=told)


@given(observations(), observations())
def test_each_rule_is_the_one_that_is_documented(one: Post, two: Post) -> None:
    merged = merge_posts(one, two)
    assert merged.posted_at == min(one.posted_at, two.posted_at)
    assert merged.seen_at == min(one.seen_at, two.seen_at)
    assert merged.account.bot is (one.account.bot or two.account.bot)
    assert merged.url == min(one.url, two.url, key=len)
    order = ["quote", "reply", "post"]
    assert merged.kind == min(one.kind, two.kind, key=order.index)
    assert len(merged.text or "") == max(len(one.text or ""), len(two.text or ""))
    if one.counts and two.counts and merged.counts:
        for name in ("likes", "reposts", "replies", "quotes"):
            assert getattr(merged.counts, name) == max(getattr(one.counts, name), getattr(two.counts, name))
    else:
        assert merged.counts == (one.counts or two.counts)


def test_a_post_is_in_a_thread_only_as_long_as_no_observation_names_a_paper_itself() -> None:
    below = post(papers=("2611.00001",), in_thread=True)
    silent = post(papers=())
    itself = post(papers=("2611.00001",))
    assert merge_posts(below, silent).in_thread
    assert merge_posts(silent, below).in_thread
    assert not merge_posts(below, itself).in_thread
    assert not merge_posts(itself, below).in_thread


def test_of_two_failures_the_first_is_kept_and_one_of_the_moment_of_a_success_is_over() -> None:
    early, late = (
        NetworkState(failing_since=NOON - timedelta(hours=hours), failure=f"for {hours} hours") for hours in (3, 2)
    )
    assert merge_states(early, late).failure == merge_states(late, early).failure == "for 3 hours"
    assert merge_states(early, late).failing_since == early.failing_since
    well = NetworkState(last_success_at=early.failing_since)
    assert merge_states(early, well).failing_since is None
    assert merge_states(early, well).last_success_at == early.failing_since


def test_of_two_cursors_the_larger_text_is_taken_and_those_of_one_side_stay() -> None:
    one = NetworkState(cursors={"a": {"at": 1}, "b": 7}, waiting=(post("1"),))
    other = NetworkState(cursors={"a": {"at": 2}, "c": 8}, waiting=(post("2"), post("1")))
    merged = merge_states(one, other)
    assert merged == merge_states(other, one)
    assert merged.cursors == {"a": {"at": 2}, "b": 7, "c": 8}
    assert [waiting.id for waiting in merged.waiting] == ["bluesky:ada/1", "bluesky:ada/2"]


def test_merging_in_says_whether_it_changed_anything() -> None:
    known = {"bluesky:ada/1": post("1", text="short")}
    assert merge_into(known, post("2"), merge_posts)
    assert merge_into(known, post("1", text="longer text"), merge_posts)
    assert not merge_into(known, post("1", text="short"), merge_posts)
    assert known["bluesky:ada/1"].text == "longer text"


def test_of_two_observations_of_one_version_the_later_fetch_wins() -> None:
    early, late = (paper(version=2, fetched_at=NOON + timedelta(hours=hours)) for hours in (0, 1))
    assert merge_papers(early, late) is merge_papers(late, early) is late


def test_an_observation_that_says_the_same_is_no_new_record() -> None:
    one, same = post("1"), post("1")
    assert merge_posts(one, same) is one


def test_what_a_network_lacks_is_told_until_it_succeeds() -> None:
    lacking = NetworkState(lacks="a token")
    other = NetworkState(lacks="a name")
    assert merge_states(lacking, other).lacks == merge_states(other, lacking).lacks == "a name"
    assert merge_states(lacking, NetworkState()).lacks == "a token"
    assert merge_states(lacking, NetworkState(last_success_at=NOON)).lacks is None


def test_what_was_spent_on_a_day_is_the_larger_of_two_sums() -> None:
    first = NetworkState(spent_usd={"2026-11-20": 1.0, "2026-11-19": 2.0})
    second = NetworkState(spent_usd={"2026-11-20": 3.0, "2026-11-18": 4.0})
    expected = {"2026-11-18": 4.0, "2026-11-19": 2.0, "2026-11-20": 3.0}
    assert merge_states(first, second).spent_usd == merge_states(second, first).spent_usd == expected
