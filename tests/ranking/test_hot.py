"""When a paper becomes hot: by its people or its place, once, and the same whenever the data is read again."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from generator.model.records import Account, Ballot, Counts, Mention, Post
from generator.model.site import Entered
from generator.ranking.hot import hot_papers
from generator.ranking.rank import PaperBallots
from tests.make import NOON, post

DAY = timedelta(days=1)


def said(who: str, hours: float, paper: str = "2611.00001", *, seen: float | None = None, **fields: Any) -> Post:
    """A post `hours` after noon, seen `seen` hours after noon (five minutes after it was posted unless told)."""
    times = {"seen_at": NOON + timedelta(hours=seen)} if seen is not None else {}
    name = f"{paper}/{hours}"
    return post(name, who=who, hours=-hours, papers=(paper,), **times, **fields)


def ballots_of(posts: Iterable[Post]) -> dict[str, PaperBallots]:
    by_paper: dict[str, list[Ballot]] = {}
    for each in sorted(posts, key=lambda one: (one.posted_at, one.id), reverse=True):
        for paper_id in each.papers:
            ballot = Ballot(Mention(each, paper_id, "link"), each.account.id, 1.0, 1.0, True, each.account.bot)
            by_paper.setdefault(paper_id, []).append(ballot)
    return {paper_id: PaperBallots(ballots) for paper_id, ballots in by_paper.items()}


def hot(*posts: Post, people: int = 3, top: int = 0) -> list[tuple[str, float, bool]]:
    """(paper, hours after noon, again) of each hot paper."""
    found = hot_papers(ballots_of(posts), people=people, top=top)
    return [(each.paper_id, (each.at - NOON) / timedelta(hours=1), each.again) for each in found]


BOT = Account(id="bluesky:bot", bot=True)
MONTH = 30 * 24


@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        pytest.param([said("a", 0), said("b", 1)], [], id="two people are not enough"),
        pytest.param([said("a", 0), said("a", 1), said("a", 2), said("b", 3)], [], id="one person is one person"),
        pytest.param([said("a", 0), said("b", 1), said("c", 2), said("d", 3)], [2], id="the third voice dates it"),
        pytest.param([said("a", 0), said("b", 1), said("bot", 2, account=BOT)], [], id="a bot is nobody"),
        pytest.param([said("a", 0), said("b", 700), said("c", 1400)], [1400], id="slowly"),
        pytest.param([said("a", 0), said("b", 1), said("c", MONTH + 2)], [], id="silence starts the count anew"),
        pytest.param(
            [said("a", 0, seen=1), said("b", 1, seen=2), said("c", 5, seen=6), said("d", 3, seen=9)],
            [5],
            id="a post that is seen later changes nothing",
        ),
        pytest.param(
            [said(who, hours, seen=1e4) for hours, who in enumerate("abcd")], [2], id="an archive has its own times"
        ),
    ],
)
def test_people_make_a_paper_hot(posts: list[Post], expected: list[float]) -> None:
    assert [at for _, at, _ in hot(*posts)] == expected


def test_a_paper_that_returns_after_a_month_of_silence_is_hot_again() -> None:
    first = [said(who, hours) for hours, who in enumerate("abc")]
    early = [said(who, MONTH + 1 + hours) for hours, who in enumerate("def")]
    late = [said(who, MONTH + 3 + hours) for hours, who in enumerate("abc")]
    assert hot(*first, *early) == [("2611.00001", 2, False)], "no silence of 30 days"
    assert hot(*first, *late) == [("2611.00001", MONTH + 5, True)]


def test_the_first_of_the_last_24_hours_are_hot_and_equals_share_the_worst_place() -> None:
    crowd = [said("a", number / 10, f"2611.0010{number}") for number in range(5)]
    assert [paper for paper, _, _ in hot(*crowd, top=2)] == ["2611.00101", "2611.00100"]
    lifted = said("b", 2, "2611.00104")
    assert hot(*crowd, lifted, top=2)[0] == ("2611.00104", 2, False)
    next_day = said("a", 26.1, "2611.00200")
    assert hot(*crowd, lifted, next_day, top=2)[0] == ("2611.00200", 26.1, False), "yesterday is forgotten"


def test_a_vote_that_leaves_the_day_leaves_the_persons_weaker_one() -> None:
    """Against a plain count of every moment."""
    chance = random.Random(5)  # noqa: S311
    posts = [
        said(chance.choice("abcdefg"), hours, f"2611.0000{chance.randrange(9)}")
        for hours in sorted(chance.sample(range(400), 120))
    ]
    expected: dict[str, float] = {}
    for newest in posts:
        since = newest.posted_at - DAY
        voices = {(one.papers[0], one.account.id) for one in posts if since < one.posted_at <= newest.posted_at}
        score = {paper: sum(each == paper for each, _ in voices) for paper, _ in voices}
        own = newest.papers[0]
        if sum(each >= score[own] for each in score.values()) <= 2:
            expected.setdefault(own, (newest.posted_at - NOON) / timedelta(hours=1))
    assert {paper: at for paper, at, _ in hot(*posts, people=99, top=2)} == expected


def test_entries_never_change_while_the_site_learns_more() -> None:
    """What was hot after each run is hot with the same date after all of them."""
    chance = random.Random(7)  # noqa: S311
    posts = []
    for number in range(600):
        hours = chance.randrange(0, 240)
        seen = hours + chance.choice((0, 0, 1, 5, 30)) + 1
        posts.append(said(f"p{number % 50}", hours + number / 1e4, f"2611.0{chance.randrange(90):04}", seen=seen))
    known: set[Entered] = set()
    for run in range(0, 280, 7):
        seen_posts = [each for each in posts if each.seen_at <= NOON + timedelta(hours=run)]
        now = set(hot_papers(ballots_of(seen_posts), people=3, top=5))
        assert known <= now
        known = now
    assert len(known) > 50


@pytest.mark.parametrize("every", [1, 4])
def test_a_paper_enters_in_the_very_run_that_sees_its_third_person(every: int) -> None:
    """Of 60 papers on three days, each with four people; a run every hour, or every four."""
    chance = random.Random(12)  # noqa: S311
    posts: list[Post] = []
    third_voice: dict[str, float] = {}
    for number in range(60):
        hours = sorted(chance.uniform(0, 72) for _ in range(4))
        third_voice[f"2611.{number:05}"] = hours[2]
        for who, hour in enumerate(hours):
            run_at = (hour // every + 1) * every
            posts.append(said(f"p{who}", hour, f"2611.{number:05}", seen=run_at))
    delays: dict[str, float] = {}
    for run_at in range(every, 73, every):
        seen_posts = [each for each in posts if each.seen_at <= NOON + timedelta(hours=run_at)]
        for paper_id, _, _ in hot(*seen_posts):
            delays.setdefault(paper_id, run_at - third_voice[paper_id])
    assert delays.keys() == third_voice.keys()
    assert all(0 < delay <= every for delay in delays.values())
    # As posts come at any minute, half an interval is the median.
    assert statistics.median(delays.values()) == pytest.approx(every / 2, rel=0.2)


def test_the_order_of_what_is_given_and_the_counts_of_networks_change_nothing() -> None:
    posts = [said(who, hours % 7, f"2611.0000{hours % 5}") for hours, who in enumerate("abcdefghijklmnop")]
    liked = [msgspec.structs.replace(each, counts=Counts(likes=900)) for each in posts]
    assert hot(*posts, top=2) == hot(*reversed(liked), top=2) != []
