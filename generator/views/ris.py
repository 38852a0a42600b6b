"""A paper as a RIS record: what EndNote, Mendeley, Papers and Zotero import. Pure.

Tags as in the RIS specification and as Zotero's translator reads them: `Last, First, Suffix` for people, a name without
comma for groups.
"""

from __future__ import annotations

from generator.finding import arxiv_id
from generator.model.authors import ET_AL, is_group, split_name
from generator.model.records import Paper
from generator.text.latex import to_name, to_text
from generator.text.plain import clean
from generator.views.bibtex import bibtex_key, submitted_month
from generator.views.citation import first_doi, pdf_url


def to_ris(paper: Paper) -> str:
    """The paper as one record, lines ended with CR LF as the format asks for.

    Args:
        paper: as stored.
    """
    year, month = submitted_month(paper)
    day = f"{paper.submitted_at.day:02}" if paper.submitted_at else ""
    fields = [("TY", "UNPB"), ("ID", bibtex_key(paper)), ("TI", _line(to_text(paper.title)))]
    fields += [("AU", _name(author)) for author in paper.authors if author != ET_AL]
    fields += [
        ("PY", str(year)),
        ("DA", f"{year}/{month:02}/{day}/"),
        ("PB", "arXiv"),
        ("AN", f"arXiv:{paper.id}"),
        ("DO", first_doi(paper) or ""),
        ("UR", arxiv_id.abs_url(paper.id)),
        ("L1", pdf_url(paper.id)),
    ]
    fields += [("KW", _line(category)) for category in paper.categories]
    lines = [f"{tag}  - {value}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def _name(author: str) -> str:
    name = _line(to_name(author))
    if is_group(name) or " and " in name:
        return name.replace(",", "")
    parts = split_name(name)
    return ", ".join(filter(None, (parts.last, parts.first, parts.suffix)))


def _line(text: str) -> str:
    return " ".join(clean(text).split())
