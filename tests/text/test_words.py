from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.text.words import COMMON, WORD_MAX, compounds, spelt_out, words, words_of_latex


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Attention Is All You Need", ["attention", "is", "all", "you", "need"]),
        ("k-means, GPT-4 & U-Net!", ["k", "means", "gpt", "4", "u", "net"]),
        ("Poincaré Łukasz Ørsted Straße", ["poincare", "lukasz", "orsted", "strasse"]),
        ("ﬁne ℓ² under_score", ["fine", "l2", "under", "score"]),
        ("深層 learning", ["深層", "learning"]),
        ("強化学習 や GPT", ["強化", "化学", "学習", "や", "gpt"]),
        ("C++, F# and c+ at AT&T, R&D; Q & A", ["c++", "f#", "and", "c", "at", "at&t", "r&d", "q", "a"]),
        ("נועה לוי", ["נועה", "לוי"]),
        ("", []),
    ],
)
def test_case_and_accents_do_not_count(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"Schr\"odinger and Erd\H{o}s", ["schrodinger", "and", "erdos"]),
        (r"Fr{\'e}chet, {\L}ukasz, \o re, Poincar\'e", ["frechet", "lukasz", "ore", "poincare"]),
        (
            r"$\beta$-VAE with $\ell_1$ and \textbf{bold} \mathcal{O}(k)",
            ["beta", "vae", "with", "ell", "1", "and", "bold", "o", "k"],
        ),
        (r"\v{S}\'{\i}ma \c c{\'{e}}", ["sima", "ce"]),
        ("plain words", ["plain", "words"]),
    ],
)
def test_of_latex_the_letters_remain(text: str, expected: list[str]) -> None:
    assert words_of_latex(text) == expected


def test_names_with_umlauts_are_spelt_out_too() -> None:
    assert spelt_out("Schölkopf, Müller and Ørsted") == ["schoelkopf", "mueller", "oersted"]
    assert words_of_latex(r"R\&D by Sch\"olkopf") == ["r&d", "by", "scholkopf"]


def test_compounds_are_told_from_neighbours() -> None:
    assert list(compounds("Q-learning, AdS/CFT - a state-of-the-art t SNE")) == [
        ["q", "learning"], ["ads", "cft"], ["state", "of", "the", "art"],
    ]  # fmt: skip


def test_a_word_without_end_is_cut() -> None:
    assert words("a" * 100_000) == ["a" * WORD_MAX]
    assert words("é" * 100_000) == ["e" * WORD_MAX]


@pytest.mark.parametrize("text", ["a" * 30_000, "é" * 30_000, "a-" * 30_000, "a&" * 30_000, "{\\" * 30_000])
def test_hostile_text_takes_linear_time(text: str) -> None:
    began = time.process_time()
    words_of_latex(text)
    list(compounds(text))
    spelt_out(text)
    assert time.process_time() - began < 1


def test_common_words_are_words_as_the_index_has_them() -> None:
    assert [word for word in COMMON if words(word) != [word]] == []


@given(st.text(max_size=200))
@example("\u3332")
def test_any_text_gives_words_that_are_their_own_words(text: str) -> None:
    for word in (*words(text), *words_of_latex(text)):
        assert 0 < len(word) <= WORD_MAX
        assert words(word) == [word]


@given(st.text(max_size=100), st.text(max_size=100))
def test_words_of_two_texts_are_those_of_each(one: str, other: str) -> None:
    assert words(f"{one} {other}") == words(one) + words(other)
