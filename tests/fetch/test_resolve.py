"""Shortened links against servers on loopback: chains, circles, refusals, private targets, bounds, memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from generator.fetch.configuration import read as read_config
from generator.fetch.run import run
from generator.fetch.short_links import MOST_HOPS, MOST_SECONDS, LinkFollower
from generator.fetch.waits import kept_in_cache
from generator.finding.mentions import with_own_papers
from generator.finding.shorteners import SHORTENERS
from generator.model.errors import FetchError
from generator.model.records import Post
from generator.net.http import HttpClient, Response
from generator.net.http.transport import Timeouts
from generator.storage.store import Store
from tests import make
from tests.conftest import NOW
from tests.loopback import Answer, Loopback, Raw, Reply, Request
from tests.pretend_bluesky import PretendBluesky, did, facet, view

PAPER = "https://arxiv.org/abs/2401.00001v2"


def to(target: str, status: int = 301, **headers: str) -> Answer:
    return Answer(status, b"", {"Location": target, **headers})


_PATIENT = Timeouts(connect_s=30, read_s=30, total_s=30)
"""A busy machine answers late, and no host of these tests is silent unless a test says so."""


class Shortener:
    """A server that is on the table for a test, and what follows its links."""

    def __init__(self, server: Loopback, cache: Path) -> None:
        self.server = server
        self.cache = cache

    def link(self, path: str = "/a") -> str:
        return self.server.url + path

    def follower(self, now: datetime = NOW, timeouts: Timeouts = _PATIENT, **more: Any) -> LinkFollower:
        client = HttpClient("tests", timeouts=timeouts, sleep=lambda _: None)
        host = self.server.url.removeprefix("http://")
        return LinkFollower(client, self.cache, now, **{"hosts": {host}, **more})

    def follow(self, path: str = "/a", **more: Any) -> tuple[str, ...]:
        """The links of a post that has one short link, but for that one."""
        follower = self.follower(**more)
        found = follower.follow([make.post(text=f"read {self.link(path)}", links=())])
        follower.save()
        return found[0].links

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.server.requests]


@pytest.fixture
def short(tmp_path: Path) -> Iterator[Callable[[Any], Shortener]]:
    servers: list[Loopback] = []

    def start(replies: Any) -> Shortener:
        server = Loopback(replies)
        servers.append(server)
        server.__enter__()
        return Shortener(server, tmp_path / ".cache")

    yield start
    for server in servers:
        server.__exit__(None, None, None)


Start = Callable[[Any], Shortener]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_link_is_followed_by_its_headers_and_its_target_is_not_asked(short: Start, status: int) -> None:
    one = short([to(PAPER, status)])
    assert one.follow() == (PAPER,)
    assert one.asked == ["HEAD /a"]


def test_a_post_is_about_the_paper_that_its_short_link_leads_to(short: Start) -> None:
    one = short([to(PAPER)])
    found = one.follower().follow([make.post(text=one.link(), links=("https://example.org/a",), papers=())])[0]
    assert found.links == (PAPER, "https://example.org/a")
    assert with_own_papers(found).papers == ("2401.00001",)


def test_a_chain_is_followed_while_it_stays_on_the_table(short: Start) -> None:
    one = short({"/a": to("/b?x=1#y"), "/b": to("c"), "/c": to("//example.org/somewhere/else")})
    assert one.follow() == ("http://example.org/somewhere/else",)
    assert one.asked == ["HEAD /a", "HEAD /b", "HEAD /c"]


def test_a_chain_has_an_end(short: Start) -> None:
    one = short(lambda request: to(request.path + "a"))
    assert one.follow() == ()
    assert len(one.asked) == MOST_HOPS


@pytest.mark.parametrize("replies", [{"/a": to("/a")}, {"/a": to("/b"), "/b": to("/a#again")}])
def test_a_circle_is_left(short: Start, replies: dict[str, Answer]) -> None:
    one = short(replies)
    follower = one.follower()
    follower.follow([make.post(text=one.link())])
    assert list(follower.report.failed.values()) == ["it leads in a circle"]
    assert len(one.asked) == len(replies)


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1:9/abs/2401.00001", "http://localhost/a", "http://10.0.0.1/a", "http://[::1]/a", "http://router/a",
     "http://169.254.169.254/latest/meta-data/", "http://printer.local/a", "http://2130706433/a", "http://127.1/a",
     "http://[::ffff:192.168.0.1]/a", "http://user:pw@example.org/a", "file:///etc/passwd", "javascript:alert(1)",
     "http://", "https://exa mple.org\\@127.0.0.1/", "http://[bad/", ""],
)  # fmt: skip
def test_what_is_not_public_is_neither_asked_nor_kept(short: Start, target: str) -> None:
    one = short([to(target)])
    follower = one.follower()
    found = follower.follow([make.post(text=one.link(), links=())])
    assert found[0].links == ()
    assert len(follower.report.failed) == 1
    assert one.asked == ["HEAD /a"]


def test_a_name_that_leads_to_a_private_address_is_not_asked(tmp_path: Path) -> None:
    with Loopback([to(PAPER)]) as server:
        port = server.url.rpartition(":")[2]
        client = HttpClient("tests", resolve=lambda _host, _port: ["127.0.0.1"])
        follower = LinkFollower(client, None, NOW, hosts={f"short.example:{port}"})
        follower.follow([make.post(text=f"http://short.example:{port}/a")])
    assert server.requests == []
    assert "not public" in next(iter(follower.report.failed.values()))


@pytest.mark.parametrize("status", [400, 403, 404, 405, 406, 500, 501])
def test_where_head_is_not_understood_get_is_asked_and_its_page_not_read(short: Start, status: int) -> None:
    def answer(request: Request) -> Reply:
        if request.method == "HEAD":
            return Answer(status)
        head = f"HTTP/1.1 302 Found\r\nLocation: {PAPER}\r\nContent-Length: 99999999\r\n\r\n".encode()
        return Raw(head, b"<html>", close=False)

    one = short(answer)
    assert one.follow() == (PAPER,)
    assert one.asked == ["HEAD /a", "GET /a"]


@pytest.mark.parametrize("reply", [Answer(200, b"<meta http-equiv=refresh>"), Answer(301), Answer(204), Answer(410)])
def test_a_link_that_leads_nowhere_is_remembered_for_a_day(short: Start, reply: Answer) -> None:
    one = short([reply])
    assert one.follow() == ()
    asked = len(one.asked)
    assert one.follow(now=NOW + timedelta(hours=23)) == ()
    assert len(one.asked) == asked
    one.server.replies = [to(PAPER)]
    assert one.follow(now=NOW + timedelta(hours=25)) == (PAPER,)


def test_a_failure_that_a_wrong_clock_wrote_down_is_not_remembered_until_then(short: Start) -> None:
    one = short([Answer(404)])
    assert one.follow(now=NOW + timedelta(days=9_000)) == ()
    one.server.replies = [to(PAPER)]
    assert one.follow() == (PAPER,)


def test_a_target_is_remembered_for_ever(short: Start) -> None:
    one = short([to(PAPER)])
    for day in range(0, 4000, 500):
        assert one.follow(now=NOW + timedelta(days=day)) == (PAPER,)
    assert one.asked == ["HEAD /a"]
    assert [msgspec.json.decode(line)["target"] for line in (one.cache / "links.jsonl").read_bytes().splitlines()] == [
        PAPER
    ]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}\n[]\nnull\n", b'{"url":"a"', b"x" * 1000])
def test_a_damaged_cache_is_forgotten(short: Start, content: bytes) -> None:
    one = short([to(PAPER)])
    one.cache.mkdir()
    (one.cache / "links.jsonl").write_bytes(content)
    assert one.follow() == (PAPER,)
    assert one.follow() == (PAPER,)
    assert one.asked == ["HEAD /a"]


def test_a_cache_that_cannot_be_written_stops_nobody(short: Start) -> None:
    one = short([to(PAPER)])
    one.cache.write_bytes(b"a file where the folder should be")
    assert one.follow() == (PAPER,)


def test_posts_that_name_a_paper_or_are_captured_already_cost_no_request(short: Start) -> None:
    one = short([to(PAPER)])
    named = make.post("1", text=f"arXiv:2401.00009 {one.link()}")
    captured = make.post("2", text=one.link())
    follower = one.follower()
    assert follower.follow([named, captured], {captured.id: captured}) == [named, captured]
    assert one.asked == []


def test_one_link_in_many_posts_is_asked_once(short: Start) -> None:
    one = short([to(PAPER)])
    posts = [make.post(str(number), text=one.link(), links=()) for number in range(9)]
    assert {post.links for post in one.follower().follow(posts)} == {(PAPER,)}
    assert one.asked == ["HEAD /a"]


def test_a_run_asks_a_bounded_number_of_times(short: Start) -> None:
    one = short([to(PAPER)])
    posts = [make.post(str(number), text=one.link(f"/{number}")) for number in range(9)]
    follower = one.follower(most=4)
    assert sum(PAPER in post.links for post in follower.follow(posts)) == 4
    assert (follower.report.requests, len(follower.report.left), follower.report.followed) == (4, 5, 4)
    follower.save()
    assert sum(PAPER in post.links for post in one.follower(most=5).follow(posts)) == 9
    assert len(one.asked) == 9


def test_a_run_asks_for_a_bounded_time(short: Start) -> None:
    at = [0.0]

    def slow(_request: Request) -> Reply:
        at[0] += 50
        return to(PAPER)

    one = short(slow)
    follower = one.follower(most_s=120, clock=lambda: at[0])
    follower.follow([make.post(str(number), text=one.link(f"/{number}")) for number in range(9)])
    assert len(one.asked) == 3
    assert len(follower.report.left) == 6


class Silent:
    """Shorteners that are silent for as long as they are asked; the others answer at once."""

    def __init__(self, *silent: str) -> None:
        self.silent = silent
        self.at = 0.0

    def clock(self) -> float:
        return self.at

    def peek(self, url: str, *, method: str = "HEAD", within_s: float = 0) -> Response:  # noqa: ARG002
        assert within_s is not None
        if url.split("/")[2] in self.silent:
            self.at += within_s
            raise FetchError("it did not answer in time", url=url, silent=True)
        return Response(url, 301, {"location": PAPER}, b"")


def test_silent_hosts_leave_time_for_the_others_and_all_of_them_end_in_time(tmp_path: Path) -> None:
    names = sorted(SHORTENERS)
    for count in (4, len(names)):
        client = Silent(*names[:count])
        follower = LinkFollower(client, tmp_path / str(count), NOW, clock=client.clock)
        links = [f"https://{name}/{number}" for name in names for number in range(3)]
        found = follower.follow([make.post(str(place), text=link, links=()) for place, link in enumerate(links)])
        assert client.at <= MOST_SECONDS < 120
        if count == 4:
            assert sum(PAPER in post.links for post in found) == 3 * (len(names) - 4)
        else:
            assert follower.report.left, "what was not asked for is named"
            # a link that only our own end of time cut off is asked again, not held for a dead one
            assert len(follower.report.left) + len(follower.report.failed) == len(links)
            assert len(follower.report.failed) == MOST_SECONDS // 10


def test_a_host_that_does_not_answer_is_left_alone(short: Start) -> None:
    one = short([Raw(0.9)])
    follower = one.follower(timeouts=Timeouts(connect_s=2, read_s=0.3, total_s=0.5))
    follower.follow([make.post(str(number), text=one.link(f"/{number}")) for number in range(9)])
    assert len(one.asked) == 2
    assert (len(follower.report.failed), len(follower.report.left)) == (2, 7)


def test_a_busy_host_is_asked_in_another_run(short: Start) -> None:
    one = short([Answer(429, b"", {"Retry-After": "3000"})])
    assert one.follow() == ()
    one.server.replies = [to(PAPER)]
    assert one.follow() == (PAPER,)


def test_a_busy_host_is_not_asked_before_the_time_that_it_named(short: Start) -> None:
    one = short([Answer(429, b"", {"Retry-After": "3000"})])
    (one.cache / "waits.json").parent.mkdir(parents=True)
    (one.cache / "waits.json").write_text('{"damaged": 7}')
    seen = []
    for minutes in (0, 30, 51):
        now = NOW + timedelta(minutes=minutes)
        client = HttpClient("tests", timeouts=_PATIENT, sleep=lambda _: None)
        with kept_in_cache(client, one.cache, now):
            follower = LinkFollower(client, one.cache, now, hosts={one.server.url.removeprefix("http://")})
            (post,) = follower.follow([make.post(text=one.link(), links=())])
        seen.append((len(one.asked), post.links))
        one.server.replies = [to(PAPER)]
    assert seen == [(1, ()), (1, ()), (2, (PAPER,))]


def test_nobody_is_asked_without_a_client(short: Start) -> None:
    one = short([to(PAPER)])
    one.follow()
    offline = LinkFollower(None, one.cache, NOW, hosts={one.server.url.removeprefix("http://")})
    known, unknown = (make.post(path, text=one.link(path), links=()) for path in ("/a", "/b"))
    assert [post.links for post in offline.follow([known, unknown])] == [(PAPER,), ()]
    assert offline.report.left == {one.link("/b")}


def test_following_twice_changes_nothing(short: Start) -> None:
    one = short([to(PAPER)])
    first: list[Post] = one.follower().follow([make.post(text=one.link())])
    assert one.follower().follow(first) == first


def test_one_connection_serves_many_questions_for_headers(short: Start) -> None:
    one = short(lambda _: to(PAPER))
    one.follower().follow([make.post(str(number), text=one.link(f"/{number}")) for number in range(5)])
    assert len({request.client for request in one.server.requests}) == 1


# --- what a fetch brings once ----------------------------------------------------------------------------------------


def fetch_runs(one: Shortener, *runs: tuple[float, list[Post]], **more: Any) -> list[list[str]]:
    """Runs at hours from now with what they bring; own ids of what each gives to the intake with a paper."""
    given = []
    for hours, posts in runs:
        follower = one.follower(now=NOW + timedelta(hours=hours), **more)
        found = follower.follow_for("bluesky", posts, {})
        follower.save()
        given.append([post.id for post in found if with_own_papers(post).papers])
    return given


def bare(one: Shortener, name: str, **fields: Any) -> Post:
    return make.post(name, text=one.link(f"/{name}"), links=(), papers=(), seen_at=NOW, **fields)


def test_a_post_beyond_the_bound_is_given_back_in_the_next_run(short: Start) -> None:
    one = short([to(PAPER)])
    posts = [bare(one, str(number)) for number in range(5)]
    assert fetch_runs(one, (0, posts), (1, []), (2, []), most=3) == [
        [posts[0].id, posts[1].id, posts[2].id], [posts[3].id, posts[4].id], []
    ]  # fmt: skip
    assert len(one.asked) == 5


def test_a_run_that_is_cut_off_before_its_posts_are_stored_loses_none_that_waits(short: Start) -> None:
    one = short([Answer(503)])
    post = bare(one, "1")
    one.follower().follow_for("bluesky", [post], {})  # and cut off: its cursors may have moved, its end never came
    one.server.replies = [to(PAPER)]
    later = NOW + timedelta(hours=25)
    (found,) = one.follower(now=later).follow_for("bluesky", [], {})  # cut off again, before it was stored
    assert with_own_papers(found).papers
    assert fetch_runs(one, (25, []), (26, [])) == [[post.id], []]


@pytest.mark.parametrize("reply", [Raw(0.9), Answer(503), Answer(429)])
def test_a_post_waits_for_a_host_that_is_ill(short: Start, reply: Reply) -> None:
    one = short([reply])
    post = bare(one, "1")
    assert fetch_runs(one, (0, [post]), (1, [])) == [[], []]
    one.server.replies = [to(PAPER)]
    assert fetch_runs(one, (25, []), (26, [])) == [[post.id], []]


def test_a_post_waits_three_days_and_only_for_its_own_network(short: Start) -> None:
    one = short([Answer(503)])
    fetch_runs(one, (0, [bare(one, "1")]))
    one.server.replies = [to(PAPER)]
    other = one.follower(now=NOW + timedelta(hours=30))
    assert other.follow_for("mastodon", [], {}) == []
    assert fetch_runs(one, (73, [])) == [[]]


def test_a_link_that_leads_nowhere_for_good_is_not_waited_for(short: Start) -> None:
    one = short([Answer(410)])
    fetch_runs(one, (0, [bare(one, "1")]))
    assert (one.cache / "links-waiting.jsonl").read_bytes() == b""


def test_a_fetch_follows_short_links_before_it_decides_what_is_about_a_paper(short: Start, tmp_path: Path) -> None:
    one = short([to(PAPER)])
    text = f"the new one: {one.link()}"
    row = {"post": view("ada", "3kabc", text, said={"facets": [facet(text, one.link(), one.link())]})}
    store = Store(tmp_path / "data", tmp_path / ".cache")
    with PretendBluesky(feeds={did("ada"): [row, {"post": view("ada", "3kabb", "no paper")}]}).serve() as server:
        config = read_config(
            f"trackers: [{{id: example, bluesky: {{accounts: ['{did('ada')}']}}}}]\n"
            f"networks: {{bluesky: {{api: '{server.url}'}}}}".encode()
        )
        follower = one.follower()
        client = HttpClient("tests", sleep=lambda _: None)
        report = run(config, store, client_for=lambda _, seconds: client.limited(seconds), secrets={}, now=NOW,
                     only="bluesky", follow_links=follower.follow_for)  # fmt: skip
    assert [each.failure for each in report.networks] == [None]
    posts = Store(tmp_path / "data").load().posts
    assert [(post.links, post.papers) for post in posts.values()] == [((one.link(), PAPER), ("2401.00001",))]
    assert one.asked == ["HEAD /a"]
