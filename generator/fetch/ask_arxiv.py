"""Which papers to ask arXiv about in this run, and what becomes of the answers."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from generator.fetch import arxiv_api, datacite
from generator.fetch.intake import recently_mentioned
from generator.fetch.waits import ARXIV, hold, note_waits
from generator.finding.mentions import newest_versions
from generator.model.errors import FetchError
from generator.model.records import NetworkState, Paper, Post
from generator.model.tree import Tree
from generator.net.http import Client

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Answers:
    """What arXiv (or DataCite in its place) said in this run."""

    asked: int = 0
    papers: int = 0
    """New or newer ones."""
    unknown: int = 0
    """Asked about, and not known (yet): they wait in pending.jsonl."""
    refused: str | None = None
    """Why arXiv did not answer to the end; the rest is asked by the next run."""
    from_datacite: int = 0


def ask_arxiv(
    tree: Tree,
    *,
    api: str,
    client: Client,
    now: datetime,
    texts: Mapping[str, Post],
    recent: Collection[str] | None = None,
) -> Answers:
    """Ask about every paper that is due; papers go into the tree as they come.

    Args:
        tree: changed in place; keep it whatever happens here.
        api: address of arXiv's query API.
        client: spaced as arXiv wants it.
        now: the time of the run.
        texts: posts in full, by id, of which less stands in the tree.
        recent: papers that posts of the last month name; None where the tree holds all posts.
    """
    if recent is None:
        recent = recently_mentioned(tree, now)
    due = sorted(_due(tree, now, newly_named(tree, texts), recent))
    answers = Answers(asked=len(due))
    open_ids = set(due)
    hold(client, tree.states.get(ARXIV, NetworkState()), now)
    try:
        for answer in arxiv_api.fetch_papers(due, client=client, api=api, now=now):
            open_ids.discard(answer.id)
            _take(tree, answer, answers, now)
    except FetchError as error:
        _log.debug("%s", error)
        answers.refused = error.reason
        # papers that we know already can wait; those that nobody described yet cannot
        for paper in _from_datacite(sorted(open_ids - tree.papers.keys()), client, api, now):
            answers.from_datacite += 1
            answers.papers += tree.add_paper(paper)
    note_waits(tree, ARXIV, client, now)
    return answers


def newly_named(tree: Tree, texts: Mapping[str, Post]) -> dict[str, int]:
    """The highest version of each known paper that is named by posts which came after arXiv was last asked about it.

    So a version that does not exist is asked for once, not with every run that sees the post again; and what a run that
    was cut off had no time to ask, the next one asks.
    """
    versions: dict[str, int] = {}
    for post in tree.posts.values():
        papers = [tree.papers[paper_id] for paper_id in post.papers if paper_id in tree.papers]
        asked_before = {paper.id for paper in papers if paper.fetched_at < post.seen_at}
        if asked_before:
            for paper_id, version in newest_versions([texts.get(post.id, post)]).items():
                if paper_id in asked_before:
                    versions[paper_id] = max(version, versions.get(paper_id, 0))
    return versions


def _due(tree: Tree, now: datetime, named_versions: Mapping[str, int], recent: Collection[str]) -> Iterator[str]:
    yield from (pending.id for pending in tree.pending.values() if arxiv_api.due(pending, now))
    for paper in tree.papers.values():
        if arxiv_api.wants_refresh(paper, named_versions.get(paper.id), paper.id in recent, now):
            yield paper.id


def _take(tree: Tree, answer: arxiv_api.Answer, answers: Answers, now: datetime) -> None:
    if isinstance(answer, Paper):
        answers.papers += tree.add_paper(answer)
        return
    pending = tree.pending.pop(answer.id, None)
    if pending is None:
        return  # a known paper that arXiv does not repeat today
    again = arxiv_api.next_try(pending, now)
    if again is None:
        tree.pending[answer.id] = msgspec.structs.replace(pending, tries=pending.tries + 1, next_at=arxiv_api.GIVEN_UP)
    else:
        answers.unknown += 1
        tree.pending[answer.id] = again


def _from_datacite(ids: list[str], client: Client, api: str, now: datetime) -> Iterator[Paper]:
    try:
        yield from datacite.fetch_papers(ids, client=client, api=_fallback(api), now=now)
    except FetchError as error:
        _log.warning("%s", error)


def _fallback(api: str) -> str:
    """DataCite itself for arXiv itself; beside a mirror or a server of a test, the same server."""
    parts = urlsplit(api)
    is_arxiv = (parts.hostname or "").endswith("arxiv.org")
    if is_arxiv:
        return datacite.API
    return f"{parts.scheme}://{parts.netloc}"
