"""Real feed readers subscribe from the pages, show every paper once, and later what is new and nothing else.

Three days of a made-up site: on the second day ranks change, two papers are new and one falls out of the feeds; on the
third it is back, and one more is new.
"""

from __future__ import annotations

import json
import mailbox
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin

import lxml.html
import pytest
import requests

from generator.render.feeds import FEEDS
from tests.browser.conftest import TOOLS, missing, npm_file, run_tool, tool
from tests.browser.serving import PagesServer
from tests.e2e.run import Copy

pytestmark = pytest.mark.tools

PAGES = ("", "t/example/", "c/cs.LG/")
ENTRIES = 7
COMES_BACK = "abs/2611.00002/"
DAYS = (18, 19, 20)
XML = ("application/rss+xml", "application/atom+xml")


@dataclass(frozen=True, slots=True)
class World:
    """A site that is published anew on each of three days."""

    server: PagesServer
    url: str
    days: tuple[Path, ...]

    def publish(self, day: int) -> None:
        self.server.sites["days"] = self.days[day]

    def feeds(self, media_type: str) -> list[str]:
        """Where somebody who looks at the pages finds the feeds of this type: in their heads."""
        found = []
        for page in PAGES:
            head = lxml.html.fromstring(requests.get(self.url + page, timeout=10).content)
            links = [each for each in head.iter("link") if each.get("rel") == "alternate"]
            (address,) = [str(each.get("href")) for each in links if each.get("type") == media_type]
            found.append(urljoin(self.url + page, address))
        return found

    def ids(self, day: int) -> list[str]:
        """The papers of the home page's feed, in its order; those of the other two are the same."""
        return [entry["id"] for entry in self._entries(day, "")]

    def titles(self, day: int) -> dict[str, str]:
        return {entry["id"]: entry["title"] for entry in self._entries(day, "")}

    def dates(self, day: int) -> dict[str, str]:
        return {entry["id"]: entry["date_published"] for entry in self._entries(day, "")}

    def new(self, day: int) -> set[str]:
        """What no feed had before."""
        return set(self.ids(day)).difference(*map(self.ids, range(day)))

    def _entries(self, day: int, page: str) -> list[dict[str, str]]:
        entries: list[dict[str, str]] = json.loads((self.days[day] / page / "feed.json").read_text("utf-8"))["items"]
        return entries


@pytest.fixture(scope="module")
def world(server: PagesServer, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("days")
    url = server.add("days", folder / "day0")
    copy = Copy(
        folder / "copy",
        f'site: {{title: Made up, url: "{url}"}}\nfeeds: {{entries: {ENTRIES}}}\n'
        'trackers: [{id: example, title: "@example", bluesky: {accounts: [ada.example]}}]\n',
    )
    news = (
        [line for n in range(1, 7) for line in (paper(n), *posts(n, range(2 * n), 0))],
        [*posts(1, range(20, 32), 1), paper(7), *posts(7, range(9), 1), paper(8), *posts(8, range(40, 46), 1)],
        [*posts(2, range(50, 70), 2), paper(9), *posts(9, range(70, 80), 2)],
    )
    for day, lines in enumerate(news):
        for command in (("import", "-", "--offline"), ("build",)):
            ran = copy.run(*command, stdin="\n".join(lines))
            assert ran.status == 0, ran.err
        shutil.copytree(copy.folder / "site", folder / f"day{day}")
    found = World(server, url, tuple(folder / f"day{day}" for day in range(len(news))))
    first, second, third = map(found.ids, range(3))
    assert [len(each) for each in (first, second, third)] == [6, ENTRIES, ENTRIES]
    assert [each for each in second if each in first] != [each for each in first if each in second], "ranks changed"
    gone = f"{url}{COMES_BACK}"
    assert [gone in each for each in (first, second, third)] == [True, False, True]
    assert [len(found.new(day)) for day in range(3)] == [6, 2, 1]
    return found


def paper(number: int) -> str:
    record = {
        "version": 1, "id": f"2611.{number:05}", "title": f"Made-up matter {number}: if $x^2 \\le y$",
        "authors": ["A. Example"], "abstract": "Made up.", "categories": ["cs.LG"],
        "submitted_at": "2026-11-17T09:00:00Z", "fetched_at": "2026-11-20T00:00:00Z",
    }  # fmt: skip
    return json.dumps(record)


def posts(number: int, people: range, day: int) -> list[str]:
    return [
        json.dumps({
            "id": f"bluesky:did:plc:p{who}/n{number}", "network": "bluesky", "kind": "post",
            "url": f"https://bsky.example/p{who}/n{number}", "account": f"bluesky:did:plc:p{who}",
            "posted_at": f"2026-11-{DAYS[day]}T08:00:00Z", "seen_at": f"2026-11-{DAYS[day]}T09:00:00Z",
            "text": "Read this one twice.", "papers": [f"2611.{number:05}"], "trackers": ["example"],
        })
        for who in people
    ]  # fmt: skip


def test_pages_name_the_feeds_of_what_they_show(world: World) -> None:
    world.publish(0)
    for feed in FEEDS:
        assert world.feeds(feed.media_type) == [f"{world.url}{page}{feed.file}" for page in PAGES]
        for address in world.feeds(feed.media_type):
            assert address in requests.get(address, timeout=10).text, "a feed names its own address"


@pytest.mark.parametrize("media_type", XML)
def test_newsboat_shows_only_what_is_new(world: World, tmp_path: Path, media_type: str) -> None:
    newsboat = tool("newsboat")
    (tmp_path / "config").write_text("")
    world.publish(0)
    (tmp_path / "urls").write_text("\n".join(world.feeds(media_type)) + "\n")
    for day in range(len(DAYS)):
        for new in (world.new(day), set()):  # and once more: nothing is new
            world.publish(day)
            done = run_tool(
                newsboat, "-u", f"{tmp_path}/urls", "-c", f"{tmp_path}/db", "-C", f"{tmp_path}/config", "-x", "reload"
            )
            assert done.returncode == 0, done.stderr
            with sqlite3.connect(tmp_path / "db") as cache:
                rows = [guid for (guid,) in cache.execute("select guid from rss_item where unread")]
                cache.execute("update rss_item set unread = 0")
            assert sorted(rows) == sorted(new)


@pytest.mark.parametrize("media_type", XML)
def test_rss2email_mails_every_paper_once(world: World, tmp_path: Path, media_type: str) -> None:
    r2e = tool("r2e")
    world.publish(0)
    feeds = world.feeds(media_type)
    sections = "".join(f"[feed.number{number}]\nurl = {feed}\n" for number, feed in enumerate(feeds))
    (tmp_path / "config").write_text(
        "[DEFAULT]\nfrom = feeds@example.org\nto = reader@example.org\nverbose = warning\ndate-header = true\n"
        f"email-protocol = maildir\nmaildir-path = {tmp_path}\nmaildir-mailbox = mail\n{sections}"
    )
    mails = mailbox.Maildir(tmp_path / "mail")
    for day in range(len(DAYS)):
        for new in (world.new(day), set()):
            world.publish(day)
            done = run_tool(r2e, "-c", f"{tmp_path}/config", "-d", f"{tmp_path}/data.json", "run")
            assert (done.returncode, done.stderr) == (0, "")
            arrived = Counter((mail["X-RSS-Feed"], mail["X-RSS-URL"]) for mail in mails)
            assert arrived == Counter((feed, paper) for feed in feeds for paper in new)
            subjects = {mail["X-RSS-URL"]: str(make_header(decode_header(mail["Subject"]))) for mail in mails}
            assert subjects == {paper: title for paper, title in world.titles(day).items() if paper in new}
            assert {parsedate_to_datetime(mail["Date"]).day for mail in mails} <= set(DAYS[: day + 1])
            mails.clear()


def test_reader_shows_every_paper_once_in_each_format(world: World, tmp_path: Path) -> None:
    python = TOOLS.parent / "reader/bin/python"
    if not python.exists():
        missing("reader (pip) is not installed")
    world.publish(0)
    feeds = [address for feed in FEEDS for address in world.feeds(feed.media_type)]
    script = str(Path(__file__).with_name("follow_with_reader.py"))
    for day in range(len(DAYS)):
        for new in (world.new(day), set()):
            world.publish(day)
            done = run_tool(str(python), script, str(tmp_path / "reader.sqlite"), *feeds)
            assert done.returncode == 0, done.stderr
            seen = json.loads(done.stdout)
            assert seen["failed"] == []
            titles = world.titles(day)
            assert sorted(seen["unread"]) == sorted(
                [feed, paper, titles[paper], moment(world.dates(day)[paper]).isoformat()]
                for feed in feeds
                for paper in new
            )


def test_what_libraries_of_readers_see_keeps_its_id_title_and_date(world: World) -> None:
    npm_file("rss-parser/package.json")
    npm_file("feedsmith/package.json")
    world.publish(0)
    feeds = [address for feed in FEEDS for address in world.feeds(feed.media_type)]
    script = str(Path(__file__).with_name("follow_feeds.mjs"))
    known: dict[tuple[str, str], dict[str, tuple[str, str, datetime]]] = {}
    for day in range(len(DAYS)):
        world.publish(day)
        done = run_tool("node", script, str(TOOLS), *feeds)
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        assert Counter(library for each in seen.values() for library in each) == {"feedsmith": 9, "rss-parser": 6}
        for address, libraries in seen.items():
            for library, entries in libraries.items():
                before = known.setdefault((address, library), {})
                assert [entry[0] for entry in entries] == world.ids(day)
                assert {entry[0] for entry in entries if entry[0] not in before} == world.new(day)
                for uid, title, link, date in entries:
                    assert link == uid
                    assert before.setdefault(uid, (title, link, moment(date))) == (title, link, moment(date))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text[:4].isdecimal() else parsedate_to_datetime(text)
