"""Reading without a connection, in Chromium: what was visited is there, and nothing stale stands in for the new."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from tests.browser.conftest import Served
from tests.browser.serving import PagesServer
from tests.browser.test_reading_aids import BLOCKED, first_ids
from tests.e2e.run import Copy

pytestmark = pytest.mark.browser

KEPT = """async () => {
  const kept = []
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys()) kept.push(url)
  return kept
}"""
WORKERS = "navigator.serviceWorker.getRegistrations().then(all => all.length)"


def eventually(page: Page, holds: Callable[[list[str]], bool]) -> None:
    """Wait until what is kept is so; the pages' policy forbids the waiting of the browser's own."""
    for _ in range(200):
        kept: list[str] = page.evaluate(KEPT)
        if holds(kept):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the newest kept are {kept[-9:]}")


@contextmanager
def reader(browser: Browser) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser of its own: workers and caches are shared by all pages of one."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context, context.new_page()
    context.close()


def come_back(page: Page, served: Served, path: str = "") -> None:
    """Open a page as somebody who was here before, and wait until it is kept."""
    page.goto(served.url + "about/")
    page.goto(served.url + path)
    eventually(page, lambda kept: served.url + path in kept and any("/style.css" in url for url in kept))


def test_what_was_visited_can_be_read_without_a_connection(browser: Browser, served: Served) -> None:
    paper = first_ids(served)[0]
    with reader(browser) as (context, page):
        come_back(page, served)
        title = page.title()
        page.goto(f"{served.url}abs/{paper}/")
        eventually(page, lambda kept: f"{served.url}abs/{paper}/" in kept)
        context.set_offline(True)
        page.goto(served.url)
        assert page.title() == title
        assert page.evaluate("getComputedStyle(document.querySelector('.title')).fontWeight") == "600"
        page.click(f"article[data-paper='{paper}'] .title a")
        expect(page.locator("h1.title")).to_be_visible()
        page.goto(served.url + "top/year/")
        expect(page.locator("h1")).to_have_text("Reading offline")
        expect(page.locator("#told a")).to_have_attribute("href", served.url + "top/year/")
        expect(page.locator(f"#kept a[href$='/abs/{paper}/']")).to_have_count(1)
        context.set_offline(False)
        page.click("#told a")
        page.wait_for_url(served.url + "top/year/")


def test_online_a_page_is_never_an_old_one(browser: Browser, served: Served) -> None:
    home = served.folder / "index.html"
    before = home.read_text("utf-8")
    with reader(browser) as (context, page):
        come_back(page, served)
        try:
            home.write_text(re.sub(r"<title>[^<]*", "<title>Made anew", before), "utf-8")
            page.goto(served.url)
            assert "Made anew" in page.title()
        finally:
            home.write_text(before, "utf-8")
        context.set_offline(True)
        page.goto(served.url)
        assert "Made anew" in page.title()


def test_saved_papers_come_along_and_erasing_leaves_nothing(browser: Browser, served: Served) -> None:
    paper = first_ids(served)[0]
    with reader(browser) as (context, page):
        come_back(page, served)
        page.click(f"article[data-paper='{paper}'] [data-do=save]")
        eventually(page, lambda kept: f"{served.url}abs/{paper}/" in kept)
        context.set_offline(True)
        page.goto(served.url + "saved/")
        page.click("article.found .title a")
        expect(page.locator("h1.title")).to_be_visible()
        page.go_back()
        page.click("text=Erase everything")
        eventually(page, lambda kept: not kept and not page.evaluate(WORKERS))


def test_who_does_not_want_it_keeps_no_page(browser: Browser, served: Served) -> None:
    with reader(browser) as (_, page):
        come_back(page, served, "saved/")
        page.uncheck("#offline")
        eventually(page, lambda kept: not kept and not page.evaluate(WORKERS))
        page.goto(served.url)
        page.wait_for_timeout(500)
        assert page.evaluate(WORKERS) == 0


def test_a_first_visit_and_blocked_storage_start_no_worker(browser: Browser, served: Served) -> None:
    with reader(browser) as (_, page):
        page.goto(served.url)
        page.wait_for_timeout(500)
        assert page.evaluate(WORKERS) == 0
    with reader(browser) as (context, page):
        context.add_init_script(BLOCKED)
        for path in ("", "about/"):
            page.goto(served.url + path)
            page.mouse.click(5, 5)
        page.wait_for_timeout(300)
        assert page.evaluate(WORKERS) == 0


def test_what_is_kept_is_bounded_and_old_versions_leave(browser: Browser, served: Served) -> None:
    name = "trending-arxiv:/trending-arxiv/:pages-1"
    with reader(browser) as (_, page):
        page.goto(served.url + "about/")
        page.evaluate(
            "async name => { await caches.open(name.replace('pages-1', 'pages-0'));"
            " const cache = await caches.open(name);"
            " for (let n = 0; n < 320; n++) await cache.put(`old/${n}/`, new Response('')) }",
            name,
        )
        come_back(page, served)
        kept: list[str] = page.evaluate("async name => (await (await caches.open(name)).keys()).map(r => r.url)", name)
        assert len(kept) <= 300
        assert served.url in kept
        assert not any(url.endswith("/old/0/") for url in kept)
        page.wait_for_timeout(300)
        assert page.evaluate("caches.keys().then(names => names.filter(each => each.includes('pages-0')).length)") == 0


def test_what_another_site_has_below_this_one_is_left_alone(browser: Browser, served: Served) -> None:
    with reader(browser) as (context, page):
        come_back(page, served)
        for stranger in ("another-project/", "another-project/abs/2611.00001/"):
            page.route(
                served.url + stranger, lambda route: route.fulfill(body="<title>Theirs", content_type="text/html")
            )
            page.goto(served.url + stranger)
        page.goto(served.url + "colophon/")  # the owner's own page is one of ours
        eventually(page, lambda kept: served.url + "colophon/" in kept)
        assert not any("another-project" in url for url in page.evaluate(KEPT))
        context.set_offline(True)
        page.unroute_all()
        with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
            page.goto(served.url + "another-project/")


def test_the_owner_can_switch_it_off_and_what_was_kept_goes(browser: Browser, served: Served, tmp_path: Path) -> None:
    config = (served.copy.folder / "config.yaml").read_text("utf-8")
    without = Copy(tmp_path, config.replace("site: {", "site: {offline: false, ", 1))
    assert without.run("build").status == 0
    server = PagesServer()
    url = server.add("trending-arxiv", served.folder)
    with reader(browser) as (_, page):
        come_back(page, Served(served.copy, url))
        server.sites["trending-arxiv"] = without.folder / "site"
        page.evaluate("navigator.serviceWorker.getRegistration().then(each => each.update())")
        eventually(page, lambda kept: not kept and not page.evaluate(WORKERS))
        for path in ("about/", "saved/"):
            page.goto(url + path)
            page.reload()  # past what the browser itself holds for ten minutes
        expect(page.locator("#kept-told")).not_to_be_empty()
        assert page.locator("#offline").count() == 0
        assert page.evaluate(KEPT) == []
        assert page.evaluate(WORKERS) == 0
    server.close()
