"""`/about/`: how the lists are made with the numbers in force, what is kept, and how to be removed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec

from generator.model.site import Output, Site
from generator.ranking.rank import BARE_FACTOR, BOT_FACTOR, BOT_PAPERS_A_DAY
from generator.render.templates import Templates


class AboutView(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers in force."""

    half_life_days: float
    weights: tuple[tuple[str, float], ...]
    """(what a person did, what it counts), strongest first."""
    bots: str
    bare_factor: float
    bot_factor: float
    bot_papers_a_day: int
    networks: tuple[str, ...]
    contact: str


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """One page."""
    path = "about/index.html"
    yield templates.page("about.html", path, partial(about_view, site))


def about_view(site: Site) -> AboutView:
    """The page's numbers."""
    weights = sorted(site.ranking["weights"].items(), key=lambda weight: (-weight[1], weight[0]))
    return AboutView(
        half_life_days=float(site.ranking["half_life_days"]),
        weights=tuple((kind, float(weight)) for kind, weight in weights),
        bots=str(site.ranking.get("bots", "down")),
        bare_factor=BARE_FACTOR,
        bot_factor=BOT_FACTOR,
        bot_papers_a_day=BOT_PAPERS_A_DAY,
        networks=tuple(site.networks.values()),
        contact=site.contact,
    )
