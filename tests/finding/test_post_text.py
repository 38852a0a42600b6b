from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from generator.text.plain import URL_MAX, clean, fold_paragraphs, isolate, language_of, linkify, safe_href, shorten

XHTML = "{http://www.w3.org/1999/xhtml}"


def _links(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html)


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("see https://example.org/a.", "https://example.org/a"),
        ("(https://example.org/a)", "https://example.org/a"),
        ("https://example.org/wiki/A_(b)", "https://example.org/wiki/A_(b)"),
        ("“https://example.org/a”, he said", "https://example.org/a"),
        ("HTTPS://example.org/a?b=c&d=e", "HTTPS://example.org/a?b=c&amp;d=e"),
        ("https://example.org/a|b^c", "https://example.org/a%7Cb%5Ec"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/#a#b", "https://example.org/#a%23b"),
        ("https://bücher.example/ä", "https://bücher.example/ä"),
    ],
)
def test_an_address_becomes_a_link_without_the_sentence_around_it(text: str, href: str) -> None:
    assert _links(linkify(text)) == [href]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:pwn(1)",
        "https://",
        "https://[::1",
        "ftp://example.org/",
        "https://exa mple",
        "http://a:b:c/",
        "data:text/html,x",
    ],
)
def test_what_is_no_web_address_stays_text(text: str) -> None:
    links = _links(linkify(text))

    assert all(urlsplit(link).hostname for link in links)
    assert not any(link.startswith(("javascript", "data", "ftp")) for link in links)


def test_a_link_shows_a_short_form_and_says_that_strangers_set_it() -> None:
    html = linkify("https://www.example.org/" + "a" * 80)

    assert ">example.org/aaa" in html
    assert "…</a>" in html
    assert 'rel="nofollow ugc noopener noreferrer"' in html


def test_what_stands_around_a_link_is_escaped() -> None:
    html = linkify("<b>before</b> https://example.org/ <b>after</b>")

    assert "<b>" not in html
    assert html.count("&lt;b&gt;") == 2


def test_a_huge_post_takes_linear_time() -> None:
    text = "https://example.org/" + ")" * 200_000 + " http://" * 50_000

    assert len(linkify(text)) >= len(text) // 2


@given(st.text())
def test_text_without_an_address_is_only_escaped(text: str) -> None:
    if "://" not in text:
        assert linkify(text) == escape(clean(text))


@given(
    st.lists(st.sampled_from(["https://a.example/", "<", '"', "&", "'", ")", "(", " ", "\n", "é", "%", "#", "[", "x"]))
)
def test_no_text_makes_anything_but_links(pieces: list[str]) -> None:
    tree = html5lib.parse(f"<!doctype html><title>t</title><p>{linkify(''.join(pieces))}</p>")
    found = tree.find(f".//{XHTML}p")

    assert found is not None
    for element in found.iter():
        assert element.tag in {f"{XHTML}p", f"{XHTML}a"}
        assert set(element.attrib) <= {"href", "rel"}


def test_hostile_posts_stay_inert(shared: Path) -> None:
    path = shared / "corpora" / "xss"
    lines = [*(path / "owasp_filter_evasion.jsonl").open(), *(path / "project_contexts.jsonl").open()]
    for line in lines:
        value = json.loads(line)["value"]
        tree = html5lib.parse(f"<!doctype html><title>t</title><p>{linkify(value)}</p>")
        body = tree.find(f".//{XHTML}body")
        assert body is not None
        assert {element.tag for element in body.iter()} <= {f"{XHTML}{tag}" for tag in ("body", "p", "a")}, value
        assert all(link.lower().startswith(("http://", "https://")) for link in _links(linkify(value))), value


@pytest.mark.parametrize(
    "url", [None, "", "javascript:pwn()", "https://" + "a" * URL_MAX, "//example.org", "https://a\\b/"]
)
def test_an_address_that_may_not_be_linked_is_none(url: str | None) -> None:
    assert safe_href(url) is None


def test_control_characters_and_noncharacters_go() -> None:
    assert clean("a\x00b\x1b[0m\x85c\ufffe\ud800d\te\n") == "ab[0mcd\te\n"


def test_a_right_to_left_name_keeps_to_itself() -> None:
    assert isolate("תמר") == "<bdi>תמר</bdi>"
    assert isolate("evil\u202ename") == "evilname"
    assert isolate("<b>Ada</b>") == "&lt;b&gt;Ada&lt;/b&gt;"


@pytest.mark.parametrize(
    ("lang", "code"),
    [("de", "de"), ("pt-BR", "pt"), ("EN_us", "en"), ("und", None), ("xx", None), (None, None), ('de" onload="', None)],
)
def test_only_real_languages_become_an_attribute(lang: str | None, code: str | None) -> None:
    assert language_of(lang) == code


@given(st.text(max_size=400), st.integers(20, 100))
def test_a_shortened_text_fits_and_says_so(text: str, limit: int) -> None:
    shown, cut = shorten(text, limit)

    assert len(shown) <= limit
    assert cut == (shown != text) == (len(text) > limit)
    assert not cut or shown.endswith("…")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  One line\nand the next.\n", "One line and the next."),
        ("Context. One.\n  Results. Two\nlines.", "Context. One.\n\nResults. Two lines."),
        ("One.\n\n\nTwo.\r\n \r\nThree.", "One.\n\nTwo.\n\nThree."),
        (" \n \n ", ""),
    ],
)
def test_white_space_is_folded_but_for_paragraphs(text: str, folded: str) -> None:
    assert fold_paragraphs(text) == folded
    assert fold_paragraphs(folded) == folded
