"""What pages cost a reader: judged by Lighthouse on its phone and its desk, and counted at the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import TOOLS, Served, npm_file, run_tool, tool
from tests.browser.serving import PagesServer, Sent

pytestmark = pytest.mark.browser
CATEGORIES = {"performance", "accessibility", "best-practices", "seo"}
MOST_SHIFT = 0.01
"""A machine that is held up paints a page in pieces."""
HOME_BYTES = 60_000
HOME_REQUESTS = 3


def look(served: Served, wanted: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """What Lighthouse says of these kinds of pages on these devices."""
    npm_file("lighthouse/package.json")
    asked = [{"url": served.url + served.kinds()[kind], "form": form} for kind, form in wanted]
    script = Path(__file__).with_name("lighthouse.mjs")
    done = run_tool(tool("node"), str(script), str(TOOLS), tool("chromium"), json.dumps(asked), timeout_s=600)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("tree", "least", "forms"), [("sample", 100, ("mobile", "desktop")), ("corpus", 98, ("mobile",))]
)
def test_lighthouse_gives_full_marks(
    serving: Callable[[str], Served], tree: str, least: int, forms: tuple[str, ...]
) -> None:
    served = serving(tree)
    wanted = [(kind, form) for kind in ("home", "paper") for form in forms]
    # How fast the page is depends on the machine; what it weighs and asks for is counted below.
    for page, told in zip(wanted, look(served, wanted), strict=True):
        assert told["error"] is None
        assert told["scores"].keys() == CATEGORIES
        assert all(told["scores"][each] >= least for each in CATEGORIES - {"performance"}), (page, told["costly"])
        assert told["measured"]["cumulative-layout-shift"] < MOST_SHIFT, page


@pytest.mark.parametrize("tree", ["sample", "corpus"])
@pytest.mark.parametrize("width", [390, 1280])
def test_home_asks_for_little_before_anything_is_clicked(
    browser: Browser, serving: Callable[[str], Served], server: PagesServer, tree: str, width: int
) -> None:
    """Counted at the server, compressed: what a service worker or a script asks for counts too."""
    served = serving(tree)
    context = browser.new_context(viewport={"width": width, "height": 900})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    before = len(server.sent)
    page = context.new_page()
    page.goto(served.url)
    page.wait_for_load_state("networkidle")
    for _ in range(4):
        page.mouse.wheel(0, 2000)
        page.wait_for_timeout(100)
    sent: list[Sent] = server.sent[before:]
    context.close()
    assert {each.status for each in sent} == {200}
    assert len(sent) <= HOME_REQUESTS, sent
    assert sum(each.size for each in sent) <= HOME_BYTES, sent
    assert [url for url in asked if not url.startswith((served.url, "data:"))] == []
    assert len([*served.copy.page().iterfind(".//article")]) == 20
