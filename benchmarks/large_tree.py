"""Writes a made-up data tree of many years: one made-up year, moved back year by year and spread over its months."""

from __future__ import annotations

import re
import zlib
from datetime import timedelta
from pathlib import Path

import msgspec

from benchmarks.maker import NOW, Size, make_sample
from benchmarks.maker.papers import load_drafts
from generator.model.records import Paper, Post
from generator.model.tree import Tree
from generator.storage.store import Store

_YEAR = re.compile(r"(?<![0-9.])(2[56])(?=[0-9]{2}\.[0-9]{5})")
_MONTHS = 10


def write_years(root: Path, years: int, papers: int, posts: int) -> None:
    """Write a data tree with so many papers and posts in each of so many years."""
    made = make_sample(load_drafts(), Size(papers=papers, posts=posts), NOW)
    for years_ago in range(years):
        tree = Tree()
        for paper in made.papers.values():
            moved_paper = _moved_paper(paper, years_ago)
            tree.papers[moved_paper.id] = moved_paper
        for post in made.posts.values():
            moved_post = _moved_post(post, years_ago)
            tree.posts[moved_post.id] = moved_post
        store = Store(root)
        store.open()
        store.save(tree)


def _moved_paper(paper: Paper, years_ago: int) -> Paper:
    return msgspec.structs.replace(paper, id=_moved_text(paper.id, years_ago))


def _moved_post(post: Post, years_ago: int) -> Post:
    """The post in an earlier year, in the month of its first paper: posts that point at each other stay together."""
    month = zlib.crc32(post.papers[0].encode()) % _MONTHS
    back = timedelta(days=365 * years_ago + 30 * month)
    return msgspec.structs.replace(
        post,
        id=_moved_id(post.id, years_ago),
        of=_moved_id(post.of, years_ago) if post.of else None,
        posted_at=post.posted_at - back,
        seen_at=post.seen_at - back,
        text=_moved_text(post.text, years_ago) if post.text else post.text,
        links=tuple(_moved_text(link, years_ago) for link in post.links),
        papers=tuple(_moved_text(paper_id, years_ago) for paper_id in post.papers),
    )


def _moved_id(post_id: str, years_ago: int) -> str:
    return f"{post_id}-{years_ago}" if years_ago else post_id


def _moved_text(text: str, years_ago: int) -> str:
    return _YEAR.sub(lambda year: f"{int(year[1]) - years_ago:02d}", text)
