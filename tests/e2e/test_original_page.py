"""The page of 2016 that this project re-makes, built from its papers and counts and made-up posts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.run import Copy
from tests.trees import SEED, Trees


@pytest.fixture(scope="module")
def seed(shared: Path) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((shared / "seed/seed-page.json").read_text("utf-8"))
    return loaded


@pytest.fixture(scope="module")
def copy(trees: Trees) -> Copy:
    return trees.seed()


def test_the_note_stands_above_the_list_as_markdown(copy: Copy) -> None:
    strong = copy.page().xpath("//main//strong[text()='Note:']")
    assert len(strong) == 1
    assert "this version is tailored to @Smerity" in strong[0].getparent().text_content()


def test_the_twenty_abstracts_stand_in_their_order_each_with_its_exact_line(
    copy: Copy, seed: dict[str, object]
) -> None:
    articles = copy.page().xpath("//article[contains(concat(' ', @class, ' '), ' paper ')]")
    papers = seed["papers"]
    assert [article.get("data-paper") for article in articles] == [paper["id"] for paper in papers]  # type: ignore[attr-defined]
    for article, paper in zip(articles, papers, strict=True):  # type: ignore[call-overload]
        assert article.get("data-captured") == str(paper["captured"])
        lines = [" ".join(each.text_content().split()) for each in article.iter() if isinstance(each.tag, str)]
        assert f"Captured tweets and retweets: {paper['captured']}" in lines
        for name in ("title", "authors", "abstract"):
            assert article.xpath(f".//*[contains(concat(' ', @class, ' '), ' {name} ')]"), name


def test_the_formulas_of_the_first_abstract_are_mathml_with_their_tex(copy: Copy) -> None:
    first = copy.page().xpath("//article")[0]
    formulas = [each.text for each in first.xpath(".//*[local-name()='annotation']")]
    assert formulas == [
        r"k", r"\Theta(k^3)", r"\Theta(1)", r"\Theta(1)", r"\mathcal{O}(k)", r"\Omega(2^k)", r"\Omega(2^{k^3})",
    ]  # fmt: skip
    assert len(first.xpath(".//*[local-name()='math']")) == 7
    assert "$" not in first.xpath(".//*[contains(@class, 'abstract')]")[0].text_content()


def test_a_later_page_of_the_original_with_its_posts_builds_too(shared: Path, tmp_path: Path) -> None:
    papers = json.loads((shared / "seed/page-2016-09.json").read_text("utf-8"))
    copy = Copy(tmp_path, SEED.replace("NOTE", "''"))
    lines = []
    for paper in papers:
        record = {name: paper[name] for name in ("id", "title", "authors", "abstract") if name in paper}
        lines.append(json.dumps({**record, "categories": ["cs.CR"], "fetched_at": "2016-09-08T00:00:00Z"}))
    ran = copy.run("import", "-", "--offline", stdin="\n".join(lines))
    assert ran.status == 0, ran.err
    assert copy.run("build").status == 0
    shown = [article.get("data-paper") for article in copy.page().xpath("//article")]
    assert shown == sorted((paper["id"] for paper in papers), reverse=True)
