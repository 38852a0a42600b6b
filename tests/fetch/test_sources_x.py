"""X: what is asked, what it costs, and what its answers become."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.fetch.adapter.patience import REMEDY
from generator.fetch.adapter.source import Meter, Record, Wanted
from generator.fetch.sources.x import cursor as x_cursor
from generator.fetch.sources.x import posts as x_posts
from generator.fetch.sources.x import search as x_search
from generator.fetch.sources.x import source as x
from generator.fetch.sources.x.config import XBlock
from generator.fetch.sources.x.cost import Budget
from generator.fetch.sources.x.cursor import Cursor, Gap
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.merge import merge_posts
from generator.model.records import Account, NetworkState, Post
from tests import make, one_run
from tests.fetch.test_odd_answers import NETWORKS, posts_or_error
from tests.loopback import Answer, as_json
from tests.pretend_x import NOW, TOKEN, PretendX, id_at, link, older, post
from tests.spec_server import OpenApi, SpecServer

FIXTURES = Path(__file__).parents[1] / "fixtures" / "x"


@pytest.fixture(scope="session")
def new_spec() -> OpenApi | None:
    """The description with the new names; None where it is not on this machine."""
    return _spec("openapi.json")


@pytest.fixture(scope="session")
def old_spec() -> OpenApi | None:
    """The last one with the old names."""
    return _spec("openapi-2.166-last-before-post-rename.json.gz")


def _spec(name: str) -> OpenApi | None:
    path = Path(__file__).resolve().parents[3] / "shared/real/specs/x" / name
    return OpenApi.load(path) if path.is_file() else None


class Run(one_run.Run):
    """One fetch, with its events sorted."""

    def __init__(self, server: SpecServer, block: Mapping[str, Any], state: NetworkState | None = None, **more: Any):
        since = more.pop("since", None)
        written = block.get("trackers", {"mine": block})
        blocks = {tracker: one_run.as_configured(XBlock, wanted) for tracker, wanted in written.items()}
        settings = {"api": f"{server.url}/2", "keep": "ids", "max_reads_per_run": 500, **more}
        super().__init__(
            x.SOURCE, blocks, state=state, settings=settings, secrets={"X_BEARER_TOKEN": TOKEN}, since=since
        )

    @property
    def ids(self) -> list[str]:
        return [record.raw["id"] for record in self.records]


def minutes_ago(minutes: float, number: int = 0) -> str:
    return id_at(NOW - timedelta(minutes=minutes), number)


@pytest.fixture
def pretend() -> PretendX:
    """Two accounts, the first with 250 posts, one a minute."""
    posts = [post(minutes_ago(10 + number), "11", f"post {number}") for number in range(250)]
    return PretendX(named={"ann": "11", "bob": "12"}, posts=posts)


class TestAsking:
    def test_every_request_and_answer_is_as_described(self, pretend: PretendX, new_spec: OpenApi | None) -> None:
        pretend.posts.append(
            post(
                minutes_ago(1),
                "12",
                "see https://t.co/aa",
                entities={
                    "urls": [link("https://t.co/aa", "https://arxiv.org/abs/2611.01234", "https://arxiv.org/abs/1")]
                },
                referenced_posts=[{"type": "quoted", "id": pretend.posts[0]["id"]}],
            )
        )
        pretend.lists = {"77": ["11"]}
        with pretend.serve(new_spec) as server:
            run = Run(server, {"accounts": ["ann", "@Bob", "nobody"], "lists": ["77"]}, max_reads_per_run=5000)
            state = run.state
            again = Run(server, {"accounts": ["ann", "bob"], "lists": ["77"]}, state)
            search = Run(server, {"accounts": ["ann", "bob"], "lists": ["77"], "mode": "search"})
            assert server.violations == []
            assert server.mistakes == []
        assert run.error is None
        assert len(set(run.ids)) == 101
        assert run.failures == {"account/nobody": f"X knows no account @nobody, or it is suspended: {REMEDY}"}
        assert again.ids == []
        assert search.ids == [minutes_ago(1)]

    def test_the_old_names_are_used_once_x_refuses_the_new_ones(
        self, pretend: PretendX, old_spec: OpenApi | None
    ) -> None:
        pretend.old_names = True
        with pretend.serve(old_spec) as server:
            run = Run(server, {"accounts": ["ann", "bob"]}, max_reads_per_run=5000)
            asked = [request for request in server.requests if request.path.endswith("/tweets")]
            assert server.mistakes == []
        assert len(run.posts) == 100
        assert all(one.account.handle == "ann" and one.counts and one.counts.reposts == 2 for one in run.posts.values())
        assert ["post.fields" in request.query for request in asked] == [True, False, False]

    def test_a_run_without_news_asks_once_an_account_and_changes_nothing(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            first = Run(server, {"accounts": ["ann", "bob"]}, max_reads_per_run=5000)
            before = len(server.requests)
            again = Run(server, {"accounts": ["ann", "bob"]}, first.state)
            asked = [request.path for request in server.requests[before:]]
        assert asked == ["/2/users/11/tweets", "/2/users/12/tweets"]
        assert again.state == first.state
        assert again.records == []
        assert (again.meter.reads, again.meter.cost_usd, again.meter.requests) == ({}, 0.0, 2)

    @pytest.mark.quick
    def test_the_first_run_reads_the_newest_hundred(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann"]}, max_reads_per_run=5000)
        assert run.ids == [one["id"] for one in pretend.posts[:100]]
        assert run.state.cursors == {"account/11": {"newest": pretend.posts[0]["id"]}}

    def test_older_posts_come_back_to_the_day_that_is_asked_for(self, pretend: PretendX) -> None:
        since = NOW - timedelta(minutes=190)
        wanted = [one["id"] for one in pretend.posts if int(one["id"]) >= int(id_at(since))]
        with pretend.serve() as server:
            first = Run(server, {"accounts": ["ann"]}, max_reads_per_run=5000)
            back = Run(server, {"accounts": ["ann"]}, first.state, max_reads_per_run=5000, since=since)
            at_once = Run(server, {"accounts": ["ann"]}, max_reads_per_run=5000, since=since)
            poor = Run(server, {"accounts": ["ann"]}, first.state, max_reads_per_run=150, since=since)
            later = Run(server, {"accounts": ["ann"]}, poor.state, max_reads_per_run=5000)
        assert len(wanted) > 150
        assert sorted(back.ids, reverse=True) == sorted(at_once.ids, reverse=True) == wanted
        assert back.state.cursors == first.state.cursors
        assert len(poor.ids) < len(wanted)
        assert sorted({*poor.ids, *later.ids}, reverse=True) == wanted  # what the cap left comes in later runs

    def test_a_later_run_reads_all_that_came_since(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann"]}, max_reads_per_run=5000)
            fresh = [post(minutes_ago(9 - number / 50), "11") for number in range(230)]
            pretend.posts += fresh
            again = Run(server, {"accounts": ["ann"]}, run.state, max_reads_per_run=5000)
        assert sorted(again.ids) == sorted(one["id"] for one in fresh)

    def test_trackers_that_want_the_same_share_one_request(self, pretend: PretendX) -> None:
        trackers = {"a": {"accounts": ["ann"]}, "b": {"accounts": ["ANN"]}, "c": {"accounts": ["bob"]}}
        with pretend.serve() as server:
            run = Run(server, {"trackers": trackers}, max_reads_per_run=5000)
            assert [request.path for request in server.requests].count("/2/users/11/tweets") == 1
        assert {record.trackers for record in run.records} == {("a", "b")}

    def test_known_ids_are_not_looked_up_again(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            Run(server, {"accounts": ["ann"]}, NetworkState(accounts={"ann": "x:11"}))
            assert {request.path for request in server.requests} == {"/2/users/11/tweets"}

    def test_nothing_is_asked_where_nothing_is_wanted(self) -> None:
        with PretendX().serve() as server:
            run = Run(server, {"accounts": [], "lists": []})
            assert (run.events, run.error, server.requests) == ([], None, [])

    def test_a_list_is_read_down_to_what_is_known(self, pretend: PretendX) -> None:
        pretend.lists = {"77": ["11", "12"]}
        with pretend.serve() as server:
            first = Run(server, {"lists": ["https://x.com/i/lists/77"]}, max_reads_per_run=5000)
            fresh = [post(minutes_ago(9 - number / 50), "12") for number in range(150)]
            pretend.posts += fresh
            again = Run(server, {"lists": ["77"]}, first.state, max_reads_per_run=5000)
            quiet = Run(server, {"lists": ["77"]}, again.state, max_reads_per_run=5000)
            assert server.requests[-1].query["max_results"] == "20"
        assert len(first.ids) == 100
        assert sorted(again.ids) == sorted(one["id"] for one in fresh)
        assert (quiet.ids, quiet.state) == ([], again.state)


class TestBudget:
    @pytest.mark.parametrize("cap", [30, 100, 250, 499])
    def test_the_cap_is_never_exceeded_and_nothing_is_lost(self, pretend: PretendX, cap: int) -> None:
        pretend.posts += [
            post(minutes_ago(5 + n / 9), "12", referenced_posts=[{"type": "quoted", "id": pretend.posts[n]["id"]}])
            for n in range(60)
        ]
        pretend.lists = {"77": ["12"]}
        block = {"accounts": ["ann"], "lists": ["77"]}
        state, got = NetworkState(), list[str]()
        with pretend.serve() as server:
            for _ in range(100):
                run = Run(server, block, state, max_reads_per_run=cap)
                assert sum(run.meter.reads.values()) <= cap
                assert run.error is None
                got += run.ids
                if run.state == state:
                    break
                state = run.state
            else:
                pytest.fail("it never comes to an end")
        wanted = [one["id"] for one in pretend.posts[:100]] + [one["id"] for one in pretend.posts[250:]]
        assert set(got) == set(wanted)
        assert not [cursor for cursor in state.cursors.values() if "gaps" in cursor]

    def test_a_hole_that_the_cap_left_is_filled_after_newer_posts(self, pretend: PretendX) -> None:
        known = NetworkState(cursors={"account/11": {"newest": pretend.posts[200]["id"]}}, accounts={"ann": "x:11"})
        with pretend.serve() as server:
            first = Run(server, {"accounts": ["ann"]}, known, max_reads_per_run=61)
            newest = post(minutes_ago(1), "11")
            pretend.posts.append(newest)
            second = Run(server, {"accounts": ["ann"]}, first.state, max_reads_per_run=5000)
        assert first.ids == [one["id"] for one in pretend.posts[: len(first.ids)]]
        assert 0 < len(first.ids) < 61
        assert second.ids == [newest["id"], *(one["id"] for one in pretend.posts[len(first.ids) : 200])]
        assert second.state.cursors["account/11"] == {"newest": newest["id"]}
        assert first.meter.limits["max_reads_per_run"].startswith("reached")

    def test_the_stream_where_reads_ran_out_comes_first_next_time(self, pretend: PretendX) -> None:
        pretend.posts += [post(minutes_ago(5 + n), "12") for n in range(90)]
        accounts = {"ann": "x:11", "bob": "x:12"}
        with pretend.serve() as server:
            first = Run(server, {"accounts": ["ann", "bob"]}, NetworkState(accounts=accounts), max_reads_per_run=90)
            before = len(server.requests)
            Run(server, {"accounts": ["ann", "bob"]}, first.state, max_reads_per_run=90)
            assert server.requests[before].path == "/2/users/11/tweets"
            assert first.state.cursors["next"] == "account/11"

    def test_a_stream_that_used_all_reads_in_its_turn_gives_way(self, pretend: PretendX) -> None:
        pretend.posts += [post(minutes_ago(5 + n), "12") for n in range(250)]
        known = {f"account/{own}": {"newest": id_at(NOW - timedelta(days=1))} for own in ("11", "12")}
        state = NetworkState(accounts={"ann": "x:11", "bob": "x:12"}, cursors={**known, "next": "account/11"})
        with pretend.serve() as server:
            first = Run(server, {"accounts": ["ann", "bob"]}, state, max_reads_per_run=90)
            second = Run(server, {"accounts": ["ann", "bob"]}, first.state, max_reads_per_run=90)
            third = Run(server, {"accounts": ["ann", "bob"]}, second.state, max_reads_per_run=90)
        assert [{record.raw["author_id"] for record in run.records} for run in (first, second, third)] == [
            {"11"},
            {"12"},
            {"11"},
        ]

    def test_every_object_is_priced(self, pretend: PretendX) -> None:
        del pretend.posts[50:]
        pretend.posts.append(
            post(minutes_ago(1), "12", referenced_posts=[{"type": "retweeted", "id": pretend.posts[3]["id"]}])
        )
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann", "bob"]}, max_reads_per_run=5000)
        assert run.meter.reads == {"users": 2, "posts": 51}
        assert run.meter.cost_usd == pytest.approx(2 * 0.010 + 51 * 0.005)

    def test_a_cap_below_one_page_says_what_it_must_be(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann"]}, NetworkState(accounts={"ann": "x:11"}), max_reads_per_run=29)
            assert server.requests == []
        assert run.error is not None
        assert "set at least 30" in run.error.reason

    def test_rate_limits_are_told_as_x_states_them(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            server.headers.update(
                {"x-rate-limit-limit": "900", "x-rate-limit-remaining": "898", "x-rate-limit-reset": "1795176900"}
            )
            run = Run(server, {"accounts": ["ann"]})
        assert run.meter.limits["users/:id/tweets"] == "898 of 900 until 12:15Z"

    def test_an_object_sent_twice_is_counted_once(self) -> None:
        meter = Meter()
        budget = Budget(100, meter)
        page = {"data": [{"id": "1"}, {"id": "2"}], "includes": {"users": [{"id": "9"}], "tweets": [{"id": "3"}]}}
        budget.count(page)
        budget.count(page)
        assert (meter.reads, budget.left) == ({"posts": 3, "users": 1}, 96)


class TestSearch:
    def test_many_accounts_share_queries_within_512_characters(self, pretend: PretendX) -> None:
        handles = [f"account_{number:05}" for number in range(100)]
        pretend.named = {handle: str(100 + index) for index, handle in enumerate(handles)}
        arxiv = {"urls": [link("https://t.co/aa", "https://arxiv.org/abs/2611.01234")]}
        pretend.posts = [post(minutes_ago(5, n), str(100 + n), "https://t.co/aa", entities=arxiv) for n in range(100)]
        with pretend.serve(_spec("openapi.json")) as server:
            run = Run(server, {"accounts": handles, "mode": "search"}, max_reads_per_run=5000)
            queries = [request.query["query"] for request in server.requests]
            assert server.violations == []
        assert all(len(query) <= 512 and query.endswith(') url:"arxiv.org"') for query in queries)
        assert sorted(re.findall(r"from:(\w+)", " ".join(queries))) == handles
        assert len(queries) == 5
        assert len(run.ids) == 100
        assert run.meter.reads["posts"] == 100

    def test_a_later_search_asks_for_what_is_new(self, pretend: PretendX) -> None:
        arxiv = {"urls": [link("https://t.co/aa", "https://arxiv.org/abs/2611.01234")]}
        pretend.posts = [post(minutes_ago(50), "11", entities=arxiv)]
        with pretend.serve() as server:
            first = Run(server, {"accounts": ["ann", "bob"], "mode": "search"})
            again = Run(server, {"accounts": ["ann", "bob"], "mode": "search"}, first.state)
            assert server.requests[-1].query["since_id"] == minutes_ago(50)
        assert (len(first.ids), again.ids, again.state) == (1, [], first.state)

    def test_a_new_account_does_not_make_the_others_be_read_again(self, pretend: PretendX) -> None:
        arxiv = {"urls": [link("https://t.co/aa", "https://arxiv.org/abs/2611.01234")]}
        pretend.posts = [post(minutes_ago(50), "11", entities=arxiv), post(minutes_ago(60), "12", entities=arxiv)]
        with pretend.serve() as server:
            first = Run(server, {"accounts": ["ann"], "mode": "search"})
            second = Run(server, {"accounts": ["ann", "bob"], "mode": "search"}, first.state)
            third = Run(server, {"accounts": ["ann", "bob"], "mode": "search"}, second.state)
            fourth = Run(server, {"accounts": ["ann", "bob"], "mode": "search"}, third.state)
        assert first.ids == [minutes_ago(50)]
        assert second.ids == [minutes_ago(60)]
        assert set(third.ids) <= {minutes_ago(50)}  # joined: begins at the earlier of both
        assert fourth.ids == []
        assert len([name for name in third.state.cursors if name.startswith("search/")]) == 1

    @pytest.mark.quick
    def test_an_id_that_search_would_refuse_is_left_out(self, pretend: PretendX) -> None:
        old = id_at(NOW - timedelta(days=8))
        name = x_search.stream_name(["from:ann"])
        gap = {"since": old, "until": id_at(NOW - timedelta(days=7, hours=1))}
        state = NetworkState(cursors={name: {"newest": old, "gaps": [gap], "of": ["from:ann"]}})
        with pretend.serve() as server:
            Run(server, {"accounts": ["ann"], "mode": "search"}, state)
            assert ["since_id" in request.query for request in server.requests] == [False]

    def test_trackers_with_different_accounts_do_not_mix(self, pretend: PretendX) -> None:
        arxiv = {"urls": [link("https://t.co/aa", "https://arxiv.org/abs/2611.01234")]}
        pretend.posts = [post(minutes_ago(50), "11", entities=arxiv), post(minutes_ago(60), "12", entities=arxiv)]
        trackers = {name: {"accounts": [handle], "mode": "search"} for name, handle in (("a", "ann"), ("b", "bob"))}
        with pretend.serve() as server:
            run = Run(server, {"trackers": trackers})
        assert {record.raw["author_id"]: record.trackers for record in run.records} == {"11": ("a",), "12": ("b",)}

    @pytest.mark.quick
    def test_a_clause_goes_on_where_the_latest_search_stood(self) -> None:
        cursors = {
            "search/a": {"newest": "70", "of": ["from:ann", "from:bob"]},
            "search/b": {"newest": "50", "gaps": [{"until": "40"}], "of": ["from:ann", "from:cem"]},
            "account/1": {"newest": "90", "of": ["from:ann"]},
        }
        covered = x_search.covered(cursors)
        assert {clause: cursor.newest for clause, cursor in covered.items()} == {
            "from:ann": 70,
            "from:bob": 70,
            "from:cem": 50,
        }
        assert x_search.join(covered.values()) == Cursor(50, (Gap(until=40),))
        assert x_search.join([*covered.values(), Cursor()]) == Cursor()

    @settings(deadline=None)
    @given(st.lists(st.from_regex(r"from:[a-z0-9_]{1,15}", fullmatch=True), min_size=1, max_size=60))
    def test_packing_keeps_every_clause_once(self, clauses: list[str]) -> None:
        packed = list(x_search.pack(clauses))
        assert sorted(clause for group in packed for clause in group) == sorted(set(clauses))
        assert all(len(x_search.query_of(group)) <= x_search.QUERY_MAX for group in packed)


class TestFailures:
    def test_without_the_secret_nothing_is_asked_and_its_name_is_said(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            request = replace(Run(server, {}).request, wanted=(Wanted("t", {"accounts": ["ann"]}),), secrets={})
            with pytest.raises(FetchError, match="X_BEARER_TOKEN"):
                list(x.fetch(request))
            assert server.requests == []

    @pytest.mark.parametrize("token", ["two words", "a\nb", "café"])
    def test_a_broken_secret_is_named_and_not_shown(self, pretend: PretendX, token: str) -> None:
        with pretend.serve() as server:
            request = replace(
                Run(server, {}).request, wanted=(Wanted("t", {"accounts": ["ann"]}),), secrets={"X_BEARER_TOKEN": token}
            )
            with pytest.raises(FetchError, match="X_BEARER_TOKEN") as caught:
                list(x.fetch(request))
            assert token not in str(caught.value)
            assert server.requests == []

    def test_the_secret_is_not_sent_in_clear_text(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            request = replace(
                Run(server, {}).request,
                wanted=(Wanted("t", {"accounts": ["ann"]}),),
                settings={"api": "http://x.example/2", "max_reads_per_run": 500},
            )
            with pytest.raises(FetchError, match="no https address"):
                list(x.fetch(request))

    @pytest.mark.parametrize(
        ("status", "said"), [(401, "X_BEARER_TOKEN"), (402, "credits"), (403, "access"), (429, "rate limit")]
    )
    def test_a_failure_of_the_credential_ends_the_run_and_keeps_what_came(
        self, pretend: PretendX, status: int, said: str
    ) -> None:
        pretend.posts.append(post(minutes_ago(1), "12"))
        pretend.broken["users/12/tweets"] = Answer(status, b'{"detail":"made-up-token"}')
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann", "bob"]}, max_reads_per_run=5000)
        assert run.error is not None
        assert said in run.error.reason
        assert run.error.status == status
        assert TOKEN not in str(run.error) + run.error.reason
        assert len(run.ids) == 100
        assert run.state.cursors["next"] == "account/12"

    def test_one_account_that_fails_costs_only_itself(self, pretend: PretendX) -> None:
        pretend.named |= {"cem": "13", "dan": "14"}
        pretend.hidden = {"12"}
        pretend.broken["users/13/tweets"] = Answer(404, b"{}")
        pretend.broken["users/14/tweets"] = Answer(503)
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["bob", "cem", "dan", "ann"], "lists": ["5"]})
        assert run.error is None
        assert len(run.ids) > 50
        assert run.failures.keys() == {"account/12", "account/13", "account/14", "list/5"}
        assert "not authorized" in run.failures["account/12"]

    def test_a_service_that_is_down_is_a_failure_of_the_network(self, pretend: PretendX) -> None:
        pretend.broken["users/11/tweets"] = Answer(503)
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann"]})
        assert run.error is not None
        assert run.error.status == 503

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"posts": []},
            {"data": "<html>"},
            {"data": {}},
            {"data": [[[]]]},
            {"data": [{"text": "no id"}]},
            {"meta": {"result_count": 3}},
            {"meta": []},
            {"data": [{"id": "5", "text": "t"}], "meta": {"next_token": 5}},
            [],
        ],
    )
    def test_a_changed_shape_is_never_zero_posts(self, pretend: PretendX, body: Any) -> None:
        pretend.broken["users/11/tweets"] = as_json(body)
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann"]})
        assert isinstance(run.error, FormatError)
        assert "format changed" in run.error.reason

    def test_broken_characters_cost_no_page(self, pretend: PretendX) -> None:
        body = b'{"data":[{"id":"%s","text":"a\xffb \\ud800"}]}' % OWN.encode()
        pretend.broken["users/11/tweets"] = Answer(200, body)
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann"]})
        assert [one.text for one in run.posts.values()] == ["a\ufffdb \ufffd"]

    def test_no_posts_at_all_is_no_error(self, pretend: PretendX) -> None:
        pretend.broken["users/11/tweets"] = as_json({"meta": {"result_count": 0}})
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann"]})
        assert (run.error, run.records, run.failures) == (None, [], {})

    @pytest.mark.parametrize(
        ("token", "most"), [(lambda _: "same", 2), (lambda n: f"t{n % 2}", 3), (lambda n: f"t{n}", 101)]
    )
    def test_pages_that_never_end_are_left(self, token: Any, most: int) -> None:
        sent = [0]

        def answer(request: Any) -> Any:
            sent[0] += 1
            return {"data": [{"id": "5", "text": "t"}], "meta": {"next_token": token(sent[0])}}

        with SpecServer(None, answer) as server:
            state = NetworkState(accounts={"ann": "x:11"}, cursors={"account/11": {"newest": "4"}})
            run = Run(server, {"accounts": ["ann"]}, state)
        assert run.error is None
        assert sent[0] <= most

    def test_a_list_place_that_x_forgot_is_looked_for_again(self, pretend: PretendX) -> None:
        pretend.lists = {"77": ["11"]}
        gap = {"since": pretend.posts[90]["id"], "until": pretend.posts[40]["id"], "token": "forgotten"}
        state = NetworkState(cursors={"list/77": {"newest": pretend.posts[0]["id"], "gaps": [gap]}})
        with pretend.serve() as server:
            answer = server._answer
            server._answer = lambda request: (
                Answer(400, b"{}") if request.query.get("pagination_token") == "forgotten" else answer(request)
            )
            first = Run(server, {"lists": ["77"]}, state, max_reads_per_run=5000)
            second = Run(server, {"lists": ["77"]}, first.state, max_reads_per_run=5000)
        assert {one["id"] for one in pretend.posts[41:90]} <= set(second.ids)
        assert "gaps" not in second.state.cursors["list/77"]


class TestCursor:
    @pytest.mark.quick
    def test_a_hole_without_a_lower_end_keeps_none_when_joined(self) -> None:
        cursor = Cursor(100).with_gap(None, Gap(until=1, left=7))
        for number in range(2, 2 + x_cursor.GAPS_MAX):
            cursor = cursor.with_gap(None, Gap(since=number * 2, until=number * 2 + 1))
        assert len(cursor.gaps) == x_cursor.GAPS_MAX
        assert cursor.gaps[-1] == Gap(until=5, left=7)

    @settings(deadline=None)
    @given(
        st.integers(1, 10**18),
        st.lists(st.tuples(st.integers(1, 10**18), st.integers(1, 10**18)), max_size=60),
    )
    def test_it_survives_storage_and_joined_holes_cover_all(self, newest: int, ranges: list[tuple[int, int]]) -> None:
        cursor = Cursor(newest)
        for low, high in ranges:
            cursor = cursor.with_gap(None, Gap(since=min(low, high), until=max(low, high)))
        assert x_cursor.load(json.loads(json.dumps(cursor.dump()))) == cursor
        assert len(cursor.gaps) <= x_cursor.GAPS_MAX
        for low, high in ranges:
            middle = (low + high) // 2
            assert any((gap.since or 0) <= middle <= (gap.until or 0) for gap in cursor.gaps)

    @settings(deadline=None, max_examples=50)
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner) | st.dictionaries(st.sampled_from(["newest", "gaps", "token", "since"]), inner)
            ),
        )
    )
    def test_a_damaged_one_is_as_none(self, value: Any) -> None:
        assert isinstance(x_cursor.load(value), Cursor)


def parse(raw: Any, answer: Mapping[str, Any] | None = None, account_id: str | None = None) -> list[Post]:
    included = x_posts.Included.of(answer or {}, account_id)
    return x.SOURCE.parse(Record(raw, ("t",), "users/11/tweets data[0]", included), NOW)


OWN = minutes_ago(5)
OTHER = minutes_ago(60)


class TestParse:
    def test_a_post_with_everything(self) -> None:
        raw = post(
            OWN,
            "11",
            "Nice &amp; short &lt;3 https://t.co/aa  https://t.co/pic",
            entities={
                "urls": [
                    link("https://t.co/aa", "https://bit.ly/x", "https://arxiv.org/abs/2611.01234"),
                    {**link("https://t.co/pic", "https://x.com/ann/status/1/photo/1"), "media_key": "3_1"},
                ]
            },
        )
        [own] = parse(raw, {"includes": {"users": [{"id": "11", "username": "ann", "name": "Made-up\nAnn\u202e"}]}})
        assert own == Post(
            id=f"x:{OWN}",
            network="x",
            kind="post",
            url=f"https://x.com/i/status/{OWN}",
            account=Account(id="x:11", handle="ann", name="Made-up Ann"),
            posted_at=NOW - timedelta(minutes=5),
            seen_at=NOW,
            text="Nice & short <3 https://arxiv.org/abs/2611.01234",
            lang="en",
            links=("https://arxiv.org/abs/2611.01234",),
            counts=own.counts,
            trackers=("t",),
        )
        assert own.counts is not None
        assert (own.counts.likes, own.counts.reposts, own.counts.replies, own.counts.quotes) == (7, 2, 1, 0)

    @pytest.mark.parametrize("naming", [lambda value: value, older])
    def test_a_repost_has_the_whole_text_and_links_of_its_original(self, naming: Any) -> None:
        text = "A long thought. " * 20 + "https://t.co/bb"
        entities = {"urls": [link("https://t.co/bb", "https://arxiv.org/pdf/2611.01234")]}
        original = post(OTHER, "12", text[:270] + "…", note_post={"text": text, "entities": entities})
        raw = post(OWN, "11", f"RT @bob: {text[:120]}…", referenced_posts=[{"type": "retweeted", "id": OTHER}])
        answer = naming({"includes": {"posts": [original], "users": [{"id": "12", "username": "bob", "name": "B"}]}})
        first, own = parse(naming(raw), answer)
        assert (first.id, first.kind, first.account.handle, first.of) == (f"x:{OTHER}", "post", "bob", None)
        assert (own.id, own.kind, own.of) == (f"x:{OWN}", "repost", f"x:{OTHER}")
        assert own.links == first.links == ("https://arxiv.org/pdf/2611.01234",)
        assert own.text == first.text == text.replace("https://t.co/bb", "https://arxiv.org/pdf/2611.01234")
        assert own.trackers == first.trackers == ("t",)

    @pytest.mark.parametrize(
        ("types", "kind", "of"),
        [
            (["replied_to"], "reply", "1"),
            (["quoted"], "quote", "1"),
            (["replied_to", "quoted"], "quote", "2"),
            (["retweeted"], "repost", "1"),
            (["something_new"], "post", None),
            ([], "post", None),
        ],
    )
    def test_kinds(self, types: list[str], kind: str, of: str | None) -> None:
        references = [{"type": name, "id": str(index)} for index, name in enumerate(types, 1)]
        [own] = parse(post(OWN, "11", referenced_posts=references))
        assert (own.kind, own.of) == (kind, of and f"x:{of}")

    def test_an_answer_shows_the_post_that_it_answers(self) -> None:
        arxiv = {"urls": [link("https://t.co/aa", "https://arxiv.org/abs/2611.01234")]}
        parent = post(OTHER, "12", "https://t.co/aa", entities=arxiv)
        raw = post(OWN, "11", "wow", referenced_posts=[{"type": "replied_to", "id": OTHER}])
        first, own = parse(raw, {"includes": {"posts": [parent]}})
        assert first.links == ("https://arxiv.org/abs/2611.01234",)
        assert (own.links, own.of) == ((), first.id)

    @pytest.mark.parametrize("name", ["edit_history_tweet_ids", "edit_history_post_ids"])
    def test_an_edited_post_is_one_post_and_its_newest_text_counts(self, name: str) -> None:
        ids = [minutes_ago(30), minutes_ago(20)]
        first, edited = post(ids[0], "11", "teh paper"), post(ids[1], "11", "the paper")
        for raw, history in ((first, ids[:1]), (edited, ids)):
            del raw["edit_history_post_ids"]
            raw[name] = history
        quote = post(minutes_ago(10), "12", "yes", referenced_tweets=[{"type": "quoted", "id": ids[1]}])
        (one,), (other,) = parse(first), parse(edited)
        assert (one.id, other.id) == (f"x:{ids[0]}",) * 2
        assert one.posted_at == other.posted_at
        for merged in (merge_posts(one, other), merge_posts(other, one)):
            assert (merged.text, merged.url) == ("the paper", f"https://x.com/i/status/{ids[1]}")
            assert x_posts.reduce(merged, {}).url == merged.url
        assert parse(quote, {"includes": {"tweets": [edited]}})[-1].of == one.id

    def test_an_original_that_cannot_be_used_costs_only_itself(self) -> None:
        raw = post(OWN, "11", referenced_posts=[{"type": "quoted", "id": OTHER}])
        [own] = parse(raw, {"includes": {"posts": [{"id": OTHER, "text": "no author"}]}})
        assert own.kind == "quote"

    def test_the_time_is_in_the_id_where_it_is_not_stated(self) -> None:
        raw = post(OWN, "11")
        del raw["created_at"]
        assert parse(raw)[0].posted_at == NOW - timedelta(minutes=5)
        assert parse({**raw, "created_at": "yesterday"})[0].posted_at == NOW - timedelta(minutes=5)

    def test_an_id_from_before_2010_without_time_is_from_before_ids_held_one(self) -> None:
        for missing in ({}, {"created_at": ""}, {"created_at": None}):
            [own] = parse({"id": "20", "text": "t", "author_id": "12", **missing})
            assert own.posted_at == datetime(2010, 11, 4, 1, 42, 54, tzinfo=UTC)
        with pytest.raises(RecordError, match="created_at"):
            parse({"id": "20", "text": "t", "author_id": "12", "created_at": "yesterday"})
        [own] = parse({"id": "20", "text": "t", "author_id": "12", "created_at": "2006-03-21T20:50:14.000Z"})
        assert own.posted_at == datetime(2006, 3, 21, 20, 50, 14, tzinfo=UTC)

    def test_papers_are_found_beside_the_words_and_links_as_written_and_after_redirects(self) -> None:
        consent = link("https://t.co/aa", "https://arxiv.org/abs/2611.01234", "https://consent.example/?c=1")
        card = {**link("https://t.co/bb", "https://blog.example/p"), "title": "On arXiv:2611.00002", "description": ""}
        raw = post(
            OWN, "11", "Look https://t.co/aa https://t.co/bb", entities={"urls": [consent, card]},
            article={"title": "A", "plain_text": "of 10.48550/arXiv.2611.00003"},
        )  # fmt: skip
        [own] = parse(raw)
        assert own.links == (
            "https://arxiv.org/abs/2611.00002", "https://arxiv.org/abs/2611.00003", "https://arxiv.org/abs/2611.01234",
            "https://blog.example/p", "https://consent.example/?c=1",
        )  # fmt: skip
        assert own.text == "Look https://consent.example/?c=1 https://blog.example/p"

    def test_a_time_in_the_future_is_now(self) -> None:
        assert parse({**post(OWN, "11"), "created_at": "2036-01-01T00:00:00.000Z"})[0].posted_at == NOW

    def test_the_account_of_a_timeline_stands_in_for_a_missing_author(self) -> None:
        raw = post(OWN, "11")
        del raw["author_id"]
        assert parse(raw, account_id="11")[0].account.id == "x:11"
        with pytest.raises(RecordError, match="author_id"):
            parse(raw)

    @pytest.mark.parametrize(
        ("metrics", "likes"),
        [
            ({"like_count": -3}, 0),
            ({"like_count": "1,234"}, 0),
            ({"like_count": 10**30}, 10**12),
            ({"like_count": True}, 0),
        ],
    )
    def test_counts_are_numbers_that_can_be(self, metrics: Any, likes: int) -> None:
        counts = parse({**post(OWN, "11"), "public_metrics": metrics})[0].counts
        assert counts is not None
        assert counts.likes == likes

    def test_text_is_safe_to_put_anywhere(self) -> None:
        raw = post(OWN, "11", "a\x00b\x1b[31mc\ud800d\u202ee\r\nf\u2028g &#0; " + "x" * 40_000)
        text = parse(raw)[0].text
        assert text is not None
        assert text.startswith("ab[31mc\ufffdde\nf\ng")
        assert len(text) <= 25_000
        assert text.endswith("x…")
        assert text.encode("utf-8")

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "ftp://a/b", "//x", "https://", "https://a b", "https://[", 5]
    )
    def test_only_web_addresses_are_links(self, url: Any) -> None:
        entity = {"url": "https://t.co/aa", "expanded_url": url, "unwound_url": url, "start": 0, "end": 1}
        [own] = parse(post(OWN, "11", "https://t.co/aa", entities={"urls": [entity]}))
        assert own.links == ("https://t.co/aa",)

    def test_an_address_that_begins_like_another_is_left_whole(self) -> None:
        entities = {
            "urls": [link("https://t.co/a", "https://a.example/"), link("https://t.co/ab", "https://b.example/")]
        }
        [own] = parse(post(OWN, "11", "https://t.co/ab https://t.co/a https://t.co/abc", entities=entities))
        assert own.text == "https://b.example/ https://a.example/ https://t.co/abc"


class TestReduce:
    def test_only_ids_stay(self) -> None:
        raw = post(OWN, "11", "t", referenced_posts=[{"type": "quoted", "id": OTHER}])
        [own] = parse(raw, {"includes": {"users": [{"id": "11", "username": "ann", "name": "A"}]}})
        reduced = x.SOURCE.reduce(replace_papers(own), {"keep": "ids"})
        assert reduced == Post(
            id=own.id,
            network="x",
            kind="quote",
            of=f"x:{OTHER}",
            url=f"https://x.com/i/status/{OWN}",
            account=Account(id="x:11"),
            posted_at=own.posted_at,
            seen_at=NOW,
            papers=("2611.01234",),
            trackers=("t",),
        )
        assert x.SOURCE.reduce(own, {}) == x.SOURCE.reduce(own, {"keep": "ids"})

    @pytest.mark.parametrize(
        ("own_id", "of", "url", "without"),
        [
            ("x:11/like/20", "x:20", "https://x.com/ann/status/20", "https://x.com/i/status/20"),
            ("x:11/like/20", None, "https://twitter.com/ann/status/20?s=46", "https://x.com/i/status/20"),
            ("x:20", None, "https://mobile.twitter.com/ann/status/20", "https://x.com/i/status/20"),
            ("x:odd", None, "https://mirror.example/20", "https://mirror.example/20"),
        ],
    )
    def test_no_address_names_a_handle(self, own_id: str, of: str | None, url: str, without: str) -> None:
        liked = make.post(network="x", id=own_id, kind="like", of=of, url=url)
        assert x.SOURCE.reduce(liked, {"keep": "ids"}).url == without

    def test_a_private_repository_may_keep_all(self) -> None:
        [own] = parse(post(OWN, "11"))
        assert x.SOURCE.reduce(own, {"keep": "full"}) == own


def replace_papers(one: Post) -> Post:
    import msgspec

    return msgspec.structs.replace(one, papers=("2611.01234",))


class TestMadeUpPages:
    @pytest.mark.parametrize("name", ["timeline.json", "timeline_old_names.json"])
    def test_the_page_gives_the_same_posts_in_either_naming(self, name: str) -> None:
        posts = posts_or_error(NETWORKS["x"], json.loads((FIXTURES / name).read_text()))
        assert posts is not None
        assert {one.kind for one in posts.values()} == {"post", "quote", "reply", "repost"}
        assert len(posts) == 7
        assert [one.links for one in posts.values() if one.kind == "repost"] == [("https://arxiv.org/abs/2611.01234",)]

    def test_both_are_as_described(self, shared: Path) -> None:
        for name, spec in (
            ("timeline.json", "openapi.json"),
            ("timeline_old_names.json", "openapi-2.166-last-before-post-rename.json.gz"),
        ):
            described = OpenApi.load(shared / "real/specs/x" / spec)
            assert described.answer_problems("/2/users/11/tweets", json.loads((FIXTURES / name).read_text())) == []


class TestRecorded:
    def test_every_recorded_answer_with_posts_is_understood(self, shared: Path) -> None:
        understood = {}
        for path in sorted((shared / "real/responses/x_v2").rglob("*.json")):
            body = json.loads(path.read_bytes())["body"]
            rows = body.get("data", [])
            rows = rows if isinstance(rows, list) else [rows]
            if not rows or not all("text" in row and "sender_id" not in row for row in rows):
                continue
            included = x_posts.Included.of(body, "783214")
            records = [Record(row, ("t",), path.name, included) for row in rows]
            understood[path.name] = [one for record in records for one in _parsed_or_untimed(record)]
        assert len(understood) == 38
        assert len(understood["test_client_get_list_tweets.1.json"]) == 97
        with_references = understood["039_x-api__fundamentals__data-dictionary__reference_7.json"]
        assert {one.kind for one in with_references} >= {"reply"}
        assert sum(map(len, understood.values())) > 240


def _parsed_or_untimed(record: Record) -> list[Post]:
    """Some samples of the documentation have made-up short ids and no time: those are refused with that reason."""
    try:
        return x.SOURCE.parse(record, NOW)
    except RecordError as error:
        if "is no time" not in str(error):
            raise
        return []


class TestMonthlyCap:
    def test_fetch_stops_before_the_cap_of_the_month_and_says_until_when(self, pretend: PretendX) -> None:
        spent = {"2026-11-02": 9.6, "2026-10-30": 500.0}
        known = NetworkState(accounts={"ann": "x:11"}, spent_usd=spent)
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann"]}, known, max_usd_per_month=10.0)
        assert run.error is None
        assert 0 < run.meter.cost_usd <= 0.4
        assert run.state.cursors["next"] == "account/11"
        assert "from 2026-12-01 on" in run.meter.limits["max_usd_per_month"]

    @pytest.mark.quick
    def test_where_nothing_is_left_nothing_is_asked(self, pretend: PretendX) -> None:
        with pretend.serve() as server:
            run = Run(server, {"accounts": ["ann", "bob"]}, NetworkState(), max_usd_per_month=0)
            assert server.requests == []
        assert (run.error, run.meter.cost_usd) == (None, 0)
        assert "the other accounts (2) are looked up from" in run.meter.limits["max_usd_per_month"]
