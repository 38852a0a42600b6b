"""The site: the data for all pages, feeds and exports.

Only home and the status page show the time of the build. Other pages change only with their content, so that a build
writes few files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

import msgspec

from generator.model.listing import Listing, Order
from generator.model.records import Ballot, NetworkState, Paper, Post, RankedPaper, Tracker
from generator.model.stated import Stated
from generator.model.theme import Theme

Period = Literal["daily", "weekly"]


@dataclass(frozen=True, slots=True)
class Output:
    """One file of the site."""

    path: str
    """Below site/, such as `abs/1602.02410/index.html`."""
    render: Callable[[], bytes]
    """-> its content."""


@dataclass(frozen=True, slots=True)
class OutputGroup:
    """Files that are rendered together, because their number depends on their content."""

    folder: str
    """Below site/, with a trailing slash; no other output uses this folder."""
    render: Callable[[], Iterator[tuple[str, bytes]]]
    """-> (path below the folder, content) of each."""


class Entered(NamedTuple):
    """The event that put a paper into a list."""

    paper_id: str
    at: datetime
    """Time of the post that caused it."""
    known_at: datetime
    """The feed entry shows posts known until then."""
    again: bool
    """It was hot before, and nobody posted about it for 30 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Papers of one past day or week, ranked by the posts of that period."""

    first_on: date
    last_on: date
    """Equals `first_on` for a day."""
    closed_at: datetime
    """The issue is published at this time, after late posts have arrived, and does not change afterwards."""
    papers: tuple[RankedPaper, ...]
    more: int
    """Number of further papers with posts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Papers by day or by week: a page and three feeds at `digest/<period>/`."""

    period: Period
    below: str = ""
    """Path of its tracker or search: `t/ml/`, `s/diffusion/`; empty for the whole site."""
    of: str = ""
    """Title of that tracker or search."""
    issues: tuple[Issue, ...]
    """Newest first, without days and weeks that have no paper."""

    @property
    def path(self) -> str:
        """Below the site's root: `digest/daily/`, `t/ml/digest/daily/`."""
        return f"{self.below}digest/{self.period}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person with a page."""

    slug: str
    """In addresses: `ada.example`, `ada-social.example`, `hackernews-ada`."""
    name: str
    accounts: tuple[str, ...]
    """Ids, sorted."""
    networks: tuple[str, ...]
    posts: tuple[Post, ...]
    """Newest first."""
    papers: int

    @property
    def path(self) -> str:
        """Below the site's root."""
        return f"by/{self.slug}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSize:
    """How large a site is, and when it reaches its limit."""

    bytes: int
    max_bytes: int
    left_out: int
    """Number of papers without files of their own, for lack of space."""
    months_left: int | None
    """Months until the limit at last year's rate; None if the site does not grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Data for all pages and feeds, made once per build."""

    title: str
    url: str
    """Address where it is published, with a trailing slash."""
    base_path: str
    """Path of `url`: `/trending-arxiv/`."""
    note_html: str
    """The owner's note, sanitised."""
    home: Order
    per_page: int
    feed_entries: int
    max_paper_pages: int
    trackers: tuple[Tracker, ...]
    ranking: Mapping[str, Any]
    """Settings: half_life_days, weights, bots."""
    now: datetime
    """The newest `seen_at`, or the time of --now."""
    listings: tuple[Listing, ...]
    papers: Mapping[str, Paper]
    """Every paper that has a page, by id, newest first."""
    ranked: Mapping[str, RankedPaper]
    """Every paper, with or without a page, ranked over all posts, by id, newest first."""
    unknown: frozenset[str]
    """Ids in `papers` without metadata from arXiv so far: shown by id, with their posts."""
    posts: Sequence[Post]
    """Every shown post, newest first."""
    tracker_posts: Mapping[str, Sequence[Post]]
    """Tracker id -> its posts, newest first."""
    readers: Mapping[str, tuple[str, ...]]
    """Paper id -> ids of the trackers that show it, sorted."""
    networks: Mapping[str, str]
    """Network name -> title, for those in the config or the data."""
    states: Mapping[str, NetworkState]
    own_pages: tuple[tuple[str, str, str], ...]
    """The owner's content/*.md as (slug, title, sanitised HTML)."""
    notes: Mapping[str, str]
    """The owner's note on a paper by id, sanitised HTML."""
    contact: str
    caps_usd: Mapping[str, float] = field(default_factory=dict)
    """Network name -> monthly budget, for paid networks in use."""
    without_files: frozenset[str] = frozenset()
    """Ids of papers without page and JSON file, for lack of space."""
    sizes: list[SiteSize] = field(default_factory=list)
    """Its size, once all files are planned; empty if the site is far from its limit."""
    similar: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Paper id -> ids of similar papers, most similar first."""
    id: str = "tag:example.org,2026-01-01"
    """Prefix of feed entry ids; it stays the same when the address changes."""
    ids_at: str | None = None
    """Address in the feed entry ids of copies older than version 1.1."""
    ballots: Mapping[str, Mapping[str, Sequence[Ballot]]] = field(default_factory=dict)
    """Tracker id, or empty for the whole site -> paper id -> its ballots, newest first."""
    hot: Mapping[str, Mapping[str, Entered]] = field(default_factory=dict)
    """Tracker id, or empty for the whole site -> paper id -> when it became hot; newest first."""
    digests: tuple[Digest, ...] = ()
    """A daily and a weekly digest for the whole site, each tracker and each saved search."""
    hub: str | None = None
    """Address of the WebSub hub that feeds name."""
    theme: Theme = field(default_factory=Theme)
    """Colours of the style sheet."""
    cards: frozenset[str] = frozenset()
    """Ids of papers with a preview picture for social networks."""
    withheld: frozenset[str] = frozenset()
    """Ids of posts whose text may appear on pages but not in exports, because it is not in `data/` (X by default)."""
    highlight_words: tuple[str, ...] = ()
    """Words to mark in lists."""
    highlight_authors: tuple[str, ...] = ()
    offline: bool = True
    """Browsers keep visited pages for reading offline."""
    view: Literal["full", "compact"] = "full"
    """Default view of lists; readers can switch."""
    stated: Mapping[str, Stated] = field(default_factory=dict)
    """Paper id -> its code and who took it, as far as its texts state them."""
    people: tuple[Person, ...] = ()
    """Persons with a page, by number of papers."""
    venues: frozenset[str] = frozenset()
    """Names of the conferences and journals that have a list."""

    @property
    def size(self) -> SiteSize | None:
        """How large it is; None if it is far from its limit."""
        return self.sizes[-1] if self.sizes else None


class Chrome(msgspec.Struct, frozen=True, kw_only=True):
    """The frame of every page. A change here changes every page, so it holds only what rarely changes."""

    title: str
    url: str
    """Where the site is published, with a trailing slash."""
    trackers: tuple[tuple[str, str], ...]
    """(id, title)."""
    own_pages: tuple[tuple[str, str], ...]
    """(slug, title) of the owner's pages."""
    highlight_words: tuple[str, ...]
    highlight_authors: tuple[str, ...]
    theme: Theme
    offline: bool
    view: Literal["full", "compact"]
    has_days: bool
    """Some day has passed."""
    has_people: bool
    """Somebody has a page."""


def chrome_of(site: Site) -> Chrome:
    """The frame that all pages of this site share."""
    return Chrome(
        title=site.title,
        url=site.url,
        trackers=tuple((tracker.id, tracker.title) for tracker in site.trackers),
        own_pages=tuple((slug, title) for slug, title, _ in site.own_pages),
        highlight_words=site.highlight_words,
        highlight_authors=site.highlight_authors,
        theme=site.theme,
        offline=site.offline,
        view=site.view,
        has_days=any(listing.window.period == "day" for listing in site.listings),
        has_people=bool(site.people),
    )
