"""A made-up data tree that shows every kind of page: what a fresh clone builds until it has data of its own.

`sample.jsonl` holds the papers, the posts and one paper that arXiv does not know yet, as they are at `WRITTEN_AT`.
`make_sample` moves them to any other time. Nothing in the file exists: papers have numbers that arXiv never gives out,
and accounts have ids that their networks never gave.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from generator.model.records import NetworkState, Paper, PendingPaper, Post
from generator.model.tree import Tree

WRITTEN_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""The present of the file. Its newest post is an hour or less older."""
PAPERS, POSTS = 60, 300
"""How many there are in the file."""
TRACKERS: tuple[tuple[str, str, str], ...] = (
    ("machine-learning", "Machine learning", "What people who build and study learning machines are reading."),
    ("physics", "Physics", "From black holes to hot coffee."),
    ("mathematics", "Mathematics", "Proofs, and what people say about them."),
)
"""(id, title, about) of the sample's trackers: the same as in the template's config.yaml."""
NOTE = (
    "**Everything on this page is made up**: papers, people and posts are a sample, so that you see every kind of page "
    "before your own accounts fill it. Name them in `config.yaml`, then run `trending-arxiv update`."
)
MADE_UP = "made up for the sample of Trending arXiv"
"""Stands in the comment of every paper."""

_FILE = Path(__file__).with_name("sample.jsonl")
_ACCOUNTS = ("bluesky:did:plc:madeup", "x:19900000000000")
_RECENT = timedelta(days=90)
"""What is older than this at WRITTEN_AT keeps its date and id: papers that come back after years."""
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_ID = re.compile(r"\b\d{4}\.\d{5}\b")


class _Line(msgspec.Struct):
    """A line of the file: one of these."""

    paper: Paper | None = None
    pending: PendingPaper | None = None
    post: Post | None = None


def make_sample(now: datetime, papers: int = PAPERS, posts: int = POSTS) -> Tree:
    """The sample as it would be at another time.

    Args:
        now: the time that it ends at.
        papers: keep the first so many, the most discussed first.
        posts: keep the first so many, the oldest first, of those about the papers that are kept.
    """
    lines = _FILE.read_text("utf-8").splitlines()
    text = _moved("\n".join(lines), now - WRITTEN_AT)
    tree = Tree()
    decode = msgspec.json.Decoder(_Line).decode
    for line in map(decode, text.splitlines()):
        if line.paper and len(tree.papers) < papers:
            tree.papers[line.paper.id] = line.paper
        elif line.pending and papers == PAPERS:
            tree.pending[line.pending.id] = line.pending
        elif line.post and len(tree.posts) < posts and _is_about(line.post, tree):
            tree.posts[line.post.id] = line.post
    for network in sorted({post.network for post in tree.posts.values()}):
        tree.states[network] = NetworkState(last_success_at=now)
    return tree


def is_made_up(tree: Tree) -> bool:
    """Whether a tree holds nothing but a sample; true for an empty one."""
    for post in tree.posts.values():
        if not post.account.id.startswith(_ACCOUNTS):
            return False
    return all(MADE_UP in (paper.comment or "") for paper in tree.papers.values())


def _is_about(post: Post, tree: Tree) -> bool:
    return all(paper_id in tree.papers or paper_id in tree.pending for paper_id in post.papers)


def _moved(text: str, shift: timedelta) -> str:
    """The lines with every recent time moved, and the ids of recent papers in the month of their new dates."""
    new_ids: dict[str, str] = {}

    def new_time(match: re.Match[str]) -> str:
        time = datetime.fromisoformat(match[0])
        if WRITTEN_AT - time > _RECENT:
            return match[0]
        return f"{time + shift:%Y-%m-%dT%H:%M:%SZ}"

    for line in text.splitlines():
        row = msgspec.json.decode(line, type=_Line)
        if row.paper and row.paper.submitted_at and WRITTEN_AT - row.paper.submitted_at <= _RECENT:
            new_ids[row.paper.id] = f"{row.paper.submitted_at + shift:%y%m}.{row.paper.id[5:]}"
        if row.pending:
            new_ids[row.pending.id] = f"{row.pending.first_at + shift:%y%m}.{row.pending.id[5:]}"
    return _ID.sub(lambda match: new_ids.get(match[0], match[0]), _TIME.sub(new_time, text))
