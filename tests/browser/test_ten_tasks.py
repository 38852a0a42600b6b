"""What readers come for, in two clicks at most, on a phone's screen, by keyboard and by finger.

A click is a tap, or a press of Enter on what has the focus; choosing from a menu is two (open, choose). Typing text,
moving the focus and scrolling count nothing. A task begins on the page that its test names, mostly home.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from tests.browser.conftest import Served
from tests.browser.test_reading_aids import KEY, first_ids, ids, made_at

pytestmark = pytest.mark.browser
MOST_CLICKS = 2
PHONE: ViewportSize = {"width": 390, "height": 844}


class Reader:
    """Uses a page by keyboard or by finger, and counts the clicks."""

    def __init__(self, page: Page, *, by_finger: bool) -> None:
        self.page = page
        self.by_finger = by_finger
        self.clicks = 0

    def click(self, target: Locator) -> None:
        """Tap it, or give it the focus and press Enter."""
        self.clicks += 1
        if self.by_finger:
            target.tap()
            return
        target.focus()
        expect(target).to_be_focused()
        self.page.keyboard.press("Enter")

    def choose(self, menu: Locator, value: str) -> None:
        """Open a menu and choose from it."""
        self.clicks += 2
        menu.focus()
        menu.select_option(value)

    def link(self, name: str) -> Locator:
        """The link of this name."""
        return self.page.get_by_role("link", name=name, exact=True).first

    def button(self, name: str) -> Locator:
        """The first button of this name."""
        return self.page.get_by_role("button", name=name).first


Open = Callable[..., Any]


@pytest.fixture(params=["keyboard", "finger"])
def opened(browser: Browser, served: Served, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a page of the sample on a phone, with what its browser keeps; in the end no task took more clicks."""
    by_finger = request.param == "finger"
    contexts: list[BrowserContext] = []

    @contextmanager
    def reader_at(path: str = "", kept: dict[str, Any] | None = None) -> Iterator[Reader]:
        context = browser.new_context(viewport=PHONE, has_touch=by_finger, service_workers="block")
        contexts.append(context)
        if kept is not None:
            text = json.dumps({"version": 1} | kept)
            context.add_init_script(f"localStorage.setItem({json.dumps(KEY)}, {json.dumps(text)})")
        context.clock.set_fixed_time(made_at(served))
        context.route("https://arxiv.org/**", lambda route: route.fulfill(body="elsewhere"))
        page = context.new_page()
        page.goto(served.url + path)
        page.wait_for_load_state("networkidle")
        reader = Reader(page, by_finger=by_finger)
        yield reader
        assert 0 < reader.clicks <= MOST_CLICKS

    yield reader_at
    for context in contexts:
        context.close()


def now_of(served: Served) -> datetime:
    """The time of the readers here: when the site was made."""
    return datetime.fromisoformat(made_at(served))


def test_what_is_new_since_yesterday(opened: Open, served: Served) -> None:
    text = (served.folder / "index.html").read_text("utf-8")
    seen = sorted(re.findall(r'data-seen="([^"]+)"', text))
    yesterday = (now_of(served) - timedelta(days=1)).timestamp() * 1000
    with opened(kept={"at": yesterday, "upTo": seen[-5]}) as reader:
        before = len(ids(reader.page))
        reader.click(reader.button("Only new"))
        assert 0 < len(ids(reader.page)) <= 4 < before


def test_what_my_group_says_about_this_paper(opened: Open, served: Served) -> None:
    papers = sorted(served.folder.glob("abs/*/index.html"))
    trackers = {page: set(re.findall(r'data-t="([^" ]+)"', page.read_text("utf-8"))) for page in papers}
    page = next(page for page in papers if len(trackers[page]) > 1)
    group = min(trackers[page])
    with opened(f"abs/{page.parent.name}/") as reader:
        threads = reader.page.locator(".thread:visible")
        everyone = threads.count()
        reader.choose(reader.page.locator("#from"), f"t:{group}")
        expect(threads).not_to_have_count(everyone)
        named = threads.evaluate_all("all => all.map(each => each.dataset.t)")
        assert named
        assert all(group in each.split(" ") for each in named)


def named_last_week(served: Served) -> tuple[str, str, str]:
    """(a person's name in addresses, a paper that they named in the last seven days, the longest word of its title)."""
    last_week = (now_of(served) - timedelta(days=7)).date().isoformat()
    for page in sorted(served.folder.glob("by/*/index.html")):
        for section in page.read_text("utf-8").split('<section class="day">')[1:]:
            day = section.partition('datetime="')[2][:10]
            papers = re.findall(r'class="paper-of"><a href="\.\./\.\./abs/([^"]+)/">([^<]+)<', section)
            if papers and day > last_week:
                paper, title = papers[0]
                return page.parent.name, paper, max(re.findall(r"[a-z]+", title.lower()), key=len)
    raise AssertionError("nobody named a paper last week")


def test_the_paper_that_my_colleague_named_last_week(opened: Open, served: Served) -> None:
    """`by:` and a word (the sample has no diffusion); the paper's page says that it was the colleague, and when."""
    person, paper, word = named_last_week(served)
    with opened() as reader:
        reader.click(reader.link("Search"))
        reader.page.fill("#q", f"by:{person} {word}")
        reader.click(reader.page.locator(f"article.found[data-paper='{paper}'] .title a"))
        reader.page.wait_for_url(f"**/abs/{paper}/")
        posts = reader.page.locator(f"#posts :is(figcaption, li):has(a[href$='/by/{person}/'])")
        days = [
            datetime.fromisoformat(each.get_attribute("datetime") or "") for each in posts.locator("time:visible").all()
        ]
        assert any(now_of(served) - timedelta(days=7) <= day <= now_of(served) for day in days)


def test_this_weeks_saved_papers_as_bibtex(opened: Open, served: Served) -> None:
    new, old = first_ids(served, number=2)
    now = now_of(served)
    saved = [
        {"id": new, "title": "New", "savedAt": (now - timedelta(days=2)).isoformat()[:19] + "Z"},
        {"id": old, "title": "Old", "savedAt": (now - timedelta(days=20)).isoformat()[:19] + "Z"},
    ]
    with opened(kept={"saved": saved}) as reader:
        reader.click(reader.link("Saved"))
        with reader.page.expect_download() as file:
            reader.click(reader.button("This week’s as BibTeX"))
        text = file.value.path().read_text("utf-8")
        assert f"eprint = {{{new}}}" in text
        assert old not in text


def test_to_subscribe_to_a_category(opened: Open) -> None:
    with opened() as reader:
        reader.click(reader.link("Feeds"))
        reader.page.fill("#filter", "cs.CL")
        row = reader.page.locator(".feed-rows li:visible", has_text="cs.CL").last
        reader.click(row.get_by_role("link", name="RSS"))
        reader.page.wait_for_url(re.compile(r"/c/cs\.CL/(hot/)?feed\.xml$"))


def test_to_mute_a_topic(opened: Open) -> None:
    with opened() as reader:
        before = ids(reader.page)
        row = reader.page.locator("article.paper").first
        reader.click(row.get_by_text("Elsewhere"))
        reader.click(row.locator(".muting button").last)
        assert before[0] not in ids(reader.page)


def test_the_pdf(opened: Open, served: Served) -> None:
    with opened() as reader:
        reader.click(reader.link("PDF"))
        reader.page.wait_for_url(f"https://arxiv.org/pdf/{first_ids(served)[0]}")


def test_the_bibtex_of_one_paper(opened: Open) -> None:
    with opened() as reader:
        reader.click(reader.page.locator("article .title a").first)
        reader.page.wait_for_url("**/abs/**")
        reader.click(reader.button("Copy"))
        expect(reader.page.locator("[role=status]")).to_have_text("Copied.")


def test_what_was_hot_on_a_day(opened: Open, served: Served) -> None:
    day = max(path.name for path in served.folder.glob("day/2*-12"))
    with opened() as reader:
        reader.click(reader.link("Archive"))
        reader.click(reader.page.locator(f".past a[href$='day/{day}/']"))
        reader.page.wait_for_url(f"**/day/{day}/")
        expect(reader.page.locator("article.row").first).to_be_visible()


def test_to_open_a_pasted_address(opened: Open, served: Served) -> None:
    paper = first_ids(served)[0]
    with opened() as reader:
        reader.click(reader.link("Search"))
        reader.page.fill("#q", f"https://arxiv.org/pdf/{paper}v2.pdf")
        reader.click(reader.page.locator("article.found .title a"))
        reader.page.wait_for_url(f"**/abs/{paper}/")
