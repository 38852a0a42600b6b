"""What people say about the stories that are taken: the best comments of each, through Algolia's search.

Source: as in `source`, and recorded answers of `search` with `tags=comment`. Many stories share a request
(`comment,(story_1,story_2,...)`); the search gives the best first, by its own measure.

A comment is a reply to its story, whatever it answers there: so it stands when a comment between them is deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.comments import BEST, Comment, Topic
from generator.fetch.adapter.html_text import read_html
from generator.fetch.adapter.patience import Asker
from generator.fetch.adapter.posts import make_post
from generator.fetch.adapter.source import Event, Record
from generator.fetch.sources.hackernews import search as algolia
from generator.model.errors import RecordError
from generator.model.records import Post


def story_batches(stories: list[Topic]) -> Iterator[list[Topic]]:
    """So many stories at once that all of their comments fit into an answer."""
    batch: list[Topic] = []
    comments = 0
    for story in sorted(stories, key=lambda story: (story.comments, story.own_id)):
        if batch and (comments + story.comments > algolia.PAGE or len(batch) >= algolia.STORIES_MAX):
            yield batch
            batch, comments = [], 0
        batch.append(story)
        comments += story.comments
    if batch:
        yield batch


def read_comments(asker: Asker, stories: list[Topic]) -> Iterator[Event]:
    """The best comments of each story. Raises FetchError, FormatError."""
    stories_by_id = {story.own_id: story for story in stories}
    numbers: Counter[str] = Counter()
    for index, hit in enumerate(algolia.search(asker, "comment", list(stories_by_id))):
        story = stories_by_id.get(str(hit.get("story_id")))
        if story is not None and numbers[story.own_id] < BEST:
            numbers[story.own_id] += 1
            yield Record(hit, story.trackers, f"search hits[{index}]", Comment(story.own_id))


def parse_comment(record: Record, story: str, seen_at: datetime) -> list[Post]:
    """One hit -> the comment; none if it is dead or deleted. Raises RecordError."""
    hit = wire.mapping(record.raw, record.where)
    if not has_words(hit):
        return []
    own_id = wire.required(hit, "objectID", algolia.ID, record.where)
    posted_at = wire.time(hit.get("created_at"))
    if posted_at is None:
        raise RecordError(f"{record.where}.created_at", f"is no time: {wire.shown(hit.get('created_at'))!r}")
    words = read_html(hit["comment_text"])
    comment = make_post(
        record,
        seen_at,
        id=f"{algolia.NETWORK}:{own_id}",
        kind="reply",
        of=f"{algolia.NETWORK}:{story}",
        url=algolia.ADDRESS + own_id,
        account=algolia.account_of(hit, record.where),
        posted_at=posted_at,
        text=wire.clean(words.text) or None,
        links=wire.links(words.links),
    )
    return [comment]


def has_words(comment: Mapping[str, Any]) -> bool:
    """Whether a comment is still there; a deleted one has no words. A look-up calls them `text`."""
    words = comment.get("comment_text", comment.get("text"))
    return isinstance(words, str) and not algolia.is_removed(comment)
