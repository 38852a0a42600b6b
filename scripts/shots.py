"""Screenshots of every kind of page of the made-up sample, at phone and desk width, light and dark: `make shots`.

Writes `shots/<kind>-<width>-<scheme>.png`; `--picture FILE` writes the README's picture alone.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.browser.conftest import Served  # noqa: E402
from tests.browser.looking import lay_out_all  # noqa: E402
from tests.browser.serving import PagesServer  # noqa: E402
from tests.trees import Trees  # noqa: E402

WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
_SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]


def shoot(browser: Browser, url: str, target: Path, *, width: int, scheme: str, height: int | None = None) -> None:
    """One page: the whole of it, or its first `height` pixels."""
    context = browser.new_context(
        viewport={"width": width, "height": height or 900}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.goto(url)
    lay_out_all(page)
    page.screenshot(path=target, full_page=height is None)
    context.close()


def main() -> None:
    """Build the sample and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--picture", type=Path, help="write the README's picture to this file, and nothing else")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("Chromium is not installed: scripts/install_test_tools.sh installs it on Debian")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        copy = Trees(Path(scratch), Path).sample()
        served = Served(copy, PagesServer().add("trending-arxiv", copy.folder / "site"))
        browser = playwright.chromium.launch(executable_path=chromium, args=_SWITCHES)
        if options.picture:
            shoot(browser, served.url, options.picture, width=1120, scheme="light", height=900)
            return
        target = ROOT / "shots"
        target.mkdir(exist_ok=True)
        for kind, path in served.kinds().items():
            for width in WIDTHS:
                for scheme in SCHEMES:
                    shoot(
                        browser, served.url + path, target / f"{kind}-{width}-{scheme}.png", width=width, scheme=scheme
                    )
        print(f"{target}: {len(list(target.glob('*.png')))} pictures")


if __name__ == "__main__":
    try:
        main()
    except subprocess.SubprocessError as error:
        raise SystemExit(str(error)) from error
