"""What a target is: a name and functions, no class to inherit.

A target does only two things: shape words (`compose`, pure) and send them (`deliver`, the network). It does not decide
what is told, remember it, log or read the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from generator.model.errors import FetchError
from generator.model.records import Span
from generator.net.http import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One paper to tell of, as plain words: one line each, formulas as text, nothing that turns the direction."""

    paper_id: str
    title: str
    authors: str
    """The first few, `and N more`."""
    abstract: str
    url: str
    """Our page of it, or arXiv's."""
    arxiv_url: str
    people: int
    """Who posted about it in the window; bots are not counted."""
    window: Span

    @property
    def said_by(self) -> str:
        """`4 people posted about it this week`."""
        when = {"day": "today", "week": "this week", "month": "this month"}.get(self.window, "lately")
        return f"{'1 person' if self.people == 1 else f'{self.people:,} people'} posted about it {when}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that a target may use."""

    client: Sender
    settings: Mapping[str, Any]
    """Its block under `announce` in config.yaml."""
    secrets: Mapping[str, str]
    """By environment variable; a missing one is absent."""
    now: datetime
    site_title: str
    site_url: str
    warn: Callable[[str], None] = lambda _: None

    def secret(self, name: str) -> str:
        """A secret that nothing can be sent without. Raises FetchError."""
        try:
            return self.secrets[name]
        except KeyError:
            raise FetchError(f"the secret {name} is not set", unsent=True) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place where papers are announced, as registered in TARGETS."""

    name: str
    """In config.yaml and in `data/announced/`."""
    title: str
    """As people know it."""
    secrets: tuple[str, ...]
    """Environment variables that it may use."""
    per_message: int
    """Papers in one message at most."""
    compose: Callable[[Desk, Sequence[Notice]], Any]
    """-> what would be sent, as plain values: pure."""
    deliver: Callable[[Desk, Sequence[Notice]], None]
    """Sends one message. Raises FetchError; its `refused` says that nobody has read it."""
    repeatable: bool = False
    """Delivering the same papers twice tells of them once: the service, or we by asking it first, see to that."""
