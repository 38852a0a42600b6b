"""A digest has an entry for each day and week that is over, and none that changes after it is out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from generator.finding.mentions import mentions_by_paper
from generator.model.persons import Persons
from generator.model.records import Counts, Paper, Post
from generator.model.site import Digest, Period
from generator.ranking.digests import ISSUES_MAX, WAITED, DigestScope, make_digests
from generator.ranking.lists import Captured
from generator.ranking.rank import Formula, value_mentions
from tests.site_samples import WEIGHTS, a_paper, a_post

PAPERS = [a_paper(f"2611.{number:05d}", f"Paper {number}") for number in range(1, 60)]
THURSDAY = datetime(2026, 11, 19, tzinfo=UTC)
LENGTHS: dict[Period, int] = {"daily": 20, "weekly": 30}
MORNING_AFTER = THURSDAY + timedelta(days=1) + WAITED


def posted(number: int, paper: int, at: datetime, *, seen_h: float = 1) -> Post:
    return a_post(number, f"2611.{paper:05d}", posted_at=at, seen_at=at + timedelta(hours=seen_h))


def digests(posts: list[Post], now: datetime, unknown: frozenset[str] = frozenset()) -> tuple[Digest, ...]:
    papers: dict[str, Paper] = {paper.id: paper for paper in PAPERS}
    formula = Formula(half_life_days=2.5, weights=WEIGHTS)
    ballots = value_mentions(mentions_by_paper(posts), papers, formula, Persons((), {}))
    captured = Captured(papers=papers, ballots=ballots, formula=formula, now=now)
    scope = DigestScope(below="", title="", ballots=ballots)
    return make_digests(captured, scope, lengths=LENGTHS, unknown=unknown)


def told(digest: Digest) -> dict[str, list[str]]:
    return {issue.first_on.isoformat(): [each.paper.id for each in issue.papers] for issue in digest.issues}


def test_a_day_is_published_in_the_morning_after_and_not_before() -> None:
    posts = [posted(1, 1, THURSDAY + timedelta(hours=23))]
    assert told(digests(posts, MORNING_AFTER - timedelta(seconds=1))[0]) == {}
    assert told(digests(posts, MORNING_AFTER)[0]) == {"2026-11-19": ["2611.00001"]}


def test_a_day_begins_and_ends_at_midnight_utc() -> None:
    midnight, second = THURSDAY, timedelta(seconds=1)
    posts = [
        posted(1, 1, midnight - second),
        posted(2, 2, midnight),
        posted(3, 3, midnight + timedelta(days=1) - second),
    ]
    daily, _ = digests(posts, MORNING_AFTER)
    assert told(daily)["2026-11-18"] == ["2611.00001"]
    assert set(told(daily)["2026-11-19"]) == {"2611.00002", "2611.00003"}


def test_a_week_begins_on_monday_and_comes_when_it_is_over() -> None:
    monday = datetime(2026, 11, 16, tzinfo=UTC)
    posts = [
        posted(1, 1, monday),
        posted(2, 2, monday + timedelta(days=6, hours=23)),
        posted(3, 3, monday - timedelta(hours=1)),
    ]
    _, weekly = digests(posts, monday + timedelta(days=7) + WAITED)
    assert set(told(weekly)["2026-11-16"]) == {"2611.00001", "2611.00002"}
    assert weekly.issues[0].last_on == date(2026, 11, 22)
    assert weekly.path == "digest/weekly/"
    assert "2026-11-16" not in told(digests(posts, monday + timedelta(days=7))[1])


def test_papers_are_ranked_by_people_within_the_day() -> None:
    posts = [posted(number, 2, THURSDAY + timedelta(hours=number)) for number in (1, 2, 3)]
    posts += [posted(10, 1, THURSDAY + timedelta(hours=9))]
    posts += [posted(number, 1, THURSDAY - timedelta(hours=number)) for number in range(11, 20)]
    issue = digests(posts, MORNING_AFTER)[0].issues[0]
    assert [(each.rank, each.paper.id, each.captured) for each in issue.papers] == [
        (1, "2611.00002", 3),
        (2, "2611.00001", 1),
    ]


def test_an_issue_that_is_out_stays_as_it_is_and_what_is_seen_later_comes_in_the_next() -> None:
    posts = [posted(number, number, THURSDAY + timedelta(hours=number)) for number in range(1, 6)]
    before = digests(posts, MORNING_AFTER)[0].issues[0]
    liked = [msgspec.structs.replace(post, counts=Counts(likes=number * 100)) for number, post in enumerate(posts)]
    late = [posted(number, 9, THURSDAY + timedelta(hours=2), seen_h=40) for number in range(20, 30)]
    newer = [posted(number, 3, MORNING_AFTER + timedelta(hours=number)) for number in range(40, 50)]
    friday, thursday = digests([*liked, *late, *newer], MORNING_AFTER + timedelta(days=1))[0].issues
    assert [ranked.paper for ranked in thursday.papers] == [ranked.paper for ranked in before.papers]
    assert [(ranked.paper.id, ranked.captured) for ranked in friday.papers] == [("2611.00009", 10)]


@pytest.mark.parametrize(
    ("posted_h", "seen_h", "day"),
    [
        pytest.param(23, 7, "2026-11-19", id="as long as the day waits"),
        pytest.param(23, 7.1, "2026-11-20", id="after it closed"),
        pytest.param(25, 1, "2026-11-20", id="a post of the next day waits for its own day"),
        pytest.param(2, 71, "2026-11-21", id="nearly three days late"),
        pytest.param(2, 73, None, id="an archive"),
    ],
)
def test_every_post_that_is_seen_within_three_days_counts_in_one_issue(
    posted_h: float, seen_h: float, day: str | None
) -> None:
    post = posted(1, 1, THURSDAY + timedelta(hours=posted_h), seen_h=seen_h)
    daily, _ = digests([post], MORNING_AFTER + timedelta(days=9))
    assert told(daily) == ({day: ["2611.00001"]} if day else {})


def test_days_without_a_paper_and_papers_without_a_title_are_left_out() -> None:
    posts = [posted(1, 1, THURSDAY), posted(2, 2, THURSDAY), posted(3, 3, THURSDAY - timedelta(days=2))]
    daily, _ = digests(posts, MORNING_AFTER, unknown=frozenset({"2611.00002", "2611.00003"}))
    assert told(daily) == {"2026-11-19": ["2611.00001"]}


def test_an_issue_ends_somewhere_and_counts_the_rest() -> None:
    posts = [posted(number, number, THURSDAY + timedelta(minutes=number)) for number in range(1, 50)]
    daily, _ = digests(posts, MORNING_AFTER)
    assert len(daily.issues[0].papers) == LENGTHS["daily"]
    assert daily.issues[0].more == 49 - LENGTHS["daily"]


def test_a_digest_keeps_the_last_issues_only() -> None:
    posts = [posted(number, 1, THURSDAY - timedelta(days=number)) for number in range(100)]
    daily, weekly = digests(posts, MORNING_AFTER)
    assert [len(daily.issues), len(weekly.issues)] == [ISSUES_MAX["daily"], ISSUES_MAX["weekly"]]
    assert [issue.first_on for issue in daily.issues] == sorted(
        (issue.first_on for issue in daily.issues), reverse=True
    )
