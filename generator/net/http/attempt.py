"""One attempt of a request: what is sent, how, and until when. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.net.http.transport import How

_KEPT_ELSEWHERE = frozenset({"accept", "accept-encoding", "user-agent", "if-none-match", "if-modified-since"})


def no_end(_url: str) -> None:
    """The end of a request without a budget: none."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a request."""

    headers: Mapping[str, str]
    number: int
    """From 0."""
    last: bool
    how: How | None = None
    """None: GET, with its body."""
    until: Callable[[str], float | None] = no_end
    """URL -> clock time at which the budget ends. Raises OutOfTimeError if nothing of it is left."""

    waits: dict[str, float] | None = None
    """Receives the waits that services ask for: place -> clock time."""

    def without_secrets(self) -> Attempt:
        """The attempt with the headers that another host may see."""
        kept = {name: value for name, value in self.headers.items() if name in _KEPT_ELSEWHERE}
        return replace(self, headers=kept)


class AgainError(Exception):
    """The attempt failed, and another one may succeed."""
