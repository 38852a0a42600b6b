"""The rows of `trackers:` and the files of trackers/: what one tracker reads, how it is called, what it leaves out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from generator.config import values
from generator.config.filters import TrackerFilters
from generator.config.kinds import (
    Block,
    BlueskyAccount,
    BlueskyFeed,
    BlueskyList,
    FeedAddress,
    Line,
    MastodonAccount,
    MastodonTag,
    Prose,
    XAccount,
    XList,
)


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
    """One line of Markdown: beside its title, and on its first page."""
    note: Prose = ""
    """Markdown, above the list on its first page: what it is after, who keeps it."""
    x: XBlock | None = None
    bluesky: BlueskyBlock | None = None
    mastodon: MastodonBlock | None = None
    hackernews: HackerNewsBlock | None = None
    huggingface: HuggingFaceBlock | None = None
    feeds: tuple[FeedAddress, ...] = ()
    """Addresses of feeds (RSS, Atom, JSON) whose entries link to papers."""
    filters: TrackerFilters = TrackerFilters()

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
