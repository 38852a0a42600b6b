"""A root is never shown as what stands under it, whatever fonts a machine has."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.conftest import Served

pytestmark = pytest.mark.browser
FORMULA = (
    '<p id="formula"><math><msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>'
    "<mroot><mi>y</mi><mn>3</mn></mroot><msqrt><mi>a</mi><msqrt><mi>b</mi></msqrt></msqrt></math></p>"
)
UNSIGNED = "msqrt, mroot { display: inline-block !important }"
"""What is drawn then is what Chromium draws without a font for formulas: the content, and no sign."""
_LOOK = """() => {
  const formula = document.querySelector("#formula math")
  const bars = [...formula.querySelectorAll(".covered")].map(each => getComputedStyle(each).borderTopStyle)
  return {text: formula.textContent, roots: formula.querySelectorAll("msqrt, mroot").length, bars}
}"""


def look(browser: Browser, served: Served, *, scripts: bool, style: str = "") -> dict[str, Any]:
    context = browser.new_context()
    page = context.new_page()

    def with_formula(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("</main>", f"{FORMULA}</main>", 1))

    def with_style(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text() + style)

    page.route("**/about/", with_formula)
    page.route("**/style.css*", with_style)
    if not scripts:
        page.route("**/reading.js*", lambda route: route.abort())
    page.goto(f"{served.url}about/", wait_until="networkidle")
    found: dict[str, Any] = page.evaluate(_LOOK)
    context.close()
    return found


def test_where_signs_of_roots_are_not_drawn_they_are_written(browser: Browser, served: Served) -> None:
    found = look(browser, served, scripts=True, style=UNSIGNED)
    assert found == {"text": "√x+13√y√a√b", "roots": 0, "bars": ["solid"] * 4}
    assert look(browser, served, scripts=False, style=UNSIGNED)["roots"] == 4


def test_where_they_are_drawn_nothing_is_touched(browser: Browser, served: Served) -> None:
    with_font = "math { font-family: 'DejaVu Sans', 'Latin Modern Math', math !important }"
    context = browser.new_context()
    page = context.new_page()
    page.set_content(f"<style>{with_font}</style>{FORMULA}")
    widths = "[...document.querySelectorAll('mroot, mroot > *')].map(each => each.getBoundingClientRect().width)"
    whole, covered, index = page.evaluate(widths)
    context.close()
    if whole < covered + index / 2 + 2:
        pytest.skip("no font here draws roots")
    assert look(browser, served, scripts=True, style=with_font)["roots"] == 4
