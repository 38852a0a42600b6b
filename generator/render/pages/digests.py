"""`/digest/daily/` and `/digest/weekly/`: the last days and weeks, each with its ranked list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import msgspec
from markupsafe import Markup

from generator.model.records import RankedPaper
from generator.model.site import Digest, Issue, Output, Site
from generator.render.pieces import Pieces
from generator.render.templates import Templates
from generator.views.feed_of_digest import ABOUT, TITLES, digest_title, issue_title, page_of_period
from generator.views.papers import PaperText, people_text
from generator.views.phrases import some_names

AUTHORS_SHOWN = 4


class DigestRow(msgspec.Struct, frozen=True, kw_only=True):
    """One paper of a day or a week."""

    rank: int
    paper: PaperText
    authors: Markup
    why: Markup
    """How many people posted about it."""


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
        yield templates.page("digests.html", path, partial(digest_view, site, digest, templates.pieces))


def digest_view(site: Site, digest: Digest, pieces: Pieces) -> DigestView:
    """The issues of one digest, newest first."""
    return DigestView(
        path=digest.path,
        title=digest_title(digest),
        about=ABOUT[digest.period],
        others=tuple(
            (TITLES[sibling.period], sibling.path) for sibling in site.digests if sibling.below == digest.below
        ),
        issues=tuple(_issue_view(site, digest, issue, pieces) for issue in digest.issues),
    )


def _issue_view(site: Site, digest: Digest, issue: Issue, pieces: Pieces) -> IssueView:
    return IssueView(
        first_on=issue.first_on,
        title=issue_title(issue.first_on, issue.last_on),
        rows=tuple(_row(pieces, ranked) for ranked in issue.papers),
        more=issue.more,
        more_at=page_of_period(site, digest, issue),
    )


def _row(pieces: Pieces, ranked: RankedPaper) -> DigestRow:
    return DigestRow(
        rank=ranked.rank,
        paper=pieces.paper(ranked.paper),
        authors=some_names(ranked.paper.authors, AUTHORS_SHOWN),
        why=people_text(ranked),
    )
