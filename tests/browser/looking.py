"""What Chromium shows, judged: by axe-core, with the keyboard, for motion; and what is suspicious in what it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Served, npm_file

WIDTHS = (390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""All that can differ where in another scheme everything stands in its place."""

_LAY_OUT = """() => {
  const sheet = new CSSStyleSheet
  sheet.replaceSync("* { content-visibility: visible !important }")
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}"""
_LOOKS = """() => JSON.stringify([...document.querySelectorAll("*")].map(element => {
  const { x, y, width, height } = element.getBoundingClientRect(), { opacity, content } = getComputedStyle(element)
  return [x, y, width, height, opacity, content, element.checkVisibility({visibilityProperty: true})]
}))"""
_MOVING = """() => {
  const found = new Set
  for (const {effect} of document.getAnimations())
    if (effect.getComputedTiming().duration > 0) found.add(`${effect.target?.outerHTML.slice(0, 100)} is animated`)
  for (const element of document.querySelectorAll("*")) for (const part of [undefined, "::before", "::after"]) {
    const { transitionDuration, animationDuration, scrollBehavior } = getComputedStyle(element, part)
    const takes = [...transitionDuration.split(","), ...animationDuration.split(",")].some(time => parseFloat(time) > 0)
    if (takes || scrollBehavior === "smooth") found.add(`${element.outerHTML.slice(0, 100)} moves`)
  }
  return [...found]
}"""
_TABBED = """() => {
  const name = element => element.dataset.tabbed ??= String(window.tabbed.number++)
  const seen = element => element.checkVisibility({visibilityProperty: true})
  window.tabbed = {number: 0, order: [], dim: [], away: []}
  window.tabbed.wanted = [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, audio[controls], [contenteditable], [tabindex]")]
    .filter(each => each.tabIndex >= 0 && !each.disabled && seen(each)).map(name)
  const told = element => `${element.outerHTML.slice(0, 120)}`
  addEventListener("focusin", ({target}) => {
    window.tabbed.order.push(name(target))
    const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(target)
    if (outlineStyle === "none" || parseFloat(outlineWidth) < 2 || outlineColor.endsWith(", 0)"))
      window.tabbed.dim.push(told(target))
  })
  addEventListener("keydown", () => {
    const target = document.activeElement, box = target.getBoundingClientRect()
    if (box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth)
      window.tabbed.away.push(told(target))
  })
  return window.tabbed.wanted.length
}"""


def watched(page: Page, served: Served) -> tuple[Page, list[str]]:
    """A page, and everything suspicious that it will do: words on the console, strangers asked, what was not there."""
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith((served.url, "data:", "blob:")) else trouble.append(asked.url),
    )
    page.on("response", lambda reply: trouble.append(f"{reply.status} {reply.url}") if reply.status >= 400 else None)
    return page, trouble


@contextmanager
def visited(browser: Browser, served: Served, path: str, **context: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page of the site, and everything suspicious that it did."""
    opened = browser.new_context(**context)
    page, trouble = watched(opened.new_page(), served)
    page.goto(served.url + path)
    yield page, trouble
    opened.close()


def lay_out_all(page: Page) -> None:
    """Lay out also what waits below until it comes near."""
    page.evaluate(_LAY_OUT)


@cache
def _axe() -> str:
    return npm_file("axe-core/axe.min.js").read_text("utf-8")


def violations(page: Page, *, rules: Sequence[str] = ()) -> list[str]:
    """What axe-core finds wrong in the page as it stands, by WCAG 2.2 AA and its own best practices, or by `rules`."""
    lay_out_all(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": list(RULES)}
    found = page.evaluate("only => axe.run({runOnly: only, resultTypes: ['violations'], preload: false})", only)
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


def wrong_everywhere(page: Page) -> list[str]:
    """What is wrong at one of the widths in one of the schemes: by axe-core, or because the page scrolls sideways."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        looks: str | None = None
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            lay_out_all(page)
            before, looks = looks, page.evaluate(_LOOKS)
            judged = violations(page, rules=OF_COLOURS if looks == before else ())
            found += [f"{width} px, {scheme}: {each}" for each in judged]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{width} px: scrolls sideways by {wide} px")
    return found


def moving(page: Page) -> list[str]:
    """What moves although the reader asked for less motion."""
    page.emulate_media(reduced_motion="reduce")
    found: list[str] = page.evaluate(_MOVING)
    return found


def wrong_with_tab(page: Page) -> list[str]:
    """What the Tab key does not reach in the order of the text, or where its focus cannot be seen."""
    number = page.evaluate(_TABBED)
    for _ in range(number + 5):
        page.keyboard.press("Tab")
    done = page.evaluate("window.tabbed")
    wanted = done["wanted"]
    reached = list(dict.fromkeys(name for name in done["order"] if name in set(wanted)))
    if reached != wanted:
        pairs = enumerate(zip(reached, wanted, strict=False))
        at = next((place for place, (one, other) in pairs if one != other), len(reached))
        html = page.evaluate("n => document.querySelector(`[data-tabbed='${n}']`)?.outerHTML", wanted[at])
        return [f"{len(reached)} of {len(wanted)} reached in order; the next should be {str(html)[:200]}"]
    return [f"no ring: {each}" for each in done["dim"]] + [f"out of sight: {each}" for each in done["away"]]
