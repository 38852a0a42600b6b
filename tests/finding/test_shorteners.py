"""Which addresses stand for others, and which of a post's are followed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.finding.arxiv_links import find_in_url
from generator.finding.shorteners import MOST_PER_POST, SHORTENERS, canonical, is_short, short_links
from tests.make import post


@pytest.mark.parametrize("host", ["t.co", "bit.ly", "buff.ly", "ow.ly", "lnkd.in", "tinyurl.com", "goo.gl", "dlvr.it",
                                  "ift.tt", "is.gd", "t.ly", "rb.gy"])  # fmt: skip
def test_the_common_ones_are_in_the_table(host: str) -> None:
    assert is_short(f"https://{host}/Ab3")


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("http://bit.ly/Ab3", "https://bit.ly/Ab3"),
        ("https://WWW.Bit.LY:443/Ab3?x=1#part", "https://bit.ly/Ab3?x=1"),
        ("https://lnkd.in/e/Ab3/", "https://lnkd.in/e/Ab3/"),
    ],
)
def test_one_address_has_one_form(url: str, form: str) -> None:
    assert canonical(url) == form
    assert canonical(form) == form


@pytest.mark.parametrize(
    "url",
    ["https://bit.ly", "https://bit.ly/", "https://notbit.ly/a", "https://bit.ly.example/a", "https://a@bit.ly/a",
     "https://bit.ly:8080/a", "ftp://bit.ly/a", "https://bit.ly\\@example.org/a", "https://bit.ly/\u202ea", "",
     "bit.ly/a", "https://[bit.ly/a", "https://bit.ly/" + "a" * 600, "https://example.org/bit.ly/a", "https://bit.ly:99999/a"],
)  # fmt: skip
def test_anything_else_is_never_asked(url: str) -> None:
    assert not is_short(url)


def test_no_shortener_names_papers_itself() -> None:
    assert not any(find_in_url(f"https://{host}/2401.00001") for host in SHORTENERS)


@given(st.text(max_size=60))
def test_any_text_is_refused_or_is_on_the_table(url: str) -> None:
    form = canonical(url)
    assert form is None or form.split("/")[2] in SHORTENERS


def test_short_links_of_links_and_text_are_each_there_once() -> None:
    text = "See (https://bit.ly/abc), bit.ly/abc; www.tinyurl.com/y_2. a@t.co/x x.bit.ly/no https://t.co/cut… /t.co/a"
    said = post(text=text, links=("https://example.org/a", "http://buff.ly/1"))
    assert short_links(said) == ("https://buff.ly/1", "https://bit.ly/abc", "https://tinyurl.com/y_2")
    assert short_links(post(text=None)) == ()


def test_what_x_stated_is_not_followed_again() -> None:
    text = "read https://t.co/abc"
    assert short_links(post(network="x", text=text, links=("https://example.org/a",))) == ()
    assert short_links(post(network="x", text="read", links=("https://bit.ly/abc",))) == ("https://bit.ly/abc",)
    assert short_links(post(network="x", kind="like", of="x:1", text=text)) == ("https://t.co/abc",)
    assert short_links(post(text=text, links=("https://example.org/a",))) == ("https://t.co/abc",)


def test_of_a_post_with_many_the_first_are_followed() -> None:
    text = " ".join(f"https://bit.ly/{number}" for number in range(50))
    assert len(short_links(post(text=text))) == MOST_PER_POST


@pytest.mark.parametrize(
    "text", ["bit.ly/" * 20_000, "a." * 50_000, "a-" * 50_000 + "/", "https://" * 20_000, "." * 90_000 + "/"]
)
def test_time_is_linear_in_the_text(text: str) -> None:
    began = time.process_time()
    short_links(post(text=text))
    assert time.process_time() - began < 2
