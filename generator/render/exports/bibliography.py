"""BibTeX and RIS of every list as files for reference managers: `papers.bib` and `papers.ris`.

A paper's own record stands on its page: two more files for each paper would be half of all files of a site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from generator.model.listing import Listing
from generator.model.records import Paper
from generator.model.site import Output, Site
from generator.views.bibtex import to_bibtex
from generator.views.ris import to_ris

FORMATS: dict[str, Callable[[Paper], str]] = {"bib": to_bibtex, "ris": to_ris}
"""File ending -> one record in that format."""
PAPERS_MAX = 100
"""Of a list that changes: its first pages. The archive's months have all of theirs."""


def bibliography_path(listing: Listing, ending: str) -> str:
    """Below site/: `top/week/papers.bib`."""
    return f"{listing.path}papers.{ending}"


def plan(site: Site) -> Iterator[Output]:
    """Files for every list but those of a past period."""
    for ending, write in FORMATS.items():
        # A paper stands in some six lists; its record is written once.
        records: dict[str, str] = {}
        for listing in site.listings:
            if listing.window.period is not None:
                continue
            papers = [ranked.paper for ranked in listing.papers if ranked.paper.id not in site.unknown]
            if listing.window.changes:
                papers = papers[:PAPERS_MAX]
            if papers:
                yield Output(bibliography_path(listing, ending), partial(_render, write, papers, records))


def _render(write: Callable[[Paper], str], papers: Sequence[Paper], records: dict[str, str]) -> bytes:
    for paper in papers:
        if paper.id not in records:
            records[paper.id] = write(paper)
    return "\n".join([records[paper.id] for paper in papers]).encode("utf-8", "replace")
