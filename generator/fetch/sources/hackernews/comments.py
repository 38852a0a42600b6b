"""What people say about the stories that are taken: the best comments of each, through Algolia's search.

Source: as in `source`, and recorded answers of `search` with `tags=comment`. Many stories share a request
(`comment,(story_1,story_2,...)`); the search gives the best first, by its own measure. A story is asked about again
when its number of comments has changed, so a run without news asks nothing.

A comment is a reply to its story, whatever it answers there: so it stands when a comment between them is deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.html_text import read_html
from generator.fetch.adapter.patience import Asker
from generator.fetch.adapter.source import Covered, Event, Record, StreamFailed
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.records import Account, Post

NETWORK = "hackernews"
STREAM = "comments"
BEST = 30
"""Comments of a story at most."""
STORIES_MAX = 50
"""In one request: a longer address is refused by some servers on the way."""
PAGE = 1_000
ADDRESS = "https://news.ycombinator.com/item?id="
ID = re.compile(r"[0-9]{1,12}", re.ASCII)
AUTHOR = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Story:
    """A story that is taken."""

    own_id: str
    comments: int
    """How many it has."""
    trackers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """The context of a comment's record."""

    story: str
    """Id of the story."""


def fetch_comments(asker: Asker, stories: list[Story], stored: Any) -> Iterator[Event]:
    """Ask for the comments of the stories whose number of comments has changed.

    Args:
        asker: Algolia's search.
        stories: that are taken in this run.
        stored: the cursor: story -> its number of comments when they were read.
    """
    counts = dict(stored) if isinstance(stored, Mapping) else {}
    changed = [story for story in stories if story.comments and counts.get(story.own_id) != story.comments]
    for batch in _batches(changed):
        try:
            hits = search_comments(asker, [story.own_id for story in batch])
        except FetchError as error:  # also where they have another shape: what they are about was read
            yield StreamFailed(STREAM, error.reason)
            return
        by_id = {story.own_id: story for story in batch}
        taken: dict[str, int] = {}
        for index, hit in enumerate(hits):
            story = by_id.get(str(hit.get("story_id")))
            if story is not None and taken.get(story.own_id, 0) < BEST:
                taken[story.own_id] = taken.get(story.own_id, 0) + 1
                yield Record(hit, story.trackers, f"search hits[{index}]", Answers(story.own_id))
        counts.update({story.own_id: story.comments for story in batch})
    current = {story.own_id: counts[story.own_id] for story in stories if story.own_id in counts}
    if stories and current != (stored or {}):
        yield Covered(STREAM, dict(sorted(current.items())) or None)


def _batches(stories: list[Story]) -> Iterator[list[Story]]:
    """So many stories at once that all of their comments fit into an answer."""
    batch: list[Story] = []
    for story in sorted(stories, key=lambda one: (one.comments, one.own_id)):
        number = sum(one.comments for one in batch) + story.comments
        if batch and (number > PAGE or len(batch) >= STORIES_MAX):
            yield batch
            batch = []
        batch.append(story)
    if batch:
        yield batch


def search_comments(asker: Asker, stories: list[str]) -> list[Mapping[str, Any]]:
    """The comments of some stories, the best first. Raises FetchError, FormatError."""
    tags = f"comment,({','.join(f'story_{own_id}' for own_id in stories)})"
    answer = asker.get("search", {"tags": tags, "hitsPerPage": str(PAGE)}, label="search")
    hits = answer.get("hits")
    if not isinstance(hits, list) or not all(isinstance(hit, dict) for hit in hits):
        raise FormatError("format changed: hits is no list of objects", url="search")
    return hits


def parse_comment(record: Record, answers: Answers, seen_at: datetime) -> list[Post]:
    """One hit -> the comment; none where it is dead or deleted. Raises RecordError."""
    hit = wire.mapping(record.raw, record.where)
    said, own_id, author = hit.get("comment_text"), hit.get("objectID"), hit.get("author")
    if not is_shown(hit):
        return []
    if not isinstance(own_id, str) or not ID.fullmatch(own_id):
        raise RecordError(f"{record.where}.objectID", f"is no id: {wire.shown(own_id)!r}")
    if not isinstance(author, str) or not AUTHOR.fullmatch(author):
        raise RecordError(f"{record.where}.author", f"is no account: {wire.shown(author)!r}")
    posted_at = wire.time(hit.get("created_at"))
    if posted_at is None:
        raise RecordError(f"{record.where}.created_at", f"is no time: {wire.shown(hit.get('created_at'))!r}")
    comment = read_html(str(said))
    return [
        Post(
            id=f"{NETWORK}:{own_id}",
            network=NETWORK,
            kind="reply",
            of=f"{NETWORK}:{answers.story}",
            url=ADDRESS + own_id,
            account=Account(id=f"{NETWORK}:{author}", handle=author),
            posted_at=min(posted_at.astimezone(UTC), seen_at).replace(microsecond=0),
            seen_at=seen_at.replace(microsecond=0),
            text=wire.clean(comment.text) or None,
            links=wire.links(comment.links),
            trackers=tuple(sorted(record.trackers)),
        )
    ]


def is_shown(comment: Mapping[str, Any]) -> bool:
    """Whether a comment has words; those of a deleted one are gone. A look-up calls them `text`."""
    said = comment.get("comment_text", comment.get("text"))
    return isinstance(said, str) and comment.get("dead") is not True and comment.get("deleted") is not True
