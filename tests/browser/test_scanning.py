"""A list can be scanned: compact rows, what is new, keys, a head that leaves the screen to the papers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served
from tests.browser.looking import wrong_everywhere
from tests.browser.test_reading_aids import first_ids, ids, kept_by, made_at, seen_at, visit

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
WHOLE_ON_SCREEN = """() => [...document.querySelectorAll("article.paper")]
  .filter(each => each.checkVisibility() && each.getBoundingClientRect().bottom <= innerHeight).length"""


def first_title_y(page: Page) -> float:
    y: float = page.evaluate("document.querySelector('article .title').getBoundingClientRect().top")
    return y


@pytest.mark.parametrize(("viewport", "least", "most"), [(DESK, 8, 12), (PHONE, 6, 9)])
def test_compact_rows_fill_a_screen(
    browser: Browser, served: Served, viewport: dict[str, int], least: int, most: int
) -> None:
    with visit(browser, served, kept={"at": 1}, viewport=viewport) as page:
        page.click("#view")
        assert least <= page.evaluate(WHOLE_ON_SCREEN) <= most
        row = page.locator("article.paper").first
        for shown in (".title", ".authors", ".people", ".note >> nth=0"):
            expect(row.locator(shown)).to_be_visible()
        expect(row.locator(".abstract")).to_be_hidden()
        row.get_by_role("link", name="Abstract").click()
        expect(row.locator(".abstract")).to_be_visible()
        expect(row.locator(".out")).to_be_visible()
        row.get_by_role("link", name="Abstract").click()
        expect(row.locator(".abstract")).to_be_hidden()


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_the_head_leaves_the_screen_to_the_papers(browser: Browser, served: Served, viewport: dict[str, int]) -> None:
    with visit(browser, served, kept={"at": 1}, viewport=viewport) as page:
        assert page.evaluate("document.querySelector('article').getBoundingClientRect().top") <= 230
        if viewport is PHONE:
            assert first_title_y(page) <= 844 / 4
            page.click("[data-do=note]")
            expect(page.locator(".folds")).to_be_visible()
        else:
            page.goto(served.url + "top/week/")
            tops = page.evaluate("[...document.querySelectorAll('article')].map(e => e.getBoundingClientRect().top)")
            assert sum(top < 900 for top in tops) >= 2


def test_the_choice_is_remembered_and_stands_before_the_first_paint(browser: Browser, served: Served) -> None:
    with visit(browser, served, viewport=DESK) as page:
        page.keyboard.press("v")
        assert kept_by(page)["view"] == "compact"
        expect(page.locator("#view")).to_have_attribute("aria-pressed", "true")
        page.route("**/reading.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
        page.goto(served.url + "new/")  # what runs before the first paint is enough: nothing flashes
        expect(page.locator("article .abstract").first).to_be_hidden()


def test_without_a_script_every_list_is_full(browser: Browser, served: Served) -> None:
    with visit(browser, served, java_script_enabled=False) as page:
        expect(page.locator("article .abstract").first).to_be_visible()


def test_only_what_is_new_can_be_shown_and_walked(browser: Browser, served: Served) -> None:
    times = sorted(seen_at(browser, served, ""))
    kept: dict[str, Any] = {"at": 1, "upTo": times[-6]}
    with visit(browser, served, kept=kept, now=made_at(served)) as page:
        new = page.locator(".new").count()
        assert 0 < new <= 5
        page.get_by_role("button", name="Only new").click()
        assert len(ids(page)) == new
        page.get_by_role("button", name="Only new").click()
        page.keyboard.press("n")
        assert page.evaluate("document.activeElement.closest('article').matches('.fresh')")


@pytest.mark.parametrize("key", ["j", "n"])
def test_keys_put_the_title_at_the_top_of_the_window(browser: Browser, served: Served, key: str) -> None:
    with visit(browser, served) as page:
        for _ in range(4):
            page.keyboard.press(key)
            top = page.evaluate("document.activeElement.closest('article').getBoundingClientRect().top")
            assert 0 <= top <= 40


def test_p_opens_the_pdf(browser: Browser, served: Served) -> None:
    asked: list[str] = []
    with visit(browser, served) as page:
        page.evaluate("addEventListener('click', e => { window.led = e.target.href; e.preventDefault() }, true)")
        page.keyboard.press("j")
        page.keyboard.press("p")
        asked.append(page.evaluate("window.led"))
    assert asked == [f"https://arxiv.org/pdf/{first_ids(served)[0]}"]


@pytest.mark.parametrize("path", ["", "new/", "s/none/"])
def test_compact_lists_are_sound_for_everyone(browser: Browser, served: Served, path: str) -> None:
    if path == "s/none/":
        path = served.kinds()["month"]
    with visit(browser, served, path, kept={"at": 1, "view": "compact"}) as page:
        assert wrong_everywhere(page) == []


def test_a_row_is_muted_by_what_it_shows_with_undo(browser: Browser, served: Served) -> None:
    with visit(browser, served) as page:
        before = ids(page)
        row = page.locator("article.paper").first
        row.get_by_text("Elsewhere").click()
        row.locator(".muting button").last.click()
        assert len(ids(page)) < len(before)
        page.get_by_role("button", name="Undo").click()
        assert ids(page) == before


def test_saved_papers_have_notes_tags_a_filter_and_ris(browser: Browser, served: Served) -> None:
    with visit(browser, served) as page:
        for place in (0, 1):
            page.locator("article [data-do=save]").nth(place).click()
        page.goto(served.url + "saved/")
        first = page.locator("article.found").first
        first.get_by_label("Tags").fill("ravens, to read")
        first.get_by_label("Note").fill("For Friday.")
        first.get_by_label("Note").blur()
        assert kept_by(page)["saved"][-1]["tags"] == ["ravens", "to read"]
        page.fill("#filter", "#ravens")
        expect(page.locator("article.found")).to_have_count(1)
        with page.expect_download() as file:
            page.get_by_role("button", name="Export as RIS").click()
        text = file.value.path().read_text("utf-8")
        assert text.count("TY  - ") == 1
        assert "KW  - ravens" in text
        assert "N1  - For Friday." in text
        page.fill("#filter", "")
        bib = b"@misc{made-up, eprint = {2601.00001}}\n@misc{other, url = {https://arxiv.org/abs/hep-th/9901001}}"
        page.set_input_files("#file", {"name": "mine.bib", "mimeType": "text/plain", "buffer": bib})
        expect(page.locator("#told")).to_contain_text("2 papers added")
        assert wrong_everywhere(page) == []
