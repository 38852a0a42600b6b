"""How several runs divide what there is to read among them. Pure.

The number of shards is the owner's; which shard reads a stream follows from the stream alone, so it stays with its
cursor. Whoever must not be asked by two machines at once is asked by one shard alone: every small host (Mastodon,
feeds) with all that is named there, and X, whose price and limits count for one app wherever it runs. Only Bluesky,
whose limits count by address, is divided by account. Networks that are read whole are the first shard's, and arXiv,
which allows one connection over everything, is asked by none of them but by the run that joins them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One of several runs."""

    index: int
    """From 1."""
    total: int

    def takes(self, group: str) -> bool:
        """True for exactly one shard of all."""
        return zlib.crc32(group.encode()) % self.total == self.index - 1

    def share_of(self, network: str, block: Mapping[str, Any]) -> dict[str, Any] | None:
        """What this shard reads of a tracker's block; None for nothing."""
        lists = {key for key, value in block.items() if isinstance(value, list | tuple)}
        if not lists:
            return dict(block) if self.index == 1 else None
        group_of = _GROUPS.get(network, _itself)
        share = {
            key: [name for name in value if self.takes(f"{network}/{group_of(name)}")] if key in lists else value
            for key, value in block.items()
        }
        return share if any(share[key] for key in lists) else None


def readers(network: str, blocks: list[Mapping[str, Any]], total: int) -> int:
    """How many of so many shards have something to read of a network."""
    shards = (Shard(index=index, total=total) for index in range(1, total + 1))
    return sum(any(shard.share_of(network, block) for block in blocks) for shard in shards)


def _itself(name: str) -> str:
    return name


def _app(_name: str) -> str:
    return ""


def _host(name: str) -> str:
    """Of `user@host`, `tag@host` or an address."""
    return (urlsplit(name).netloc if "://" in name else name.rpartition("@")[2]).lower()


_GROUPS: Mapping[str, Callable[[str], str]] = {"x": _app, "mastodon": _host, "feeds": _host}
