"""The site: everything that pages, feeds and exports are made from.

No page holds the time of the build, except home and the status page: the others stay as they are until their content
changes, so that a build writes few files.
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
    """Files that are made together, because how many there are follows from all of them."""

    folder: str
    """Below site/, with a trailing slash: no other output stands in it."""
    render: Callable[[], Iterator[tuple[str, bytes]]]
    """-> (path below the folder, content) of each."""


class Entered(NamedTuple):
    """How a paper came into a list."""

    paper_id: str
    at: datetime
    """The time of the post that brought it."""
    known_at: datetime
    """What the site knew of until then is what its feed entry says."""
    again: bool
    """It was hot before, and silent for 30 days since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """The papers of one day or week that is over, ranked by what was posted in it."""

    first_on: date
    last_on: date
    """The same for a day."""
    closed_at: datetime
    """Until then what was posted in it was waited for; it is published from then on and stays as it is."""
    papers: tuple[RankedPaper, ...]
    more: int
    """Further papers that somebody posted about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What was posted about, a day or a week at a time: a page and three feeds at `digest/<period>/`."""

    period: Period
    below: str = ""
    """The path of what it is a digest of: `t/ml/`, `s/diffusion/`; empty for the whole site."""
    of: str = ""
    """The title of that tracker or search."""
    issues: tuple[Issue, ...]
    """Newest first; days and weeks without a paper are left out."""

    @property
    def path(self) -> str:
        """Below the site's root: `digest/daily/`, `t/ml/digest/daily/`."""
        return f"{self.below}digest/{self.period}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a page of their own."""

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
    """Papers without files of their own, because these would not fit."""
    months_left: int | None
    """Until the limit is reached if papers come as in the last year; None where none come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that pages and feeds are made from. Built once a build; pages pick what they show."""

    title: str
    url: str
    """Where it is published, with a trailing slash."""
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
    """The numbers in force: half_life_days, weights, bots."""
    now: datetime
    """Time of the view: the newest `seen_at`, or what --now said."""
    listings: tuple[Listing, ...]
    papers: Mapping[str, Paper]
    """Every paper that has a page, by id, newest first."""
    ranked: Mapping[str, RankedPaper]
    """Every paper, with or without a page, as the view of everything ranks it, by id, newest first."""
    unknown: frozenset[str]
    """Ids in `papers` that arXiv has not answered for yet: shown by id, with their posts."""
    posts: Sequence[Post]
    """Every shown post, newest first."""
    tracker_posts: Mapping[str, Sequence[Post]]
    """By tracker: the posts that stand in its views, newest first."""
    readers: Mapping[str, tuple[str, ...]]
    """Paper id -> ids of the trackers in whose views it stands, sorted."""
    networks: Mapping[str, str]
    """Network name -> title, for those in the config or the data."""
    states: Mapping[str, NetworkState]
    own_pages: tuple[tuple[str, str, str], ...]
    """The owner's content/*.md as (slug, title, sanitised HTML)."""
    notes: Mapping[str, str]
    """The owner's note on a paper by id, sanitised HTML."""
    contact: str
    caps_usd: Mapping[str, float] = field(default_factory=dict)
    """Network name -> what reading it may cost in a month; of the paid ones that are read."""
    without_files: frozenset[str] = frozenset()
    """Ids of papers that have neither a page nor a JSON file, because the site would be too large."""
    size: SiteSize | None = None
    """None where the site is far from its limit."""
    similar: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Paper id -> ids of papers about the same, the most similar first."""
    id: str = "tag:example.org,2026-01-01"
    """First part of the ids of feed entries: it stays when the address moves."""
    ids_at: str | None = None
    """The address that stands in the ids of copies from before version 1.1."""
    ballots: Mapping[str, Mapping[str, Sequence[Ballot]]] = field(default_factory=dict)
    """Tracker, or empty for the whole site -> paper id -> the ballots of that view, newest first."""
    hot: Mapping[str, Mapping[str, Entered]] = field(default_factory=dict)
    """Tracker, or empty for the whole site -> paper id -> when it became hot there; newest first."""
    digests: tuple[Digest, ...] = ()
    """The daily and the weekly one of the whole site, of each tracker and of each saved search."""
    hub: str | None = None
    """Address of the WebSub hub that feeds name."""
    theme: Theme = field(default_factory=Theme)
    """The colours that the templates' style states."""
    cards: frozenset[str] = frozenset()
    """Ids of the papers that have a picture of their own, for services that show one beside a link."""
    withheld: frozenset[str] = frozenset()
    """Ids of posts whose text may be read on the pages but not passed on: it is not in `data/` (X by default)."""
    highlight_words: tuple[str, ...] = ()
    """Words that the owner wants marked in lists."""
    highlight_authors: tuple[str, ...] = ()
    offline: bool = True
    """Browsers keep the pages that were opened, for reading without a connection."""
    view: Literal["full", "compact"] = "full"
    """How lists stand before a reader chooses."""
    stated: Mapping[str, Stated] = field(default_factory=dict)
    """Paper id -> its code and who took it, as far as its texts state them."""
    people: tuple[Person, ...] = ()
    """Those who have a page of their own, by how many papers they posted about."""
    venues: frozenset[str] = frozenset()
    """Names of the conferences and journals that have a list."""


class Chrome(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around every page. Where it changes every page is rendered again, so it holds what seldom does."""

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
    )
