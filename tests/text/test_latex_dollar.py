"""Which dollar signs are formulas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.text.latex import to_html, to_text
from generator.text.latex.dollar import find_formula, is_formula


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10 a month",
        "only $410 in materials",
        "between $4-$6 each",
        "($0.00050 vs $0.143) a call",
        "from ~$130/kg to >$500/kg",
        "$5K to $10K",
        "was $1,000 (or $2,000) in all",
        "a $x",
        "at $5,$10 or $20",
        "worth $30 billion; later $40 billion",
        "$1B–$2B",
        "$5 million–$10 million",
        "$5K/$10K",
    ],
)
def test_money_is_text(text: str) -> None:
    assert "<math" not in to_html(text)
    assert to_text(text) == text


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$5$ and $10$", ["5", "10"]),
        ("a $2-$dimensional, $1-$loop and $N-$body", ["2-", "1-", "N-"]),
        (r"$\sim$10$\times$", [r"\sim", r"\times"]),
        ("$p < 0.01$", ["p < 0.01"]),
        (" $ x $ ", [" x "]),
        (r"we pay $5 for $\alpha$", [r"\alpha"]),
        (r"of $38\% relative reduction in false positives ($\mathrm{Fa}$)", [r"\mathrm{Fa}"]),
        (r"O(\log T)$. This results in an overall regret of $O(T)$", ["O(T)"]),
        (r"$x = \mbox{a $y$ b}$ and $z$", [r"x = \mbox{a $y$ b}", "z"]),
        (r"Al$_x$Ta$_y$O$_z$$ thin films", ["_x", "_y", "_z"]),
        (r"\$5 and $a$", ["a"]),
        ("$10^5$-$10^6$ years", ["10^5", "10^6"]),
        ("$2$, $3 \\mathrm{km}$", ["2", "3 \\mathrm{km}"]),
        ("$$E = mc^2$$", ["E = mc^2"]),
        ("$x$$y$", ["x", "y"]),
    ],
)
def test_formulas_among_dollars(text: str, formulas: list[str]) -> None:
    found, at = [], text.find("$")
    while at >= 0:
        formula = find_formula(text, at) if text[at - 1 : at] != "\\" else None
        if formula:
            found.append(text[formula[0] : formula[1]])
        at = text.find("$", formula[2] if formula else at + 1)
    assert found == formulas


def test_prose_between_two_dollar_signs_is_no_formula() -> None:
    assert not is_formula("x and ", "Y")
    assert not is_formula(" takes both sides ", "x")
    assert not is_formula("a\n\nb", "")
    assert not is_formula("  ", "")
    assert is_formula(r"x \text{ if and only if } y", ".")
    assert is_formula("SU(2) x U(1)", " ")
    assert is_formula(" x ", " ")


def test_a_lone_common_word_between_spaces_joins_two_formulas() -> None:
    assert not is_formula(" and ", "p")
    assert to_text("between $the low and $the high") == "between $the low and $the high"
    assert to_text("paid in $ and $ alone") == "paid in $ and $ alone"


@pytest.mark.parametrize(
    "tex",
    [
        "p+ is",
        "s + is",
        r"x^-=x^0 cos{\theta}-x^3 sin{\theta}, x^+=x^0 sin{\theta}+x^3 cos{\theta}",
        "y = max (a, b) min (c, d) log (e)",
    ],
)
def test_words_of_formulas_are_no_prose(tex: str) -> None:
    assert is_formula(tex, " ")


def test_real_texts_with_an_odd_dollar_lose_nothing(shared: Path) -> None:
    with (shared / "real/corpus/odd_dollar.jsonl").open(encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    assert len(papers) == 182
    with_money = [paper for paper in papers if "\\" not in paper["abstract"] and paper["abstract"].count("$") == 1]
    assert len(with_money) > 80
    for paper in with_money:
        assert "$" in to_text(paper["abstract"])
        assert "<math" not in to_html(paper["abstract"]), paper["id"]
    shown = sum('class="tex"' in to_html(paper["abstract"]) for paper in papers)
    assert shown < 20
