"""`/static/`: the style, the scripts and the site's mark, published as they are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.model.site import Output, Site
from generator.render.templates import Templates


def plan(site: Site, templates: Templates) -> Iterator[Output]:  # noqa: ARG001 (every kind of page is planned alike)
    """A copy of each static file, ours or the owner's; the owner's style follows ours."""
    for name, content in templates.files.static():
        yield Output(name, partial(bytes, content))
