"""Mastodon: what is asked of whom, where reading stops, and what its answers become."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.fetch.adapter.source import Record
from generator.fetch.intake import take_posts
from generator.fetch.sources.mastodon import source as mastodon
from generator.fetch.sources.mastodon.config import MastodonBlock
from generator.fetch.sources.mastodon.plan import token_names
from generator.fetch.sources.mastodon.posts import Seen
from generator.fetch.sources.mastodon.text import asks_not_to_be_shown, read_html
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.persons import Persons
from generator.model.records import Account, NetworkState, Post
from generator.model.tree import Tree
from generator.net.http import HttpClient, Response
from tests import one_run
from tests.loopback import Answer, as_json
from tests.pretend_mastodon import (
    NOW,
    Fediverse,
    MastodonSpec,
    PretendMastodon,
    account,
    ago,
    anchor,
    boost,
    card,
    quote,
    rss,
    snowflake,
    stamp,
    status,
)
from tests.spec_server import SpecServer

FIXTURES = Path(__file__).parents[1] / "fixtures" / "mastodon"
ARXIV = "https://arxiv.org/abs/2611.01234"
ONE, TWO = "one.example", "two.example"


@pytest.fixture(scope="session")
def spec() -> MastodonSpec | None:
    """The API's description; None where it is not on this machine."""
    path = Path(__file__).resolve().parents[3] / "shared/real/specs/mastodon/schema.json"
    return MastodonSpec.load(path) if path.is_file() else None


@pytest.fixture
def one() -> PretendMastodon:
    """An instance where ann wrote a lot and bob little."""
    instance = PretendMastodon(ONE)
    instance.add_many("ann", 90)
    instance.add_many("bob", 3)
    return instance


class Run(one_run.Run):
    """One fetch, with its events sorted."""

    def __init__(
        self,
        client: Any,
        block: Mapping[str, Any],
        state: NetworkState | None = None,
        *,
        now: datetime = NOW,
        secrets: Mapping[str, str] | None = None,
        people: tuple[str, ...] = (),
        since: datetime | None = None,
    ) -> None:
        written = block.get("trackers", {"mine": block})
        blocks = {tracker: one_run.as_configured(MastodonBlock, wanted) for tracker, wanted in written.items()}
        super().__init__(
            mastodon.SOURCE,
            blocks,
            state=state,
            now=now,
            client=client,
            secrets=secrets,
            people=people,
            since=since,
        )

    @property
    def ids(self) -> list[str]:
        return [record.raw["id"] for record in self.records]


def net(*instances: PretendMastodon, spec: MastodonSpec | None = None) -> Fediverse:
    return Fediverse({instance.domain: instance for instance in instances}, spec)


def parse(raw: Any, *, domain: str = ONE, own: tuple[str, ...] = (), **seen: Any) -> list[Post]:
    context = Seen(domain=domain, own=frozenset(f"mastodon:{name}" for name in own), **seen)
    return mastodon.SOURCE.parse(Record(raw, ("mine",), "statuses [0]", context), NOW)


def post_of(raw: Any, **seen: Any) -> Post:
    return parse(raw, **seen)[-1]


ANN = account("ann", ONE, "1")


class TestAsking:
    def test_every_request_and_answer_is_as_described(self, one: PretendMastodon, spec: MastodonSpec | None) -> None:
        ann, bob = one.accounts["ann"], one.accounts["bob"]
        gone = status(ann, "77", in_reply_to_id="41", in_reply_to_account_id="9")
        parents = {key: status(bob, key, at=ago(9999)) for key in ("41", "42")}
        reply = status(bob, snowflake(ago(1)), in_reply_to_id="42", in_reply_to_account_id=bob["id"])
        quoting = status(ann, snowflake(ago(2)), quote=quote(parents["41"]), card=card(ARXIV))
        boosting = boost(ann, snowflake(ago(3)), gone)
        one.others = parents
        one.tags["arxiv"] = [reply, quoting, boosting]
        one.follows[ann["id"]] = [account("cem", TWO, "5", at=ONE), bob]
        one.statuses["5"] = [status(account("cem", TWO, "5", at=ONE), snowflake(ago(4)))]
        fediverse = net(one, spec=spec)
        block = {"accounts": [f"@Ann@{ONE}"], "follows_of": [f"ann@{ONE}"], "tags": [f"arXiv@{ONE}"]}
        run = Run(fediverse, block)
        again = Run(fediverse, block, run.state)
        assert fediverse.violations == []
        assert run.error is None
        assert run.failures == {}
        assert len([post for post in run.posts.values() if post.account.handle == f"ann@{ONE}"]) == 90 + 3
        assert {post.account.handle for post in run.posts.values()} == {f"ann@{ONE}", f"bob@{ONE}", f"cem@{TWO}"}
        assert again.meter.requests == 4

    def test_over_http_on_loopback(self, one: PretendMastodon, spec: MastodonSpec | None) -> None:
        with one.serve(spec) as server:
            one.domain = server.url.removeprefix("http://")
            run = Run(HttpClient("tests"), {"accounts": [f"{server.url}/@ann"], "tags": [f"{server.url}/tags/ml"]})
            assert server.violations == []
            assert server.requests[0].path == "/api/v1/accounts/lookup"
        assert len(run.posts) == 90
        assert run.meter.limits == {one.domain: "298 of 300 until 12:05Z"}
        assert run.state.accounts == {f"{server.url}/@ann": f"mastodon:ann@{one.domain}"}

    def test_a_run_without_news_asks_once_a_stream_and_changes_nothing(self, one: PretendMastodon) -> None:
        ann = one.accounts["ann"]
        one.follows[ann["id"]] = [one.accounts["bob"], account("cem", TWO, "5", at=ONE)]
        one.statuses["5"] = [status(account("cem", TWO, "5", at=ONE), snowflake(ago(4)))]
        one.tags["ml"] = one.statuses[ann["id"]]
        fediverse = net(one)
        block = {"accounts": [f"ann@{ONE}"], "follows_of": [f"ann@{ONE}"], "tags": [f"ml@{ONE}"]}
        first = Run(fediverse, block)
        fediverse.asked.clear()
        again = Run(fediverse, block, first.state, now=NOW + timedelta(hours=1))
        assert len(fediverse.asked) == 1 + 2 + 2  # the tag's page of late arrivals is full: there may be more
        one.tags["ml"] = []
        fediverse.asked.clear()
        quiet = Run(fediverse, block, again.state, now=NOW + timedelta(hours=2))
        assert fediverse.paths() == [
            f"/api/v1/accounts/{ann['id']}/statuses",
            f"/api/v1/accounts/{one.accounts['bob']['id']}/statuses",
            "/api/v1/accounts/5/statuses",
            "/api/v1/timelines/tag/ml",
        ]
        assert quiet.state == again.state == first.state
        assert quiet.records == []
        assert quiet.meter.requests == 4
        assert quiet.meter.cost_usd == 0

    @pytest.mark.parametrize("links", [True, False])
    @pytest.mark.parametrize("knows_min_id", [True, False])
    def test_everything_new_is_read(self, one: PretendMastodon, links: bool, knows_min_id: bool) -> None:
        one.sends_links, one.knows_min_id = links, knows_min_id
        fediverse = net(one)
        first = Run(fediverse, {"accounts": [f"ann@{ONE}"]})
        assert len(set(first.ids)) == 90
        ann = one.add_many("ann", 130, first=0.1, step=0.01, key=1)
        again = Run(fediverse, {"accounts": [f"ann@{ONE}"]}, first.state)
        new = [row["id"] for row in one.statuses[ann["id"]][:130]]
        assert set(again.ids) == set(new)
        assert again.meter.requests <= 7
        quiet = Run(fediverse, {"accounts": [f"ann@{ONE}"]}, again.state)
        assert quiet.meter.requests == 1
        assert quiet.records == []
        assert quiet.state == again.state

    def test_no_more_requests_than_the_pages_force(self, one: PretendMastodon) -> None:
        names = [f"p{number}" for number in range(200)]
        for name in names:
            one.add_many(name, 2)
        fediverse = net(one)
        block = {"accounts": [f"{name}@{ONE}" for name in names]}
        first = Run(fediverse, block)
        assert first.meter.requests == 400  # a look-up and a page each
        for name in names[:50]:
            one.add_many(name, 3, first=1, step=0.1, key=1)
        news = Run(fediverse, block, first.state)
        assert news.meter.requests == 200
        assert len(news.records) == 150

    def test_a_first_run_reads_thirty_days_and_at_least_a_page(self, one: PretendMastodon) -> None:
        one.add_many("cem", 300, step=24 * 60 / 5)
        one.add_many("dan", 100, first=10**6)
        run = Run(net(one), {"accounts": [f"cem@{ONE}"]})
        old = Run(net(one), {"accounts": [f"dan@{ONE}"]})
        assert len(run.records) == 160  # five a day: the fourth page ends on day 32
        assert len(old.records) == 40

    def test_older_posts_come_back_to_the_day_that_is_asked_for(self, one: PretendMastodon) -> None:
        one.add_many("cem", 1000, step=24 * 60 / 5)
        block = {"accounts": [f"cem@{ONE}"]}
        first = Run(net(one), block)
        back = Run(net(one), block, first.state, since=NOW - timedelta(days=150))
        assert len(back.records) == 760  # five a day: the page that ends on day 152
        assert back.state.cursors == first.state.cursors

    def test_a_new_tracker_has_the_past_too(self, one: PretendMastodon) -> None:
        block = {"accounts": [f"bob@{ONE}"]}
        first = Run(net(one), {"trackers": {"a": block}})
        both = Run(net(one), {"trackers": {"a": block, "b": block}}, first.state)
        quiet = Run(net(one), {"trackers": {"a": block, "b": block}}, both.state)
        assert {record.trackers for record in both.records} == {("a", "b")}
        assert len(both.records) == 3
        assert quiet.records == []

    def test_a_run_that_breaks_off_leaves_no_hole(self, one: PretendMastodon) -> None:
        """Whatever request it ends at, the posts that it gave and those of the next run are all of them."""
        first = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        bob = one.add_many("bob", 100, first=0.1, step=0.01, key=1)
        kept = []
        for stops in (1, 2, 3):
            fediverse = net(one)
            fediverse.breaks_after = stops
            cut = Run(fediverse, {"accounts": [f"bob@{ONE}"]}, first.state)
            rest = Run(net(one), {"accounts": [f"bob@{ONE}"]}, cut.state)
            assert sorted([*cut.ids, *rest.ids]) == sorted(row["id"] for row in one.statuses[bob["id"]][:100])
            kept.append((len(cut.ids), rest.state))
        assert [count for count, _ in kept] == [40, 80, 100]
        assert len({json.dumps(state.cursors) for _, state in kept}) == 1

    def test_late_arrivals_under_a_hashtag_are_read(self, one: PretendMastodon) -> None:
        ann = one.accounts["ann"]
        one.tags["ml"] = [status(ann, snowflake(ago(5)), at=ago(5))]
        first = Run(net(one), {"tags": [f"ml@{ONE}"]})
        late = status(account("cem", TWO, "5", at=ONE), snowflake(ago(20)), at=ago(20))
        one.tags["ml"].append(late)
        again = Run(net(one), {"tags": [f"ml@{ONE}"]}, first.state)
        assert late["id"] in again.ids
        assert again.state == first.state
        assert again.meter.requests == 1

    def test_a_server_with_other_ids_is_read_upwards_too(self, one: PretendMastodon) -> None:
        who = one.accounts["bob"]
        keys = [f"01HF{number:04d}ABCDEFGHJKMNPQRS" for number in range(30)]
        one.statuses[who["id"]] = [status(who, key) for key in reversed(keys[:25])]
        first = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        one.statuses[who["id"]] = [status(who, key) for key in reversed(keys)]
        assert set(Run(net(one), {"accounts": [f"bob@{ONE}"]}, first.state).ids) == set(keys[25:])


class TestPeople:
    def test_the_account_is_looked_up_once_and_again_after_a_month(self, one: PretendMastodon) -> None:
        block = {"accounts": [f"bob@{ONE}"]}
        first = Run(net(one), block)
        assert first.state.accounts == {f"bob@{ONE}": f"mastodon:bob@{ONE}"}
        soon, later = net(one), net(one)
        Run(soon, block, first.state, now=NOW + timedelta(days=29))
        Run(later, block, first.state, now=NOW + timedelta(days=31))
        assert "/api/v1/accounts/lookup" not in soon.paths()
        assert later.paths().count("/api/v1/accounts/lookup") == 1

    def test_whom_an_account_follows_is_asked_once_a_day_and_read_where_it_follows(self, one: PretendMastodon) -> None:
        ann = one.accounts["ann"]
        others = [account(f"p{number}", TWO, str(1000 + number), at=ONE) for number in range(170)]
        one.follows[ann["id"]] = list(reversed(others))
        one.statuses |= {who["id"]: [status(who, snowflake(ago(5)))] for who in others}
        block = {"follows_of": [f"ann@{ONE}"]}
        fediverse = net(one)
        first = Run(fediverse, block)
        assert fediverse.paths().count(f"/api/v1/accounts/{ann['id']}/following") == 3
        assert first.meter.requests == 1 + 3 + 170
        one.follows[ann["id"]] = []
        same = Run(net(one), block, first.state, now=NOW + timedelta(hours=23))
        later = Run(net(one), block, first.state, now=NOW + timedelta(hours=25))
        assert same.meter.requests == 170
        assert later.meter.requests == 1
        assert "follows nobody, or hides" in later.failures[f"follows/ann@{ONE}"]

    @pytest.mark.quick
    def test_yesterdays_follows_stand_in_when_they_cannot_be_asked(self, one: PretendMastodon) -> None:
        ann = one.accounts["ann"]
        one.follows[ann["id"]] = [one.accounts["bob"]]
        first = Run(net(one), {"follows_of": [f"ann@{ONE}"]})
        one.broken[f"/api/v1/accounts/{ann['id']}/following"] = Answer(500)
        one.add_many("bob", 1, first=1, key=1)
        later = Run(net(one), {"follows_of": [f"ann@{ONE}"]}, first.state, now=NOW + timedelta(days=2))
        assert later.error is None
        assert later.failures.keys() == {f"follows/ann@{ONE}"}
        assert len(later.records) == 1

    def test_who_is_followed_and_named_is_read_once(self, one: PretendMastodon) -> None:
        ann = one.accounts["ann"]
        one.follows[ann["id"]] = [one.accounts["bob"]]
        fediverse = net(one)
        run = Run(fediverse, {"accounts": [f"bob@{ONE}"], "follows_of": [f"ann@{ONE}"]})
        assert len(run.records) == 3
        assert len([path for path in fediverse.paths() if path.endswith("/statuses")]) == 1

    @pytest.mark.quick
    def test_an_api_on_another_host_than_the_name_is_found_by_web_finger(self, one: PretendMastodon) -> None:
        named = PretendMastodon("example.org", web_finger=f"https://{ONE}")
        fediverse = net(one, named)
        run = Run(fediverse, {"accounts": ["bob@example.org"]})
        assert {post.account.id for post in run.posts.values()} == {"mastodon:bob@example.org"}
        fediverse.asked.clear()
        again = Run(fediverse, {"accounts": ["bob@example.org"]}, run.state)
        assert again.meter.requests == 1
        assert fediverse.paths(ONE) != []

    def test_an_account_that_moved_is_one_person_with_the_new_one_and_the_new_one_is_read(
        self, one: PretendMastodon
    ) -> None:
        two = PretendMastodon(TWO)
        two.add_many("bobby", 2)
        one.add("bob", moved=account("bobby", TWO, "5", at=ONE))
        one.statuses[one.accounts["bob"]["id"]] = []
        fediverse = net(one, two)
        first = Run(fediverse, {"accounts": [f"bob@{ONE}"]})
        again = Run(fediverse, {"accounts": [f"bob@{ONE}"]}, first.state)
        assert {post.account.handle for post in again.posts.values()} == {f"bobby@{TWO}"}
        persons = Persons([], {"mastodon": again.state})
        keys = {persons.key(Account(id=f"mastodon:{name}", handle=name)) for name in (f"bob@{ONE}", f"bobby@{TWO}")}
        assert len(keys) == 1
        assert Run(fediverse, {"accounts": [f"bob@{ONE}"]}, again.state).meter.requests == 1

    @pytest.mark.quick
    def test_an_unknown_account_fails_alone(self, one: PretendMastodon) -> None:
        run = Run(net(one), {"accounts": [f"nobody@{ONE}", f"bob@{ONE}"], "tags": [f"ml@{ONE}"]})
        assert run.error is None
        assert run.failures.keys() == {f"account/nobody@{ONE}"}
        assert len(run.records) == 3


class TestTokens:
    def test_a_token_is_sent_to_its_instance_alone(self, one: PretendMastodon) -> None:
        one.token = "made-up"
        two = PretendMastodon(TWO)
        two.add_many("cem", 1)
        one.follows[one.accounts["ann"]["id"]] = [account("cem", TWO, "5", at=ONE)]
        fediverse = net(one, two)
        block = {"accounts": [f"bob@{ONE}", f"cem@{TWO}"], "follows_of": [f"ann@{ONE}"]}
        run = Run(fediverse, block, secrets={"MASTODON_TOKEN_ONE_EXAMPLE": "made-up"})
        assert run.failures == {}
        assert len(run.posts) == 4
        sent = {(host, request.headers.get("authorization")) for host, request in fediverse.asked}
        assert sent == {(ONE, "Bearer made-up"), (TWO, None)}
        assert "made-up" not in json.dumps([run.state.cursors, run.meter.limits, run.failures])

    def test_names(self) -> None:
        assert token_names(["https://a-b.example.org", "http://127.0.0.1:80"]) == {
            "https://a-b.example.org": "MASTODON_TOKEN_A_B_EXAMPLE_ORG",
            "http://127.0.0.1:80": "MASTODON_TOKEN_127_0_0_1_80",
        }

    def test_where_two_instances_would_share_a_name_neither_gets_the_token(self) -> None:
        pair = [PretendMastodon("a-b.example"), PretendMastodon("a.b.example")]
        for instance in pair:
            instance.add_many("bob", 1)
        fediverse = net(*pair)
        block = {"accounts": [f"bob@{instance.domain}" for instance in pair]}
        run = Run(fediverse, block, secrets={"MASTODON_TOKEN_A_B_EXAMPLE": "made-up"})
        assert len(run.posts) == 2
        assert not any("authorization" in request.headers for _, request in fediverse.asked)

    def test_the_secrets_of_the_network_are_all_that_begin_so(self) -> None:
        environment = {"MASTODON_TOKEN_A": "1", "MASTODON_TOKEN_B": "", "X_BEARER_TOKEN": "2", "HOME": "3"}
        assert mastodon.SOURCE.secrets_in(environment) == {"MASTODON_TOKEN_A": "1"}

    def test_a_token_is_not_sent_with_the_public_feed(self, one: PretendMastodon) -> None:
        one.token = "other"
        one.feeds["/@bob.rss"] = Answer(200, rss("bob", ONE, [("7", "<p>x</p>", ago(5))]))
        fediverse = net(one)
        run = Run(fediverse, {"accounts": [f"bob@{ONE}"]}, secrets={"MASTODON_TOKEN_ONE_EXAMPLE": "made-up"})
        assert [request.headers.get("authorization") for _, request in fediverse.asked] == ["Bearer made-up", None]
        assert len(run.records) == 1


class TestClosedInstances:
    @pytest.fixture
    def closed(self, one: PretendMastodon) -> PretendMastodon:
        one.token = "secret"
        items = [("700", f"<p>{anchor(ARXIV)}</p>", ago(5)), ("600", "<p>5 &lt; 6</p>", ago(50))]
        headers = {"Content-Type": "application/rss+xml; charset=utf-8", "ETag": 'W/"made-up"'}
        one.feeds["/@bob.rss"] = Answer(200, rss("bob", ONE, items), headers)
        return one

    def test_the_public_feed_is_read(self, closed: PretendMastodon) -> None:
        run = Run(net(closed), {"accounts": [f"bob@{ONE}"]})
        assert run.error is None
        assert run.failures == {}
        assert run.state.accounts == {f"bob@{ONE}": f"mastodon:bob@{ONE}"}
        post = run.posts[f"mastodon:https://{ONE}/users/bob/statuses/700"]
        assert post.text == ARXIV
        assert post.links == (ARXIV,)
        assert post.url == f"https://{ONE}/@bob/700"
        assert post.account == Account(id=f"mastodon:bob@{ONE}", handle=f"bob@{ONE}")
        assert post.posted_at == ago(5)
        assert {other.text for other in run.posts.values()} == {ARXIV, "5 < 6"}

    def test_it_is_the_same_post_that_the_api_gives(self, closed: PretendMastodon) -> None:
        bob = account("bob", ONE, "1")
        assert post_of(status(bob, "700")).id in Run(net(closed), {"accounts": [f"bob@{ONE}"]}).posts

    @pytest.mark.quick
    def test_a_run_without_news_asks_for_the_feed_alone(self, closed: PretendMastodon) -> None:
        first = Run(net(closed), {"accounts": [f"bob@{ONE}"]})
        fediverse = net(closed)
        closed.feeds["/@bob.rss"] = Answer(304)
        quiet = Run(fediverse, {"accounts": [f"bob@{ONE}"]}, first.state, now=NOW + timedelta(days=6))
        assert fediverse.paths() == ["/@bob.rss"]
        assert fediverse.asked[0][1].headers["if-none-match"] == 'W/"made-up"'
        assert quiet.state == first.state

    def test_the_api_is_asked_again_after_a_week_or_with_a_token(self, closed: PretendMastodon) -> None:
        first = Run(net(closed), {"accounts": [f"bob@{ONE}"]})
        later = Run(net(closed), {"accounts": [f"bob@{ONE}"]}, first.state, now=NOW + timedelta(days=8))
        assert later.meter.requests == 2
        secrets = {"MASTODON_TOKEN_ONE_EXAMPLE": "secret"}
        opened = Run(net(closed), {"accounts": [f"bob@{ONE}"]}, first.state, secrets=secrets)
        assert len(opened.posts) == 3
        assert "feed" not in opened.state.cursors[f"account/bob@{ONE}"]

    def test_a_wrong_clock_does_not_close_an_instance_for_years(self, closed: PretendMastodon) -> None:
        first = Run(net(closed), {"accounts": [f"bob@{ONE}"]}, now=NOW + timedelta(days=9_000))
        fediverse = net(closed)
        Run(fediverse, {"accounts": [f"bob@{ONE}"]}, first.state)
        assert fediverse.paths() == ["/api/v1/accounts/lookup", "/@bob.rss"]

    def test_an_instance_is_asked_once_whether_it_is_closed(self, closed: PretendMastodon) -> None:
        closed.feeds["/@ann.rss"] = Answer(200, rss("ann", ONE, []))
        run = Run(net(closed), {"accounts": [f"bob@{ONE}", f"ann@{ONE}"]})
        assert run.meter.requests == 3

    def test_statuses_that_are_closed_behind_an_open_look_up(self, one: PretendMastodon) -> None:
        bob = one.accounts["bob"]
        one.broken[f"/api/v1/accounts/{bob['id']}/statuses"] = as_json({"error": "no"}, 401)
        one.feeds["/@bob.rss"] = Answer(200, rss("bob", ONE, [("7", "<p>x</p>", ago(5))]))
        assert len(Run(net(one), {"accounts": [f"bob@{ONE}"]}).posts) == 1

    def test_a_refused_token_is_told(self, closed: PretendMastodon) -> None:
        run = Run(net(closed), {"accounts": [f"bob@{ONE}"]}, secrets={"MASTODON_TOKEN_ONE_EXAMPLE": "stale"})
        assert len(run.posts) == 2
        assert "does not accept our token" in run.failures[f"account/bob@{ONE}"]

    @pytest.mark.quick
    def test_without_a_feed_the_reason_names_the_remedy(self, closed: PretendMastodon) -> None:
        run = Run(net(closed), {"accounts": [f"ann@{ONE}"], "tags": [f"ml@{ONE}"], "follows_of": [f"ann@{ONE}"]})
        for name in (f"account/ann@{ONE}", f"tag/ml@{ONE}", f"follows/ann@{ONE}"):
            assert "MASTODON_TOKEN_ONE_EXAMPLE" in run.failures[name]

    @pytest.mark.parametrize(
        "body", [b"", b"<html>", b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", b"{}", b"<rss><channel><item>"]
    )
    @pytest.mark.quick
    def test_a_feed_of_another_shape_is_never_zero_posts(self, closed: PretendMastodon, body: bytes) -> None:
        closed.feeds["/@bob.rss"] = Answer(200, body)
        run = Run(net(closed), {"accounts": [f"bob@{ONE}"]})
        assert run.error is not None or len(run.records) == 1
        assert not run.posts if run.error else True

    def test_whether_who_is_followed_wants_to_be_found_is_not_known(self, closed: PretendMastodon) -> None:
        post = run_one(rss_status := Run(net(closed), {"accounts": [f"bob@{ONE}"]}).records[0].raw)
        assert rss_status["visibility"] == "public"
        assert post.text is None


def run_one(raw: Any) -> Post:
    return post_of(raw)


class TestFailures:
    def test_one_instance_that_fails_costs_only_itself(self, one: PretendMastodon) -> None:
        away = FetchError("it does not answer", url="https://two.example", silent=True)
        fediverse = Fediverse({ONE: one, TWO: away})
        names = [f"cem@{TWO}", f"dan@{TWO}"]
        run = Run(fediverse, {"accounts": [f"bob@{ONE}", *names], "tags": [f"ml@{TWO}"]})
        assert run.error is None
        assert run.failures == {
            **{f"account/{name}": "it does not answer" for name in names},
            f"tag/ml@{TWO}": "it does not answer",
        }
        assert len(run.records) == 3
        assert len(fediverse.paths(TWO)) == 1

    def test_where_all_fail_the_network_does(self) -> None:
        fediverse = Fediverse({ONE: FetchError("away", status=None), TWO: FetchError("broken", status=502)})
        run = Run(fediverse, {"accounts": [f"bob@{ONE}", f"cem@{TWO}"]})
        assert run.error is not None
        assert run.error.reason == "none of the 2 instances could be read, one of them because: away"

    def test_one_account_that_fails_costs_only_itself(self, one: PretendMastodon) -> None:
        ann, bob = one.accounts["ann"], one.accounts["bob"]
        first = Run(net(one), {"accounts": [f"ann@{ONE}", f"bob@{ONE}"]})
        one.broken[f"/api/v1/accounts/{ann['id']}/statuses"] = Answer(500)
        one.add_many("bob", 1, first=1, key=1)
        run = Run(net(one), {"accounts": [f"ann@{ONE}", f"bob@{ONE}"]}, first.state)
        assert run.error is None
        assert run.failures == {f"account/ann@{ONE}": "HTTP 500"}
        assert run.ids == [one.statuses[bob["id"]][0]["id"]]
        assert run.state.cursors[f"account/ann@{ONE}"] == first.state.cursors[f"account/ann@{ONE}"]

    @pytest.mark.quick
    def test_an_instance_that_wants_to_be_left_alone_is_and_the_next_run_begins_there(
        self, one: PretendMastodon
    ) -> None:
        names = [f"p{number}" for number in range(6)]
        for name in names:
            one.add_many(name, 1)
        first = Run(net(one), {"accounts": [f"{name}@{ONE}" for name in names]})
        tired = f"/api/v1/accounts/{one.accounts['p3']['id']}/statuses"
        one.broken[tired] = Answer(429, headers={"Retry-After": "9999"})
        fediverse = net(one)
        run = Run(fediverse, {"accounts": [f"{name}@{ONE}" for name in names]}, first.state)
        assert run.error is None
        assert run.failures.keys() == {f"account/p{number}@{ONE}" for number in (3, 4, 5)}
        assert len(fediverse.asked) == 4
        one.broken = {}
        fediverse.asked.clear()
        later = Run(fediverse, {"accounts": [f"{name}@{ONE}" for name in names]}, run.state)
        assert fediverse.paths()[0] == tired
        assert later.state == first.state

    @pytest.mark.quick
    def test_used_up_limits_are_waited_for(self, one: PretendMastodon) -> None:
        waited: list[float] = []
        at = [1000.0]

        def sleep(seconds: float) -> None:
            waited.append(seconds)
            at[0] += seconds

        def answer(request: Any) -> Any:
            body = one.answer(request)
            used_up = {"X-RateLimit-Limit": "300", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": stamp(ago(-1))}
            plain = body.body if isinstance(body, Answer) else json.dumps(body).encode()
            return Answer(
                200, plain, {"Content-Type": "application/json", "Date": f"{NOW:%a, %d %b %Y %H:%M:%S} GMT", **used_up}
            )

        with SpecServer(None, answer) as server:
            client = HttpClient("tests", clock=lambda: at[0], sleep=sleep, wall=NOW.timestamp)
            run = Run(client, {"accounts": [f"{server.url}/@ann", f"{server.url}/@bob"]})
        assert run.error is None
        assert [round(seconds) for seconds in waited] == [60] * len(waited)
        assert waited

    @pytest.mark.parametrize(
        "body", [{}, [{}], [1], "x", None, [{"id": "1"}], [{"id": 5, "account": {}}], {"error": "x"}]
    )
    def test_a_changed_shape_is_never_zero_posts(self, one: PretendMastodon, body: Any) -> None:
        one.broken[f"/api/v1/accounts/{one.accounts['bob']['id']}/statuses"] = as_json(body)
        run = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        assert isinstance(run.error, FormatError)
        assert "format changed" in run.error.reason
        assert f"account/bob@{ONE}" not in run.state.cursors

    @pytest.mark.parametrize("body", [[], {"id": "1"}, {"id": 1, "acct": "a"}, {"id": "1", "acct": "a b"}])
    def test_so_in_a_look_up(self, one: PretendMastodon, body: Any) -> None:
        one.broken["/api/v1/accounts/lookup"] = as_json(body)
        assert isinstance(Run(net(one), {"accounts": [f"bob@{ONE}"]}).error, FormatError)

    @pytest.mark.slow
    def test_every_recorded_fault_ends_in_a_named_reason(self, shared: Path) -> None:
        """And with what another instance gave kept. That all of them do is shown by e2e/test_faults.py."""
        from generator.net.http.transport import Timeouts
        from tests.loopback import Loopback, Raw
        from tests.one_run import Clock, faults

        quick = Timeouts(connect_s=0.5, read_s=0.5, total_s=1.0)
        fine = PretendMastodon("fine")
        fine.add_many("bob", 3)
        wrong = []
        for row in faults(shared / "corpora")[::8]:
            raw = Raw((shared / "corpora" / row["file"]).read_bytes())
            with Loopback([raw]) as server, fine.serve() as other:
                clock = Clock()
                client = HttpClient("t", timeouts=quick, clock=clock, sleep=clock.sleep, resolve=_only_here)
                tag = f"{server.url}/tags/ml"
                alone = Run(client, {"tags": [tag]})
                run = Run(client, {"tags": [tag], "accounts": [f"{other.url}/@bob"]})
                quiet = row["id"] == "http-empty_list"
                if len(run.records) != 3 or run.error is not None:
                    wrong.append(f"{row['id']}: the other instance suffered")
                if not quiet and not run.failures.get(f"tag/{tag}"):
                    wrong.append(f"{row['id']}: no reason")
                if not quiet and (alone.error is None and not alone.failures):
                    wrong.append(f"{row['id']}: no error")
                if alone.records:
                    wrong.append(f"{row['id']}: records")
        assert wrong == []


class TestThreads:
    def test_what_replies_answer_is_asked_for_together_and_once(self, one: PretendMastodon) -> None:
        bob, cem = one.accounts["bob"], account("cem", TWO, "5", at=ONE)
        one.others = {
            str(n): status(cem, str(n), f"<p>{anchor(ARXIV)}</p>", ago(9999), uri=f"https://{TWO}/p/{n}")
            for n in range(100, 125)
        }
        one.statuses[bob["id"]] = [
            status(
                bob,
                snowflake(ago(n)),
                "<p>I agree</p>",
                ago(n),
                in_reply_to_id=str(100 + n),
                in_reply_to_account_id="5",
            )
            for n in range(25)
        ]
        fediverse = net(one)
        run = Run(fediverse, {"accounts": [f"bob@{ONE}"]})
        assert fediverse.paths()[2:] == ["/api/v1/statuses"] * 2  # 25 of them, 20 at once
        replies = [post for post in run.posts.values() if post.kind == "reply"]
        assert {post.of for post in replies} == {f"mastodon:https://{TWO}/p/{n}" for n in range(100, 125)}
        tree = Tree()
        take_posts(tree, run.posts.values(), now=NOW)
        assert {post.papers for post in tree.posts.values()} == {("2611.01234",)}
        assert len(tree.posts) == 50
        assert tree.states == {} or all(not state.waiting for state in tree.states.values())

    @pytest.mark.quick
    def test_a_server_without_batches_is_asked_one_by_one(self, one: PretendMastodon) -> None:
        one.has_batch = False
        bob = one.accounts["bob"]
        one.others = {str(n): status(bob, str(n)) for n in (100, 101)}
        one.statuses[bob["id"]] = [status(bob, snowflake(ago(n)), in_reply_to_id=str(n)) for n in (100, 101, 102)]
        fediverse = net(one)
        run = Run(fediverse, {"accounts": [f"bob@{ONE}"]})
        assert [path for path in fediverse.paths() if "/statuses/" in path] == [
            f"/api/v1/statuses/{n}" for n in (100, 101, 102)
        ]
        assert [post.of for post in run.posts.values() if post.kind == "reply"].count(None) == 1
        assert Run(net(one), {"accounts": [f"bob@{ONE}"]}, run.state).meter.requests == 1

    def test_a_parent_on_the_same_page_is_not_asked_for(self, one: PretendMastodon) -> None:
        bob = one.accounts["bob"]
        first = status(bob, snowflake(ago(9)), f"<p>{anchor(ARXIV)}</p>", ago(9))
        second = status(
            bob, snowflake(ago(8)), "<p>and</p>", ago(8), in_reply_to_id=first["id"], in_reply_to_account_id=bob["id"]
        )
        one.statuses[bob["id"]] = [second, first]
        run = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        assert run.meter.requests == 2
        assert [post.of for post in run.posts.values() if post.kind == "reply"] == [f"mastodon:{first['uri']}"]

    @pytest.mark.quick
    def test_parents_that_are_not_for_everybody_are_not_pointed_at(self, one: PretendMastodon) -> None:
        bob = one.accounts["bob"]
        one.others = {"100": status(bob, "100", visibility="unlisted")}
        one.statuses[bob["id"]] = [
            status(bob, snowflake(ago(9)), in_reply_to_id="100", in_reply_to_account_id=bob["id"])
        ]
        run = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        assert [(post.kind, post.of) for post in run.posts.values()] == [("reply", None)]

    @pytest.mark.quick
    def test_the_parent_of_ones_own_thread_has_a_likely_address_where_it_cannot_be_asked(
        self, one: PretendMastodon
    ) -> None:
        bob = one.accounts["bob"]
        one.broken["/api/v1/statuses/100"] = as_json({"error": "This method requires an authenticated user"}, 401)
        one.statuses[bob["id"]] = [
            status(bob, snowflake(ago(9)), in_reply_to_id="100", in_reply_to_account_id=bob["id"]),
        ]
        run = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        assert [post.of for post in run.posts.values()] == [f"mastodon:https://{ONE}/users/bob/statuses/100"]
        assert parse(status(bob, "101", in_reply_to_id="100", in_reply_to_account_id="9"), guess=True)[0].of is None

    def test_an_instance_that_tells_nobody_about_single_statuses_is_asked_once(self, one: PretendMastodon) -> None:
        refused = as_json({"error": "This method requires an authenticated user"}, 401)
        one.broken = {f"/api/v1/statuses/{key}": refused for key in ("100", "200")}
        for user, key in (("ann", "100"), ("bob", "200")):
            who = one.accounts[user]
            one.statuses[who["id"]] = [status(who, snowflake(ago(9)), in_reply_to_id=key)]
        fediverse = net(one)
        run = Run(fediverse, {"accounts": [f"ann@{ONE}", f"bob@{ONE}"]})
        assert run.failures == {}
        assert len([path for path in fediverse.paths() if path.startswith("/api/v1/statuses")]) == 1

    def test_a_boost_with_the_id_of_its_original_is_not_what_replies_answer(self, one: PretendMastodon) -> None:
        """As snac2 gives boosts."""
        bob = one.accounts["bob"]
        first = status(bob, snowflake(ago(9)), at=ago(9))
        boosted = {**boost(one.accounts["ann"], first["id"], first), "uri": f"https://{ONE}#{first['id']}"}
        reply = status(bob, snowflake(ago(8)), at=ago(8), in_reply_to_id=first["id"])
        one.statuses[bob["id"]] = [reply, boosted]
        run = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        assert run.posts[f"mastodon:{reply['uri']}"].of == f"mastodon:{first['uri']}"

    def test_a_fault_while_asking_for_parents_leaves_the_page_for_the_next_run(self, one: PretendMastodon) -> None:
        bob = one.accounts["bob"]
        one.statuses[bob["id"]] = [status(bob, snowflake(ago(9)), in_reply_to_id="100")]
        one.broken["/api/v1/statuses/100"] = Answer(500)
        run = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        assert run.error is not None
        assert f"account/bob@{ONE}" not in run.state.cursors

    def test_quotes_by_id_are_asked_for(self, one: PretendMastodon) -> None:
        bob = one.accounts["bob"]
        one.others = {"100": status(bob, "100", f"<p>{anchor(ARXIV)}</p>")}
        shallow = {"state": "accepted", "quoted_status_id": "100"}
        one.statuses[bob["id"]] = [status(bob, snowflake(ago(9)), quote=shallow)]
        run = Run(net(one), {"accounts": [f"bob@{ONE}"]})
        assert [(post.kind, post.of) for post in run.posts.values()][1] == (
            "quote",
            f"mastodon:https://{ONE}/users/bob/statuses/100",
        )

    @settings(max_examples=25, deadline=None)
    @given(st.permutations(range(6)), st.integers(0, 6))
    def test_neither_order_nor_how_runs_divide_them_changes_what_is_kept(self, order: list[int], cut: int) -> None:
        cem = account("cem", TWO, "5", at=ONE)
        root = status(cem, "10", f"<p>{anchor(ARXIV)}</p>", ago(60))
        known = {"10": f"mastodon:{root['uri']}", "11": f"mastodon:{status(ANN, '11')['uri']}"}
        raws = [
            root,
            status(ANN, "11", "<p>I agree</p>", ago(50), in_reply_to_id="10"),
            status(
                ANN,
                "12",
                "<p>Look</p>",
                ago(40),
                quote=quote(status(ANN, "11", "<p>I agree</p>", ago(50), in_reply_to_id="10")),
            ),
            boost(
                ANN,
                "13",
                status(ANN, "12", "<p>Look</p>", ago(40), quote={"state": "accepted", "quoted_status_id": "11"}),
            ),
            boost(ANN, "14", root),
            status(ANN, "15", "<p>arXiv:2611.09999</p>", ago(10)),
        ]

        def taken(*batches: list[Any]) -> dict[str, Post]:
            tree, texts = Tree(), dict[str, Post]()
            for batch in batches:
                posts = [post for raw in batch for post in parse(raw, known=known)]
                texts |= take_posts(tree, posts, now=NOW, texts=texts).texts
            return tree.posts

        shuffled = [raws[index] for index in order]
        assert taken(shuffled[:cut], shuffled[cut:]) == taken(raws)
        assert len(taken(raws)) == 6
        assert taken(raws)[f"mastodon:{raws[3]['uri']}"].papers == ("2611.01234",)


class TestParsing:
    def test_a_post(self) -> None:
        content = (
            f'<p>Read <a href="https://{TWO}/@cem" class="u-url mention">@<span>cem</span></a> on {anchor(ARXIV)}</p>'
        )
        made = status(ANN, "7", content, ago(10), card=card("https://card.example/paper"))
        assert parse(made) == [
            Post(
                id=f"mastodon:https://{ONE}/users/ann/statuses/7",
                network="mastodon",
                kind="post",
                url=f"https://{ONE}/@ann/7",
                account=Account(id=f"mastodon:ann@{ONE}", handle=f"ann@{ONE}", name="Made-up Ann"),
                posted_at=ago(10),
                seen_at=NOW,
                text=f"Read @cem on {ARXIV}",
                lang="en",
                links=(ARXIV, "https://card.example/paper"),
                counts=post_of(made).counts,
                trackers=("mine",),
            )
        ]
        counts = post_of(made).counts
        assert counts is not None
        assert (counts.likes, counts.reposts, counts.replies, counts.quotes) == (7, 2, 1, 0)

    def test_the_id_is_the_same_through_any_instance(self) -> None:
        here = status(ANN, "7")
        elsewhere = {**here, "id": "4711", "account": account("ann", ONE, "99", at=TWO), "url": f"https://{ONE}/@ann/7"}
        assert post_of(here, domain=ONE).id == post_of(elsewhere, domain=TWO).id
        assert post_of(here, domain=ONE).account == post_of(elsewhere, domain=TWO).account
        shouted = {**here, "uri": here["uri"].replace(ONE, ONE.upper())}
        assert post_of(shouted).id == post_of(here).id
        page_alone = {**here, "uri": None}
        assert post_of(page_alone).id == post_of(here).id

    def test_an_account_is_named_as_people_name_it(self) -> None:
        reference = "mastodon:ann@one.example"
        assert post_of(status(account("Ann", ONE, "1"), "7")).account.id == reference
        persons = Persons([(reference, "x:ann")], {})
        assert persons.key(post_of(status(ANN, "7")).account) == persons.key(Account(id="x:9", handle="ann"))

    def test_a_boost_comes_after_its_original_and_has_no_words(self) -> None:
        cem = account("cem", TWO, "5", at=ONE)
        original, repost = parse(boost(ANN, "8", status(cem, "7", f"<p>{anchor(ARXIV)}</p>", ago(99)), ago(3)))
        assert (original.kind, original.account.id) == ("post", f"mastodon:cem@{TWO}")
        assert (repost.kind, repost.of, repost.text, repost.links) == ("repost", original.id, None, ())
        assert repost.id == f"mastodon:https://{ONE}/users/ann/statuses/8/activity"
        assert repost.url == original.url
        assert repost.posted_at == ago(3)
        assert repost.account.handle == f"ann@{ONE}"

    @pytest.mark.parametrize("uri", ["same", "https://one.example#17", "https://one.example/ann/d/17/Announce"])
    def test_a_boost_without_an_address_of_its_own_has_one_id_all_the_same(self, uri: str) -> None:
        inner = status(account("cem", TWO, "5", at=ONE), "7")
        made = {**boost(ANN, "8", inner), "uri": inner["uri"] if uri == "same" else uri}
        assert parse(made)[-1].id == f"mastodon:{inner['uri']}#boost-by-ann@{ONE}"

    @pytest.mark.parametrize(
        "shape",
        [
            lambda inner: {"state": "accepted", "quoted_status": inner},
            lambda inner: {"quoted_status": inner},
            lambda inner: inner,
        ],
    )
    def test_a_quote_whole(self, shape: Any) -> None:
        inner = status(account("cem", TWO, "5", at=ONE), "7", f"<p>{anchor(ARXIV)}</p>")
        content = f'<p class="quote-inline">RE: {anchor("https://two.example/@cem/7")}</p><p>Nice</p>'
        quoted, own = parse(status(ANN, "8", content, quote=shape(inner), in_reply_to_id="3"))
        assert (own.kind, own.of, own.text, own.links) == ("quote", quoted.id, "Nice", ())

    def test_a_quote_by_id(self) -> None:
        shallow = {"state": "accepted", "quoted_status_id": "7"}
        assert (
            post_of(status(ANN, "8", quote=shallow), known={"7": "mastodon:https://x.example/7"}).of
            == "mastodon:https://x.example/7"
        )
        unknown = post_of(status(ANN, "8", quote=shallow))
        assert (unknown.kind, unknown.of) == ("quote", None)

    @pytest.mark.parametrize("state", ["pending", "rejected", "revoked", "deleted", "unauthorized", "made_up"])
    def test_a_quote_that_is_not_accepted_is_none(self, state: str) -> None:
        inner = status(account("cem", TWO, "5", at=ONE), "7")
        assert [post.kind for post in parse(status(ANN, "8", quote=quote(inner, state)))] == ["post"]

    def test_a_boost_of_a_quote_brings_all_three(self) -> None:
        cem = account("cem", TWO, "5", at=ONE)
        inner = status(ANN, "6", f"<p>{anchor(ARXIV)}</p>")
        posts = parse(boost(ANN, "8", status(cem, "7", "<p>See</p>", quote=quote(inner))))
        assert [post.kind for post in posts] == ["post", "quote", "repost"]

    def test_quotes_of_quotes_end(self) -> None:
        inner = status(ANN, "1")
        for number in range(2, 30):
            inner = status(ANN, str(number), quote=quote(inner))
        assert len(parse(inner)) <= 4

    @pytest.mark.parametrize("visibility", ["unlisted", "private", "direct", "made_up"])
    def test_only_what_is_for_everybody_is_taken(self, visibility: str) -> None:
        assert parse(status(ANN, "7", visibility=visibility)) == []
        hidden = status(account("cem", TWO, "5", at=ONE), "6", visibility=visibility)
        assert parse(boost(ANN, "7", hidden)) == []
        assert [(post.kind, post.of) for post in parse(status(ANN, "7", quote=quote(hidden)))] == [("quote", None)]
        assert parse(status(ANN, "7", local_only=True)) == []

    def test_a_status_that_does_not_say_for_whom_it_is_is_not_taken(self) -> None:
        made = status(ANN, "7")
        del made["visibility"]
        with pytest.raises(RecordError, match="visibility"):
            parse(made)

    def test_a_bot_says_so(self) -> None:
        assert post_of(status(account("bot", ONE, "1", bot=True), "7")).account.bot

    def test_a_warning_stands_before_the_text(self) -> None:
        assert post_of(status(ANN, "7", "<p>Text</p>", spoiler_text="A & <warning>")).text == "A & <warning>\n\nText"

    def test_papers_are_found_in_cards_and_descriptions_of_pictures(self) -> None:
        card = {"url": "https://blog.example/p", "title": "On arXiv:2611.00001", "description": ""}
        pictures = [{"description": "From arXiv:2611.00002"}, {"description": None}]
        own = post_of(status(ANN, "7", "<p>Look</p>", card=card, media_attachments=pictures))
        assert own.links == (
            "https://arxiv.org/abs/2611.00001", "https://arxiv.org/abs/2611.00002", "https://blog.example/p",
        )  # fmt: skip
        assert own.text == "Look"

    def test_pleroma_states_a_quote_in_its_extension(self) -> None:
        quoted = status(account("bob", ONE, "2"), "6")
        own = parse(status(ANN, "7", pleroma={"quote": quoted}))[-1]
        assert (own.kind, own.of) == ("quote", f"mastodon:{quoted['uri']}")

    @pytest.mark.parametrize("time", [None, ""])
    def test_a_status_without_time_was_posted_when_it_was_seen(self, time: str | None) -> None:
        assert post_of({**status(ANN, "7"), "created_at": time}).posted_at == NOW

    def test_times_in_the_future_are_now(self) -> None:
        assert post_of(status(ANN, "7", at=NOW + timedelta(days=3))).posted_at == NOW

    @pytest.mark.parametrize(
        "change",
        [
            {"uri": "", "url": None},
            {"uri": "javascript:x", "url": 'https://x.example/"><script>'},
            {"created_at": "yesterday"},
            {"account": None},
            {"account": {"acct": "a b"}},
            {"account": {"acct": "a@b@c"}},
            {"content": 5},
            {"reblog": [1]},
            {"reblog": {"id": "1", "visibility": "public"}},
        ],
    )
    def test_a_status_of_another_shape_names_its_place(self, change: Any) -> None:
        with pytest.raises(RecordError, match=r"statuses \[0\]\."):
            parse({**status(ANN, "7"), **change})

    def test_a_handle_change_is_another_account_on_mastodon_but_not_its_display_name(self) -> None:
        before, after = (post_of(status(account("ann", ONE, "1", display_name=name), "7")) for name in ("A", "B"))
        assert before.account.id == after.account.id


class TestWishes:
    WISHES: tuple[dict[str, Any], ...] = (
        {"indexable": False},
        {"indexable": None},
        {"noindex": True},
        {"limited": True},
        {"suspended": True},
        {"note": "<p>physicist #NoBot</p>"},
        {"note": '<p><a href="https://one.example/tags/noindex" class="hashtag">#<span>noindex</span></a></p>'},
        {"fields": [{"name": "bots", "value": "#nosearch", "verified_at": None}]},
    )

    @pytest.mark.parametrize("wish", WISHES)
    def test_who_does_not_want_to_be_found_is_counted_and_linked_without_words(self, wish: dict[str, Any]) -> None:
        who = account("ann", ONE, "1", **wish)
        found = post_of(status(who, "7", f"<p>I like {anchor(ARXIV)} and arXiv:2611.00042v2</p>", spoiler_text="x"))
        assert found.text is None
        assert found.account == Account(id=f"mastodon:ann@{ONE}", handle=f"ann@{ONE}")
        assert "Made-up" not in msgspec.json.encode(found).decode()
        assert found.links == ("https://arxiv.org/abs/2611.00042v2", ARXIV)
        assert found.url == f"https://{ONE}/@ann/7"
        tree = Tree()
        taken = take_posts(tree, [found], now=NOW)
        assert tree.posts[found.id].papers == ("2611.00042", "2611.01234")
        assert not taken.texts

    @pytest.mark.parametrize("wish", WISHES)
    def test_unless_it_is_the_owners_own(self, wish: dict[str, Any]) -> None:
        who = account("ann", ONE, "1", **wish)
        found = post_of(status(who, "7", "<p>Mine</p>"), own=(f"ann@{ONE}",))
        assert (found.text, found.account.name) == ("Mine", "Made-up Ann")

    def test_missing_counts_as_no(self) -> None:
        who = account("ann", ONE, "1")
        del who["indexable"]
        assert post_of(status(who, "7")).text is None

    def test_so_for_what_they_are_quoted_and_boosted_with(self) -> None:
        shy = account("shy", TWO, "5", at=ONE, indexable=False)
        assert parse(boost(ANN, "8", status(shy, "7")))[0].text is None
        quoted, own = parse(status(ANN, "8", "<p>Nice</p>", quote=quote(status(shy, "7"))))
        assert (quoted.text, own.text) == (None, "Nice")

    @pytest.mark.quick
    def test_whose_accounts_are_the_owners(self, one: PretendMastodon) -> None:
        """What a tracker lists, and what `people` lists; not whom they follow, nor who uses a hashtag."""
        for user in ("ann", "bob", "cem", "dan"):
            who = one.accounts.get(user) or one.add(user)
            who["indexable"] = False
            one.statuses[who["id"]] = [
                status(who, snowflake(ago(5)) + str(len(user)) + str(ord(user[0])), f"<p>{user}</p>")
            ]
        one.follows[one.accounts["ann"]["id"]] = [one.accounts["cem"], one.accounts["dan"]]
        block = {"accounts": [f"bob@{ONE}"], "follows_of": [f"ann@{ONE}"]}
        run = Run(net(one), block, people=(f"mastodon:cem@{ONE}", "x:dan"))
        shown = {post.account.handle: post.text for post in run.posts.values()}
        assert shown == {f"bob@{ONE}": "bob", f"cem@{ONE}": "cem", f"dan@{ONE}": None}

    def test_words_that_are_no_wish(self) -> None:
        for note in ("", "<p>nobot</p>", "<p>#nobots</p>", "<p>#robot #indexing</p>", "<p>my #nobotany blog</p>"):
            assert not asks_not_to_be_shown(note)


class TestHtml:
    @pytest.mark.parametrize(
        ("html", "text", "links"),
        [
            ("", "", ()),
            ("plain &amp; simple", "plain & simple", ()),
            ("<p>one</p><p>two<br>three<br />four</p>", "one\n\ntwo\nthree\nfour", ()),
            (f"<p>{anchor(ARXIV)}</p>", ARXIV, (ARXIV,)),
            (f'<p><a href="{ARXIV}">arxiv.org/abs/2611.0…</a></p>', ARXIV, (ARXIV,)),
            (f'<p><a href="{ARXIV}">this paper</a></p>', "this paper", (ARXIV,)),
            (f'<a href="{ARXIV}"><span class="invisible">https://arxiv.org/abs/1</span>look</a>', "look", (ARXIV,)),
            (
                '<a href="https://evil.example/"><span class="ellipsis">arxiv.org/abs</span></a>',
                "arxiv.org/abs",
                ("https://evil.example/",),
            ),
            ('<p>a<span class="invisible">hidden</span>b</p>', "ab", ()),
            ('<a href="javascript:alert(1)">x</a><a href="//y.example">y</a><a>z</a>', "xyz", ()),
            ('<a href="https://t.example/tags/ml" rel="tag">#<span>ml</span></a>', "#ml", ()),
            ('<a href="https://t.example/@a" class="u-url mention">@<span>a</span></a>', "@a", ()),
            ("<script>x()</script><style>y</style>z", "z", ()),
            ("<ul><li>a</li><li>b</li></ul>", "a\nb", ()),
            ("<p>  many \n spaces&nbsp;here </p>", "many spaces here", ()),
            ("<pre>a  b\nc</pre>", "a  b\nc", ()),
            ('<p class="quote-inline">RE: <a href="https://q.example/1">q</a></p><p>own</p>', "own", ()),
            ("<p>1 < 2 & 3 > 2</p>", "1 < 2 & 3 > 2", ()),
            ("<!-- <p>no</p> -->yes", "yes", ()),
        ],
    )
    def test_it(self, html: str, text: str, links: tuple[str, ...]) -> None:
        written = read_html(html)
        assert (written.text, written.links) == (text, links)

    def test_mentions_and_hashtags_are_no_links_whatever_their_markup(self) -> None:
        tags = [{"name": "ml", "url": "https://t.example/?t=ml"}]
        found = post_of(status(ANN, "7", '<a href="https://t.example/?t=ml">#ml</a>', tags=tags))
        assert found.links == ()

    @pytest.mark.parametrize(
        "part", ["<b>", "<", "<a href='https://x.example/'>", "<p", "&", "<!--", "</p>", "<table>", "\u202e", "\x00"]
    )
    def test_hostile_html_takes_no_time(self, part: str) -> None:
        written = read_html(part * 100_000 + "end")
        assert len(written.text) <= 200_000

    @given(st.text(alphabet="<>/ap =\"'&;#x…\n\t\u202eé", max_size=60))
    def test_whatever_it_is_it_ends_in_text(self, html: str) -> None:
        written = read_html(html)
        assert written.text == written.text.strip()
        assert "\n\n\n" not in written.text


class TestMadeUpPage:
    def test_it_is_as_described(self, spec: MastodonSpec | None) -> None:
        if spec is None:
            pytest.skip("the description of the API is not on this machine")
        body = json.loads((FIXTURES / "statuses.json").read_text())
        assert spec.answer_problems("/api/v1/accounts/1/statuses", body) == []


class TestRecorded:
    def test_every_recorded_status_and_account_is_understood(self, shared: Path) -> None:
        statuses = accounts = 0
        for path in sorted((shared / "real/responses/mastodon/rtoot").glob("*.json")):
            recorded = json.loads(path.read_bytes())
            host = recorded["request"]["uri"].split("/")[2]
            for row in _rows(recorded["body"]):
                if "visibility" in row:
                    statuses += 1
                    posts = parse(row, domain=host)
                    assert bool(posts) == (
                        row["visibility"] == "public" and (row["reblog"] or row)["visibility"] == "public"
                    )
                    assert all(post.id.startswith("mastodon:https://") for post in posts)
                elif "acct" in row:
                    accounts += 1
                    name = row["acct"] if "@" in row["acct"] else f"{row['acct']}@{host}"
                    found = post_of(status({**row, "url": row["url"]}, "7"), domain=host)
                    assert found.account.id == f"mastodon:{name.lower()}"
        assert (statuses, accounts) == (265, 24)

    def test_the_recorded_pages_follow_one_another(self, shared: Path) -> None:
        """Our reading of the Link header is the service's: the second page is what the first one names."""
        folder = shared / "real/responses/mastodon/rtoot"
        for name in ("get_account_statuses_limit", "get_account_statuses_limit.864c2f3", "handle_params_max_id"):
            first, second = (json.loads((folder / f"{name}.{number}.json").read_bytes()) for number in (1, 2))
            instance = _Recorded([first, second])
            run = Run(instance, {"tags": [f"ml@{ONE}"]})
            asked = f"max_id={second['request']['uri'].rpartition('max_id=')[2]}"
            assert asked in instance.asked[1]
            assert len(set(run.ids)) == len(first["body"]) + len(second["body"])

    def test_every_recorded_status_is_as_described(self, shared: Path, spec: MastodonSpec | None) -> None:
        """That is: the description is the service's. What came after a recording may be missing there."""
        assert spec is not None
        recorded = json.loads((shared / "real/responses/mastodon/rtoot/get_status_anonymous.1.json").read_bytes())
        problems = spec.answer_problems("/api/v1/statuses/1", recorded["body"])
        assert [one for one in problems if "required" in one] == []


def _only_here(host: str, _port: int) -> list[str]:
    """Any other name leads to an address that is never asked."""
    return [host] if host == "127.0.0.1" else ["192.0.2.1"]


class _Recorded:
    """Recorded answers in turn, then nothing."""

    def __init__(self, answers: list[Any]) -> None:
        self.left = list(answers)
        self.asked: list[str] = []

    def get(self, url: str, *, params: Any = None, **_: Any) -> Response:
        if "/statuses" in url:
            raise FetchError("not recorded", url=url, status=401)
        self.asked.append("&".join(f"{name}={value}" for name, value in (params or {}).items()))
        if not self.left:
            return Response(url, 200, {}, b"[]")
        answer = self.left.pop(0)
        headers = {
            name.lower(): value if isinstance(value, str) else value[0] for name, value in answer["headers"].items()
        }
        rows = [{**row, "created_at": datetime.now(UTC).isoformat()} for row in answer["body"]]
        return Response(url, 200, headers, json.dumps(rows).encode())


def _rows(body: Any) -> list[dict[str, Any]]:
    if isinstance(body, dict):
        body = [*body.get("ancestors", ()), *body.get("descendants", ())] if "ancestors" in body else [body]
    return [row for row in body if isinstance(row, dict)]
