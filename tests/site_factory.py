"""Small made-up sites for tests of what is rendered: every name, handle and paper here is invented."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from generator.finding.own_words import comment_of
from generator.model.listing import Listing, Scope, Window
from generator.model.records import Account, Ballot, Mention, Paper, Post, RankedPaper, Tracker, Vote
from generator.model.site import Site

SITE_URL = "https://example.org/trending/"
EPOCH = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
NETWORKS = {"x": "X", "bluesky": "Bluesky"}


def make_paper(paper_id: str = "2611.00001", **fields: Any) -> Paper:
    """A paper with everything filled in; `fields` replace."""
    given: dict[str, Any] = {
        "title": "A made-up study of $\\ell_1$ norms",
        "authors": ("Ada Example", "Bo Sample"),
        "abstract": "We show that $a < b$ & more.",
        "categories": ("cs.LG", "stat.ML"),
        "submitted_at": datetime(2026, 11, 18, 17, 59, 59, tzinfo=UTC),
        "fetched_at": EPOCH,
    }
    return Paper(id=paper_id, **(given | fields))


def make_post(number: int, paper_id: str = "2611.00001", **fields: Any) -> Post:
    """Post `number`, an hour after the one before it, by the account of that number, with words of its own."""
    network = fields.pop("network", "bluesky")
    given: dict[str, Any] = {
        "kind": "post",
        "url": f"https://{network}.example/posts/{number}",
        "account": Account(id=f"{network}:account{number}", handle=f"made-up-{number}", name=f"Made Up {number}"),
        "posted_at": EPOCH + timedelta(hours=number),
        "seen_at": EPOCH + timedelta(hours=number, minutes=5),
        "text": f"Comment number {number}: I would read this twice.",
        "papers": (paper_id,),
        "trackers": ("lab",),
    }
    return Post(id=f"{network}:{number}", network=network, **(given | fields))


def make_x_post(number: int, paper_id: str = "2611.00001", **fields: Any) -> Post:
    """A post on X as data/ keeps it by default: ids only."""
    bare: dict[str, Any] = {"text": None, "account": Account(id=f"x:{number}")}
    return make_post(number, paper_id, network="x", **(bare | fields))


def rank(paper: Paper, posts: Iterable[Post] = (), place: int = 1) -> RankedPaper:
    """The paper with these posts as its mentions and one vote for each, newest first."""
    newest = sorted(posts, key=lambda post: post.posted_at, reverse=True)
    votes = tuple(
        Vote(
            person=post.account.id,
            post_id=post.id,
            kind=post.kind,
            at=post.posted_at,
            weight=1.0,
            factor=1.0,
            decay=0.123456,
            commented=post.text is not None,
            bot=False,
        )
        for post in newest
    )
    return RankedPaper(
        paper=paper,
        rank=place,
        score=sum(vote.score for vote in votes),
        votes=votes,
        mentions=tuple(Mention(post, paper.id, "link", comment_of(post, paper)) for post in newest),
        resurfaced=False,
    )


def ballots_of(ranked: RankedPaper) -> tuple[Ballot, ...]:
    """Its mentions as ballots: a post with a text has a comment."""
    return tuple(
        Ballot(mention, mention.post.account.id, 1.0, 1.0, mention.post.text is not None, mention.post.account.bot)
        for mention in ranked.mentions
    )


def make_listing(papers: Iterable[RankedPaper], path: str = "", scope: Scope | None = None, **fields: Any) -> Listing:
    """A list of the whole site, home unless `path` says otherwise, or of a scope; `fields` are those of its window."""
    scope = scope or Scope(kind="site")
    given: dict[str, Any] = {
        "path": path.removeprefix(scope.path),
        "title": path or "Trending",
        "about": "Papers that made-up people are posting about.",
        "order": "trending",
    }
    return Listing(scope=scope, window=Window(**(given | fields)), papers=tuple(papers))


def scope_of(tracker: Tracker) -> Scope:
    """The scope of a tracker."""
    return Scope(kind="tracker", id=tracker.id, title=tracker.title, tracker=tracker)


def make_site(listings: Iterable[Listing] = (), **fields: Any) -> Site:
    """A site of these lists, in which every listed paper has a page."""
    listings = tuple(listings)
    ranked = {each.paper.id: each for listing in listings for each in listing.papers}
    posts = {mention.post.id: mention.post for each in ranked.values() for mention in each.mentions}
    given: dict[str, Any] = {
        "title": "Trending arXiv",
        "url": SITE_URL,
        "base_path": "/trending/",
        "note_html": "",
        "home": "trending",
        "per_page": 20,
        "feed_entries": 50,
        "max_paper_pages": 50_000,
        "trackers": (Tracker(id="lab", title="The lab"),),
        "ranking": {},
        "now": EPOCH + timedelta(days=1),
        "listings": listings,
        "papers": {paper_id: each.paper for paper_id, each in ranked.items()},
        "ranked": ranked,
        "unknown": frozenset(),
        "posts": tuple(sorted(posts.values(), key=lambda post: post.posted_at, reverse=True)),
        "readers": {},
        "networks": NETWORKS,
        "states": {},
        "own_pages": (),
        "notes": {},
        "contact": "",
    }
    given["ballots"] = {"": {each.paper.id: ballots_of(each) for each in ranked.values()}}
    given |= fields
    return Site(**({"tracker_posts": {each.id: () for each in given["trackers"]}} | given))
