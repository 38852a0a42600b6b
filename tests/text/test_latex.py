"""What readers see of the LaTeX in titles and abstracts."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from markupsafe import Markup

from generator.text.latex import to_feed_html, to_html, to_text

REL = 'rel="nofollow ugc noopener noreferrer"'


def tree(html: str) -> Any:
    """Parse a fragment as XML; fails where it is not well-formed."""
    return etree.fromstring(f"<div>{html!s}</div>")


def test_a_formula_becomes_mathml_with_its_tex_as_annotation() -> None:
    assert to_html(r"in $\mathcal{O}(k)$ time") == (
        "in <math><semantics><mrow><mrow><mspace/><mi>\U0001d4aa\ufe00</mi></mrow>"
        '<mo stretchy="false">(</mo><mi>k</mi><mo stretchy="false">)</mo></mrow>'
        r'<annotation encoding="application/x-tex">\mathcal{O}(k)</annotation></semantics></math> time'
    )


def test_the_result_is_marked_as_safe_so_that_templates_do_not_escape_it_again() -> None:
    assert isinstance(to_html("x"), Markup)
    assert isinstance(to_feed_html("x"), Markup)
    assert not isinstance(to_text("x"), Markup)


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("$x$", None),
        (r"\(x\)", None),
        ("$$x$$", "block"),
        (r"\[x\]", "block"),
        (r"\begin{equation}x\end{equation}", "block"),
        (r"\begin{align*}x&=y\\z&=1\end{align*}", "block"),
        (r"\begin{eqnarray}x&=&y\end{eqnarray}", "block"),
        (r"\begin{gather}x\\y\end{gather}", "block"),
    ],
)
def test_each_way_to_write_a_formula(text: str, display: str | None) -> None:
    (math,) = tree(to_html(f"a {text} b"))
    assert math.tag == "math"
    assert math.get("display") == display
    assert math.tail == " b"


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"N\'eel", "Néel"),
        (r"Erd\H{o}s and R\'enyi", "Erdős and Rényi"),
        (r"M\"obius, Schr\"{o}dinger, \"Uber", "Möbius, Schrödinger, Über"),
        (r"Part\'{\i}culas, na\"{\i}ve, \'{\i}", "Partículas, naïve, í"),
        (r"enhan\c{c}on, \v{C}ech, Fran\c cois", "enhançon, Čech, François"),
        (r"Nordstr\o m, \AA ngstr\"om, 5 \AA thick", "Nordstrøm, Ångström, 5 Å thick"),
        (r"\L{}\'od\'z, Stra\ss e, \O{}rsted, \ae ther", "Łódź, Straße, Ørsted, æther"),
        (r"Ba\~nados, Ces\`aro, \^ile, y\=okai, \k{a}, \u{g}", "Bañados, Cesàro, île, yōkai, ą, ğ"),
        (r"\k{appa}-deformed, \b{eta}-VAE, \r{ho}", "κ-deformed, β-VAE, ρ"),
        (r"he says \"open models\" and it\'s true", "he says “open models” and it’s true"),
    ],
)
def test_accents_and_letters_are_unicode(tex: str, text: str) -> None:
    assert to_html(tex) == text
    assert to_text(tex) == text


@pytest.mark.parametrize(
    ("tex", "html"),
    [
        (r"\emph{a} \textit{b} {\em c} {\it d}", "<em>a</em> <em>b</em> <em>c</em> <em>d</em>"),
        (r"\textbf{a} {\bf b} \bf{c}", "<strong>a</strong> <strong>b</strong> <strong>c</strong>"),
        (r"\texttt{a\_b} {\tt c}", "<code>a_b</code> <code>c</code>"),
        (r"\textsc{Orb}Net \underline{P}at", '<span class="sc">Orb</span>Net <u>P</u>at'),
        (r"MC\textsuperscript{2} LaAlO\textsubscript{3}", "MC<sup>2</sup> LaAlO<sub>3</sub>"),
        (r"\textbf{a \emph{b}}", "<strong>a <em>b</em></strong>"),
        (r"{\it a {\bf b} c}", "<em>a <strong>b</strong> c</em>"),
        (r"{\it a \bf b}", "<em>a </em><strong>b</strong>"),
        (r"\textrm{a} \mbox{b} {\rm c}", "a b c"),
        (r"W_{1+n} and ^{18}O", "W<sub>1+n</sub> and <sup>18</sup>O"),
        (r"\textcolor{red}{a} b", "a b"),
        (r"code\footnote{a note}.", "code (a note)."),
        (r"\cite{a,b} Fig.~\ref{f} \eqref{e}\label{l}", "[a, b] Fig.\u00a0f (e)"),
    ],
)
def test_text_commands_are_html(tex: str, html: str) -> None:
    assert to_html(tex) == html


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("``a'' and `b'", "“a” and ‘b’"),
        ("a--b, a -- b, a---b, -->", "a–b, a – b, a—b, -->"),
        ("Fig.~2 has ~5, z~0.5, 10~20", "Fig. 2 has ~5, z~0.5, 10~20"),
        (r"50\% \& \_ \# \$5 \{a\}", "50% & _ # $5 {a}"),
        (r"a\ldots{} b\\ c\,km $x$~m ~5", "a… b c km x m ~5"),
        (r"{B}ayes, {0,1}, {CNN}, {a word}", "Bayes, {0,1}, CNN, {a word}"),
        ("a seeing of 20''", "a seeing of 20''"),
        (r"U(1) \times U(1), \alpha-decay, \phi^4", "U(1) × U(1), α-decay, φ⁴"),
        (r"{\cal N}=4 and \cal{O}(n)", "N=4 and O(n)"),
        (r"\begin{itemize}\item a \item b\end{itemize}", "• a • b"),
        ("a_b_c, x^2, AdS_5, snake_case", "a_b_c, x^2, AdS_5, snake_case"),
    ],
)
def test_typography(tex: str, text: str) -> None:
    assert to_text(tex) == text


def test_addresses_are_linked_and_nothing_else_is() -> None:
    def link(url: str, label: str) -> str:
        return f'<a href="{url}" {REL}>{label}</a>'

    assert to_html(r"\url{https://a.example/x\_y}.") == link("https://a.example/x_y", "https://a.example/x_y") + "."
    assert (
        to_html("(https://a.example/b_(c)).") == "(" + link("https://a.example/b_(c)", "https://a.example/b_(c)") + ")."
    )
    assert to_html(r"\href{http://a.example/%7E}{the \emph{code}}") == link("http://a.example/%7E", "the <em>code</em>")
    assert to_html(r"\href{GitHub}{https://a.example/x}") == link("https://a.example/x", "GitHub")
    assert to_html('https://a.example/?q="x') == link("https://a.example/?q=", "https://a.example/?q=") + '"x'
    for refused in (r"\href{javascript:alert(1)}{x}", r"\url{data:text/html,x}", "https://arxiv.org@evil.example/x"):
        assert "<a" not in to_html(refused)
    assert "<a" not in to_html("https://a.example/" + "x" * 3000)


def test_no_link_inside_a_link() -> None:
    assert to_html(r"\href{https://a.example}{see https://b.example}").count("<a ") == 1
    assert to_html("https://a.example and $x$", links=False).startswith("https://a.example and <math>")


def test_what_cannot_be_converted_is_shown_as_its_source() -> None:
    assert to_html(r"\ours beats \method{} & $\cal N}=2$") == (
        r'<code class="tex">\ours</code> beats <code class="tex">\method{}</code> &amp; '
        r'<code class="tex">$\cal N}=2$</code>'
    )
    assert to_text(r"\ours beats $\cal N}=2$") == r"\ours beats \cal N}=2"


def test_a_command_that_only_its_paper_knows_stands_in_its_formula_by_its_name() -> None:
    assert "<mi>Foo</mi>" in to_html(r"$SL(2,\Foo)$")
    assert 'class="tex"' not in to_html(r"$SL(2,\Foo)$")
    assert r'<mtext class="tex">\g</mtext>' in to_html(r"$\g_1$"), "one letter says nothing"


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\vecx", "x⃗"),
        (r"\Ghat", "Ĝ"),
        (r"\barpartial", "∂̄"),
        (r"\bphi", "φ"),
        (r"\timesT", "×T"),
        (r"SU(\nOSP)", "SU(nOSP)"),
    ],
)
def test_the_name_of_an_unknown_command_is_read_where_it_is_plain(tex: str, text: str) -> None:
    assert to_text(f"${tex}$") == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\unit{\kilo\hertz} and $\unit{kg.m.s^{-2}}$", "kHz and kg m s⁻²"),
        (r"\SI{3}{\uL} and \SI{4}{\ohm\squared} of \SI{1}{\GeV\per\clight\squared}", "3 μL and 4 Ω² of 1 GeV c⁻²"),
        (r"$\qty(\frac{a}{b}) + \dv{f}{x} + \pdv{f}{x}$", "(a/b)+df/dx+∂f/∂x"),
        (r"$\not\!p$, $\not\!\!E_T$, $\require{cancel}\cancel{x}$", "p̸, E̸_T, x"),
        (r"$\mathop{\rm minimize}\limits_x f$, $a \xrightarrow{n} b$", "minimizeₓf, a →ⁿ b"),
        (r"$A^\top$, NaCl$_{(aq)}$", "A⊤, NaCl_(aq)"),
        (r"5\textmu m, \texteuro 7, 3\arcmin, 2 k\textohm, \~{}x", "5µm, €7, 3′, 2 kΩ, ~x"),
    ],
)
def test_what_packages_and_journals_add_reads_as_meant(source: str, text: str) -> None:
    assert to_text(source) == text
    assert 'class="tex"' not in to_html(source)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\SI{35}{mK}", "35 mK"),
        (r"\SI[mode=text]{2.1e-3}{\kilo\metre\per\second\squared}", "2.1×10⁻³ km s⁻²"),
        (r"\qty{3x10}{\micro\m}", "3×10 μm"),
        (r"\qty{5}{\per\cubic\centi\meter}", "5 cm⁻³"),
        (r"\qty{1}{\GeV}", "1 GeV"),
        (r"\num{1.2e5}", "1.2×10⁵"),
        (r"\si{J.K^{-1}}", "J K⁻¹"),
        (r"\SIrange{1}{5}{\giga\hertz}", "1–5 GHz"),
        (r"\SIlist{1;2;3e4}{\giga\hertz}", "1, 2, 3×10⁴ GHz"),
        (r"\numlist{1;2}", "1, 2"),
        (r"\numproduct{3x4x5}", "3×4×5"),
        (r"\qtyproduct{2 x 3}{\meter}", "2×3 m"),
        (r"\ang{;;1.2}", "1.2″"),
        (r"\cee{H2O}", "H₂O"),
        (r"\ang{30;15}", "30°15′"),
        (r"\ce{H2O}", "H₂O"),
        (r"\ce{SO4^2-}", "SO₄²⁻"),
        (r"\ce{Na+}", "Na⁺"),
        (r"\ce{Fe^{3+}}", "Fe³⁺"),
        (r"\ce{2H2 + O2 -> 2H2O}", "2H₂ + O₂→2H₂O"),
        (r"\ce{CuSO4.5H2O}", "CuSO₄⋅5H₂O"),
        (r"\ce{0.5O2}", "0.5O₂"),
    ],
)
def test_quantities_and_chemistry_are_formulas_in_and_out_of_math(source: str, text: str) -> None:
    assert to_text(f"a {source} b") == f"a {text} b"
    for written in (f"a {source} b", f"a ${source}$ b"):
        html = to_html(written)
        assert html.count("<math>") == 1
        assert 'class="tex"' not in html
    assert to_text(r"\SI{35 and \ce of") == r"\SI{35 and \ce of"


def test_html_entities_of_those_who_hand_titles_on_are_characters() -> None:
    assert to_text("R&amp;D &lt;b&gt; &#39;x&#39; $a &lt; b$ &alpha;&#x1;") == "R&D <b> 'x' a<b α"
    assert to_html("R&amp;D &lt;b&gt;") == "R&amp;D &lt;b&gt;"
    assert to_text("R&D; AT&T &foo;") == "R&D; AT&T &foo;"


def test_roots_and_words_with_spaces_that_somebody_set() -> None:
    assert to_text(r"$\root 3 \of x$ and $\sqrt[n]{x}$") == "³√x and ⁿ√x"
    assert "<math>" in to_html(r"gains $\rm 30\% \ to \ 50\%$ more")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A $x",
        "$",
        "$$",
        "$ $",
        "{",
        "}",
        "\\",
        r"\textbf{a",
        r"\begin{equation}x",
        r"\end{equation}",
        r"\(",
        "^{",
        "a\\",
        r"\`s",
        r"\u{r}",
        r"\^",
    ],
)
def test_slips_of_the_keyboard_stay_visible(text: str) -> None:
    html = tree(to_html(text))
    assert "".join(html.itertext()) == text


def test_markup_in_the_text_is_text() -> None:
    hostile = (
        r"<script>alert(1)</script> & \text{<b>} $\text{<img src=x onerror=y>}$ \foo{<i>} \url{https://a.example/<}"
    )
    html = to_html(hostile)
    assert {element.tag for element in tree(html).iter()} <= {
        *("div", "code", "math", "semantics", "mtext", "annotation", "a"),
    }
    assert "<script" not in to_feed_html(hostile)


def test_what_xml_forbids_is_replaced() -> None:
    text = "a\x00b\x1bc\ud800d\ufffee$x\x07$"
    assert to_html(text).startswith("a\ufffdb\ufffdc\ufffdd\ufffde")
    tree(to_html(text))


def test_feed_html_says_formulas_as_text() -> None:
    assert to_feed_html(r"\emph{in} $\mathcal{O}(n^2)$ for $a<b$") == "<em>in</em> O(n²) for a&lt;b"


def test_text_folds_white_space_and_does_not_escape() -> None:
    assert to_text(" a\n  b~c & <d> ") == "a b c & <d>"


def test_one_text_cannot_change_the_next() -> None:
    before = to_html(r"$\frac12$")
    for definition in (
        r"$\gdef\frac{}$",
        r"$\def\frac{x}$",
        r"$\newcommand\alpha{x}\alpha$",
        r"$\global\let\alpha\beta$",
    ):
        assert "<math" not in to_html(definition)
        assert r"\alpha" in to_html(r"$\alpha$")
    assert to_html(r"$\frac12 $") == before
    assert "<mi>α</mi>" in to_html(r"$\alpha $")


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_real_titles_and_abstracts_are_well_formed_and_quick(shared: Path, every: int) -> None:
    with (shared / "real/corpus/papers.jsonl").open(encoding="utf-8") as lines:
        papers = [json.loads(line) for line in itertools.islice(lines, 0, None, every)]
    texts = [text for paper in papers for text in (paper["title"], paper["abstract"])]
    start = time.process_time()
    pages = [to_html(text) for text in texts]
    seconds = time.process_time() - start
    for page, text in zip(pages, texts, strict=True):
        tree(page)
        tree(to_feed_html(text))
        assert "\n" not in to_text(text)
    assert sum(page.count('class="tex"') for page in pages) < len(texts) / 25
    assert seconds / (len(texts) / 2) < 0.0006  # 0.11 ms a paper measured; room for a busy machine


def test_text_commands_of_real_abstracts_are_converted(shared: Path) -> None:
    from benchmarks.bench_math import text_coverage

    shares = {kind: share for kind, _, share in text_coverage(shared / "real/corpus")}
    for kind in (
        "accent",
        "special-letter",
        "font-cmd",
        "old-font",
        "url-href",
        "cite-ref",
        "escaped-char",
        "quotes",
        "dashes",
    ):
        assert shares[kind] > 0.995, kind
