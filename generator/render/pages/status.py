"""`/status/`: each network's last success, what is missing since when and why, how much there is, and what it cost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial

import msgspec

from generator.model.site import Output, Site
from generator.model.spending import spending_of
from generator.render.site_size import notice
from generator.render.templates import Templates

_ON_GITHUB = re.compile(r"https://(?P<owner>[A-Za-z0-9-]+)\.github\.io/(?:(?P<name>[A-Za-z0-9._-]+)/)?$")


class NetworkRow(msgspec.Struct, frozen=True, kw_only=True):
    """One network."""

    title: str
    last_success_at: datetime | None
    failing_since: datetime | None
    failure: str | None
    lacks: str | None
    """The secret that its owner has not set, so that nothing is read."""
    spending: str | None
    """What it costs in the month of the view, in words; None for a free network."""
    posts: int
    newest_at: datetime | None
    """When the newest of its posts was posted."""


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the site. One of the two pages that hold its time."""

    now: datetime
    networks: tuple[NetworkRow, ...]
    papers: int
    posts: int
    unknown: tuple[tuple[str, bool], ...]
    """Ids of papers that arXiv has not answered for yet, and whether each has a page."""
    size_notice: str | None
    """How near the site is to its limit, where it is near."""
    repository: str | None
    """Where its owner looks after it, as far as its address tells."""


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """One page."""
    path = "status/index.html"
    yield templates.page("status.html", path, partial(status_view, site))


def status_view(site: Site) -> StatusView:
    """The state of every network in the configuration or the data."""
    posts = Counter(post.network for post in site.posts)
    newest: dict[str, datetime] = {}
    for post in site.posts:
        newest.setdefault(post.network, post.posted_at)
    names = sorted(site.networks.keys() | site.states.keys())
    return StatusView(
        now=site.now,
        networks=tuple(_row(site, name, posts[name], newest.get(name)) for name in names),
        papers=len(site.papers),
        posts=len(site.posts),
        unknown=tuple((paper_id, paper_id in site.papers) for paper_id in sorted(site.unknown)),
        size_notice=notice(site.size),
        repository=_repository(site.url),
    )


def _repository(url: str) -> str | None:
    """Of a page that GitHub publishes under its own name; a page with a domain of its own may be from anywhere."""
    match = _ON_GITHUB.match(url)
    if not match or match["owner"] == "example":  # nobody's, as long as nothing was set up
        return None
    owner, name = match["owner"], match["name"] or f"{match['owner']}.github.io"
    return f"https://github.com/{owner}/{name}"


def _row(site: Site, name: str, posts: int, newest_at: datetime | None) -> NetworkRow:
    state = site.states.get(name)
    cap_usd = site.caps_usd.get(name)
    spending = None
    if state and (state.spent_usd or cap_usd is not None):
        spending = spending_of(state.spent_usd, site.now, cap_usd).text
    failure = state.failure if state else None
    if failure:
        # What a command says within a line is a sentence of its own here.
        failure = failure[:1].upper() + failure[1:].removesuffix(".") + "."
    return NetworkRow(
        title=site.networks.get(name, name),
        last_success_at=state.last_success_at if state else None,
        failing_since=state.failing_since if state else None,
        failure=failure,
        lacks=state.lacks if state else None,
        spending=spending,
        posts=posts,
        newest_at=newest_at,
    )
