"""`/search/`: the page that finds papers by their words, and the files of the index that it reads.

The index is made on every build from everything that can be found: a few seconds for tens of thousands of papers. Its
files are outputs like any other, so only those that differ are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec

from generator.model.category_names import NAMES
from generator.model.records import RankedPaper
from generator.model.site import Output, Site
from generator.ranking.rank import submitted_order
from generator.render.templates import Templates
from generator.text import latex
from generator.views import search_index
from generator.views.papers import submission_of
from generator.views.phrases import day, month, own_categories
from generator.views.search_index import SearchPaper, SearchPerson


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What the found papers can be narrowed to."""

    value: str
    title: str


class SearchView(msgspec.Struct, frozen=True, kw_only=True):
    """The page."""

    papers: int
    categories: tuple[Choice, ...]
    trackers: tuple[Choice, ...]
    months: tuple[Choice, ...]
    """Newest first."""


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """The page."""
    path = "search/index.html"
    yield templates.page("search.html", path, partial(search_view, site))


def index_files(site: Site) -> Iterator[tuple[str, bytes]]:
    """(path below `search/`, content) of every file of the index."""
    people = [SearchPerson(slug=person.slug, name=person.name, papers=person.papers) for person in site.people]
    for name, file in search_index.make_index(search_papers(site), people).items():
        yield name, msgspec.json.encode(file)


def search_view(site: Site) -> SearchView:
    """What can be chosen."""
    lists = site.listings
    return SearchView(
        papers=len(site.papers),
        categories=tuple(
            Choice(value=listing.scope.id, title=f"{listing.scope.id} {NAMES.get(listing.scope.id, '')}".strip())
            for listing in lists
            if listing.scope.kind == "category" and listing.is_root
        ),
        trackers=tuple(Choice(value=tracker.id, title=tracker.title) for tracker in site.trackers),
        months=tuple(
            Choice(value=listing.window.month, title=listing.title) for listing in lists if listing.window.month
        ),
    )


def search_papers(site: Site) -> list[SearchPaper]:
    """Every paper that has a page, by primary category; in each those that most people posted about first."""
    with_page = [site.ranked[paper_id] for paper_id in site.papers]
    newest = sorted(with_page, key=lambda ranked: submitted_order(ranked.paper), reverse=True)
    ordered = sorted(newest, key=lambda ranked: (ranked.paper.categories[:1], -len(ranked.votes), -ranked.captured))
    return [_search_paper(site, ranked) for ranked in ordered]


def _search_paper(site: Site, ranked: RankedPaper) -> SearchPaper:
    paper = ranked.paper
    submitted_on, day_known = submission_of(paper)
    # What a network does not let us pass on is read on the pages alone: an index would hand it out in another form.
    mentions = [mention for mention in ranked.mentions if mention.post.id not in site.withheld]
    accounts = [mention.post.account for mention in mentions]
    names = [name for account in accounts for name in (account.name, account.handle) if name]
    return SearchPaper(
        paper_id=paper.id,
        title=latex.to_text(paper.title),
        title_latex=paper.title,
        authors=paper.authors,
        abstract=paper.abstract,
        categories=tuple(own_categories(paper.categories)),
        trackers=site.readers.get(paper.id, ()),
        remarks=tuple(filter(None, (paper.comment, paper.journal_ref, paper.doi))),
        comments=tuple(mention.comment for mention in mentions if mention.comment),
        speakers=tuple(dict.fromkeys(names)),
        submitted_on=submitted_on,
        date=day(submitted_on) if day_known else month(submitted_on),
        captured=ranked.captured,
        people=len(ranked.votes),
        x_only=all(mention.post.network == "x" for mention in ranked.mentions),
        marks=site.stated[paper.id].marks if paper.id in site.stated else (),
    )
