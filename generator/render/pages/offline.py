"""`/sw.js` and `/offline/`: what was visited can be read without a connection."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec

from generator.model.site import Output, Site
from generator.render.overrides import STATIC
from generator.render.templates import Templates

WORKER = "sw.js"
"""At the root of the site, because a worker serves nothing above its own folder."""

PLACES = (
    "abs", "about", "archive", "by", "c", "captured", "day", "digest", "feeds", "hot", "month", "new", "offline",
    "page", "posts", "s", "saved", "search", STATIC, "status", "t", "top", "trending", "week",
)  # fmt: skip
"""Where pages stand. What else lies below the site's address is another site: a user's own page has all of the user's
projects below it, and their pages are none of our worker's business."""


class WorkerView(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker knows."""

    on: bool
    """False where the owner wants none: it then takes itself away from browsers that have one."""
    places: tuple[str, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """The service worker, and the page that it shows for what it does not have."""
    page = "offline/index.html"
    yield templates.page("offline.html", page)
    worker = partial(worker_view, site)
    yield templates.page(WORKER, WORKER, worker)


def worker_view(site: Site) -> WorkerView:
    """What the worker of this site knows."""
    return WorkerView(on=site.offline, places=tuple(sorted({*PLACES, *(slug for slug, *_ in site.own_pages)})))
