"""Real feed readers follow what is hot: every paper is new once, in order, and nothing else is ever new.

Four days of a made-up site: papers become hot; then likes, another rank and a new version of one come with two more;
then a paper that had left the feed is liked, with one more; then the site moves to another address.
"""

from __future__ import annotations

import json
import mailbox
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from urllib.parse import urljoin

import lxml.etree
import lxml.html
import pytest
import requests

from generator.render.feeds import FEEDS
from tests.browser.conftest import TOOLS, missing, npm_file, run_tool, tool
from tests.browser.serving import PagesServer
from tests.e2e.run import Copy

pytestmark = pytest.mark.tools

PAGES = ("hot/", "t/example/hot/", "c/cs.LG/hot/")
ENTRIES = 7
DAYS = (18, 19, 20, 21)
XML = ("application/rss+xml", "application/atom+xml")


@dataclass(frozen=True, slots=True)
class Item:
    """What JSON Feed says of an entry."""

    uid: str
    title: str
    url: str
    published: datetime


@dataclass(frozen=True, slots=True)
class World:
    """A site that is published anew on each of four days."""

    server: PagesServer
    url: str
    days: tuple[Path, ...]

    def publish(self, day: int) -> None:
        self.server.sites["days"] = self.days[day]

    def feeds(self, media_type: str) -> dict[str, str]:
        """Where somebody who looks at the pages finds the feeds of this type, in their heads: address -> page."""
        found = {}
        for page in PAGES:
            head = lxml.html.fromstring(requests.get(self.url + page, timeout=10).content)
            links = [each for each in head.iter("link") if each.get("rel") == "alternate"]
            (address,) = [str(each.get("href")) for each in links if each.get("type") == media_type]
            found[urljoin(self.url + page, address)] = page
        return found

    def items(self, day: int, page: str) -> list[Item]:
        """The entries of a page's feed, in its order."""
        entries = json.loads((self.days[day] / page / "feed.json").read_text("utf-8"))["items"]
        return [Item(each["id"], each["title"], each["url"], moment(each["date_published"])) for each in entries]

    def new(self, day: int, page: str) -> list[Item]:
        """What this feed did not have on any day before."""
        known = {item.uid for before in range(day) for item in self.items(before, page)}
        return [item for item in self.items(day, page) if item.uid not in known]


@pytest.fixture(scope="module")
def world(server: PagesServer, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("days")
    url = server.add("days", folder / "day0")
    copy = Copy(folder / "copy", config(url))
    news: tuple[list[str], ...] = (
        [line for n in range(1, 7) for line in (paper(n), *posts(n, range(n + 1), 0))],
        [
            *(line for n in (7, 8) for line in (paper(n), *posts(n, range(40, 44), 1))),
            *posts(3, range(20, 32), 1, kind="like"), paper(4, version=2),
        ],
        [*posts(2, range(50, 70), 2, kind="like"), paper(9), *posts(9, range(70, 80), 2)],
        [],
    )  # fmt: skip
    for day, lines in enumerate(news):
        if day == len(news) - 1:
            (copy.folder / "config.yaml").write_text(config("https://moved.example/papers/"))
        commands = [("import", "-", "--offline")] if lines else []
        for command in (*commands, ("build",)):
            ran = copy.run(*command, stdin="\n".join(lines))
            assert ran.status == 0, ran.err
        shutil.copytree(copy.folder / "site", folder / f"day{day}")
    found = World(server, url, tuple(folder / f"day{day}" for day in range(len(news))))
    for page in PAGES:
        papers = [[item.uid[-5:] for item in found.new(day, page)] for day in range(len(news))]
        assert papers == [[f"0000{n}" for n in (6, 5, 4, 3, 2, 1)], ["00008", "00007"], ["00009"], []]
        assert len(found.items(2, page)) == ENTRIES, "older ones fell out"
    return found


def config(url: str) -> str:
    return (
        f'site: {{title: Made up, url: "{url}", id: "tag:example.org,2026-11-18"}}\n'
        f"feeds: {{entries: {ENTRIES}, hot: {{people: 3, top: 1}}}}\n"
        'trackers: [{id: example, title: "@example", bluesky: {accounts: [ada.example]}}]\n'
    )


def paper(number: int, version: int = 1) -> str:
    record = {
        "version": version, "id": f"2611.{number:05}", "title": f"Made-up matter {number}: if $x^2 \\le y$",
        "authors": ["A. Example"], "abstract": f"Made up in version {version}.", "categories": ["cs.LG"],
        "submitted_at": "2026-11-17T09:00:00Z", "revised_at": f"2026-11-{16 + version}T09:00:00Z",
        "fetched_at": f"2026-11-{20 + version}T00:00:00Z",
    }  # fmt: skip
    return json.dumps(record)


def posts(number: int, people: range, day: int, kind: str = "post") -> list[str]:
    """About one paper, a second apart; the papers of a day an hour apart."""
    return [
        json.dumps({
            "id": f"bluesky:did:plc:p{who}/{kind}{number}", "network": "bluesky", "kind": kind,
            "url": f"https://bsky.example/p{who}/{kind}{number}", "account": f"bluesky:did:plc:p{who}",
            "posted_at": f"2026-11-{DAYS[day]}T{number:02}:00:{who % 60:02}Z",
            "seen_at": f"2026-11-{DAYS[day]}T{number:02}:10:00Z",
            "text": "Read this one twice." if kind == "post" else None,
            "papers": [f"2611.{number:05}"], "trackers": ["example"],
        })
        for who in people
    ]  # fmt: skip


def test_pages_name_the_feeds_of_what_they_show(world: World) -> None:
    world.publish(0)
    for feed in FEEDS:
        assert list(world.feeds(feed.media_type)) == [f"{world.url}{page}{feed.file}" for page in PAGES]
        for address in world.feeds(feed.media_type):
            assert address in requests.get(address, timeout=10).text, "a feed names its own address"


@pytest.mark.parametrize("media_type", XML)
def test_newsboat_shows_what_is_new_in_each_of_overlapping_feeds(world: World, tmp_path: Path, media_type: str) -> None:
    newsboat = tool("newsboat")
    (tmp_path / "config").write_text("")
    world.publish(0)
    feeds = world.feeds(media_type)
    (tmp_path / "urls").write_text("\n".join(feeds) + "\n")
    files = ("-u", f"{tmp_path}/urls", "-c", f"{tmp_path}/db", "-C", f"{tmp_path}/config")
    for day in range(len(DAYS)):
        for is_new in (True, False):  # and once more: nothing is new
            world.publish(day)
            done = run_tool(newsboat, *files, "-x", "reload")
            assert done.returncode == 0, done.stderr
            with sqlite3.connect(tmp_path / "db") as cache:
                unread = "select feedurl, guid from rss_item where unread order by feedurl, pubDate desc"
                rows = cache.execute(unread).fetchall()
                cache.execute("update rss_item set unread = 0")
            expected = [(feed, item.uid) for feed, page in sorted(feeds.items()) for item in world.new(day, page)]
            assert rows == (expected if is_new else [])


@pytest.fixture
def liferea(tmp_path: Path) -> Iterator[Path]:
    """Liferea on a screen of its own, without a feed; gives the folder with its database and its bus's address."""
    programs = (tool("xvfb-run"), "-a", tool("dbus-run-session"), "--", "sh", "-c")
    script = f'echo "$DBUS_SESSION_BUS_ADDRESS" > {tmp_path}/bus; exec {tool("liferea")} --disable-plugins'
    (tmp_path / "liferea").mkdir()
    (tmp_path / "liferea/feedlist.opml").write_text('<opml version="1.0"><head/><body/></opml>')
    places = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"), str(tmp_path))
    with subprocess.Popen(
        (*programs, script), env={**os.environ, **places}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            wait_for(lambda: ask_liferea(tmp_path, "Ping"))
            yield tmp_path
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def ask_liferea(folder: Path, method: str, *arguments: str) -> bool:
    """Call a method of its D-Bus interface; False where it does not answer yet."""
    if not (folder / "bus").exists():
        return False
    place = ("--dest=org.gnome.feed.Reader", "/org/gnome/feed/Reader", f"org.gnome.feed.Reader.{method}")
    bus = f"--bus={(folder / 'bus').read_text().strip()}"
    return run_tool(tool("dbus-send"), bus, "--print-reply", *place, *arguments).returncode == 0


def wait_for(condition: Callable[[], bool], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.2)


def test_liferea_lists_every_hot_paper_once_in_each_of_overlapping_feeds(world: World, liferea: Path) -> None:
    world.publish(0)
    feeds = {address: page for media_type in XML for address, page in world.feeds(media_type).items()}
    for feed in feeds:
        assert ask_liferea(liferea, "Subscribe", f"string:{feed}")
    expected: Counter[str] = Counter()
    for day in range(len(DAYS)):
        world.publish(day)
        expected += Counter(item.uid for page in feeds.values() for item in world.new(day, page))
        is_right = partial(has_items, liferea, expected)
        already_sent = len(world.server.sent)
        if day:
            assert ask_liferea(liferea, "Refresh")
            wait_for(lambda sent=already_sent: len(world.server.sent) >= sent + len(feeds))  # type: ignore[misc]
        wait_for(is_right)
        wait_for(lambda is_right=is_right: not is_right(), timeout_s=2)  # type: ignore[misc] # what must not come
        assert is_right()


def has_items(folder: Path, expected: Counter[str]) -> bool:
    return Counter(liferea_items(folder)) == expected


def liferea_items(folder: Path) -> list[str]:
    """The ids of what Liferea has, read or not."""
    database = folder / "liferea/liferea.db"
    if not database.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as cache:
            return [uid for (uid,) in cache.execute("select source_id from items")]
    except sqlite3.OperationalError:  # it is being written
        return []


@pytest.mark.parametrize("media_type", XML)
def test_rss2email_mails_every_hot_paper_once(world: World, tmp_path: Path, media_type: str) -> None:
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
        for is_new in (True, False):
            world.publish(day)
            done = run_tool(r2e, "-c", f"{tmp_path}/config", "-d", f"{tmp_path}/data.json", "run")
            assert (done.returncode, done.stderr) == (0, "")
            arrived = Counter(
                (mail["X-RSS-Feed"], mail["X-RSS-URL"], str(make_header(decode_header(mail["Subject"]))))
                for mail in mails
            )
            expected = Counter(
                (feed, item.url, item.title) for feed, page in feeds.items() for item in world.new(day, page)
            )
            assert arrived == (expected if is_new else Counter())
            assert {parsedate_to_datetime(mail["Date"]).day for mail in mails} <= set(DAYS[: day + 1])
            mails.clear()


def test_reader_shows_every_hot_paper_once_in_each_format(world: World, tmp_path: Path) -> None:
    python = TOOLS.parent / "reader/bin/python"
    if not python.exists():
        missing("reader (pip) is not installed")
    world.publish(0)
    feeds = {address: page for feed in FEEDS for address, page in world.feeds(feed.media_type).items()}
    script = str(Path(__file__).with_name("follow_with_reader.py"))
    for day in range(len(DAYS)):
        for is_new in (True, False):
            world.publish(day)
            done = run_tool(str(python), script, str(tmp_path / "reader.sqlite"), *feeds)
            assert done.returncode == 0, done.stderr
            seen = json.loads(done.stdout)
            assert seen["failed"] == []
            expected = [
                [feed, item.uid, item.title, item.published.isoformat()]
                for feed, page in feeds.items()
                for item in world.new(day, page)
            ]
            assert sorted(seen["unread"]) == (sorted(expected) if is_new else [])


def test_what_libraries_of_readers_see_keeps_its_id_title_and_date(world: World) -> None:
    npm_file("rss-parser/package.json")
    npm_file("feedsmith/package.json")
    world.publish(0)
    feeds = {address: page for feed in FEEDS for address, page in world.feeds(feed.media_type).items()}
    script = str(Path(__file__).with_name("follow_feeds.mjs"))
    for day in range(len(DAYS)):
        world.publish(day)
        done = run_tool("node", script, str(TOOLS), *feeds)
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        assert Counter(library for each in seen.values() for library in each) == {"feedsmith": 9, "rss-parser": 6}
        for address, libraries in seen.items():
            for entries in libraries.values():
                rows = [Item(uid, title, link, moment(date)) for uid, title, link, date in entries]
                assert rows == world.items(day, feeds[address])


def test_an_entry_is_changed_by_a_new_version_alone(world: World) -> None:
    for page in PAGES:
        for fixed in ("date_modified", "content_html"):
            first, second, third = (
                {each["id"]: each[fixed] for each in json.loads((folder / page / "feed.json").read_text())["items"]}
                for folder in world.days[:3]
            )
            assert [uid[-5:] for uid in first if uid in second and first[uid] != second[uid]] == ["00004"]
            assert [uid for uid in second if uid in third and second[uid] != third[uid]] == []


def test_no_feed_of_the_opml_files_is_empty(world: World) -> None:
    for day, folder in enumerate(world.days[:-1]):
        world.publish(day)
        for file in ("opml.xml", "opml-categories.xml"):
            opml = lxml.etree.fromstring((folder / file).read_bytes())
            addresses = [str(outline.get("xmlUrl")) for outline in opml.iter("outline")]
            assert 0 < len(addresses) <= 10
            for address in addresses:
                assert b"<item>" in requests.get(address, timeout=10).content, address


def test_every_post_of_a_day_reaches_who_looks_once_a_day(world: World, tmp_path: Path) -> None:
    newsboat = tool("newsboat")
    (tmp_path / "config").write_text("")
    (tmp_path / "urls").write_text(f"{world.url}posts/feed.xml\n")
    for day in range(len(DAYS) - 1):
        world.publish(day)
        files = ("-u", f"{tmp_path}/urls", "-c", f"{tmp_path}/db", "-C", f"{tmp_path}/config")
        assert run_tool(newsboat, *files, "-x", "reload").returncode == 0
    with sqlite3.connect(tmp_path / "db") as cache:
        (arrived,) = cache.execute("select count(*) from rss_item").fetchone()
    runs_of_likes = 2  # without a name or a word, what a run saw is one entry
    assert arrived == sum(range(2, 8)) + 2 * 4 + 10 + runs_of_likes


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text) if text[:4].isdecimal() else parsedate_to_datetime(text)
