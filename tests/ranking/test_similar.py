"""Similar papers are about the same, whatever the order and the hash of anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.records import Paper
from generator.ranking.similar import SIMILAR_MAX, find_similar
from tests.conftest import ROOT
from tests.make import paper

WORDS = ("graph", "neural", "galaxy", "harbour", "boson", "entropy", "river", "tensor", "lattice", "prior")


def about(number: int, title: str, abstract: str = "") -> Paper:
    return paper(f"2611.{number:05d}", title=title, abstract=abstract)


RIVERS = [about(number, f"Meandering rivers and sediment, part {number}") for number in range(1, 4)]
GALAXIES = [about(number, f"Rotation curves of dwarf galaxies {number}") for number in range(11, 14)]


def test_papers_find_those_about_the_same_and_no_others() -> None:
    similar = find_similar([*RIVERS, *GALAXIES])
    assert set(similar["2611.00001"]) == {"2611.00002", "2611.00003"}
    assert set(similar["2611.00012"]) == {"2611.00011", "2611.00013"}


def test_a_paper_about_something_else_has_none() -> None:
    assert "2611.00099" not in find_similar([*RIVERS, *GALAXIES, about(99, "Prime gaps")])
    assert find_similar([]) == {}
    assert find_similar([about(1, ""), about(2, "$x$")]) == {}


def test_the_closest_comes_first() -> None:
    twin = about(50, "Meandering rivers and sediment, part 1", "Flume experiments with sand.")
    papers = [*RIVERS, *GALAXIES, twin, about(51, "Flume experiments with sand", "Meandering rivers and sediment.")]
    assert find_similar(papers)["2611.00051"][0] == twin.id


texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(texts, texts), max_size=25), st.randoms())
def test_order_decides_nothing_and_nobody_is_similar_to_itself(
    given_texts: list[tuple[str, str]], random: Random
) -> None:
    papers = [about(number, *text) for number, text in enumerate(given_texts)]
    similar = find_similar(papers)
    shuffled = papers.copy()
    random.shuffle(shuffled)
    assert find_similar(shuffled) == similar
    for paper_id, others in similar.items():
        assert paper_id not in others
        assert 0 < len(others) <= SIMILAR_MAX
        assert len(set(others)) == len(others)


def test_the_hash_seed_decides_nothing() -> None:
    script = (
        "from generator.ranking.similar import find_similar\n"
        "from generator.model.records import Paper\n"
        "from datetime import datetime, UTC\n"
        f"words = {WORDS!r}\n"
        "papers = [Paper(id=f'2611.{n:05d}', title=' '.join(words[(n * k) % 10] for k in (1, 3, 7)),"
        " abstract=' '.join(words[(n + k * k) % 10] for k in range(9)), fetched_at=datetime.now(UTC))"
        " for n in range(60)]\n"
        "print(find_similar(papers))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }  # fmt: skip
    assert len(said) == 1
    assert "2611.00001" in said.pop()


@pytest.mark.slow
def test_most_of_the_real_papers_have_similar_ones(shared: Path) -> None:
    lines = (shared / "real/corpus/papers.jsonl").read_bytes().splitlines()
    papers = [msgspec.json.decode(line, type=Paper) for line in lines]
    assert len(find_similar(papers)) > len(papers) * 0.8


def test_a_word_that_fills_a_title_or_an_abstract_costs_nothing_but_itself() -> None:
    flood = about(21, "rivers " * 4000, "rivers " * 4000)
    assert find_similar([*RIVERS, *GALAXIES, flood]).keys() >= {each.id for each in (*RIVERS, *GALAXIES)}
