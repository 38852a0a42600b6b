"""Which lists there are: scopes x windows, the archive, and the past as it was."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from generator.model.listing import Listing, Order, Window
from generator.model.records import Post
from generator.model.site import Site
from generator.ranking import windows
from generator.ranking.periods import PERIODS
from generator.ranking.saved_searches import SavedSearch
from generator.render.feeds import plan_feeds
from generator.render.pages import plan_pages
from generator.render.templates import Templates
from tests.conftest import ROOT
from tests.make import NOON, paper, post
from tests.site_samples import sample_site

PAPERS = [paper("2611.00001"), paper("2611.00002"), paper("2611.00003", categories=("hep-th",))]
SEARCH = SavedSearch(id="made-up", title="Made up", words=("made-up",))


def site_with(posts: Iterable[Post], home: Order = "trending") -> Site:
    return sample_site(PAPERS, posts, home=home, searches=(SEARCH,))


def by_path(site: Site) -> dict[str, Listing]:
    return {listing.path: listing for listing in site.listings}


def ids(listing: Listing) -> list[str]:
    return [ranked.paper.id for ranked in listing.papers]


WINDOWS = ["new/", "captured/", "top/day/", "top/week/", "top/month/", "top/year/", "top/all/"]


@pytest.mark.parametrize(("home", "more"), [("trending", []), ("newest", ["trending/"])])
def test_the_site_and_each_tracker_have_every_window_and_searches_and_categories_their_root(
    home: Order, more: list[str]
) -> None:
    paths = [listing.path for listing in site_with([post()], home).listings]
    assert len(paths) == len(set(paths))
    changing = {path for path in paths if not path.startswith(("archive/", "day/", "week/", "month/"))}
    scopes = ["", "t/lab/", "t/harbour/"]
    roots = {*scopes, "s/made-up/", "c/cs.LG/", "c/hep-th/"}
    assert changing == {
        *roots,
        *(root + "hot/" for root in roots),
        *(scope + window for scope in scopes for window in (*WINDOWS, *more)),
    }


def test_hot_papers_of_a_category_or_search_are_those_of_the_whole_site_in_the_order_of_their_moments() -> None:
    posts = [
        *(post(f"a{who}", hours=10 - who, who=f"p{who}", papers=("2611.00001",)) for who in range(3)),
        *(post(f"b{who}", hours=20 - who, who=f"p{who}", papers=("2611.00002",)) for who in range(3)),
        post("c", hours=1, who="p1", papers=("2611.00003",)),
    ]
    site = sample_site(PAPERS, posts, searches=(SEARCH,))
    lists = by_path(site)
    assert ids(lists["hot/"])[:2] == ["2611.00003", "2611.00001"], "the first ten of a day are hot, too"
    for path in ("c/cs.LG/hot/", "s/made-up/hot/"):
        kept = [paper_id for paper_id in ids(lists["hot/"]) if paper_id in ids(lists[path.removesuffix("hot/")])]
        assert ids(lists[path]) == kept != []
    assert ids(lists["t/lab/hot/"]) == []


def test_a_new_kind_of_list_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    oldest = Window(path="top/quarter/", label="Quarter", title="This quarter", about="Made up.", order="trending")
    monkeypatch.setattr(windows, "WINDOWS", (*windows.WINDOWS, (oldest, ("site", "category"))))
    site = site_with([post()])
    paths = {output.path for output in (*plan_pages(site, Templates(ROOT / "templates", site)), *plan_feeds(site))}
    assert {"top/quarter/index.html", "c/cs.LG/top/quarter/index.html", "c/cs.LG/top/quarter/feed.json"} <= paths
    assert "t/lab/top/quarter/index.html" not in paths
    found = by_path(site)["c/cs.LG/top/quarter/"]
    assert (found.title, found.description, found.api_name) == (
        "This quarter · cs.LG", "Made up. In cs.LG.", "c-cs.LG-top-quarter",
    )  # fmt: skip
    home = next(each for each in plan_pages(site, Templates(ROOT / "templates", site)) if each.path == "index.html")
    assert b'href="./top/quarter/">Quarter</a>' in home.render()


def test_lists_end_and_the_archive_has_everything() -> None:
    papers = [paper(f"2611.{number:05d}") for number in range(1, 1_103)]
    listings = by_path(sample_site(papers))
    assert [len(listings[path].papers) for path in ("new/", "c/cs.LG/")] == [1_000, 1_000]
    assert len(listings["archive/2026/11/"].papers) == 1_102


def test_the_archive_and_the_past_stand_in_rows_without_abstracts_and_have_no_feeds() -> None:
    site = site_with([post(hours=48)])
    pages = {each.path: each for each in plan_pages(site, Templates(ROOT / "templates", site))}
    for path in ("archive/2026/11/", "day/2026-11-18/"):
        html = pages[f"{path}index.html"].render().decode()
        assert '<article class="paper row" data-paper="2611.00001" data-captured="1">' in html
        assert "Captured posts and reposts: 1</p>" in html
        assert "abstract" not in html
        assert f"{path}feed.xml" not in html
    assert not any(each.path.startswith(("archive", "day", "week", "month")) for each in plan_feeds(site))


def test_days_weeks_and_months_that_have_passed_stay_as_they_were() -> None:
    past = [
        post("1", hours=30, papers=("2611.00002",)),  # the day before
        post("2", who="bo", hours=30, papers=("2611.00001",)),
        post("3", who="cy", hours=31, papers=("2611.00001",)),
        post("4", hours=24 * 9, papers=("2611.00003",)),  # the week before
        post("5", hours=24 * 40, papers=("2611.00003",)),  # in October
    ]
    listings = by_path(site_with(past))
    days = [path for path in listings if path.startswith(("day/", "week/", "month/"))]
    assert days == [
        "day/2026-11-19/", "day/2026-11-11/", "day/2026-10-11/", "week/2026-W46/", "week/2026-W41/", "month/2026-10/",
    ]  # fmt: skip
    assert ids(listings["day/2026-11-19/"]) == ["2611.00001", "2611.00002"]
    assert listings["week/2026-W46/"].title == "9 to 15 November 2026"
    today = by_path(site_with([*past, post("6", who="di", hours=1, papers=("2611.00002",))]))
    assert {path: today[path] for path in days} == {path: listings[path] for path in days}


@pytest.mark.parametrize("day", [date(2025, 12, 29), date(2026, 1, 1), date(2024, 2, 29), date(2026, 12, 31)])
def test_a_period_holds_its_days_from_the_first_to_the_last(day: date) -> None:
    for period in PERIODS:
        window = period.window(period.first_day(day))
        assert window.first_on is not None
        assert window.last_on is not None
        assert window.first_on <= day <= window.last_on
        assert period.first_day(window.last_on) == window.first_on
        assert period.first_day(window.last_on + timedelta(days=1)) == window.last_on + timedelta(days=1)
        assert window.path.startswith(f"{period.name}/")


def test_a_day_in_utc_is_over_when_it_is_over() -> None:
    assert "day/2026-11-20/" not in by_path(site_with([post(hours=1)])), NOON
