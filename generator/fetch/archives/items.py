"""What files for `import` are cut into, and what is found in them. Pure, and small enough to be sent to a worker."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from generator.model.errors import Problem
from generator.model.records import Paper, Post


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a file that can be read by itself."""

    where: str
    """The file, as messages name it."""
    first: int
    """Number of its first line."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Passing:
    """One of everybody's posts, from a recorded stream: it counts where it points at a post that is kept."""

    post: Post


@dataclass(frozen=True, slots=True)
class Removed:
    """Its author deleted a post."""

    post_id: str


Item = Post | Paper | Passing | Removed | Problem


@dataclass(frozen=True, slots=True)
class Trackers:
    """Whose reading an account's posts are."""

    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`<network>:<handle or id>` in lower case -> trackers that name the account, or another one of its person."""
    everybody: tuple[str, ...] = ()

    def of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The trackers that name an account by any of its names; all of them where none does."""
        trackers = {tracker for name in names for tracker in self.by_name.get(name.lower(), ())}
        return tuple(sorted(trackers)) or self.everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a block does not say itself."""

    now: datetime
    """UTC, whole seconds: when its posts are seen."""
    trackers: Trackers = Trackers()
    handles: Mapping[str, str] = field(default_factory=dict)
    """Account id -> handle, where it is known."""
    actors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Place of an export of Mastodon -> what its `actor.json` says."""
    wanted: AbstractSet[str] = frozenset()
    """Ids of the papers that are taken from a snapshot of all of arXiv."""
