"""`/api/v1/<list>.json` and `/api/v1/index.json`: every list of the site, and the list of lists (docs/json-api.md)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

import msgspec

from generator.model.listing import Listing, Order
from generator.model.records import RankedPaper, Span
from generator.model.site import Output, Site
from generator.ranking.rank import round_score
from generator.render.exports.json_papers import encode_line

API_VERSION = 1
GENERATOR = "trending-arxiv"


class ListedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper's place in a list; the paper itself is in its own file."""

    id: str
    rank: int
    score: float
    captured: int


class ListAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One list, whole."""

    name: str
    title: str
    description: str
    url: str
    order: Order
    window: Span | None
    tracker: str | None
    category: str | None
    month: str | None
    search: str | None
    papers: tuple[ListedPaper, ...]


class ListSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A list in the index."""

    name: str
    title: str
    url: str
    api: str
    order: Order
    papers: int


class ApiCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is."""

    papers: int
    posts: int
    lists: int


class IndexAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where to begin."""

    version: int
    generator: str
    title: str
    url: str
    updated: datetime | None
    """When the newest post was seen; None before the first."""
    counts: ApiCounts
    paper: str
    """Address of a paper's file, with `{id}` where the id goes."""
    lists: tuple[ListSummary, ...]


def list_path(listing: Listing) -> str:
    """Below site/: `api/v1/top-week.json`."""
    return f"api/v1/{listing.api_name}.json"


def plan(site: Site) -> Iterator[Output]:
    """A file for every list, and the index."""
    for listing in _published(site):
        yield Output(list_path(listing), partial(_list, site, listing))
    yield Output("api/v1/index.json", lambda: encode_line(_index(site)))


def _published(site: Site) -> list[Listing]:
    return [listing for listing in site.listings if listing.window.period is None]


def _list(site: Site, listing: Listing) -> bytes:
    answer = ListAnswer(
        name=listing.api_name,
        title=listing.title,
        description=listing.description,
        url=site.url + listing.path,
        order=listing.window.order,
        window=listing.window.span,
        tracker=listing.scope.id_of("tracker"),
        category=listing.scope.id_of("category"),
        month=listing.window.month,
        search=listing.scope.id_of("search"),
        papers=tuple(map(_listed, listing.papers)),
    )
    return encode_line(answer)


def _listed(ranked: RankedPaper) -> ListedPaper:
    return ListedPaper(id=ranked.paper.id, rank=ranked.rank, score=round_score(ranked.score), captured=ranked.captured)


def _index(site: Site) -> IndexAnswer:
    return IndexAnswer(
        version=API_VERSION,
        generator=GENERATOR,
        title=site.title,
        url=site.url,
        updated=max((post.seen_at for post in site.posts), default=None),
        counts=ApiCounts(papers=len(site.papers), posts=len(site.posts), lists=len(site.listings)),
        paper=f"{site.url}api/v1/papers/{{id}}.json",
        lists=tuple(
            ListSummary(
                name=listing.api_name,
                title=listing.title,
                url=site.url + listing.path,
                api=site.url + list_path(listing),
                order=listing.window.order,
                papers=len(listing.papers),
            )
            for listing in _published(site)
        ),
    )
