"""The page of feeds, and feeds themselves, in Chromium: choosing, copying, filtering, and how feed.xml looks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Served

pytestmark = pytest.mark.browser


def test_the_feed_of_a_list_leads_to_its_row_on_top_and_addresses_are_copied(browser: Browser, served: Served) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{served.url}c/cs.LG/")
    page.get_by_role("link", name="Feed", exact=True).click()
    top = page.locator("#this-list")
    expect(top).to_contain_text("cs.LG Machine Learning")
    expect(top.locator("a").nth(1)).to_have_attribute("href", "../c/cs.LG/feed.xml")
    assert page.evaluate("scrollY") == 0
    copy = page.locator(".choice").first.get_by_role("button")
    copy.click()
    expect(copy).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/hot/feed.xml")
    page.get_by_label("Filter by name").fill("machine LEARN")
    shown = page.locator("section", has=page.locator("#filter")).locator("li:visible")
    assert all("Machine Learning" in str(row.get_attribute("data-name")) for row in shown.all())
    assert shown.count() >= 1
    context.close()


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("file", ["feed.xml", "atom.xml"])
def test_a_feed_that_is_opened_is_a_page_that_leads_on(
    browser: Browser, served: Served, file: str, *, javascript: bool
) -> None:
    context = browser.new_context(java_script_enabled=javascript)
    page = context.new_page()
    page.goto(f"{served.url}hot/{file}")
    expect(page.locator("div")).to_contain_text("This is a feed")
    titles = page.locator("item > title, entry > title")
    expect(titles.first).to_be_visible()
    expect(page.locator("item > description, entry > content").first).to_be_hidden()
    page.locator("div a").first.click()
    assert page.url == f"{served.url}hot/"
    context.close()
