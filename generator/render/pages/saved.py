"""`/saved/`: what a reader keeps in the browser: saved papers, words, hidden papers, and the way out for all of it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.model.site import Output, Site
from generator.render.templates import Templates


def plan(site: Site, templates: Templates) -> Iterator[Output]:  # noqa: ARG001 (every kind of page is planned alike)
    """One page, the same for everybody: its script fills it in."""
    path = "saved/index.html"
    yield templates.page("saved.html", path)
