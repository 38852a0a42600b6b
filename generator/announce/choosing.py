"""What is told to whom: the top papers of a window that enough people posted about, and that it was not told yet. Pure.

A target that was never told anything is told nothing at first: what is at the top that day is noted as known to it, so
that switching it on does not pour out the past.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from generator.announce.target import Notice
from generator.announce.words import plain
from generator.config.announce import TargetBlock
from generator.finding import arxiv_id
from generator.model.records import EVER, Announced, RankedPaper
from generator.model.site import Site
from generator.model.tree import Tree
from generator.text.latex import to_text
from generator.views.feed_html import clean_line

AUTHORS_SHOWN = 3
ABSTRACT_MAX = 1000
"""Characters; every target shows less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is to be done for one target."""

    due: tuple[Notice, ...]
    """To be told now, the top first."""
    waiting: int
    """Further papers, for a later run."""
    passed: tuple[str, ...]
    """Ids to note as known without a word: not empty on the first run alone."""
    is_first: bool


def choose(site: Site, tree: Tree, name: str, block: TargetBlock, today: date) -> Choice:
    """Choose for one target.

    Args:
        site: the lists, as the page has them.
        tree: who was told of what.
        name: the target's.
        block: its settings.
        today: of the run, in UTC.
    """
    announced_ids = {paper_id for paper_id, announced in tree.announced.items() if name in announced.on}
    candidates = [ranked for ranked in _top(site, block) if ranked.paper.id not in announced_ids]
    if EVER not in announced_ids:
        example = tuple(notice_of(site, ranked, block) for ranked in candidates[:1])
        return Choice(
            due=example, waiting=0, passed=tuple(candidate.paper.id for candidate in candidates), is_first=True
        )
    last = max(announced.on[name] for announced in tree.announced.values() if name in announced.on)
    if (today - date.fromisoformat(last)).days < block.every_days:
        return Choice(due=(), waiting=len(candidates), passed=(), is_first=False)
    due = tuple(notice_of(site, ranked, block) for ranked in candidates[: block.max_per_run])
    return Choice(due=due, waiting=len(candidates) - len(due), passed=(), is_first=False)


def note(tree: Tree, name: str, paper_ids: Sequence[str], today: date) -> None:
    """Remember that a target was told."""
    for paper_id in paper_ids:
        tree.add_announced(Announced(id=paper_id, on={name: today.isoformat()}))


def take_back(tree: Tree, name: str, paper_ids: Sequence[str]) -> None:
    """Forget it again: the message was refused."""
    for paper_id in paper_ids:
        on = {target: day for target, day in tree.announced.pop(paper_id).on.items() if target != name}
        if on:
            tree.announced[paper_id] = Announced(id=paper_id, on=on)


def _top(site: Site, block: TargetBlock) -> Iterator[RankedPaper]:
    path = f"t/{block.tracker}/" if block.tracker else ""
    for listing in site.listings:
        if listing.path == f"{path}top/{block.window}/":
            for ranked in listing.papers:
                usable = not ranked.paper.withdrawn and ranked.paper.id not in site.unknown
                if usable and _people(ranked) >= block.min_votes:
                    yield ranked


def _people(ranked: RankedPaper) -> int:
    return sum(not vote.bot for vote in ranked.votes)


def notice_of(site: Site, ranked: RankedPaper, block: TargetBlock) -> Notice:
    """A paper in plain words."""
    paper = ranked.paper
    names = [name for name in (plain(clean_line(author)) for author in paper.authors) if name]
    more = f" and {len(names) - AUTHORS_SHOWN:,} more" if len(names) > AUTHORS_SHOWN else ""
    arxiv_url = arxiv_id.abs_url(paper.id)
    return Notice(
        paper_id=paper.id,
        title=plain(clean_line(to_text(paper.title))) or f"arXiv:{paper.id}",
        authors=", ".join(names[:AUTHORS_SHOWN]) + more,
        abstract=plain(clean_line(to_text(paper.abstract)))[:ABSTRACT_MAX],
        url=f"{site.url}abs/{paper.id}/" if paper.id in site.papers else arxiv_url,
        arxiv_url=arxiv_url,
        people=_people(ranked),
        window=block.window,
    )
