"""`/t/`: whose reading this is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import msgspec

from generator.model.site import Output, Site
from generator.render.templates import Templates
from generator.text.markdown import markdown_to_html


class TrackerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One tracker."""

    tracker_id: str
    title: str
    about_html: str
    papers: int


class TrackersView(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    trackers: tuple[TrackerRow, ...]


def plan(site: Site, templates: Templates) -> Iterator[Output]:
    """One page."""
    path = "t/index.html"
    yield templates.page("trackers.html", path, partial(trackers_view, site))


def trackers_view(site: Site) -> TrackersView:
    """Each tracker with the number of papers in its reading."""
    papers = Counter(tracker for readers in site.readers.values() for tracker in readers)
    return TrackersView(
        trackers=tuple(
            TrackerRow(
                tracker_id=tracker.id,
                title=tracker.title,
                about_html=markdown_to_html(tracker.about),
                papers=papers[tracker.id],
            )
            for tracker in site.trackers
        )
    )
