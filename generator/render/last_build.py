"""What the last build was made from and what it left: the same again means that there is nothing to do."""

from __future__ import annotations

from pathlib import Path

import msgspec

from generator.render.fingerprint import looks_of
from generator.storage.disk import write_file

FILE = "last-build"
"""Its name in the cache."""


class BuildCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much a build made, for its summary."""

    files: int
    papers: int
    posts: int
    lists: int
    problems: tuple[str, ...]
    """Damaged lines of `data/` that the site was built without."""
    size_notice: str | None = None
    """What the owner should know about the size of the site."""


class LastBuild(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the cache; without it everything is rendered again and nothing is lost."""

    inputs: bytes
    """Digest of everything that the site was made from."""
    site: bytes
    """Digest of the names, sizes and times of its files."""
    counts: BuildCounts


def load(remembered: Path) -> LastBuild | None:
    """What the last build left; None where nothing is remembered."""
    try:
        return msgspec.msgpack.decode(remembered.read_bytes(), type=LastBuild)
    except (OSError, msgspec.DecodeError):
        return None


def unchanged(remembered: Path, inputs: bytes, site: Path) -> BuildCounts | None:
    """The counts of the last build if it had the same inputs and nobody has touched its files since, else None."""
    last = load(remembered)
    if last and last.inputs == inputs and last.site == looks_of(site):
        return last.counts
    return None


def remember(remembered: Path, inputs: bytes, site: Path, counts: BuildCounts) -> None:
    """Keep what `unchanged` compares; call it when the site is written."""
    remembered.parent.mkdir(parents=True, exist_ok=True)
    last = LastBuild(inputs=inputs, site=looks_of(site), counts=counts)
    write_file(remembered, msgspec.msgpack.encode(last))
