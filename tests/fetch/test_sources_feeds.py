"""Feeds that others publish: what is asked again, what an article becomes, and what hostile bytes must not do."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import time
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.fetch.adapter import feed_xml as feeds_xml
from generator.fetch.adapter.feed_xml import Article, FeedError, read_xml
from generator.fetch.adapter.patience import REMEDY
from generator.fetch.adapter.source import Covered, Record
from generator.fetch.sources.feeds import posts as feeds_posts
from generator.fetch.sources.feeds import source as feeds
from generator.fetch.sources.feeds.json import read_json
from generator.fetch.sources.feeds.posts import Publisher
from generator.finding.mentions import find_papers, with_own_papers
from generator.model.errors import FetchError, RecordError
from generator.model.merge import merge_posts
from generator.model.records import NetworkState, Post
from generator.net.http.body import PAGE_INSTEAD
from generator.net.http.transport import Timeouts
from tests.loopback import Answer, Loopback, Raw, Reply, Request
from tests.one_run import NOW, Run

HOUR = timedelta(hours=1)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "feeds"
KINDS = {"/blog": "blog.rss.xml", "/planet": "planet.atom.xml", "/news": "news.rdf.xml", "/links": "links.json"}


def item(number: int, text: str = "", *, date: str = "Thu, 19 Nov 2026 12:00:00 GMT") -> str:
    return (
        f"<item><guid isPermaLink='false'>made-up-{number}</guid><title>Made up {number}</title>"
        f"<link>https://arxiv.org/abs/2611.{number:05d}</link><pubDate>{date}</pubDate>"
        f"<description>{text}</description></item>"
    )


def rss(*items: str, title: str = "Made up") -> bytes:
    return f"<rss version='2.0'><channel><title>{title}</title>{''.join(items)}</channel></rss>".encode()


class Site:
    """A server with feeds by path that knows ETag and Last-Modified."""

    def __init__(self, bodies: Mapping[str, bytes | Reply]) -> None:
        self.bodies = dict(bodies)
        self.edition = 1
        self.statuses: list[int] = []
        self.validators: dict[str, str] | None = None
        """Sent instead of the right ones."""

    def __call__(self, request: Request) -> Reply:
        body = self.bodies.get(request.path, Answer(404))
        if not isinstance(body, bytes):
            self.statuses.append(body.status if isinstance(body, Answer) else 0)
            return body
        etag, modified = f'W/"{self.edition}"', f"Fri, 20 Nov 2026 0{self.edition}:00:00 GMT"
        known = request.headers.get("if-none-match") == etag
        known = known and request.headers.get("if-modified-since") == modified
        self.statuses.append(304 if known else 200)
        headers = {"ETag": etag, "Last-Modified": modified} if self.validators is None else self.validators
        return Answer(304, headers=headers) if known else Answer(200, body, headers)


def run(site: Site, state: NetworkState | None = None, now: datetime = NOW, **trackers: list[str]) -> Run:
    """A run for trackers that want these paths (default: one that wants all)."""
    wanted = trackers or {"mine": sorted(site.bodies)}
    site.statuses.clear()
    with Loopback(site) as server:
        blocks = {name: {"feeds": tuple(server.url + path for path in paths)} for name, paths in wanted.items()}
        # the state is of another port: streams are named by address
        return Run(feeds.SOURCE, blocks, state=_moved(state, server.url), now=now)


def _moved(state: NetworkState | None, origin: str) -> NetworkState:
    cursors = (state or NetworkState()).cursors
    return NetworkState(cursors={re.sub(r"http://127\.0\.0\.1:\d+", origin, name): at for name, at in cursors.items()})


def posts_of(feed: feeds_xml.Feed, url: str = "https://blog.example/feed.xml") -> list[Post]:
    publisher = Publisher(url=url, base=url, title=feed.title, site=feed.address, lang=feed.lang)
    found: list[Post] = []
    for article in feed.articles:
        with contextlib.suppress(RecordError):
            found += feeds_posts.parse(Record(article, ("mine",), "entry", publisher), NOW)
    return found


def by_title(found: list[Post]) -> dict[str, Post]:
    return {(post.text or "").partition("\n")[0]: post for post in found}


# --- what is asked ---------------------------------------------------------------------------------------------------


def test_a_run_asks_each_feed_once_and_a_feed_without_news_answers_shortly() -> None:
    site = Site({path: (FIXTURES / name).read_bytes() for path, name in KINDS.items()})
    first = run(site)
    assert first.error is None
    assert (first.meter.requests, site.statuses) == (4, [200] * 4)
    assert len(first.posts) == 7
    again = run(site, first.state)
    assert (again.meter.requests, site.statuses) == (4, [304] * 4)
    assert again.events == []


def test_200_feeds_cost_200_requests_and_without_news_no_body() -> None:
    site = Site({f"/{number}": rss(item(number)) for number in range(200)})
    first = run(site)
    assert (first.meter.requests, len(first.posts)) == (200, 200)
    again = run(site, first.state)
    assert (again.meter.requests, site.statuses) == (200, [304] * 200)


def test_a_feed_that_two_trackers_want_is_asked_once() -> None:
    site = Site({"/a": rss(item(1)), "/b": rss(item(2))})
    found = run(site, one=["/a"], two=["/a", "/b"])
    assert found.meter.requests == 2
    assert {record.raw.id: record.trackers for record in found.records} == {
        "made-up-1": ("one", "two"),
        "made-up-2": ("two",),
    }


def test_a_feed_that_another_tracker_wants_now_is_read_in_full() -> None:
    site = Site({"/a": rss(item(1))})
    first = run(site, one=["/a"])
    assert run(site, first.state, one=["/a"]).records == []
    assert [record.trackers for record in run(site, first.state, one=["/a"], two=["/a"]).records] == [("one", "two")]


def test_news_are_read_and_what_changes_but_its_date_is_no_news() -> None:
    site = Site({"/a": rss(item(1), "<lastBuildDate>Fri, 20 Nov 2026 01:00:00 GMT</lastBuildDate>")})
    first = run(site)
    site.edition, site.bodies["/a"] = 2, rss(item(1), "<lastBuildDate>Fri, 20 Nov 2026 02:00:00 GMT</lastBuildDate>")
    same = run(site, first.state)
    assert site.statuses == [200]
    assert not [event for event in same.events if isinstance(event, Covered)]  # nothing to commit
    site.edition, site.bodies["/a"] = 3, rss(item(2), item(1))
    assert len(run(site, same.state).posts) == 2


@pytest.mark.parametrize("validators", [{}, {"ETag": "x" * 600}, {"ETag": '"\xe4"'}])
def test_a_server_without_usable_validators_is_asked_in_full(validators: dict[str, str]) -> None:
    site = Site({"/a": rss(item(1))})
    site.validators = validators
    first = run(site)
    again = run(site, first.state)
    assert (site.statuses, again.error, again.failures) == ([200], None, {})


def test_one_broken_feed_fails_alone() -> None:
    site = Site({"/a": rss(item(1)), "/gone": Answer(410), "/page": Answer(body=b"<!doctype html><p>Welcome")})
    found = run(site)
    assert found.error is None
    assert [find_papers(post) for post in found.posts.values()] == [("2611.00001",)]
    assert {name.rpartition("/")[2]: reason for name, reason in found.failures.items()} == {
        "gone": f"what was there is gone: HTTP 410 (Gone): {REMEDY}",
        "page": f"it is a page of HTML: {REMEDY}",
    }


def test_when_no_feed_can_be_read_the_network_fails() -> None:
    found = run(Site({"/a": Answer(404), "/b": Answer(body=b"<html>")}))
    assert type(found.error) is FetchError
    assert "none of the 2 feeds could be read" in found.error.reason
    only = run(Site({"/b": Answer(body=b"<html>")})).error
    assert only is not None
    assert only.reason == f"it is a page of HTML: {REMEDY}"


@pytest.mark.parametrize(("wrong", "asked"), [(Answer(500), 3), (Raw(), 5), (Answer(429), 1), (Answer(404), 5)])
def test_after_a_host_did_not_answer_its_other_feeds_wait(wrong: Reply, asked: int) -> None:
    """At once where it wants no more, after three faults in a row, never for what is not there or broken."""
    found = run(Site({f"/{name}": wrong for name in "abcde"}))
    assert found.meter.requests == asked
    assert len(found.failures) == 5
    assert sum("did not answer for another feed" in reason for reason in found.failures.values()) == 5 - asked
    assert found.error is not None


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (Answer(200, rss(item(9)), {"Content-Encoding": "gzip"}), "damaged"),
        (Answer(200, rss(item(9)), {"Content-Encoding": "br"}), "did not ask for"),
        (Answer(200, b" " * 9_000_000), "says that it has 9,000,000 bytes"),
        (Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ncut"), "broke"),
        (Raw(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n"), "line among its headers"),
        (Answer(302, headers={"Location": "javascript:alert(1)"}), "not asked"),
        (Raw(), "broke"),
    ],
)
def test_broken_feeds_do_not_starve_their_neighbours(broken: Reply, reason: str) -> None:
    bodies: dict[str, bytes | Reply] = {f"/{number}": rss(item(number)) for number in range(3)}
    for hours in range(2):  # feeds are asked in another order every hour
        found = run(Site({**bodies, "/a": broken, "/b": broken, "/c": broken, "/d": broken}), now=NOW + HOUR * hours)
        assert len(found.posts) == 3
        assert len(found.failures) == 4
        assert all(reason in told for told in found.failures.values()), found.failures


@pytest.mark.parametrize("silence", ["refused", "late"])
def test_a_silent_host_is_asked_for_one_feed_alone(silence: str) -> None:
    site = Site({f"/{name}": Raw(b"HTTP/1.1 200 OK\r\n", close=False) for name in "abc"})
    with Loopback(site) as server:
        origin = server.url if silence == "late" else "http://127.0.0.1:1"
        blocks = {"mine": {"feeds": tuple(origin + path for path in site.bodies)}}
        found = Run(feeds.SOURCE, blocks, timeouts=Timeouts(connect_s=5, read_s=0.2, total_s=5))
    assert found.meter.requests == 1
    assert sum("did not answer for another feed" in told for told in found.failures.values()) == 2


def test_nothing_wanted_asks_nothing() -> None:
    assert run(Site({}), mine=[]).events == []


def test_a_feed_that_was_one_and_is_no_more_is_said_and_keeps_its_cursor() -> None:
    site = Site({"/a": rss(item(1)), "/b": rss(item(2))})
    first = run(site)
    site.edition, site.bodies["/a"] = 2, b'{"message": "moved"}'
    later = run(site, first.state)
    assert [reason.partition(":")[0] for reason in later.failures.values()] == ["it is JSON but no JSON Feed"]
    assert not [event for event in later.events if isinstance(event, Covered) and event.stream.endswith("/a")]


def test_a_cut_off_feed_loses_its_last_article_and_is_asked_in_full_again() -> None:
    whole = rss(item(1), item(2))
    cut = whole[: whole.index(b"2611.00002") + 8]  # an id that looks whole and is another paper's
    site = Site({"/a": cut})
    first = run(site)
    assert [find_papers(post) for post in first.posts.values()] == [("2611.00001",)]
    assert "not well-formed" in next(iter(first.failures.values()))
    site.bodies["/a"] = whole
    assert len(run(site, first.state).posts) == 2
    assert site.statuses == [200]


# --- what an article becomes ----------------------------------------------------------------------------------------


def test_rss() -> None:
    found = by_title(posts_of(read_xml((FIXTURES / "blog.rss.xml").read_bytes())))
    post = found["Reading: attention isn’t everything"]
    assert post.url == "https://blog.example/2026/11/attention"
    assert post.posted_at == datetime(2026, 11, 19, 20, 30, tzinfo=UTC)
    assert post.text == "Reading: attention isn’t everything\nI read a paper."
    assert post.links == (
        "https://arxiv.org/abs/2611.00815",  # named in the text alone, beyond what is shown
        "https://arxiv.org/abs/2611.04711v2",
        "https://blog.example/2026/11/attention",
        "https://blog.example/older",
    )
    assert find_papers(post) == ("2611.00815", "2611.04711")
    assert post.account.id == "feeds:blog.example/feed.xml"
    assert post.account.name == "Notes & counterexamples"
    assert (post.kind, post.lang, post.counts, post.trackers) == ("post", "en-GB", None, ("mine",))
    assert find_papers(found["Nothing about papers"]) == ()


def test_atom() -> None:
    url = "https://planet.example/atom.xml"
    found = by_title(posts_of(read_xml((FIXTURES / "planet.atom.xml").read_bytes()), url))
    post = found["Über <Zählen>"]
    assert post.url == "https://planet.example/posts/1"
    assert post.posted_at == datetime(2026, 11, 19, 9, tzinfo=UTC)
    assert post.text == "Über <Zählen>\nEin schönes Ergebnis."
    assert find_papers(post) == ("math/0309136",)  # an enclosure is no link
    assert post.account.name == "Planet Beispiel"
    dateless = found["Without a date"]
    assert dateless.posted_at == NOW
    assert find_papers(dateless) == ("2611.00002",)


def test_rdf_in_latin_1() -> None:
    (post,) = posts_of(read_xml((FIXTURES / "news.rdf.xml").read_bytes()))
    assert post.text == "Un résumé\nAbout https://arxiv.org/abs/hep-th/9901001 and more"
    assert post.posted_at == datetime(2026, 11, 18, 7, tzinfo=UTC)
    assert find_papers(post) == ("hep-th/9901001",)


def test_json_feed() -> None:
    first, second = posts_of(read_json((FIXTURES / "links.json").read_bytes()), "https://links.example/feed.json")
    assert first.text == "A paper to read\nIt counts."
    assert first.url == "https://links.example/7"
    assert first.posted_at == datetime(2026, 11, 17, 14, tzinfo=UTC)
    assert find_papers(first) == ("2611.00003",)
    assert second.text == "a < b, says https://arxiv.org/abs/2611.00004"
    assert second.url == "https://links.example/"
    assert find_papers(second) == ("2611.00004",)


def test_an_id_that_is_a_number_is_that_text() -> None:
    body = (FIXTURES / "links.json").read_bytes()
    numbered, texted = posts_of(read_json(body)), posts_of(read_json(body.replace(b'"id": 7', b'"id": "7"')))
    assert [post.id for post in numbered] == [post.id for post in texted]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{}",
        b"[]",
        b'{"version": 1}',
        b'{"version": "https://jsonfeed.org/version/1.1", "items": {}}',
        b"[" * 9999,
    ],
)
def test_other_json_is_no_feed(body: bytes) -> None:
    with pytest.raises(FeedError):
        read_json(body)


def test_an_article_without_a_date_keeps_the_day_on_which_it_was_first_seen() -> None:
    site = Site({"/a": rss(item(1, date=""))})
    (first,) = run(site).posts.values()
    (later,) = run(site, now=NOW + timedelta(days=5)).posts.values()
    assert (first.posted_at, later.posted_at) == (NOW, NOW + timedelta(days=5))
    assert merge_posts(replace_account(first), replace_account(later)).posted_at == NOW


def replace_account(post: Post) -> Post:
    """The server's port is in the account's id, and changes from test run to test run."""
    return msgspec.structs.replace(post, id="feeds:a", account=msgspec.structs.replace(post.account, id="feeds:a"))


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Fri, 31 Dec 9999 23:59:59 GMT", NOW),
        ("Thu, 01 Jan 1970 00:00:00 GMT", NOW),
        ("yesterday", NOW),
        ("Mon, 1 Nov 1999 08:00:00 GMT", datetime(1999, 11, 1, 8, tzinfo=UTC)),
        ("2026-11-19T10:00:00+09:00", datetime(2026, 11, 19, 1, tzinfo=UTC)),
    ],
)
def test_dates(date: str, expected: datetime) -> None:
    (post,) = posts_of(read_xml(rss(item(1, date=date))))
    assert post.posted_at == expected


def test_ids_are_of_the_feed_and_the_article_and_of_nothing_else() -> None:
    def own_id(url: str, body: bytes) -> str:
        (post,) = posts_of(read_xml(body), url)
        return post.id

    here = own_id("https://a.example/feed", rss(item(1)))
    assert here == own_id("http://a.example/feed", rss(item(1, "changed"), title="renamed"))
    assert re.fullmatch(r"feeds:[0-9a-f]{32}", here)
    assert here != own_id("https://b.example/feed", rss(item(1)))
    assert here != own_id("https://a.example/feed", rss(item(2)))
    assert feeds.post_url(here) is None


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("https://Blog.example/Feed.xml", "feeds:blog.example/feed.xml"),
        ("https://blog.example/", "feeds:blog.example"),
        ("https://blog.example/?feed=rss2", "feeds:blog.example/?feed=rss2"),
        ("http://127.0.0.1:8080/a", "feeds:127.0.0.1:8080/a"),
    ],
)
def test_a_feed_is_an_account(url: str, account: str) -> None:
    publisher = Publisher(url=url, base=url, title="<b>T</b>\n&amp; more", site="", lang=None)
    assert (publisher.account.id, publisher.account.name) == (account, "T & more")


def test_a_long_address_is_still_an_account_of_its_own() -> None:
    names = {
        Publisher(url=f"https://a.example/{'x' * 400}{end}", base="", title="", site="", lang=None).account.id
        for end in "ab"
    }
    assert len(names) == 2
    assert all(len(name) <= 206 for name in names)


ARTICLE = Article(id="made-up", title="T", address="https://a.example/1")
PUBLISHER = Publisher(url="https://a.example/feed", base="https://a.example/feed", title="A", site="", lang=None)


def parsed(**changes: Any) -> Post:
    (post,) = feeds_posts.parse(Record(replace(ARTICLE, **changes), ("mine",), "entry[0]", PUBLISHER), NOW)
    return post


@pytest.mark.parametrize(
    ("changes", "url"),
    [
        ({"address": "javascript:alert(1)"}, "https://a.example/feed"),
        ({"address": "javascript:alert(1)", "links": ("data:text/html,x", "/2")}, "https://a.example/2"),
        ({"id": "https://a.example/9", "address": "https://a.example/9"}, "https://a.example/9"),
        ({"address": "http://[::1"}, "https://a.example/feed"),
        ({"address": "ftp://a.example/x"}, "https://a.example/feed"),
    ],
)
def test_the_address_is_on_the_web(changes: dict[str, Any], url: str) -> None:
    assert parsed(**changes).url == url


@pytest.mark.parametrize("guid", ["1", "tag:a.example,2026:1", "made up"])
def test_a_guid_that_is_no_address_is_taken_for_none(guid: str) -> None:
    (post,) = posts_of(read_xml(rss(f"<item><guid>{guid}</guid><title>T</title></item>")))
    assert post.url == "https://blog.example/feed.xml"
    (post,) = posts_of(read_xml(rss("<item><guid>https://a.example/1</guid><title>T</title></item>")))
    assert post.url == "https://a.example/1"


def test_only_the_beginning_of_a_text_is_shown_and_the_rest_is_read_for_papers() -> None:
    long = "word " * 2000 + "arXiv:2611.00077 <a href='https://arxiv.org/abs/2611.00078'>x</a>"
    post = parsed(texts=((long, True),))
    assert post.text is not None
    assert len(post.text) <= feeds_posts.EXCERPT_MAX + len("T\n") + 1
    assert post.text.endswith("word …")
    assert find_papers(post) == ("2611.00077", "2611.00078")


def test_an_excerpt_never_ends_within_an_address() -> None:
    text = "x" * (feeds_posts.EXCERPT_MAX - 30) + " https://arxiv.org/abs/2611.00077 and more"
    post = parsed(texts=((text, False),))
    assert "2611.0" not in (post.text or "")
    assert find_papers(post) == ("2611.00077",)


def test_links_to_papers_come_before_the_hundred_that_are_kept() -> None:
    links = "".join(f"<a href='https://a.example/{number}'>x</a>" for number in range(500))
    post = parsed(texts=((links + "<a href='https://arxiv.org/abs/2611.00077'>x</a>", True),))
    assert find_papers(post) == ("2611.00077",)
    assert len(post.links) == 100


def test_an_article_that_says_nothing_is_refused() -> None:
    with pytest.raises(RecordError, match=r"entry\[0\]"):
        parsed(id="", title="", address="")


# --- hostile bytes ---------------------------------------------------------------------------------------------------


def assert_inert(found: list[Post], name: str) -> None:
    """No markup that acts, no address that is not of the web, nothing that cannot be stored."""
    for post in found:
        stored = msgspec.json.decode(msgspec.json.encode(post))
        assert stored["id"] == post.id, name
        for url in (post.url, *post.links):
            assert url.startswith(("http://", "https://")), (name, url)
        assert post.posted_at <= NOW, name
        assert len(post.text or "") <= 2000, name
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]", post.text or ""), name


def test_hostile_xml_ends_in_inert_posts_or_an_error(shared: Path) -> None:
    folder = shared / "corpora/xml"
    ends: dict[str, str] = {}
    for path in sorted([*folder.glob("project/*"), *folder.glob("defusedxml/*")]):
        started = time.process_time()
        try:
            found = posts_of(read_xml(path.read_bytes()))
        except FeedError as error:
            ends[path.name] = str(error)
        else:
            ends[path.name] = ""
            assert_inert(found, path.name)
            assert "root:" not in json.dumps([post.text for post in found]), path.name
        assert time.process_time() - started < 1.5, path.name
    assert len(ends) > 60
    for name in (
        "billion_laughs.xml",
        "quadratic_blowup.xml",
        "quadratic.xml",
        "xmlbomb.xml",
        "xxe_file.xml",
        "external.xml",
    ):
        assert "document type" in ends[name]
    assert ends["attr_10k.xml"] == "an element has more than 200 attributes"
    assert ends["empty.xml"] == "the answer is empty"
    assert ends["surrogate_ref.xml"] == ends["ctrl_raw_illegal.xml"] == ends["deep_nesting_10k.xml"] == ""


_ACTIVE = re.compile(r"(?i)<\s*/?\s*[a-z!]|javascript:|\bon(?:click|load|error|mouse\w+)\s*=")


def test_what_feedparsers_own_tests_for_sanitising_hold_is_inert(shared: Path) -> None:
    folder = shared / "corpora/feeds/feedparser/wellformed/sanitize"
    files = sorted(folder.glob("*.xml"))
    assert len(files) > 700
    posts = 0
    for path in files:
        body = path.read_bytes()
        try:
            feed = read_xml(body)
        except FeedError:
            continue
        assert not feed.damage, path.name
        found = posts_of(feed)
        posts += len(found)
        assert_inert(found, path.name)
        for post in found:
            # markup that was escaped twice, or stands in a field of plain text, is text to everybody
            plain = b"&amp;lt;" in body or b"CDATA" in body or b'type="text' in body or b"<title>" in body
            assert plain or not _ACTIVE.search(post.text or ""), (path.name, post.text)
    assert posts > 200  # the others are without entries, or with ones that say nothing once they are sanitised


def test_hostile_html_becomes_plain_text(shared: Path) -> None:
    payloads = [
        value
        for line in (shared / "corpora/xss/owasp_filter_evasion.jsonl").read_text().splitlines()
        if isinstance(value := json.loads(line).get("value"), str)
    ]
    assert len(payloads) > 100
    for payload in payloads:
        post = parsed(title=payload, title_is_html=True, texts=((payload, True),), address=payload)
        assert_inert([post], payload)


BOMBS = {
    "items": rss("<item/>" * 600_000),
    "nested": rss("<a>" * 1_500_000),
    "nested HTML": rss(f"<item><guid>1</guid><description>{'&lt;div&gt;' * 400_000}</description></item>"),
    "formatting": rss(
        f"<item><guid>1</guid><description>{''.join(f'&lt;b a={n}&gt;' for n in range(9000))}"
        f"{'&lt;p&gt;x' * 9000}</description></item>"
    ),
    "comments": rss(f"<item><guid>1</guid><description>{'&lt;!--' * 500_000}</description></item>"),
    "ands": rss("&" * 4_000_000),
    "less than": rss("<" * 4_000_000),
    "sections": rss("<![CDATA[" * 400_000),
    "declarations": b"<?xml " * 700_000,
    "prolog": b"<!---->" * 600_000 + rss(item(1)),
    "references": rss(f"<item><title>{'&#38;' * 800_000}</title></item>"),
    "namespaces": rss("".join(f"<a xmlns:n{n}='u'/>" for n in range(90_000))),
    "size": rss("x" * 6_000_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_take_bounded_time(name: str) -> None:
    started = time.process_time()
    with contextlib.suppress(FeedError):
        assert_inert(posts_of(read_xml(BOMBS[name])), name)
    assert time.process_time() - started < 15


def test_a_feed_that_is_an_address_or_a_path_is_not_opened() -> None:
    for body in (b"http://127.0.0.1:9/feed", b"/etc/passwd", b"file:///etc/passwd"):
        with pytest.raises(FeedError):
            read_xml(body)


def test_more_articles_than_are_read_are_said() -> None:
    site = Site({"/a": rss(*(f"<item><guid>u:{number}</guid></item>" for number in range(1001)))})
    found = run(site)
    assert len(found.records) == 1000
    assert list(found.failures.values()) == ["it has 1 entries more than are read; the first 1,000 were"]


def titled(title: str) -> str:
    return f"<rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"


def packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def declared(label: str, encoding: str, title: str, language: str = "en") -> bytes:
    text = titled(title).replace("<channel>", f"<channel><language>{language}</language>")
    return f"<?xml version='1.0' encoding='{label}'?>\n{text}".encode(encoding)


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (titled("é").encode("utf-16"), "", "é"),
        (b"<?xml version='1.0' encoding='windows-1252'?>" + titled("“é”").encode("cp1252"), "", "“é”"),
        (titled("é").encode("latin-1"), "text/xml; charset=ISO-8859-1", "é"),
        (titled("é").encode("latin-1"), "", "é"),
        (b"<?xml version='1.0' encoding='utf-7'?>" + titled("+ADw-b").encode(), "", "+ADw-b"),
        (titled("a\x00b&#xD800;&#0;c").encode(), "", "a\ufffdb\ufffd\ufffdc"),
        (declared("gb2312", "gb18030", "朱鎔F基 中"), "", "朱鎔F基 中"),
        (declared("shift_jis", "cp932", "①髙﨑"), "", "①髙﨑"),
        (declared("Windows-31J", "cp932", "①"), "", "①"),
        (declared("euc-kr", "cp949", "똠방"), "", "똠방"),
        (declared("euc-jp", "euc_jis_2004", "①日"), "", "①日"),
        (declared("ks_c_5601-1987", "cp949", "똠"), "", "똠"),
        (declared("MS949", "cp949", "똠"), "", "똠"),
        (declared("big5", "big5hkscs", "衞"), "", "衞"),
        (declared("latin1", "cp1252", "“é”"), "", "“é”"),
        (declared("utf-8", "cp1252", "café au lait"), "", "café au lait"),
        (declared("iso-8859-1", "utf-8", "é"), "text/xml; charset=iso-8859-1", "é"),
        (declared("utf-8", "gb18030", "中文標題", "zh-cn"), "text/xml; charset=utf-8", "中文標題"),
        (declared("utf-8", "cp932", "日本語の題", "ja"), "", "日本語の題"),
        (declared("utf-16", "utf-8", "é"), "application/xml; charset=utf-16", "é"),
        (declared("gb2312", "utf-8", "朱鎔基的文章標題"), "", "朱鎔基的文章標題"),
        (declared("x-windows-949", "cp949", "똠"), "", "똠"),
        (declared("csWindows31J", "cp932", "①"), "", "①"),
        (declared("cp51932", "euc_jp", "日本"), "", "日本"),
        (declared("cp-1251", "cp1251", "Привет"), "", "Привет"),
        (declared("utf-8", "big5", "中文標題", "zh-TW"), "", "中文標題"),
        (b"<!DOCTYPE rss [ <!-- none --> ]>" + titled("é").encode(), "", "é"),
        (declared("utf-8", "utf-8", "é" * 20).replace(b"\xc3\xa9<", b"\xc3<"), "", "é" * 19 + "\ufffd"),
        (
            declared("gb2312", "gb18030", "中文" * 20).replace("文<".encode("gb18030"), b"\xce\xff<"),
            "",
            ("中文" * 20)[:-1] + "\ufffd\ufffd",
        ),
        (declared("utf-32", "utf-32", "é"), "", "é"),
        (declared("utf-32", "utf-32-be", "é"), "", "é"),
        (declared("utf-16", "utf-16-le", "é"), "", "é"),
        (packed(titled("é").encode()), "application/rss+xml", "é"),
        (packed(packed(titled("é").encode())), "", "é"),
        (b"Warning: made up in <b>feed.php</b> on line 3\n" + declared("utf-8", "utf-8", "é"), "", "é"),
        (b"\xef\xbb\xbf\xef\xbb\xbf\n" + titled("é").encode(), "", "é"),
        (b"<!DOCTYPE rss>" + titled("&eacute;").encode(), "", "é"),
        (
            b"<?xml version='1.0'?><!-- a --><!doctype rss PUBLIC '-//a' \"http://127.0.0.1/x.dtd\" >"
            + titled("é").encode(),
            "",
            "é",
        ),
        (b"<!DOCTYPE rss SYSTEM 'http://127.0.0.1/rss.dtd'>" + titled("é").encode(), "", "é"),
        (b"\n\n" + titled("a &nbsp;&unknown; b & c").encode(), "", "a &unknown; b & c"),
        (titled("<![CDATA[a & b]]> & c").encode(), "", "a & b & c"),
    ],
)
def test_encodings_and_odd_characters(body: bytes, content_type: str, title: str) -> None:
    (post,) = posts_of(read_xml(body, content_type))
    assert post.text == title


@pytest.mark.parametrize(
    ("name", "title"), [("doctype", "T"), ("gb2312_gbk", "朱镕F基 中文标题"), ("cp949", "똠방각하")]
)
def test_feeds_of_the_field(shared: Path, name: str, title: str) -> None:
    (post,) = posts_of(read_xml((shared / f"field/feed_{name}.xml").read_bytes()))
    assert post.links == ("https://arxiv.org/abs/2403.20001",)
    assert (post.text or "").startswith(title) or name == "gb2312_gbk"
    assert "\ufffd" not in (post.text or "")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!DOCTYPE rss [<!ENTITY a 'b'>]>" + rss(), "ask its publisher for a feed without them"),
        (b"<!DOCTYPE rss SYSTEM 'a' [<!ENTITY % a SYSTEM 'b'>]>" + rss(), "ask its publisher"),
        (b"<?xml version='1.0'?><!ENTITY a 'b'>" + rss(), "ask its publisher"),
        (b"<!-- a --><html><head><link rel=alternate type='application/rss+xml' href=/feed.xml>",
         "it is a page of HTML; it names its feed: '/feed.xml'"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC 'a' 'b'><html/>", "it is a page of HTML"),
        (b"<meta http-equiv=refresh content='0;url=/login'>", "it is a page of HTML"),
        (b"<head><title>Maintenance</title></head> our <rss> is back soon", "it is a page of HTML"),
        (b"Welcome", "give the address of a feed"),
        (packed(b" " * 6_000_000), "5,000,000 are the limit: ask its publisher"),
    ],
)  # fmt: skip
def test_a_feed_that_is_refused_says_what_to_do(body: bytes, reason: str) -> None:
    with pytest.raises(FeedError, match=re.escape(reason)):
        read_xml(body)


def test_a_page_in_place_of_a_feed_that_was_read_is_an_outage() -> None:
    site = Site({"/a": rss(item(1)), "/b": rss(item(2))})
    first = run(site)
    site.edition, site.bodies["/a"] = 2, b"<!doctype html><title>Back soon</title>"
    later = run(site, first.state)
    assert list(later.failures.values()) == [PAGE_INSTEAD]
    site.edition, site.bodies["/a"] = 3, rss(item(1), item(3))
    assert len(run(site, later.state).posts) == 3


def test_a_portal_that_hides_its_page_behind_xml_is_an_outage_too() -> None:
    with pytest.raises(FeedError) as caught:
        read_xml(b"<!--<?xml version='1.0'?><WISPAccessGatewayParam/>--><html><body>Log in</body></html>")
    assert caught.value.is_page


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html>\n" + rss(item(1)), zlib.compress(rss(item(1))), packed(packed(rss(item(1))))]
)
def test_what_stands_around_a_feed_or_packs_it_is_taken_away(body: bytes) -> None:
    assert len(read_xml(body).articles) == 1


@pytest.mark.parametrize("addresses", [("/1", "/2", "/3"), ("/", "/", "/")])
def test_one_guid_on_every_entry_makes_no_post_of_them_all(addresses: tuple[str, ...]) -> None:
    entries = [
        f"<item><guid>1</guid><link>https://blog.example{place}</link><title>Made up {number}</title></item>"
        for number, place in enumerate(addresses)
    ]
    first = {post.id for post in posts_of(read_xml(rss(*entries)))}
    assert len(first) == 3
    assert len({post.id for post in posts_of(read_xml(rss(*entries[1:])))} & first) == 2
    items = [{"id": "1", "url": f"https://blog.example{place}", "title": str(at)} for at, place in enumerate(addresses)]
    document = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    assert len({post.id for post in posts_of(read_json(json.dumps(document).encode()))}) == 3
    assert len({post.id for post in posts_of(read_xml(rss(entries[0], entries[0])))}) == 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damage_to_a_feed_ends_in_posts_or_a_feed_error(data: st.DataObject) -> None:
    body = bytearray((FIXTURES / data.draw(st.sampled_from(sorted(KINDS.values())))).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        change = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"<", b"&", b"<!DOCTYPE", b"]]>", b"\xff", b"&#xD800;"])
        )
        body[at : at + data.draw(st.integers(0, 20))] = change
    with contextlib.suppress(FeedError):
        assert_inert(posts_of(read_xml(bytes(body))), "damaged")
    with contextlib.suppress(FeedError):
        assert_inert(posts_of(read_json(bytes(body))), "damaged")


def test_recorded_feeds_are_read(shared: Path) -> None:
    folder = shared / "real/responses/rss"
    counts = {}
    papers: set[str] = set()
    for path in sorted(folder.glob("*.xml")):
        feed = read_xml(path.read_bytes())
        found = posts_of(feed, f"https://hnrss.org/{path.stem}")
        assert not feed.damage
        assert_inert(found, path.name)
        assert len({post.id for post in found}) == len(found) == len(feed.articles)
        counts[path.name] = len(found)
        papers |= {paper for post in found for paper in with_own_papers(post).papers}
    assert counts == {"hnrss_bestcomments_2025-08-15.xml": 30, "hnrss_frontpage_2025-08-15.xml": 20}
    assert "2508.09157" in papers
