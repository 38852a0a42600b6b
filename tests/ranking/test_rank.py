"""One person one vote, decay, windows, bots, ties: what docs/ranking.md promises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.finding.mentions import mentions_by_paper
from generator.model.persons import Persons
from generator.model.records import Account, Counts, NetworkState, Paper, Post, RankedPaper
from generator.ranking.rank import Formula, choose, rank_newest, rank_trending, value_mentions
from tests.make import NOON, paper, post

FORMULA = Formula(half_life_days=2.5, weights={"post": 1, "quote": 1, "reply": 0.6, "repost": 0.5, "like": 0.25})


def ranking(posts: Iterable[Post], papers: Iterable[Paper] = (paper(),), **options: Any) -> tuple[RankedPaper, ...]:
    by_id = {each.id: each for each in papers}
    people = options.pop("people", ())
    states = options.pop("states", {})
    newest = options.pop("newest", False)
    counts = options.pop("counts", lambda _: True)
    ballots = value_mentions(mentions_by_paper(posts), by_id, FORMULA, Persons(people, states))
    rank = rank_newest if newest else rank_trending
    return rank(by_id, choose(ballots, counts), now=NOON, formula=FORMULA, **options)


def score(*posts: Post, **options: Any) -> float:
    return ranking(posts, span="all", **options)[0].score


def test_one_person_is_one_vote_however_often_they_post() -> None:
    assert score(*(post(str(n)) for n in range(9))) == 1
    assert score(post("1"), post("2", who="bo")) == 2


def test_accounts_that_the_owner_says_are_one_person_vote_once() -> None:
    mine = [post("1", network="x", who="ada", text=None), post("1", network="bluesky", who="ada")]
    assert score(*mine) == 2
    assert score(*mine, people=[["x:ada", "bluesky:ada.example"]]) == 1


def test_a_person_is_found_by_the_account_id_that_a_look_up_gave() -> None:
    mine = [
        post("1", network="x", account=Account(id="x:42"), text=None),
        post("1", account=Account(id="bluesky:did:plc:1", handle="new-name.example")),
    ]
    states = {
        "x": NetworkState(accounts={"ada": "x:42"}),
        "bluesky": NetworkState(accounts={"ada.example": "bluesky:did:plc:1"}),
    }
    assert score(*mine, people=[["x:ada", "bluesky:ada.example"]], states=states) == 1


@pytest.mark.parametrize(
    ("kind", "weight"), [("post", 1), ("quote", 1), ("reply", 0.6), ("repost", 0.5), ("like", 0.25)]
)
def test_the_strongest_thing_counts_with_its_weight(kind: str, weight: float) -> None:
    assert score(post("1", kind=kind)) == weight
    assert score(post("1", kind=kind), post("2", kind="like")) == weight


def test_a_vote_halves_every_half_life_and_does_not_decay_inside_a_window() -> None:
    old = post("1", hours=5 * 24)
    assert ranking([old])[0].score == 0.25
    assert ranking([old], span="week")[0].score == 1
    assert ranking([old], span="day") == ()


HOURS = st.integers(0, 300) | st.integers(0, 50_000)
VOTES = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(0, 300) | st.integers(0, 50_000),
        st.sampled_from(["post", "reply", "repost", "like"]),
    ),
    min_size=1,
    max_size=4,
)


@example([(0, 1, "post")], [(1, 200, "post"), (2, 200, "post")], 365, 2.5)
@given(VOTES, VOTES, st.integers(0, 9_000), st.sampled_from([0.01, 2.5, 400]))
def test_waiting_alone_never_changes_the_order_of_two_papers(one: Any, other: Any, days: int, half_life: float) -> None:
    papers = {each.id: each for each in (paper("2009.00001"), paper("2009.00002"))}
    posts = [
        post(f"{paper_id[-1]}{n}", papers=(paper_id,), who=str(who), hours=hours, kind=kind)
        for paper_id, votes in zip(papers, (one, other), strict=True)
        for n, (who, hours, kind) in enumerate(votes)
    ]
    formula = Formula(half_life_days=half_life, weights=FORMULA.weights)

    def order_at(now: datetime) -> list[str]:
        ballots = value_mentions(mentions_by_paper(posts), papers, formula, Persons((), {}))
        return [each.paper.id for each in rank_trending(papers, ballots, now=now, formula=formula)]

    assert order_at(NOON) == order_at(NOON + timedelta(days=days))


def test_trending_is_by_the_newest_votes_years_after_the_last_post() -> None:
    papers = [paper("2009.00001"), paper("2009.00002")]
    many_old = [post(str(n), papers=("2009.00001",), hours=24 * 365 * 6, who=f"p{n}") for n in range(9)]
    one_newer = post("new", papers=("2009.00002",), hours=24 * 365 * 4)
    ranked = ranking([*many_old, one_newer], papers)
    assert [each.paper.id for each in ranked] == ["2009.00002", "2009.00001"]
    assert all(each.score > 0 for each in ranked)


def test_the_same_ballots_are_counted_anew_for_another_time() -> None:
    ballots = value_mentions(mentions_by_paper([post("1")]), {paper().id: paper()}, FORMULA, Persons((), {}))
    of_paper = ballots[paper().id]
    before, later = of_paper.tally(NOON, 2.5), of_paper.tally(NOON + timedelta(days=25), 2.5)
    assert (before.score, later.score) == (0.9885, 0.0009653)
    assert of_paper.tally(NOON, 2.5) is before, "lists of one build share it"
    assert of_paper.tally(NOON, None) is of_paper.tally(NOON + timedelta(days=25), None)


def test_of_equally_strong_posts_the_newest_counts_and_a_weaker_one_never_revives_it() -> None:
    assert ranking([post("1", hours=60 * 24), post("2", hours=0)])[0].score == 1
    assert ranking([post("1", hours=5 * 24), post("2", kind="like", hours=0)])[0].score == 0.25


def test_a_bare_title_or_link_counts_half_and_an_unreadable_post_is_not_marked_down() -> None:
    title = paper().title
    assert score(post("1", text=f"{title} https://arxiv.org/abs/2611.00001")) == 0.5
    assert score(post("1", text="")) == 0.5
    assert score(post("1", text=None)) == 1


def test_declared_bots_count_a_tenth_and_are_shown_as_bots() -> None:
    ranked = ranking([post("1", account=Account(id="bluesky:bot", bot=True))], span="all")[0]
    assert (ranked.score, ranked.votes[0].bot) == (0.1, True)


def test_an_account_that_lists_more_than_twenty_papers_a_day_is_a_bot() -> None:
    ids = [f"2611.{n:05}" for n in range(1, 23)]
    papers = [paper(each) for each in ids]
    posts = [post(each, papers=(each,), text=f"https://arxiv.org/abs/{each}") for each in ids]
    assert {ranked.score for ranked in ranking(posts, papers, span="all")} == {0.1}
    assert {ranked.score for ranked in ranking(posts[:20], papers, span="all")} == {0.5}
    spread = [post(each, papers=(each,), text="", hours=int(each[-2:]) * 12) for each in ids]
    assert {ranked.score for ranked in ranking(spread, papers, span="all")} == {0.5}


def test_reported_counts_break_ties_and_never_outvote_a_person() -> None:
    papers = [paper("2611.00001"), paper("2611.00002")]
    loud = post("1", papers=("2611.00002",), counts=Counts(likes=100_000))
    ranked = ranking([post("2"), loud], papers, span="all")
    assert [each.paper.id for each in ranked] == ["2611.00002", "2611.00001"]
    more = post("3", who="bo", kind="like")
    ranked = ranking([post("2"), more, loud], papers, span="all")
    assert [each.paper.id for each in ranked] == ["2611.00001", "2611.00002"]


def test_ties_go_to_the_more_captured_then_the_newer_then_the_larger_id() -> None:
    papers = [paper("2611.00001"), paper("2611.00002"), paper("2610.00003"), paper("2609.00004")]
    posts = [post(each.id, papers=(each.id,)) for each in papers]
    again = post("again", papers=("2609.00004",))
    ranked = ranking([*posts, again], papers, span="all")
    assert [each.paper.id for each in ranked] == ["2609.00004", "2611.00002", "2611.00001", "2610.00003"]


def test_newest_sorts_by_submission_and_by_the_month_of_the_id_where_it_is_unknown() -> None:
    papers = [
        paper("2611.00001"),
        paper("2610.00002", submitted_at=None),
        paper("2610.00003"),
        paper("hep-th/9901001", submitted_at=None),
        paper("0704.0001", submitted_at=None),
    ]
    ranked = ranking([], papers, newest=True, unmentioned=[each.id for each in papers])
    assert [each.paper.id for each in ranked] == [
        "2611.00001", "2610.00003", "2610.00002", "0704.0001", "hep-th/9901001",
    ]  # fmt: skip
    assert [each.rank for each in ranked] == [1, 2, 3, 4, 5]


def test_papers_that_nobody_mentions_are_not_ranked() -> None:
    assert ranking([], [paper()]) == ()


def test_a_paper_older_than_a_year_that_comes_back_is_resurfaced() -> None:
    old = paper("2501.00001")
    assert ranking([post("1", papers=(old.id,))], [old])[0].resurfaced
    then = post("1", papers=(old.id,), posted_at=old.submitted_at + timedelta(days=9))  # type: ignore[operator]
    assert not ranking([then], [old])[0].resurfaced


def test_a_view_of_one_tracker_counts_only_its_posts() -> None:
    ranked = ranking(
        [post("1"), post("2", who="bo", trackers=("other",))], counts=lambda each: "other" in each.trackers
    )
    assert (ranked[0].captured, ranked[0].score) == (1, round(0.5 ** (1 / 24 / 2.5), 4))


def test_captured_counts_every_distinct_post_repost_and_like() -> None:
    posts = [post("1"), post("2", kind="repost", who="bo"), post("3", kind="like", who="cy"), post("1")]
    assert ranking(posts[:3])[0].captured == 3


@given(st.permutations([post(str(n), who="abc"[n % 3], hours=n, kind=["post", "repost"][n % 2]) for n in range(8)]))
def test_the_order_of_the_posts_changes_neither_scores_nor_votes(shuffled: list[Post]) -> None:
    assert ranking(shuffled) == ranking(sorted(shuffled, key=lambda each: each.id))


def test_the_score_is_the_sum_of_its_parts() -> None:
    ranked = ranking([post(str(n), who=f"p{n}", hours=n * 20) for n in range(7)])[0]
    assert ranked.score == pytest.approx(sum(vote.score for vote in ranked.votes), abs=1e-4)
    assert [vote.score for vote in ranked.votes] == sorted((vote.score for vote in ranked.votes), reverse=True)
