"""When posts are asked about again, and what is believed."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from generator.model.recheck import BELIEVED_AFTER, Checks, believed, due, overdue, promised, with_echoes
from tests.make import NOON, post

HOUR = timedelta(hours=1)


def test_a_post_of_x_is_due_in_time_to_be_asked_about_within_a_day() -> None:
    old, young = post("1", network="x", seen_at=NOON - 12 * HOUR), post("2", network="x", seen_at=NOON - 11 * HOUR)
    assert due([old, young], Checks(), NOON) == [old]


@given(st.lists(st.integers(1, 12), min_size=100, max_size=100))
def test_with_runs_never_more_than_twelve_hours_apart_no_post_of_x_waits_longer_than_promised(hours: list[int]) -> None:
    seen = post("1", network="x", seen_at=NOON)
    checks, now = Checks(), NOON
    for apart in hours:
        now += apart * HOUR
        assert now - checks.last(seen, now) <= promised(seen, now)
        checks.note({each.id: True for each in due([seen], checks, now)}, now)


def test_posts_of_other_networks_are_due_in_time_to_be_asked_about_within_a_week() -> None:
    old, young = post("1", seen_at=NOON - 145 * HOUR), post("2", seen_at=NOON - 143 * HOUR)
    assert due([old, young], Checks(), NOON) == [old]


def test_who_was_asked_about_is_not_due_again_and_everything_is_due_where_all_is_asked() -> None:
    old = post("1", network="x", seen_at=NOON - 500 * HOUR)
    checks = Checks(checked_at={old.id: NOON - 2 * HOUR})
    assert due([old], checks, NOON) == []
    assert due([old], checks, NOON, everything=True) == [old]


def test_what_nobody_asked_about_for_longest_comes_first_so_that_a_cap_starves_nobody() -> None:
    posts = [post(str(number), network="x", seen_at=NOON - (100 + number) * HOUR) for number in range(5)]
    checks = Checks(checked_at={posts[4].id: NOON - 20 * HOUR})
    assert [each.id for each in due(posts, checks, NOON)] == [posts[number].id for number in (3, 2, 1, 0, 4)]


def test_what_a_clock_that_was_wrong_wrote_down_keeps_no_post_from_being_asked_about() -> None:
    """A run in 2062 saw and checked these; then the clock was put right."""
    ahead = NOON + 36 * 365 * 24 * HOUR
    seen, checked = post("1", network="x", seen_at=ahead), post("2", network="x", seen_at=NOON - 90 * HOUR)
    checks = Checks(checked_at={checked.id: ahead})
    assert due([seen, checked], checks, NOON) == [seen, checked]
    assert overdue([seen, checked], checks, NOON) == 2
    checks.note({seen.id: True, checked.id: True}, NOON)
    assert due([seen, checked], checks, NOON + HOUR) == []
    assert overdue([seen, checked], checks, NOON + HOUR) == 0
    many = [post(str(number)) for number in range(30)]
    answers = {each.id: False for each in many}
    doubts = Checks(missing_since=dict.fromkeys(answers, ahead))
    assert believed(answers, doubts, NOON) == set()
    doubts.note(answers, NOON)
    assert believed(answers, doubts, NOON + BELIEVED_AFTER) == answers.keys()


def test_overdue_counts_what_the_promise_was_broken_for() -> None:
    posts = [
        post("1", network="x", seen_at=NOON - 25 * HOUR),
        post("2", network="x", seen_at=NOON - 23 * HOUR),
        post("3", seen_at=NOON - 169 * HOUR),
        post("4", seen_at=NOON - 167 * HOUR),
    ]
    assert overdue(posts, Checks(), NOON) == 2


def test_single_posts_may_vanish_even_all_that_were_asked_about() -> None:
    assert believed({"x:1": False}, Checks(), NOON) == {"x:1"}
    assert len(believed({f"x:{number}": False for number in range(20)}, Checks(), NOON)) == 20


def test_that_most_of_many_vanish_at_once_is_not_believed() -> None:
    answers = {f"x:{number}": number >= 21 for number in range(41)}
    assert believed(answers, Checks(), NOON) == set()
    assert len(believed(answers | {"x:more": True}, Checks(), NOON)) == 21


def test_what_is_still_said_a_day_later_is_believed() -> None:
    answers = {f"x:{number}": False for number in range(30)}
    checks = Checks()
    checks.note(dict.fromkeys(list(answers)[:25], False), NOON - BELIEVED_AFTER)
    assert believed(answers, checks, NOON) == {f"x:{number}" for number in range(25)}
    checks.note({"x:3": True}, NOON - HOUR)  # it was there in between
    assert "x:3" not in believed(answers, checks, NOON)


def test_doubt_is_not_an_answer_so_the_post_stays_due() -> None:
    old = post("1", network="x", seen_at=NOON - 100 * HOUR)
    checks = Checks()
    checks.note({old.id: False}, NOON - HOUR)
    assert due([old], checks, NOON) == [old]


def test_reposts_and_likes_go_with_what_they_show_and_quotes_and_replies_stay() -> None:
    posts = [
        post("1"),
        post("2", kind="repost", of="bluesky:ada/1"),
        post("3", kind="like", of="bluesky:ada/2"),
        post("4", kind="quote", of="bluesky:ada/1"),
        post("5", kind="repost", of="bluesky:ada/4"),
        post("6", kind="reply", of="bluesky:ada/1"),
    ]
    found = with_echoes({"bluesky:ada/1"}, {each.id: each for each in posts})
    assert found == {"bluesky:ada/1", "bluesky:ada/2", "bluesky:ada/3"}


@given(st.dictionaries(st.integers(0, 30), st.tuples(st.sampled_from(["post", "repost", "like"]), st.integers(0, 30))))
def test_echoes_end_also_in_a_circle_and_hold_everything_that_leads_to_what_is_gone(
    links: dict[int, tuple[str, int]],
) -> None:
    posts = {
        each.id: each
        for number, (kind, of) in links.items()
        for each in [post(str(number), kind=kind, of=f"bluesky:ada/{of}")]
    }
    found = with_echoes({"bluesky:ada/0"}, posts)
    for each in posts.values():
        leads_there = each.kind in {"repost", "like"} and each.of in found
        assert (each.id in found) == (leads_there or each.id == "bluesky:ada/0")


def test_on_x_a_post_is_asked_about_less_often_the_older_it_is() -> None:
    """Daily in its first week, weekly in its first month, then monthly: 22 reads a year in place of 365."""
    each, checks, now, asked = post("1", network="x", posted_at=NOON, seen_at=NOON), Checks(), NOON, 0
    for _ in range(365):
        now += 24 * HOUR
        if due([each], checks, now):
            asked += 1
            checks.note({each.id: True}, now)
    assert 15 <= asked <= 22
    assert [promised(each, NOON + days * 24 * HOUR).days for days in (0, 7, 8, 30, 31)] == [1, 1, 7, 7, 30]
    assert promised(post("2", posted_at=NOON), NOON + 900 * HOUR).days == 7
