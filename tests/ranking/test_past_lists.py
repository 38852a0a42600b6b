"""Lists that look back: their neighbours in time, the calendar, and what a paper's page says of them."""

from __future__ import annotations

from datetime import timedelta

from generator.model.site import Site
from generator.render.pages import compact
from generator.render.pages.archive import archive_view
from generator.render.pages.compact import Calendar
from generator.render.pages.paper import find_past_places
from generator.render.templates import Templates
from tests.conftest import ROOT
from tests.site_samples import NOW, a_paper, a_post, sample_site

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

    assert days == ["day/2026-11-17/", "day/2026-11-19/"]
    newer, older = calendar.neighbours(BY_PATH[days[0]].window)

    assert older is None
    assert newer is not None
    assert newer.path == "day/2026-11-18/"
    assert calendar.neighbours(BY_PATH[""].window) == (None, None)
    gap = next(window for window in calendar.gaps if window.path == newer.path)
    links = calendar.neighbours(gap)
    assert [link and link.path for link in links] == list(reversed(days))


def test_the_page_of_a_past_day_week_or_month_never_changes() -> None:
    first = a_paper("2611.00001", "Raven matters")
    posts = [a_post(number, first.id, hours=hours) for number, hours in enumerate((30, 80, 24 * 40))]
    before, after = (past_pages(sample_site([first], posts, listed_at=now)) for now in (NOW, NOW + timedelta(days=70)))
    later = a_post(9, first.id, hours=-24 * 3)
    with_news = past_pages(sample_site([first], [*posts, later], listed_at=NOW + timedelta(days=70)))

    assert {"day/2026-11-19/index.html", "week/2026-W41/index.html", "month/2026-10/index.html"} <= before.keys()
    assert len(with_news) > len(before)
    for path, html in before.items():
        assert after[path] == html, path
        assert with_news[path] == html, path


def past_pages(site: Site) -> dict[str, bytes]:
    """The pages of all past days, weeks and months that have papers."""
    paths = {f"{listing.path}index.html" for listing in site.listings if listing.window.period}
    outputs = compact.plan(site, Templates(ROOT / "templates", site))
    return {output.path: output.render() for output in outputs if output.path in paths}


def test_the_archive_is_a_calendar_of_what_was_hot() -> None:
    past = archive_view(SITE).past

    assert [month.title for month in past] == ["November 2026"]
    assert past[0].path == "", "the month is not over"
    assert [day.path for day in past[0].days] == sorted(path for path in BY_PATH if path.startswith("day/"))


def test_a_paper_says_when_it_trended() -> None:
    places = find_past_places(SITE)

    assert {place.rank for place in places[PAPERS[0].id]} == {1}
    assert all(place.path.startswith(("day/", "week/", "month/")) for found in places.values() for place in found)
