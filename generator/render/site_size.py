"""How large the site becomes, before it is made, and what is left out where that is more than `site.max_mb`.

Every kind of file is weighed by a sample. What passes the limit is left out in this order: the oldest papers' own pages
with their JSON files, then the oldest months and past periods. Pages publishes 1 GB at most, whatever there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from generator.model.listing import Listing
from generator.model.site import Output, OutputGroup, Site, SiteSize

SAMPLE_EVERY = 100
"""One of so many files of a kind is rendered to weigh it."""
SAMPLE_LEAST = 3
"""Files of a kind of MANY that are rendered at least, spread over all of them: first pages weigh more than later ones.
Of few files the first is enough."""
MANY = 30
GROUP_BYTES_A_PAPER = 700
"""Of the search index, which is not weighed: making a part of it takes as long as making all."""
MARGIN = 1.03
"""Samples err."""
LARGEST_MEAN = 40_000
"""Bytes of a file, at most, on average: a site of few files is far from its limit, and need not be weighed."""
_YEAR = timedelta(days=365)


Planned = Sequence[Output | OutputGroup]
Plan = Callable[[Site], Planned]
"""Plans every file of a site."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of a site, as far as samples tell."""

    total: int
    of_paper: float
    """A paper's own files."""


def weigh(site: Site, planned: Planned) -> Weights:
    """Render a sample of each kind of file."""
    by_kind: defaultdict[str, list[Output]] = defaultdict(list)
    for output in planned:
        if isinstance(output, Output):
            by_kind[_kind(output.path)].append(output)
    total = float(GROUP_BYTES_A_PAPER * len(site.papers))
    means: dict[str, float] = {}
    for kind, outputs in by_kind.items():
        least = SAMPLE_LEAST if len(outputs) >= MANY else 1
        step = min(SAMPLE_EVERY, len(outputs) // least)
        sample = outputs[::step]
        means[kind] = sum(len(output.render()) for output in sample) / len(sample)
        total += means[kind] * len(outputs)
    of_paper = means.get(_PAGE, 0) + means.get(_JSON, 0) + GROUP_BYTES_A_PAPER
    return Weights(round(total * MARGIN), of_paper * MARGIN)


_PAGE, _JSON = "abs/html", "api/v1/papers/json"


def _kind(path: str) -> str:
    """Files of a kind weigh alike: they stand in the same top folder and have the same ending."""
    folder = path.partition("/")[0] if "/" in path else ""
    if path.startswith("api/v1/papers/"):
        folder = "api/v1/papers"
    elif path.startswith(("t/", "c/", "s/")) and path.count("/") > 1:
        folder = "/".join(path.split("/")[:1] + path.split("/")[2:3])
    return f"{folder}/{path.rpartition('.')[2]}"


def fit(site: Site, plan: Plan, max_bytes: int) -> tuple[Site, Planned]:
    """The site with its size and its files, without the papers' own files and the months that do not fit."""
    planned = plan(site)
    if len(planned) * LARGEST_MEAN < max_bytes:
        return site, planned
    weights = weigh(site, planned)
    excess = weights.total - max_bytes
    left_out = 0
    if excess > 0 and site.papers:
        left_out = min(len(site.papers), int(excess / weights.of_paper) + 1)
        papers = list(site.papers.items())[: len(site.papers) - left_out]
        without = frozenset(list(site.papers)[len(papers) :])
        site = replace(site, papers=dict(papers), without_files=site.without_files | without)
        planned = plan(site)
        weights = weigh(site, planned)
    if weights.total > max_bytes:
        site = replace(site, listings=_without_oldest(site.listings, weights.total - max_bytes))
        planned = plan(site)
        weights = weigh(site, planned)
    recent = 0
    for ranked in site.ranked.values():
        # By its first post: a past that was imported yesterday did not come yesterday.
        if ranked.mentions and ranked.mentions[-1].post.posted_at > site.now - _YEAR:
            recent += 1
    size = SiteSize(
        bytes=weights.total,
        max_bytes=max_bytes,
        left_out=left_out,
        months_left=months_left(weights.total, max_bytes, len(site.ranked), recent),
    )
    # The files are planned already, and what was rendered to weigh them is of use again.
    site.sizes.append(size)
    return site, planned


BYTES_A_ROW = 600
"""Of a compact list, with its share of the frame."""


def _without_oldest(listings: Sequence[Listing], excess: int) -> tuple[Listing, ...]:
    """Without the months and past periods that begin first, until so many bytes are saved; `/day/` keeps its day."""
    newest_day = max((listing.path for listing in listings if listing.window.period == "day"), default="")
    looking_back = [listing for listing in listings if listing.window.compact and listing.path != newest_day]
    looking_back.sort(key=lambda listing: listing.window.month or str(listing.window.first_on))
    dropped = set()
    for listing in looking_back:
        if excess <= 0:
            break
        dropped.add(listing.path)
        excess -= BYTES_A_ROW * len(listing.papers)
    return tuple(listing for listing in listings if listing.path not in dropped)


def months_left(size: int, max_bytes: int, papers: int, recent: int) -> int | None:
    """Months until the limit is reached if papers come as in the last year; None where none come.

    Args:
        size: bytes of the site now.
        max_bytes: the limit.
        papers: that the site shows.
        recent: of these, those that came in the last year.
    """
    if not recent or not papers:
        return None
    bytes_a_month = size / papers * recent / 12
    return max(0, int((max_bytes - size) / bytes_a_month))


WARN_MONTHS = 15


def notice(size: SiteSize | None) -> str | None:
    """What the owner should know about the size of the site, in a sentence; None where there is nothing to say."""
    if size is None:
        return None
    limit = f"{size.max_bytes // 1_000_000:,} MB (site.max_mb)"
    if size.left_out:
        return (
            f"the site is at its limit of {limit}: the oldest {size.left_out:,} papers have no page of their own; "
            "the archive lists them, and their addresses lead to arXiv"
        )
    if size.months_left is None or size.months_left > WARN_MONTHS:
        return None
    return (
        f"the site has {size.bytes // 1_000_000:,} of {limit}; at this rate it is full in {size.months_left:,} months: "
        "the oldest papers' own pages are left out then"
    )
