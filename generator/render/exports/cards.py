"""`/abs/<id>/card.png`: a picture of a paper for services that show one beside a link; only where `site.cards` is on.

Pillow sets the text in Source Serif, which comes as a package too: the same letters on every machine. Papers of the
first pages have one, CARDS_MAX at most (docs/decisions/0010-cards.md).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec

from generator.model.errors import BuildError
from generator.model.records import Paper
from generator.model.site import Output, Site
from generator.model.theme import Colours
from generator.text.latex import to_name, to_text
from generator.views.feed_html import clean_line

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

CARD_SIZE = (1200, 630)
"""Pixels. Services that show a picture beside a link cut it to this."""
AUTHORS_SHOWN = 4
_LIBRARIES = ("pillow", "font-source-serif-pro")
_LEFT, _RIGHT = 90, 1110
_ROOM = _RIGHT - _LEFT
_TITLE_SIZES = (66, 58, 50, 44)
"""Pixels: the largest that sets the title in TITLE_LINES."""
_TITLE_LINES = 4
_TEXT_SIZE = 30
_READABLE_SHARE = 0.6
"""Of a title's letters that the font must have; else its id stands there."""


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """What decides a card's bytes."""

    paper_id: str
    title: str
    """LaTeX, as stored."""
    authors: tuple[str, ...]
    """The first AUTHORS_SHOWN."""
    more_authors: int
    captured: str
    """The line that says how many posts there are."""
    site_title: str
    colours: Colours


def plan(site: Site) -> Iterator[Output]:
    """A card for each paper that has one.

    Raises:
        BuildError: cards are wanted, and what draws them is not installed.
    """
    if not site.cards:
        return
    _check_libraries()
    for paper_id, paper in site.papers.items():
        if paper_id in site.cards:
            yield Output(f"abs/{paper_id}/card.png", partial(_card, site, paper))


def _check_libraries() -> None:
    try:
        for library in _LIBRARIES:
            version(library)
    except PackageNotFoundError as error:
        raise BuildError(
            f"config.yaml wants cards (site.cards: true), and {error.name} is not installed: "
            "`pip install 'trending-arxiv[cards]'`, or write `cards: false`"
        ) from error


def _card(site: Site, paper: Paper) -> bytes:
    return draw_card(_card_view(site, paper))


def _card_view(site: Site, paper: Paper) -> CardView:
    ranked = site.ranked[paper.id]
    what = (
        "tweets and retweets"
        if all(mention.post.network == "x" for mention in ranked.mentions)
        else "posts and reposts"
    )
    return CardView(
        paper_id=paper.id,
        title=paper.title,
        authors=tuple(map(to_name, paper.authors[:AUTHORS_SHOWN])),
        more_authors=max(0, len(paper.authors) - AUTHORS_SHOWN),
        captured=f"Captured {what}: {ranked.captured:,}",
        site_title=site.title,
        colours=site.theme.light,
    )


def draw_card(view: CardView) -> bytes:
    """The card as PNG, 1200 x 630 pixels."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 (installed only where cards are on)

    colours = view.colours
    image = Image.new("RGB", CARD_SIZE, colours.paper)
    draw = ImageDraw.Draw(image)
    _draw_mark(draw, colours)
    small, text = _font("Semibold", _TEXT_SIZE), _font("Regular", _TEXT_SIZE)
    site_title = _fit(_readable(view.site_title, "arXiv"), text, 1, _ROOM - 58)[0]
    draw.text((_LEFT + 58, 74), site_title, font=text, fill=colours.soft)
    title = _set_title(_readable(to_text(view.title), f"arXiv:{view.paper_id}"))
    for number, line in enumerate(title.lines):
        draw.text((_LEFT, 190 + number * title.leading), line, font=title.font, fill=colours.ink)
    below = 190 + len(title.lines) * title.leading + 18
    for number, line in enumerate(_fit(_authors(view), text, 2)):
        draw.text((_LEFT, below + number * 40), line, font=text, fill=colours.soft)
    draw.text((_LEFT, 540), _readable(view.captured, ""), font=small, fill=colours.ink)
    arxiv = f"arXiv:{view.paper_id}"
    draw.text((_RIGHT - round(text.getlength(arxiv)), 540), arxiv, font=text, fill=colours.soft)
    png = BytesIO()
    image.quantize(256, method=Image.Quantize.MAXCOVERAGE).save(png, "PNG", optimize=True)
    return png.getvalue()


def _draw_mark(draw: ImageDraw, colours: Colours) -> None:
    """The site's mark before its title: three lines of text and a note in their margin, as in `static/favicon.svg`."""
    unit = 44 / 32
    left_edge, top = _LEFT - 2, 74
    for start, end, y in ((4, 19, 8), (4, 19, 16), (4, 14, 24)):
        line = [left_edge + start * unit, top + y * unit, left_edge + end * unit, top + y * unit]
        draw.line(line, fill=colours.link, width=round(3 * unit))
    draw.circle((left_edge + 27 * unit, top + 8 * unit), 3 * unit, fill=colours.new)


class _Title(msgspec.Struct, frozen=True):
    """A title broken into lines."""

    lines: list[str]
    font: FreeTypeFont
    leading: int


def _set_title(title: str) -> _Title:
    for size in _TITLE_SIZES:
        font = _font("Semibold", size)
        lines = _fit(title, font, _TITLE_LINES)
        if not lines[-1].endswith("…") or size == _TITLE_SIZES[-1]:
            break
    return _Title(lines, font, round(size * 1.18))


def _authors(view: CardView) -> str:
    names = [name for name in (_readable(clean_line(author), "") for author in view.authors) if name]
    more = view.more_authors + len(view.authors) - len(names)
    if not names:
        return ""
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def _fit(text: str, font: FreeTypeFont, most: int, room: float = _ROOM) -> list[str]:
    """The text in at most so many lines of a width, cut with an ellipsis where it does not end there."""
    lines = [""]
    words = text.split(" ")
    for number, word in enumerate(words):
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= room:
            lines[-1] = longer
            continue
        if len(lines) == most or not lines[-1]:
            lines[-1] = _cut(" ".join([lines[-1], *words[number:]]).strip(), font, room)
            break
        lines.append(_cut(word, font, room) if font.getlength(word) > room else word)
    return lines


def _cut(text: str, font: FreeTypeFont, room: float) -> str:
    """The longest beginning that fits with an ellipsis."""
    fits: Callable[[int], bool] = lambda length: font.getlength(text[:length].rstrip() + "…") <= room  # noqa: E731
    low, high = 0, min(len(text), 400)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return text[:low].rstrip() + "…"


def _readable(text: str, instead: str) -> str:
    """The text in letters that the font has: others by their plain form (ℝ -> R) or not at all.

    Where too much of it would be lost, `instead`.
    """
    line = clean_line(text)
    drawable = "".join(char if _has(char) else _plain(char) for char in line)
    letters = sum(not char.isspace() for char in line)
    lost = letters - sum(not char.isspace() for char in drawable)
    if letters and lost <= letters * (1 - _READABLE_SHARE):
        return " ".join(drawable.split())
    return instead


def _plain(char: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFKD", char) if _has(part))


@cache
def _has(char: str) -> bool:
    """Whether the font has the character, and does not draw its box for the unknown."""
    font = _font("Semibold", _TEXT_SIZE)
    return char == " " or bytes(font.getmask(char)) != bytes(font.getmask("\uffff"))


@cache
def _font(weight: str, size: int) -> FreeTypeFont:
    from PIL import ImageFont  # noqa: PLC0415 (only where cards are on)

    path = resources.files("font_source_serif_pro") / "files" / f"SourceSerifPro-{weight}.ttf"
    font = BytesIO(path.read_bytes())
    return ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)
