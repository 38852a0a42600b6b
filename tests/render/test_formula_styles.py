from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.render.formula_styles import CLASSES, use_classes
from generator.text import latex

STYLE = Path(__file__).parents[2] / "templates" / "static" / "style.css"


@pytest.mark.parametrize(
    ("tex", "classes"),
    [
        (r"$\begin{array}{l|r} a & b \\ \hline c & d\end{array}$", {"fl", "fr", "br", "bt"}),
        (r"$a\!b$", {"n1"}),
        (r"$\begin{aligned} a &= b\\ c &= d\end{aligned}$", {"fl", "fr", "pl0", "pr0"}),
    ],
)
def test_no_formula_keeps_an_inline_style(tex: str, classes: set[str]) -> None:
    html = use_classes(str(latex.to_html(tex)))

    assert not re.search(r"<[^>]* style=", html)
    assert classes <= {name for names in re.findall(r'class="([^"]*)"', html) for name in names.split()}


def test_the_source_in_an_annotation_is_left_alone() -> None:
    html = use_classes('<math><annotation>\\text{a style="b"}</annotation></math>')

    assert html == '<math><annotation>\\text{a style="b"}</annotation></math>'


def test_what_we_have_no_class_for_is_left_out() -> None:
    assert use_classes('<mtd style="color:red;text-align: left;">') == '<mtd class="fl">'
    assert use_classes('<mi style="color:red">') == "<mi>"
    assert use_classes('<mi class="x" style="text-align:left">') == '<mi class="x">'
    assert use_classes('<mspace style="margin-left:-1.1.1em;"/>') == "<mspace/>"


def test_negative_space_goes_to_the_nearest_class() -> None:
    assert use_classes('<mspace style="margin-left:-0.2777778em;"/>') == '<mspace class="n3"/>'
    assert use_classes('<mspace style="margin-left:-3em;"/>') == '<mspace class="n5"/>'


def test_every_class_has_a_rule_in_the_style() -> None:
    style = STYLE.read_text("utf-8")

    for name in {*CLASSES.values(), "n1", "n2", "n3", "n4", "n5"}:
        assert f".{name} {{" in style, name
