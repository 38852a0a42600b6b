"""`/opml.xml`: at most ten feeds for import into a reader, none of them empty; `/opml-categories.xml`: one a category.

OPML 2.0 (http://opml.org/spec2.opml, read 2026-11-23). One address per list, the RSS one: a reader that took all three
would show every paper three times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from lxml import etree

from generator.model.listing import Listing, ScopeKind
from generator.model.site import Output, Site
from generator.views.feed_html import clean_line
from generator.views.feed_of_digest import ABOUT, digest_title
from generator.views.feed_of_papers import RSS_FILE

FEEDS_MAX = 10
"""Feeds in the file: they overlap, and nobody reads a hundred."""

_Link = tuple[str, str, str]
"""(title, description, path)."""


def plan(site: Site) -> Iterator[Output]:
    """The two lists of feeds."""
    yield Output("opml.xml", partial(_render, site, recommended(site)))
    categories = [_link_to(listing) for listing in best_lists(site, "category")]
    yield Output("opml-categories.xml", partial(_render, site, categories))


def recommended(site: Site) -> list[_Link]:
    """What is hot, the digests, then what is hot of each tracker and saved search."""
    digests = [digest for digest in site.digests if digest.issues and not digest.below]
    links = [
        *map(_link_to, best_lists(site, "site")),
        *((digest_title(digest), ABOUT[digest.period], digest.path) for digest in digests),
        *map(_link_to, best_lists(site, "tracker")),
        *map(_link_to, best_lists(site, "search")),
    ]
    return links[:FEEDS_MAX]


def best_lists(site: Site, kind: ScopeKind) -> list[Listing]:
    """One list of each scope of this kind: what is hot there, or all of it where nothing is yet."""
    best: dict[str, Listing] = {}
    for listing in site.listings:
        is_wanted = listing.scope.kind == kind and (listing.is_root or listing.window.order == "hot")
        has_entries = any(ranked.paper.id not in site.unknown for ranked in listing.papers)
        if is_wanted and has_entries and (listing.window.order == "hot" or listing.scope.id not in best):
            best[listing.scope.id] = listing
    return list(best.values())


def _link_to(listing: Listing) -> _Link:
    return listing.title, listing.description, listing.path


def _render(site: Site, links: Sequence[_Link]) -> bytes:
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean_line(site.title)
    body = etree.SubElement(root, "body")
    for title, description, path in links:
        name = clean_line(title)
        etree.SubElement(
            body,
            "outline",
            type="rss",
            text=name,
            title=name,
            description=clean_line(description),
            xmlUrl=site.url + path + RSS_FILE,
            htmlUrl=site.url + path,
        )
    return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
