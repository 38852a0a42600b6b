"""What people say about the papers that are taken: the best comments of each, a request a paper.

Source, read 2026-11-30: clients of `GET /api/papers/ID?field=comments` (the service does not describe it): a flat list
`comments` of `{id, type: "comment", author, createdAt, data: {hidden, latest: {raw}, reactions}}`.

A comment is a reply to its paper's proposal, whatever it answers there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.comments import BEST, Comment, Topic
from generator.fetch.adapter.posts import make_post
from generator.fetch.adapter.source import Event, FetchRequest, Record
from generator.fetch.sources.huggingface.lists import ADDRESS, NETWORK, account_of, ask
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.records import Post

PAPERS_MAX = 60
"""Papers asked about in one run; the service allows 500 requests in 5 minutes."""
_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_NOT_FOUND = 404


def newest_papers(papers: list[Topic]) -> list[list[Topic]]:
    """Each paper by itself, the newest first."""
    return [[paper] for paper in reversed(papers[-PAPERS_MAX:])]


def read_best_comments(request: FetchRequest, papers: list[Topic]) -> Iterator[Event]:
    """The comments with the most reactions. Raises FetchError, FormatError."""
    for paper in papers:
        comments = read_comments(request, paper.own_id) or []
        best = sorted(comments, key=_reactions, reverse=True)[:BEST]
        for index, comment in enumerate(best):
            where = f"papers/{paper.own_id} comments[{index}]"
            yield Record(comment, paper.trackers, where, Comment(paper.own_id))


def read_comments(request: FetchRequest, paper: str) -> list[Mapping[str, Any]] | None:
    """The comments that a paper shows; None where there is no such paper, or the answer has none.

    Raises:
        FetchError: no usable answer.
        FormatError: an answer of another shape.
    """
    try:
        answer = ask(request, f"papers/{paper}", {"field": "comments"})
    except FetchError as error:
        if error.status == _NOT_FOUND:
            return None
        raise
    comments = wire.decode_object(answer.body, answer.url).get("comments")
    if comments is None:
        return None
    if not isinstance(comments, list):
        raise FormatError("format changed: comments is no list", url=answer.url)
    return [comment for comment in wire.objects(comments) if _words(comment)]


def _words(comment: Mapping[str, Any]) -> str:
    """What a comment says; empty if it is hidden, or no comment but a change of the title."""
    data = wire.part(comment, "data")
    if comment.get("type", "comment") != "comment" or data.get("hidden") is True:
        return ""
    return wire.text(wire.part(data, "latest").get("raw"))


def _reactions(comment: Mapping[str, Any]) -> int:
    reactions = wire.objects(wire.part(comment, "data").get("reactions"))
    return sum(wire.count(reaction.get("count")) for reaction in reactions)


def comment_id(paper: str, comment: Mapping[str, Any]) -> str | None:
    """The id of the post; None if the comment has none."""
    own_id = wire.matching(comment.get("id"), _ID)
    return f"{NETWORK}:{paper}#{own_id}" if own_id else None


def parse_comment(record: Record, paper: str, seen_at: datetime) -> list[Post]:
    """One comment -> its post. Raises RecordError."""
    comment = wire.mapping(record.raw, record.where)
    post_id = comment_id(paper, comment)
    account = account_of(comment.get("author"))
    posted_at = wire.time(comment.get("createdAt"))
    if post_id is None or account is None or posted_at is None:
        raise RecordError(record.where, "has no id, author or time")
    post = make_post(
        record,
        seen_at,
        id=post_id,
        kind="reply",
        of=f"{NETWORK}:{paper}",
        url=ADDRESS + post_id.partition(":")[2],
        account=account,
        posted_at=posted_at,
        text=wire.clean(_words(comment)).strip() or None,
    )
    return [post]
