"""What machines read besides the feeds: JSON API, sitemap, robots.txt, the list of feeds (OPML), web manifest.

Adding one: its file here and a row in EXPORTS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from generator.model.site import Output, Site
from generator.render.exports import bibliography, cards, json_lists, json_papers, opml, sitemap, web_manifest

EXPORTS: tuple[Callable[[Site], Iterator[Output]], ...] = (
    json_papers.plan,
    json_lists.plan,
    bibliography.plan,
    opml.plan,
    cards.plan,
    web_manifest.plan,
)

__all__ = ["EXPORTS", "plan_exports"]


def plan_exports(site: Site, page_paths: Iterable[str]) -> Iterator[Output]:
    """Every file for machines.

    Args:
        site: what the pages are made from.
        page_paths: the path of every HTML page that the build plans (`Output.path`): what the sitemap names exists.
    """
    for export in EXPORTS:
        yield from export(site)
    yield from sitemap.plan(site, page_paths)
