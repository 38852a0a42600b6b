"""What a network's adapter is: a name and functions, no class to inherit.

An adapter does only two things: ask (`fetch`, the network) and understand (`parse`, pure). It does not decide what is
kept, find papers, merge, write, log or read the environment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any

from generator.model.errors import FetchError
from generator.model.records import NetworkState, Post
from generator.net.http import Client


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one tracker wants of this network: its block of config.yaml as plain values, validated there."""

    tracker: str
    block: Mapping[str, Any]


@dataclass(slots=True)
class Meter:
    """What this run cost; the adapter adds, the caller reports."""

    requests: int = 0
    reads: dict[str, int] = field(default_factory=dict)
    """Billed objects by kind, such as `posts` and `users`."""
    cost_usd: float = 0.0
    """Estimated from the reads and the published prices; 0 for free networks."""
    limits: dict[str, str] = field(default_factory=dict)
    """Rate limits left as the service stated them last, by endpoint: '298 of 300 until 10:15Z'."""


OpenStream = Callable[[str, str | None, float, float], Iterator[str]]
"""(address, first message, seconds of silence that end it, seconds that it may take) -> messages. Raises FetchError."""


def _no_stream(address: str, *_unused: object) -> Iterator[str]:
    raise FetchError("no stream can be read here", url=address)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """Everything that an adapter may use."""

    client: Client
    settings: Mapping[str, Any]
    """The `networks.<name>` block of config.yaml with its defaults: `api` and the network's own keys."""
    wanted: tuple[Wanted, ...]
    state: NetworkState
    """The state that the last run left."""
    secrets: Mapping[str, str]
    """By environment variable; a missing one is absent."""
    now: datetime
    meter: Meter
    since: datetime | None = None
    """Also posts from before the last run are wanted, back to this time, as far as the network gives them."""
    own_accounts: frozenset[str] = frozenset()
    """Accounts under `people` in config.yaml, as `<network>:<handle or id>`: the owner's own."""
    recent_posts: tuple[Post, ...] = ()
    """Captured posts of this network of the last two days: their counts still grow."""
    open_stream: OpenStream = _no_stream
    """Reads a WebSocket."""
    tell: Callable[[str], None] = lambda _text: None
    """Takes how far the adapter is, in words: '214 of 300 accounts'."""


@dataclass(frozen=True, slots=True)
class Record:
    """One wire record, as received, with what the request knew about it."""

    raw: Any
    trackers: tuple[str, ...]
    where: str
    """Names it in messages: the URL's path and the place in the answer, such as `getAuthorFeed feed[3]`."""
    context: Any = None
    """What else of the answer `parse` needs (X's `includes`), shared by the records of a page."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Every record of this stream up to here was yielded: the next run may begin at `cursor`."""

    stream: str
    """Stable name such as `account/did:plc:abc`."""
    cursor: Any
    """JSON; None forgets the stream's cursor."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A handle of the config and the account id that it belongs to (kept in the state, so that it is asked once)."""

    handle: str
    account_id: str


@dataclass(frozen=True, slots=True)
class StreamFailed:
    """One account, list or feed could not be read (gone, private, misspelt); the others go on."""

    stream: str
    reason: str


@dataclass(frozen=True, slots=True)
class Deleted:
    """The network says that its author deleted this post. A captured one is removed at once."""

    post_id: str


@dataclass(frozen=True, slots=True)
class AccountGone:
    """The network says that this account is deleted, suspended or taken down. Its captured posts are removed."""

    account_id: str


Event = Record | Covered | Resolved | StreamFailed | Deleted | AccountGone


@dataclass(frozen=True, slots=True)
class Checked:
    """What the network says about one captured post. A post that it says nothing about stays as it is."""

    post_id: str
    is_there: bool
    """False only where the network says so itself: deleted, protected, suspended, or its author asks not to be shown.
    No answer, a failure and an odd answer are none of these."""


GoneFinder = Callable[[FetchRequest, Sequence[Post]], Iterator[Checked | StreamFailed]]
"""(what it may use, captured posts to ask about, most urgent first) -> what is there. Raises FetchError where the
network as a whole fails; what was yielded before counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An adapter, as registered in SOURCES."""

    name: str
    """The network's name in ids, folders and config."""
    title: str
    """The name that readers know."""
    secrets: tuple[str, ...]
    """Environment variables that it may use; a name that ends in `*` stands for all that begin so."""
    fetch: Callable[[FetchRequest], Iterator[Event]]
    """Asks every stream. Raises FetchError where the network as a whole fails; what was yielded before is kept."""
    parse: Callable[[Record, datetime], list[Post]]
    """(record, seen_at) -> the posts in it, embedded originals first. Raises RecordError. Fills `links` and `text`;
    leaves `papers` empty (mentions finds them)."""
    post_url: Callable[[str], str | None]
    """Post id -> its public address, or None."""
    reduce: Callable[[Post, Mapping[str, Any]], Post] = lambda post, _: post
    """(post, settings) -> what of it may stand in public data/: everything that is public, unless the network's terms
    say otherwise. X keeps ids only by default."""
    find_gone: GoneFinder | None = None
    """Asks which captured posts are still there; None where the network has no way to ask."""
    gone_max: int = 50_000
    """So many posts of one kind and server at most can `find_gone` reach in a run."""

    def secrets_in(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The secrets of `environment` that are this network's and not empty."""
        return {
            name: value
            for name, value in environment.items()
            if value and any(fnmatchcase(name, pattern) for pattern in self.secrets)
        }
