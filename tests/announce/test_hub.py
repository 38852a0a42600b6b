"""A WebSub hub hears of every feed that has news, once; a subscriber gets the news; nothing else is asked or told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import feedparser
import pytest

from generator.announce import hub
from generator.announce.sending import TargetReport
from generator.model.records import RankedPaper
from generator.net.http import HttpClient
from generator.render.feeds import what_feeds_say
from generator.storage import run_reports as last_run
from tests.announcing import data
from tests.browser.serving import PagesServer
from tests.e2e.run import Copy
from tests.loopback import Answer, Raw
from tests.pretend_hub import PretendHub, Subscriber
from tests.site_factory import EPOCH, make_listing, make_paper, make_post, make_site, rank

NOW = ("--now", "2026-11-20T12:00:00Z")


@pytest.fixture
def pretend_hub() -> Iterator[PretendHub]:
    with PretendHub() as found:
        yield found
        assert found.wrong == []


@pytest.fixture
def server() -> Iterator[PagesServer]:
    opened = PagesServer()
    yield opened
    opened.close()


# --- the whole way


@pytest.mark.slow
def test_a_subscriber_gets_what_is_new_and_feeds_without_news_are_left_alone(
    pretend_hub: PretendHub, server: PagesServer, tmp_path: Path
) -> None:
    url = server.add("papers", tmp_path / "copy/site")
    copy = Copy(
        tmp_path / "copy",
        f'site: {{title: Made up, url: "{url}"}}\nfeeds: {{hub: "{pretend_hub.url}"}}\n'
        "trackers: [{id: example, bluesky: {accounts: [ada.example]}}, {id: other, hackernews: {}}]\n",
    )

    def publish() -> None:
        for command in ("build", "announce"):
            ran = copy.run(command, *NOW)
            assert (ran.status, ran.err) == (0, ""), ran.err

    data(copy.folder / "data", ("2611.00001", 3))
    publish()
    feeds = [f"{url}{path}" for path in copy.files("site") if path.endswith(("feed.xml", "atom.xml", "feed.json"))]
    assert sorted(pretend_hub.told) == sorted(feeds), "a hub that never heard of us hears of every feed"
    pretend_hub.told.clear()
    with Subscriber() as subscriber:
        for path in ("feed.xml", "t/other/feed.xml"):
            channel = feedparser.parse(f"{url}{path}").feed
            links = {link["rel"]: link["href"] for link in channel["links"]}
            subscriber.subscribe(links["self"], links["hub"])
        publish()
        assert (pretend_hub.told, subscriber.sent) == ([], []), "nothing is new"
        data(copy.folder / "data", ("2611.00002", 2))
        publish()
        ((feed, said),) = subscriber.sent
        assert feed == f"{url}feed.xml"
        assert {entry.link for entry in feedparser.parse(said).entries} == {
            f"{url}abs/2611.00001/", f"{url}abs/2611.00002/",
        }  # fmt: skip
    assert f"{url}c/cs.LG/atom.xml" in pretend_hub.told
    assert not [told for told in pretend_hub.told if "/t/other/" in told]
    assert len(set(pretend_hub.told)) == len(pretend_hub.told)


# --- what is told


def built(cache: Path, **feeds: str) -> None:
    """What a build leaves: `home` for the root, other names for a list at that path."""
    said = {f"https://pages.example/{'' if name == 'home' else name + '/'}": text for name, text in feeds.items()}
    last_run.save(cache, said, last_run.FEEDS)


def tell(pretend_hub: PretendHub, cache: Path, *, dry: bool = False, url: str = "") -> TargetReport:
    client = HttpClient("tests", sleep=lambda _: None)
    try:
        return hub.notify(url or pretend_hub.url, cache, client=client, dry=dry)
    finally:
        client.close()


@pytest.fixture
def deaf(pretend_hub: PretendHub, monkeypatch: pytest.MonkeyPatch) -> PretendHub:
    """A hub that hears and fetches nothing: for feeds that nobody serves."""
    monkeypatch.setattr(pretend_hub, "_pass_on", lambda _: None)
    return pretend_hub


def test_a_feed_that_says_the_same_in_another_order_has_no_news() -> None:
    papers = [rank(make_paper(f"2611.0000{number}"), [make_post(number)], number) for number in (1, 2)]
    page = "https://example.org/trending/"

    def said(listed: list[RankedPaper], **site: Any) -> str:
        return what_feeds_say(make_site([make_listing(listed)], **site))[page]

    assert said([*papers]) == said([*reversed(papers)]) == said([*papers], now=EPOCH + timedelta(days=9))
    later = [papers[0], rank(papers[1].paper, [make_post(2), make_post(3)], 2)]
    assert len({said([*papers]), said(papers[:1]), said([*later]), said([*papers], title="Other")}) == 4


def test_what_changed_is_told_in_its_three_formats_the_home_page_first_and_the_request_is_the_convention(
    deaf: PretendHub, tmp_path: Path
) -> None:
    built(tmp_path, new="a", home="b")
    told = tell(deaf, tmp_path)
    page = "https://pages.example/"
    assert told.sent == deaf.told == [
        f"{page}atom.xml", f"{page}feed.json", f"{page}feed.xml",
        f"{page}new/atom.xml", f"{page}new/feed.json", f"{page}new/feed.xml",
    ]  # fmt: skip
    assert (told.failure, told.waiting, told.warnings) == (None, 0, [])
    assert parse_qs(deaf.server.requests[0].body.decode()) == {
        "hub.mode": ["publish"], "hub.url": [f"{page}atom.xml"], "hub.topic": [f"{page}atom.xml"],
    }  # fmt: skip
    assert deaf.server.requests[0].target == "/hub?of=tests"
    deaf.told.clear()
    built(tmp_path, new="a2", home="b")
    assert all("/new/" in each for each in tell(deaf, tmp_path).sent)
    assert len(deaf.told) == 3


@pytest.mark.parametrize("answer", [Answer(503), Answer(401), Answer(302, headers={"Location": "/elsewhere"})])
def test_a_hub_that_fails_is_a_failure_and_is_told_the_next_time(
    deaf: PretendHub, tmp_path: Path, answer: Answer
) -> None:
    built(tmp_path, home="a")
    deaf.broken = answer
    told = tell(deaf, tmp_path)
    assert told.failure is not None
    assert f"HTTP {answer.status}" in told.failure
    assert (told.sent, told.waiting) == ([], 3)
    assert set(deaf.told) == {"https://pages.example/atom.xml"}, "the others are not tried"
    deaf.broken = None
    assert len(tell(deaf, tmp_path).sent) == 3
    assert tell(deaf, tmp_path).sent == []


def test_what_was_told_before_a_hub_broke_down_is_not_told_again(deaf: PretendHub, tmp_path: Path) -> None:
    built(tmp_path, home="a")
    good, deaf.server.replies = deaf.server.replies, [Answer(202), Raw(b"")]
    told = tell(deaf, tmp_path)
    assert (told.sent, told.waiting) == (["https://pages.example/atom.xml"], 2)
    assert told.failure
    deaf.server.replies = good
    assert tell(deaf, tmp_path).sent == ["https://pages.example/feed.json", "https://pages.example/feed.xml"]


def test_feeds_that_the_hub_does_not_serve_stop_no_other_but_one_that_serves_none_has_failed(
    deaf: PretendHub, tmp_path: Path
) -> None:
    built(tmp_path, home="a", new="b")
    deaf.refused = frozenset({"https://pages.example/feed.json"})
    told = tell(deaf, tmp_path)
    assert (len(told.sent), told.waiting, told.failure) == (5, 1, None)
    assert "refuses 1 feeds" in told.warnings[0]
    assert "https://pages.example/feed.json: there is nothing at this address: HTTP 404" in told.warnings[0]
    deaf.told.clear()
    none = tell(deaf, tmp_path)
    assert deaf.told == ["https://pages.example/feed.json"]
    assert "HTTP 404" in str(none.failure)
    deaf.told.clear()
    wrong = tell(deaf, tmp_path, url=f"{deaf.server.url}/hub?other")
    assert len(wrong.sent) == 5, "another hub hears of everything"
    deaf.refused = frozenset(f"https://pages.example/{name}" for name in ("a/feed.xml", "a/atom.xml", "a/feed.json"))
    deaf.refused |= frozenset(each.replace("/a/", "/b/") for each in deaf.refused)
    built(tmp_path, a="1", b="1", c="1")
    deaf.told.clear()
    assert "HTTP 404" in str(tell(deaf, tmp_path, url=f"{deaf.server.url}/hub?third").failure)
    assert len(deaf.told) == hub.REFUSALS_MAX


def test_more_feeds_than_one_run_tells_of_wait_and_get_their_turn(
    deaf: PretendHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "FEEDS_MAX", 4)
    built(tmp_path, home="a", new="b")
    first = tell(deaf, tmp_path)
    assert (len(first.sent), first.waiting) == (4, 2)
    built(tmp_path, home="a2", new="b2")
    second = tell(deaf, tmp_path)
    assert second.sent[:2] == ["https://pages.example/new/feed.json", "https://pages.example/new/feed.xml"]
    assert (len(second.sent), second.waiting) == (4, 2)
    assert set(first.sent) | set(second.sent) == set(deaf.told)
    assert len(set(deaf.told)) == 6


def test_a_dry_run_says_what_would_be_told_and_tells_nobody(deaf: PretendHub, tmp_path: Path) -> None:
    built(tmp_path, home="a")
    assert len(tell(deaf, tmp_path, dry=True).sent) == 3
    assert deaf.server.requests == []
    assert len(tell(deaf, tmp_path).sent) == 3


def test_feeds_that_are_gone_are_forgotten_and_damaged_notes_cost_one_more_telling(
    deaf: PretendHub, tmp_path: Path
) -> None:
    built(tmp_path, home="a", new="b")
    tell(deaf, tmp_path)
    built(tmp_path, home="a")
    assert tell(deaf, tmp_path).sent == []
    assert len(json.loads((tmp_path / last_run.HUB).read_bytes())["feeds"]) == 3
    (tmp_path / last_run.HUB).write_text('{"hub": 1}')
    assert len(tell(deaf, tmp_path).sent) == 3


@pytest.mark.parametrize("left", [None, "{", '{"https://pages.example/": 1}'])
def test_without_a_build_nobody_knows_what_is_new(deaf: PretendHub, tmp_path: Path, left: str | None) -> None:
    if left is not None:
        (tmp_path / last_run.FEEDS).write_text(left)
    assert "build --full" in str(tell(deaf, tmp_path).failure)
    assert deaf.server.requests == []


# --- the command


def test_the_command_tells_the_hub_too_or_alone_and_a_failure_is_a_warning(tmp_path: Path) -> None:
    with PretendHub() as pretend_hub:
        copy = Copy(
            tmp_path / "copy",
            'site: {title: Made up, url: "https://pages.example/"}\n'
            f'feeds: {{hub: "{pretend_hub.url}"}}\nannounce: {{slack: {{}}}}\n'
            "trackers: [{id: example, bluesky: {accounts: [ada.example]}}]\n",
        )
        built(copy.folder / ".cache", home="a")
        dry = copy.run("announce", *NOW, "--dry-run")
        assert "hub: 3 feeds would be announced, 0" in dry.out
        assert "https://pages.example/feed.xml" in dry.out
        pretend_hub.broken = Answer(403, b"not you")
        failed = copy.run("announce", *NOW, "--only", "hub", "--json")
        assert (failed.status, list(failed.json["targets"])) == (3, ["hub"])
        assert failed.json["failed"] == ["hub"]
        assert "HTTP 403" in failed.err
        assert not (copy.folder / "data").exists(), "nothing is noted beside the cache"


def test_a_build_tells_what_the_feeds_say_only_where_there_is_a_hub_and_again_where_that_was_lost(
    tmp_path: Path,
) -> None:
    text = 'site: {title: Made up, url: "https://pages.example/"}\ntrackers: [{id: example, hackernews: {}}]\n'
    copy = Copy(tmp_path / "copy", text)
    left = copy.folder / ".cache" / last_run.FEEDS
    assert copy.run("build").status == 0
    assert not left.exists()
    copy.configure(f"{text}feeds: {{hub: 'https://hub.example/'}}\n")
    assert copy.run("build").status == 0
    said = left.read_bytes()
    assert {"https://pages.example/", "https://pages.example/digest/daily/"} <= json.loads(said).keys()
    left.unlink()
    assert copy.run("build").status == 0
    assert left.read_bytes() == said
