"""One formula: converted in bounded time, inert, and without ending the process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from generator.text.latex import to_feed_html, to_html, to_text
from generator.text.latex.math import MAX_LENGTH, is_safe, to_mathml

OPENERS = [
    "(",
    "[",
    r"\{",
    r"\langle ",
    r"\lfloor ",
    r"\lceil ",
    r"\lvert ",
    r"\lVert ",
    "⟨",
    "⌊",
    r"\lbrace ",
    r"\lbrack ",
]


def mathml(tex: str) -> str:
    markup = to_mathml(tex)
    assert markup is not None, tex
    return markup.partition("<annotation")[0]


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("wrap", ["{}", "{{{}}}", r"\sin{}", r"\mathrm{{{}}}", "f{}"])
def test_brackets_that_are_not_closed_cannot_stall_the_converter(opener: str, wrap: str) -> None:
    tex = wrap.format(opener) * 30 + "x"
    assert not is_safe(tex)
    assert to_html(f"${tex}$").startswith('<code class="tex">')


@pytest.mark.parametrize("tex", ["[0,1)" * 30, "(a]" * 20, r"\{x\}" * 30, "(" * 6 + "x", r"\left(x\right)" * 10])
def test_brackets_of_ordinary_formulas_are_accepted(tex: str) -> None:
    assert is_safe(tex)
    assert to_mathml(tex)


def test_the_bounds_are_exact() -> None:
    assert is_safe("(" * 6)
    assert not is_safe("(" * 7)
    assert not is_safe("{(}" * 7)
    assert is_safe("{" * 29 + "}" * 29)
    assert not is_safe("{" * 30 + "}" * 30)


CRASHERS = {
    "braces": "{" * 5000 + "}" * 5000,
    "open braces": "{" * 5000,
    "scripts": "x^{" * 5000 + "}" * 5000,
    "roots": r"\sqrt{" * 5000 + "x" + "}" * 5000,
    "bare roots": r"\sqrt" * 5000 + "x",
    "left": r"\left(" * 5000 + r"\right)" * 5000,
    "environments": r"\begin{matrix}" * 3000 + r"\end{matrix}" * 3000,
    "brackets": "(" * 5000,
    "dollars": "$" * 20000,
    "dollars in text": r"$\mbox{" * 3000 + "}$" * 3000,
    "escaped": "\\" * 20000,
    "commands": r"\textbf{" * 5000 + "}" * 5000,
    "switches": r"\it " * 5000 + "x",
    "links": r"\href{" * 5000,
    "addresses": "https://" * 5000 + ")" * 5000,
    "delimiters": r"\(" * 10000 + r"\[" * 10000,
    "begins": r"\begin{align}" * 5000,
    "quotes": "`a" * 10000 + "''" * 5000,
    "accents": "\\'" * 10000,
    "sub": "_{" * 10000,
}


PROGRAM = """
import json, sys, time
from generator.text.latex import to_feed_html, to_html, to_text
for name, text in json.load(sys.stdin).items():
    for convert in (to_html, to_feed_html, to_text):
        for source in (text, f"${text}$"):
            start = time.process_time()
            convert(source)
            print(json.dumps([name, time.process_time() - start]), flush=True)
"""


@pytest.mark.slow
def test_hostile_text_ends_soon_and_leaves_the_process_alive() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(CRASHERS),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    times = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"after {times[-1:]}: {done.stderr[-500:]}"
    assert len(times) == 6 * len(CRASHERS)
    assert [(name, seconds) for name, seconds in times if seconds > 1] == []


def test_the_hostile_corpus_is_converted_soon_to_a_little_inert_markup(shared: Path) -> None:
    with (shared / "corpora/latex/latex.jsonl").open(encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    for case in cases:
        text = case.get("value") or case["value_repeat"][0] * case["value_repeat"][1]
        start = time.process_time()
        html = str(to_html(text))
        to_text(text)
        assert time.process_time() - start < 1, case["id"]
        assert len(html) < 65536 + 2 * len(text), case["id"]
        root = etree.fromstring(f"<div>{html}</div>", etree.XMLParser(huge_tree=False))
        for element in root.iter():
            assert element.tag not in {"script", "img", "svg", "iframe"}, case["id"]
            assert not {"id", "onerror", "onload", "src"} & set(element.attrib), case["id"]
            assert element.get("href", "https://").startswith(("http://", "https://")), case["id"]


PIECES = [
    *OPENERS,
    *(")", "]", r"\}", r"\rangle ", "{", "}", "x", "1", "_", "^", "&", r"\\", "$", "%", "#", "~", "'", "<", " ", "\n"),
    *(
        r"\frac",
        r"\sqrt",
        r"\left(",
        r"\right)",
        r"\sin",
        r"\exp(",
        r"\max",
        r"\text{",
        r"\mathrm{",
        r"\over ",
        r"\hat",
    ),
    *(r"\begin{cases}", r"\end{cases}", r"\pmod{", r"\middle|", r"\foo", r"\mbox{", r"\la ", r"\choose ", r"\textbf{"),
    *(
        r"\href{",
        r"\'",
        r"\"",
        r"\c",
        r"\it ",
        "``",
        "''",
        "--",
        "https://a.example/",
        r"\(",
        r"\)",
        r"\L",
        "é",
        "\u0338",
    ),
]


@settings(max_examples=300, deadline=1000)
@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_mixture_is_well_formed_in_bounded_time(text: str) -> None:
    for html in (to_html(text), to_feed_html(text), to_html(f"${text}$")):
        etree.fromstring(f"<div>{html!s}</div>")
    to_text(text)


@settings(max_examples=200, deadline=1000)
@given(st.text(max_size=200))
def test_any_text_is_well_formed_and_the_same_twice(text: str) -> None:
    html = to_html(text)
    etree.fromstring(f"<div>{html!s}</div>")
    assert to_html(text) == html
    assert to_text(text) == to_text(text)


@settings(max_examples=200)
@given(st.text(alphabet=st.characters(blacklist_characters="\\${}~`'-_^<>&:", blacklist_categories=["Cs", "Cc", "Cn"])))
def test_text_without_latex_is_only_escaped(text: str) -> None:
    assert str(to_html(text)) == unicodedata.normalize("NFC", text)
    assert to_text(text) == " ".join(unicodedata.normalize("NFC", text).split())


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\includegraphics{https://evil.example/b.gif}",
        r"\htmlId{search}{x}",
        r"\htmlStyle{position:fixed}{x}",
        r"\begin{align}a\label{search}\end{align}",
        r"\cssId{x}{x}",
    ],
)
def test_no_formula_reaches_into_the_page(tex: str) -> None:
    markup = to_mathml(tex) or ""
    assert " id=" not in markup
    assert " href=" not in markup
    assert "<img" not in markup


@pytest.mark.parametrize(
    "tex", [r"\hspace{500em}x", r"\kern-1000em x", r"\mskip 999mu x", r"\rule{500em}{500em}x", r"a\\[900em]b"]
)
def test_no_formula_covers_its_neighbours(tex: str) -> None:
    assert "00em" not in mathml(tex)
    assert "99" not in mathml(tex)


def test_colours_are_left_to_the_page() -> None:
    assert mathml(r"\color{red}x\textcolor{white}{y}") == "<math><semantics><mrow><mi>x</mi><mi>y</mi></mrow>"


def test_a_percent_sign_does_not_swallow_the_rest() -> None:
    assert mathml("50% of x") == mathml(r"50\% of x")


@pytest.mark.parametrize(
    ("written", "standard"),
    [
        (r"f_\rm{env}", r"f_{\rm env}"),
        (r"f_\rm env", r"f_{\rm env}"),
        (r"\mbox{a $x$ b}", r"{\text{a }{x}\text{ b}}"),
        (r"{\em x}", r"{\it x}"),
        (r"{\sl x}", r"{\it x}"),
        (r"\ensuremath{x}", "{x}"),
        (r"10^4\msun", r"10^4M_\odot"),
        (r"5\lsim x\gsim 3", r"5\lesssim x\gtrsim 3"),
        (r"L \la 10", r"L\lesssim 10"),
        (r"\la r^2\ra", r"\langle r^2\rangle"),
        (r"\left<x\right>", r"\left\langle x\right\rangle"),
        (r"\mathds{1}", r"\mathbb{1}"),
        (r"\IR^4\times\ZZ", r"\mathbb{R}^4\times\mathbb{Z}"),
        (r"\CN=4", r"\mathcal{N}=4"),
        (r"3\kms", r"3\,\mathrm{km\,s^{-1}}"),
        (r"\nonumber x", "x"),
        (r"\texttt{a_b}", r"\texttt{a\_b}"),
        ("1 &lt; z", "1 < z"),
        (r"\unicode{x2013}", r"\text{–}"),
        (r"\operatorname{\mathbb{E}}x", r"\mathop{\mathbb{E}}x"),
        (r"\sin**2", r"\sin*{}*2"),
        (r"x\ ", r"x\ "),
    ],
)
def test_what_authors_write_is_read_as_standard_latex(written: str, standard: str) -> None:
    assert mathml(written) == mathml(standard)


def test_markup_is_valid_html() -> None:
    for tex in (r"\displaystyle\frac12", r"\dfrac12", r"\tfrac12", r"\begin{subarray}{c}a\\b\end{subarray}"):
        root = etree.fromstring(to_mathml(tex) or "")
        for element in root.iter("mrow", "mfrac", "mtd"):
            assert not {"displaystyle", "scriptlevel"} & set(element.attrib), tex
        assert not [table for table in root.iter("mtable") if "scriptlevel" in table.attrib]
    assert "stretchy" not in mathml(r"a\mathop{\middle|}b").replace('stretchy="true"', "", 1)
    assert "ApplyFunction" not in mathml(r"\log n")
    assert "\u2061" in mathml(r"\log n")


def test_accents_over_one_letter_stand_by_themselves() -> None:
    assert '<mo stretchy="false">→</mo>' in mathml(r"\vec x")
    assert '<mo stretchy="false">¯</mo>' in mathml(r"\overline x")
    assert '<mo stretchy="true">\u0332</mo>' in mathml(r"\overline{AB}")


def test_strict_refuses_what_only_the_paper_defines() -> None:
    assert to_mathml(r"\Foo+1", strict=True) is None
    assert to_mathml(r"\Foo+1") is not None
    assert to_mathml(r"\alpha+1", strict=True) is not None


def test_a_formula_that_is_too_long_is_refused() -> None:
    assert to_mathml("x" * MAX_LENGTH) is not None
    assert to_mathml("x" * (MAX_LENGTH + 1)) is None


@pytest.mark.slow
def test_at_least_99_percent_of_real_formulas_are_converted(shared: Path) -> None:
    from benchmarks.bench_math import coverage

    found = coverage(shared / "real/corpus")
    assert found.formulas == 28039
    assert found.weighted_rendered > 0.999
    assert found.rendered > 0.995
    assert found.weighted_whole > 0.99
    assert found.whole > 0.97
