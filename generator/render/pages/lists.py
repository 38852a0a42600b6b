"""Lists of papers, paginated: the first pages with abstracts. What looks back stands in compact rows (`compact`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

import msgspec
from markupsafe import Markup

from generator.model.listing import Listing, ScopeKind
from generator.model.site import Output, Site
from generator.render.exports.bibliography import is_citable
from generator.render.pages.paging import Paging, page_path, paginate
from generator.render.pieces import Pieces
from generator.render.templates import Templates
from generator.text.markdown import markdown_to_html


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
    section: str
    """Of the navigation."""
    posts_path: str
    """Where the posts of a tracker stand; empty for other lists."""
    about_html: str
    """The owner's note, or the tracker's line and note; on the first page."""
    newest_first: bool
    tabs: tuple[TabView, ...]
    paging: Paging
    articles: tuple[Markup, ...]
    """The papers of a page with abstracts."""
    rows: tuple[Markup, ...]
    """The papers of a later page, without abstracts."""
    is_citable: bool
    """Its files for reference managers are beside it."""
    site_is_empty: bool
    updated_at: datetime | None
    """On the first page of home alone: every other page would change with every build."""
    sources: tuple[str, ...]
    """Titles of the networks, where `updated_at` is shown."""
    stale: tuple[StaleView, ...]
    highlight_words: tuple[str, ...]
    """What is marked here: the tracker's words beside the site's."""
    highlight_authors: tuple[str, ...]


_SECTIONS: Mapping[ScopeKind, str] = {
    "site": "papers",
    "tracker": "trackers",
    "search": "feeds",
    "category": "categories",
    "code": "categories",
    "venue": "categories",
}


_PAGES_WITH_ABSTRACTS: Mapping[ScopeKind, int] = {
    "site": 10,
    "tracker": 10,
    "search": 10,
    "category": 1,
    "code": 1,
    "venue": 1,
}
"""The papers of later pages stand in rows: their abstracts are on their own pages (docs/decisions, 33)."""


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """Every page of every list that is not compact."""
    tabs = _Tabs(site)
    for listing in site.listings:
        if listing.window.compact:
            continue
        first_pages = _PAGES_WITH_ABSTRACTS[listing.scope.kind]
        for paging in paginate(listing.path, len(listing.papers), site.per_page, first_pages):
            path = page_path(listing.path, paging.number)
            view = partial(list_view, site, listing, paging, tabs.of(listing), templates.pieces)
            yield templates.page("lists.html", path, view)


def list_view(site: Site, listing: Listing, paging: Paging, tabs: tuple[TabView, ...], pieces: Pieces) -> ListView:
    """One page of a list."""
    with_abstracts = paging.number <= _PAGES_WITH_ABSTRACTS[listing.scope.kind]
    articles = []
    rows = []
    for ranked in listing.papers[paging.start : paging.end]:
        if with_abstracts:
            articles.append(pieces.article(ranked, is_ranked=listing.window.is_ranked))
        else:
            rows.append(pieces.row(ranked, is_ranked=listing.window.is_ranked))
    first = paging.number == 1
    home = first and not listing.path
    tracker = listing.scope.tracker
    return ListView(
        path=listing.path,
        title=listing.title,
        description=listing.description,
        section=_SECTIONS[listing.scope.kind],
        posts_path=f"{listing.scope.path}posts/" if tracker else "",
        about_html=_about(site, listing) if first else "",
        newest_first=listing.window.order == "newest",
        tabs=tabs,
        paging=paging,
        articles=tuple(articles),
        rows=tuple(rows),
        is_citable=is_citable(listing, site.unknown),
        site_is_empty=not site.papers,
        updated_at=site.now if home and site.papers else None,
        sources=tuple(site.networks.values()) if home else (),
        stale=stale_networks(site) if home else (),
        highlight_words=_joined(site.highlight_words, tracker.highlight_words if tracker else ()),
        highlight_authors=_joined(site.highlight_authors, tracker.highlight_authors if tracker else ()),
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


def _about(site: Site, listing: Listing) -> str:
    """The owner's words above a list."""
    if not listing.is_root:
        return ""
    tracker = listing.scope.tracker
    if tracker:
        return markdown_to_html(tracker.about) + markdown_to_html(tracker.note)
    if listing.scope.kind == "site":
        return site.note_html
    return ""


class _Tabs:
    """The sister lists of each list: the same scope in another window."""

    def __init__(self, site: Site) -> None:
        self._of_scopes: dict[str, dict[str, TabView]] = {}
        for listing in site.listings:
            label = listing.window.label
            if label:
                sisters = self._of_scopes.setdefault(listing.scope.path, {})
                sisters.setdefault(label, TabView(label=label, path=listing.path))

    def of(self, listing: Listing) -> tuple[TabView, ...]:
        """Empty where a list has no sister."""
        sisters = tuple(self._of_scopes[listing.scope.path].values())
        return sisters if len(sisters) > 1 else ()
