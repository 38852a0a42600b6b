"""`/abs/<id>/cite.bib`: a paper's BibTeX record as a file, for reference managers that open one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.model.records import Paper
from generator.model.site import Output, Site
from generator.views.bibtex import to_bibtex


def plan(site: Site) -> Iterator[Output]:
    """One file for every paper that has a page and whose title is known."""
    for paper_id, paper in site.papers.items():
        if paper_id not in site.unknown:
            yield Output(f"abs/{paper_id}/cite.bib", partial(_render, paper))


def _render(paper: Paper) -> bytes:
    return to_bibtex(paper).encode("utf-8", "replace")
