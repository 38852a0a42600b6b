"""The nouns. Frozen, typed, and what is stored on disk: a field here is a field in `data/` (docs/data-format.md).

The order of fields is the order of keys on disk. Structs decode strictly: a wrong type is an error that names its path.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Kind = Literal["post", "repost", "quote", "reply", "like"]
Through = Literal["link", "text", "thread", "quote", "repost", "reply", "like"]
Span = Literal["day", "week", "month", "year", "all"]
"""How long ago a post may be to count in a list."""

# Checked when records are read from disk or a file, because they become paths: none leads out of its folder.
NetworkName = Annotated[str, Meta(pattern=r"\A[a-z]{1,20}\Z")]
PostId = Annotated[str, Meta(pattern=r"\A[a-z]{1,20}:[^\s\x00-\x1f]{1,500}\Z")]
PaperId = Annotated[str, Meta(pattern=r"\A(?:[0-9]{4}\.[0-9]{4,5}|[a-z][a-z-]{1,20}/[0-9]{7})\Z")]
Moment = Annotated[datetime, Meta(tz=True)]
"""Aware; UTC and whole seconds once it is stored."""

Natural = Annotated[int, Meta(ge=0)]
Day = Annotated[str, Meta(pattern=r"\A[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\Z")]
"""YYYY-MM-DD."""

SPAN_DAYS: dict[Span, int | None] = {"day": 1, "week": 7, "month": 30, "year": 365, "all": None}


class Account(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who posted: never 'author', because authors write papers."""

    id: str
    """`<network>:<the network's own id>`: does not change when the handle does."""
    handle: str | None = None
    """Without a leading @."""
    name: str | None = None
    bot: bool = False
    """The network, or the account itself, says that it is automated."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What the network reports about a post. Points and upvotes are `likes`."""

    likes: Natural = 0
    reposts: Natural = 0
    replies: Natural = 0
    quotes: Natural = 0


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One public thing that somebody did on a network: posted, reposted, quoted, replied or liked."""

    id: PostId
    """`<network>:<the network's own id>`."""
    network: NetworkName
    kind: Kind
    of: PostId | None = None
    """Id of the post that it reposts, quotes, answers or likes."""
    url: str
    account: Account
    posted_at: Moment
    """The network's time; UTC, whole seconds."""
    seen_at: Moment
    """When we first saw it; UTC, whole seconds."""
    text: str | None = None
    """Plain text. None where the network's terms forbid us to store it (X by default)."""
    lang: str | None = None
    links: tuple[str, ...] = ()
    """Link targets as the network states them, in full (never the shortened text), sorted."""
    papers: tuple[PaperId, ...] = ()
    """Ids of the papers that it is about, its own and inherited, sorted."""
    in_thread: bool = False
    """It names no paper itself: its account's own first reply to it does."""
    counts: Counts | None = None
    trackers: tuple[str, ...] = ()
    """Ids of the trackers whose reading it is part of, sorted."""


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """An arXiv work, keyed by its id without version and subject class."""

    id: PaperId
    version: Annotated[int, Meta(ge=1)] = 1
    title: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    """White space folded; LaTeX as arXiv has it."""
    categories: tuple[str, ...] = ()
    """The first is the primary one."""
    submitted_at: Moment | None = None
    """Of version 1; None where unknown: the month of the id then stands in for order."""
    revised_at: Moment | None = None
    comment: str | None = None
    journal_ref: str | None = None
    doi: str | None = None
    withdrawn: bool = False
    fetched_at: Moment


class PendingPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper id that posts name and arXiv does not know yet, or was not asked about yet."""

    id: PaperId
    tries: Natural = 0
    """How often arXiv answered without knowing it. Failed requests do not count."""
    next_at: Moment
    """Not to be asked again before."""
    first_at: Moment
    """When a post first named it."""


class GonePost(msgspec.Struct, frozen=True, kw_only=True):
    """A post removed at its source or by request: nothing of it is kept but its id, so that it stays away."""

    id: PostId
    gone_on: Day
    """YYYY-MM-DD."""


EVER = "*"
"""In place of a paper's id among the announced: the day from which a target is told at all."""


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """To whom a paper was announced, and when: so that nobody is told of it twice."""

    id: str
    """A paper's id, or EVER."""
    on: dict[str, Day]
    """Target -> YYYY-MM-DD."""


class NetworkState(msgspec.Struct, frozen=True, kw_only=True):
    """What one network's next fetch needs to know. Public, in `data/state/<network>.json`: never a secret."""

    cursors: dict[str, Any] = {}
    """Per stream (an account's timeline, a list, a search): where the next fetch begins."""
    accounts: dict[str, str] = {}
    """Handle as the config writes it (lower case) -> account id. Look-ups are slow and on X cost money."""
    waiting: tuple[Post, ...] = ()
    """Posts about no paper so far whose `of` we have not seen: ids only, a fortnight at most, sorted by id. Replies
    wait in the cache."""
    last_success_at: Moment | None = None
    """The newest successful fetch that changed anything (a run without news writes nothing)."""
    not_before: dict[str, Moment] = {}
    """Host, or host and path -> when it may be asked again, as it said itself (Retry-After, a used-up rate limit)."""
    failing_since: Moment | None = None
    failure: str | None = None
    """Why, in one sentence for the reader."""
    lacks: str | None = None
    """The secret without which nothing is asked: its owner has not set it, which is no failure."""
    spent_usd: dict[str, float] = {}
    """By UTC day, what reading cost (estimated), fetch and prune together; of this month and the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """Whose reading this is: the accounts, lists and searches that make one view."""

    id: str
    title: str
    about: str = ""
    """One line of Markdown."""
    note: str = ""
    """Markdown, above the list on its first page."""
    highlight_words: tuple[str, ...] = ()
    """Words that are marked in its lists."""
    highlight_authors: tuple[str, ...] = ()


class Mention(msgspec.Struct, frozen=True):
    """The fact that a post is about a paper, and through what."""

    post: Post
    paper_id: str
    through: Through
    comment: str | None = None
    """Words of the post's own about the paper, once they are looked for."""


class Ballot(msgspec.Struct, frozen=True):
    """A mention with what it is worth to its person's vote, before time."""

    mention: Mention
    person: str
    """Key of the person: the smallest account id of theirs."""
    weight: float
    factor: float
    commented: bool
    """It has words beyond the title and the link."""
    bot: bool


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """The strongest thing that one person did about one paper, and what it is worth now."""

    person: str
    """Key of the person: the smallest account id of theirs."""
    post_id: str
    kind: Kind
    at: datetime
    weight: float
    """Of its kind, before anything is taken off."""
    factor: float
    """1 for words of their own; less for a bare title or link, and for bots."""
    decay: float
    """0.5 ** (age / half-life); 1 inside a window."""
    commented: bool
    """It has words beyond the title and the link."""
    bot: bool

    @property
    def score(self) -> float:
        """What this vote adds."""
        return self.weight * self.factor * self.decay


class RankedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper in one view: its place, its score, the parts of the score, and its mentions in that view."""

    paper: Paper
    rank: int
    """From 1."""
    score: float
    votes: tuple[Vote, ...]
    """Strongest first; at most one a person."""
    mentions: tuple[Mention, ...]
    """In this view, newest first."""
    resurfaced: bool
    """Older than a year when its newest mention in the view was posted."""

    @property
    def captured(self) -> int:
        """Distinct captured posts, reposts, quotes, replies and likes about it in this view."""
        return len(self.mentions)
