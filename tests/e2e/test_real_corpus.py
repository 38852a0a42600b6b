"""12,290 real papers and 14,302 real posts: imported, built, checked, and built again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.run import Copy
from tests.trees import Trees, corpus_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def corpus(trees: Trees) -> Copy:
    return trees.corpus()


def test_everything_is_taken_and_importing_again_changes_nothing(corpus: Copy, shared: Path) -> None:
    stored = corpus.files("data")
    lines = {kind: sum(content.count(b"\n") for name, content in stored.items() if name.startswith(kind))
             for kind in ("papers/", "posts/")}  # fmt: skip
    assert lines == {"papers/": 12_290, "posts/": 14_302}
    again = corpus.run("import", *corpus_files(shared), "--offline", "--now", "2026-07-03T00:00:00Z")
    assert again.status == 0
    assert corpus.files("data") == stored


def test_check_finds_nothing_wrong_in_data_and_site(corpus: Copy) -> None:
    ran = corpus.run("check")
    assert ran.status == 0, ran.out[:3000]


def test_the_site_of_real_papers_is_small(corpus: Copy) -> None:
    files = corpus.files("site")
    assert len(files) <= 31_000
    assert sum(map(len, files.values())) <= 270_000_000
    topics = [len(content) for name, content in files.items() if name.startswith(("c/", "venue/", "code/"))]
    assert sum(topics) <= 43_000_000, "what the lists of categories, venues and code tell again"


def test_a_second_build_touches_nothing(corpus: Copy) -> None:
    ran = corpus.run("build", "--json")
    assert ran.json["papers"] >= 12_290
    assert (ran.json["rendered"], ran.json["written"], ran.json["removed"]) == (0, 0, 0)


def test_papers_without_a_date_stand_in_the_month_of_their_id(corpus: Copy, shared: Path) -> None:
    undated = {
        paper["id"]
        for line in (shared / "real/corpus/papers.jsonl").read_text("utf-8").splitlines()
        if (paper := json.loads(line))["submitted_at"] is None
    }
    assert len(undated) > 6_000
    for month in ("9207", "0704", "9912"):
        year = ("19" if month > "9000" else "20") + month[:2]
        path = corpus.folder / f"site/api/v1/archive-{year}-{month[2:]}.json"
        listed = {paper["id"] for paper in json.loads(path.read_text("utf-8"))["papers"]} if path.exists() else set()
        assert {each for each in undated if each.rpartition("/")[2].startswith(month)} <= listed
    newest = json.loads((corpus.folder / "site/api/v1/new.json").read_text("utf-8"))["papers"]
    assert len(newest) == 1_000, "lists end"
    archive = [json.loads(path.read_bytes()) for path in (corpus.folder / "site/api/v1").glob("archive-*.json")]
    assert sum(len(month["papers"]) for month in archive) >= 12_290
