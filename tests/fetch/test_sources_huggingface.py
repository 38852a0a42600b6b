"""Hugging Face daily papers: which days are asked for, what a day means, and what rows become."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.adapter.source import Record
from generator.fetch.sources.huggingface import source as huggingface
from generator.finding.mentions import find_papers
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.records import Account, NetworkState
from tests.fetch.test_odd_answers import VALUES
from tests.loopback import Answer, Loopback, Reply, Request, as_json
from tests.one_run import NOW, Run

FIXTURES = Path(__file__).parents[1] / "fixtures" / "huggingface"
TODAY = NOW.date()


def row(number: int, *, upvotes: Any = 5, day: date = TODAY, **more: Any) -> dict[str, Any]:
    """A made-up row as the service answers since 2025."""
    by = {"_id": f"{number:024x}", "fullname": "Ada Example", "name": "made-up", "user": "made-up", "type": "user"}
    return {
        "paper": {
            "id": f"2611.{number:05d}",
            "title": f"A made-up\n  paper {number}",
            "publishedAt": "2026-11-12T10:00:00.000Z",
            "submittedOnDailyAt": f"{day}T00:00:00.000Z",
            "submittedOnDailyBy": by,
            "upvotes": upvotes,
        },
        "publishedAt": "2026-11-12T10:00:00.000Z",
        "title": f"A made-up paper {number}",
        "numComments": 0,
        "submittedBy": by,
        **more,
    }


@dataclass
class PretendDaily:
    """`/api/daily_papers` as its documentation says; days that have not begun and unknown parameters are refused."""

    lists: dict[date, list[dict[str, Any]]] = field(default_factory=dict)
    today: date = TODAY
    largest: int = 100
    broken: dict[date, Answer] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    comments: dict[str, Any] = field(default_factory=dict)
    """Paper -> its comments."""
    headers: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: Request) -> Reply:
        query = request.query
        paper = request.path.removeprefix("/papers/")
        if paper in self.comments and query == {"field": "comments"}:
            self.asked.append(paper)
            return as_json({"id": paper, "comments": self.comments[paper]})
        known = request.path == "/daily_papers" and not query.keys() - {"date", "limit", "p"}
        if not known or not 1 <= int(query["limit"]) <= 100:
            self.violations.append(request.target)
            return as_json({"error": "unknown"}, 400)
        day = date.fromisoformat(query["date"])
        self.asked.append(query["date"] + (f" p{query['p']}" if "p" in query else ""))
        if day in self.broken:
            return self.broken[day]
        if day > self.today:
            return as_json({"error": "Invalid date"}, 400)
        size = min(int(query["limit"]), self.largest)
        start = int(query.get("p", 0)) * size
        return as_json(self.lists.get(day, [])[start : start + size], headers=self.headers)


def run(
    pretend: PretendDaily,
    state: NetworkState | None = None,
    now: datetime = NOW,
    least: Mapping[str, int] = MappingProxyType({"mine": 2}),
    since: datetime | None = None,
) -> Run:
    """A run for trackers with these thresholds."""
    pretend.asked.clear()
    with Loopback(pretend) as server:
        blocks = {name: {"min_upvotes": value} for name, value in least.items()}
        made = Run(huggingface.SOURCE, blocks, api=server.url, state=state, now=now, since=since)
        assert made.meter.requests == len(set(pretend.asked)) == len({one.target for one in server.requests})
    assert pretend.violations == []
    return made


def days(first: str, last: str) -> list[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return [str(start + timedelta(days=number)) for number in range((end - start).days + 1)]


def test_a_first_run_asks_for_30_days_and_later_ones_for_today_and_the_three_before() -> None:
    pretend = PretendDaily(
        {TODAY: [row(1)], TODAY - timedelta(days=30): [row(2)], TODAY - timedelta(days=31): [row(3)]}
    )
    first = run(pretend)
    assert pretend.asked == days("2026-10-21", "2026-11-20")
    assert set(first.posts) == {"huggingface:2611.00001", "huggingface:2611.00002"}
    again = run(pretend, first.state)
    assert pretend.asked == days("2026-11-17", "2026-11-20")
    assert again.meter.requests == 4
    assert again.state == first.state  # nothing to commit


def test_older_lists_come_back_to_the_day_that_is_asked_for() -> None:
    pretend = PretendDaily(
        {TODAY: [row(1)], TODAY - timedelta(days=90): [row(2)], TODAY - timedelta(days=99): [row(3)]}
    )
    first = run(pretend)
    back = run(pretend, first.state, since=NOW - timedelta(days=95))
    assert set(back.posts) == {"huggingface:2611.00001", "huggingface:2611.00002"}
    assert back.state.cursors == first.state.cursors
    run(pretend, first.state, since=datetime(2000, 1, 1, tzinfo=UTC))
    assert min(pretend.asked) == "2023-05-04"  # the first list


def said(number: int, text: str = "words", *, hidden: bool = False, name: str = "reader", likes: int = 0) -> Any:
    return {
        "id": f"{number:024x}", "type": "comment", "createdAt": "2026-11-20T10:00:00.000Z",
        "author": {"_id": f"{900 + number:024x}", "fullname": "A Reader", "name": name, "type": "user"},
        "data": {"hidden": hidden, "latest": {"raw": text}, "reactions": [{"reaction": "a", "count": likes}]},
    }  # fmt: skip


def test_the_best_comments_of_a_paper_are_posts_of_their_people() -> None:
    pretend = PretendDaily({TODAY: [row(1, numComments=40), row(2), row(3, numComments=4, upvotes=1)]})
    pretend.comments["2611.00001"] = [
        *(said(number, likes=number) for number in range(1, 39)),
        said(77, "see arXiv:2611.09999", likes=99),
        said(78, hidden=True),
        said(79, name="librarian-bot", likes=98),
        {"id": "x", "type": "title-change"},
    ]
    first = run(pretend)
    replies = {post.id: post for post in first.posts.values() if post.kind == "reply"}
    assert len(replies) == 30
    one = replies[f"huggingface:2611.00001#{77:024x}"]
    assert (one.of, one.account.id) == ("huggingface:2611.00001", f"huggingface:{977:024x}")
    assert one.url == huggingface.post_url(one.id) == f"https://huggingface.co/papers/2611.00001#{77:024x}"
    assert find_papers(one) == ("2611.09999",)
    assert (one.text, one.trackers) == ("see arXiv:2611.09999", ("mine",))
    assert [post.account.handle for post in replies.values() if post.account.bot] == ["librarian-bot"]
    assert f"huggingface:2611.00001#{9:024x}" not in replies
    again = run(pretend, first.state)
    assert (again.meter.requests, again.state) == (4, first.state)


@pytest.mark.parametrize("comments", [None, "x"])
def test_comments_of_another_shape_cost_no_paper(comments: Any) -> None:
    pretend = PretendDaily({TODAY: [row(1, numComments=2)]}, comments={"2611.00001": comments})
    found = run(pretend)
    assert set(found.posts) == {"huggingface:2611.00001"}
    assert found.error is None
    assert list(found.failures) == (["comments"] if comments == "x" else [])


def test_a_weekend_without_lists_asks_no_more_and_changes_nothing() -> None:
    first = run(pretend := PretendDaily({TODAY: [row(1)]}))
    pretend.today = TODAY + timedelta(days=2)
    sunday = run(pretend, first.state, NOW + timedelta(days=2))
    assert pretend.asked == days("2026-11-19", "2026-11-22")
    assert sunday.state == first.state


def test_days_between_runs_are_all_asked_for() -> None:
    first = run(pretend := PretendDaily({TODAY: [row(1)]}))
    pretend.today = TODAY + timedelta(days=10)
    pretend.lists |= {TODAY + timedelta(days=number): [row(100 + number)] for number in range(1, 11)}
    later = run(pretend, first.state, NOW + timedelta(days=10))
    assert pretend.asked == days("2026-11-20", "2026-11-30")
    assert len(later.posts) == 11


def test_a_gap_of_months_is_read_in_several_runs_and_loses_nothing() -> None:
    first = run(pretend := PretendDaily({TODAY: [row(1)]}))
    later = NOW + timedelta(days=80)
    pretend.today = later.date()
    pretend.lists |= {TODAY + timedelta(days=number): [row(100 + number)] for number in range(1, 81) if number > 40}
    state, found = first.state, set[str]()
    for _ in range(3):
        one = run(pretend, state, later)
        assert one.meter.requests <= 31
        state, found = one.state, found | set(one.posts)
    assert len(found) == 41


def test_a_list_that_is_not_there_yet_today_is_no_failure() -> None:
    pretend = PretendDaily({TODAY - timedelta(days=1): [row(1)]}, today=TODAY - timedelta(days=1))
    found = run(pretend)
    assert found.error is None
    assert set(found.posts) == {"huggingface:2611.00001"}


def test_a_refused_day_of_the_past_is_a_failure_that_keeps_the_days_before() -> None:
    yesterday = TODAY - timedelta(days=1)
    pretend = PretendDaily({TODAY - timedelta(days=2): [row(1)], TODAY: [row(2)]}, broken={yesterday: Answer(400)})
    found = run(pretend)
    assert isinstance(found.error, FetchError)
    assert set(found.posts) == {"huggingface:2611.00001"}
    pretend.broken.clear()
    assert set(run(pretend, found.state).posts) == {"huggingface:2611.00001", "huggingface:2611.00002"}
    assert pretend.asked == days("2026-11-17", "2026-11-20")


def test_a_run_that_broke_off_goes_on_where_it_stopped() -> None:
    lists = {TODAY - timedelta(days=number): [row(number)] for number in range(31)}
    pretend = PretendDaily(lists, broken={TODAY - timedelta(days=20): Answer(500)})
    broken = run(pretend)
    assert broken.error is not None
    pretend.broken.clear()
    rest = run(pretend, broken.state)
    assert pretend.asked == days("2026-10-30", "2026-11-20")
    assert set(broken.posts) | set(rest.posts) == {f"huggingface:2611.{number:05d}" for number in range(31)}


@pytest.mark.parametrize("largest", [50, 100])
@pytest.mark.parametrize(("papers", "small", "large"), [(49, 1, 1), (50, 2, 2), (100, 3, 2), (130, 3, 2)])
def test_a_full_page_is_followed_by_the_next(largest: int, papers: int, small: int, large: int) -> None:
    pretend = PretendDaily({TODAY: [row(number) for number in range(papers)]}, largest=largest)
    found = run(pretend)
    assert len(found.posts) == len(found.records) == papers
    assert found.meter.requests == 30 + (small if largest == 50 else large)


def test_pages_that_repeat_end_and_pages_that_never_end_are_an_error() -> None:
    with Loopback([as_json([row(number) for number in range(50)])]) as server:
        found = Run(huggingface.SOURCE, {"mine": {"min_upvotes": 2}}, api=server.url)
    assert found.error is None
    assert found.meter.requests == 62
    numbers = iter(range(100_000))
    with Loopback(lambda _: as_json([row(next(numbers)) for _ in range(50)])) as server:
        found = Run(huggingface.SOURCE, {"mine": {"min_upvotes": 2}}, api=server.url)
    assert isinstance(found.error, FormatError)
    assert found.meter.requests == 50


def test_a_paper_is_taken_once_it_has_the_upvotes() -> None:
    rows = [row(1, upvotes=1), row(2, upvotes=2), row(3, upvotes=40)]
    least = {"many": 30, "few": 2}
    first = run(pretend := PretendDaily({TODAY: rows}), least=least)
    assert {post.id[-1]: post.trackers for post in first.posts.values()} == {"2": ("few",), "3": ("few", "many")}
    rows[0]["paper"]["upvotes"] = 30
    later = run(pretend, first.state, least=least)
    assert later.posts["huggingface:2611.00001"].trackers == ("few", "many")


@pytest.mark.parametrize("least", [{"mine": 2, "new": 2}, {"mine": 1}])
def test_a_new_tracker_or_a_lower_threshold_reads_what_was_passed_over(least: dict[str, int]) -> None:
    first = run(pretend := PretendDaily({TODAY - timedelta(days=9): [row(1)]}))
    assert set(run(pretend, first.state, least=least).posts) == {"huggingface:2611.00001"}
    assert len(pretend.asked) == 31


def test_a_row_becomes_a_post() -> None:
    (post,) = run(PretendDaily({TODAY: [row(7)]})).posts.values()
    assert post.id == "huggingface:2611.00007"
    assert post.url == "https://huggingface.co/papers/2611.00007" == huggingface.post_url(post.id)
    assert post.links == (post.url,)
    assert find_papers(post) == ("2611.00007",)
    assert post.account == Account(id=f"huggingface:{7:024x}", handle="made-up", name="Ada Example")
    assert post.text == "A made-up paper 7"
    assert post.kind == "post"
    assert post.counts is not None
    assert (post.counts.likes, post.counts.replies) == (5, 0)


_DAY = date(2026, 11, 19)


@pytest.mark.parametrize(
    ("changes", "of_paper", "expected"),
    [
        ({}, {}, "2026-11-20T00:00:00Z"),  # the day of the list, as the service states it
        ({}, {"submittedOnDailyAt": "2026-11-19T21:14:05.123Z"}, "2026-11-19T21:14:05Z"),
        ({"publishedAt": "2026-11-19T03:32:14.953Z"}, {"submittedOnDailyAt": None}, "2026-11-19T03:32:14Z"),  # 2024
        ({}, {"submittedOnDailyAt": None}, "2026-11-19T00:00:00Z"),  # not when the paper appeared: the day asked for
        ({}, {"submittedOnDailyAt": "2027-01-01T00:00:00.000Z"}, "2026-11-20T12:00:00Z"),  # never in the future
    ],
)
def test_posted_is_when_the_paper_was_proposed(changes: Any, of_paper: Any, expected: str) -> None:
    made = {**row(1), **changes}
    made["paper"] = {**made["paper"], **of_paper}
    (post,) = huggingface.parse(Record(made, ("mine",), "daily_papers [0]", _DAY), NOW)
    assert f"{post.posted_at:%Y-%m-%dT%H:%M:%SZ}" == expected


@pytest.mark.parametrize(
    ("by", "account"),
    [
        ({"name": "Bo.B-1", "fullname": "Bo"}, Account(id="huggingface:Bo.B-1", handle="Bo.B-1", name="Bo")),
        ({"user": "bo", "name": "Bo B", "_id": "nothex"}, Account(id="huggingface:bo", handle="bo")),
        ({"user": "<script>", "name": None}, Account(id="huggingface:daily-papers", name="Daily papers")),
        (None, Account(id="huggingface:daily-papers", name="Daily papers")),
    ],
)
def test_who_proposed_it_is_the_account(by: Any, account: Account) -> None:
    made = row(1, submittedBy=by)
    del made["paper"]["submittedOnDailyBy"]
    (post,) = huggingface.parse(Record(made, ("mine",), "daily_papers [0]", _DAY), NOW)
    assert post.account == account


@pytest.mark.parametrize(
    "body",
    [
        {"error": "Internal"},
        {"papers": [row(1)]},
        [{"title": "renamed", "arxiv": "2611.00001"}],
        [{**row(1), "paper": {**row(1)["paper"], "upvotes": "5"}}],
        [{"paper": "2611.00001"}],
        None,
        "no",
    ],
)
def test_a_changed_shape_is_an_error_and_never_no_news(body: Any) -> None:
    with Loopback([as_json(body)]) as server:
        found = Run(huggingface.SOURCE, {"mine": {"min_upvotes": 2}}, api=server.url)
    assert isinstance(found.error, FormatError)
    assert found.error.reason.startswith("format changed: ")
    assert found.state == NetworkState()


@pytest.mark.parametrize("own_id", ["../../etc/passwd", "a b", "", None, 26, "2611.00001<", "a..b"])
def test_a_row_that_cannot_be_read_costs_itself_and_is_named(own_id: Any) -> None:
    bad = row(1)
    bad["paper"]["id"] = own_id
    found = run(PretendDaily({TODAY: [bad, row(2)]}))
    assert found.error is None
    assert [reason.partition(": ")[0] for reason in found.refused] == ["daily_papers 2026-11-20 [0].paper.id"]


def test_limits_left_are_noted() -> None:
    headers = {"RateLimit": '"api";r=489;t=170', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}
    assert run(PretendDaily(headers=headers)).meter.limits == {"daily_papers": "489 of 500 until 12:02Z"}


def test_made_up_answer_of_the_service() -> None:
    body = (FIXTURES / "daily_papers.json").read_bytes()
    with Loopback(lambda request: Answer(body=body if request.query["date"] == str(TODAY) else b"[]")) as server:
        found = Run(huggingface.SOURCE, {"mine": {"min_upvotes": 2}}, api=server.url)
    assert {post.id: post.counts and post.counts.likes for post in found.posts.values()} == {
        "huggingface:2611.04711": 64,
        "huggingface:2611.00815": 2,
    }


def test_the_recorded_answer_is_read(shared: Path) -> None:
    body = (shared / "real/responses/hf/daily_papers_2024-10-25.excerpt.json").read_bytes()
    now = datetime(2024, 10, 26, 12, tzinfo=UTC)
    with Loopback(lambda request: Answer(body=body if request.query["date"] == "2024-10-25" else b"[]")) as server:
        found = Run(huggingface.SOURCE, {"mine": {"min_upvotes": 2}}, api=server.url, now=now)
    posts = list(found.posts.values())
    assert [find_papers(post) for post in posts] == [("2410.17243",), ("2410.16251",), ("2410.18533",)]
    assert [post.counts and post.counts.likes for post in posts] == [64, 41, 37]
    assert {post.posted_at.date() for post in posts} == {date(2024, 10, 25)}  # not the 21st to 24th, when they appeared
    assert all(post.account.handle for post in posts)


def test_no_tracker_asks_nothing() -> None:
    with Loopback() as server:
        assert Run(huggingface.SOURCE, {}, api=server.url).events == []
        assert server.requests == []


@given(
    st.dictionaries(st.sampled_from(sorted(row(1))), VALUES),
    st.dictionaries(st.sampled_from(sorted(row(1)["paper"])), VALUES),
)
def test_any_row_is_a_post_or_a_record_error(changes: dict[str, Any], of_paper: dict[str, Any]) -> None:
    made = row(1)
    made["paper"] = {**made["paper"], **of_paper}
    posts = []
    with contextlib.suppress(RecordError):
        posts = huggingface.parse(Record({**made, **changes}, ("mine",), "[0]", TODAY), NOW)
    for post in posts:
        assert post.posted_at <= NOW
        assert post.url.startswith("https://huggingface.co/papers/")
        assert json.loads(msgspec.json.encode(post))["id"] == post.id
