"""What a reader meets: every kind of page, phone and desk, light and dark, with and without a script."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Served, npm_file

pytestmark = pytest.mark.browser
WIDTHS = (390, 1280)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def opened(browser: Browser, served: Served, path: str, **context: Any) -> tuple[Page, list[str]]:
    """A page, and everything suspicious that it did while it loaded."""
    trouble: list[str] = []
    page = browser.new_context(**context).new_page()
    page.on("console", lambda message: trouble.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith((served.url, "data:")) else trouble.append(request.url),
    )
    page.on("response", lambda reply: trouble.append(f"{reply.status} {reply.url}") if reply.status >= 400 else None)
    page.goto(served.url + path)
    return page, trouble


KINDS = (
    "home", "new", "week", "paper", "posts", "tracker", "category", "categories", "archive", "month", "about", "status",
    "feeds",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_no_page_has_errors_strangers_or_sideways_scrolling(browser: Browser, served: Served, kind: str) -> None:
    for width in WIDTHS:
        page, trouble = opened(browser, served, served.kinds()[kind], viewport={"width": width, "height": 900})
        assert trouble == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{kind} at {width} px scrolls sideways by {wide} px"
        page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_no_violation_in_light_and_dark_on_phone_and_desk(
    browser: Browser, served: Served, kind: str
) -> None:
    axe = npm_file("axe-core/axe.min.js").read_text("utf-8")
    for scheme in ("light", "dark"):
        for width in WIDTHS:
            page, _ = opened(
                browser,
                served,
                served.kinds()[kind],
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                bypass_csp=True,
            )
            page.evaluate(axe)
            found = page.evaluate("rules => axe.run(document, {runOnly: rules})", list(RULES))
            told = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]
            assert told == [], f"{kind} {scheme} {width}"
            page.context.close()


def test_everything_reads_and_links_work_without_javascript(browser: Browser, served: Served) -> None:
    page, trouble = opened(browser, served, "", java_script_enabled=False)
    page.click("article.paper .title a")
    assert "/abs/" in page.url
    assert page.locator("h1").count() == 1
    assert trouble == []
    page.context.close()


def test_formulas_are_drawn_by_the_browser(browser: Browser, served: Served) -> None:
    page, _ = opened(browser, served, "new/", viewport={"width": 1280, "height": 900})
    sizes = "[...document.querySelectorAll('math')].map(each => each.getBoundingClientRect())"
    drawn = page.evaluate(sizes)
    assert len(drawn) > 10
    assert all(box["width"] > 2 and box["height"] > 2 for box in drawn)
    page.context.close()


def test_keyboard_alone_reaches_the_main_text_and_focus_is_visible(browser: Browser, served: Served) -> None:
    page, _ = opened(browser, served, "", viewport={"width": 1280, "height": 900})
    page.keyboard.press("Tab")
    assert re.search("skip", page.evaluate("document.activeElement.textContent"), re.IGNORECASE)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('main')")
    style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert style != "none"
    page.context.close()


def test_home_stays_light_on_the_wire(served: Served) -> None:
    home = len(gzip.compress((served.folder / "index.html").read_bytes()))
    style = sum(len(gzip.compress(path.read_bytes())) for path in (served.folder / "static").glob("*.css"))
    assert home + style <= 60_000


def test_print_shows_a_reading_list_without_navigation(browser: Browser, served: Served) -> None:
    page, _ = opened(browser, served, "")
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible()
    assert page.locator("article.paper .title").first.is_visible()
    page.context.close()
