"""What a reader meets on every kind of page, of the sample, the original page, real papers, and before the first fetch.

On a phone and at a desk, light and dark, by pointer and by keyboard, with and without scripts and storage.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Error, Page, expect

from tests.browser.conftest import Served, launched
from tests.browser.looking import lay_out_all, moving, visited, watched, wrong_everywhere, wrong_with_tab

pytestmark = pytest.mark.browser
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}

PAGES = {
    "sample": (
        "home", "second", "new", "week", "paper", "noted", "posts", "people", "person", "day",
        "readers", "tracker", "category", "categories",
        "archive", "month", "digests", "search", "saved", "about", "status", "feeds", "own", "missing",
    ),
    "seed": ("home", "paper", "tracker", "month", "posts"),
    "corpus": ("home", "paper", "posts", "category", "categories", "archive"),
    "empty": (
        "home", "new", "week", "posts", "tracker", "categories", "archive", "digests", "search", "status", "missing",
    ),
}  # fmt: skip
TABBED = ("home", "paper", "posts", "readers", "archive", "feeds", "saved", "status")
SHOWN = [(tree, kind) for tree, kinds in PAGES.items() for kind in kinds]


@pytest.mark.parametrize(("tree", "kind"), SHOWN)
def test_a_page_is_sound_for_everyone(browser: Browser, serving: Callable[[str], Served], tree: str, kind: str) -> None:
    served = serving(tree)
    with visited(browser, served, served.kinds()[kind], **DESK) as (page, trouble):
        assert wrong_everywhere(page) == []
        assert moving(page) == []
        assert trouble == []


@pytest.mark.parametrize(
    ("tree", "kind", "width"),
    [
        ("sample", "home", 390),
        *(
            ("sample", kind, 1280)
            for kind in ("home", "paper", "posts", "readers", "archive", "feeds", "saved", "status")
        ),
        ("seed", "home", 1280),
        ("corpus", "paper", 1280),
        ("empty", "home", 390),
    ],
)
def test_the_keyboard_alone_reaches_everything_in_order_and_shows_where_it_is(
    browser: Browser, serving: Callable[[str], Served], tree: str, kind: str, width: int
) -> None:
    served = serving(tree)
    viewport = {"width": width, "height": 900}
    with visited(browser, served, served.kinds()[kind], viewport=viewport) as (page, trouble):
        assert wrong_with_tab(page) == []
        assert trouble == []


def test_the_keyboard_reaches_what_a_search_found(browser: Browser, served: Served) -> None:
    with visited(browser, served, "search/?q=the", **DESK) as (page, trouble):
        page.wait_for_selector("article.found")
        assert wrong_with_tab(page) == []
        assert trouble == []


def test_the_keyboard_skips_to_the_main_text(browser: Browser, served: Served) -> None:
    with visited(browser, served, "", **DESK) as (page, _):
        page.keyboard.press("Tab")
        assert re.search("skip", page.evaluate("document.activeElement.textContent"), re.IGNORECASE)
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("!!document.activeElement.closest('main')")


@pytest.mark.parametrize("tree", list(PAGES))
def test_every_page_reads_without_javascript(browser: Browser, serving: Callable[[str], Served], tree: str) -> None:
    served = serving(tree)
    with visited(browser, served, "about/", java_script_enabled=False, **DESK) as (page, trouble):
        for kind in PAGES[tree]:
            page.goto(served.url + served.kinds()[kind])
            assert page.locator("h1:visible").count() == 1, kind
            assert len(page.inner_text("main")) > 60, kind
            shown = "button:visible, input:visible, select:visible, .aid:visible"
            controls = page.locator(shown).count() - page.locator(f"form[action] >> {shown}").count()
            assert controls == 0, kind
            folded = ".aid, .aid *, details *"  # details open by themselves
            hidden = f"main :is(.title, .authors, .abstract, .captured, .note, p:not(.rest), td):not({folded})"
            told = "all => [...document.querySelectorAll(all)].filter(e => !e.checkVisibility()).map(e => e.outerHTML)"
            assert page.evaluate(told, hidden) == [], kind
        assert trouble == []


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("wrong", ["nothing-here", "abs/some/where/else/", "c/cs.LG/page/999999/x.html"])
def test_a_wrong_address_of_any_depth_has_a_field_that_searches(
    browser: Browser, served: Served, wrong: str, *, scripts: bool
) -> None:
    published = "https://pages.example/trending-arxiv/"
    context = browser.new_context(java_script_enabled=scripts, service_workers="block")
    context.route(
        f"{published}**",
        lambda route: route.fulfill(response=route.fetch(url=route.request.url.replace(published, served.url))),
    )
    page = context.new_page()
    page.goto(published + wrong)
    page.fill("#q", "model & theory")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{published}search/?q=model+%26+theory")
    if scripts:
        expect(page.locator("#q")).to_have_value("model & theory")
        expect(page.locator("#told")).to_have_text(re.compile(r"paper"))
    else:
        expect(page.get_by_role("link", name="The archive by month")).to_be_visible()
    context.close()


def test_one_gets_everywhere_without_javascript(browser: Browser, served: Served) -> None:
    steps = (
        (".pager [rel=next]", "/page/2/"), (".pager [rel=prev]", served.url), (".tabs >> text=Newest", "/new/"),
        (".pager [rel=next]", "/new/page/2/"), (".tabs >> text=Week", "/top/week/"), ("article .title a", "/abs/"),
        (".facts a[href*='/c/']", "/c/"), ("nav >> text=Archive", "/archive/"),
        ("main .columns a[href*='20']", "/archive/20"),
        ("nav >> text=Posts", "/posts/"), (".pager [rel=next]", "/posts/page/2/"), ("main a[href*='/abs/']", "/abs/"),
        ("nav >> text=Trackers", "/t/"), ("main a[href*='/t/']", "/t/"), ("nav >> text=Search", "/search/"),
        ("main >> text=The archive by month", "/archive/"), ("footer >> text=Feeds", "/feeds/"),
        ("main a[href='../digest/daily/']", "/digest/daily/"), ("footer >> text=Status", "/status/"),
        ("footer >> text=Colophon", "/colophon/"), ("nav >> text=About", "/about/"), (".brand a", served.url),
    )  # fmt: skip
    with visited(browser, served, "", java_script_enabled=False, **DESK) as (page, trouble):
        for link, leads_to in steps:
            page.locator(link).first.click()
            assert leads_to in page.url, link
            assert page.locator("h1:visible").count() == 1, page.url
        assert trouble == []


@pytest.fixture
def refusing(served: Served, tmp_path: Path, chromium: BrowserType) -> Iterator[tuple[Page, list[str]]]:
    """A browser whose owner lets no site keep anything: Chromium's own setting, not an imitation of it."""
    (tmp_path / "Default").mkdir()
    refuse = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default/Preferences").write_text(json.dumps(refuse))
    with launched(chromium.launch_persistent_context, user_data_dir=tmp_path) as context:
        yield watched(context.pages[0], served)


def test_where_the_browser_keeps_nothing_nothing_breaks(refusing: tuple[Page, list[str]], served: Served) -> None:
    page, trouble = refusing
    page.goto(served.url)
    with pytest.raises(Error, match="Access is denied"):
        page.evaluate("localStorage.length")
    for path in served.kinds().values():
        page.goto(served.url + path)
        expect(page.locator("h1:visible")).to_have_count(1)
    page.goto(served.url)
    page.locator("article [data-do=save]").first.click()
    expect(page.locator("article [data-do=save]").first).to_have_text("Saved")
    expect(page.locator("[role=status]")).to_contain_text("keeps nothing")
    page.select_option("#colours", "dark")
    page.goto(served.url + "search/?q=the")
    expect(page.locator("article.found")).not_to_have_count(0)
    assert trouble == []


def test_an_address_out_of_habit_leads_to_the_paper(browser: Browser, served: Served) -> None:
    papers = sorted(
        page.parent.relative_to(served.folder / "abs").as_posix() for page in served.folder.glob("abs/**/index.html")
    )
    new, old = papers[0], next(each for each in papers if "/" in each)
    archive, _, number = old.partition("/")
    for habit, paper in (
        (f"abs/{new}v2", new),
        (f"abs/{new}.html", new),
        (f"pdf/{new}v1.pdf", new),
        (f"abs/{archive}.XX/{number}v1/", old),
        (f"abs/{new}/cite.bib", new),
    ):
        page = browser.new_page()
        page.goto(served.url + habit)
        page.wait_for_url(f"{served.url}abs/{paper}/", timeout=60_000)
        page.close()
    page = browser.new_page()
    page.goto(f"{served.url}abs/2001.99999v3")
    expect(page.get_by_role("link", name="arXiv:2001.99999")).to_have_attribute(
        "href", "https://arxiv.org/abs/2001.99999"
    )
    page.close()


def test_a_page_beyond_the_end_of_a_list_leads_to_the_list(browser: Browser, served: Served) -> None:
    page = browser.new_page()
    page.goto(served.url + "new/page/615/")
    page.wait_for_url(f"{served.url}new/", timeout=60_000)
    page.close()


def test_formulas_are_drawn_by_the_browser(browser: Browser, served: Served) -> None:
    with visited(browser, served, "new/", **DESK) as (page, _):
        lay_out_all(page)
        drawn = page.evaluate("[...document.querySelectorAll('math')].map(each => each.getBoundingClientRect())")
        assert len(drawn) > 10
        assert all(box["width"] > 2 and box["height"] > 2 for box in drawn)


def test_print_shows_a_reading_list_without_navigation(browser: Browser, served: Served) -> None:
    with visited(browser, served, "") as (page, _):
        page.emulate_media(media="print")
        assert not page.locator("nav").first.is_visible()
        assert page.locator("article.paper .title").first.is_visible()
        waiting = "getComputedStyle([...document.querySelectorAll('article.paper')].at(-1)).contentVisibility"
        assert page.evaluate(waiting) == "visible"
