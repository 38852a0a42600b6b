"""Colours are stated once, in the style; what is drawn outside of CSS reads them there, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.theme import Theme, theme_of
from tests.conftest import ROOT


def test_our_style_states_the_colours_that_stand_in() -> None:
    assert theme_of((ROOT / "templates/static/style.css").read_text("utf-8")) == Theme()


def test_both_schemes_are_read_from_light_dark_and_from_a_media_query() -> None:
    one = theme_of("/* --paper: #111 */ :root { --paper: light-dark(#fff , #000001); --ink: #ABCDEF; }")
    assert (one.light.paper, one.dark.paper, one.light.ink, one.dark.ink) == (
        "#ffffff",
        "#000001",
        "#abcdef",
        "#abcdef",
    )
    other = theme_of(
        ":root { --paper: #ffffff; --new: #123456; }\n"
        "@media (prefers-color-scheme: dark) {\n :root { --paper: #000; }\n}"
    )
    assert (other.light.paper, other.dark.paper, other.light.new, other.dark.new) == (
        "#ffffff", "#000000", "#123456", "#123456",
    )  # fmt: skip


@pytest.mark.parametrize(
    "value", ["papayawhip", "oklch(0.9 0.1 90)", "#12345", "var(--other)", "url(https://evil.example)"]
)
def test_a_colour_that_cannot_be_drawn_is_ours(value: str) -> None:
    assert theme_of(f":root {{ --paper: {value}; }}") == Theme()
    assert theme_of(f":root {{ --paper: light-dark({value}, {value}); }}") == Theme()


def test_what_a_second_style_leaves_open_stays_as_it_was() -> None:
    first = theme_of(":root { --paper: light-dark(#eee, #111); }")
    second = theme_of("@media (prefers-color-scheme: dark) { :root { --paper: #222; } }", first)
    assert (second.light.paper, second.dark.paper) == ("#eeeeee", "#222222")
    assert theme_of("", second) == second
    assert theme_of("") == Theme()


@given(st.text(alphabet=":root{}-paperlight(),#0aF;/* @mdi\n", max_size=120))
def test_any_style_gives_colours_that_can_be_drawn(css: str) -> None:
    theme = theme_of(css)
    for colours in (theme.light, theme.dark):
        for name in colours.__struct_fields__:
            value = getattr(colours, name)
            assert len(value) == 7
            int(value[1:], 16)
