"""After a rebuild with new posts, a real feed reader shows what is new and nothing else, though ranks have changed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from tests.browser.conftest import run_tool, tool
from tests.browser.serving import PagesServer
from tests.e2e.run import MINIMAL, Copy

pytestmark = pytest.mark.tools


def paper(number: int) -> str:
    record = {
        "version": 1, "id": f"2611.{number:05}", "title": f"Made-up matter {number}", "authors": ["A. Example"],
        "abstract": "Made up.", "categories": ["cs.LG"], "submitted_at": "2026-11-17T09:00:00Z",
        "fetched_at": "2026-11-20T00:00:00Z",
    }  # fmt: skip
    return json.dumps(record)


def posts(number: int, people: range, day: int) -> list[str]:
    return [
        json.dumps({
            "id": f"bluesky:did:plc:p{who}/n{number}", "network": "bluesky", "kind": "post",
            "url": f"https://bsky.example/p{who}/n{number}", "account": f"bluesky:did:plc:p{who}",
            "posted_at": f"2026-11-{day}T08:00:00Z", "seen_at": f"2026-11-{day}T09:00:00Z",
            "text": "Read this one twice.", "papers": [f"2611.{number:05}"], "trackers": ["example"],
        })
        for who in people
    ]  # fmt: skip


def published(copy: Copy, lines: list[str]) -> list[str]:
    """The papers of the feed, in its order, after these records came in."""
    for command in (("import", "-", "--offline"), ("build",)):
        ran = copy.run(*command, stdin="\n".join(lines))
        assert ran.status == 0, ran.err
    feed = json.loads((copy.folder / "site/feed.json").read_text("utf-8"))
    return [entry["id"] for entry in feed["items"]]


@pytest.mark.parametrize("name", ["feed.xml", "atom.xml"])
def test_newsboat_shows_only_what_is_new_after_a_rebuild(server: PagesServer, tmp_path: Path, name: str) -> None:
    newsboat = tool("newsboat")
    copy = Copy(tmp_path / "copy", MINIMAL)
    (tmp_path / "urls").write_text(f"{server.add(f'news-{name}', copy.folder / 'site')}{name}\n")
    (tmp_path / "config").write_text("")

    def unread() -> list[str]:
        done = run_tool(
            newsboat, "-u", f"{tmp_path}/urls", "-c", f"{tmp_path}/cache.db", "-C", f"{tmp_path}/config", "-x", "reload"
        )
        assert done.returncode == 0, done.stderr
        with sqlite3.connect(tmp_path / "cache.db") as cache:
            rows = [guid for (guid,) in cache.execute("select guid from rss_item where unread")]
            cache.execute("update rss_item set unread = 0")
        return sorted(rows)

    first = published(copy, [line for n in range(1, 7) for line in (paper(n), *posts(n, range(n), 18))])
    assert unread() == sorted(first)
    assert len(first) == 6
    late = [*posts(1, range(20, 32), 20), paper(7), *posts(7, range(9), 20), paper(8), *posts(8, range(40, 42), 20)]
    second = published(copy, late)
    assert [each for each in second if each in first] != first, "ranks changed"
    assert unread() == sorted(set(second) - set(first))
    assert len(set(second) - set(first)) == 2
    assert unread() == []
