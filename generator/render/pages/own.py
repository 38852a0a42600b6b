"""`/<slug>/`: the owner's own pages, from `content/*.md`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec

from generator.model.site import Output, Site
from generator.render.templates import Templates


class OwnView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the owner's pages."""

    title: str
    html: str
    """Sanitised."""


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """A page for each file."""
    for slug, title, html in site.own_pages:
        path = f"{slug}/index.html"
        yield templates.page("own.html", path, partial(OwnView, title=title, html=html))
