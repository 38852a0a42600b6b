"""Part data/ in two: what is of the years before one, and the rest. Nothing is in neither.

Usage: python -m scripts.archive_years DATA ARCHIVE YEAR. Posts that were posted before YEAR (in UTC), and the papers
that no later post is about, leave DATA and join what ARCHIVE has already. What networks, announcements and removed
posts are remembered by stays in DATA; ARCHIVE is told what was removed, so that it forgets that, too.
Exit status: 0 done, 1 nothing was changed, with a sentence.
"""

from __future__ import annotations

import sys
from datetime import UTC
from pathlib import Path

from generator.model.errors import TrendingError
from generator.model.records import Post
from generator.model.tree import Tree
from generator.storage.store import Store
from scripts.actions import annotate


def part(tree: Tree, year: int) -> tuple[Tree, Tree]:
    """A tree -> (what is of the years before `year`, the rest)."""
    old = {post.id: post for post in tree.posts.values() if _year(post) < year}
    kept = {post.id: post for post in tree.posts.values() if post.id not in old}
    wanted = {paper for post in kept.values() for paper in post.papers}
    leaving = {paper for post in old.values() for paper in post.papers} - wanted
    leaves = Tree(
        posts=old,
        papers={paper.id: paper for paper in tree.papers.values() if paper.id in leaving},
        pending={each.id: each for each in tree.pending.values() if each.id in leaving},
        gone=dict(tree.gone),
    )
    stays = Tree(
        posts=kept,
        papers={paper.id: paper for paper in tree.papers.values() if paper.id not in leaving},
        pending={each.id: each for each in tree.pending.values() if each.id not in leaving},
        gone=dict(tree.gone), states=dict(tree.states), announced=dict(tree.announced),
    )  # fmt: skip
    return leaves, stays


def _year(post: Post) -> int:
    return post.posted_at.astimezone(UTC).year


def main(data: Path, archive: Path, year: int) -> int:
    """Do it once: the archive is written before anything leaves `data`."""
    here, there = Store(data), Store(archive)
    try:
        tree, before = here.load(), there.load()
        if tree.problems or before.problems:
            annotate("error", "A line of the data cannot be read, and would not be archived. `check` says which.")
            return 1
        old, rest = part(tree, year)
        before.union(old)
        whole = Tree()
        for each in (rest, before):
            whole.union(each)
        if not (whole.posts.keys() >= tree.posts.keys() and whole.papers.keys() >= tree.papers.keys()):
            annotate("error", "Something would be in neither the data nor the archive: please report this.")
            return 1
        if before.posts:
            there.save(before)
            here.save(rest)
    except TrendingError as error:
        annotate("error", str(error))
        return 1
    print(f"{len(old.posts):,} posts and {len(old.papers):,} papers from before {year}; {len(rest.posts):,} posts stay")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
