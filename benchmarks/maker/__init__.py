"""Made-up data trees of any size, for the benchmarks.

Deterministic: the same numbers give the same tree, on every version of Python (of `random` only the generator itself
is used, because its choices may change). Ids name no real paper, person or post: papers are numbered far beyond what
arXiv gives out in a month, accounts have ids that their networks never gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.maker.dice import Dice
from benchmarks.maker.papers import Draft, MadePaper, load_drafts, make_papers
from benchmarks.maker.posts import make_posts
from generator.model.records import NetworkState, Paper, PendingPaper
from generator.model.tree import Tree
from generator.storage.store import Store

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""The sample's present, so that it does not change from day to day."""
PAPERS, POSTS, SEED = 60, 300, 2611


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much to make up."""

    papers: int = PAPERS
    posts: int = POSTS
    seed: int = SEED


def make_sample(drafts: Sequence[Draft], size: Size, now: datetime = NOW) -> Tree:
    """Make up a data tree.

    Args:
        drafts: from `sample.papers.load_drafts()`.
        size: how many papers and posts, and the seed.
        now: the time that the sample ends at.

    Raises:
        ValueError: posts are wanted, but no papers for them to be about.
    """
    if size.posts and not size.papers:
        raise ValueError("posts are about papers: ask for one paper at least")
    dice = Dice(size.seed)
    papers = make_papers(drafts, size.papers, now, dice)
    tree = Tree()
    for made in papers:
        tree.papers[made.paper.id] = made.paper
    unknown = _unknown(papers, now) if size.papers > 1 else None
    if unknown:
        tree.papers.pop(unknown.paper.id, None)
        tree.pending[unknown.paper.id] = PendingPaper(
            id=unknown.paper.id, tries=1, next_at=now + timedelta(hours=5), first_at=now - timedelta(hours=1)
        )
    about = [*papers, unknown] if unknown else papers
    for post in make_posts(about, size.posts, now, dice):
        tree.posts[post.id] = post
    for network in sorted({post.network for post in tree.posts.values()}):
        tree.states[network] = NetworkState(last_success_at=now)
    return tree


def write_tree(data: Path, *, papers: int, posts: int, seed: int = SEED, now: datetime = NOW) -> None:
    """Make up a data tree and write it into a folder."""
    Store(data).save(make_sample(load_drafts(), Size(papers=papers, posts=posts, seed=seed), now))


def _unknown(papers: Sequence[MadePaper], now: datetime) -> MadePaper:
    """A paper that somebody talks about and arXiv does not know yet."""
    paper_id = f"{now:%y%m}.99999"
    paper = Paper(id=paper_id, title=f"arXiv:{paper_id}", submitted_at=now - timedelta(hours=2), fetched_at=now)
    return MadePaper(paper, papers[0].draft)
