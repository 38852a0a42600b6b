"""`/abs/<id>/`: one paper, why it is here, and everything that was said about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

import msgspec
from markupsafe import Markup

from generator.model.records import Paper, RankedPaper
from generator.model.site import Output, Site
from generator.ranking.periods import PERIOD_KINDS
from generator.render.pieces import Pieces
from generator.render.templates import Templates
from generator.text.latex import to_text
from generator.text.plain import clean
from generator.views.bibtex import to_bibtex
from generator.views.citation import citation_html, json_ld
from generator.views.papers import (
    DiscussionView,
    PaperText,
    ScoreView,
    captured_text,
    discussions_of,
    flags_text,
    score_view,
    why_text,
)
from generator.views.phrases import ready, some_names, summary, time_of
from generator.views.posts import TalkView, talk_about
from generator.views.timeline import draw_timeline, timeline_caption, timeline_of

VERSIONS_LINKED = 6
AUTHORS_SHOWN = 40
AUTHORS_FIRST = 20
"""Authors that are shown at once where there are more than AUTHORS_SHOWN."""
PAST_PLACES = 20
"""Places of a past list that a paper's page speaks of."""


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the paper stands in a list."""

    rank: int
    title: str
    path: str


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """The page of one paper. What is `Markup` is ready to be placed."""

    paper: Paper
    heading: str
    """The title as text."""
    description: str
    text: PaperText
    """The paper as lists show it: address, title, day of submission."""
    authors: Markup
    abstract: Markup
    unknown: bool
    note_html: str
    """The owner's note on it."""
    categories: Markup
    """Links to its lists."""
    revised: Markup | None
    """None where it is version 1."""
    versions: tuple[int, ...]
    """The newest VERSIONS_LINKED before this one, newest first."""
    captured: int
    captured_text: str
    flags: Markup
    why: Markup
    people: int
    places: tuple[PlaceView, ...]
    trended: tuple[PlaceView, ...]
    """Its best places in past days, weeks and months, one each."""
    score: ScoreView
    talk: TalkView
    timeline: Markup | None
    """The drawing of when it was talked about."""
    timeline_caption: str
    similar: tuple[Markup, ...]
    """Links, the most similar first."""
    newer: PaperText | None
    """In the order of submission."""
    older: PaperText | None
    discussions: tuple[DiscussionView, ...]
    """Those with the most points first."""
    card: bool
    """It has a picture of its own beside it."""
    citation_tags: Markup
    json_ld: Markup
    bibtex: str


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """A page for each paper."""
    places = find_places(site)
    trended = find_past_places(site)
    newest = list(site.papers)
    for newer, paper_id, older in zip([None, *newest], newest, [*newest[1:], None], strict=False):
        path = f"abs/{paper_id}/index.html"
        of_paper = places.get(paper_id, ()), trended.get(paper_id, ())
        view = partial(paper_view, site, site.ranked[paper_id], of_paper, (newer, older), templates.pieces)
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
    return {paper_id: tuple(entries) for paper_id, entries in places.items()}


def find_past_places(site: Site) -> Mapping[str, tuple[PlaceView, ...]]:
    """Paper id -> its best place among the first PAST_PLACES of a past day, of a week and of a month."""
    best: dict[str, dict[str, PlaceView]] = {}
    for listing in site.listings:
        period = listing.window.period
        if period is None:
            continue
        for ranked in listing.papers[:PAST_PLACES]:
            by_period = best.setdefault(ranked.paper.id, {})
            if period not in by_period or ranked.rank < by_period[period].rank:
                title = f"{PERIOD_KINDS[period].preposition} {listing.title}"
                by_period[period] = PlaceView(rank=ranked.rank, title=title, path=listing.path)
    return {paper_id: tuple(by_period.values()) for paper_id, by_period in best.items()}


def paper_view(
    site: Site,
    ranked: RankedPaper,
    places: tuple[tuple[PlaceView, ...], tuple[PlaceView, ...]],
    neighbours: tuple[str | None, str | None],
    pieces: Pieces,
) -> PaperView:
    """Everything that we know about one paper.

    Args:
        site: for what is around it.
        ranked: the paper with its votes and mentions.
        places: where it stands in lists, and where it stood in those of the past.
        neighbours: ids of the papers submitted just after and just before it.
        pieces: what other pages show of papers, too.
    """
    paper = site.papers[ranked.paper.id]
    text = pieces.paper(paper)
    timeline = timeline_of(ranked)
    heading = clean(to_text(paper.title))
    newer, older = (pieces.paper(site.papers[paper_id]) if paper_id else None for paper_id in neighbours)
    return PaperView(
        paper=paper,
        heading=heading,
        description=_description(paper, heading),
        text=text,
        authors=_authors(paper),
        abstract=pieces.tex(paper.abstract),
        unknown=paper.id in site.unknown,
        note_html=site.notes.get(paper.id, ""),
        categories=ready(", ".join(pieces.categories(paper))),
        revised=time_of(paper.revised_at) if paper.revised_at and paper.version > 1 else None,
        versions=tuple(range(paper.version - 1, max(0, paper.version - 1 - VERSIONS_LINKED), -1)),
        captured=ranked.captured,
        captured_text=captured_text(ranked),
        flags=flags_text(ranked),
        why=why_text(ranked, text.first_seen),
        people=len(ranked.votes),
        places=places[0],
        trended=places[1],
        score=score_view(ranked, site),
        talk=talk_about(ranked, site.networks),
        timeline=draw_timeline(timeline) if timeline else None,
        timeline_caption=timeline_caption(timeline) if timeline else "",
        similar=_similar(paper, site, pieces),
        newer=newer,
        older=older,
        discussions=discussions_of(ranked),
        card=paper.id in site.cards,
        citation_tags=citation_html(paper),
        json_ld=json_ld(paper, f"{site.url}abs/{paper.id}/"),
        bibtex=to_bibtex(paper),
    )


def _description(paper: Paper, heading: str) -> str:
    """One sentence for search engines: the beginning of the abstract."""
    if paper.abstract:
        return summary(to_text(paper.abstract[:600]))
    return summary(f"{heading}: what people post about this paper on arXiv.")


def _similar(paper: Paper, site: Site, pieces: Pieces) -> tuple[Markup, ...]:
    """Links to the similar papers that have a page here."""
    links = []
    for paper_id in site.similar.get(paper.id, ()):
        if paper_id in site.papers:
            text = pieces.paper(site.papers[paper_id])
            links.append(ready(f'<a href="{text.href}">{text.title}</a>'))
    return tuple(links)


def _authors(paper: Paper) -> Markup:
    """All authors; where they are many, the first ones, and all of them on demand."""
    authors = paper.authors
    if not authors:
        return Markup("")
    if len(authors) <= AUTHORS_SHOWN:
        return ready(f'<p class="authors">{some_names(authors, AUTHORS_SHOWN)}</p>')
    return ready(
        f'<p class="authors">{some_names(authors, AUTHORS_FIRST)}</p>\n'
        f'<details class="authors-all">\n<summary>All {len(authors):,} authors</summary>\n'
        f'<p class="authors">{some_names(authors, len(authors))}</p>\n</details>'
    )
