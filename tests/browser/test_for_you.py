"""The list "for you" ranks in the browser by what was saved and hidden, says why, and sends nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from statistics import mean, median
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Served
from tests.browser.looking import wrong_everywhere
from tests.browser.test_reading_aids import kept_by, visit

pytestmark = pytest.mark.browser

RANK = """async ([base, saved, hidden]) => {
  const { openIndex, words } = await import(base + "static/search.js")
  const { rank } = await import(base + "static/for_you.js")
  const index = openIndex(new URL(base)), before = performance.getEntriesByType("resource").length
  const { order } = await rank({ index, words, saved, hidden })
  const files = performance.getEntriesByType("resource").slice(before)
  const rows = await Promise.all(order.slice(0, 3000).map(number => index.paper(number)))
  const bytes = files.reduce((sum, each) => sum + each.encodedBodySize, 0)
  return { ids: rows.map(row => row[0]), files: files.length, bytes }
}"""
TOPICS = ("diffusion", "translation", "adversarial", "reinforcement", "attention", "segmentation", "speech", "question")


def papers_of(served: Served, name: str) -> list[dict[str, Any]]:
    """The papers of a list, in its order."""
    api = served.folder / "api/v1"
    listed = json.loads((api / f"{name}.json").read_text("utf-8"))["papers"]
    return [json.loads((api / f"papers/{each['id']}.json").read_text("utf-8")) for each in listed]


def learnt_from(paper: dict[str, Any]) -> dict[str, Any]:
    """What the browser keeps of a saved paper and learns from."""
    return {"title": paper["title"], "categories": paper["categories"]}


def places(order: list[str], papers: list[str]) -> list[int]:
    """The place of each paper in an order; the last one for those that are not in it."""
    return [order.index(paper) + 1 if paper in order else len(order) for paper in papers]


def test_the_held_out_half_of_a_topic_stands_higher_than_in_trending(
    browser: Browser, serving: Callable[[str], Served]
) -> None:
    """Every second paper of a topic is saved; both lists hold the trending papers that are not saved."""
    served = serving("corpus")
    trending = papers_of(served, "home")
    ours: list[int] = []
    theirs: list[int] = []
    with visit(browser, served, "about/") as page:
        for topic in TOPICS:
            about = sorted(each["id"] for each in trending if topic in re.findall(r"\w+", each["title"].lower()))
            saved_ids, held_out = about[::2], about[1::2]
            saved = [
                {"title": each["title"], "categories": each["categories"]}
                for each in trending
                if each["id"] in saved_ids
            ]
            answer = page.evaluate(RANK, [served.url, saved, []])
            others = [each["id"] for each in trending if each["id"] not in saved_ids]
            among = [paper for paper in answer["ids"] if paper in set(others)]
            here, there = places(among, held_out), places(others, held_out)
            assert median(here) < median(there) / 10, topic
            assert answer["files"] <= 20
            assert answer["bytes"] <= 160_000
            ours += here
            theirs += there
    # Measured: median 5 against 555, mean 8 against 509.
    assert median(ours) <= 10
    assert mean(ours) <= 12
    assert mean(theirs) >= 400


def test_what_was_hidden_counts_against_its_like(browser: Browser, serving: Callable[[str], Served]) -> None:
    served = serving("corpus")
    saved = [
        {"title": "Generative models of images", "categories": ["cs.CV"]},
        {"title": "Speech recognition by machine", "categories": ["cs.SD"]},
    ]
    hidden = [{"title": "Recognition of speech", "categories": ["cs.SD"]}]
    with visit(browser, served, "about/") as page:
        before = page.evaluate(RANK, [served.url, saved, []])["ids"]
        after = page.evaluate(RANK, [served.url, saved, hidden])["ids"]
    spoken = [each["id"] for each in papers_of(served, "home") if "speech" in each["title"].lower()]
    assert median(places(after, spoken)) > median(places(before, spoken))


def open_list(page: Page, served: Served) -> None:
    """From home to the list: two clicks."""
    page.goto(served.url)
    page.click(".tools >> text=Saved")
    page.click("#for-you > summary")


def test_the_list_is_two_clicks_from_home_and_says_why(browser: Browser, served: Served) -> None:
    sent: list[str] = []
    with visit(browser, served) as page:
        page.on("request", lambda request: sent.append(request.post_data or ""))
        title = page.locator("article .title").first.inner_text()
        page.locator("article [data-do=save]").first.click()
        saved = kept_by(page)["saved"]
        assert saved[0]["categories"]
        open_list(page, served)
        rows = page.locator("#for-you-papers article")
        expect(rows.first).to_be_visible()
        expect(rows.first.locator(".line")).to_contain_text(f"Because you saved “{title}”: ")
        ids = rows.evaluate_all("all => all.map(each => each.dataset.paper)")
        assert saved[0]["id"] not in ids
        page.get_by_role("button", name=re.compile("^Hide|^More papers")).first.click()
        expect(rows).not_to_have_count(len(ids))
        page.select_option("#for-you-period", "31")
        expect(rows.first).to_be_visible()
        assert set(sent) == {""}
        assert wrong_everywhere(page) == []


def test_without_saved_papers_it_says_what_to_do_and_takes_a_pasted_bibliography(
    browser: Browser, served: Served
) -> None:
    listed = papers_of(served, "home")
    old = next(each for each in listed if "/" in each["id"]) if any("/" in each["id"] for each in listed) else listed[2]
    pasted = f"""@article{{one, title = {{Ravens that {{Count}} \\& talk}}, author = {{Example, Ada and Bo Sample}},
      eprint = {{1901.99999}}, archivePrefix = {{arXiv}}}}
      @misc{{two, url = {{https://arxiv.org/abs/{listed[0]["id"]}v2}}}}
      @misc{{three, eprint = "{old["id"]}"}}"""
    with visit(browser, served, "saved/#for-you") as page:
        expect(page.locator("#for-you-told")).to_contain_text("Save a few papers")
        page.fill("#pasted", pasted)
        page.get_by_role("button", name="Save these papers").click()
        expect(page.locator("#told")).to_contain_text("3 papers added")
        expect(page.locator("#for-you-papers article").first).to_be_visible()
        saved = {each["id"]: each for each in kept_by(page)["saved"]}
        assert saved["1901.99999"]["title"] == "Ravens that Count & talk"
        assert saved["1901.99999"]["authors"] == "Ada Example, Bo Sample"
        assert not saved[listed[0]["id"]]["title"].startswith("arXiv:")
        assert saved[listed[0]["id"]]["categories"]
        expect(page.locator("#papers article", has_text="arXiv:1901.99999").locator(".title")).to_have_text(
            "Ravens that Count & talk"
        )


def test_muted_papers_are_not_in_the_list(browser: Browser, served: Served) -> None:
    with visit(browser, served) as page:
        page.locator("article [data-do=save]").first.click()
        open_list(page, served)
        row = page.locator("#for-you-papers article").first
        paper = row.get_attribute("data-paper")
        word = max(row.locator(".title").inner_text().split(), key=len).strip(".,:?")
        page.fill("#mute-words", word)
        page.locator("#mute-words").blur()
        page.click("#for-you > summary")
        page.click("#for-you > summary")
        expect(page.locator(f"#for-you-papers article[data-paper='{paper}']")).to_have_count(0)
