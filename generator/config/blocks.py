"""The shape of config.yaml: one model a block, attribute names = keys. `trackers` and `filters` have theirs.

Models are frozen and strict (no text for a number, no number for a text); lists are tuples. The docstrings below the
attributes become the descriptions that editors show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from generator.config import values
from generator.config.announce import Announce
from generator.config.feeds import FeedSettings
from generator.config.filters import Filters
from generator.config.kinds import (
    AccountReference,
    Address,
    Block,
    Line,
    Prose,
    SiteAddress,
    TagId,
    Weight,
)
from generator.config.trackers import TrackerBlock

DEFAULT_URL = "https://example.github.io/trending-arxiv/"
_MANNERS_S = 3
"""Seconds between two requests to arXiv that its terms ask for: info.arxiv.org/help/api/tou, read 2026-11-23."""


class SiteSettings(Block):
    """The site as a whole."""

    title: Annotated[Line, Field(min_length=1)] = "Trending arXiv"
    """Shown on every page and in every feed."""
    url: SiteAddress = DEFAULT_URL
    """Where the site is published; all absolute links start with it."""
    id: TagId = ""
    """First part of every feed entry's id, such as tag:example.org,2026-11-30; it stays when the address moves."""
    note: Prose = ""
    """Markdown, above the list on the home page."""
    home: Literal["trending", "newest"] = "trending"
    """Order of the home page: by attention, or by submission date, newest first."""
    per_page: Annotated[int, Field(ge=1, le=500)] = 20
    """Papers on one page of a list."""
    max_paper_pages: Annotated[int, Field(ge=0, le=1_000_000)] = 50_000
    """Older papers beyond this stay in lists, archives and JSON only."""
    max_mb: Annotated[int, Field(ge=10, le=10_000)] = 600
    """The site stays below this many megabytes: the oldest papers' own pages are left out first."""
    view: Literal["full", "compact"] = "full"
    """How lists look before a reader chooses: with abstracts, or in compact rows."""
    cards: bool = False
    """A picture of each paper of the first pages, for services that show one beside a link; needs Pillow."""
    people: bool = True
    """Each person with at least two posts has a page and a feed, under /by/."""
    offline: bool = True
    """Readers' browsers keep the pages that they opened, for reading without a connection."""

    @property
    def base_path(self) -> str:
        """Path of `url`: `/trending-arxiv/`."""
        return urlsplit(self.url).path


class Weights(Block):
    """What one person's vote for a paper is worth, by the strongest thing that the person did about it."""

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
    """How a bot's vote counts: `down` a tenth, `hide` not at all, its posts hidden, `count` in full."""


class ArxivNetwork(Block):
    """How to ask arXiv."""

    api: Address = "https://export.arxiv.org/api/query"
    contact: Line = ""
    """Your e-mail address, for arXiv to write to if your requests cause trouble."""
    spacing_s: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 3.0
    """Seconds between two requests, at least 3."""

    @field_validator("spacing_s")
    @classmethod
    def _keep_manners(cls, spacing_s: float, info: Any) -> float:
        if spacing_s < _MANNERS_S and not values.is_loopback(info.data.get("api", "")):
            raise ValueError("must be 3 or more: arXiv asks for it (less is accepted for an api on this machine alone)")
        return spacing_s


class FetchSettings(Block):
    """Accepted for configurations of older versions."""

    shards: int | None = None
    """Does nothing: one run reads every account. Delete this line."""


class Networks(Block):
    """How to ask each network; every key is optional. `networks.config_model` adds the networks that are read."""

    arxiv: ArxivNetwork = ArxivNetwork()


Person = Annotated[tuple[AccountReference, ...], Field(min_length=1, max_length=50)]


class Config(Block):
    """Configuration of Trending arXiv: whose reading is tracked, where, and how it is shown."""

    site: SiteSettings = SiteSettings()
    trackers: tuple[TrackerBlock, ...] = ()
    """Whose reading this is: one or many; each gets its own pages and feeds. Files of trackers/ come after these."""
    people: tuple[Person, ...] = ()
    """Accounts that are one person, so that they vote once."""
    ranking: Ranking = Ranking()
    filters: Filters = Filters()
    networks: Networks = Networks()
    fetch: FetchSettings = FetchSettings()
    feeds: FeedSettings = FeedSettings()
    announce: Announce = Announce()

    network_titles: ClassVar[Mapping[str, str]] = {}
    """The networks that can be read, in the order in which pages name them: name -> title."""

    def wanted(self, network: str) -> tuple[tuple[str, dict[str, Any]], ...]:
        """What each tracker wants of a network, as (tracker id, plain values); trackers that want nothing are left out.

        A network whose key in a tracker is a list, such as `feeds`, has that key alone: {"feeds": (...)}.
        """
        wishes = []
        for tracker in self.trackers:
            value = getattr(tracker, network, None) if network in self.network_titles else None
            if value is None:
                continue
            plain = value.model_dump() if isinstance(value, Block) else {network: value}
            lists = [part for part in plain.values() if isinstance(part, tuple)]
            if any(lists) or not lists:
                wishes.append((tracker.id, plain))
        return tuple(wishes)

    def month_cap_usd(self, name: str) -> float | None:
        """What reading a paid network may cost in a month; None for a free one."""
        return self.network_settings(name).get("max_usd_per_month")

    def network_settings(self, name: str) -> dict[str, Any]:
        """The block `networks.<name>` with its defaults, as plain values; empty for a network without settings."""
        block = getattr(self.networks, name, None)
        if isinstance(block, Block):
            return block.model_dump()
        return {}
