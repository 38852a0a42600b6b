"""Hacker News: one question a run, what is looked at again, and what hits become."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.adapter.source import Covered, Record
from generator.fetch.sources.hackernews import source as hackernews
from generator.finding.mentions import find_papers
from generator.model.errors import FormatError, RecordError
from generator.model.records import Account, NetworkState
from tests.fetch.test_odd_answers import VALUES
from tests.loopback import Answer, Loopback, Reply, Request, as_json
from tests.one_run import NOW, Run

FIXTURES = Path(__file__).parents[1] / "fixtures" / "hackernews"
_PARAMETERS = {"query", "tags", "numericFilters", "page", "hitsPerPage", "restrictSearchableAttributes"}


def story(number: int, *, hours: float = 1, points: Any = 5, **more: Any) -> dict[str, Any]:
    """A made-up hit as Algolia has them."""
    at = NOW - timedelta(hours=hours)
    return {
        "objectID": str(41_000_000 + number),
        "title": f"A made-up story {number}",
        "url": f"https://arxiv.org/abs/2611.{number:05d}",
        "author": "made_up",
        "points": points,
        "num_comments": 0,
        "story_text": None,
        "comment_text": None,
        "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "created_at_i": int(at.timestamp()),
        "_tags": ["story", "author_made_up", f"story_{41_000_000 + number}"],
        **more,
    }


def comment(number: int, of: int, **more: Any) -> dict[str, Any]:
    """A made-up comment of a story, as Algolia has them."""
    own_id, at = 42_000_000 + number, NOW - timedelta(minutes=30)
    return {
        "objectID": str(own_id), "author": f"reader_{number}", "points": None, "title": None, "url": None,
        "comment_text": f'I tried it &amp; it works: <a href="https://arxiv.org/abs/2611.09999">this</a> {number}',
        "story_id": 41_000_000 + of, "parent_id": 41_000_000 + of, "created_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "created_at_i": int(at.timestamp()),
        "_tags": ["comment", f"author_reader_{number}", f"story_{41_000_000 + of}"],
        **more,
    }  # fmt: skip


@dataclass
class PretendSearch:
    """Algolia's `search_by_date` as its facts describe it: newest first, 1,000 hits at most, nothing unknown."""

    stories: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    """The best first."""
    searched: list[str] = field(default_factory=list)
    """Tags of the searches for comments."""
    largest: int = 1000
    violations: list[str] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        query = request.query
        if request.path == "/search" and query.keys() == {"tags", "hitsPerPage"}:
            return self._search(query)
        if request.path != "/search_by_date" or query.keys() - _PARAMETERS or len(query) != len(request.pairs):
            self.violations.append(request.target)
            return as_json({"message": "unknown", "status": 400}, 400)
        found = [one for one in self.stories if self._matches(one, query)]
        found.sort(key=lambda one: one["created_at_i"], reverse=True)
        size = min(int(query["hitsPerPage"]), self.largest)
        return as_json({"hits": found[:size], "nbHits": len(found), "page": 0, "hitsPerPage": size})

    def _search(self, query: dict[str, str]) -> Reply:
        tags = re.fullmatch(r"comment,\((story_[0-9]+(?:,story_[0-9]+)*)\)", query["tags"])
        assert tags, query
        self.searched.append(tags[1])
        wanted = tags[1].split(",")
        hits = [one for one in self.comments if one["_tags"][2] in wanted]
        return as_json({"hits": hits[: int(query["hitsPerPage"])], "nbHits": len(hits)})

    @staticmethod
    def _matches(one: dict[str, Any], query: dict[str, str]) -> bool:
        assert query["query"] == "arxiv.org"
        assert query["restrictSearchableAttributes"] == "url"
        assert query["tags"] == "story"
        for condition in query["numericFilters"].split(","):
            found = re.fullmatch(r"created_at_i(<=|>=|<|>)([0-9]+)", condition)
            assert found, condition
            at, bound = one["created_at_i"], int(found[2])
            if not {"<": at < bound, "<=": at <= bound, ">": at > bound, ">=": at >= bound}[found[1]]:
                return False
        return True


def run(
    pretend: PretendSearch,
    state: NetworkState | None = None,
    now: datetime = NOW,
    least: Mapping[str, int] = MappingProxyType({"mine": 2}),
    since: datetime | None = None,
) -> Run:
    """A run for trackers with these thresholds."""
    blocks = {name: {"min_points": value} for name, value in least.items()}
    with Loopback(pretend) as server:
        made = Run(hackernews.SOURCE, blocks, api=server.url, state=state, now=now, since=since)
        assert made.meter.requests == len(server.requests)
    assert pretend.violations == []
    return made


def test_a_run_asks_one_question_whether_there_is_news_or_not() -> None:
    pretend = PretendSearch([story(number, hours=number) for number in range(1, 100)])
    first = run(pretend)
    assert (first.meter.requests, len(first.posts), first.error) == (1, 99, None)
    again = run(pretend, first.state)
    assert again.meter.requests == 1
    assert again.state == first.state  # nothing to commit
    assert {post.posted_at for post in again.posts.values()} <= {post.posted_at for post in first.posts.values()}


def test_200_trackers_cost_one_request() -> None:
    least = {f"t{number}": number for number in range(200)}
    found = run(PretendSearch([story(1, points=100)]), least=least)
    assert found.meter.requests == 1
    assert len(found.posts["hackernews:41000001"].trackers) == 101


def test_a_first_run_begins_30_days_back_and_later_ones_three_days_before_the_newest_story() -> None:
    pretend = PretendSearch([story(1, hours=1), story(2, hours=24 * 29), story(3, hours=24 * 31)])
    first = run(pretend)
    assert set(first.posts) == {"hackernews:41000001", "hackernews:41000002"}
    pretend.stories += [story(4, hours=72), story(5, hours=74), story(6, hours=-20)]
    later = run(pretend, first.state, NOW + timedelta(days=1))
    assert set(later.posts) == {"hackernews:41000001", "hackernews:41000004", "hackernews:41000006"}


def test_older_stories_come_back_to_the_day_that_is_asked_for() -> None:
    pretend = PretendSearch([story(1, hours=1), story(2, hours=24 * 200), story(3, hours=24 * 400)])
    first = run(pretend)
    back = run(pretend, first.state, since=NOW - timedelta(days=300))
    assert set(back.posts) == {"hackernews:41000001", "hackernews:41000002"}
    assert back.state.cursors == first.state.cursors


def test_the_best_comments_of_a_story_are_posts_of_their_people() -> None:
    pretend = PretendSearch([story(1, num_comments=40), story(2, num_comments=0), story(3, num_comments=9, points=1)])
    pretend.comments = [comment(number, 1) for number in range(40)]
    pretend.comments[3] = comment(3, 1, comment_text=None, author=None)  # deleted
    first = run(pretend)
    replies = {post.id: post for post in first.posts.values() if post.kind == "reply"}
    assert len(replies) == 29
    assert pretend.searched == ["story_41000001"]
    one = replies["hackernews:42000001"]
    assert (one.of, one.account.id, one.url) == (
        "hackernews:41000001", "hackernews:reader_1", "https://news.ycombinator.com/item?id=42000001",
    )  # fmt: skip
    assert one.text == "I tried it & it works: this 1"
    assert (one.links, one.trackers) == (("https://arxiv.org/abs/2611.09999",), ("mine",))
    again = run(pretend, first.state)
    assert (again.meter.requests, again.state) == (1, first.state)
    pretend.stories[0]["num_comments"] = 41
    assert run(pretend, first.state).meter.requests == 2


def test_many_stories_share_a_search_for_comments_that_holds_all_of_them() -> None:
    pretend = PretendSearch([story(number, num_comments=number * 10) for number in range(1, 60)])
    pretend.comments = [comment(number * 100 + n, number) for number in range(1, 60) for n in range(number * 10)]
    found = run(pretend)
    replies = [post for post in found.posts.values() if post.kind == "reply"]
    assert len(replies) == 10 + 20 + 57 * 30
    assert len(pretend.searched) < 30


@pytest.mark.quick
def test_comments_that_cannot_be_read_cost_no_story() -> None:
    pretend = PretendSearch([story(1, num_comments=3)])

    def broken(request: Request) -> Reply:
        return Answer(503) if request.path == "/search" else pretend(request)

    with Loopback(broken) as server:
        found = Run(hackernews.SOURCE, {"mine": {"min_points": 2}}, api=server.url)
    assert found.error is None
    assert set(found.posts) == {"hackernews:41000001"}
    assert list(found.failures) == ["comments"]
    assert "comments" not in found.state.cursors


def test_a_gap_of_weeks_between_runs_loses_nothing() -> None:
    pretend = PretendSearch([story(1)])
    first = run(pretend)
    pretend.stories += [story(number, hours=-24 * number) for number in range(2, 45)]
    later = run(pretend, first.state, NOW + timedelta(days=45))
    assert len(later.posts) == 44


def test_a_story_is_taken_once_it_has_the_points() -> None:
    pretend = PretendSearch([story(1, points=1), story(2, points=2), story(3, points=40)])
    first = run(pretend, least={"many": 30, "few": 2})
    assert {post.id[-1]: post.trackers for post in first.posts.values()} == {"2": ("few",), "3": ("few", "many")}
    pretend.stories[0]["points"] = 31
    later = run(pretend, first.state, NOW + timedelta(hours=5), {"many": 30, "few": 2})
    assert later.posts["hackernews:41000001"].trackers == ("few", "many")


@pytest.mark.parametrize("least", [{"mine": 2, "new": 2}, {"mine": 1}])
def test_a_new_tracker_or_a_lower_threshold_reads_what_was_passed_over(least: dict[str, int]) -> None:
    pretend = PretendSearch([story(1, hours=1), story(2, hours=200, points=1), story(3, hours=300)])
    first = run(pretend)
    assert set(run(pretend, first.state).posts) == {"hackernews:41000001"}
    wider = run(pretend, first.state, least=least)
    assert "hackernews:41000003" in wider.posts
    assert set(run(pretend, wider.state, least=least).posts) == {"hackernews:41000001"}


def test_a_higher_threshold_reads_nothing_again() -> None:
    pretend = PretendSearch([story(1, hours=1, points=50), story(2, hours=200, points=50)])
    first = run(pretend)
    assert set(run(pretend, first.state, least={"mine": 10}).posts) == {"hackernews:41000001"}


def test_more_hits_than_an_answer_holds_are_paged_by_time_also_where_many_share_a_second() -> None:
    pretend = PretendSearch([story(number, hours=number // 5) for number in range(1, 96)], largest=10)
    found = run(pretend)
    assert len(found.posts) == 95
    assert len(found.records) == 95  # none twice
    assert found.error is None


def test_a_service_that_never_ends_is_left_after_50_answers() -> None:
    numbers = iter(range(1, 10_000))

    def endless(request: Request) -> Reply:
        number = next(numbers)
        return as_json({"hits": [story(number, hours=number / 100)], "nbHits": 10**9})

    with Loopback(endless) as server:
        found = Run(hackernews.SOURCE, {"mine": {"min_points": 2}}, api=server.url)
    assert found.meter.requests == 50
    assert isinstance(found.error, FormatError)


def test_pages_that_repeat_end() -> None:
    with Loopback([as_json({"hits": [story(1), story(2)], "nbHits": 500})]) as server:
        found = Run(hackernews.SOURCE, {"mine": {"min_points": 2}}, api=server.url)
    assert (found.meter.requests, len(found.records), found.error) == (2, 2, None)


def test_a_story_becomes_a_post() -> None:
    link = '<a href="https:&#x2F;&#x2F;code.example&#x2F;x">https:&#x2F;&#x2F;code.example</a>'
    text = f"<p>We didn&#x27;t expect this: {link}<p>More"
    pretend = PretendSearch([story(7, title="AT&amp;T&#x27;s\npaper", story_text=text)])
    (post,) = run(pretend).posts.values()
    assert post.id == "hackernews:41000007"
    assert post.url == "https://news.ycombinator.com/item?id=41000007" == hackernews.post_url(post.id)
    assert post.account == Account(id="hackernews:made_up", handle="made_up")
    assert post.kind == "post"
    assert post.text == "AT&T's paper\nWe didn't expect this: https://code.example\nMore"
    assert post.links == ("https://arxiv.org/abs/2611.00007", "https://code.example/x")
    assert post.counts is not None
    assert (post.counts.likes, post.counts.replies) == (5, 0)
    assert post.posted_at == NOW - timedelta(hours=1)
    assert find_papers(post) == ("2611.00007",)


@pytest.mark.parametrize(
    "url", ["https://arxiv.org.evil.example/abs/2611.00001", "https://notarxiv.org/abs/2611.00001", None]
)
def test_an_address_that_only_looks_like_arxiv_names_no_paper(url: str | None) -> None:
    (post,) = run(PretendSearch([story(1, url=url)])).posts.values()
    assert find_papers(post) == ()


@pytest.mark.parametrize("mark", ["dead", "deleted"])
def test_dead_and_deleted_stories_are_left_out(mark: str) -> None:
    assert run(PretendSearch([story(1), story(2, **{mark: True})])).posts.keys() == {"hackernews:41000001"}


def test_a_story_from_the_future_is_dated_now_and_hides_nothing() -> None:
    pretend = PretendSearch([story(1, hours=-24 * 365), story(2)])
    first = run(pretend)
    assert first.posts["hackernews:41000001"].posted_at == NOW
    pretend.stories.append(story(3, hours=-1))
    assert "hackernews:41000003" in run(pretend, first.state, NOW + timedelta(hours=2)).posts


@pytest.mark.parametrize(
    "body",
    [
        {"message": "Internal error", "status": 500},
        {"hits": None},
        {"hits": {"0": story(1)}},
        {"results": [story(1)]},
        {"hits": [{"title": "renamed", "object_id": "1"}]},
        {"hits": [{**story(1), "points": None}, {**story(2), "points": "5"}]},
        [story(1)],
        None,
    ],
)
def test_a_changed_shape_is_an_error_and_never_no_news(body: Any) -> None:
    with Loopback([as_json(body)]) as server:
        found = Run(hackernews.SOURCE, {"mine": {"min_points": 2}}, api=server.url)
    assert isinstance(found.error, FormatError)
    assert found.error.reason.startswith("format changed: ")
    assert found.state == NetworkState()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("objectID", "../../etc/passwd"), ("objectID", "1" * 30), ("objectID", None),
        ("author", "<img src=x>"), ("author", None), ("author", ""),
        ("title", None), ("title", ["a"]), ("points", None), ("points", "9"), ("points", True),
    ],
)  # fmt: skip
def test_a_hit_that_cannot_be_read_costs_itself_and_is_named(name: str, value: Any) -> None:
    found = run(PretendSearch([story(1, hours=2), story(2, **{name: value})]))
    assert found.error is None
    assert len(found.refused) == 1
    assert found.refused[0].startswith(f"search_by_date hits[0].{name}: ")


def test_a_refusal_keeps_the_cursor_where_it_was() -> None:
    with Loopback([Answer(429, headers={"Retry-After": "7200"})]) as server:
        found = Run(hackernews.SOURCE, {"mine": {"min_points": 2}}, api=server.url)
        asked = len(server.requests)
    assert found.error is not None
    assert (found.error.status, found.error.retry_after_s, asked) == (429, 7200, 1)
    assert found.events == []


def test_no_tracker_asks_nothing() -> None:
    with Loopback() as server:
        assert Run(hackernews.SOURCE, {}, api=server.url).events == []
        assert server.requests == []


def test_made_up_answer_of_the_service() -> None:
    with Loopback([Answer(body=(FIXTURES / "search_by_date.json").read_bytes())]) as server:
        found = Run(hackernews.SOURCE, {"mine": {"min_points": 2}}, api=server.url)
    assert found.error is None
    assert {find_papers(post) for post in found.posts.values()} == {("2611.04711",), ("2611.00815",), ()}


def test_recorded_answers_are_read(shared: Path) -> None:
    """Recorded are comments and one story; comments have no points, and are never asked for."""
    folder = shared / "real/responses/hn"
    for path in sorted(folder.glob("algolia_1.*.json")):
        with Loopback([Answer(body=path.read_bytes())]) as server:
            found = Run(hackernews.SOURCE, {"mine": {"min_points": 0}}, api=server.url)
        assert isinstance(found.error, FormatError), path.name
    hits = json.loads((folder / "ARXIV_algolia_comment_hits.excerpt.json").read_bytes())["hits"]
    with Loopback([as_json({"hits": hits})]) as server:
        found = Run(hackernews.SOURCE, {"mine": {"min_points": 1}}, api=server.url)
    assert [reason.partition(": ")[0] for reason in found.refused] == [
        "search_by_date hits[0].title", "search_by_date hits[1].title",
    ]  # fmt: skip
    (record,) = [one for one in found.records if one.raw["points"] is not None]
    (post,) = hackernews.parse(record, NOW)
    assert post.posted_at == datetime(2023, 1, 26, 3, 38, 21, tzinfo=UTC)
    assert post.url == f"https://news.ycombinator.com/item?id={record.raw['objectID']}"


_ALGOLIA = {
    "by": "author", "id": "objectID", "score": "points", "time": "created_at_i", "descendants": "num_comments",
    "title": "title", "url": "url", "type": "_tags",
}  # fmt: skip


@pytest.mark.slow
def test_every_mutation_of_a_story_ends_in_a_post_or_a_named_error(shared: Path) -> None:
    base = json.loads((shared / "corpora/api_pages/base_hn.json").read_bytes())
    lines = (shared / "corpora/api_pages/mutations.jsonl").read_text().splitlines()
    rows = [row for line in lines if (row := json.loads(line))["source"] == "hn"]
    assert len(rows) > 60
    kept = refused = changed = 0
    for row in rows:
        value = row.get("value")
        if "value_repeat" in row:
            value = row["value_repeat"][0] * row["value_repeat"][1]
        mutated = {**base, row["path"][0]: value}
        if row["op"] == "delete":
            del mutated[row["path"][0]]
        hit = {_ALGOLIA[name]: part for name, part in mutated.items()}
        if isinstance(hit.get("objectID"), int) and not isinstance(hit["objectID"], bool):
            hit["objectID"] = str(hit["objectID"])  # the search has ids as texts
        with Loopback([as_json({"hits": [hit], "nbHits": 1})]) as server:
            found = Run(hackernews.SOURCE, {"mine": {"min_points": 0}}, api=server.url, now=NOW + timedelta(days=9))
        if found.error is not None:
            assert isinstance(found.error, FormatError), row["id"]
            changed += 1
        elif found.refused:
            refused += 1
        else:
            kept += 1
            for post in found.posts.values():
                assert post.url.startswith("https://news.ycombinator.com/item?id="), row["id"]
                assert all(link.startswith(("http://", "https://")) for link in post.links), row["id"]
                assert post.posted_at <= NOW + timedelta(days=9)
    assert min(kept, refused, changed) > 5


@given(st.dictionaries(st.sampled_from(sorted(story(1))), VALUES))
def test_any_hit_is_a_post_or_a_record_error(changes: dict[str, Any]) -> None:
    record = Record({**story(1), **changes}, ("mine",), "hits[0]")
    posts = []
    with contextlib.suppress(RecordError):
        posts = hackernews.parse(record, NOW)
    for post in posts:
        assert post.posted_at <= NOW
        msgspec.json.encode(post)  # no half of a surrogate pair


def test_the_cursor_is_json() -> None:
    covered = [event for event in run(PretendSearch([story(1)])).events if isinstance(event, Covered)]
    assert [json.loads(json.dumps(event.cursor)) for event in covered] == [
        {"newest": "2026-11-20T11:00:00Z", "wanted": {"mine": 2}}
    ]
