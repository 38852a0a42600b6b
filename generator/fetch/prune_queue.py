"""Which posts of a network a prune asks about: chosen file by file, so that memory holds those that a run can reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from generator.fetch.registry import Source
from generator.model import recheck
from generator.model.recheck import Checks
from generator.model.records import Post

_Place = tuple[datetime, str, Post]


class PruneQueue:
    """The due posts of one network, those with the oldest checks.

    Args:
        source: says how many posts of one server it can ask about in a run (`gone_max`).
        now: the time of the run.
        everything: whether posts that are not due are asked about as well.
    """

    def __init__(self, source: Source, now: datetime, *, everything: bool) -> None:
        self.source = source
        self.captured = 0
        self.due = 0
        self.overdue = 0
        """Posts whose last check is older than promised."""
        self._now = now
        self._everything = everything
        self._places: dict[tuple[str, str], list[_Place]] = {}
        """By kind and server: reposts are asked about slowly, and a server may be silent for ever."""

    def add(self, posts: Sequence[Post], checks: Checks) -> None:
        """Choose from some posts; those of other networks are passed over."""
        own_posts = [post for post in posts if post.network == self.source.name]
        due_posts = recheck.due(own_posts, checks, self._now, everything=self._everything)
        self.captured += len(own_posts)
        self.due += len(due_posts)
        self.overdue += recheck.overdue(due_posts, checks, self._now)
        for post in due_posts:
            server = urlsplit(post.id.partition(":")[2]).netloc
            places = self._places.setdefault((post.kind, server), [])
            places.append((checks.last(post, self._now), post.id, bare(post)))
            if len(places) > 2 * self.source.gone_max:
                self._cut(places)

    def posts(self) -> list[Post]:
        """The chosen posts, longest unchecked first."""
        chosen: list[_Place] = []
        for places in self._places.values():
            self._cut(places)
            chosen += places
        return [post for _, _, post in sorted(chosen, key=_order)]

    def _cut(self, places: list[_Place]) -> None:
        places.sort(key=_order)
        del places[self.source.gone_max :]


def _order(place: _Place) -> tuple[datetime, str]:
    last_check, post_id, _ = place
    return last_check, post_id


def bare(post: Post) -> Post:
    """What adapters need to ask about a post: of its text only whether there is any."""
    return msgspec.structs.replace(
        post, text=post.text and post.text[:1], lang=None, links=(), papers=(), counts=None, trackers=()
    )
