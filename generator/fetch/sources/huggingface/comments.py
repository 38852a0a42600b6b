"""What people say about the papers that are taken: the best comments of each, a request a paper.

Source, read 2026-11-30: clients of `GET /api/papers/ID?field=comments` (the service does not describe it): a flat list
`comments` of `{id, type: "comment", author, createdAt, data: {hidden, latest: {raw}, reactions}}`. A paper is asked
about again when its number of comments has changed, so a run without news asks nothing.

A comment is a reply to its paper's proposal, whatever it answers there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Record, StreamFailed
from generator.fetch.sources.huggingface.lists import ADDRESS, NETWORK, account_of, ask
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.records import Post

STREAM = "comments"
BEST = 30
"""Comments of a paper at most."""
PAPERS_MAX = 60
"""Papers asked about in one run; the service allows 500 requests in 5 minutes."""
_ID = re.compile(r"[0-9a-f]{24}", re.ASCII)
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Proposal:
    """A paper that is taken."""

    paper: str
    comments: int
    """How many it has."""
    trackers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """The context of a comment's record."""

    paper: str


def fetch_comments(request: FetchRequest, proposals: Mapping[str, Proposal], stored: Any) -> Iterator[Event]:
    """Ask for the comments of the papers whose number of comments has changed, the newest papers first.

    Args:
        request: what may be used.
        proposals: by paper, those that are taken in this run, the oldest first.
        stored: the cursor: paper -> its number of comments when they were read.
    """
    counts = dict(stored) if isinstance(stored, Mapping) else {}
    changed = [one for one in proposals.values() if one.comments and counts.get(one.paper) != one.comments]
    for proposal in reversed(changed[-PAPERS_MAX:]):
        try:
            comments = read_comments(request, proposal.paper)
        except FetchError as error:  # also where they have another shape: what they are about was read
            yield StreamFailed(STREAM, error.reason)
            break
        for index, comment in enumerate(sorted(comments or (), key=_reactions, reverse=True)[:BEST]):
            place = f"papers/{proposal.paper} comments[{index}]"
            yield Record(comment, proposal.trackers, place, Answers(proposal.paper))
        counts[proposal.paper] = proposal.comments
    current = {paper: counts[paper] for paper in proposals if paper in counts}
    if proposals and current != (stored or {}):
        yield Covered(STREAM, dict(sorted(current.items())) or None)


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
    found = wire.decode_object(answer.body, answer.url).get("comments")
    if found is None:
        return None
    if not isinstance(found, list):
        raise FormatError("format changed: comments is no list", url=answer.url)
    return [one for one in found if isinstance(one, dict) and _words(one) is not None]


def _words(comment: Mapping[str, Any]) -> str | None:
    """What a comment says; None where it is hidden, or no comment but a change of the title."""
    data = comment.get("data")
    if comment.get("type", "comment") != "comment" or not isinstance(data, dict) or data.get("hidden") is True:
        return None
    latest = data.get("latest")
    raw = latest.get("raw") if isinstance(latest, dict) else None
    return raw if isinstance(raw, str) and raw.strip() else None


def _reactions(comment: Mapping[str, Any]) -> int:
    data = comment.get("data")
    reactions = data.get("reactions") if isinstance(data, dict) else None
    rows = reactions if isinstance(reactions, list) else []
    return sum(wire.count(one.get("count")) for one in rows if isinstance(one, dict))


def comment_id(paper: str, comment: Mapping[str, Any]) -> str | None:
    """The id of the post; None where the comment has none."""
    own_id = comment.get("id")
    return f"{NETWORK}:{paper}#{own_id}" if isinstance(own_id, str) and _ID.fullmatch(own_id) else None


def parse_comment(record: Record, answers: Answers, seen_at: datetime) -> list[Post]:
    """One comment -> its post. Raises RecordError."""
    comment = wire.mapping(record.raw, record.where)
    post_id, account, posted_at = (
        comment_id(answers.paper, comment),
        account_of(comment.get("author")),
        wire.time(comment.get("createdAt")),
    )
    if post_id is None or account is None or posted_at is None:
        raise RecordError(record.where, "has no id, author or time")
    return [
        Post(
            id=post_id,
            network=NETWORK,
            kind="reply",
            of=f"{NETWORK}:{answers.paper}",
            url=ADDRESS + post_id.partition(":")[2],
            account=account,
            posted_at=min(posted_at, seen_at).replace(microsecond=0),
            seen_at=seen_at.replace(microsecond=0),
            text=wire.clean(_words(comment) or "").strip() or None,
            trackers=tuple(sorted(record.trackers)),
        )
    ]
