from __future__ import annotations

from datetime import date

from generator.model.records import NetworkState
from generator.views.papers import (
    SPARK_DAYS,
    VOTES_SHOWN,
    body_text,
    captured_text,
    first_seen_text,
    score_view,
    spark_view,
    submission_of,
)
from generator.views.phrases import day
from tests.site_samples import a_paper, a_post, an_id, sample_site

PAPER = a_paper("2611.00001", "On made-up matters")


def test_the_sparkline_counts_the_days_up_to_the_newest_mention() -> None:
    posts = [a_post(0, PAPER.id, hours=30), *(a_post(n, PAPER.id, hours=30 + 24 * 3) for n in (1, 2))]
    posts.append(a_post(3, PAPER.id, hours=24 * 40))

    spark = spark_view(sample_site([PAPER], posts).ranked[PAPER.id])

    assert spark is not None
    assert spark.until == date(2026, 11, 19)
    assert spark.counts == (*(0,) * (SPARK_DAYS - 4), 2, 0, 0, 1)


def test_one_mention_draws_no_sparkline() -> None:
    assert spark_view(sample_site([PAPER], [a_post(0, PAPER.id)]).ranked[PAPER.id]) is None


def test_tweets_are_posts_once_one_of_them_is_not_from_x() -> None:
    only_x = sample_site([PAPER], [an_id(1, PAPER.id)])
    mixed = sample_site([PAPER], [an_id(1, PAPER.id), a_post(2, PAPER.id)])

    assert captured_text(only_x.ranked[PAPER.id]) == "Captured tweets and retweets: 1"
    assert captured_text(mixed.ranked[PAPER.id]) == "Captured posts and reposts: 2"


def test_the_month_of_the_id_stands_in_for_an_unknown_date() -> None:
    assert submission_of(a_paper("hep-th/9901001", "Old", submitted_at=None)) == (date(1999, 1, 1), False)
    assert submission_of(PAPER) == (date(2026, 11, 17), True)


def test_the_parts_of_the_score_add_up() -> None:
    posts = [a_post(number, PAPER.id, kind="repost" if number % 2 else "post", of=None) for number in range(40)]
    site = sample_site([PAPER], posts)

    score = score_view(site.ranked[PAPER.id], site)

    shown = sum(vote.weight * vote.factor for vote in score.votes)
    assert len(score.votes) == VOTES_SHOWN
    assert score.more == 40 - VOTES_SHOWN
    assert round(shown + score.more_score, 4) == score.score
    assert [v.weight * v.factor for v in score.votes] == sorted(
        (v.weight * v.factor for v in score.votes), reverse=True
    )


def test_people_without_a_name_who_did_alike_are_one_row() -> None:
    nameless = [an_id(number, PAPER.id) for number in range(30)]
    site = sample_site(
        [PAPER], [*nameless, an_id(99, PAPER.id, kind="repost"), a_post(1, PAPER.id), a_post(2, PAPER.id)]
    )

    score = score_view(site.ranked[PAPER.id], site)

    assert sorted((row.people, row.is_named, row.url is None, row.did) for row in score.votes) == [
        (1, False, False, "reposted"),
        (1, True, False, "posted with a comment"),
        (1, True, False, "posted with a comment"),
        (30, False, True, "posted"),
    ]
    assert sum(row.people * row.weight * row.factor for row in score.votes) == score.score
    crowd = next(row for row in score.votes if row.people == 30)
    assert day(min(post.posted_at for post in nameless)) in crowd.when
    assert day(max(post.posted_at for post in nameless)) in crowd.when


def test_no_view_of_a_paper_holds_the_time_of_the_build() -> None:
    posts = [a_post(number, PAPER.id, hours=5 + number) for number in range(5)]
    early = sample_site([PAPER], posts)
    late = sample_site([PAPER], posts, now=early.now.replace(year=2027), states={"x": NetworkState()})

    for view in (
        lambda site: score_view(site.ranked[PAPER.id], site),
        lambda site: body_text(site.ranked[PAPER.id], first_seen_text(PAPER.submitted_at)),
    ):
        assert view(early) == view(late)
