"""What a feed says, as a digest: whether a hub is to be told that there is something new in it."""

from __future__ import annotations

import hashlib

import msgspec

from generator.views.feed_types import FeedView


def digest_of(view: FeedView) -> str:
    """The same for the same entries under the same title, in whatever order: a paper that moves is no news."""
    frame = (view.title, view.description, view.issues, view.posts)
    said = hashlib.blake2b(msgspec.msgpack.encode(frame), digest_size=12)
    for paper in sorted(map(msgspec.msgpack.encode, view.papers)):
        said.update(paper)
    return said.hexdigest()
