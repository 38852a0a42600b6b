"""`fetch` and `build` over answers that the real services gave, replayed on loopback through the `api:` settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.replay import Replay, did
from tests.e2e.run import Copy, Ran
from tests.e2e.world import without_cost
from tests.loopback import Loopback

CONFIG = """\
site: {{title: Recorded, url: "https://pages.example/recorded/"}}
trackers:
  - id: recorded
    title: Recorded
    x: {{accounts: [{x}], lists: ["84839422"]}}
    bluesky:
      accounts: [{bluesky}]
      follows_of: [recorded-0.example]
      lists: ["at://{did}/app.bsky.graph.list/3abc"]
      feeds: ["at://{did}/app.bsky.feed.generator/papers"]
  - {{id: searched, x: {{accounts: [recorded0, recorded1], mode: search}}}}
networks:
  x: {{api: "{x_api}/2", max_reads_per_run: 100000, keep: full}}
  bluesky: {{api: "{bluesky_api}"}}
  arxiv: {{api: "{arxiv_api}/api/query", spacing_s: 0}}
"""
NOW = "2026-07-01T12:00:00Z"
TOKEN = {"X_BEARER_TOKEN": "made-up-bearer-token-canary"}


class Recorded:
    """A copy of the repository beside a server that replays."""

    def __init__(self, folder: Path, replay: Replay, *, arxiv: Loopback, bluesky: Loopback, x: Loopback) -> None:
        self.replay = replay
        self.arxiv = arxiv
        self.copy = Copy(
            folder,
            CONFIG.format(
                did=did(0),
                arxiv_api=arxiv.url,
                bluesky_api=bluesky.url,
                x_api=x.url,
                x=", ".join(replay.x_handles()),
                bluesky=", ".join(replay.handles()),
            ),
        )

    def fetch(self, *arguments: str, now: str = NOW) -> Ran:
        return self.copy.run("fetch", "--now", now, "--json", *arguments, env=TOKEN)


@pytest.fixture
def recorded(shared: Path, tmp_path: Path) -> Iterator[Recorded]:
    replay = Replay(shared / "real/responses")
    with Loopback(replay) as arxiv, Loopback(replay) as bluesky, Loopback(replay) as x:
        yield Recorded(tmp_path, replay, arxiv=arxiv, bluesky=bluesky, x=x)


def test_every_recorded_answer_is_read_stored_and_shown_and_a_second_fetch_changes_nothing(recorded: Recorded) -> None:
    copy, replay = recorded.copy, recorded.replay
    ran = recorded.fetch()
    assert ran.status == 0, ran.err
    unused = {*replay.feeds, *replay.pages, "g_follows.1.json"} - replay.used
    assert not unused, f"recordings that nothing asked for: {sorted(unused)}"
    stored = copy.files("data")
    posts = [json.loads(line) for name, content in stored.items() if "posts/" in name for line in content.splitlines()]
    assert {post["network"] for post in posts} == {"bluesky"}  # no recorded answer of X is about a paper
    assert ran.json["networks"]["x"]["records"] == sum(len(page["data"]) for page in replay.pages.values()) + 107
    skipped = [place for network in ran.json["networks"].values() for place in network["skipped"]]
    assert skipped == []
    assert all(post["papers"] for post in posts)
    assert b"canary" not in b"".join(stored.values()) + ran.out.encode() + ran.err.encode()

    again = recorded.fetch(now="2026-07-01T12:30:00Z")
    assert again.status == 0, again.err
    files_again = copy.files("data")
    assert files_again.keys() == stored.keys()
    assert [name for name in stored if without_cost(files_again[name]) != without_cost(stored[name])] == []
    assert again.json["changed_files"] == 1, "what X charged is noted"

    assert copy.run("build").status == 0
    first = copy.files("site")
    assert copy.run("build", "--full").status == 0
    assert copy.files("site") == first
    ran = copy.run("check")
    assert ran.status == 0, ran.out + ran.err


def test_recorded_papers_are_asked_for_by_id_and_shown_with_their_abstracts(recorded: Recorded) -> None:
    copy, replay = recorded.copy, recorded.replay
    lines = [
        json.dumps(
            {
                "id": f"bluesky:did:plc:made/{number}",
                "network": "bluesky",
                "kind": "post",
                "url": f"https://bsky.app/profile/did:plc:made/post/{number}",
                "account": "bluesky:did:plc:made",
                "posted_at": "2026-06-30T12:00:00Z",
                "seen_at": "2026-06-30T13:00:00Z",
                "links": [f"https://arxiv.org/abs/{paper_id}"],
                "trackers": ["recorded"],
            }
        )
        for number, paper_id in enumerate([*replay.entries, "0808.05394", "0000.0000"])
    ]
    ran = copy.run("import", "-", "--offline", "--now", NOW, stdin="\n".join(lines))
    assert ran.status == 0, ran.err
    ran = recorded.fetch("--only", "arxiv")
    assert ran.status == 0, ran.err
    papers = [
        json.loads(line)
        for name, content in copy.files("data").items()
        if name.startswith("papers/")
        for line in content.splitlines()
    ]
    assert {paper["id"] for paper in papers} == set(replay.entries)
    assert {name for name, _ in replay.entries.values()} <= replay.used
    assert all(paper["abstract"] and paper["title"] and paper["authors"] for paper in papers)
    assert all(request.query["max_results"] for request in recorded.arxiv.requests)


def test_with_arxiv_down_posts_are_kept_and_the_site_is_built_from_what_is_known(recorded: Recorded) -> None:
    recorded.replay.down.add("arxiv")
    ran = recorded.fetch()
    assert ran.status == 3, ran.err
    assert recorded.copy.run("build").status == 0
    shown = recorded.copy.page("new").xpath("//article/@data-paper")
    pending = recorded.copy.files("data")["pending.jsonl"].splitlines()
    assert pending
    recorded.replay.down.clear()
    assert recorded.fetch(now="2026-07-01T15:00:00Z").status == 0
    assert isinstance(shown, list)


def test_with_bluesky_down_x_still_works_and_the_page_says_what_is_stale_since_when(recorded: Recorded) -> None:
    recorded.replay.down.add("bluesky")
    ran = recorded.fetch()
    assert ran.status == 3, ran.err
    assert ran.json["networks"]["x"]["failure"] is None
    assert ran.json["networks"]["bluesky"]["failure"]
    assert recorded.fetch("--strict").status == 1
    assert recorded.copy.run("build").status == 0
    status = " ".join(recorded.copy.page("status").text_content().split())
    assert "Bluesky" in status
    assert recorded.copy.page("status").xpath("//time[starts-with(@datetime, '2026-07-01')]")
    home = " ".join(recorded.copy.page().text_content().split())
    assert "Bluesky has not been read since" in home
    recorded.replay.down.clear()
    assert recorded.fetch(now="2026-07-01T15:00:00Z").status == 0
    assert recorded.copy.run("build").status == 0
    assert "has not been read since" not in recorded.copy.page().text_content()
