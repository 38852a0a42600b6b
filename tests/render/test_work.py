"""How much work a build does, counted and not timed: what is said once is made once, and files are few and small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.maker import write_tree
from generator.fetch.configuration import read
from generator.finding.own_words import comment_of
from generator.render import run as build
from generator.render.paths import Paths
from generator.render.templates import Templates
from generator.text import latex
from tests.conftest import ROOT

PAPERS, POSTS = 150, 450
CONFIG = b"site: {url: 'https://pages.example/made-up/'}\ntrackers: [{id: machine-learning}]\n"

pytestmark = pytest.mark.slow


def counting(counts: Counter[str], name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def counted(*args: Any, **kwargs: Any) -> Any:
        counts[name] += 1
        return function(*args, **kwargs)

    return counted


def test_a_build_does_no_more_work_than_its_papers_and_posts_ask_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tree(tmp_path / "data", papers=PAPERS, posts=POSTS)
    counts: Counter[str] = Counter()
    looked_for = counting(counts, "own words looked for", comment_of)
    monkeypatch.setattr("generator.ranking.rank.comment_of", looked_for)
    monkeypatch.setattr(latex, "to_html", counting(counts, "LaTeX set", latex.to_html))
    monkeypatch.setattr(Templates, "render", counting(counts, "pages rendered", Templates.render))
    monkeypatch.setattr(Templates, "_macro", counting(counts, "parts rendered", Templates._macro))
    paths = Paths(
        data=tmp_path / "data",
        site=tmp_path / "site",
        templates=ROOT / "templates",
        content=tmp_path / "content",
        cache=tmp_path / "cache",
    )
    written = build.run(read(CONFIG), paths).written
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    pages = [path for path in files if path.suffix in {".html", ".js"} and "static" not in path.parts]
    assert len(files) == written.total == written.rendered
    assert counts["own words looked for"] <= POSTS + 20, "once for each post about a paper"
    assert counts["pages rendered"] == len(pages)
    assert counts["LaTeX set"] <= PAPERS * 4, "title, abstract, remarks: once for each paper"
    assert counts["parts rendered"] <= PAPERS * 8 + POSTS * 3, "each piece of a paper and of a post once"
    assert len(files) / PAPERS <= 11
    assert sum(path.stat().st_size for path in files) / PAPERS <= 205_000
    of_papers = [path.stat().st_size for path in files if "abs" in path.parts and path.name == "index.html"]
    assert sum(of_papers) / len(of_papers) <= 15_500
    assert build.run(read(CONFIG), paths).written.rendered == 0, "nothing changed, nothing is done"
    (first, *_) = sorted((tmp_path / "data/posts").rglob("*.jsonl"))
    first.write_bytes(first.read_bytes().replace(b'"likes":', b'"likes":1', 1))
    again = build.run(read(CONFIG), paths).written
    assert again.written <= 60, "only what differs is written"
