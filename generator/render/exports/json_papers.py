"""`/api/v1/papers/<id>.json`: one paper with its score taken apart and the posts about it (docs/json-api.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

import msgspec

from generator.finding import arxiv_id
from generator.model.records import Kind, Mention, RankedPaper, Vote
from generator.model.site import Output, Site
from generator.text.plain import safe_href

SCORE_DIGITS = 4

_TEXT_STAYS_HOME = frozenset({"x"})
"""Networks whose terms let third parties pass on ids only: their text, names and counts are for reading on the page of
who captured them, never for collecting (X developer agreement, read 2026-11-23)."""


class PostAccount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who posted it; handle and name only where the network lets us pass them on."""

    id: str
    handle: str | None = None
    name: str | None = None
    bot: bool = False


class PaperPost(msgspec.Struct, frozen=True, kw_only=True):
    """One post about a paper."""

    id: str
    network: str
    kind: Kind
    url: str | None
    """None where the network states none that a browser may follow."""
    account: PostAccount
    posted_at: datetime
    text: str | None
    comment: bool
    """It has words of its own beyond the title and the link."""


class PaperVote(msgspec.Struct, frozen=True, kw_only=True):
    """What one person adds to the score: `score` is weight x factor x decay."""

    post: str
    kind: Kind
    at: datetime
    weight: float
    factor: float
    decay: float
    score: float
    comment: bool
    bot: bool


class PaperAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The file: the stored paper (CONTRACT.md section 6), then what people did about it."""

    id: str
    version: int
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]
    submitted_at: datetime | None
    revised_at: datetime | None
    comment: str | None
    journal_ref: str | None
    doi: str | None
    withdrawn: bool
    fetched_at: datetime | None
    """None where arXiv has not answered for it yet."""
    url: str
    captured: int
    score: float
    votes: tuple[PaperVote, ...]
    posts: tuple[PaperPost, ...]
    """Newest first."""
    note: str | None
    """The owner's note on it, as sanitised HTML."""


def paper_path(paper_id: str) -> str:
    """Below site/: `api/v1/papers/hep-th/9901001.json`."""
    return f"api/v1/papers/{paper_id}.json"


def plan(site: Site) -> Iterator[Output]:
    """One file for every paper of the site, with or without a page."""
    for paper_id, ranked in site.ranked.items():
        if paper_id in site.without_files:
            continue
        yield Output(paper_path(paper_id), partial(_paper_file, site, ranked))


def encode_line(view: msgspec.Struct) -> bytes:
    """Compact JSON, keys in the order of the struct, and a line end."""
    return msgspec.json.encode(view) + b"\n"


def _paper_file(site: Site, ranked: RankedPaper) -> bytes:
    return encode_line(_answer(site, ranked))


def _answer(site: Site, ranked: RankedPaper) -> PaperAnswer:
    paper = ranked.paper
    return PaperAnswer(
        id=paper.id,
        version=paper.version,
        title=paper.title,
        authors=paper.authors,
        abstract=paper.abstract,
        categories=paper.categories,
        submitted_at=paper.submitted_at,
        revised_at=paper.revised_at,
        comment=paper.comment,
        journal_ref=paper.journal_ref,
        doi=paper.doi,
        withdrawn=paper.withdrawn,
        fetched_at=None if paper.id in site.unknown else paper.fetched_at,
        url=f"{site.url}abs/{paper.id}/" if paper.id in site.papers else arxiv_id.abs_url(paper.id),
        captured=ranked.captured,
        score=round(ranked.score, SCORE_DIGITS),
        votes=tuple(map(_vote, ranked.votes)),
        posts=tuple(map(_post, ranked.mentions)),
        note=site.notes.get(paper.id),
    )


def _vote(vote: Vote) -> PaperVote:
    return PaperVote(
        post=vote.post_id,
        kind=vote.kind,
        at=vote.at,
        weight=vote.weight,
        factor=vote.factor,
        decay=round(vote.decay, SCORE_DIGITS),
        score=round(vote.score, SCORE_DIGITS),
        comment=vote.commented,
        bot=vote.bot,
    )


def _post(mention: Mention) -> PaperPost:
    post = mention.post
    ids_only = post.network in _TEXT_STAYS_HOME
    account = post.account
    return PaperPost(
        id=post.id,
        network=post.network,
        kind=post.kind,
        url=safe_href(post.url),
        account=PostAccount(
            id=account.id,
            handle=None if ids_only else account.handle,
            name=None if ids_only else account.name,
            bot=account.bot,
        ),
        posted_at=post.posted_at,
        text=None if ids_only else post.text,
        comment=mention.comment is not None,
    )
