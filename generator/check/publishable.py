"""Whether a site may be published, with the reason. Pure.

A site that is empty, lost more than half of its papers or is too large for its host is refused: the page that readers
have now is better than that one. What `check` finds wrong in a site refuses it before it comes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LARGEST_BYTES = 700 * 1_000_000
"""GitHub's Pages take 1 GB (docs.github.com/pages, "GitHub Pages limits", read 2026-11-23); the rest is for growth."""
SMALLEST_SHARE = 0.5
"""Of the papers that were published last."""

Decision = Literal["publish", "wait", "refuse"]
Reason = Literal["sound", "first", "accepted", "empty", "nothing-yet", "fewer", "size"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """The size of a site."""

    papers: int
    size: int
    """Bytes of all files."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a site, and why."""

    decision: Decision
    reason: Reason
    sentence: str


def judge(site: Measure, published: Measure | None, *, accept_fewer: bool = False) -> Verdict:
    """Compare a site with the one that readers have.

    Args:
        site: what was built.
        published: what was published last; None where nothing was, or nobody knows.
        accept_fewer: the owner said that papers may be missing.
    """
    if site.size > LARGEST_BYTES:
        return Verdict(
            "refuse",
            "size",
            f"the site has {site.size / 1e6:,.0f} MB and would not be published beyond {LARGEST_BYTES / 1e6:,.0f} MB: "
            "lower site.max_paper_pages in config.yaml",
        )
    if site.papers == 0:
        return _empty(None if accept_fewer else published)
    if published is None or published.papers == 0:
        return Verdict("publish", "first", f"{site.papers:,} papers; nothing to compare with")
    if site.papers >= SMALLEST_SHARE * published.papers:
        return Verdict("publish", "sound", f"{site.papers:,} papers; {published.papers:,} were published last")
    loss = f"{site.papers:,} papers are left of the {published.papers:,} that were published last"
    if accept_fewer:
        return Verdict("publish", "accepted", f"{loss}; accepted by whoever started this run")
    return Verdict(
        "refuse", "fewer", f"{loss}: if that is intended, run Update by hand and tick that papers may be missing"
    )


def _empty(published: Measure | None) -> Verdict:
    if published is not None and published.papers:
        return Verdict("refuse", "empty", f"the site is empty, and {published.papers:,} papers were published last")
    return Verdict(
        "wait", "nothing-yet", "no paper was found yet, so there is nothing to publish: the next run looks again"
    )
