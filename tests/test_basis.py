"""What a build compares in place of views says all that the views look at, whatever changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from generator.model.records import Paper, Post, RankedPaper
from generator.model.site import Output, Site
from generator.render.exports import plan_exports
from generator.render.feeds import plan_feeds
from generator.render.pages import plan_pages
from generator.render.templates import Templates
from tests.site_samples import a_paper, a_post, an_id, sample_site, thread

TEMPLATES = Path(__file__).parents[1] / "templates"
ID = "2611.00001"
PAPERS = (
    a_paper(ID, "On made-up matters", doi="10.1234/made-up", comment="9 pages", journal_ref="J. 3", version=2),
    a_paper("2611.00002", "On other made-up matters"),
    a_paper("2611.00003", "Nobody mentions this one"),
)
POSTS = (*thread(ID), an_id(70, ID, hours=9), a_post(71, "2611.00002", hours=3))
CHANGED = 0
"""Place in POSTS of the one that changes: a comment with answers."""
_INSTEAD: dict[str, object] = {
    "kind": "like",
    "network": "x",
    "url": "https://elsewhere.example/post",
    "lang": "fi",
    "links": ("https://elsewhere.example/",),
    "papers": (ID, "2611.00003"),
    "trackers": ("harbour",),
    "categories": ("math.CO",),
}


def other(value: Any, name: str) -> Any:
    """Another value that the field may have."""
    if name in _INSTEAD and _INSTEAD[name] != value:
        return _INSTEAD[name]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, datetime):
        return value - timedelta(days=3)
    if isinstance(value, tuple):
        return (*value, "Another One")
    return f"{value or ''} and more" if value is None or isinstance(value, str) else None


def changes_of(struct: Any, *leave: str) -> Iterator[tuple[str, Any]]:
    """The struct with each of its fields changed once."""
    for name in struct.__struct_fields__:
        value = getattr(struct, name)
        if name in leave:
            continue
        if isinstance(value, msgspec.Struct):
            for inner, changed in changes_of(value):
                yield f"{name}.{inner}", msgspec.structs.replace(struct, **{name: changed})
        else:
            yield name, msgspec.structs.replace(struct, **{name: other(value, name)})


def _sites() -> Iterator[tuple[str, Site]]:
    paper, post = PAPERS[0], POSTS[CHANGED]
    for name, changed in changes_of(paper, "id"):
        value: Any = None if name == "submitted_at" else getattr(changed, name)
        if name in {"doi", "revised_at"}:
            value = {"doi": "10.1234/other", "revised_at": paper.fetched_at}[name]
        yield f"paper.{name}", _site(papers=(msgspec.structs.replace(paper, **{name: value}), *PAPERS[1:]))
    for name, changed in changes_of(post, "id", "of"):
        yield f"post.{name}", _site(posts=(changed, *POSTS[1:]))
    yield "post gone", _site(posts=POSTS[1:])
    yield "post more", _site(posts=(*POSTS, a_post(72, ID, hours=1)))
    yield "paper more", _site(papers=(*PAPERS, a_paper("2611.00004", "One more")))
    yield "unknown", _site(unknown=frozenset({ID}))
    yield "note", _site(notes={ID: "<p>Ours.</p>"})
    yield "similar", _site(similar={ID: ("2611.00003",)})
    yield "card", _site(cards=frozenset({ID}))
    yield "withheld", _site(withheld=frozenset({post.id}))
    yield "network", _site(networks={"bluesky": "Blue Sky"})
    yield "states", _site(states={})
    for name in ("weight", "factor", "commented", "bot", "decay"):
        yield f"vote.{name}", _with_votes_changed(_site(), name)


def _site(papers: tuple[Paper, ...] = PAPERS, posts: tuple[Post, ...] = POSTS, **fields: Any) -> Site:
    return sample_site(papers, posts, **({"similar": {}, "notes": {}} | fields))


def _with_votes_changed(site: Site, name: str) -> Site:
    """As other posts would do by making an account a bot, the configuration by saying who is one, or time."""

    def changed(ranked: RankedPaper) -> RankedPaper:
        votes = tuple(
            msgspec.structs.replace(vote, **{name: other(getattr(vote, name), name)}) for vote in ranked.votes
        )
        return msgspec.structs.replace(ranked, votes=votes)

    listings = [replace(each, papers=tuple(map(changed, each.papers))) for each in site.listings]
    ranked = {paper_id: changed(each) for paper_id, each in site.ranked.items()}
    return replace(site, ranked=ranked, listings=tuple(listings))


def _planned(site: Site) -> dict[str, Output]:
    pages = list(plan_pages(site, Templates(TEMPLATES, site)))
    outputs = [*pages, *plan_feeds(site), *plan_exports(site, [page.path for page in pages])]
    return {output.path: output for output in outputs if output.basis}


def _of_basis(output: Output) -> bytes:
    assert output.basis
    return msgspec.msgpack.encode(output.basis())


@cache
def _before() -> dict[str, Output]:
    return _planned(_site())


SITES = dict(_sites())


@pytest.mark.parametrize("change", SITES)
def test_where_a_view_changes_its_basis_does(change: str) -> None:
    before = _before()
    after = _planned(SITES[change])

    for path in before.keys() & after.keys():
        if msgspec.msgpack.encode(before[path].view()) != msgspec.msgpack.encode(after[path].view()):
            assert _of_basis(before[path]) != _of_basis(after[path]), path


@pytest.mark.parametrize(
    "change", [change for change in SITES if change.startswith("p") and not change.endswith("more")]
)
def test_a_change_of_one_paper_leaves_the_bases_of_others(change: str) -> None:
    before = _before()
    after = _planned(SITES[change])

    path = "api/v1/papers/2611.00002.json"
    assert _of_basis(before[path]) == _of_basis(after[path])


def test_time_takes_nothing_off_the_basis_of_a_page() -> None:
    before, after = _before(), _planned(SITES["vote.decay"])

    for path in (f"abs/{ID}/index.html", "index.html", "feed.xml"):
        assert _of_basis(before[path]) == _of_basis(after[path])


def test_the_kinds_of_output_that_are_many_have_a_basis() -> None:
    before = _before()
    kinds = {output.renderer for output in before.values()}

    assert {"pages.lists", "pages.paper", "pages.posts", "exports.json_papers", "feeds.feed.xml"} <= kinds
