"""The post that an adapter makes of a record. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from generator.fetch.adapter.source import Record
from generator.model.records import Post


def make_post(record: Record, seen_at: datetime, *, posted_at: datetime, **fields: Any) -> Post:
    """A post with what is the same for all networks: whole seconds, no time to come, the record's trackers.

    Args:
        record: what it is made of.
        seen_at: the time of the run.
        posted_at: the network's time.
        fields: the other fields of `Post`; the network is that of its id.
    """
    return Post(
        network=fields["id"].partition(":")[0],
        posted_at=min(posted_at, seen_at).replace(microsecond=0),
        seen_at=seen_at.replace(microsecond=0),
        trackers=tuple(sorted(record.trackers)),
        **fields,
    )
