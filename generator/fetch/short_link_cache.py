"""What `resolve` remembers between runs, in the cache folder: where links lead, and posts whose links were not reached.

Losing it costs requests, and posts of the last days that might have been about a paper. Damaged lines are forgotten.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from generator.model.records import Moment, Post
from generator.storage.disk import write_files

FAILURE_LASTS = timedelta(days=1)
WAIT_FOR = timedelta(days=3)
"""So long a post waits for its link to be followed."""
MOST_WAITING = 1000

_Line = TypeVar("_Line", bound=msgspec.Struct)


class FollowedLink(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of `links.jsonl`."""

    url: str
    target: str | None = None
    """None where it could not be followed."""
    reason: str | None = None
    passing: bool = False
    """The failure is one of today: another day may find out."""
    at: Moment

    def stands(self, now: datetime) -> bool:
        """Whether it needs no asking: a target for ever, a failure for a day."""
        return self.target is not None or abs(now - self.at) < FAILURE_LASTS  # a clock may have been wrong


class LinkCache:
    """`links.jsonl` and `links-waiting.jsonl` in a folder, or memory alone without one."""

    def __init__(self, folder: Path | None, now: datetime) -> None:
        self._folder = folder
        self._now = now
        self._links = {link.url: link for link in _read(self._path("links.jsonl"), FollowedLink)}
        self._waiting = {post.id: post for post in _read(self._path("links-waiting.jsonl"), Post)}
        self._given_back: dict[str, Post] = {}
        """By this run, for its posts: they wait until these are stored."""
        self._changed = False

    def get(self, url: str) -> FollowedLink | None:
        """What is known about a link and still stands."""
        link = self._links.get(url)
        return link if link and link.stands(self._now) else None

    def put(self, link: FollowedLink) -> None:
        """Remember where a link leads, or that it leads nowhere."""
        self._links[link.url] = link
        self._changed = True

    def take_waiting(self, network: str) -> list[Post]:
        """The posts of one network whose links are still to be followed; with the last `save` they wait no longer."""
        posts = [post for post in self._waiting.values() if post.network == network]
        for post in posts:
            self._given_back[post.id] = self._waiting.pop(post.id)
        self._changed = self._changed or bool(posts)
        return [post for post in posts if self._now - post.seen_at < WAIT_FOR]

    def keep_for_next_run(self, post: Post) -> None:
        """Give a post back in the next run."""
        if len(self._waiting) < MOST_WAITING:
            self._waiting[post.id] = post
            self._changed = True

    def save(self, *, last: bool = True) -> None:
        """Write down what changed. A cache that cannot be written costs time, nothing else.

        Args:
            last: what was given back is stored by now. Before that it stays, for a run that is cut off.
        """
        if not self._changed:
            return
        encode = msgspec.json.Encoder().encode_lines
        links = sorted((link for link in self._links.values() if link.stands(self._now)), key=lambda link: link.url)
        waiting_posts = self._waiting if last else self._given_back | self._waiting
        waiting = sorted(waiting_posts.values(), key=lambda post: post.id)
        contents = {self._path("links.jsonl"): encode(links), self._path("links-waiting.jsonl"): encode(waiting)}
        with contextlib.suppress(OSError):
            write_files({path: content for path, content in contents.items() if path is not None})

    def _path(self, name: str) -> Path | None:
        return self._folder / name if self._folder else None


def _read(path: Path | None, noun: type[_Line]) -> Iterator[_Line]:
    decoder = msgspec.json.Decoder(noun)
    for line in _lines(path):
        with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
            yield decoder.decode(line)


def _lines(path: Path | None) -> Iterable[bytes]:
    try:
        return path.read_bytes().splitlines() if path else ()
    except OSError:
        return ()
