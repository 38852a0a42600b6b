"""A built sample site, served on loopback, and a browser that may reach nothing else."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import ROOT
from tests.e2e.run import Copy

TOOLS = ROOT / ".tools/node_modules"
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

CONFIG = """\
site: {title: Trending arXiv, url: "https://pages.example/trending-arxiv/", note: "**Note:** all of this is made up."}
trackers:
  - {id: machine-learning, title: Machine learning, bluesky: {accounts: [ada.example]}}
  - {id: physics, title: Physics, bluesky: {accounts: [bo.example]}}
  - {id: mathematics, title: Mathematics, bluesky: {accounts: [cy.example]}}
"""


def missing(reason: str) -> None:
    """Skip, or fail in CI, where nothing may be missing."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; scripts/install_test_tools.sh should have installed it")
    pytest.skip(reason)


def tool(name: str) -> str:
    """Path of a program that tests need beyond pip."""
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is not installed")
    return str(found)


def npm_file(path: str) -> Path:
    """A file of an npm package that scripts/install_test_tools.sh installs."""
    if not (TOOLS / path).exists():
        missing(f"{path.partition('/')[0]} (npm) is not installed")
    return TOOLS / path


@dataclass(frozen=True, slots=True)
class Served:
    """A built site at an address."""

    copy: Copy
    url: str
    """With a trailing slash; the site lies under a sub-path, as on Pages."""

    @property
    def folder(self) -> Path:
        return self.copy.folder / "site"

    def kinds(self) -> dict[str, str]:
        """One address of every kind of page."""
        paper = next(path for path in sorted((self.folder / "abs").iterdir()) if path.name[:1].isdigit())
        archive = next(iter(sorted((self.folder / "archive").glob("2*/*/"))))
        category = next(iter(sorted((self.folder / "c").glob("*.*/"))))
        return {
            "home": "",
            "new": "new/",
            "week": "top/week/",
            "paper": f"abs/{paper.name}/",
            "posts": "posts/",
            "tracker": f"t/{min((self.folder / 't').glob('*/')).name}/",
            "category": f"c/{category.name}/",
            "categories": "c/",
            "archive": "archive/",
            "month": f"archive/{archive.parent.name}/{archive.name}/",
            "about": "about/",
            "status": "status/",
            "feeds": "feeds/",
            "missing": "404.html",
        }


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The made-up sample, built and served under /trending-arxiv/."""
    root = tmp_path_factory.mktemp("pages")
    copy = Copy(root / "copy", CONFIG)
    for command in (("sample",), ("build",)):
        ran = copy.run(*command)
        assert ran.status == 0, ran.err
    (root / "trending-arxiv").symlink_to(root / "copy/site", target_is_directory=True)
    handler = functools.partial(_Quiet, directory=str(root))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Served(copy, f"http://127.0.0.1:{server.server_port}/trending-arxiv/")
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = tool("chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(_SWITCHES))
        yield launched
        launched.close()


def run_tool(*arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a checker and return what it said."""
    return subprocess.run(arguments, capture_output=True, text=True, timeout=timeout_s, check=False)
