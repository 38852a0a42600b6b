"""BibTeX and RIS as files for reference managers: `cite.bib` and `.ris` of papers, `papers.bib` and `.ris` of lists.

A record is made once, whatever the number of lists that hold its paper.
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


def bibliography_path(listing: Listing, ending: str) -> str:
    """Below site/: `top/week/papers.bib`."""
    return f"{listing.path}papers.{ending}"


def plan(site: Site) -> Iterator[Output]:
    """Files for every paper that has a page, and for every list but those of a past period."""
    for ending, write in FORMATS.items():
        records = _Records(write)
        for paper_id, paper in site.papers.items():
            if paper_id not in site.unknown:
                yield Output(f"abs/{paper_id}/cite.{ending}", partial(_render, records, [paper]))
        for listing in site.listings:
            papers = [ranked.paper for ranked in listing.papers if ranked.paper.id not in site.unknown]
            if papers and listing.window.period is None:
                yield Output(bibliography_path(listing, ending), partial(_render, records, papers))


class _Records(dict[str, bytes]):
    """The records that were made, by paper id."""

    def __init__(self, write: Callable[[Paper], str]) -> None:
        super().__init__()
        self._write = write

    def of(self, paper: Paper) -> bytes:
        """The record of a paper."""
        record = self.get(paper.id)
        if record is None:
            record = self[paper.id] = self._write(paper).encode("utf-8", "replace")
        return record


def _render(records: _Records, papers: Sequence[Paper]) -> bytes:
    return b"\n".join(map(records.of, papers))
