"""The plot of mentions over time: every mention in one bar, in steps that fit, told in words too."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from generator.views.timeline import BARS_MAX, TimelineView, draw_timeline, timeline_ends, timeline_of
from tests.site_factory import make_paper, make_post, rank

DAY = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)


def of(*after: timedelta, bare: int = 0) -> TimelineView | None:
    """The timeline of posts so long after DAY; the first `bare` of them without words."""
    posts = [make_post(number, posted_at=DAY + when) for number, when in enumerate(after)]
    posts = [msgspec.structs.replace(post, text=None) for post in posts[:bare]] + posts[bare:]
    return timeline_of(rank(make_paper(), posts))


def days(*after: float) -> list[timedelta]:
    return [timedelta(days=each) for each in after]


def test_mentions_are_counted_by_day_and_comments_within_them() -> None:
    view = of(*days(0, 0, 0.5, 2), bare=2)
    assert view == TimelineView(step="day", first_on=date(2026, 11, 2), mentions=(2, 1, 1), commented=(0, 1, 1))


def test_a_few_mentions_or_a_single_day_need_no_drawing() -> None:
    assert of() is None
    assert of(*days(0, 9)) is None
    assert of(*days(0, 0, 0, 0.01)) is None
    assert of(*days(0, 0, 1)) is not None


@pytest.mark.parametrize(
    ("length", "step", "bars"),
    [(59, "day", 60), (60, "week", 9), (419, "week", 60), (420, "month", 14), (1790, "month", 59), (3700, "year", 11)],
)
def test_steps_grow_with_the_time(length: int, step: str, bars: int) -> None:
    view = of(*days(0, 1, length))
    assert view is not None
    assert (view.step, len(view.mentions)) == (step, bars)


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(min_value=0, max_value=12_000 * 24), min_size=3, max_size=40))
def test_every_mention_is_in_one_bar(hours: list[int]) -> None:
    view = of(*(timedelta(hours=each) for each in hours))
    if view is None:
        return
    assert sum(view.mentions) == len(hours)
    assert 2 <= len(view.mentions) <= BARS_MAX
    assert view.mentions[0] > 0
    assert view.mentions[-1] > 0
    assert all(said <= every for said, every in zip(view.commented, view.mentions, strict=True))
    etree.fromstring(str(draw_timeline(view)))


def test_the_drawing_has_a_bar_for_each_count_and_the_numbers_in_words() -> None:
    view = TimelineView(step="day", first_on=date(2026, 11, 18), mentions=(8, 0, 2), commented=(2, 0, 0))
    svg = etree.fromstring(str(draw_timeline(view)))
    all_bars, said = (path.get("d", "") for path in svg.iter("path"))
    assert re.findall(r"v-([0-9.]+)", all_bars) == ["64", "16"]
    assert re.findall(r"v-([0-9.]+)", said) == ["16"]
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == (
        "Mentions per day, 18 Nov 2026 to 20 Nov 2026: 10 in all, 2 with a comment. 18 Nov 2026: 8. 20 Nov 2026: 2."
    )


def test_a_long_story_is_told_by_its_peaks() -> None:
    view = TimelineView(step="month", first_on=date(2020, 12, 1), mentions=tuple(range(1, 41)), commented=(0,) * 40)
    label = etree.fromstring(str(draw_timeline(view))).get("aria-label") or ""
    assert "with a comment" not in label
    assert "The most: " in label
    assert label.count(". ") <= 26
    assert timeline_ends(view) == ("Dec 2020", "Mar 2024")
