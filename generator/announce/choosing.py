"""Chooses the papers to announce: top papers of a window with enough people that a target has not received yet. Pure.

The first run of a target sends nothing. It records the current top papers as known, so that a new target does not
receive the past.
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
    """What one run does for one target."""

    due: tuple[Notice, ...]
    """Papers to send now, the top first."""
    waiting: int
    """Number of papers left for a later run."""
    passed: tuple[str, ...]
    """Ids to record as known without sending; only on the first run."""
    is_first: bool


def choose(site: Site, tree: Tree, name: str, block: TargetBlock, today: date) -> Choice:
    """Choose papers for one target.

    Args:
        site: the site with its lists.
        tree: `data/`, with the papers that were announced.
        name: the name of the target.
        block: the settings of the target.
        today: the day of the run, in UTC.
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
    """Record that papers were sent to a target."""
    for paper_id in paper_ids:
        tree.add_announced(Announced(id=paper_id, on={name: today.isoformat()}))


def take_back(tree: Tree, name: str, paper_ids: Sequence[str]) -> None:
    """Remove the record: the service refused the message."""
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
    names = []
    for name in (plain(clean_line(author)) for author in paper.authors):
        if name:
            names.append(name)
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
