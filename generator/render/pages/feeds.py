"""`/feeds/`: which feed to take, the feeds of every list, and how to use one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import quote

import msgspec

from generator.model.category_names import NAMES
from generator.model.listing import Listing
from generator.model.site import Output, Site
from generator.render.templates import Templates
from generator.views.feed_html import clean_line
from generator.views.feed_of_digest import digest_title
from generator.views.feed_of_papers import RSS_FILE
from generator.views.feed_of_posts import post_lists

_READERS = (
    ("Feedly", "https://feedly.com/i/subscription/feed%2F"),
    ("Inoreader", "https://www.inoreader.com/?add_feed="),
    ("NewsBlur", "https://www.newsblur.com/?url="),
    ("The Old Reader", "https://theoldreader.com/feeds/subscribe?url="),
)
"""What subscribes when a feed's address follows (their own 'add' links, as many sites use them, read 2026-11-23)."""
_MEASURED_DAYS = 28


class ChoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the feeds that suit most people."""

    title: str
    about: str
    volume: str
    """`about 6 a day`, measured over the last four weeks."""
    name: str
    """Of the list."""
    path: str
    address: str
    """Of its RSS feed."""
    readers: tuple[tuple[str, str], ...]
    """(name, address) of readers that subscribe at a click."""


class FeedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A list with feeds beside it."""

    title: str
    """As it is called under its group's heading."""
    whole_title: str
    path: str


class FeedGroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """Lists of one kind."""

    title: str
    lists: tuple[FeedRow, ...]


class FeedsView(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    choices: tuple[ChoiceView, ...]
    groups: tuple[FeedGroupRow, ...]
    categories: tuple[FeedRow, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """One page."""
    path = "feeds/index.html"
    yield templates.page("feeds.html", path, partial(feeds_view, site))


def feeds_view(site: Site) -> FeedsView:
    """The three choices, then the lists by kind: the whole site's, each tracker's, the searches', the categories'."""
    whole = "The whole site"
    groups: dict[str, list[FeedRow]] = {whole: []}
    categories: list[FeedRow] = []
    for listing in site.listings:
        if listing.scope.kind == "category":
            categories.append(_category_row(listing))
        elif listing.window.changes:
            group = listing.scope.group or whole
            groups.setdefault(group, []).append(_row(group, listing.title, listing.path))
    for digest in site.digests:
        group = "Saved searches" if digest.below.startswith("s/") else digest.of or whole
        groups.setdefault(group, []).append(_row(group, digest_title(digest), digest.path))
    for posts in post_lists(site):
        group = posts.tracker.title if posts.tracker else whole
        groups.setdefault(group, []).append(_row(group, posts.title, posts.path))
    return FeedsView(
        choices=tuple(_choices(site)),
        groups=tuple(FeedGroupRow(title=title, lists=tuple(rows)) for title, rows in groups.items() if rows),
        categories=tuple(categories),
    )


def _choices(site: Site) -> Iterator[ChoiceView]:
    became_hot = [entered.at for entered in site.hot.get("", {}).values()]
    first_posts = [ballots[-1].mention.post.posted_at for ballots in site.ballots.get("", {}).values() if ballots]
    yield _choice(
        site,
        title="What several people talk about",
        about="Each paper once, when several people have posted about it or it is among the first of the day.",
        volume=volume(became_hot, site.now),
        name="Hot",
        path="hot/",
    )
    yield _choice(
        site,
        title="One entry a day",
        about="The papers of the day, ranked, with the best comment about each.",
        volume="one a day",
        name="Daily digest",
        path="digest/daily/",
    )
    yield _choice(
        site,
        title="Everything",
        about="Each paper once, when the first person posts about it.",
        volume=volume(first_posts, site.now),
        name="Newest",
        path="new/",
    )


def _choice(site: Site, *, title: str, about: str, volume: str, name: str, path: str) -> ChoiceView:
    folder = site.url + path
    return ChoiceView(
        title=title,
        about=about,
        volume=volume,
        name=name,
        path=path,
        address=folder + RSS_FILE,
        readers=readers_for(folder),
    )


def volume(moments: Iterable[datetime], now: datetime) -> str:
    """How many entries came, in words: `about 6 a day`, `about 3 a week`, `fewer than one a week`, `none so far`."""
    recent = [moment for moment in moments if now - timedelta(days=_MEASURED_DAYS) < moment <= now]
    if not recent:
        return "none so far"
    days = max(1.0, (now - min(recent)) / timedelta(days=1))
    a_day = len(recent) / days
    if round(a_day):
        return f"about {round(a_day):,} a day"
    if round(a_day * 7):
        return f"about {round(a_day * 7)} a week"
    return "fewer than one a week"


def _row(group: str, title: str, path: str) -> FeedRow:
    return FeedRow(title=title.removesuffix(f" · {group}"), whole_title=title, path=path)


def _category_row(listing: Listing) -> FeedRow:
    name = NAMES.get(listing.scope.id, "")
    title = listing.window.title if not listing.is_root else f"{listing.scope.id} {name}".strip()
    return FeedRow(title=title, whole_title=clean_line(f"{listing.title} {name}"), path=listing.path)


def readers_for(folder: str) -> tuple[tuple[str, str], ...]:
    """(name, address) of each reader that takes the RSS feed of a list at a click; nobody is asked before that.

    Args:
        folder: the list's own address.
    """
    feed = folder + RSS_FILE
    return (
        *((name, address + quote(feed, safe="")) for name, address in _READERS),
        ("App", "feed://" + feed.partition("://")[2]),
    )
