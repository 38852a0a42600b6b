"""Other people's checkers and readers over the built sample: HTML by the Nu checker, feeds by real feed readers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import feedparser
import jsonschema
import pytest

from tests.browser.conftest import Served, npm_file, run_tool, tool

pytestmark = pytest.mark.tools
FEEDS = ("", "new/", "top/week/", "t/machine-learning/")

JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss16m")
"""It runs for seconds: to compile more thoroughly would take longer than it saves."""


def test_the_nu_html_checker_finds_no_error_on_any_page_of_four_trees(serving: Callable[[str], Served]) -> None:
    """Of the real papers one page in sixty, and the first pages of one list in four."""
    jar = npm_file("vnu-jar/build/dist/vnu.jar")
    whole = [str(serving(tree).folder) for tree in ("sample", "seed", "empty")]
    corpus = serving("corpus").folder
    papers = sorted(corpus.glob("abs/**/index.html"))[::60]
    lists = [page for page in sorted(corpus.rglob("index.html")) if not {"abs", "page"} & set(page.parts)]
    assert len(papers) > 200
    assert len(lists) > 100
    checked = run_tool(
        tool("java"), *JAVA, "-jar", str(jar), "--errors-only", "--format", "gnu", "--skip-non-html", "--stdout",
        *whole, *map(str, lists[::4] + papers), timeout_s=600,
    )  # fmt: skip
    assert checked.stdout.splitlines()[:10] == []
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_newsboat_subscribes_and_shows_every_entry_once(served: Served, tmp_path: Path, name: str) -> None:
    newsboat = tool("newsboat")
    (tmp_path / "urls").write_text(f"{served.url}{name}\n")
    (tmp_path / "config").write_text("")
    for _ in range(2):  # what did not change is not new again
        done = run_tool(
            newsboat, "-u", f"{tmp_path}/urls", "-c", f"{tmp_path}/cache.db", "-C", f"{tmp_path}/config", "-x", "reload"
        )
        assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "cache.db") as cache:
        rows = cache.execute("select guid, title, content from rss_item").fetchall()
    expected = json.loads((served.folder / "feed.json").read_text("utf-8"))["items"]
    assert sorted(guid for guid, *_ in rows) == sorted(entry["id"] for entry in expected)
    assert all(title and content for _, title, content in rows)


@pytest.mark.parametrize("path", FEEDS)
def test_every_feed_is_well_formed_and_the_three_formats_agree(served: Served, path: str) -> None:
    folder = served.folder / path
    entries = [entry["id"] for entry in json.loads((folder / "feed.json").read_text("utf-8"))["items"]]
    for name in ("feed.xml", "atom.xml"):
        parsed = feedparser.parse((folder / name).read_bytes())
        assert not parsed.bozo
        assert [entry.id for entry in parsed.entries] == entries
    assert len(set(entries)) == len(entries) > 0


def test_other_readers_libraries_take_the_feeds(served: Served, tmp_path: Path) -> None:
    npm_file("rss-parser/package.json")
    npm_file("feedsmith/package.json")
    script = Path(__file__).with_name("read_feeds.mjs")
    done = run_tool(tool("node"), str(script), str(npm_file("")), *(str(served.folder / path) for path in FEEDS))
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    expected = [len(json.loads((served.folder / path / "feed.json").read_text("utf-8"))["items"]) for path in FEEDS]
    assert counts == [[number] * 4 for number in expected]


def test_json_feeds_match_the_published_schema(served: Served) -> None:
    schema = json.loads(npm_file("jsonfeed-schema/schema-v1.1.json").read_text("utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    for path in FEEDS:
        feed = json.loads((served.folder / path / "feed.json").read_text("utf-8"))
        assert [error.message for error in validator.iter_errors(feed)] == []
