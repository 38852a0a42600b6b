"""The data trees that pages are shown on, each built once for all workers of a run.

The made-up sample, the page of 2016 that this project re-makes, 12,290 real papers with their posts, a copy that has
captured nothing yet, papers and posts of every odd shape, and a site of one paper.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from generator.model.records import Paper, Post
from tests.e2e.run import Copy
from tests.site_samples import NOW, a_paper, a_post, many_shapes

SAMPLE = """\
site: {title: Trending arXiv, url: "https://pages.example/trending-arxiv/", note: "**Note:** all of this is made up."}
trackers:
  - {id: machine-learning, title: Machine learning, bluesky: {accounts: [ada.example]}}
  - {id: physics, title: Physics, bluesky: {accounts: [bo.example]}}
  - {id: mathematics, title: Mathematics, bluesky: {accounts: [cy.example]}}
"""
SEED = """\
site: {title: Trending arXiv, url: "https://pages.example/trending-arxiv/", home: newest, note: NOTE}
trackers: [{id: example, title: "@example", x: {accounts: [example]}}]
"""
CORPUS = """\
site: {title: Corpus, url: "https://pages.example/corpus/"}
trackers: [{id: corpus, title: The corpus}]
"""
EMPTY = """\
site: {title: Nothing yet, url: "https://pages.example/empty/"}
trackers: [{id: example, title: "@example", bluesky: {accounts: [ada.example]}}]
"""
SHAPES = """\
site: {title: Odd shapes, url: "https://pages.example/shapes/", note: "**Note:** all of this is made up."}
trackers: [{id: lab, title: The lab}, {id: harbour, title: "@harbour"}]
feeds: {searches: [{id: depth, title: "Depth, wherever", words: [depth]}]}
filters: {highlight: {words: [depth], authors: [Sample]}}
"""
ONE = """\
site: {title: One paper, url: "https://pages.example/one/"}
trackers: [{id: lab, title: The lab}]
"""


class Trees:
    """Copies of the repository by name, with `data/` and `site/`; nobody changes what they hold."""

    def __init__(self, folder: Path, shared: Callable[[], Path]) -> None:
        """Keep them in `folder`, which all workers share; `shared` gives the recorded papers, or skips."""
        self._folder = folder
        self._shared = shared

    def sample(self) -> Copy:
        """The made-up sample, with a page and notes of its owner."""
        return self._once("sample", SAMPLE, _make_sample)

    def seed(self) -> Copy:
        """The original page: its papers, counts and note, and made-up posts."""
        page = json.loads((self._shared() / "seed/seed-page.json").read_text("utf-8"))
        return self._once("seed", SEED.replace("NOTE", json.dumps(page["note"])), lambda copy: _make_seed(copy, page))

    def corpus(self) -> Copy:
        """The real papers and posts."""
        files = corpus_files(self._shared())
        return self._once("corpus", CORPUS, lambda copy: _make_corpus(copy, files))

    def empty(self) -> Copy:
        """A copy before its first fetch."""
        return self._once("empty", EMPTY, lambda copy: _ran(copy, "build"))

    def shapes(self) -> Copy:
        """Long titles, 2,800 authors, names from right to left, no abstract, 300 posts, withdrawn, unknown to arXiv."""
        papers, posts = many_shapes()
        told = [paper for paper in papers if paper.id != "2611.00010"]
        return self._once("shapes", SHAPES, lambda copy: _make_import(copy, told, posts))

    def one(self) -> Copy:
        """One paper and one post."""
        paper = a_paper("2611.00001", "Benefits of depth that survive noise")
        return self._once("one", ONE, lambda copy: _make_import(copy, [paper], [a_post(1, paper.id)]))

    def _once(self, name: str, config: str, make: Callable[[Copy], object]) -> Copy:
        copy = Copy(self._folder / name, config)
        made = self._folder / f"{name}.made"
        with _alone(self._folder / f"{name}.lock"):
            if not made.exists():
                make(copy)
                made.touch()
        return copy


def corpus_files(shared: Path) -> list[str]:
    """The files of real papers and posts."""
    return [str(shared / f"real/corpus/{name}.jsonl") for name in ("papers", "posts")]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _ran(copy: Copy, *arguments: str, stdin: str = "") -> str:
    ran = copy.run(*arguments, stdin=stdin, fresh=True)
    assert ran.status == 0, ran.err
    return ran.err


def _make_sample(copy: Copy) -> None:
    _ran(copy, "sample")
    first = min(path for path in (copy.folder / "data/papers").rglob("*.jsonl"))
    paper = json.loads(first.read_text("utf-8").partition("\n")[0])["id"]
    for name, text in {
        "colophon.md": "# Colophon\n\nSet by hand, one letter after the other.\n\n## Thanks\n\n"
        "To [nobody](https://example.org/) in particular.\n",
        f"notes/{paper}.md": "We discuss this one on **Thursday**: $n^2$ reasons to read it.\n",
    }.items():
        path = copy.folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    _ran(copy, "build")


def _make_corpus(copy: Copy, files: list[str]) -> None:
    told = _ran(copy, "import", *files, "--offline", "--now", "2026-07-02T00:00:00Z")
    assert "warning" not in told.lower()
    _ran(copy, "build")


def _make_import(copy: Copy, papers: list[Paper], posts: list[Post]) -> None:
    lines = "\n".join(msgspec.json.encode(record).decode() for record in (*papers, *posts))
    told = _ran(copy, "import", "-", "--offline", "--now", NOW.isoformat(), stdin=lines)
    assert "warning" not in told.lower()
    _ran(copy, "build")


def _make_seed(copy: Copy, page: dict[str, Any]) -> None:
    lines = []
    number = 0
    for paper in page["papers"]:
        record = {"authors": ["A. Example"], "categories": ["cs.LG"], "submitted_at": None, **paper}
        record.pop("captured")
        lines.append(json.dumps({"version": 1, "fetched_at": "2016-02-17T00:00:00Z", **record}))
        for _ in range(paper["captured"]):
            number += 1
            lines.append(json.dumps(_made_up_post(number, paper["id"])))
    _ran(copy, "import", "-", "--offline", stdin="\n".join(lines))
    _ran(copy, "build")


def _made_up_post(number: int, paper_id: str) -> dict[str, object]:
    return {
        "id": f"x:7000000000000{number:05}",
        "network": "x",
        "kind": "repost" if number % 3 else "post",
        "url": f"https://x.com/i/status/7000000000000{number:05}",
        "account": f"x:{number % 97}",
        "posted_at": "2016-02-16T12:00:00Z",
        "seen_at": "2016-02-17T00:00:00Z",
        "papers": [paper_id],
        "trackers": ["example"],
    }
