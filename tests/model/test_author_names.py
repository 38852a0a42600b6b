"""Names as people read them, wherever a paper is shown; data and BibTeX keep what arXiv wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.ranking.saved_searches import Finder, SavedSearch
from generator.render.feeds import plan_feeds
from generator.render.pages import plan_pages
from generator.render.templates import Templates
from generator.text.latex import to_name
from generator.views.citation import citation_tags
from tests.conftest import ROOT
from tests.site_samples import a_paper, a_post, sample_site

WRITTEN = r"Mosh\'e Fl\"{a}to"
READ = "Moshé Fläto"
PAPER = a_paper("2611.00001", "One", authors=(WRITTEN, "Ada Lindqvist"))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (WRITTEN, READ),
        (r"Podle\'s", "Podleś"),
        (r"B.~Paczy\'nski", "B. Paczyński"),
        (r"Bro\v{n}a {\O}rsted", "Broňa Ørsted"),
        ("Ada O'Example^2 & Co", "Ada O'Example^2 & Co"),
        ("נועה לוי", "נועה לוי"),
        ("<b>Bobby</b>", "<b>Bobby</b>"),
    ],
)
def test_spelt_accents_become_letters_and_nothing_else_changes(written: str, read: str) -> None:
    assert to_name(written) == read


def test_every_place_that_shows_an_author_shows_letters() -> None:
    site = sample_site([PAPER], [a_post(1, PAPER.id, hours=40)])
    templates = Templates(ROOT / "templates", site)
    shown = {}
    for output in (*plan_pages(site, templates), *plan_feeds(site)):
        if output.path.endswith((".html", ".xml", ".json")) and "static" not in output.path:
            shown[output.path] = output.render().decode()
    page = shown.pop("abs/2611.00001/index.html")
    assert page.count(READ) >= 3, "authors, citation tag and JSON-LD"
    before, _, rest = page.partition("<pre")
    assert r"Mosh\'" not in before + rest.partition("</pre>")[2]
    naming = {path for path, text in shown.items() if READ in text}
    assert naming >= {"index.html", "new/index.html", "feed.xml", "atom.xml", "feed.json", "digest/daily/index.html"}
    assert [path for path, text in shown.items() if "Mosh\\" in text] == []
    assert ("citation_author", READ) in citation_tags(PAPER)
    assert Finder(SavedSearch(id="a", title="A", authors=("Fläto",))).finds(PAPER)


def test_no_real_name_keeps_a_spelling_that_is_known(shared: Path) -> None:
    lines = (shared / "real/corpus/papers.jsonl").read_text("utf-8").splitlines()
    names = {name for line in lines for name in json.loads(line)["authors"] if "\\" in name}
    assert len(names) > 500
    left = [name for name in names if "\\" in to_name(name)]
    assert len(left) <= 5, left
