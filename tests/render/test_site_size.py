"""A site is planned to stay below its limit: the oldest papers' files go first, and the owner is told a year ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from generator.model.site import Output, Site, SiteSize
from generator.render import site_size
from generator.render.full_build import _plan
from generator.render.site_size import fit, months_left, notice, weigh
from generator.render.templates import Templates
from tests.conftest import ROOT
from tests.site_samples import NOW, a_paper, a_post, sample_site


@pytest.fixture(scope="module")
def site() -> Site:
    papers = [
        a_paper(f"2611.{number:05d}", f"Made-up matters, part {number}", submitted_at=NOW - timedelta(days=40 * number))
        for number in range(1, 121)
    ]
    return sample_site(papers, [a_post(number, papers[number % 120].id, hours=number) for number in range(240)])


@pytest.fixture(autouse=True)
def without_size(site: Site) -> Iterator[None]:
    yield
    site.sizes.clear()


def plan_of(site: Site) -> site_size.Plan:
    return partial(_plan, Templates(ROOT / "templates", site))


def bytes_of(site: Site) -> int:
    total = 0
    for output in plan_of(site)(site):
        files = output.render()
        total += len(files) if isinstance(files, bytes) else sum(len(content) for _, content in files)
    return total


def test_a_sample_tells_what_the_site_weighs(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_size, "SAMPLE_EVERY", 10)
    assert weigh(site, plan_of(site)(site)).total == pytest.approx(bytes_of(site), rel=0.2)


def test_a_sample_is_spread_over_the_files_of_a_kind(site: Site) -> None:
    first_pages = [Output(f"c/{number}.html", lambda: b"x" * 9_000) for number in range(3)]
    later_pages = [Output(f"c/{number}.html", lambda: b"x" * 1_000) for number in range(3, 100)]
    empty = replace(site, papers={})
    assert weigh(empty, first_pages + later_pages).total < 400_000


@pytest.mark.parametrize("share", [0.95, 0.8])
def test_what_does_not_fit_is_left_out_oldest_first(site: Site, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_size, "SAMPLE_EVERY", 10)
    monkeypatch.setattr(site_size, "LARGEST_MEAN", 10**9)
    limit = round(bytes_of(site) * share)
    fitted, planned = fit(site, plan_of(site), limit)
    assert bytes_of(fitted) <= limit * 1.1
    assert fitted.size is not None
    assert 0 < fitted.size.left_out == len(site.papers) - len(fitted.papers)
    assert list(fitted.papers) == list(site.papers)[: len(fitted.papers)], "the newest stay"
    paths = {output.path for output in planned if not hasattr(output, "folder")}
    oldest = list(site.papers)[-1]
    assert f"abs/{oldest}/index.html" not in paths
    assert f"api/v1/papers/{oldest}.json" not in paths
    listed = [ranked.paper.id for each in fitted.listings if each.window.month for ranked in each.papers]
    assert len(listed) == len(site.ranked) or not fitted.papers, "the archive has all as long as any paper has a page"


def test_where_next_to_nothing_fits_the_newest_day_stays_because_every_page_leads_to_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_size, "LARGEST_MEAN", 10**9)
    fitted, planned = fit(site, plan_of(site), 1)
    assert [listing.window.period for listing in fitted.listings if listing.window.compact] == ["day"]
    assert "day/index.html" in {output.path for output in planned if not hasattr(output, "folder")}


def test_a_small_site_is_not_weighed_at_all(site: Site) -> None:
    fitted, _ = fit(site, plan_of(site), 600_000_000)
    assert fitted is site
    assert fitted.size is None


def test_ten_years_of_ten_thousand_papers_stay_below_the_limit_and_the_owner_is_told_a_year_ahead() -> None:
    limit, of_paper = 600_000_000, 25_000
    told = []
    for month in range(120):
        papers = 833 * (month + 1)
        with_files = min(papers, (limit - papers * 1_500) // (of_paper - 1_500))
        size = with_files * (of_paper - 1_500) + papers * 1_500
        assert size <= limit
        left = months_left(size, limit, papers, min(papers, 10_000))
        told.append(notice(SiteSize(bytes=size, max_bytes=limit, left_out=papers - with_files, months_left=left)))
    full = next(month for month, words in enumerate(told) if words and "oldest" in words and "at its limit" in words)
    assert all(told[full - 12 :]), "told a year ahead, and from then on"
    assert not any(told[: full - 18])


@pytest.mark.parametrize(
    ("size", "says"),
    [
        (None, None),
        (SiteSize(bytes=1, max_bytes=600_000_000, left_out=0, months_left=None), None),
        (SiteSize(bytes=1, max_bytes=600_000_000, left_out=0, months_left=16), None),
        (SiteSize(bytes=540_000_000, max_bytes=600_000_000, left_out=0, months_left=14), "540 of 600 MB"),
        (SiteSize(bytes=599_000_000, max_bytes=600_000_000, left_out=1_234, months_left=0), "oldest 1,234 papers"),
    ],
)
def test_the_owner_is_told_when_there_is_something_to_say(size: SiteSize | None, says: str | None) -> None:
    words = notice(size)
    assert (words is None) == (says is None)
    assert (says or "") in (words or "")
