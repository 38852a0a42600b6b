"""A recorded event of Jetstream (github.com/bluesky-social/jetstream) -> a post, or a deletion. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.fetch.archives.items import Item, Passing, Removed, Setting
from generator.fetch.sources.bluesky.posts import NETWORK
from generator.fetch.sources.bluesky.records import parse_record, record_uri


def is_event(plain: dict[str, Any]) -> bool:
    """Whether a JSON object is an event."""
    return "did" in plain and "time_us" in plain


def parse_event(plain: dict[str, Any], setting: Setting) -> Iterator[Item]:
    """One event; of other kinds and collections nothing. Raises RecordError."""
    commit = plain.get("commit")
    if not isinstance(commit, dict):
        return
    uri = record_uri(plain.get("did"), commit.get("collection"), commit.get("rkey"))
    if uri is None:
        return
    if commit.get("operation") == "delete":
        yield Removed(uri.id)
        return
    handle = setting.handles.get(f"{NETWORK}:{uri.did}")
    trackers = setting.trackers.of([f"{NETWORK}:{uri.did}", f"{NETWORK}:{handle}"])
    author = {"handle": handle}
    post = parse_record(
        uri, commit.get("record"), author, trackers=trackers, seen_at=setting.now, where="commit.record"
    )
    if post is not None:
        yield Passing(post)
