"""A list can be scanned: compact rows, what is new, keys, a head that leaves the screen to the papers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import Served
from tests.browser.looking import wrong_everywhere
from tests.browser.test_reading_aids import SHIFTS, first_ids, ids, kept_by, made_at, seen_at, visit

pytestmark = pytest.mark.browser
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
WHOLE_ON_SCREEN = """() => [...document.querySelectorAll("article.paper")]
  .filter(each => each.checkVisibility() && each.getBoundingClientRect().bottom <= innerHeight).length"""


def first_title_y(page: Page) -> float:
    y: float = page.evaluate("document.querySelector('article .title').getBoundingClientRect().top")
    return y


@pytest.mark.parametrize(("viewport", "least", "most"), [(DESK, 8, 12), (PHONE, 6, 9)])
def test_compact_rows_fill_a_screen(
    browser: Browser, served: Served, viewport: ViewportSize, least: int, most: int
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
def test_the_head_leaves_the_screen_to_the_papers(browser: Browser, served: Served, viewport: ViewportSize) -> None:
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


COMPACT = [
    *(("sample", kind) for kind in (
        "home", "second", "new", "week", "tracker", "category", "month", "day", "person", "posts", "paper", "search",
        "saved", "archive", "missing",
    )),
    *(("empty", kind) for kind in ("home", "new", "week", "tracker", "archive", "search", "missing")),
    *(("seed", kind) for kind in ("home", "paper", "tracker", "month", "posts")),
    *(("corpus", kind) for kind in ("home", "paper", "posts", "category", "categories", "archive")),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "kind"), COMPACT)
def test_the_compact_view_is_sound_for_everyone(
    browser: Browser, serving: Callable[[str], Served], tree: str, kind: str
) -> None:
    """The full view of every kind of page is judged in test_pages_in_chromium.py."""
    served = serving(tree)
    kept = {"version": 1, "at": 1, "view": "compact"}
    context = browser.new_context(viewport=DESK, service_workers="block")
    key = "trending-arxiv:/" + served.url.rstrip("/").rpartition("/")[2] + "/"
    context.add_init_script(f"localStorage.setItem({json.dumps(key)}, {json.dumps(json.dumps(kept))})")
    page = context.new_page()
    page.goto(served.url + served.kinds()[kind])
    is_alone = page.evaluate("document.documentElement.matches('[data-whole], [data-alone]')")
    if not is_alone:
        expect(page.locator("html.compact")).to_have_count(1)
    assert wrong_everywhere(page) == []
    context.close()


def test_a_row_is_muted_by_what_it_shows_with_undo(browser: Browser, served: Served) -> None:
    with visit(browser, served) as page:
        before = ids(page)
        row = page.locator("article.paper").first
        row.get_by_text("Elsewhere").click()
        row.locator(".muting button").last.click()
        assert len(ids(page)) < len(before)
        page.get_by_role("button", name="Undo").click()
        assert ids(page) == before


def test_nothing_is_offered_for_export_when_nothing_is_saved(browser: Browser, served: Served) -> None:
    with visit(browser, served, "saved/") as page:
        expect(page.get_by_text("Nothing saved yet")).to_be_visible()
        for control in ("Export as BibTeX", "Export as RIS", "Export as JSON", "This week’s as BibTeX"):
            expect(page.get_by_role("button", name=control, exact=True)).to_be_hidden()
        expect(page.get_by_label("Filter")).to_be_hidden()
        expect(page.locator("#for-you-more")).to_be_hidden()


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


def person_of(served: Served) -> tuple[str, str]:
    """The slug and name of the person who posted about most papers."""
    text = (served.folder / "by/index.html").read_text("utf-8")
    first = re.search(r'<td><a href="\.\./by/([^"]+)/">([^<]+)<', text)
    assert first
    return first[1], first[2]


def test_a_person_is_muted_from_a_row_with_undo(browser: Browser, served: Served) -> None:
    with visit(browser, served) as page:
        row = page.locator("article.paper", has=page.locator(".note")).first
        name = row.locator(".note figcaption a").first.inner_text()
        said = page.locator(".note:visible", has_text=name)
        before = said.count()
        assert before
        row.get_by_text("Elsewhere").click()
        row.locator(".muting").get_by_role("button", name=name, exact=True).click()
        assert kept_by(page)["mutePeople"] == [name]
        assert page.locator(".note:visible figcaption a", has_text=name).count() == 0
        page.get_by_role("button", name="Undo").click()
        expect(said).to_have_count(before)
        assert kept_by(page)["mutePeople"] == []


def test_a_muted_person_is_silent_everywhere_but_on_their_own_page(browser: Browser, served: Served) -> None:
    slug, name = person_of(served)
    kept = {"mutePeople": [name.upper()]}
    own = re.compile(rf"^\s*{re.escape(name)}\b")
    for path in ("", "new/", "posts/"):
        with visit(browser, served, path, kept=kept) as page:
            page.wait_for_function("!document.documentElement.matches('.sifting')")
            assert page.locator(":is(.note figcaption, .by):visible", has_text=own).count() == 0
    with visit(browser, served, f"by/{slug}/", kept=kept) as page:
        expect(page.locator(".post:visible")).not_to_have_count(0)


def test_comments_are_narrowed_to_a_tracker_or_a_person(browser: Browser, served: Served) -> None:
    papers = sorted(served.folder.glob("abs/*/index.html"))
    path = next(each for each in papers if each.read_text("utf-8").count('class="thread"') > 2)
    with visit(browser, served, f"abs/{path.parent.name}/") as page:
        threads = page.locator("#talk .thread:visible")
        everyone = threads.count()
        name = threads.nth(1).locator("figcaption").first.evaluate("each => each.firstChild.textContent.trim()")
        page.select_option("#from", f"p:{name}")
        expect(threads).to_have_count(1)
        expect(threads.first.locator("figcaption").first).to_contain_text(name)
        page.select_option("#from", "")
        expect(threads).to_have_count(everyone)
        groups = page.locator("#from optgroup").evaluate_all("all => all.map(each => each.label)")
        assert groups == ["Tracker", "Person"]
        page.set_viewport_size(PHONE)
        tops = page.locator(".narrow select").evaluate_all("all => all.map(each => each.getBoundingClientRect().top)")
        assert max(tops) - min(tops) < 4, "on one line"


def test_the_search_finds_people(browser: Browser, served: Served) -> None:
    slug, name = person_of(served)
    with visit(browser, served, "search/") as page:
        for query in (name, name.lower()[:-1], f"by:{slug}"):
            page.fill("#q", query)
            expect(page.locator(".people-found a").first).to_have_text(name)
        page.click(".people-found a >> nth=0")
        page.wait_for_url(f"**/by/{slug}/")


def test_the_rows_of_a_search_are_there_again_on_the_way_back(browser: Browser, served: Served) -> None:
    with visit(browser, served, "search/?m=2026-11") as page:
        rows = page.locator("article.found")
        expect(rows).to_have_count(10)
        page.click("text=More papers")
        expect(rows).to_have_count(30)
        before = rows.evaluate_all("all => all.map(each => each.dataset.paper)")
        rows.nth(25).locator(".title a").click()
        page.wait_for_url("**/abs/**")
        page.go_back()
        expect(rows).to_have_count(30)
        assert rows.evaluate_all("all => all.map(each => each.dataset.paper)") == before
        expect(rows.nth(25).locator(".title")).to_be_in_viewport()


def test_the_export_as_json_honours_the_filter(browser: Browser, served: Served) -> None:
    saved = [
        {"id": f"2611.0000{number}", "title": title, "authors": ", ".join(f"Ada Sample{each}" for each in range(9))}
        for number, title in enumerate(["Ravens", "Owls"], 1)
    ]
    with visit(browser, served, "saved/", kept={"saved": saved}) as page:
        expect(page.locator("article.found .authors").first).to_have_text(
            "Ada Sample0, Ada Sample1, Ada Sample2, Ada Sample3, Ada Sample4, Ada Sample5 and 3 more"
        )
        page.fill("#filter", "owls")
        with page.expect_download() as file:
            page.get_by_role("button", name="Export as JSON", exact=True).click()
        exported = json.loads(file.value.path().read_text("utf-8"))["saved"]
        assert [each["title"] for each in exported] == ["Owls"]
        assert exported[0]["authors"].count(",") == 8, "a citation names all"
        with page.expect_download() as file:
            page.get_by_role("button", name="Export everything").click()
        assert len(json.loads(file.value.path().read_text("utf-8"))["saved"]) == 2


@pytest.mark.parametrize("width", [320, 390])
def test_saved_papers_stay_in_the_window_at_twice_the_text(browser: Browser, served: Served, width: int) -> None:
    saved = [{"id": "2611.00001", "title": "Ravens", "authors": "Ada Sample", "savedAt": "2026-11-30T10:00:00Z"}]
    viewport = {"width": width, "height": 900}
    with visit(browser, served, "saved/#for-you", kept={"saved": saved}, viewport=viewport) as page:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.wait_for_selector("article.found")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0


def test_what_is_kept_offline_can_be_hit_by_a_finger(browser: Browser, served: Served) -> None:
    with visit(browser, served, "offline/") as page:
        page.evaluate("""document.querySelector('#kept').innerHTML = '<li><a href="..">A page</a></li>'.repeat(3)""")
        heights = page.locator("#kept a").evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
        assert min(heights) >= 24


@pytest.mark.parametrize("width", [390, 1280])
def test_a_row_of_a_past_day_saves_hides_and_mutes(browser: Browser, served: Served, width: int) -> None:
    with visit(browser, served, "day/", viewport={"width": width, "height": 900}) as page:
        page.context.add_init_script(SHIFTS)
        page.reload()
        page.wait_for_timeout(500)
        assert page.evaluate("window.shifted") < 0.01
        rows = page.locator("article.row:visible")
        before = rows.count()
        rows.first.locator(".more summary").click()
        rows.first.get_by_role("button", name="Save").click()
        assert [each["id"] for each in kept_by(page)["saved"]] == [rows.first.get_attribute("data-paper")]
        assert wrong_everywhere(page) == []
        page.set_viewport_size({"width": width, "height": 900})
        rows.nth(1).locator(".more summary").click()
        rows.nth(1).get_by_role("button", name="Hide").click()
        assert rows.count() == before - 1
        rows.first.locator(".muting button").first.click()
        assert rows.count() < before - 1
