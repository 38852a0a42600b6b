"""BibTeX and RIS of every list as files for reference managers: `papers.bib` and `papers.ris`.

A paper's own record stands on its page: two more files for each paper would be half of all files of a site.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from generator.model.listing import Listing
from generator.model.records import Paper
from generator.model.site import Output, Site
from generator.views.bibtex import to_bibtex
from generator.views.ris import to_ris

FORMATS: dict[str, Callable[[Paper], str]] = {"bib": to_bibtex, "ris": to_ris}
"""File ending -> one record in that format."""


def bibliography_path(listing: Listing, ending: str) -> str:
    """Below site/: `top/week/papers.bib`."""
    return f"{listing.path}papers.{ending}"


def is_citable(listing: Listing, unknown: Collection[str]) -> bool:
    """Whether the list has these files: a paper whose title is not known yet has no record."""
    return any(ranked.paper.id not in unknown for ranked in listing.papers)


def plan(site: Site) -> Iterator[Output]:
    """Files for every list."""
    for ending, write in FORMATS.items():
        # A paper stands in some eight lists; its record is written once.
        records: dict[str, str] = {}
        for listing in site.listings:
            if is_citable(listing, site.unknown):
                papers = [ranked.paper for ranked in listing.papers if ranked.paper.id not in site.unknown]
                yield Output(bibliography_path(listing, ending), partial(_render, write, papers, records))


def _render(write: Callable[[Paper], str], papers: Sequence[Paper], records: dict[str, str]) -> bytes:
    for paper in papers:
        if paper.id not in records:
            records[paper.id] = write(paper)
    return "\n".join([records[paper.id] for paper in papers]).encode("utf-8", "replace")
