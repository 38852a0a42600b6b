"""`/sw.js` and `/offline/`: what was visited can be read without a connection."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.templating import Templates
from generator.views import Output, Site

WORKER = "sw.js"
"""At the root of the site, because a worker serves nothing above its own folder."""


def plan(site: Site, templates: Templates) -> Iterator[Output]:  # noqa: ARG001 (every kind of page is planned alike)
    """The service worker, and the page that it shows for what it does not have."""
    page = "offline/index.html"
    yield Output(page, "pages.offline", _view, partial(templates.render, "offline.html", page))
    yield Output(WORKER, "pages.offline", _view, partial(templates.render, WORKER, WORKER))


def _view() -> None:
    return None
