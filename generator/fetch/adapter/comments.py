"""Comments below the stories or papers that a network lists.

A topic is asked about again when its number of comments has changed, so a run without news asks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.fetch.adapter.source import Covered, Event, StreamFailed
from generator.model.errors import FetchError

STREAM = "comments"
BEST = 30
"""Comments of a topic at most."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A story or paper that a tracker takes."""

    own_id: str
    comments: int
    """How many it has."""
    trackers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """The context of a comment's record."""

    topic: str
    """The network's own id of what it is about."""


def fetch_comments(
    topics: Sequence[Topic],
    stored: Any,
    batches: Callable[[list[Topic]], Iterable[list[Topic]]],
    read_batch: Callable[[list[Topic]], Iterator[Event]],
) -> Iterator[Event]:
    """Ask for the comments of the topics whose number of comments has changed.

    Args:
        topics: that are taken in this run.
        stored: the cursor: topic -> its number of comments when they were read.
        batches: which topics are asked about, and how many at once.
        read_batch: asks for the comments of a batch. Raises FetchError.
    """
    counts = dict(stored) if isinstance(stored, Mapping) else {}
    changed = [topic for topic in topics if topic.comments and counts.get(topic.own_id) != topic.comments]
    try:
        for batch in batches(changed):
            yield from read_batch(batch)
            counts.update({topic.own_id: topic.comments for topic in batch})
    except FetchError as error:
        # An unreadable answer costs the comments alone: the topics themselves were read.
        yield StreamFailed(STREAM, error.reason)
    current = {topic.own_id: counts[topic.own_id] for topic in topics if topic.own_id in counts}
    if topics and current != (stored or {}):
        yield Covered(STREAM, dict(sorted(current.items())) or None)
