"""A formula as a line of text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.text.latex import to_feed_html
from generator.text.latex.plain import script, to_plain


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\alpha", "α"),
        ("x^2", "x²"),
        (r"\mathcal{O}(k)", "O(k)"),
        (r"\frac{a}{b}", "a/b"),
        (r"\frac{a+b}{c}", "(a+b)/c"),
        (r"\times", "×"),
        (r"10^{-4}", "10⁻⁴"),
        (r"M_\odot", "M⊙"),
        (r"90^\circ", "90°"),
        ("f'", "f′"),
        (r"T_{\rm eff}", "T_eff"),
        (r"r_{\mathrm{pre}}r_{\mathrm{post}}", "r_pre r_post"),
        (r"k_BT/E_F", "k_B T/E_F"),
        (r"\rho_{AB}(x)", "ρ_AB(x)"),
        ("x_i", "xᵢ"),
        (r"a_{i,j}", "a_(i,j)"),
        (r"k\log n", "k log n"),
        (r"\log(n)", "log(n)"),
        (r"O(\sqrt{n}\log n)", "O(√n log n)"),
        (r"\sqrt{a+b}", "√(a+b)"),
        (r"\sqrt[3]{x}", "³√x"),
        (r"{n\choose k}", "(n choose k)"),
        (r"\bar{p}p", "p̄p"),
        (r"\mathbb{R}^n", "ℝⁿ"),
        (r"\mathbf{x}\in\mathfrak{g}", "x∈g"),
        (r"10\,\mathrm{km}", "10 km"),
        (r"\text{a } b", "a b"),
        (r"\begin{pmatrix}1&0\\0&1\end{pmatrix}", "(1 0; 0 1)"),
        (r"\CN=\g", r"N=\g"),
        (r"\cal N}=2", r"\cal N}=2"),
        ("a<b", "a<b"),
    ],
)
def test_formulas_as_text(tex: str, text: str) -> None:
    assert to_plain(tex) == text


def test_scripts_that_unicode_lacks_are_written_out() -> None:
    assert script("2", "^") == "²"
    assert script("q", "_") == "_q"
    assert script("i+q", "_") == "_(i+q)"


@settings(max_examples=300, deadline=1000)
@given(st.text(alphabet=r"\{}()[]^_&abxyαℝ0123 =+-<>$%'~,.|", max_size=80))
def test_never_an_error_and_always_one_line(tex: str) -> None:
    assert "\n" not in to_plain(tex)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        (r"$T_c$ and $J_{z\pm}$", "T<sub>c</sub> and J<sub>z±</sub>"),
        (r"$x^2 < y_{i_j}$", "x²&lt;y<sub>iⱼ</sub>"),
        (r"H\textsubscript{2}O & $e^{-(a+b)/T_c}$", "H<sub>2</sub>O &amp; e<sup>−(a+b)/T<sub>c</sub></sup>"),
    ],
)
def test_in_feeds_scripts_without_letters_of_unicode_are_sub_and_sup(source: str, html: str) -> None:
    assert to_feed_html(source) == html
