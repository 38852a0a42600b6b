from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from generator.views.papers import SparkView, draw_spark
from generator.views.phrases import (
    clock,
    counted,
    day,
    did,
    doi_link,
    listed,
    moment,
    month,
    number,
    path_part,
    short_day,
    stamp,
    summary,
)

WHEN = datetime(2026, 11, 20, 8, 5, 3, tzinfo=UTC)


def test_dates_are_written_without_locale_and_in_utc() -> None:
    india = WHEN.astimezone(timezone(timedelta(hours=5, minutes=30)))

    assert (day(WHEN), short_day(WHEN), month(WHEN)) == ("20 Nov 2026", "20 Nov", "Nov 2026")
    assert moment(india) == "20 Nov 2026, 08:05 UTC"
    assert clock(india) == "08:05"
    assert stamp(india) == "2026-11-20T08:05:03Z"
    assert stamp(date(2026, 11, 20)) == "2026-11-20"


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (12290, "12,290"), (0.5, "0.5"), (1.0, "1"), (2.254, "2.25"), (1234.0, "1,234")]
)
def test_numbers(value: float, shown: str) -> None:
    assert number(value) == shown


def test_words() -> None:
    assert counted(1, "person", "people") == "1 person"
    assert counted(1200, "post") == "1,200 posts"
    assert [listed(names) for names in ((), ("X",), ("Bluesky", "X"), ("A", "B", "C"))] == [
        "",
        "X",
        "Bluesky and X",
        "A, B and C",
    ]
    assert did("quote") == "quoted"
    assert summary("One\n two \x00 three " * 40).startswith("One two three One")
    assert len(summary("word " * 400)) <= 200


def test_the_sparkline_tells_its_numbers_to_those_who_do_not_see_it() -> None:
    svg = draw_spark(SparkView(counts=(0, 1, 4), until=date(2026, 11, 20)))

    assert 'role="img"' in svg
    assert 'aria-label="Mentions per day, 3 days to 20 Nov 2026: 0 1 4"' in svg
    assert svg.count("M") == 4, "three bars and the label"
    assert 'v-13"' in svg, "the highest bar has the full height"


def test_a_doi_is_linked_only_if_it_is_one() -> None:
    html = doi_link('10.1234/a.b 10.5/x<"> javascript:pwn(1)')

    assert html.count("<a ") == 1
    assert 'href="https://doi.org/10.1234/a.b"' in html
    assert "<script" not in html
    assert "&lt;" in html


def test_a_category_that_is_none_leads_nowhere_else() -> None:
    assert path_part("cond-mat.str-el") == "cond-mat.str-el"
    assert path_part('../"x\n') == "..x"
