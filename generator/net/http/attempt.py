"""One of the tries of one question: what is sent, how, and until when. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generator.net.http.transport import How

_KEPT_ELSEWHERE = frozenset({"accept", "accept-encoding", "user-agent", "if-none-match", "if-modified-since"})


def no_end(_url: str) -> None:
    """No budget."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One of the tries of one call."""

    headers: Mapping[str, str]
    number: int
    """From 0."""
    last: bool
    how: How | None = None
    """None: GET, with its body."""
    until: Callable[[str], float | None] = no_end
    """(what is asked) -> the end of the budget, of the clock. Raises OutOfTimeError where there is none left."""

    waits: dict[str, float] | None = None
    """Where it is noted until when services want to be left alone."""

    def without_secrets(self) -> Attempt:
        """What may be told to another host than the one that was meant."""
        kept = {name: value for name, value in self.headers.items() if name in _KEPT_ELSEWHERE}
        return replace(self, headers=kept)


class AgainError(Exception):
    """One attempt failed in a way that another may not."""
