"""Where a build reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from generator.render.last_build import FILE as LAST_BUILD
from generator.storage.store import TEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Where a build reads and writes."""

    data: Path
    site: Path
    templates: Path
    content: Path
    cache: Path

    @property
    def last_build(self) -> Path:
        """Where a build remembers what it was made from and what it left."""
        return self.cache / LAST_BUILD

    @property
    def remembered(self) -> tuple[Path, ...]:
        """What a build reads of the cache."""
        return (self.cache / TEXTS,)
