"""What helps a reader, in Chromium: with keys, without scripts, with storage blocked, without moving the page."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from generator.text.words import words
from tests.browser.conftest import Served
from tests.browser.looking import wrong_everywhere

pytestmark = pytest.mark.browser
KEY = "trending-arxiv:/trending-arxiv/"
DAY_MS = 24 * 3600 * 1000
REFUSED_WORKER = "Service Worker registration blocked by Playwright"
BLOCKED = """Object.defineProperty(window, "localStorage", {get() { throw new DOMException("no", "SecurityError") }})"""
SHIFTS = """
window.shifted = 0
new PerformanceObserver(list => { for (const each of list.getEntries()) window.shifted += each.value })
  .observe({type: "layout-shift", buffered: true})
"""


@contextmanager
def visit(
    browser: Browser,
    served: Served,
    path: str = "",
    *,
    kept: Any = None,
    blocked: bool = False,
    now: str | None = None,
    **context: Any,
) -> Iterator[Page]:
    """A page of a browser that keeps `kept`, at `now`; whatever is suspicious fails the test in the end."""
    trouble: list[str] = []
    settings: dict[str, Any] = {
        "viewport": {"width": 1280, "height": 900},
        "accept_downloads": True,
        "service_workers": "block",  # what it answers, a route here does not see; test_offline.py is about it
    }
    opened = browser.new_context(**settings | context)
    if kept is not None:
        text = kept if isinstance(kept, str) else json.dumps({"version": 1} | kept)
        put = f"localStorage.setItem({json.dumps(KEY)}, {json.dumps(text)})"
        opened.add_init_script(f"if (!sessionStorage.put) {{ sessionStorage.put = 1; {put} }}")
    if blocked:
        opened.add_init_script(BLOCKED)
    if now:
        opened.clock.set_fixed_time(now)
    page = opened.new_page()
    page.on(
        "console",
        lambda message: None if message.text == REFUSED_WORKER else trouble.append(f"console: {message.text}"),
    )
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith((served.url, "data:", "blob:")) else trouble.append(request.url),
    )
    page.goto(served.url + path)
    yield page
    assert trouble == []
    opened.close()


def kept_by(page: Page) -> dict[str, Any]:
    """What the browser keeps now."""
    kept: dict[str, Any] = json.loads(page.evaluate("key => localStorage.getItem(key) ?? '{}'", KEY))
    return kept


def ids(page: Page) -> list[str]:
    """The papers that can be seen."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('article[data-paper]')]"
        ".filter(e => e.checkVisibility()).map(e => e.dataset.paper)"
    )
    return found


def seen_at(browser: Browser, served: Served, path: str) -> list[str]:
    """When each paper of a list was first captured, in its order."""
    with visit(browser, served, path) as page:
        found: list[str] = page.evaluate("[...document.querySelectorAll('[data-seen]')].map(e => e.dataset.seen)")
    return found


def first_ids(served: Served, path: str = "", number: int = 3) -> list[str]:
    text = (served.folder / path / "index.html").read_text("utf-8")
    return [part.partition('"')[0] for part in text.split('data-paper="')[1 : number + 1]]


# --- Since last time ---


def made_at(served: Served, days: float = 0) -> str:
    """When the home page was made, and some days later."""
    stamp = re.search(r'Updated <time datetime="([^"]+)"', (served.folder / "index.html").read_text("utf-8"))
    assert stamp
    return (datetime.fromisoformat(stamp[1]) + timedelta(days=days)).isoformat()


@pytest.mark.parametrize(
    ("days", "says"), [(0.99, None), (1.01, "Nothing new for a day"), (3.5, "Nothing new for 3 days")]
)
def test_a_page_older_than_a_day_says_so(browser: Browser, served: Served, days: float, says: str | None) -> None:
    with visit(browser, served, now=made_at(served, days)) as page:
        if says is None:
            expect(page.locator(".since")).to_have_count(0)
        else:
            expect(page.locator(".since")).to_contain_text(says)
            expect(page.locator(".since a")).to_have_attribute("href", served.url + "status/")


def test_the_bibtex_is_copied_without_being_asked(browser: Browser, served: Served) -> None:
    paper = first_ids(served)[0]
    with visit(browser, served, f"abs/{paper}/") as page:
        page.click("[data-do=copy]")
        expect(page.locator("[role=status]")).to_have_text("Copied.")
        page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'pasted'}))")
        page.focus("#pasted")
        page.keyboard.press("Control+V")
        pasted = page.input_value("#pasted")
        shown = page.text_content("#cite pre")
        with page.expect_download() as saved:
            page.click("[data-do=file]")
        written = saved.value.path().read_text("utf-8")
    assert pasted.strip() == (shown or "").strip() == written.strip()
    assert saved.value.suggested_filename == f"{paper}.bib"


def test_every_author_and_every_other_place_of_a_paper_is_one_click_away(browser: Browser, served: Served) -> None:
    for javascript in (True, False):
        with visit(browser, served, java_script_enabled=javascript) as page:
            crowded = page.locator("article", has=page.locator(".authors details")).first
            others = re.search(r"and (\d+) more$", crowded.locator(".authors").inner_text())
            assert others is not None
            crowded.locator(".authors summary").click()
            opened = crowded.locator(".authors").inner_text()
            assert len(opened.split(" more")[1].split(",")) == int(others[1])
            paper_id = crowded.get_attribute("data-paper") or "?"
            crowded.get_by_text("Elsewhere").click()
            if not javascript:
                page.wait_for_url(re.compile(r"/abs/.*#elsewhere$"))
            for name in ("alphaXiv", "Hugging Face", "SciRate", "Semantic Scholar", "X", "Bluesky"):
                links = crowded.locator(".out") if javascript else page.locator(".facts .links")
                link = links.get_by_role("link", name=name, exact=True)
                expect(link).to_be_visible()
                assert paper_id in (link.get_attribute("href") or "")


def test_a_crowded_paper_is_saved_with_all_its_authors(browser: Browser, served: Served) -> None:
    with visit(browser, served) as page:
        crowded = page.locator("article", has=page.locator(".authors details")).first
        names = crowded.locator(".authors").evaluate("each => each.textContent")
        crowded.get_by_role("button", name="Save").click()
        authors = kept_by(page)["saved"][0]["authors"]
        assert "more" not in authors
        assert authors.count(",") + 1 == 6 + int(re.search(r"and (\d+) more", names)[1])  # type: ignore[index]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_folded_abstract_opens_where_it_stands_and_leads_on_without_a_script(
    browser: Browser, served: Served, *, javascript: bool
) -> None:
    with visit(browser, served, viewport={"width": 390, "height": 800}, java_script_enabled=javascript) as page:
        folded = page.locator("article", has=page.locator(".abstract.long")).first
        abstract, more = folded.locator(".abstract"), folded.get_by_role("link", name="Whole abstract")
        before = abstract.evaluate("each => [each.clientHeight, each.scrollHeight]")
        assert before[0] < before[1]
        more.click()
        if javascript:
            assert abstract.evaluate("each => each.clientHeight") >= before[1]
            expect(more).to_be_hidden()
            expect(abstract).to_be_focused()
        else:
            expect(page).to_have_url(re.compile(r"/abs/[^/]+/$"))


def test_a_paper_is_saved_from_its_own_page(browser: Browser, served: Served) -> None:
    paper = first_ids(served)[0]
    with visit(browser, served, f"abs/{paper}/") as page:
        page.click("[data-do=save]")
        expect(page.locator("[data-do=save]")).to_have_text("Saved")
        saved = kept_by(page)["saved"]
        assert [each["id"] for each in saved] == [paper]
        assert re.search(r"\d{4}$", saved[0]["date"])


def test_a_first_visit_marks_nothing_as_new(browser: Browser, served: Served) -> None:
    with visit(browser, served, now=made_at(served)) as page:
        assert page.title() == "Trending arXiv"
        assert page.locator(".new, .ended, .since").count() == 0
        assert kept_by(page)["upTo"] == max(seen_at(browser, served, ""))


def test_what_came_since_the_last_visit_is_counted_and_marked(browser: Browser, served: Served) -> None:
    for path in ("", "new/"):
        times = seen_at(browser, served, path)
        before = sorted(times)[len(times) // 2]
        fresh = sum(time > before for time in times)
        assert 0 < fresh < len(times)
        with visit(browser, served, path, kept={"at": 1, "upTo": before}) as page:
            assert page.title().startswith(f"({fresh}) ")
            assert page.locator("article .new").count() == fresh
            assert f"{fresh} new since" in page.inner_text(".since")
            page.click("text=Mark as seen")
            assert page.locator("article .new").count() == 0
            assert not page.title().startswith("(")
            page.reload()
            assert page.locator("article .new").count() == 0


def test_in_a_list_by_date_a_line_stands_where_the_last_visit_ended(browser: Browser, served: Served) -> None:
    times = seen_at(browser, served, "new/")
    first = times[0]
    before = max(time for time in times if time < first)
    with visit(browser, served, "new/", kept={"at": 1_790_000_000_000, "upTo": before}) as page:
        assert page.locator("article:has(.ended)").count() == 1
        following = page.evaluate("document.querySelector('article:has(.ended)').dataset.seen")
        assert following <= before
        assert "ended" in page.inner_text(".ended")


def test_a_visit_goes_on_over_pages_and_ends_with_a_pause(browser: Browser, served: Served) -> None:
    times = sorted(seen_at(browser, served, ""))
    with visit(browser, served, kept={"at": 1, "upTo": times[len(times) // 2]}) as page:
        fresh = page.locator("article .new").count()
        page.goto(served.url + "about/")
        page.goto(served.url)
        assert page.locator("article .new").count() == fresh > 0
        kept = kept_by(page)
    with visit(browser, served, kept=kept | {"at": kept["at"] - DAY_MS}) as page:
        assert page.locator("article .new").count() == 0, "all that was shown then is known"


# --- Read, saved, hidden ---


def test_papers_that_were_opened_are_dimmed_also_on_the_way_back(browser: Browser, served: Served) -> None:
    first, second, *_ = first_ids(served)
    with visit(browser, served) as page:
        page.click(f"article[data-paper='{first}'] .title a")
        page.wait_for_url(f"**/abs/{first}/")
        page.go_back()
        expect(page.locator(f"article[data-paper='{first}']")).to_have_class("paper read")
        expect(page.locator(f"article[data-paper='{second}']")).to_have_class("paper")


def test_saved_papers_are_kept_shown_and_exported(browser: Browser, served: Served, tmp_path: Path) -> None:
    first, second, _ = first_ids(served)
    with visit(browser, served) as page:
        for paper_id in (first, second):
            with page.expect_response(f"**/abs/{paper_id}/"):
                page.click(f"article[data-paper='{paper_id}'] [data-do=save]")
            expect(page.locator(f"article[data-paper='{paper_id}'] [data-do=save]")).to_have_text("Saved")
        page.click("text=Saved >> nth=0")
        page.wait_for_selector("article.found")
        assert ids(page) == [second, first]
        with page.expect_download() as bibtex:
            page.click("text=Export as BibTeX")
        text = bibtex.value.path().read_text("utf-8")
        for paper_id in (first, second):
            assert f"eprint = {{{paper_id}}}" in text
        with page.expect_download() as everything:
            page.click("text=Export as JSON")
        everything.value.save_as(tmp_path / "reading.json")
        page.click(f"article[data-paper='{first}'] [data-do=save]")
        expect(page.locator("article.found")).to_have_count(1)
    exported = json.loads((tmp_path / "reading.json").read_text("utf-8"))
    assert [paper["id"] for paper in exported["saved"]] == [first, second]
    assert all(paper["title"] and paper["authors"] and paper["bibtex"] for paper in exported["saved"])
    with visit(browser, served, "saved/", kept={"hidden": [first]}) as page:  # another device
        page.set_input_files("#file", tmp_path / "reading.json")
        expect(page.locator("#told")).to_contain_text("2 papers added")
        assert ids(page) == [second, first]
        assert kept_by(page)["hidden"] == [first]


@pytest.mark.parametrize("text", ["", "[]", '{"version": 99, "saved": []}', '{"saved": [{"id": "../../x"}]}', "<html>"])
def test_a_file_of_another_kind_changes_nothing(browser: Browser, served: Served, tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text)
    with visit(browser, served, "saved/", kept={"hidden": ["2611.00001"]}) as page:
        page.set_input_files("#file", tmp_path / "odd.json")
        expect(page.locator("#told")).to_contain_text("Nothing changed")
        assert kept_by(page)["hidden"] == ["2611.00001"]
        assert kept_by(page)["saved"] == []


def test_a_file_that_was_chosen_before_the_script_came_is_taken(browser: Browser, served: Served) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    with visit(browser, served) as page:
        page.route("**/static/saved.js*", hold)
        page.goto(served.url + "saved/", wait_until="commit")
        page.set_input_files("#file", {"name": "odd.json", "mimeType": "application/json", "buffer": b"[]"})
        for route in held:
            route.continue_()
        page.unroute("**/static/saved.js*")
        expect(page.locator("#told")).to_contain_text("Nothing changed")


def test_one_click_erases_everything_and_one_more_brings_it_back(browser: Browser, served: Served) -> None:
    saved = {"id": "2611.00001", "title": "Made up", "authors": "Ada Example"}
    with visit(browser, served, "saved/", kept={"saved": [saved], "markWords": ["ink"]}) as page:
        page.wait_for_selector("article.found")
        page.click("text=Erase everything")
        assert kept_by(page) == {}
        assert page.locator("article.found").count() == 0
        assert page.input_value("#mark-words") == ""
        page.click("text=Undo")
        assert kept_by(page)["markWords"] == ["ink"]
        assert page.locator("article.found").count() == 1


def test_hidden_papers_stay_away_until_they_are_called_back(browser: Browser, served: Served) -> None:
    first, second, *_ = first_ids(served)
    with visit(browser, served) as page:
        page.click(f"article[data-paper='{first}'] [data-do=hide]")
        assert ids(page)[0] == second
        page.click(".hidden-one >> text=Undo")
        assert ids(page)[0] == first
        page.click(f"article[data-paper='{first}'] [data-do=hide]")
        page.reload()
        assert ids(page)[0] == second
        assert "1 hidden" in page.inner_text(".since")
        page.click(".since >> text=Show")
        assert ids(page)[0] == first
        page.goto(served.url + "saved/")
        page.click("text=Show again")
        assert kept_by(page)["hidden"] == []
        page.goto(served.url)
        assert ids(page)[0] == first


def test_muted_and_marked_words_and_authors_come_on_top_of_the_owners(browser: Browser, served: Served) -> None:
    with visit(browser, served, "new/") as page:
        title, other = page.locator("article .title").all_inner_texts()[:2]
        author = page.locator("article .authors").nth(2).inner_text().partition(",")[0]
        everything = ids(page)
    word = max(title.split(), key=len).strip(".,:?").lower()
    marked = max(other.split(), key=len).strip(".,:?").upper()

    def with_owners_word(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("<body", '<body data-words="[&quot;the&quot;]"', 1))

    with visit(browser, served, "saved/") as page:
        page.fill("#mute-words", f"{word}\n\n")
        page.fill("#mark-words", marked)
        page.fill("#mark-authors", author)
        page.route("**/new/", with_owners_word)
        page.goto(served.url + "new/")
        assert everything[0] not in ids(page)
        marks = {text.lower() for text in page.locator("mark").all_inner_texts()}
        assert marks >= {marked.lower(), author.lower(), "the"}
        assert "hidden" in page.inner_text(".since")
        page.goto(served.url + "saved/")
        page.fill("#mute-words", "")
        page.fill("#mute-authors", author)
        page.goto(served.url + "new/")
        assert everything[0] in ids(page)
        assert everything[2] not in ids(page)


@pytest.mark.parametrize(
    "text",
    [
        "{", "null", "[]", '"x"', '{"version": 1, "hidden": 7, "saved": {"a": 1}, "read": [null, 3, "../x"]}',
        '{"saved": [null, {"id": 5}, {"id": "2611.00001", "title": {"x": 1}}], "colours": "<b>", "at": "soon"}',
        '{"hidden": ["\\"]{}*{display:none}"], "muteWords": ["(?:", "[a-", "\\\\q"], "muteAuthors": [], "upTo": 5}',
    ],
)  # fmt: skip
def test_whatever_stands_in_storage_the_pages_work(browser: Browser, served: Served, text: str) -> None:
    with visit(browser, served, kept=text) as page:
        assert len(ids(page)) == 20
        page.click("article [data-do=save] >> nth=0")
        assert len(kept_by(page)["saved"]) >= 1
        page.goto(served.url + "saved/")
        page.wait_for_selector("article.found")


def test_two_tabs_do_not_undo_each_other(browser: Browser, served: Served) -> None:
    first, second, _ = first_ids(served)
    with visit(browser, served) as page:
        other = page.context.new_page()
        other.goto(served.url)
        page.click(f"article[data-paper='{first}'] [data-do=save]")
        expect(other.locator(f"article[data-paper='{first}'] [data-do=save]")).to_have_text("Saved")
        other.click(f"article[data-paper='{second}'] [data-do=save]")
        assert [paper["id"] for paper in kept_by(page)["saved"]] == [first, second]


# --- Keys ---


def at(page: Page) -> str | None:
    """The paper that has the focus."""
    found: str | None = page.evaluate("document.activeElement.closest('article[data-paper]')?.dataset.paper ?? null")
    return found


def test_keys_walk_open_save_and_hide(browser: Browser, served: Served) -> None:
    first, second, third = first_ids(served)
    with visit(browser, served) as page:
        press = page.keyboard.press
        press("j")
        assert at(page) == first
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        press("k")
        assert at(page) == first, "there is none before the first"
        press("j")
        press("s")
        assert [paper["id"] for paper in kept_by(page)["saved"]] == [second]
        press("s")
        assert kept_by(page)["saved"] == []
        press("h")
        assert kept_by(page)["hidden"] == [second]
        assert page.evaluate("document.activeElement.textContent") == "Undo"
        press("j")
        assert at(page) == third
        press("k")
        assert at(page) == first
        press("o")
        page.wait_for_url(f"**/abs/{first}/")
        press("s")
        assert [paper["id"] for paper in kept_by(page)["saved"]] == [first]
        press("g")
        press("h")
        page.wait_for_url(served.url)
        assert kept_by(page)["hidden"] == [second], "h after g goes home and hides nothing"
        press("/")
        page.wait_for_url("**/search/")
        expect(page.locator("#q")).to_be_focused()


def test_keys_are_letters_while_one_types_or_holds_another_key(browser: Browser, served: Served) -> None:
    with visit(browser, served, "search/") as page:
        page.focus("#q")
        page.keyboard.type("jshk?/gh")
        assert page.input_value("#q") == "jshk?/gh"
        assert page.locator("dialog").count() == 0
        page.goto(served.url)
        for combination in ("Control+j", "Alt+j", "Meta+j", "Control+s", "Shift+J"):
            page.keyboard.press(combination)
            assert at(page) is None
        assert kept_by(page)["saved"] == []


def test_the_help_sheet_opens_closes_and_switches_the_keys_off(browser: Browser, served: Served) -> None:
    with visit(browser, served) as page:
        page.keyboard.press("?")
        sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
        expect(sheet).to_be_visible()
        assert {"j", "k", "o", "s", "h", "/", "g", "?"} <= set(sheet.locator("kbd").all_inner_texts())
        page.keyboard.press("j")
        assert at(page) is None, "the sheet has the keyboard"
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        page.click("#keys")
        page.get_by_label("Use these keys on this site").uncheck()
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()
        page.keyboard.press("j")
        assert at(page) is None
        page.reload()
        page.keyboard.press("?")
        assert page.locator("dialog[open]").count() == 0
        page.click("#keys")
        page.get_by_label("Use these keys on this site").check()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        page.keyboard.press("j")
        assert at(page) is not None


# --- Colours ---


def test_colours_follow_the_system_or_the_reader(browser: Browser, served: Served) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = "rgb(253, 252, 249)", "rgb(15, 26, 42)"
    for scheme, expected in (("light", light), ("dark", dark)):
        with visit(browser, served, color_scheme=scheme) as page:
            assert page.evaluate(ground) == expected
            for choice, then in (("dark", dark), ("light", light), ("", expected)):
                page.select_option("#colours", choice)
                assert page.evaluate(ground) == then
            page.select_option("#colours", "dark" if scheme == "light" else "light")
            page.route("**/reading.js*", lambda route: route.fulfill(body="", content_type="text/javascript"))
            for path in ("about/", "404.html"):
                page.goto(served.url + path)  # what runs before the first paint is enough: nothing flashes
                assert page.evaluate(ground) == (dark if scheme == "light" else light)


# --- Nothing moves ---


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["", "new/", "search/?q=the+model", "saved/"])
def test_nothing_moves_while_the_aids_dress_the_page(browser: Browser, served: Served, path: str, width: int) -> None:
    times = sorted(seen_at(browser, served, ""))
    first, second, third = first_ids(served)
    kept = {
        "at": 1, "upTo": times[len(times) // 2], "hidden": [second, *first_ids(served, "new/", 1)], "read": [first],
        "muteWords": ["random"], "muteAuthors": [], "markWords": ["the", "model"],
        "saved": [{"id": third, "title": "Made up", "authors": "Ada Example"}],
    }  # fmt: skip

    def late(route: Route) -> None:
        page.wait_for_timeout(400)
        route.continue_()

    with visit(browser, served, "about/", kept=kept, viewport={"width": width, "height": 900}) as page:
        page.context.add_init_script(SHIFTS)
        page.route("**/reading.js*", late)  # so that the page is painted long before it is dressed
        page.goto(served.url + path)
        page.wait_for_timeout(700)
        if path in {"", "new/"}:
            assert page.locator(".since").count() == 1
        assert page.evaluate("window.shifted") < 0.01


# --- Without JavaScript, with storage blocked ---


@pytest.mark.parametrize("path", ["", "new/", "search/", "saved/", "about/"])
def test_without_javascript_no_control_shows(browser: Browser, served: Served, path: str) -> None:
    with visit(browser, served, path, java_script_enabled=False) as page:
        assert page.locator("button:visible, input:visible, select:visible, textarea:visible").count() == 0
        assert page.locator(".aid:visible").count() == 0
        if path == "search/":
            assert "needs JavaScript" in page.inner_text("main")
            page.click("main >> text=The archive by month")
            assert page.url.endswith("/archive/")


def test_with_storage_blocked_everything_works_until_the_page_is_left(browser: Browser, served: Served) -> None:
    for kind, path in served.kinds().items():
        if kind != "missing":
            with visit(browser, served, path, blocked=True):
                pass
    first, second, _ = first_ids(served)
    with visit(browser, served, blocked=True) as page:
        page.click(f"article[data-paper='{first}'] [data-do=save]")
        expect(page.locator(f"article[data-paper='{first}'] [data-do=save]")).to_have_text("Saved")
        expect(page.locator("[role=status]")).to_contain_text("keeps nothing")
        page.keyboard.press("j")
        page.keyboard.press("h")
        assert ids(page)[0] == first
        assert second not in ids(page)
        page.select_option("#colours", "dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 26, 42)"
        page.goto(served.url + "saved/")
        expect(page.locator("#kept-told")).to_contain_text("does not let this site store anything")
        page.click("text=Erase everything")
    with visit(browser, served, "search/?q=model", blocked=True) as page:
        expect(page.locator("article.found")).not_to_have_count(0)


# --- Search ---


def test_typing_finds_papers_and_the_query_is_in_the_address(browser: Browser, served: Served) -> None:
    with visit(browser, served) as page:
        found = page.locator("article:not(:has(.title math))").nth(3)
        title, paper_id = found.locator(".title").inner_text(), found.get_attribute("data-paper") or ""
    with visit(browser, served, "search/") as page:
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.type("#q", title[:40], delay=5)
        expect(page.locator("article.found").first).to_have_attribute("data-paper", paper_id)
        expect(page.get_by_role("status")).to_have_text(re.compile(r"^\d papers?\.$"))
        in_address = "typed => new URLSearchParams(location.search).get('q')?.trim() === typed"
        page.wait_for_function(in_address, arg=title[:40].strip())
        strange = [url for url in requests if not re.search(r"/(search|api/v1/papers)/|\.svg(\?|$)", url)]
        assert strange == []
        page.reload()
        expect(page.locator("article.found").first).to_have_attribute("data-paper", paper_id)
        assert page.input_value("#q") == title[:40].strip()
        page.click("article.found .title a")
        page.wait_for_url(f"**/abs/{paper_id}/")


def test_a_search_narrows_by_reader_category_and_month(browser: Browser, served: Served) -> None:
    with visit(browser, served, "search/") as page:
        for name, folder in (("c", "c"), ("t", "t"), ("m", "archive")):
            value = page.evaluate("name => document.querySelector(`[name=${name}]`).options[1].value", name)
            page.select_option(f"[name={name}]", value)
            told = page.locator("#told")
            expect(told).to_contain_text("newest first")
            number = int(told.inner_text().split()[0])
            api = f"{folder}-{value}" if folder != "t" else f"t-{value}-new"
            listed = json.loads((served.folder / f"api/v1/{api}.json").read_text("utf-8"))["papers"]
            assert number == len(listed)
            assert f"{name}={value}" in page.url
            if number > 10:
                page.click("text=More papers")
                expect(page.locator("article.found")).to_have_count(min(30, number))
            shown = ids(page)
            assert set(shown) <= {paper["id"] for paper in listed}
            page.select_option(f"[name={name}]", "")
            expect(page.locator("article.found")).to_have_count(0)
            expect(told).to_have_text("")


def test_what_is_not_there_is_said(browser: Browser, served: Served) -> None:
    with visit(browser, served, "search/?q=zzyzxqq") as page:
        expect(page.locator("#told")).to_have_text("No paper has “zzyzxqq”.")
        page.context.set_offline(True)
        page.evaluate("void Object.defineProperty(navigator, 'onLine', {get: () => false})")
    with visit(browser, served, "search/") as page:
        page.route("**/search/index.json", lambda route: route.fulfill(status=200, body="<html>"))
        page.reload()
        page.fill("#q", "model")
        expect(page.locator("#told")).to_contain_text("could not be loaded")


def test_an_index_that_was_published_anew_meanwhile_is_read_anew(browser: Browser, served: Served) -> None:
    index = json.loads((served.folder / "search/index.json").read_text("utf-8"))
    asked: list[str] = []

    def old_at_first(route: Route) -> None:
        asked.append(route.request.url)
        version = "0" * 12 if len(asked) == 1 else index["version"]
        route.fulfill(json=index | {"version": version})

    with visit(browser, served, "about/") as page:
        page.route("**/search/index.json", old_at_first)
        page.goto(served.url + "search/?q=model")
        expect(page.locator("article.found")).not_to_have_count(0)
        assert len(asked) == 2


def test_the_page_takes_words_apart_as_the_index_does(browser: Browser, served: Served) -> None:
    texts = [
        "Schrödinger’s naïve Łukasz Ørsted", "k-means & GPT-4: 13.6 TeV!", "ﬁne ﬂow ℓ² ℝ Straße ÆON",
        "深層学習 for NLP ガウス", "C++ at AT&T, R&D and f#", "ภาษาไทย",
        "תמר בן־דוד نور الحسيني", "a" * 80, "", "under_score x_1", "İstanbul ısı ΣΊΣΥΦΟΣ", "한국어 논문", "𝒳 𝔸 ①²₃ ½",
        "हिन्दी", "e\u0301a\u0308", "\ud83d\ude00 emoji",
    ]  # fmt: skip
    with visit(browser, served, "search/") as page:
        source = page.evaluate("document.querySelector('link[rel=modulepreload]').href")
        taken = page.evaluate(
            "async ([url, texts]) => { const m = await import(url); return texts.map(m.words) }", [source, texts]
        )
    assert taken == [words(text) for text in texts]


# --- What it costs, and who can use it ---


def test_home_asks_for_few_files_of_at_most_sixty_kilobytes(browser: Browser, served: Served) -> None:
    with visit(browser, served, "about/") as page:
        asked: list[str] = []
        page.on("request", lambda request: None if request.url.startswith("data:") else asked.append(request.url))
        page.goto(served.url)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(300)
    paths = [url.removeprefix(served.url).partition("?")[0] or "index.html" for url in asked]
    assert {"index.html", "static/reading.js"} <= set(paths)
    assert len(paths) <= 4
    weights = [len(gzip.compress((served.folder / path).read_bytes())) for path in paths]
    assert sum(weights) <= 60_000
    assert len(gzip.compress((served.folder / "static/reading.js").read_bytes())) <= 10_000


def test_the_aids_at_work_are_sound_for_everyone(browser: Browser, served: Served) -> None:
    times = sorted(seen_at(browser, served, ""))
    first, second, third = first_ids(served)
    kept = {
        "at": 1, "upTo": times[len(times) // 2], "read": [first, third], "markWords": ["the", "of", "and"],
        "hidden": [second],
        "saved": [{"id": third, "title": "Made up", "authors": "Ada Example", "date": "1 Nov 2026"}],
    }  # fmt: skip
    with visit(browser, served, kept=kept) as page:
        page.keyboard.press("j")
        page.keyboard.press("h")
        assert wrong_everywhere(page) == []
        page.keyboard.press("?")
        assert wrong_everywhere(page) == []
        for path in ("new/", "search/?q=model", "saved/"):
            page.goto(served.url + path)
            page.wait_for_selector("article")
            assert wrong_everywhere(page) == [], path
