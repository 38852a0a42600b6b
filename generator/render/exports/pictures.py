"""The site's mark as PNG in the sizes that phones ask for, and the picture that stands beside a link to the site.

`/apple-touch-icon.png`, `/icon-192.png`, `/icon-512.png`, `/card.png`: drawn from the style's own colours, without a
library. The mark is that of `static/favicon.svg`: three lines of text and a note in their margin.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.model.site import Output, Site
from generator.model.theme import Colours
from generator.render.png import Raster

APPLE_ICON = "apple-touch-icon.png"
ICONS = ((APPLE_ICON, 180), ("icon-192.png", 192), ("icon-512.png", 512))
"""(file, pixels): what iOS and https://www.w3.org/TR/appmanifest/ want."""
SITE_CARD = "card.png"
CARD_SIZE = (1200, 630)
"""What services that show a picture beside a link cut it to (https://ogp.me/ names no size; they agree on this one)."""

_MARK = ((4, 19, 8), (4, 19, 16), (4, 14, 24))
"""(from, to, height) of the lines, on a square of 32 with strokes of 3 and a dot of radius 3 at (27, 8)."""
_MARK_SHARE = 0.66
"""Of the icon's width: what a platform cuts off to a circle is background."""


def plan(site: Site) -> Iterator[Output]:
    """The icons and the site's card."""
    for path, size in ICONS:
        yield Output(path, partial(_draw_icon, size, site.theme.light))
    yield Output(SITE_CARD, partial(_draw_card, site.theme.light))


def _draw_icon(size: int, colours: Colours) -> bytes:
    raster = Raster(size, size, colours.paper)
    draw_mark(raster, colours, (size / 2, size / 2), size * _MARK_SHARE)
    return raster.png()


def draw_mark(raster: Raster, colours: Colours, middle: tuple[float, float], width: float) -> None:
    """The site's mark around a point.

    Args:
        raster: to draw on.
        colours: the lines have that of links, the note that of what is new.
        middle: (x, y) in pixels.
        width: of the square that it fills, in pixels.
    """
    unit = width / 32
    left, top = middle[0] - 16.25 * unit, middle[1] - 16 * unit  # it reaches from 2.5 to 30, and stands in the middle
    for start, end, y in _MARK:
        raster.line(left + start * unit, left + end * unit, top + y * unit, 1.5 * unit, colours.link)
    raster.dot(left + 27 * unit, top + 8 * unit, 3 * unit, colours.new)


def _draw_card(colours: Colours) -> bytes:
    """A page of the journal from afar: two abstracts with their titles, and notes in the margin."""
    width, height = CARD_SIZE
    raster = Raster(width, height, colours.paper)
    for top, title, lines, notes in (
        (110, 520, (690, 690, 672, 690, 430), 3),
        (370, 600, (690, 676, 690, 690, 300), 2),
    ):
        raster.line(137, 130 + title, top, 13, colours.ink)
        for number, length in enumerate(lines):
            raster.line(130, 130 + length, top + 50 + 30 * number, 6, colours.faint)
        raster.dot(905, top + 50, 9, colours.new)
        for number in range(notes):
            raster.line(940, 1090 - 40 * number, top + 50 + 30 * number, 6, colours.link)
    return raster.png()
