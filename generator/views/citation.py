"""What reference managers and search engines read in a paper's page: `citation_*` tags and JSON-LD. Pure.

The tags are those of arXiv's own pages and of Google Scholar (https://scholar.google.com/intl/en/scholar/inclusion.html,
"Indexing guidelines", read 2026-11-23); Zotero reads them too. JSON-LD is a ScholarlyArticle of schema.org.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec
from markupsafe import Markup, escape

from generator.finding import arxiv_id
from generator.model.authors import ET_AL, is_group
from generator.model.records import Paper
from generator.text.latex import to_name, to_text
from generator.text.plain import clean

JSON_AUTHORS_MAX = 100
"""Authors in JSON-LD; the tags name all of them, as reference managers want."""
_DOI = re.compile(r"10\.[0-9]{3,9}/[^\s\"<>?#]+")


def citation_tags(paper: Paper) -> list[tuple[str, str]]:
    """(name, content) of each tag, one `citation_author` an author; empty values are left out."""
    tags = [("citation_title", _line(to_text(paper.title)))]
    tags += [("citation_author", _line(to_name(author))) for author in paper.authors if author != ET_AL]
    if paper.submitted_at is not None:
        day = _slashed(paper.submitted_at)
        tags += [("citation_date", day), ("citation_publication_date", day)]
    if paper.revised_at is not None:
        tags.append(("citation_online_date", _slashed(paper.revised_at)))
    tags += [
        ("citation_arxiv_id", paper.id),
        ("citation_doi", first_doi(paper) or ""),
        ("citation_abstract_html_url", arxiv_id.abs_url(paper.id)),
        ("citation_pdf_url", pdf_url(paper.id)),
    ]
    return [(name, content) for name, content in tags if content]


def citation_html(paper: Paper) -> Markup:
    """The tags as HTML, one a line."""
    lines = [f'<meta name="{name}" content="{escape(content)}">\n' for name, content in citation_tags(paper)]
    return Markup("".join(lines))  # noqa: S704 (every content is escaped)


def json_ld(paper: Paper, page_url: str) -> Markup:
    """The paper as JSON-LD, fit to stand in a script element: whatever a title holds, it cannot end the element.

    Args:
        paper: as stored.
        page_url: of our page about it.
    """
    doi = first_doi(paper)
    address = arxiv_id.abs_url(paper.id)
    fields: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "ScholarlyArticle",
        "name": _line(to_text(paper.title)),
        "author": _linked_authors(paper),
        "datePublished": paper.submitted_at and paper.submitted_at.date().isoformat(),
        "dateModified": paper.revised_at and paper.revised_at.date().isoformat(),
        "version": paper.version,
        "identifier": [f"arXiv:{paper.id}", *([f"doi:{doi}"] if doi else [])],
        "keywords": ", ".join(map(_line, paper.categories)),
        "url": address,
        "sameAs": [f"https://doi.org/{doi}"] if doi else None,
        "mainEntityOfPage": page_url,
        "publisher": {"@type": "Organization", "name": "arXiv", "url": "https://arxiv.org/"},
    }
    text = msgspec.json.encode({name: value for name, value in fields.items() if value}).decode("utf-8", "replace")
    # Translating takes as long as all the rest, and most papers have none of these.
    safe = text.translate(_IN_SCRIPT) if any(char in text for char in _ENDS_SCRIPT) else text
    return Markup(safe)  # noqa: S704 (nothing that HTML reads is left in it)


def _linked_authors(paper: Paper) -> list[dict[str, str]]:
    authors = []
    for author in paper.authors[:JSON_AUTHORS_MAX]:
        if author != ET_AL:
            kind = "Organization" if is_group(author) else "Person"
            authors.append({"@type": kind, "name": _line(to_name(author))})
    return authors


def first_doi(paper: Paper) -> str | None:
    """The DOI of the published version; arXiv states several with blanks between them."""
    return next(filter(_DOI.fullmatch, clean(paper.doi or "").split()), None)


def pdf_url(paper_id: str) -> str:
    """The address of arXiv's PDF of the newest version."""
    return f"https://arxiv.org/pdf/{paper_id}"


def _slashed(when: datetime) -> str:
    return when.date().isoformat().replace("-", "/")


def _line(text: str) -> str:
    return " ".join(clean(text).split())


_ENDS_SCRIPT = "<>&\u2028\u2029"
_IN_SCRIPT = str.maketrans({char: f"\\u{ord(char):04x}" for char in _ENDS_SCRIPT})
