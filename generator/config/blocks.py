"""The shape of config.yaml: one model a block, attribute names = keys.

Models are frozen and strict (no text for a number, no number for a text); lists are tuples. The docstrings below the
attributes become the descriptions that editors show.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from generator.config import values
from generator.config.feeds import FeedSettings
from generator.config.kinds import (
    AccountReference,
    Address,
    Block,
    BlueskyAccount,
    BlueskyFeed,
    BlueskyList,
    Category,
    FeedAddress,
    Line,
    MastodonAccount,
    MastodonTag,
    MutedAccount,
    Prose,
    SiteAddress,
    Weight,
    Word,
    XAccount,
    XList,
)

DEFAULT_URL = "https://example.github.io/trending-arxiv/"
_MANNERS_S = 3
"""Seconds between two requests to arXiv that its terms ask for: info.arxiv.org/help/api/tou, read 2026-11-23."""


class SiteSettings(Block):
    """The site as a whole."""

    title: Annotated[Line, Field(min_length=1)] = "Trending arXiv"
    """Shown on every page and in every feed."""
    url: SiteAddress = DEFAULT_URL
    """Where the site is published; all absolute links start with it."""
    note: Prose = ""
    """Markdown, above the list on the home page."""
    home: Literal["trending", "newest"] = "trending"
    """Order of the home page: by attention, or by submission date, newest first."""
    per_page: Annotated[int, Field(ge=1, le=500)] = 20
    """Papers on one page of a list."""
    max_paper_pages: Annotated[int, Field(ge=0, le=1_000_000)] = 50_000
    """Older papers beyond this stay in lists, archives and JSON only."""
    cards: bool = False
    """A picture of each paper of the first pages, for services that show one beside a link; needs Pillow."""

    @property
    def base_path(self) -> str:
        """Path of `url`: `/trending-arxiv/`."""
        return urlsplit(self.url).path


class XBlock(Block):
    """What to read on X (needs the secret X_BEARER_TOKEN, and every read costs)."""

    accounts: tuple[XAccount, ...] = ()
    """Handles, with or without @."""
    lists: tuple[XList, ...] = ()
    """Numbers of lists, in quotes."""
    mode: Literal["timeline", "search"] = "timeline"
    """`search` asks for links to arXiv alone: much cheaper, without reposts."""


class BlueskyBlock(Block):
    """What to read on Bluesky (no secret needed)."""

    accounts: tuple[BlueskyAccount, ...] = ()
    """Handles in full, such as name.bsky.social, or DIDs."""
    follows_of: tuple[BlueskyAccount, ...] = ()
    """Everybody whom these accounts follow."""
    lists: tuple[BlueskyList, ...] = ()
    """Addresses of lists."""
    feeds: tuple[BlueskyFeed, ...] = ()
    """Addresses of custom feeds."""


class MastodonBlock(Block):
    """What to read on Mastodon and servers that speak its API (no secret needed)."""

    accounts: tuple[MastodonAccount, ...] = ()
    """@user@host."""
    follows_of: tuple[MastodonAccount, ...] = ()
    """Everybody whom these accounts follow."""
    tags: tuple[MastodonTag, ...] = ()
    """tag@host: a hashtag as that server sees it."""


class HackerNewsBlock(Block):
    """Stories about papers on Hacker News."""

    min_points: Annotated[int, Field(ge=0, le=100_000)] = 2
    """Stories with fewer points are left out."""


class HuggingFaceBlock(Block):
    """Daily papers of Hugging Face."""

    min_upvotes: Annotated[int, Field(ge=0, le=100_000)] = 2
    """Papers with fewer upvotes are left out."""


class TrackerBlock(Block):
    """Whose reading this is: accounts, lists and searches that make one view, with its own pages and feeds."""

    id: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    """In URLs: a-z 0-9 -"""
    title: Line = ""
    """Shown on its pages; the id where missing."""
    about: Annotated[str, Field(max_length=2000), AfterValidator(values.one_line)] = ""
    """One line of Markdown."""
    x: XBlock | None = None
    bluesky: BlueskyBlock | None = None
    mastodon: MastodonBlock | None = None
    hackernews: HackerNewsBlock | None = None
    huggingface: HuggingFaceBlock | None = None
    feeds: tuple[FeedAddress, ...] = ()
    """Addresses of feeds (RSS, Atom, JSON) whose entries link to papers."""

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        """`hackernews:` without a value means: with the defaults. A tracker without a title is called by its id."""
        if not isinstance(given, dict):
            return given
        switched = {
            key: {} if value is None and key in {"hackernews", "huggingface"} else value for key, value in given.items()
        }
        if switched.get("title") in {None, ""} and isinstance(switched.get("id"), str):
            switched["title"] = switched["id"]
        return switched


class Weights(Block):
    """What the strongest thing that a person did about a paper is worth."""

    post: Weight = 1.0
    quote: Weight = 1.0
    reply: Weight = 0.6
    repost: Weight = 0.5
    like: Weight = 0.25


class Ranking(Block):
    """How papers are ranked."""

    half_life_days: Annotated[float, Field(gt=0, le=3650, allow_inf_nan=False)] = 2.5
    """A vote is worth half after so many days."""
    weights: Weights = Weights()
    bots: Literal["down", "hide", "count"] = "down"
    """The vote of a bot: `down` counts a tenth, `hide` nothing (and the post is not shown), `count` in full."""


class Highlight(Block):
    """What to mark in lists."""

    words: tuple[Word, ...] = ()
    authors: tuple[Word, ...] = ()


class Filters(Block):
    """What to leave out, and what to mark."""

    categories: tuple[Category, ...] = ()
    """Only papers in one of these; empty: all."""
    mute_accounts: tuple[MutedAccount, ...] = ()
    """Accounts whose posts are neither captured nor shown: x:example, or @example for every network."""
    mute_words: tuple[Word, ...] = ()
    """Papers with one of these in the title or abstract are left out."""
    highlight: Highlight = Highlight()


class XNetwork(Block):
    """How to ask X."""

    api: Address = "https://api.x.com/2"
    keep: Literal["ids", "full"] = "ids"
    """`ids`: no text, handle, name or counts in data/, as the terms of X ask of public repositories."""
    max_reads_per_run: Annotated[int, Field(ge=0, le=1_000_000)] = 500
    """Every read costs: stop after so many."""


class BlueskyNetwork(Block):
    """How to ask Bluesky."""

    api: Address = "https://public.api.bsky.app"


class HackerNewsNetwork(Block):
    """How to ask Hacker News."""

    api: Address = "https://hn.algolia.com/api/v1"


class HuggingFaceNetwork(Block):
    """How to ask Hugging Face."""

    api: Address = "https://huggingface.co/api"


class ArxivNetwork(Block):
    """How to ask arXiv."""

    api: Address = "https://export.arxiv.org/api/query"
    contact: Line = ""
    """A mail address that arXiv can write to when our requests trouble it."""
    spacing_s: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 3.0
    """Seconds between two requests: 3 at least."""

    @field_validator("spacing_s")
    @classmethod
    def _keep_manners(cls, spacing_s: float, info: Any) -> float:
        if spacing_s < _MANNERS_S and not values.is_loopback(info.data.get("api", "")):
            raise ValueError("must be 3 or more: arXiv asks for it (less is accepted for an api on this machine alone)")
        return spacing_s


class Networks(Block):
    """How to ask each network; every key is optional."""

    x: XNetwork = XNetwork()
    bluesky: BlueskyNetwork = BlueskyNetwork()
    hackernews: HackerNewsNetwork = HackerNewsNetwork()
    huggingface: HuggingFaceNetwork = HuggingFaceNetwork()
    arxiv: ArxivNetwork = ArxivNetwork()


Person = Annotated[tuple[AccountReference, ...], Field(min_length=1, max_length=50)]


class Config(Block):
    """Configuration of Trending arXiv: whose reading is tracked, where, and how it is shown."""

    site: SiteSettings = SiteSettings()
    trackers: tuple[TrackerBlock, ...] = ()
    """Whose reading this is: one or many; each gets its own pages and feeds."""
    people: tuple[Person, ...] = ()
    """Accounts that are one person, so that they vote once."""
    ranking: Ranking = Ranking()
    filters: Filters = Filters()
    networks: Networks = Networks()
    feeds: FeedSettings = FeedSettings()

    def wanted(self, network: str) -> tuple[tuple[str, dict[str, Any]], ...]:
        """What each tracker wants of a network, as (tracker id, block as plain values).

        Trackers that want nothing of it are left out. The block of the network `feeds` has one key, `feeds`.
        """
        found = []
        for tracker in self.trackers:
            block = getattr(tracker, network, None)
            if network == "feeds":
                plain = {"feeds": tracker.feeds}
            elif isinstance(block, Block):
                plain = block.model_dump()
            else:
                continue
            lists = [value for value in plain.values() if isinstance(value, tuple)]
            if any(lists) or not lists:
                found.append((tracker.id, plain))
        return tuple(found)

    def network_settings(self, name: str) -> dict[str, Any]:
        """The block `networks.<name>` with its defaults, as plain values; empty for a network without settings."""
        block = getattr(self.networks, name, None)
        return block.model_dump() if isinstance(block, Block) else {}
