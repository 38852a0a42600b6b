"""`/sitemap.xml` and `/robots.txt` (https://www.sitemaps.org/protocol.html and RFC 9309, read 2026-11-23).

A sitemap holds 50,000 addresses at most; beyond that `/sitemap.xml` is an index of `/sitemap-1.xml` and on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import msgspec
from lxml import etree

from generator.model.records import RankedPaper
from generator.model.site import Output, Site

URLS_MAX = 50_000
"""Of one file."""
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

_LEFT_OUT = re.compile(r"(?:.*/)?page/\d+/|(?:search|saved|offline|status|posts)/")
"""Further pages of a list repeat what the papers' own pages say; search, saved and status are nothing to find, and
posts are other people's words, which belong to their networks."""


class SitemapUrl(msgspec.Struct, frozen=True, array_like=True):
    """One address, with the day of its last change where we know it (`YYYY-MM-DD`)."""

    url: str
    changed_on: str | None


class Sitemap(msgspec.Struct, frozen=True):
    """One file: of pages, or the index of the parts."""

    urls: tuple[SitemapUrl, ...]
    is_index: bool


def plan(site: Site, page_paths: Iterable[str], urls_max: int = URLS_MAX) -> Iterator[Output]:
    """The sitemap with its parts, and robots.txt, which names it.

    Args:
        site: for its address and the dates of its pages.
        page_paths: every HTML page that the build plans.
        urls_max: addresses in one file.
    """
    yield Output("robots.txt", partial(_robots, site))
    folders = sorted(
        path.removesuffix("index.html")
        for path in page_paths
        if path == "index.html" or (path.endswith("/index.html") and not _LEFT_OUT.fullmatch(path[:-10]))
    )
    parts = [folders[at : at + urls_max] for at in range(0, len(folders), urls_max)] or [[]]
    if len(parts) == 1:
        yield Output("sitemap.xml", partial(_pages, site, parts[0]))
        return
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield Output(name, partial(_pages, site, part))
    index = Sitemap(tuple(SitemapUrl(site.url + name, None) for name in names), is_index=True)
    yield Output("sitemap.xml", partial(_render, index))


def _pages(site: Site, folders: list[str]) -> bytes:
    changed = _changes(site)
    urls = tuple(SitemapUrl(site.url + folder, changed.get(folder)) for folder in folders)
    return _render(Sitemap(urls, is_index=False))


def _changes(site: Site) -> Mapping[str, str]:
    """Folder -> day of the newest mention on its page, for papers and lists."""
    days = {f"abs/{paper_id}/": _changed_on([ranked]) for paper_id, ranked in site.ranked.items()}
    days |= {listing.path: _changed_on(listing.papers) for listing in site.listings}
    return {folder: day for folder, day in days.items() if day}


def _changed_on(papers: Iterable[RankedPaper]) -> str | None:
    newest = max((ranked.mentions[0].post.posted_at for ranked in papers if ranked.mentions), default=None)
    return newest.date().isoformat() if newest else None


def _render(view: Sitemap) -> bytes:
    outer, inner = ("sitemapindex", "sitemap") if view.is_index else ("urlset", "url")
    root = etree.Element(outer, xmlns=_NAMESPACE)
    for address in view.urls:
        node = etree.SubElement(root, inner)
        etree.SubElement(node, "loc").text = address.url
        if address.changed_on:
            etree.SubElement(node, "lastmod").text = address.changed_on
    return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)


def _robots(site: Site) -> bytes:
    return f"User-agent: *\nAllow: /\n\nSitemap: {site.url}sitemap.xml\n".encode()
