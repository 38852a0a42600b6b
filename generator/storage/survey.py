"""What a data tree holds, counted file by file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from generator.model.errors import Problem
from generator.model.records import Announced, NetworkState


@dataclass(slots=True)
class Survey:
    """How many records a data tree holds, with the few that are small."""

    posts: Counter[str] = field(default_factory=Counter)
    """By network."""
    last_seen_at: datetime | None = None
    """Of the post that was captured last."""
    papers: int = 0
    pending: int = 0
    gone: int = 0
    announced: list[Announced] = field(default_factory=list)
    states: dict[str, NetworkState] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
