"""One exchange with a service: what is asked, its limits, what came back, and why nothing usable came. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Limits of one exchange in seconds."""

    connect_s: float = 10.0
    """Until there is a connection, the name's look-up included."""
    read_s: float = 20.0
    """Between two pieces of the answer."""
    total_s: float = 60.0
    """From the look-up to the last byte, however steadily it drips."""


@dataclass(frozen=True, slots=True)
class How:
    """What is asked of an address."""

    method: Literal["GET", "HEAD", "POST", "PUT"] = "GET"
    body: bool = True
    """False: the headers are enough."""
    content: bytes | None = None
    """What is sent."""
    repeatable: bool = True
    """Sending it twice does no more than sending it once."""


WHOLE = How()


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; a repeated header is joined with a comma."""
    body: bytes


class ExchangeError(Exception):
    """There was no usable answer.

    Attributes:
        reason: one sentence, without address and secret.
        again: asking once more may help.
        unsent: the service has certainly not received the request.
        silent: the connection was refused or the answer did not come in time.
    """

    def __init__(self, reason: str, *, again: bool, unsent: bool = False, silent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again
        self.unsent = unsent
        self.silent = silent
