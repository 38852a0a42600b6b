"""The interface of a target: a name and two functions, no class to inherit.

A target only composes a message (`compose`, pure) and sends it (`deliver`). It does not choose papers, record them, log
or read the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from generator.model.errors import FetchError
from generator.model.records import Span
from generator.net.http import HttpClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One paper to announce, in plain text: one line a field, formulas as text, no direction controls."""

    paper_id: str
    title: str
    authors: str
    """The first few, `and N more`."""
    abstract: str
    url: str
    """Our page of it, or arXiv's."""
    arxiv_url: str
    people: int
    """Number of people who posted about it in the window, without bots."""
    window: Span

    @property
    def said_by(self) -> str:
        """`4 people posted about it this week`."""
        when = {"day": "today", "week": "this week", "month": "this month"}.get(self.window, "lately")
        return f"{'1 person' if self.people == 1 else f'{self.people:,} people'} posted about it {when}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything that a target may use."""

    client: HttpClient
    settings: Mapping[str, Any]
    """Its block under `announce` in config.yaml."""
    secrets: Mapping[str, str]
    """By environment variable; a missing one is absent."""
    now: datetime
    site_title: str
    site_url: str
    warn: Callable[[str], None] = lambda _: None

    def secret(self, name: str) -> str:
        """A required secret. Raises FetchError if it is not set."""
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
    """-> the message, as plain values: pure."""
    deliver: Callable[[Desk, Sequence[Notice]], None]
    """Sends one message. Raises FetchError; its `refused` states that nobody received the message."""
    repeatable: bool = False
    """Delivering the same papers twice publishes them once: the service recognises them, or is asked first."""
