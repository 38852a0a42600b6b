"""May the built site be published? Measures it, finds out what was published last, asks `generator.check.publishable`.

Says also where `site.url` is not the address that Pages gives the page (PAGE_URL), because links in feeds lead there.

What was published last stands in .cache/published.json, which the workflow keeps with every publication. Where that is
lost, the published site itself is asked (api/v1/index.json); where that does not answer either, there is nothing to
compare with, and only an empty or too large site is refused.

Exit status: 0 publish, or wait because nothing was captured yet; 1 refused.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from generator.check.publishable import Measure, Verdict, judge
from generator.commands.fetch import make_client
from generator.config import Config
from generator.fetch.configuration import load
from generator.model.errors import TrendingError
from generator.net.http.interface import get_json
from scripts.actions import annotate, inert, set_output, write_summary
from scripts.places import Places

SITE = Path("site")
PUBLISHED = Path(".cache/published.json")
INDEX = "api/v1/index.json"
_ASK_S = 60.0


def measure(site: Path) -> Measure:
    """Count papers and bytes of a built site; one without its index has no papers."""
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    try:
        index = json.loads((site / INDEX).read_bytes())
    except (OSError, ValueError):
        index = {}
    return Measure(papers=_papers(index) or 0, size=size)


def published_last(noted: Path, config: Config) -> Measure | None:
    """What readers have now, as far as anybody can tell."""
    try:
        found = json.loads(noted.read_bytes())
        papers, size = found["papers"], found["size"]
        if type(papers) is int and type(size) is int:
            return Measure(papers=papers, size=size)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return _ask_the_page(config)


def _ask_the_page(config: Config) -> Measure | None:
    client = make_client(config)
    try:
        index = get_json(client.limited(_ASK_S), config.site.url + INDEX, tries=2)
    except TrendingError:
        return None
    finally:
        client.close()
    ours = isinstance(index, dict) and index.get("generator") == "trending-arxiv"
    papers = _papers(index) if ours else None
    return None if papers is None else Measure(papers=papers, size=0)


def _papers(index: Any) -> int | None:
    counts = index.get("counts") if isinstance(index, dict) else None
    papers = counts.get("papers") if isinstance(counts, dict) else None
    return papers if type(papers) is int and papers >= 0 else None


def tell(verdict: Verdict, site: Measure) -> None:
    """To the log, the summary of the run and the next jobs."""
    set_output("verdict", verdict.decision)
    set_output("reason", verdict.reason)
    set_output("measure", json.dumps({"papers": site.papers, "size": site.size}))
    print(f"{verdict.decision}: {verdict.sentence}")
    print(f"site: {site.papers:,} papers, {site.size / 1e6:,.1f} MB")
    if verdict.decision == "refuse":
        annotate("error", f"The site was not published, and the last good one stays: {verdict.sentence}")
    if verdict.decision == "wait":
        config = Places.here().config if "GITHUB_REPOSITORY" in os.environ else "config.yaml"
        write_summary(
            f"### Nothing to publish yet\n\nNo paper was found in the posts that were read. Is everybody whom you want "
            f"to read named in {config}? The next run looks again."
        )


def tell_address(configured: str, page_url: str) -> None:
    """Say so where the configured address is not that of the page; http and https are the same here."""
    if not page_url or configured.partition("://")[2] == page_url.partition("://")[2]:
        return
    write_summary(
        f"### `site.url` is not where the page is\n\nPages publishes it at {page_url}, and links in feeds lead to "
        f"{inert(configured)}. Open {Places.here().config}, write `url: {page_url}` below `site:`, and press "
        "**Commit changes**."
    )


def main() -> int:
    """Judge the site of this folder."""
    site, config = measure(SITE), load(Path("config.yaml"))
    tell_address(config.site.url, os.environ.get("PAGE_URL", ""))
    published = published_last(PUBLISHED, config)
    verdict = judge(site, published, accept_fewer=os.environ.get("ACCEPT_FEWER") == "true")
    tell(verdict, site)
    return int(verdict.decision == "refuse")


if __name__ == "__main__":
    sys.exit(main())
