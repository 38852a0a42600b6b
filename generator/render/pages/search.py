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
    people = [SearchPerson(slug=each.slug, name=each.name, papers=each.papers) for each in site.people]
    for name, file in search_index.make_index(search_papers(site), people).items():
        yield name, msgspec.json.encode(file)


def search_view(site: Site) -> SearchView:
    """What can be chosen."""
    lists = site.listings
    return SearchView(
        papers=len(site.papers),
        categories=tuple(
            Choice(value=each.scope.id, title=f"{each.scope.id} {NAMES.get(each.scope.id, '')}".strip())
            for each in lists
            if each.scope.kind == "category" and each.is_root
        ),
        trackers=tuple(Choice(value=tracker.id, title=tracker.title) for tracker in site.trackers),
        months=tuple(Choice(value=each.window.month, title=each.title) for each in lists if each.window.month),
    )


def search_papers(site: Site) -> list[SearchPaper]:
    """Every paper that has a page, by primary category; in each those that most people posted about first."""
    with_page = [site.ranked[paper_id] for paper_id in site.papers]
    newest = sorted(with_page, key=lambda each: submitted_order(each.paper), reverse=True)
    ordered = sorted(newest, key=lambda each: (each.paper.categories[:1], -len(each.votes), -each.captured))
    return [_search_paper(site, ranked) for ranked in ordered]


def _search_paper(site: Site, ranked: RankedPaper) -> SearchPaper:
    paper = ranked.paper
    submitted_on, day_known = submission_of(paper)
    # What a network does not let us pass on is read on the pages alone: an index would hand it out in another form.
    mentions = [each for each in ranked.mentions if each.post.id not in site.withheld]
    accounts = [each.post.account for each in mentions]
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
        comments=tuple(each.comment for each in mentions if each.comment),
        speakers=tuple(dict.fromkeys(names)),
        submitted_on=submitted_on,
        date=day(submitted_on) if day_known else month(submitted_on),
        captured=ranked.captured,
        people=len(ranked.votes),
        x_only=all(each.post.network == "x" for each in ranked.mentions),
        marks=site.stated[paper.id].marks if paper.id in site.stated else (),
    )
