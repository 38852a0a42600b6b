"""The owner's words: Markdown as it is meant, and nothing active, because a copied repository takes pull requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.errors import BuildError
from generator.storage.content import load_content
from generator.text.markdown import markdown_to_html

TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "dl", "dt", "em", "h2", "h3", "h4", "hr", "i", "li", "ol",
    "p", "pre", "q", "s", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def assert_inert(html: str) -> None:
    for element in html5lib.parseFragment(html, namespaceHTMLElements=False).iter():
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        assert element.tag in TAGS, element.tag
        assert set(element.attrib) <= {"href", "title", "rel", "scope"}, element.attrib
        href = element.get("href")
        # as browsers read an address: https://url.spec.whatwg.org/#concept-basic-url-parser
        address = re.sub(r"[\t\n\r]", "", (href or "").strip("".join(map(chr, range(33)))))
        scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", address)
        assert scheme is None or scheme[1].lower() in {"http", "https", "mailto"}, href


def corpus(corpora: Path) -> Iterator[str]:
    for name in ("owasp_filter_evasion", "owasp_filter_evasion_lines", "project_contexts"):
        for line in (corpora / f"xss/{name}.jsonl").read_text("utf-8").splitlines():
            value = json.loads(line).get("value")
            if isinstance(value, str):
                yield value
    for case in json.loads((corpora / "xss/html5lib_sanitizer_tests1.json").read_text("utf-8")):
        yield case["input"]
    yield from json.loads((corpora / "naughty/blns.json").read_text("utf-8"))


def test_markdown_is_what_it_means() -> None:
    html = markdown_to_html(
        "# One\n\nRead *this*, [here](https://example.org/a?b=1&c=2).\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |"
    )
    assert "<h2>One</h2>" in html
    assert '<em>this</em>, <a href="https://example.org/a?b=1&amp;c=2" rel="noopener">here</a>' in html
    assert "<li>a</li>" in html
    assert "<td>2</td>" in html
    assert markdown_to_html(" \n") == ""


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# One\n\n## Two\n\n### Three", "h2 h3 h4"),
        ("## One\n\n### Two\n\n## Three", "h2 h3 h2"),
        ("#### One\n\n# Two\n\n###### Three", "h2 h2 h3"),
        ("# One\n\n## Two\n\n### Three\n\n#### Four", "h2 h3 h4 h4"),
        ("One\n===\n\n<h5>Two</h5>", "h2 h3"),
    ],
)
def test_headings_start_below_the_title_of_the_page_and_skip_no_level(text: str, levels: str) -> None:
    html = markdown_to_html(text)
    assert re.findall(r"<(h[1-6])>", html) == levels.split()
    assert re.findall(r"</(h[1-6])>", html) == levels.split()


@pytest.mark.parametrize(
    "text",
    [
        "<script>pwn()</script>",
        "[x](javascript:pwn())",
        "[x](JaVaScRiPt&#58;pwn())",
        "[x](data:text/html,<script>pwn()</script>)",
        "![x](https://evil.example/track.png)",
        '<a href="https://example.org" onclick="pwn()" style="x">x</a>',
        "<svg/onload=pwn()>",
        "<math><mtext><table><mglyph><style><img src onerror=pwn()>",
        "```\n</code></pre><script>pwn()</script>\n```",
        "[x]: javascript:pwn()\n\n[x]",
        "<style>@import url(//evil.example)</style><iframe src=//evil.example></iframe><form action=//evil.example>",
        '[x](https://e.example "onmouseover=pwn()")',
        "{: onclick=pwn() }\n\ntext {: style='x' onload=pwn() }",
        "*[HTML]: <b onclick=pwn()>\n\nHTML",
        "Foot[^1]\n\n[^1]: <script>pwn()</script>",
    ],
)
def test_nothing_active_survives(text: str) -> None:
    assert_inert(markdown_to_html(text))


@pytest.mark.slow
def test_hostile_corpora_survive_markdown_as_words(shared: Path) -> None:
    texts = list(corpus(shared / "corpora"))
    assert len(texts) > 700
    for text in texts:
        for written in (
            text,
            f"- {text}\n\n> {text}",
            f"[x]({text})",
            f"`{text}`",
            f"<p>{text}</p>",
            f"[a][b]\n\n[b]: {text}",
        ):
            assert_inert(markdown_to_html(written.encode("utf-8", "replace").decode()))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="<>/ab\"'=()[]!`*_:#&;\n jsx", max_size=60))
def test_any_text_is_inert(text: str) -> None:
    assert_inert(markdown_to_html(text))


# --- content/


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_files_become_pages_and_notes(tmp_path: Path) -> None:
    write(tmp_path, "colophon.md", "# How it is made\n\nBy hand.")
    write(tmp_path, "reading-group.md", "Thursdays.")
    write(tmp_path, "notes/2611.01234.md", "We discuss *this*.<script>pwn()</script>")
    write(tmp_path, "notes/hep-th/9901001.md", "An old one.")
    content = load_content(tmp_path)
    assert content.pages == (
        ("colophon", "How it is made", "<p>By hand.</p>"),
        ("reading-group", "Reading group", "<p>Thursdays.</p>"),
    )
    assert content.notes == {"2611.01234": "<p>We discuss <em>this</em>.</p>", "hep-th/9901001": "<p>An old one.</p>"}
    assert load_content(tmp_path / "nowhere").pages == ()


@pytest.mark.parametrize("name", ["Über uns.md", "a b.md", "notes/thursday.md", "notes/2611.99999999.md"])
def test_a_name_that_leads_nowhere_is_refused_with_the_file(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "x")
    with pytest.raises(BuildError, match=re.escape(name.rpartition("/")[2])):
        load_content(tmp_path)


def test_a_file_that_is_no_text_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "about-us.md").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BuildError, match=r"about-us\.md: cannot be read as UTF-8"):
        load_content(tmp_path)
