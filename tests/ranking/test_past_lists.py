"""Lists that look back: their neighbours in time, the calendar, and what a paper's page says of them."""

from __future__ import annotations

from generator.render.pages.archive import archive_view
from generator.render.pages.compact import Calendar
from generator.render.pages.paper import find_past_places
from tests.site_samples import a_paper, a_post, sample_site

PAPERS = [a_paper(f"2611.0000{number}", f"Raven matters {number}") for number in (1, 2)]
SITE = sample_site(
    PAPERS, [a_post(1, PAPERS[0].id, hours=30), a_post(2, PAPERS[0].id, hours=80), a_post(3, PAPERS[1].id, hours=82)]
)
"""Now is 20 November 2026: posts of the 19th and the 17th."""
BY_PATH = {listing.path: listing for listing in SITE.listings}


def test_a_past_day_leads_to_the_days_beside_it_that_have_papers() -> None:
    calendar = Calendar(SITE.listings)
    days = sorted(path for path in BY_PATH if path.startswith("day/"))
    assert len(days) == 2

    newer, older = calendar.neighbours(BY_PATH[days[0]])

    assert older is None
    assert newer is not None
    assert newer.path == days[1]
    assert calendar.neighbours(BY_PATH[""]) == (None, None)


def test_the_archive_is_a_calendar_of_what_was_hot() -> None:
    past = archive_view(SITE).past

    assert [month.title for month in past] == ["November 2026"]
    assert past[0].path == "", "the month is not over"
    assert [day.path for day in past[0].days] == sorted(path for path in BY_PATH if path.startswith("day/"))


def test_a_paper_says_when_it_trended() -> None:
    places = find_past_places(SITE)

    assert {place.rank for place in places[PAPERS[0].id]} == {1}
    assert all(place.path.startswith(("day/", "week/", "month/")) for found in places.values() for place in found)
