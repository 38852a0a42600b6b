"""`/digest/daily/` and `/digest/weekly/`: the last days and weeks, each with its ranked list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import msgspec

from generator.model.records import RankedPaper
from generator.model.site import Digest, Issue, Output, Site
from generator.render.templates import Templates
from generator.views.feed_of_digest import ABOUT, TITLES, digest_title, issue_title, page_of_period

AUTHORS_SHOWN = 4


class DigestRow(msgspec.Struct, frozen=True, kw_only=True):
    """One paper of a day or a week."""

    rank: int
    paper_id: str
    title: str
    """LaTeX, as stored."""
    has_page: bool
    authors: tuple[str, ...]
    """At most AUTHORS_SHOWN."""
    more_authors: int
    people: int
    commenters: int


class IssueView(msgspec.Struct, frozen=True, kw_only=True):
    """One day or week."""

    first_on: date
    title: str
    rows: tuple[DigestRow, ...]
    more: int
    more_at: str
    """The path of the page with all of them."""


class DigestView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one digest."""

    path: str
    title: str
    about: str
    others: tuple[tuple[str, str], ...]
    """(title, path) of every digest."""
    issues: tuple[IssueView, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """A page for each digest."""
    for digest in site.digests:
        path = f"{digest.path}index.html"
        yield templates.page("digests.html", path, partial(digest_view, site, digest))


def digest_view(site: Site, digest: Digest) -> DigestView:
    """The issues of one digest, newest first."""
    return DigestView(
        path=digest.path,
        title=digest_title(digest),
        about=ABOUT[digest.period],
        others=tuple((TITLES[each.period], each.path) for each in site.digests if each.below == digest.below),
        issues=tuple(_issue_view(site, digest, issue) for issue in digest.issues),
    )


def _issue_view(site: Site, digest: Digest, issue: Issue) -> IssueView:
    return IssueView(
        first_on=issue.first_on,
        title=issue_title(issue.first_on, issue.last_on),
        rows=tuple(_row(site, ranked) for ranked in issue.papers),
        more=issue.more,
        more_at=page_of_period(site, digest, issue),
    )


def _row(site: Site, ranked: RankedPaper) -> DigestRow:
    paper = ranked.paper
    return DigestRow(
        rank=ranked.rank,
        paper_id=paper.id,
        title=paper.title,
        has_page=paper.id in site.papers,
        authors=paper.authors[:AUTHORS_SHOWN],
        more_authors=max(0, len(paper.authors) - AUTHORS_SHOWN),
        people=len(ranked.votes),
        commenters=sum(vote.commented for vote in ranked.votes),
    )
