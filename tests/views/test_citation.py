"""What reference managers and search engines read: all that arXiv states, and nothing that breaks out of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.model.records import Paper
from generator.views.citation import JSON_AUTHORS_MAX, citation_tags, json_ld
from tests.site_factory import make_paper

PAGE = "https://example.org/trending/abs/2611.00001/"


def linked(paper: Paper) -> dict[str, Any]:
    """What a crawler reads: the text of the script element, as an HTML parser finds it."""
    html = f'<head><script type="application/ld+json">{json_ld(paper, PAGE)}</script></head><body>after</body>'
    document = html5lib.parse(html, namespaceHTMLElements=False)
    scripts = document.findall(".//script")
    assert len(scripts) == 1
    assert document.findtext("body") == "after"
    assert len(list(document.iter())) == 4
    fields: dict[str, Any] = json.loads(scripts[0].text or "")
    return fields


def test_tags_say_what_arxiv_says() -> None:
    paper = make_paper(
        title=r"On $\ell_1$ norms",
        authors=("Ada Example", "The FOO Collaboration"),
        revised_at=datetime(2026, 11, 20, tzinfo=UTC),
        doi="10.1234/made.up.1 10.1234/made.up.2",
    )
    assert citation_tags(paper) == [
        ("citation_title", "On ℓ₁ norms"),
        ("citation_author", "Ada Example"),
        ("citation_author", "The FOO Collaboration"),
        ("citation_date", "2026/11/18"),
        ("citation_publication_date", "2026/11/18"),
        ("citation_online_date", "2026/11/20"),
        ("citation_arxiv_id", "2611.00001"),
        ("citation_doi", "10.1234/made.up.1"),
        ("citation_abstract_html_url", "https://arxiv.org/abs/2611.00001"),
        ("citation_pdf_url", "https://arxiv.org/pdf/2611.00001"),
    ]


def test_a_date_that_arxiv_does_not_state_is_not_guessed() -> None:
    paper = make_paper("hep-th/9901001", submitted_at=None)
    assert not [name for name, _ in citation_tags(paper) if "date" in name]
    assert not {"datePublished", "dateModified"} & linked(paper).keys()
    assert dict(citation_tags(paper))["citation_pdf_url"] == "https://arxiv.org/pdf/hep-th/9901001"


def test_every_author_of_a_collaboration_is_named() -> None:
    paper = make_paper(authors=tuple(f"A. Author{n}" for n in range(2800)))
    assert sum(name == "citation_author" for name, _ in citation_tags(paper)) == 2800
    assert len(linked(paper)["author"]) == JSON_AUTHORS_MAX


def test_json_ld_is_a_scholarly_article() -> None:
    fields = linked(make_paper(doi="10.1234/made.up", version=2, revised_at=datetime(2026, 11, 20, tzinfo=UTC)))
    assert fields["@context"] == "https://schema.org"
    assert fields["@type"] == "ScholarlyArticle"
    assert fields["author"][0] == {"@type": "Person", "name": "Ada Example"}
    assert fields["datePublished"] == "2026-11-18"
    assert fields["dateModified"] == "2026-11-20"
    assert (fields["url"], fields["sameAs"]) == (
        "https://arxiv.org/abs/2611.00001",
        ["https://doi.org/10.1234/made.up"],
    )
    assert fields["mainEntityOfPage"] == PAGE


@pytest.mark.parametrize(
    "text",
    [
        "</script><script>pwn()</script>",
        "<!--<script>",
        "</ScRiPt >",
        "\u2028\u2029",
        "]]>",
        '"\\',
        "&lt;/script&gt;",
        "\ud800",
    ],
)
def test_no_text_leaves_the_script_element(text: str) -> None:
    paper = make_paper(title=text, authors=(text,), categories=(text,), doi=text)
    assert linked(paper)["publisher"]["name"] == "arXiv"
    assert "<" not in str(json_ld(paper, PAGE))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60))
def test_any_text_is_data(text: str) -> None:
    fields = linked(make_paper(title=text, authors=(text, "Bo")))
    assert fields["author"][-1]["name"] == "Bo"


def test_hostile_corpora_are_data(shared: Path) -> None:
    texts: list[str] = json.loads((shared / "corpora/naughty/blns.json").read_text("utf-8"))
    for line in (shared / "corpora/xss/project_contexts.jsonl").read_text("utf-8").splitlines():
        value = json.loads(line).get("value")
        texts += [value] if isinstance(value, str) else []
    assert len(texts) > 600
    for text in texts:
        paper = make_paper(title=text, authors=(text,), categories=(text,))
        linked(paper)
        assert all("\n" not in content for _, content in citation_tags(paper))
