"""`/manifest.webmanifest` (https://www.w3.org/TR/appmanifest/, read 2026-11-23): the site as an app of its own."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator.model.site import Output, Site
from generator.views.feed_html import clean_line

_SHORT_MAX = 24
_ICON_SIZES = (192, 512)
"""Pixels of `static/icon-<size>.png`."""


class Icon(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of the site."""

    src: str
    sizes: str
    type: str
    purpose: str = "any"


class WebManifest(msgspec.Struct, frozen=True, kw_only=True):
    """The file. Addresses are relative to it, so that it works under any sub-path."""

    id: str = "./"
    name: str
    short_name: str
    description: str
    start_url: str = "./"
    scope: str = "./"
    display: str = "minimal-ui"
    lang: str = "en"
    dir: str = "ltr"
    background_color: str
    theme_color: str
    """The page's own colour in the light scheme."""
    icons: tuple[Icon, ...]


def plan(site: Site) -> Iterator[Output]:
    """The manifest."""
    yield Output("manifest.webmanifest", lambda: _render(_manifest(site)))


def _manifest(site: Site) -> WebManifest:
    title = clean_line(site.title)
    return WebManifest(
        name=title,
        short_name=title if len(title) <= _SHORT_MAX else title[: _SHORT_MAX - 1].rstrip() + "…",
        description=f"{title}: the arXiv papers that people are posting about.",
        background_color=site.theme.light.paper,
        theme_color=site.theme.light.paper,
        icons=(
            Icon(src="static/favicon.svg", sizes="any", type="image/svg+xml"),
            *(
                Icon(src=f"static/icon-{size}.png", sizes=f"{size}x{size}", type="image/png", purpose="any maskable")
                for size in _ICON_SIZES
            ),
        ),
    )


def _render(view: WebManifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(view), indent=1) + b"\n"
