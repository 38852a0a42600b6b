"""A saved search finds what its owner meant, and nothing else."""

from __future__ import annotations

import re

import pytest

from generator.fetch.configuration import read
from generator.ranking.saved_searches import Finder, SavedSearch
from tests.conftest import ROOT
from tests.site_samples import a_paper, a_post, sample_site

PAPER = a_paper(
    "2611.00001",
    "Graph Neural Networks, seen from afar",
    abstract="We study message passing.",
    authors=("Léonore d’Aubrac", "A. B. Lindqvist", "Aiko Tanabe-Ruiz", "תמר בן־דוד", "Otto Example Jr."),
    categories=("cs.LG", "hep-th"),
)


def finds(**wanted: tuple[str, ...]) -> bool:
    return Finder(SavedSearch(id="a", title="A", **wanted)).finds(PAPER)  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["graph neural networks", "MESSAGE PASSING", "afar"])
def test_a_word_is_found_in_title_and_abstract_in_any_case(word: str) -> None:
    assert finds(words=("nothing", word))


@pytest.mark.parametrize("word", ["graph neural network", "far", "transformer", "networks seen"])
def test_only_whole_words_are_found(word: str) -> None:
    assert not finds(words=(word,))


@pytest.mark.parametrize(
    "name",
    ["d'Aubrac", "leonore d'aubrac", "L. d’Aubrac", "Lindqvist", "Ada Lindqvist", "A. Lindqvist", "Lindqvist, Ada",
     "Tanabe-Ruiz", "Ruiz", "תמר בן־דוד", "Otto Example", "Example Jr."],
)  # fmt: skip
def test_an_author_is_found_by_every_usual_way_to_write_the_name(name: str) -> None:
    assert finds(authors=(name,))


@pytest.mark.parametrize("name", ["Lind", "C. Lindqvist", "Ada", "Tanabe", "Aubrac", "B. Example", "...", "Jr"])
def test_another_person_is_not_taken_for_the_author(name: str) -> None:
    assert not finds(authors=(name,))


def test_all_kinds_of_wish_must_be_met_and_one_of_each_is_enough() -> None:
    assert finds(words=("afar",), authors=("Nobody", "Lindqvist"), categories=("math.AG", "cs"))
    assert not finds(words=("afar",), authors=("Lindqvist",), categories=("math",))
    assert not finds(words=("elsewhere",), authors=("Lindqvist",), categories=("cs.LG",))


def test_a_search_is_a_list_of_the_site_with_what_it_asks_for_in_words() -> None:
    papers = [PAPER, a_paper("2611.00002", "Rivers"), a_paper("2611.00003", "More rivers")]
    posts = [a_post(1, "2611.00002", trackers=("lab",)), a_post(2, "2611.00003", trackers=("harbour",))]
    searches = (
        SavedSearch(id="water", title="Water", words=("rivers",)),
        SavedSearch(id="lab-water", title="Of the lab", words=("rivers",), categories=("cs",), tracker="lab"),
    )
    listings = {listing.path: listing for listing in sample_site(papers, posts, searches=searches).listings}

    assert [each.paper.id for each in listings["s/water/"].papers] == ["2611.00002", "2611.00003"]
    assert [each.paper.id for each in listings["s/lab-water/"].papers] == ["2611.00002"]
    assert listings["s/lab-water/"].scope.id_of("search") == "lab-water"
    assert listings["s/lab-water/"].description.startswith("Papers about rivers, in cs, of the tracker lab: ")
    assert listings["s/water/"].api_name == "s-water"


def test_the_examples_of_the_document_are_searches() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/feeds.md").read_text("utf-8"), re.DOTALL)
    (block,) = [text for text in blocks if "searches:" in text]
    (hub,) = [text for text in blocks if "hub:" in text]
    shown = read(block.encode())
    assert [search.id for search in shown.feeds.searches] == ["diffusion", "ours", "superconductors"]
    assert not any(search.is_empty for search in shown.feeds.searches)
    assert str(read(hub.encode()).feeds.hub).startswith("https://")
