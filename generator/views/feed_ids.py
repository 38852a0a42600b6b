"""The ids of feed entries: the same for ever, whatever the address of the site, and another one in each feed. Pure."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from generator.model.site import Site


def id_of_address(url: str) -> str:
    """The first part of all ids where the configuration has no `site.id`: `tag:papers@example.org,2026-01-01`."""
    parts = urlsplit(url)
    path = quote(parts.path.strip("/").replace("/", "."), safe="")
    if path:
        return f"tag:{path}@{parts.netloc},2026-01-01"
    return f"tag:{parts.netloc},2026-01-01"


def entry_id(site: Site, feed: str, name: str) -> str:
    """The id of what is called `name` in a feed, such as a paper's id in `hot`."""
    return f"{site.id}:{feed}/{name}"


def paper_id_in(site: Site, feed: str, paper_id: str) -> str:
    """The id of a paper in a feed; in copies from before version 1.1 (`feeds.ids_at`) the address of its page then."""
    if site.ids_at:
        return f"{site.ids_at}abs/{paper_id}/"
    return entry_id(site, feed, paper_id)
