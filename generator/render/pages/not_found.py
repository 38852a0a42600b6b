"""`/404.html`: where an address leads nowhere, the ways on."""

from __future__ import annotations

from collections.abc import Iterator

from generator.model.site import Output, Site
from generator.render.templates import NOT_FOUND, Templates


def plan(site: Site, templates: Templates) -> Iterator[Output]:  # noqa: ARG001 (every kind of page is planned alike)
    """One page; all that it shows is the site's own frame."""
    yield templates.page("not_found.html", NOT_FOUND)
