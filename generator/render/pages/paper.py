"""`/abs/<id>/`: one paper, why it is here, and everything that was said about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import partial

import msgspec

from generator.model.records import Paper, RankedPaper
from generator.model.site import Output, Site
from generator.render.templates import Templates
from generator.views.papers import (
    DiscussionView,
    ScoreView,
    SparkView,
    discussions_of,
    first_seen_on,
    score_view,
    spark_view,
    submission_of,
)
from generator.views.posts import TalkView, talk_about
from generator.views.timeline import TimelineView, timeline_of

VERSIONS_LINKED = 6


PAST_PLACES = 20
"""Places of a past list that a paper's page speaks of."""


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the paper stands in a list."""

    rank: int
    title: str
    path: str


class NeighbourView(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Another paper that this one leads to."""

    paper_id: str
    title: str
    """LaTeX, as stored."""


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one paper."""

    paper: Paper
    unknown: bool
    note_html: str
    """The owner's note on it."""
    submitted_on: date
    day_known: bool
    revised_at: datetime | None
    """None where it is version 1."""
    versions: tuple[int, ...]
    """The newest VERSIONS_LINKED before this one, newest first."""
    captured: int
    x_only: bool
    people: int
    commenters: int
    first_on: date | None
    """The day of the first captured post about it."""
    spark: SparkView | None
    resurfaced: bool
    places: tuple[PlaceView, ...]
    trended: tuple[PlaceView, ...]
    """Its best places in past days, weeks and months, one each."""
    score: ScoreView
    talk: TalkView
    timeline: TimelineView | None
    similar: tuple[NeighbourView, ...]
    """The most similar first."""
    newer: NeighbourView | None
    """In the order of submission."""
    older: NeighbourView | None
    discussions: tuple[DiscussionView, ...]
    """Those with the most points first."""
    card: bool
    """It has a picture of its own beside it."""


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """A page for each paper."""
    places = find_places(site)
    trended = find_past_places(site)
    newest = list(site.papers)
    for newer, paper_id, older in zip([None, *newest], newest, [*newest[1:], None], strict=False):
        path = f"abs/{paper_id}/index.html"
        found = places.get(paper_id, ()), trended.get(paper_id, ())
        view = partial(paper_view, site, site.ranked[paper_id], found, (newer, older))
        yield templates.page("paper.html", path, view)


def find_places(site: Site) -> Mapping[str, tuple[PlaceView, ...]]:
    """Paper id -> the ranked lists of the whole site and of its categories on whose first page it stands."""
    places: dict[str, list[PlaceView]] = {}
    for listing in site.listings:
        is_ranked = listing.window.order == "trending" and listing.window.period is None
        if is_ranked and listing.scope.kind != "tracker":
            for ranked in listing.papers[: site.per_page]:
                place = PlaceView(rank=ranked.rank, title=listing.title, path=listing.path)
                places.setdefault(ranked.paper.id, []).append(place)
    return {paper_id: tuple(found) for paper_id, found in places.items()}


def find_past_places(site: Site) -> Mapping[str, tuple[PlaceView, ...]]:
    """Paper id -> its best place among the first PAST_PLACES of a past day, of a week and of a month."""
    best: dict[str, dict[str, PlaceView]] = {}
    for listing in site.listings:
        period = listing.window.period
        if period is None:
            continue
        for ranked in listing.papers[:PAST_PLACES]:
            known = best.setdefault(ranked.paper.id, {})
            if period not in known or ranked.rank < known[period].rank:
                known[period] = PlaceView(rank=ranked.rank, title=listing.title, path=listing.path)
    return {paper_id: tuple(found.values()) for paper_id, found in best.items()}


def paper_view(
    site: Site,
    ranked: RankedPaper,
    places: tuple[tuple[PlaceView, ...], tuple[PlaceView, ...]],
    neighbours: tuple[str | None, str | None],
) -> PaperView:
    """Everything that we know about one paper.

    Args:
        site: for what is around it.
        ranked: the paper with its votes and mentions.
        places: where it stands in lists, and where it stood in those of the past.
        neighbours: ids of the papers submitted just after and just before it.
    """
    paper = site.papers[ranked.paper.id]
    submitted_on, day_known = submission_of(paper)
    return PaperView(
        paper=paper,
        unknown=paper.id in site.unknown,
        note_html=site.notes.get(paper.id, ""),
        submitted_on=submitted_on,
        day_known=day_known,
        revised_at=paper.revised_at if paper.version > 1 else None,
        versions=tuple(range(paper.version - 1, max(0, paper.version - 1 - VERSIONS_LINKED), -1)),
        captured=ranked.captured,
        x_only=all(mention.post.network == "x" for mention in ranked.mentions),
        people=len(ranked.votes),
        commenters=sum(vote.commented for vote in ranked.votes),
        first_on=first_seen_on(ranked),
        spark=spark_view(ranked),
        resurfaced=ranked.resurfaced,
        places=places[0],
        trended=places[1],
        score=score_view(ranked, site),
        talk=talk_about(ranked, site.networks),
        timeline=timeline_of(ranked),
        similar=tuple(_neighbour(site, each) for each in site.similar.get(paper.id, ()) if each in site.papers),
        newer=_neighbour(site, neighbours[0]) if neighbours[0] else None,
        older=_neighbour(site, neighbours[1]) if neighbours[1] else None,
        discussions=discussions_of(ranked),
        card=paper.id in site.cards,
    )


def _neighbour(site: Site, paper_id: str) -> NeighbourView:
    return NeighbourView(paper_id=paper_id, title=site.papers[paper_id].title)
