"""The parts of the client, each alone: addresses, waits, bodies, reasons, and the WebSocket's rules."""

from __future__ import annotations

import gzip
import ssl
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from generator.model.errors import FetchError, OutOfTimeError
from generator.net.http import HttpClient, shown, user_agent
from generator.net.http.addresses import AddressError, follow, is_allowed, origin, parse_target
from generator.net.http.allowance import Allowance
from generator.net.http.body import BodyError, beginning, decode_json, is_page, read_body
from generator.net.http.connections import connect, resolve_name
from generator.net.http.exchange import ExchangeError
from generator.net.http.interface import Response
from generator.net.http.transport import Timeouts, _explained
from generator.net.http.waiting import backoff, limit_reset, retry_after
from generator.net.websocket import MESSAGE_MAX, read_messages
from tests.loopback import Loopback, Raw

OK = b"HTTP/1.1 200 OK\r\n"
PATIENT = Timeouts(connect_s=5, read_s=5, total_s=5)

# --- addresses


def test_an_address_may_have_8000_characters_and_no_more() -> None:
    longest = "https://a.example/".ljust(8000, "x")
    assert parse_target(longest).url == longest
    with pytest.raises(AddressError, match=r"longer than 8,000"):
        parse_target(longest + "x")


@pytest.mark.parametrize(("inner", "public"), [("f7f7:f7f7", True), ("80ff:fffe", False)], ids=["8.8.8.8", "127.0.0.1"])
def test_a_teredo_address_is_as_public_as_the_address_inside(inner: str, public: bool) -> None:
    address = f"2001:0:4136:e378:8000:63bf:{inner}"
    assert is_allowed(address, loopback=False) is public
    assert is_allowed(address, loopback=True)


def test_this_machine_is_allowed_only_where_it_is_named() -> None:
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "2002:7f00:1::"):
        assert is_allowed(address, loopback=True), address
        assert not is_allowed(address, loopback=False), address
    assert not is_allowed("10.0.0.1", loopback=True)
    assert not is_allowed("no address", loopback=True)


def test_a_service_is_named_by_its_host_and_by_a_port_that_is_not_the_usual_one() -> None:
    assert parse_target("https://api.example/a").key == "api.example"
    assert parse_target("https://api.example:443/a").key == "api.example"
    assert parse_target("http://api.example:443/a").key == "api.example:443"
    assert parse_target("https://API.example.:8443/a").key == "api.example:8443"
    assert parse_target("https://api.example").url == "https://api.example/"


def test_an_endpoint_folds_what_looks_like_an_id() -> None:
    assert parse_target("https://api.example/2/users/123/posts?a=1").endpoint == "api.example/2/users/*/posts"
    assert parse_target("https://api.example/2/users/12").endpoint == "api.example/2/users/12"
    assert parse_target("https://api.example/x/did:plc:a/@ann").endpoint == "api.example/x/*/*"


def test_what_one_place_is_told_another_is_not() -> None:
    https = parse_target("https://api.example/")
    assert https.same_place(parse_target("https://api.example/other"))
    assert https.same_place(parse_target("http://api.example/")), "an upgrade"
    for other in ("https://other.example/", "https://api.example:8443/", "http://api.example:8080/"):
        assert not https.same_place(parse_target(other)), other
    assert not parse_target("http://api.example/").same_place(https), "a downgrade"


def test_a_shown_address_has_300_characters_at_most() -> None:
    address = "https://a.example/".ljust(300, "x")
    assert shown(address) == address
    assert shown(address + "y") == address[:299] + "…"
    assert shown("https://a.example/?token=&page=2&session=abc") == "https://a.example/?token=&page=2&session=***"


def test_an_address_that_is_a_secret_is_shown_by_its_origin() -> None:
    assert origin("https://hooks.example:8443/T000/secret") == "https://hooks.example:8443/…"
    assert origin("no address") == "the address"


def test_a_redirect_leads_to_an_address_or_is_an_error() -> None:
    start = parse_target("https://a.example/b/c")
    assert follow(start, "../d").url == "https://a.example/d"
    assert follow(start, "//b.example").url == "https://b.example/"
    for nowhere, reason in (("", "without saying where"), ("http://[::1", "no address"), ("ftp://a.example/", "http")):
        with pytest.raises(AddressError, match=reason):
            follow(start, nowhere)


def test_what_is_no_address_is_shown_without_its_secrets() -> None:
    assert shown("http://ann:hush@[a/b?token=hush") == "[a/b"


def test_a_name_is_looked_up_by_the_system() -> None:
    assert resolve_name("127.0.0.1", 80) == ["127.0.0.1"]
    with pytest.raises(OSError, match=r".+"):
        resolve_name("127.0.0.1", "no port")  # type: ignore[arg-type]


# --- waits


def test_a_limit_whose_reset_cannot_be_read_does_not_hide_the_next_one() -> None:
    headers = {
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": "soon",
        "x-ratelimit-remaining": "7",
        "x-ratelimit-reset": "90",
        "ratelimit-remaining": "0",
        "ratelimit-reset": "60",
    }
    assert limit_reset(headers, 0.0) == 60


def test_a_reset_counts_as_a_time_from_a_thousand_million_on() -> None:
    assert limit_reset({"ratelimit-remaining": "0", "ratelimit-reset": "1000000001"}, 999_999_991.0) == 10
    assert limit_reset({"ratelimit-remaining": "0", "ratelimit-reset": "2026-11-23T01:35:00"}, 1_795_397_690.0) == 10


def test_back_off_doubles_and_is_stretched_by_up_to_half() -> None:
    assert [backoff(number, 0.0, limited=False) for number in (0, 1, 2, 9)] == [1, 2, 4, 60]
    assert [backoff(number, 0.0, limited=True) for number in (0, 1)] == [5, 10]
    assert backoff(1, 1.0, limited=False) == 3
    assert backoff(5000, 1.0, limited=True) == 90


def test_a_date_of_more_than_64_characters_is_none() -> None:
    date = "Mon, 23 Nov 2026 01:35:00 GMT"
    assert retry_after({"retry-after": date.ljust(64)}, 0.0) is not None
    assert retry_after({"retry-after": date + " (" + "x" * 40 + ")"}, 0.0) is None


# --- bodies


def test_a_body_may_have_as_many_bytes_as_the_limit() -> None:
    assert read_body([b"abc", b"de"], "", 5) == b"abcde"
    with pytest.raises(BodyError, match=r"larger than"):
        read_body([b"abc", b"def"], " IDENTITY ", 5)


def test_deflate_is_read_with_and_without_its_wrapper() -> None:
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        packer = zlib.compressobj(wbits=bits)
        packed = packer.compress(b"made up " * 20) + packer.flush()
        assert read_body([packed[:1], packed[1:]] if bits < 0 else [packed], "deflate", 1000) == b"made up " * 20


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", " GZIP"])
def test_members_of_gzip_follow_each_other_and_what_follows_them_belongs_to_nothing(encoding: str) -> None:
    packed = gzip.compress(b"made ") + gzip.compress(b"up")
    assert read_body([packed], encoding, 7) == b"made up"
    assert read_body([packed[:9], packed[9:], b"padding"], encoding, 7) == b"made up"
    with pytest.raises(BodyError, match=r"larger than"):
        read_body([packed], encoding, 6)


def test_a_bomb_is_unpacked_as_far_as_the_limit_alone() -> None:
    with pytest.raises(BodyError, match=r"larger than 0\.1 MiB"):
        read_body([gzip.compress(b"x" * 10_000_000)], "gzip", 104_858)
    assert read_body([gzip.compress(b"x" * 200_000)], "gzip", 200_000) == b"x" * 200_000


def test_a_compressed_body_that_is_cut_or_damaged_may_be_asked_for_again() -> None:
    packed = gzip.compress(b"made up " * 20)
    for content, reason in ((packed[:-9], "cut off"), (b"no gzip at all", "damaged")):
        with pytest.raises(BodyError, match=reason) as caught:
            read_body([content], "gzip", 1000)
        assert caught.value.again
    with pytest.raises(BodyError, match=r"did not ask for") as refused:
        read_body([packed], "br", 1000)
    assert not refused.value.again
    assert read_body([], "gzip", 1000) == b""


def test_json_has_no_numbers_of_its_own_and_no_halves_of_characters() -> None:
    whole = b'{"a": ["\\ud83d", "\\ud83d\\ude00", 1, null], "\\ude00": true}'
    assert decode_json(whole) == {"a": ["\ufffd", "\U0001f600", 1, None], "\ufffd": True}
    for content in (b"[NaN]", b"[Infinity]", b"[-Infinity]", b"{", b"\xff", b"[" * 100_000):
        with pytest.raises(BodyError):
            decode_json(content)


def test_the_beginning_of_an_answer_is_80_bytes() -> None:
    assert beginning(b"a" * 80) == "'" + "a" * 80 + "'"
    assert beginning(b"a" * 81) == "'" + "a" * 80 + "'…"


def test_a_page_is_known_by_its_first_element() -> None:
    for page in (b"<!DOCTYPE html>", b"\xef\xbb\xbf <html>", b"<?xml version='1.0'?>\n<!-- a --><html>", b"<title>"):
        assert is_page(page), page
    for other in (b"<rss>", b"{}", b"", b"<htmlish>", b"words <html>"):
        assert not is_page(other), other


# --- connections


def test_a_look_up_that_breaks_otherwise_than_by_the_network_is_no_unknown_name() -> None:
    def broken(_host: str, _port: int) -> list[str]:
        raise KeyError("a fault of ours")

    with pytest.raises(KeyError):
        connect("a.example", 80, broken, loopback=False, within_s=5)
    with pytest.raises(ExchangeError, match=r"its name is not known") as caught:
        connect("a.example", 80, lambda _host, _port: [], loopback=False, within_s=5)
    assert (caught.value.again, caught.value.unsent) == (True, True)


def test_a_host_of_private_addresses_is_not_connected_to() -> None:
    with pytest.raises(ExchangeError, match=r"not public") as caught:
        connect("a.example", 80, lambda _host, _port: ["192.0.2.1", "10.0.0.1"], loopback=False, within_s=5)
    assert not caught.value.again


# --- questions and answers


def test_a_place_is_read_as_utf_8_where_it_is_and_as_it_came_where_not() -> None:
    def location(value: str) -> str:
        return Response("https://a.example/", 302, {"location": value}, b"").location

    assert location("/caf\u00c3\u00a9") == "/café"
    assert location("/caf\u00e9") == "/café"
    assert location("/\u4e2d") == "/\u4e2d"
    assert Response("https://a.example/", 302, {}, b"").location == ""
    assert Response("https://a.example/", 308, {}, b"").is_redirect
    assert not Response("https://a.example/", 304, {}, b"").is_redirect


def test_the_user_agent_has_what_is_known_and_only_ascii() -> None:
    assert user_agent().startswith("trending-arxiv/")
    assert "(" not in user_agent()
    assert user_agent(contact="ada@x.example").endswith(" (mailto:ada@x.example)")
    assert user_agent("https://x.example/", "https://y.example/é").endswith(
        " (+https://x.example/; https://y.example/)"
    )


@pytest.mark.parametrize("length", ["abc", "-1", "1.5", "٣", "9" * 20])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    with Loopback([Raw(OK + f"Content-Length: {length}\r\n\r\n{{}}".encode())]) as server:
        with pytest.raises(FetchError, match=r"length that is no number|broke|no HTTP") as caught:
            HttpClient("tests", timeouts=PATIENT, sleep=lambda _: None).get(server.url)
        assert len(server.requests) == (1 if "number" in str(caught.value) else 3)


def test_a_length_up_to_the_limit_is_read_and_one_byte_more_is_not() -> None:
    answer = Raw(OK + b"Content-Length: 5\r\n\r\nabcde")
    with Loopback([answer]) as server:
        assert HttpClient("tests", timeouts=PATIENT, size_limit=5).get(server.url).body == b"abcde"
        with pytest.raises(FetchError, match=r"says that it has 5 bytes"):
            HttpClient("tests", timeouts=PATIENT, size_limit=4).get(server.url)


def test_a_body_without_a_length_that_is_cut_by_the_clock_is_not_taken_for_whole() -> None:
    short = Timeouts(connect_s=5, read_s=5, total_s=0.3)
    with (
        Loopback([Raw(OK + b"Connection: close\r\n\r\n", b"half of it", 5.0)]) as server,
        pytest.raises(FetchError, match=r"took longer than 0\.3 s"),
    ):
        HttpClient("tests", timeouts=short).get(server.url, tries=1)


def test_a_client_keeps_to_the_waits_that_an_earlier_run_was_told_and_tells_those_that_are_left() -> None:
    now = [100.0]
    with Loopback({"/": Raw(OK + b"Content-Length: 2\r\n\r\n{}")}) as server:
        host = server.url.removeprefix("http://")
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            now[0] += seconds

        client = HttpClient("tests", timeouts=PATIENT, clock=lambda: now[0], sleep=sleep)
        client.hold({host: 5.0, "other.example": 50.0})
        client.get(server.url + "/")
    assert sum(slept) == 5
    assert client.waits() == {"other.example": 50}


def test_a_closed_client_opens_a_new_connection() -> None:
    with Loopback({"/": Raw(OK + b"Content-Length: 2\r\n\r\n{}")}) as server:
        client = HttpClient("tests", timeouts=PATIENT)
        client.get(server.url + "/")
        client.close()
        client.get(server.url + "/")
        ports = [request.client[1] for request in server.requests]
    assert ports[0] != ports[1]


def test_the_reasons_of_a_failure_are_ours() -> None:
    def chained(outer: Exception, inner: BaseException) -> Exception:
        outer.__context__ = inner
        return outer

    certificate = ssl.SSLCertVerificationError(1, "made up")
    certificate.verify_message = "certificate has expired"
    expired = _explained(chained(requests.exceptions.SSLError("token=abc"), certificate))
    assert (expired.reason, expired.again) == ("its certificate is not valid (certificate has expired)", False)
    unsure = _explained(requests.exceptions.SSLError("token=abc"))
    assert (unsure.reason, unsure.again) == ("no secure connection could be made", False)
    late = _explained(chained(requests.exceptions.ConnectionError("token=abc"), TimeoutError()))
    assert (late.reason, late.again, late.silent) == ("it did not answer in time", True, True)
    broken = _explained(requests.exceptions.ConnectionError("token=abc"))
    assert (broken.reason, broken.again, broken.silent) == (
        "the connection broke, or the answer is no HTTP",
        True,
        False,
    )
    body = _explained(BodyError("it is cut", again=True))
    assert isinstance(body, ExchangeError)
    assert (body.reason, body.again) == ("it is cut", True)


# --- a WebSocket


@contextmanager
def listening(heard: list[str | bytes], *answers: str | bytes, stays: bool = True) -> Iterator[str]:
    """A server that notes the first message, if one comes, and then sends these."""

    def answer(connection: ServerConnection) -> None:
        try:
            heard.append(connection.recv(0.3))
        except TimeoutError:
            heard.append("nothing")
        for message in answers:
            connection.send(message)
        if stays:
            try:
                connection.recv()
            except ConnectionClosed:
                return

    with serve(answer, "127.0.0.1", 0, max_size=None) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield "ws://{}:{}/".format(*server.socket.getsockname()[:2])
        server.shutdown()


def read(url: str, hello: str | None, quiet_s: float = 0.6, within_s: float = 5.0) -> list[str]:
    return list(read_messages(url, hello, quiet_s, within_s, user_agent="tests"))


def test_the_hello_is_sent_first_and_texts_come_until_it_is_quiet() -> None:
    heard: list[str | bytes] = []
    with listening(heard, "one", b"bytes", "two") as url:
        assert read(url, "hello") == ["one", "two"]
    assert heard == ["hello"]


def test_without_a_hello_nothing_is_sent() -> None:
    heard: list[str | bytes] = []
    with listening(heard, "one") as url:
        assert read(url, None) == ["one"]
    assert heard == ["nothing"]


def test_a_reading_ends_when_its_time_is_over() -> None:
    ticks = iter([0.0, 1.0, 4.0, 5.0, 9.0])
    with listening([], *map(str, range(9))) as url:
        messages = read_messages(url, "hello", 0.6, 5.0, user_agent="tests", clock=lambda: next(ticks))
        assert list(messages) == ["0", "1"]


def test_a_stream_that_breaks_off_is_an_error_that_says_so() -> None:
    with (
        listening([], "one", stays=False) as url,
        pytest.raises(FetchError, match=r"the stream broke off") as caught,
    ):
        read(url, "hello")
    assert not caught.value.silent


def test_a_message_that_is_too_large_ends_the_reading() -> None:
    with listening([], "x" * (MESSAGE_MAX + 1)) as url, pytest.raises(FetchError, match=r"the stream broke off"):
        read(url, "hello")


def test_a_stream_of_another_machine_must_be_secure() -> None:
    with pytest.raises(FetchError, match=r"ws:// is accepted on this machine alone; write wss://") as caught:
        read("ws://stream.example/", None)
    assert not caught.value.silent


def test_a_closed_port_is_a_silent_host() -> None:
    with listening([]) as url:
        pass
    with pytest.raises(FetchError, match=r"the stream cannot be opened") as caught:
        read(url, None)
    assert caught.value.silent


# --- time and broken answers


def test_a_network_whose_time_was_lost_is_asked_no_more_and_its_last_failure_is_named() -> None:
    now = [0.0]
    allowance = Allowance(lambda: now[0], in_all_s=100, patience_s=20)
    with suppress(FetchError), allowance.question() as began_at:
        assert allowance.until(began_at, "https://a.example/") == 20
        now[0] = 20
        raise FetchError("it broke", url="https://a.example/")
    with pytest.raises(OutOfTimeError, match=r"20 s of this run went by .*\(at last: it broke\)") as told:
        allowance.until(now[0], "https://a.example/")
    assert told.value.unsent


def test_a_host_that_is_too_slow_to_connect_to_is_said_to_be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def create_connection(_place: tuple[str, int], _within_s: float) -> None:
        raise TimeoutError

    monkeypatch.setattr("generator.net.http.connections.socket.create_connection", create_connection)
    with pytest.raises(ExchangeError, match="it did not answer in time"):
        connect("a.example", 443, lambda *_: ["8.8.8.8"], loopback=False, within_s=1)
