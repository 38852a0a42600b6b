"""Lists of papers: home, newest, most captured, the windows, those of a tracker, a category, a month. Paginated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

import msgspec

from generator.model.records import RankedPaper, Window
from generator.model.site import Listing, Order, Output, Site
from generator.render.pages.paging import Paging, page_path, paginate
from generator.render.templates import Templates
from generator.text.markdown import markdown_to_html
from generator.views.papers import ArticleView, article_view
from generator.views.posts import remembering

_WINDOW_LABELS: Mapping[Window, str] = {
    "day": "Today",
    "week": "Week",
    "month": "Month",
    "year": "Year",
    "all": "All time",
}
_ORDER_LABELS: Mapping[Order, str] = {"newest": "Newest", "captured": "Most captured"}


class TabView(msgspec.Struct, frozen=True, kw_only=True):
    """A sister list."""

    label: str
    path: str


class StaleView(msgspec.Struct, frozen=True, kw_only=True):
    """A network whose newer posts are missing."""

    network: str
    since: datetime


class ListView(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list."""

    path: str
    """Of the list; with a trailing slash, empty for home."""
    title: str
    description: str
    scope: str
    """`home`, `tracker`, `search`, `category` or `month`."""
    about_html: str
    """The owner's note, or the tracker's line and note; on the first page."""
    newest_first: bool
    tabs: tuple[TabView, ...]
    paging: Paging
    articles: tuple[ArticleView, ...]
    site_is_empty: bool
    updated_at: datetime | None
    """On the first page of home alone: every other page would change with every build."""
    sources: tuple[str, ...]
    """Titles of the networks, where `updated_at` is shown."""
    stale: tuple[StaleView, ...]
    highlight_words: tuple[str, ...]
    """What is marked here: the tracker's words beside the site's."""
    highlight_authors: tuple[str, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """Every page of every list."""
    articles = _Articles(site)
    tabs = _Tabs(site)
    for listing in site.listings:
        for paging in paginate(listing.path, len(listing.papers), site.per_page):
            path = page_path(listing.path, paging.number)
            sisters = tabs.of(listing)
            view = partial(list_view, site, listing, paging, sisters, articles)
            yield templates.page("lists.html", path, view)


def list_view(site: Site, listing: Listing, paging: Paging, tabs: tuple[TabView, ...], articles: _Articles) -> ListView:
    """One page of a list."""
    numbered = listing.order != "newest"
    shown = listing.papers[paging.start : paging.end]
    first = paging.number == 1
    home = first and not listing.path
    return ListView(
        path=listing.path,
        title=listing.title,
        description=listing.description,
        scope=_scope(listing),
        about_html=_about(site, listing) if first else "",
        newest_first=listing.order == "newest",
        tabs=tabs,
        paging=paging,
        articles=tuple(articles.view(ranked, numbered=numbered) for ranked in shown),
        site_is_empty=not site.papers,
        updated_at=site.now if home and site.papers else None,
        sources=tuple(site.networks.values()) if home else (),
        stale=stale_networks(site) if home else (),
        highlight_words=_joined(site.highlight_words, listing.tracker.highlight_words if listing.tracker else ()),
        highlight_authors=_joined(site.highlight_authors, listing.tracker.highlight_authors if listing.tracker else ()),
    )


def _joined(of_site: tuple[str, ...], of_tracker: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*of_site, *of_tracker)))


def stale_networks(site: Site) -> tuple[StaleView, ...]:
    """Networks that could not be read, since when."""
    return tuple(
        StaleView(network=site.networks.get(name, name), since=state.failing_since)
        for name, state in sorted(site.states.items())
        if state.failing_since is not None
    )


def _scope(listing: Listing) -> str:
    if listing.month:
        return "month"
    if listing.category:
        return "category"
    if listing.search:
        return "search"
    return "tracker" if listing.tracker else "home"


def _about(site: Site, listing: Listing) -> str:
    if not listing.path:
        return site.note_html
    at_its_root = listing.tracker is not None and listing.path == f"t/{listing.tracker.id}/"
    if listing.tracker is None or not at_its_root:
        return ""
    return markdown_to_html(listing.tracker.about) + markdown_to_html(listing.tracker.note)


class _Articles:
    """Articles of lists: a paper with the same mentions and votes looks the same in each but for its rank."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._comment = remembering()
        self._known: dict[tuple[int, int, str], ArticleView] = {}

    def view(self, ranked: RankedPaper, *, numbered: bool) -> ArticleView:
        """The article; `ranked` must live as long as this does (the site holds all of them)."""
        key = (id(ranked.mentions), id(ranked.votes), ranked.paper.id)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = article_view(ranked, self._site, self._comment, numbered=False)
        return msgspec.structs.replace(known, rank=ranked.rank) if numbered else known


class _Tabs:
    """The sister lists of each list: the same scope, in another order or window."""

    def __init__(self, site: Site) -> None:
        self._scopes: dict[tuple[str | None, str | None], dict[str, TabView]] = {}
        for listing in site.listings:
            if _has_sisters(listing):
                label = _label(listing)
                sisters = self._scopes.setdefault(_key(listing), {})
                sisters.setdefault(label, TabView(label=label, path=listing.path))

    def of(self, listing: Listing) -> tuple[TabView, ...]:
        """Empty where a list has no sister."""
        sisters = tuple(self._scopes[_key(listing)].values()) if _has_sisters(listing) else ()
        return sisters if len(sisters) > 1 else ()


def _has_sisters(listing: Listing) -> bool:
    return listing.month is None and listing.search is None


def _key(listing: Listing) -> tuple[str | None, str | None]:
    return listing.tracker.id if listing.tracker else None, listing.category


def _label(listing: Listing) -> str:
    if listing.order != "trending":
        return _ORDER_LABELS[listing.order]
    return _WINDOW_LABELS[listing.window] if listing.window else "Trending"
