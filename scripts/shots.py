"""Screenshots of every kind of page, at phone and desk width, light and dark, and as printed: `make shots`.

Writes `shots/<tree>/<kind>-<width>-<scheme>.png` and `-print.png`. The trees are made up (a sample, odd shapes, one
paper, nothing at all) but for two whose records stand beside the project where it is made: the page of 2016, and 12,290
real papers.
`make shots TREES="shapes one"` takes fewer; `--picture FILE` writes the README's picture alone.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser.conftest import Served  # noqa: E402
from tests.browser.looking import lay_out_all  # noqa: E402
from tests.browser.serving import PagesServer  # noqa: E402
from tests.trees import Trees  # noqa: E402

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
MADE_UP = ("sample", "shapes", "one", "empty")
RECORDED = ("seed", "corpus")
"""Only where the recorded papers are."""
A4_PX = 700
"""Width of A4 without its margins."""
_EXTRA = {
    "shapes": {
        "long-title": "abs/2611.00002/",
        "many-authors": "abs/2611.00003/",
        "right-to-left": "abs/2611.00004/",
        "no-abstract": "abs/2611.00005/",
        "withdrawn": "abs/2611.00006/",
        "no-posts": "abs/2611.00008/",
        "waiting": "abs/2611.00010/",
        "found": "s/depth/",
    }
}
"""Pages that no tree but this has a reason to show."""
_SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]


def shoot(
    browser: Browser,
    url: str,
    target: Path,
    *,
    width: int,
    scheme: str = "light",
    height: int | None = None,
    fresh: bool = False,
) -> None:
    """One page: the whole of it, or its first `height` pixels; `scheme` is light, dark or print.

    `fresh`: at the time at which the page was made, so that it does not say that it is old.
    """
    media: dict[str, Any] = {"media": "print"} if scheme == "print" else {"color_scheme": scheme}
    context = browser.new_context(viewport={"width": width, "height": height or 900})
    page = context.new_page()
    page.emulate_media(**media)
    page.goto(url)
    if fresh:
        context.clock.set_fixed_time(page.locator(".updated time").get_attribute("datetime") or "")
        page.reload()
    lay_out_all(page)
    page.screenshot(path=target, full_page=height is None)
    context.close()


def shoot_all(browser: Browser, served: Served, extra: dict[str, str], target: Path) -> None:
    """Every kind of page of one tree."""
    target.mkdir(parents=True, exist_ok=True)
    for kind, path in (served.kinds() | extra).items():
        for width in WIDTHS:
            for scheme in SCHEMES:
                shoot(browser, served.url + path, target / f"{kind}-{width}-{scheme}.png", width=width, scheme=scheme)
        shoot(browser, served.url + path, target / f"{kind}-print.png", width=A4_PX, scheme="print")


def main() -> None:
    """Build the trees and take the pictures."""
    recorded = ROOT.parent / "shared"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, help="write the README's picture to this file, and nothing else")
    parser.add_argument(
        "trees", nargs="*", choices=[*MADE_UP, *RECORDED, []], help="all that are here, if none is named"
    )
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is not installed: scripts/install_test_tools.sh installs it on Debian")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        trees, server = Trees(Path(scratch), lambda: recorded), PagesServer()
        browser = playwright.chromium.launch(executable_path=chromium, args=_SWITCHES)
        if options.picture:
            url = server.add("sample", trees.sample().folder / "site")
            shoot(browser, url, options.picture, width=1120, height=900, fresh=True)
            return
        for name in options.trees or [*MADE_UP, *(RECORDED if recorded.is_dir() else ())]:
            copy = getattr(trees, name)()
            target = ROOT / "shots" / name
            shoot_all(browser, Served(copy, server.add(name, copy.folder / "site")), _EXTRA.get(name, {}), target)
            print(f"{target}: {len(list(target.glob('*.png')))} pictures")


if __name__ == "__main__":
    try:
        main()
    except subprocess.SubprocessError as error:
        raise SystemExit(str(error)) from error
