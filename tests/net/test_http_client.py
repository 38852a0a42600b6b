"""The client against a server on loopback that does everything wrong: bounded time, one clear error, no secret."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.errors import FetchError, FormatError
from generator.net.http import HttpClient, get_json, shown, user_agent
from generator.net.http.addresses import AddressError, follow, is_allowed, parse_target
from generator.net.http.body import BodyError, decode_json, read_body
from generator.net.http.transport import Timeouts
from generator.net.http.waiting import LONGEST_S, backoff, limit_reset, retry_after
from tests.loopback import Answer, Loopback, Raw, Reply, Request, as_json

CALM = Timeouts(connect_s=5, read_s=5, total_s=10)
QUICK = Timeouts(connect_s=0.5, read_s=0.3, total_s=0.5)
"""Where the time-out itself is tested: a busy machine may need longer for a good answer."""
WALL = 1_795_397_600.0  # 2026-11-23 01:33:20 UTC


def drip(piece: bytes) -> list[bytes | float]:
    """The same bytes every 50 ms, for ten seconds."""
    return [piece, 0.05] * 200


def leads_to(*addresses: str) -> Callable[[str, int], list[str]]:
    """A resolver that gives every name these addresses."""
    return lambda _host, _port: list(addresses)


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept.append(seconds)
        self.now += seconds

    def client(self, **more: Any) -> HttpClient:
        return HttpClient(
            "tests", **{"clock": lambda: self.now, "wall": lambda: WALL + self.now - 1000, "sleep": self.sleep,
                        "chance": lambda: 0.0, "timeouts": CALM, **more}
        )  # fmt: skip


@pytest.fixture
def fake() -> FakeTime:
    return FakeTime()


def test_an_answer_comes_with_status_headers_and_body(fake: FakeTime) -> None:
    with Loopback([as_json({"a": 1}, headers={"ETag": '"x"'})]) as server:
        response = fake.client().get(server.url + "/p", params={"q": "a b&c", "ids": "1,2"}, headers={"X-Extra": "1"})
    assert (response.status, response.headers["etag"], json.loads(response.body)) == (200, '"x"', {"a": 1})
    request = server.requests[0]
    assert request.query == {"q": "a b&c", "ids": "1,2"}
    assert request.headers["x-extra"] == "1"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"] == "tests"
    assert request.headers["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in request.headers


def test_the_user_agent_says_who_asks_and_how_to_reach_them() -> None:
    agent = user_agent("https://example.org/t/", "you@example.org")
    assert agent == "trending-arxiv/1.1.0 (+https://example.org/t/; mailto:you@example.org)"
    assert user_agent() == "trending-arxiv/1.1.0"
    assert "\n" not in user_agent("https://example.org/\r\nX: y")


def test_one_connection_serves_several_requests(fake: FakeTime) -> None:
    client = fake.client()
    with Loopback(lambda _: as_json({})) as server:
        for _ in range(4):
            client.get(server.url)
    assert len({request.client for request in server.requests}) == 1


@pytest.mark.slow
def test_importing_the_client_does_not_import_requests() -> None:
    code = "import sys, generator.net.http; print([m for m in ('requests', 'urllib3', 'ssl') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- trying again ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 429])
def test_errors_that_may_pass_are_asked_again_after_a_pause(fake: FakeTime, status: int) -> None:
    with Loopback([Answer(status), Answer(status), as_json([])]) as server:
        assert fake.client().get(server.url).status == 200
    assert len(server.requests) == 3
    assert len(fake.slept) == 2
    assert fake.slept[1] >= 1.5 * fake.slept[0] >= 1.5


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 406, 410, 413, 451, 999])
def test_errors_that_stay_are_asked_once(fake: FakeTime, status: int) -> None:
    with Loopback([Answer(status, b'{"error":"why"}')]) as server, pytest.raises(FetchError) as caught:
        fake.client().get(server.url)
    assert (len(server.requests), fake.slept) == (1, [])
    assert (caught.value.status, caught.value.body) == (status, b'{"error":"why"}')
    assert f"HTTP {status}" in str(caught.value)


def test_it_gives_up_after_the_tries_that_it_was_given(fake: FakeTime) -> None:
    with Loopback([Answer(500)]) as server:
        for tries in (1, 2, 3):
            server.requests.clear()
            with pytest.raises(FetchError, match="HTTP 500"):
                fake.client().get(server.url, tries=tries)
            assert len(server.requests) == tries


def test_a_connection_that_breaks_is_tried_again(fake: FakeTime) -> None:
    broken = Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    with Loopback([Raw(), broken, as_json({"whole": True})]) as server:
        assert get_json(fake.client(), server.url) == {"whole": True}
    assert len(server.requests) == 3


def test_a_closed_port_is_a_fetch_error(fake: FakeTime) -> None:
    with Loopback() as server:
        url = server.url
    with pytest.raises(FetchError, match="could not be connected to"):
        fake.client().get(url)
    assert len(fake.slept) == 2


def test_retry_after_is_obeyed_to_the_second(fake: FakeTime) -> None:
    with Loopback([Answer(429, headers={"Retry-After": "30"}), as_json({})]) as server:
        fake.client().get(server.url)
    assert fake.slept == [30]


def test_nothing_is_sent_before_a_long_retry_after_is_over(fake: FakeTime) -> None:
    client = fake.client()
    with Loopback([Answer(429, headers={"Retry-After": "3600"}), as_json({})]) as server:
        with pytest.raises(FetchError) as first:
            client.get(server.url + "/a")
        assert (first.value.status, first.value.retry_after_s) == (429, 3600)
        fake.now += 1000
        with pytest.raises(FetchError) as second:
            client.get(server.url + "/b")
        assert second.value.retry_after_s == pytest.approx(2600)
        assert (len(server.requests), fake.slept) == (1, [])
        fake.now += 2601
        assert client.get(server.url + "/b").status == 200


def test_a_refusal_on_the_last_try_still_holds_back_the_next_question(fake: FakeTime) -> None:
    client = fake.client()
    with Loopback([Answer(429, headers={"Retry-After": "40"}), as_json({})]) as server:
        with pytest.raises(FetchError):
            client.get(server.url, tries=1)
        client.get(server.url)
    assert fake.slept == [40]


def test_a_used_up_limit_holds_back_that_endpoint_alone(fake: FakeTime) -> None:
    client = fake.client()
    limits = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(WALL) + 900)}
    with Loopback({"/2/users/123/tweets": as_json({}, headers=limits), "/2/lists/5": as_json({})}) as server:
        client.get(server.url + "/2/users/123/tweets")
        assert client.get(server.url + "/2/lists/5").status == 200
        with pytest.raises(FetchError) as caught:
            client.get(server.url + "/2/users/456/tweets")
    assert caught.value.retry_after_s == pytest.approx(900)
    assert server.paths == ["/2/users/123/tweets", "/2/lists/5"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0),
        ("30", 30),
        (" 30 ", 30),
        ("9" * 500, LONGEST_S),
        ("999999999", LONGEST_S),
        ("Mon, 23 Nov 2026 01:35:00 GMT", 100),
        ("Monday, 23-Nov-26 01:35:00 GMT", 100),
        ("Mon Nov 23 01:35:00 2026", 100),
        ("Sun, 22 Nov 2026 01:35:00 GMT", 0),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("٣٠", None),
        ("10, 20", None),
    ],
)
def test_retry_after_in_all_its_forms(value: str, expected: float | None) -> None:
    assert retry_after({"retry-after": value}, WALL) == expected


def test_a_retry_after_date_counts_from_the_service_s_clock() -> None:
    headers = {"retry-after": "Sun, 23 Nov 2025 01:36:01 GMT", "date": "Sun, 23 Nov 2025 01:35:01 GMT"}
    assert retry_after(headers, WALL) == 60


def test_rate_limit_resets_in_all_their_forms() -> None:
    assert limit_reset({"ratelimit-remaining": "0", "ratelimit-reset": str(int(WALL) + 60)}, WALL) == 60
    assert limit_reset({"ratelimit-remaining": "0", "ratelimit-reset": "60"}, WALL) == 60
    mastodon = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-11-23T01:35:00.123456Z"}
    assert limit_reset(mastodon, WALL) == pytest.approx(100.123456)
    assert limit_reset({"x-rate-limit-remaining": "3", "x-rate-limit-reset": str(int(WALL) + 60)}, WALL) is None
    assert limit_reset({"x-rate-limit-remaining": "0", "x-rate-limit-reset": "soon"}, WALL) is None


@given(st.text(max_size=80), st.text(max_size=80))
@pytest.mark.slow
def test_no_header_breaks_the_reading_of_waits(value: str, date: str) -> None:
    for waited in (
        retry_after({"retry-after": value, "date": date}, WALL),
        limit_reset({"ratelimit-remaining": "0", "ratelimit-reset": value, "date": date}, WALL),
    ):
        assert waited is None or 0 <= waited <= LONGEST_S


@given(st.integers(0, 10_000), st.floats(0, 1), st.booleans())
@pytest.mark.slow
def test_back_off_is_never_short_and_never_long(attempt: int, chance: float, limited: bool) -> None:
    assert 1 <= backoff(attempt, chance, limited=limited) <= 90


# --- manners --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_requests_to_one_host_are_spaced_also_over_threads() -> None:
    with Loopback(lambda _: Answer(200, b"{}", wait_s=0.02)) as server:
        host = server.url.removeprefix("http://")
        client = HttpClient("tests", spacing_s={host: 0.1}, timeouts=CALM)
        threads = [threading.Thread(target=client.get, args=(server.url,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
    assert len(server.requests) == 4
    assert min(server.gaps()) >= 0.1
    assert server.busiest == 1


def test_hosts_do_not_wait_for_each_other(fake: FakeTime) -> None:
    with Loopback([as_json({})]) as one, Loopback([as_json({})]) as other:
        client = fake.client(spacing_s={one.url.removeprefix("http://"): 3.0})
        client.get(one.url)
        client.get(other.url)
        assert fake.slept == []
        client.get(one.url)
        assert fake.slept == [3.0]


def test_a_budget_ends_calls_instead_of_waiting_beyond_it(fake: FakeTime) -> None:
    client = fake.client()
    with Loopback([Answer(429, headers={"Retry-After": "30"}), as_json({})]) as server:
        view = client.limited(20)
        with pytest.raises(FetchError) as caught:
            view.get(server.url)
        assert (caught.value.status, caught.value.retry_after_s, fake.slept) == (429, 30, [])
        fake.now += 31
        with pytest.raises(FetchError, match="used up"):
            view.get(server.url)
        assert client.limited(5).get(server.url).status == 200
    assert len(server.requests) == 2


@pytest.mark.slow
def test_a_budget_also_ends_a_running_request() -> None:
    with Loopback([Raw(b"HTTP/1.1 200 OK\r\n\r\n", *drip(b"x"))]) as server:
        client = HttpClient("tests")
        started = time.monotonic()
        with pytest.raises(FetchError):
            client.limited(0.3).get(server.url)
    assert time.monotonic() - started < 5


def test_a_service_that_stays_silent_is_given_up_for_this_run_and_no_other_is(fake: FakeTime) -> None:
    def ill(_request: Request) -> Reply:
        fake.now += 29
        return Answer(500)

    client = fake.client()
    with Loopback(ill) as server, Loopback([as_json({})]) as well:
        for _ in range(4):
            with pytest.raises(FetchError, match="500"):
                client.get(server.url, tries=1)
        with pytest.raises(FetchError, match=r"gave no usable answer for 116 s in this run \(at last: .*HTTP 500"):
            client.get(server.url)
        assert len(server.requests) == 4
        assert client.get(well.url).status == 200


def test_pauses_that_a_service_asks_for_are_part_of_the_patience(fake: FakeTime) -> None:
    client = fake.client()
    with Loopback([Answer(503, headers={"Retry-After": "40"})]) as server:
        for _ in range(5):
            with pytest.raises(FetchError):
                client.get(server.url)
    assert len(server.requests) == 3
    assert sum(fake.slept) == 80


def test_any_usable_answer_begins_patience_anew_even_that_there_is_nothing(fake: FakeTime) -> None:
    client, busy = fake.client(), Answer(503, headers={"Retry-After": "60"})
    with Loopback([busy, as_json({}), busy, Answer(404)] * 5) as server:
        for _ in range(5):
            assert client.get(server.url).status == 200
            with pytest.raises(FetchError, match="404"):
                client.get(server.url)
    assert sum(fake.slept) == 600


@pytest.mark.slow
def test_waiting_for_another_thread_is_part_of_the_budget() -> None:
    client = HttpClient("tests")
    with Loopback([Answer(200, b"{}", wait_s=1.5)]) as server:
        slow = threading.Thread(target=client.get, args=(server.url,))
        slow.start()
        while not server.requests:
            time.sleep(0.005)
        started = time.monotonic()
        with pytest.raises(FetchError, match="used up"):
            client.limited(0.1).get(server.url)
        assert time.monotonic() - started < 1.2
        slow.join(5)
    assert len(server.requests) == 1


def test_a_304_is_an_answer_only_to_a_conditional_question(fake: FakeTime) -> None:
    with Loopback([Answer(304)]) as server:
        assert fake.client().get(server.url, headers={"If-None-Match": '"x"'}).status == 304
        with pytest.raises(FetchError, match="304"):
            fake.client().get(server.url)


def test_cookies_are_not_kept(fake: FakeTime) -> None:
    client = fake.client()
    with Loopback([as_json({}, headers={"Set-Cookie": "session=1; Path=/"})]) as server:
        client.get(server.url)
        client.get(server.url)
    assert all("cookie" not in request.headers for request in server.requests)


# --- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Raw(*drip(b"H")),
        Raw(b"HTTP/1.1 200 OK\r\n", *drip(b"X: y\r\n")),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *drip(b"x")),
        Raw(b"HTTP/1.1 200 OK\r\n\r\n", *drip(b"x")),
        Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *drip(b"1\r\nx\r\n")),
        Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", close=False),
        Raw(close=False),
        Raw(b"HTTP/1.1 500 Oops\r\n\r\n", *drip(b"x")),
    ],
    ids=["status line", "headers", "body", "endless body", "chunks", "stalled body", "silence", "error body"],
)
@pytest.mark.slow
def test_an_answer_that_drips_is_cut_in_time(reply: Raw, fake: FakeTime) -> None:
    with Loopback([reply]) as server:
        started = time.monotonic()
        with pytest.raises(FetchError):
            fake.client(timeouts=QUICK).get(server.url, tries=1)
        assert time.monotonic() - started < 5


@pytest.mark.slow
def test_a_kept_connection_is_watched_too(fake: FakeTime) -> None:
    client = fake.client(timeouts=Timeouts(connect_s=2, read_s=2, total_s=0.8))
    with Loopback([as_json({}), Raw(b"HTTP/1.1 200 OK\r\n\r\n", *drip(b"x"))]) as server:
        client.get(server.url)
        started = time.monotonic()
        with pytest.raises(FetchError, match="longer than"):
            client.get(server.url, tries=1)
        assert time.monotonic() - started < 5
        assert server.requests[0].client == server.requests[1].client


@pytest.mark.slow
def test_a_secure_connection_that_is_never_made_fails_in_time(fake: FakeTime) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(FetchError):
            fake.client(timeouts=QUICK).get(f"https://127.0.0.1:{silent.getsockname()[1]}/", tries=1)
        assert time.monotonic() - started < 5


@pytest.mark.slow
def test_https_spoken_to_a_server_without_it_is_not_tried_again(fake: FakeTime) -> None:
    with Loopback([as_json({})]) as server, pytest.raises(FetchError, match="no secure connection"):
        fake.client().get(server.url.replace("http:", "https:"))
    assert fake.slept == []


def test_a_name_that_is_not_resolved_in_time_fails() -> None:
    def slow(host: str, port: int) -> list[str]:
        time.sleep(5)
        return []

    client = HttpClient("tests", timeouts=Timeouts(connect_s=0.2), resolve=slow)
    started = time.monotonic()
    with pytest.raises(FetchError, match="looked up in time"):
        client.get("https://slow.example/", tries=1)
    assert time.monotonic() - started < 4


# --- size and compression -------------------------------------------------------------------------------------------


def _gzipped(body: bytes) -> Answer:
    return Answer(200, gzip.compress(body), {"Content-Encoding": "gzip"})


@pytest.mark.slow
def test_compressed_answers_are_unpacked(fake: FakeTime) -> None:
    body = json.dumps(list(range(50_000))).encode()
    bare = zlib.compressobj(wbits=-15)
    replies: list[Reply] = [
        _gzipped(body),
        Answer(200, zlib.compress(body), {"Content-Encoding": "deflate"}),
        Answer(200, bare.compress(body) + bare.flush(), {"Content-Encoding": "deflate"}),
        Answer(200, gzip.compress(body[:9]) + gzip.compress(body[9:]), {"Content-Encoding": "x-gzip"}),
        Answer(200, body, {"Content-Encoding": "identity"}),
    ]
    with Loopback(replies) as server:
        for _ in replies:
            assert fake.client().get(server.url).body == body


def test_an_answer_over_the_limit_stops_early(fake: FakeTime) -> None:
    client = fake.client(size_limit=1000)
    with Loopback([Answer(200, b"x" * 1001), _gzipped(b"x" * 1001), _gzipped(b"x" * 1000)]) as server:
        with pytest.raises(FetchError, match="1,001 bytes"):
            client.get(server.url)
        with pytest.raises(FetchError, match="larger than"):
            client.get(server.url)
        assert len(client.get(server.url).body) == 1000
    assert len(server.requests) == 3


@pytest.mark.slow
def test_a_bomb_is_never_unpacked_beyond_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    seen = 0

    def chunks() -> Iterator[bytes]:
        nonlocal seen
        for start in range(0, len(bomb), 1000):
            seen += 1000
            yield bomb[start : start + 1000]

    with pytest.raises(BodyError, match="larger than"):
        read_body(chunks(), "gzip", 1_000_000)
    assert seen < len(bomb) / 10


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
@pytest.mark.slow
def test_a_bomb_in_one_piece_takes_no_more_memory_than_the_limit(encoding: str) -> None:
    zeros = b"\0" * 50_000_000
    bomb = gzip.compress(zeros) if encoding == "gzip" else zlib.compress(zeros)
    del zeros
    tracemalloc.start()
    with pytest.raises(BodyError, match="larger than"):
        read_body([bomb], encoding, 1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


def test_a_length_stated_in_two_ways_is_refused(fake: FakeTime) -> None:
    both = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    with Loopback([Raw(both)]) as server, pytest.raises(FetchError, match="two ways"):
        fake.client().get(server.url)


@given(st.binary(max_size=300), st.integers(0, 300), st.sampled_from(["gzip", "deflate"]))
@pytest.mark.slow
def test_a_cut_or_damaged_compressed_body_is_never_taken_for_whole(body: bytes, cut: int, encoding: str) -> None:
    packed = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
    assert read_body([packed], encoding, 1000) == body
    assert (
        read_body([packed[i : i + 1] for i in range(len(packed))], "gzip", 1000) == body if encoding == "gzip" else True
    )
    if 0 < cut < len(packed):
        with pytest.raises(BodyError):
            read_body([packed[:cut]], encoding, 1000)


# --- redirects and addresses ----------------------------------------------------------------------------------------


def _to(location: str, status: int = 302) -> Answer:
    return Answer(status, headers={"Location": location})


def test_redirects_are_followed_five_times(fake: FakeTime) -> None:
    def count_down(request: Request) -> Reply:
        left = int(request.path[1:])
        return _to(f"/{left - 1}", 307) if left else as_json("here")

    with Loopback(count_down) as server:
        assert fake.client().get(f"{server.url}/5").url == f"{server.url}/0"
        with pytest.raises(FetchError, match="more than 5"):
            fake.client().get(f"{server.url}/6")


def test_a_redirect_in_utf_8_is_followed_as_it_is_meant(fake: FakeTime) -> None:
    moved = Raw("HTTP/1.1 302 Found\r\nLocation: /café\r\nContent-Length: 0\r\n\r\n".encode())
    with Loopback([moved, as_json({})]) as server:
        fake.client().get(server.url)
    assert server.paths == ["/", "/caf%C3%A9"]


def test_secrets_stay_with_the_host_that_they_were_meant_for(fake: FakeTime) -> None:
    secret = {"Authorization": "Bearer hush", "X-Api-Key": "hush", "If-None-Match": '"v"'}
    with Loopback([as_json({})], address="127.0.0.2") as other:
        replies = {"/same": _to("/here"), "/here": as_json({}), "/away": _to(f"{other.url}/there")}
        with Loopback(replies) as server:
            fake.client().get(f"{server.url}/same", headers=secret)
            fake.client().get(f"{server.url}/away", headers=secret)
    assert [request.headers.get("authorization") for request in server.requests] == ["Bearer hush"] * 3
    sent = other.requests[0].headers
    assert "hush" not in str(sent)
    assert (sent["accept"], sent["user-agent"], sent["if-none-match"]) == ("application/json", "tests", '"v"')


def test_a_secret_is_not_sent_over_http(fake: FakeTime) -> None:
    with pytest.raises(FetchError, match="write https"):
        fake.client().get("http://api.example/", headers={"Authorization": "Bearer hush"})


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/", "http://192.168.1.1/", "http://10.0.0.1/", "http://[fe80::1]/",
        "file:///etc/passwd", "javascript:alert(1)", "ftp://example.org/", "http://user:pw@127.0.0.1/",
        "http://[::ffff:10.0.0.1]/", "//0.0.0.0/", "http://exa\\mple.org/", "http://127.0.0.1:99999/",
    ],
)  # fmt: skip
def test_redirects_to_places_that_are_none_of_our_business_are_refused(fake: FakeTime, location: str) -> None:
    with Loopback([_to(location)]) as server:
        with pytest.raises(FetchError):
            fake.client().get(server.url)
        assert len(server.requests) == 1


def test_a_public_name_that_leads_into_the_private_network_is_refused() -> None:
    """DNS rebinding: what counts is the address that is connected to, for every one of the answers."""
    with Loopback([as_json({})]) as server:
        port = server.url.rpartition(":")[2]
        for answers in (["127.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::1"], ["10.1.2.3"], ["169.254.169.254"]):
            client = HttpClient("tests", timeouts=CALM, resolve=leads_to(*answers))
            with pytest.raises(FetchError, match="not public"):
                client.get(f"http://rebound.example:{port}/")
        assert server.requests == []


def test_names_are_resolved_once_a_connection() -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with Loopback([as_json({})]) as server:
        client = HttpClient("tests", timeouts=CALM, resolve=resolve)
        url = server.url.replace("127.0.0.1", "localhost")
        client.get(url)
        client.get(url)
    assert asked == ["localhost"]


def test_the_second_address_is_tried_when_the_first_is_dead() -> None:
    with Loopback([as_json({})]) as server:
        client = HttpClient("tests", timeouts=CALM, resolve=leads_to("127.0.0.9", "127.0.0.1"))
        assert client.get(server.url.replace("127.0.0.1", "localhost")).status == 200


@pytest.mark.parametrize("answer", [[], OSError("no such host"), UnicodeError("label too long")])
def test_an_unknown_name_is_a_fetch_error(answer: list[str] | Exception) -> None:
    def resolve(host: str, port: int) -> list[str]:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(FetchError, match="not known"):
        HttpClient("tests", timeouts=QUICK, resolve=resolve).get("https://nowhere.example/", tries=1)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True), ("2606:4700::1111", True), ("127.0.0.1", False), ("10.0.0.1", False),
        ("172.16.0.1", False), ("192.168.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("255.255.255.255", False), ("::", False), ("::1", False),
        ("fe80::1", False), ("fe80::1%eth0", False), ("fc00::1", False), ("ff02::1", False), ("192.0.2.1", False),
        ("::ffff:127.0.0.1", False), ("::ffff:93.184.215.14", True), ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("fec0::1", False), ("192.88.99.1", False), ("192.0.0.9", False), ("64:ff9b:1::1", False), ("5f00::1", False),
        ("3fff::1", False), ("2001:20::1", False), ("2001:db8::1", False), ("100::1", False), ("::7f00:1", False),
        ("::ffff:0:7f00:1", False), ("2002:c058:6301::", False), ("64:ff9b::c058:6301", False), ("4000::1", False),
        ("198.18.0.1", False), ("240.0.0.1", False), ("192.175.48.1", True),
        ("2002:7f00:1::", False), ("not an address", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_allowed(address, loopback=False) is public


def test_https_never_becomes_http_and_no_redirect_leads_to_this_machine() -> None:
    there = parse_target("https://api.example/a?b=c#d")
    assert there.url == "https://api.example/a?b=c"
    assert follow(there, "../x").url == "https://api.example/x"
    assert follow(there, "/café").url == "https://api.example/caf%C3%A9"
    assert follow(parse_target("http://api.example/"), "https://api.example/").same_place(
        parse_target("http://api.example/")
    )
    for location in ("http://api.example/", "http://127.0.0.1/", "https://localhost/", "https://[::1]/", ""):
        with pytest.raises(AddressError):
            follow(there, location)


@given(st.text(max_size=60), st.text(max_size=60))
@pytest.mark.slow
def test_any_text_is_an_address_or_an_address_error(text: str, location: str) -> None:
    try:
        target = parse_target(text)
    except AddressError:
        target = parse_target("https://api.example/a")
    assert target.scheme in {"http", "https"}
    try:
        there = follow(target, location)
    except AddressError:
        return
    assert there.scheme in {"http", "https"}
    assert there.host


def test_addresses_from_the_corpus_never_lead_inside(shared: Path) -> None:
    """Every hostile address of the corpus is refused, or names a host whose addresses are checked when it is asked."""
    rows = [json.loads(line) for line in (shared / "corpora/urls/project_urls.jsonl").read_text().splitlines()]
    assert len(rows) > 50
    for row in rows:
        try:
            target = parse_target(row.get("value") or "")
        except AddressError:
            continue
        assert target.scheme in {"http", "https"}, row
        assert "@" not in target.url.split("/")[2], row


# --- secrets --------------------------------------------------------------------------------------------------------


def test_no_error_shows_a_secret(fake: FakeTime) -> None:
    client = fake.client()
    params = {"access_token": "hush1", "q": "arxiv.org", "api_key": "hush2", "token": "hush3"}
    headers = {"Authorization": "Bearer hush4"}
    replies: list[Reply] = [Answer(500), Raw(), Answer(403), _to("http://10.0.0.1/?token=hush5"), Raw(b"\0garbage")]
    with Loopback(replies) as server:
        for _ in replies:
            with pytest.raises(FetchError) as caught:
                client.get(server.url, params=params, headers=headers, tries=1)
            error = caught.value
            assert "hush" not in f"{error} {error!r} {error.url} {error.reason} {error.__cause__!r}"
            assert error.url.endswith(("?access_token=***&q=arxiv.org&api_key=***&token=***", "10.0.0.1/?token=***"))


@pytest.mark.parametrize("value", ["Bearer hush\n", "hush\r\nX: y", "hush\0", "hush é", " hush"])
def test_a_secret_with_a_line_break_is_named_but_not_shown(fake: FakeTime, value: str) -> None:
    with Loopback([as_json({})]) as server:
        with pytest.raises(FetchError, match="Authorization") as caught:
            fake.client().get(server.url, headers={"Authorization": value})
        assert "hush" not in str(caught.value)
        assert server.requests == []


def test_shown_addresses_are_short_and_harmless() -> None:
    assert shown("https://u:hush@api.example/p?token=hush&a=1&oauth_signature=hush#hush") == (
        "https://api.example/p?token=***&a=1&oauth_signature=***"
    )
    assert shown("https://api.example/\x1b[31m\n") == "https://api.example/%1B[31m"
    assert len(shown("https://api.example/" + "x" * 9000)) == 300


# --- JSON -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"a": [1, 2', "cut off"),
        (b'callback({"a":1})', "cut off or damaged"),
        (b'{"a": NaN}', "damaged"),
        (b'{"a":"\xff"}', "not UTF-8"),
        (b"[" * 100_000, "nested too deeply|cut off"),
        (b"\x1f\x8b\x08\x00garbage", "not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_a_format_error_that_shows_how_it_begins(fake: FakeTime, body: bytes, why: str) -> None:
    with Loopback([Answer(200, body)]) as server:
        with pytest.raises(FormatError, match=why) as caught:
            get_json(fake.client(), server.url + "/feed?token=hush")
        message = str(caught.value)
        assert server.url in message
        assert "hush" not in message
        assert message.isprintable()
        assert len(message) < 400


def test_a_page_instead_of_json_is_an_outage(fake: FakeTime) -> None:
    with Loopback([Answer(200, b"<html>")]) as server, pytest.raises(FetchError, match="page of HTML") as caught:
        get_json(fake.client(), server.url)
    assert not isinstance(caught.value, FormatError)


def test_json_keeps_its_text_and_loses_half_characters() -> None:
    assert decode_json(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00 \\ud83d x", "\\udc00": ["\\\\ud800"]}') == {
        "a": "\N{GRINNING FACE} \ufffd x",
        "\ufffd": ["\\ud800"],
    }


@given(st.binary(max_size=200))
@pytest.mark.slow
def test_any_bytes_are_json_or_a_body_error(body: bytes) -> None:
    try:
        text = json.dumps(decode_json(body))
    except BodyError as error:
        text = str(error)
    assert text.isprintable()


# --- the corpus of faults -------------------------------------------------------------------------------------------

_ACCEPTED = {
    "ok", "empty_object", "empty_list", "null_body", "no_cl_close", "chunked_ok", "gzip_ok", "json_error_200",
    "charset_lie", "200_remaining_zero", "200_bsky_ratelimit", "etag_weak", "etag_10k", "etag_crlf", "set_cookie",
    "date_skew_1y",
}  # fmt: skip
"""Good HTTP and good JSON: what it says is for the adapters to judge."""
_EITHER = {
    "gzip_twice", "gzip_trailing_garbage", "gzip_members", "bom_json", "1xx_flood",
}  # fmt: skip


@pytest.mark.slow
def test_every_recorded_fault_is_an_answer_or_one_fetch_error_in_bounded_time(
    shared: Path, caplog: pytest.LogCaptureFixture
) -> None:
    corpus = shared / "corpora"
    rows = [json.loads(line) for line in (corpus / "http_faults/scenarios.jsonl").read_text().splitlines()]
    replays = [row for row in rows if row["kind"] == "replay"]
    assert len(replays) > 100
    wrong: list[str] = []
    with Loopback() as server:
        for row in replays:
            name = row["id"].removeprefix("http-")
            server.replies = [Raw((corpus / row["file"]).read_bytes())]
            server.requests.clear()
            fake = FakeTime()
            client = fake.client(resolve=leads_to("192.0.2.1"), timeouts=QUICK)
            started = time.monotonic()
            try:
                get_json(client, server.url + "/a")
                good = True
            except FetchError as error:
                good = False
                if not error.reason or not error.url:
                    wrong.append(f"{name}: no reason or address")
            took = time.monotonic() - started
            if name not in _EITHER and good is not (name in _ACCEPTED):
                wrong.append(f"{name}: {'accepted' if good else 'refused'}")
            if took > 8:
                wrong.append(f"{name}: took {took:.1f} s")
            if len(server.requests) > (6 if name.startswith(("301", "302", "308")) else 3):
                wrong.append(f"{name}: asked {len(server.requests)} times")
            client.close()
    assert wrong == []
    assert caplog.records == []  # the library's own warnings quote addresses and tracebacks


# --- sending


def _client() -> HttpClient:
    return FakeTime().client()


def test_what_is_sent_is_taken_by_any_2xx_and_goes_out_once() -> None:
    with Loopback([Answer(202, b"{}")]) as server:
        answer = _client().send(f"{server.url}/in", b'{"a":1}', headers={"authorization": "Bearer b"})
    (request,) = server.requests
    assert (answer.status, request.method, request.body) == (202, "POST", b'{"a":1}')
    assert (request.headers["content-type"], request.headers["authorization"]) == ("application/json", "Bearer b")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_what_is_sent_follows_no_redirect(status: int) -> None:
    with Loopback({"/in": Answer(status, b"", {"Location": "/elsewhere"})}) as server:
        with pytest.raises(FetchError) as caught:
            _client().send(f"{server.url}/in", b"{}")
        assert server.paths == ["/in"]
    assert caught.value.refused


@pytest.mark.parametrize(("repeatable", "times", "refused"), [(False, 1, False), (True, 3, False)])
def test_what_may_have_been_taken_is_sent_again_only_where_that_does_no_harm(
    repeatable: bool, times: int, refused: bool
) -> None:
    for broken in (Answer(503, b""), Raw(b"HTTP/1.1 2")):
        with Loopback([broken]) as server:
            with pytest.raises(FetchError) as caught:
                _client().send(f"{server.url}/in", b"{}", repeatable=repeatable)
            assert len(server.requests) == times
        assert caught.value.refused is refused


def test_what_was_certainly_not_taken_is_sent_again() -> None:
    with Loopback([Answer(429, b"", {"Retry-After": "0"}), Answer(200, b"{}")]) as server:
        assert _client().send(f"{server.url}/in", b"{}").status == 200
        assert len(server.requests) == 2
    with pytest.raises(FetchError) as caught:  # nobody listens there any more
        _client().send(f"{server.url}/in", b"{}")
    assert caught.value.refused


def test_an_address_that_is_a_secret_is_in_no_message() -> None:
    with Loopback([Answer(404, b"canary")]) as server:
        for address in (
            f"{server.url}/canary",
            "http://a.example/canary",
            "canary",
            "https://a:canary@b.example/",
        ):
            with pytest.raises(FetchError) as caught:
                _client().send(address, b"{}", secret_address=True)
            assert "/canary" not in str(caught.value)
            assert ":canary" not in str(caught.value)


def test_a_host_is_asked_by_as_many_threads_as_it_may_be() -> None:
    """With at_once, nobody is answered before both have asked; without it, one asks after the other."""
    together = threading.Barrier(2, timeout=20)

    def reply(_: Request) -> Answer:
        together.wait()
        return Answer()

    with Loopback(reply) as server:
        client = HttpClient("test", at_once={urlsplit(server.url).netloc: 2})
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(client.get, [server.url, server.url]))
        client.close()
    assert [answer.status for answer in answers] == [200, 200]


# --- peeking


def test_a_peek_gives_status_and_headers_and_follows_nothing(fake: FakeTime) -> None:
    with Loopback({"/a": _to("/b"), "/b": as_json({"much": "x" * 9000})}) as server:
        client = fake.client(size_limit=10)
        moved = client.peek(f"{server.url}/a")
        assert (moved.status, moved.headers["location"], moved.body) == (302, "/b", b"")
        assert client.peek(f"{server.url}/b", method="GET").body == b""
        assert [request.method for request in server.requests] == ["HEAD", "GET"]


def test_a_peek_is_one_try_and_ends_in_time(fake: FakeTime) -> None:
    with Loopback([Answer(503)]) as server:
        with pytest.raises(FetchError, match="503"):
            fake.client().peek(server.url)
        assert len(server.requests) == 1
    for address in ("ftp://a.example/", "https://", "https://me:hush@a.example/"):
        with pytest.raises(FetchError) as caught:
            fake.client().peek(address)
        assert caught.value.reason
        assert "hush" not in str(caught.value)
    with Loopback([Raw(close=False)]) as server:
        began = time.monotonic()
        with pytest.raises(FetchError):
            HttpClient("tests").peek(server.url, within_s=0.2)
        assert time.monotonic() - began < 5
