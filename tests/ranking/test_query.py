from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from generator.ranking.query import Query
from generator.ranking.saved_searches import Finder, SavedSearch
from tests.site_samples import a_paper


def paper(**fields: Any) -> Any:
    described = {
        "abstract": r"Q-learning with a C++ core beats R\&D; ravens rest in the wild. 強化学習. Poincar\'e maps.",
        "authors": ["Ada Lindqvist", r"Zoe Sch\"olm"],
        "categories": ["cs.LG", "stat.ML"],
        "submitted_at": datetime(2026, 11, 12, tzinfo=UTC),
        "comment": "12 pages, accepted at ICML 2026. Code: https://github.com/made-up/ravens",
    }
    return a_paper("2611.00001", "Language models of ravens", **(described | fields))


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("ravens", True),
        ("raven", True),
        ("ravens owls", False),
        ("ravens -owls", True),
        ("ravens -wild", False),
        ("q-learning", True),
        ("t-learning", False),
        ("c++", True),
        ("c+", False),
        ("r&d", True),
        ("強化学習", True),
        ("学習強化", False),
        ('"in the wild"', True),
        ('"wild in the"', False),
        ('"language model"', True),
        ('-"language model"', False),
        ("poincaré", True),
        (r"Poincar\'e", True),
        ("author:lindqvist", True),
        ("au:schoelm", True),
        ('author:"Ada Lindqvist"', True),
        ("author:ravens", False),
        ("-author:lindqvist", False),
        ("by:bo", True),
        ("by:ada", False),
        ("cat:cs.LG", True),
        ("cat:cs", True),
        ("cat:math", False),
        ("-cat:stat.ML", False),
        ("in:title models", True),
        ("in:title wild", False),
        ("in:title lindqvist", False),
        ("author:lindqvist in:title models", True),
        ("author:ravens in:title models", False),
        ("has:code", True),
        ("has:venue", True),
        ("-has:code", False),
        ("after:2026-11", True),
        ("after:2026-11-13", False),
        ("before:2026-11-12", False),
        ("before:2026-12", True),
        ("year:2026", True),
        ("year:2025", False),
        ("2611.00001", True),
        ("the", True),
        ("the ravens", True),
    ],
)
def test_a_query_finds_what_it_says(query: str, *, finds: bool) -> None:
    assert Query(query).finds(paper(), ["Bo Öst", "bo.example"]) is finds


def test_a_saved_search_may_be_a_query_and_leave_words_out() -> None:
    assert Finder(SavedSearch(id="a", title="A", query='"language model" cat:cs.LG')).finds(paper())
    assert not Finder(SavedSearch(id="a", title="A", words=("ravens",), exclude=("wild",))).finds(paper())
    assert Finder(SavedSearch(id="a", title="A", words=("ravens",), exclude=("owls",))).finds(paper())
