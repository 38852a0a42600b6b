"""`/opml.xml`: every feed of the site for import into a reader, grouped.

OPML 2.0 (http://opml.org/spec2.opml, read 2026-11-23). One address per list, the RSS one: a reader that took all three
would show every paper three times.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec
from lxml import etree

from generator.model.site import Digest, Output, Site
from generator.views.feed_of_digest import ABOUT, TITLES
from generator.views.feed_of_list import RSS_FILE, clean_line
from generator.views.feed_of_posts import post_lists


class FeedLink(msgspec.Struct, frozen=True, array_like=True):
    """One feed."""

    title: str
    description: str
    feed_url: str
    page_url: str


class FeedGroup(msgspec.Struct, frozen=True, array_like=True):
    """Feeds under one heading."""

    title: str
    feeds: tuple[FeedLink, ...]


class FeedGroups(msgspec.Struct, frozen=True, array_like=True):
    """The whole file."""

    title: str
    groups: tuple[FeedGroup, ...]


def plan(site: Site) -> Iterator[Output]:
    """The list of feeds."""
    yield Output("opml.xml", lambda: _render(feed_groups(site)))


def feed_groups(site: Site) -> FeedGroups:
    """Every feed: the site's own lists, its digests, then each tracker, saved searches and categories."""
    groups: dict[str, list[FeedLink]] = {
        site.title: [],
        "Digests": list(map(partial(_digest_link, site), site.digests)),
    }
    for listing in site.listings:
        if not listing.window.changes:
            continue
        link = FeedLink(
            listing.title,
            listing.description,
            f"{site.url}{listing.path}{RSS_FILE}",
            site.url + listing.path,
        )
        groups.setdefault(listing.scope.group or site.title, []).append(link)
    for posts in post_lists(site):
        page = site.url + posts.path
        link = FeedLink(posts.title, posts.description, page + RSS_FILE, page)
        groups.setdefault(posts.tracker.title if posts.tracker else site.title, []).append(link)
    return FeedGroups(site.title, tuple(FeedGroup(title, tuple(links)) for title, links in groups.items() if links))


def _digest_link(site: Site, digest: Digest) -> FeedLink:
    page = site.url + digest.path
    return FeedLink(TITLES[digest.period], ABOUT[digest.period], page + RSS_FILE, page)


def _render(view: FeedGroups) -> bytes:
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean_line(view.title)
    body = etree.SubElement(root, "body")
    for group in view.groups:
        title = clean_line(group.title)
        outline = etree.SubElement(body, "outline", text=title, title=title)
        for feed in group.feeds:
            name = clean_line(feed.title)
            etree.SubElement(
                outline,
                "outline",
                type="rss",
                text=name,
                title=name,
                description=clean_line(feed.description),
                xmlUrl=feed.feed_url,
                htmlUrl=feed.page_url,
            )
    return etree.tostring(root, pretty_print=True, encoding="UTF-8", xml_declaration=True)
