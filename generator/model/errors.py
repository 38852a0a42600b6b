"""The tree of errors.

    TrendingError                 exit status 1
    ├── ConfigError               exit status 2: config.yaml or the command line is wrong; carries every problem
    ├── FetchError                ends one network for this run; what came before it is kept
    │   ├── FormatError           the service answers in another shape than its description: never "0 posts"
    │   └── OutOfTimeError        this run has no more time for the network: what is left comes first in the next one
    ├── RecordError               costs one record; counted, named, never the page
    ├── StoreError                data/ cannot be read or written; stops the command
    └── BuildError                a page, a template or site/ is wrong; stops the command

Every message says where (file and line, URL, record), what is wrong there, and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with its place: rendered as `file:line: message`."""

    place: str
    """A path, a path with `:line` or `:line:column`, or a URL."""
    message: str
    """What is wrong and what to do about it."""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class TrendingError(Exception):
    """Anything that this program reports in a sentence instead of a traceback."""


class ConfigError(TrendingError):
    """The configuration or the command line cannot be used; `problems` has all of it at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class FetchError(TrendingError):
    """A service could not be read to the end. What it gave before is kept.

    Attributes:
        url: what was asked, without any secret.
        status: the HTTP status, or None where there was no answer.
        retry_after_s: how long the service asked us to wait, in seconds.
        reason: one sentence for the reader of the status page, without URL and secret.
        body: how the service explains its refusal (at most 64 KiB), for adapters that understand it; in no message.
        unsent: the service has certainly not received the request.
        silent: the connection was refused or the answer did not come in time, so other questions would fare no better.
    """

    def __init__(
        self,
        reason: str,
        *,
        url: str = "",
        status: int | None = None,
        retry_after_s: float | None = None,
        body: bytes = b"",
        unsent: bool = False,
        silent: bool = False,
    ) -> None:
        super().__init__(f"{url}: {reason}" if url else reason)
        self.reason = reason
        self.url = url
        self.status = status
        self.retry_after_s = retry_after_s
        self.body = body
        self.unsent = unsent
        self.silent = silent

    def at(self, url: str) -> FetchError:
        """The same, of an address that may be shown."""
        return FetchError(
            self.reason,
            url=url,
            status=self.status,
            retry_after_s=self.retry_after_s,
            body=self.body,
            unsent=self.unsent,
            silent=self.silent,
        )

    @property
    def refused(self) -> bool:
        """What was asked or sent has certainly not been acted upon; otherwise nobody knows."""
        return self.unsent or (self.status is not None and 300 <= self.status < 500)  # noqa: PLR2004 (HTTP's classes)


class FormatError(FetchError):
    """The answer has another shape than its description ("format changed")."""


class SecretMissingError(FetchError):
    """Nothing is asked without a secret that its owner has not set: no failure, and nobody has to be alarmed.

    Attributes:
        secret: the environment variable.
    """

    def __init__(self, secret: str, reason: str) -> None:
        super().__init__(reason)
        self.secret = secret


class OutOfTimeError(FetchError):
    """This run has no more time for the network, so nothing was asked: no fault of what would have been asked for."""


class RecordError(TrendingError):
    """One record of an answer or a file cannot be used; the others can.

    Attributes:
        where: the place inside the record, such as `data[3].created_at`.
    """

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
        self.message = message


class StoreError(TrendingError):
    """`data/` cannot be read or written, or was written by a newer version."""


class BuildError(TrendingError):
    """The site cannot be built, or its folder is not ours to write."""
