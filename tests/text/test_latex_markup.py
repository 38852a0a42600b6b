"""The last look at a formula before it goes into a page."""

from __future__ import annotations

import pytest

from generator.text.latex.markup import MAX_MARKUP, finish

END = "<annotation>x</annotation></semantics></math>"


def markup(inner: str) -> str:
    return f"<math><semantics>{inner}{END}".replace("<annotation>", '<annotation encoding="application/x-tex">')


def test_the_annotation_is_what_the_author_wrote() -> None:
    assert finish(markup("<mi>x</mi>"), "a<b&c") == (
        '<math><semantics><mi>x</mi><annotation encoding="application/x-tex">'
        "a&lt;b&amp;c</annotation></semantics></math>"
    )


@pytest.mark.parametrize(
    "inner",
    [
        '<mtd id="eq:1"></mtd>',
        '<mrow href="https://a.example"></mrow>',
        '<mspace width="40em"/>',
        '<mspace style="margin-left:-99.5em;"/>',
        "<mi>x</mo>",
        '<mo a="1" a="2">x</mo>',
        "<mi>" + "x" * MAX_MARKUP + "</mi>",
    ],
)
def test_what_reaches_out_of_its_box_or_is_broken_is_refused(inner: str) -> None:
    assert finish(markup(inner), "x") is None


def test_entities_of_html_become_characters() -> None:
    assert "<mo>\u2061</mo><mo>&lt;</mo>" in (finish(markup("<mo>&ApplyFunction;</mo><mo>&lt;</mo>"), "x") or "")


def test_styles_move_to_where_html_allows_them() -> None:
    finished = finish(markup('<mfrac displaystyle="false"><mn>1</mn><mn>2</mn></mfrac>'), "x") or ""
    assert '<mstyle displaystyle="false"><mfrac><mn>1</mn><mn>2</mn></mfrac></mstyle>' in finished
    table = finish(markup('<mtable displaystyle="true" scriptlevel="0"><mtr><mtd></mtd></mtr></mtable>'), "x") or ""
    assert '<mtable displaystyle="true"><mtr>' in table
