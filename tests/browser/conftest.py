"""A built sample site, served on loopback, and a browser that may reach nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, sync_playwright

from tests.browser.serving import PagesServer
from tests.conftest import ROOT
from tests.e2e.run import Copy
from tests.trees import Trees

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
        """One address of every kind of page that this site has: where there are many, the fullest."""
        found: dict[str, str | None] = {
            "home": "",
            "second": "page/2/",
            "new": "new/",
            "captured": "captured/",
            "week": "top/week/",
            "paper": self._richest("abs/[0-9]*/"),
            "posts": "posts/",
            "people": "by/",
            "person": self._richest("by/*/"),
            "day": "day/",
            "readers": "t/",
            "tracker": self._richest("t/*/"),
            "category": self._richest("c/*.*/"),
            "categories": "c/",
            "archive": "archive/",
            "month": self._richest("archive/*/*/"),
            "digests": "digest/daily/",
            "search": "search/",
            "saved": "saved/",
            "about": "about/",
            "status": "status/",
            "feeds": "feeds/",
            "offline": "offline/",
            "own": "colophon/",
        }
        notes = self.copy.folder / "content/notes"
        for noted in notes.rglob("*.md"):
            found["noted"] = f"abs/{noted.relative_to(notes).with_suffix('').as_posix()}/"
        there = {
            kind: path
            for kind, path in found.items()
            if path is not None and (self.folder / path / "index.html").is_file()
        }
        return there | {"missing": "404.html"}

    def _richest(self, pattern: str) -> str | None:
        """Of the folders that match, the one with the largest page."""
        pages = {page: page.stat().st_size for page in self.folder.glob(f"{pattern}index.html")}
        largest = max(sorted(pages), key=lambda page: pages[page], default=None)
        return None if largest is None else f"{largest.parent.relative_to(self.folder).as_posix()}/"


@pytest.fixture(scope="session")
def server() -> Iterator[PagesServer]:
    """What serves all sites of a worker."""
    opened = PagesServer()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def serving(trees: Trees, server: PagesServer) -> Callable[[str], Served]:
    """The tree of this name (`sample`, `seed`, `corpus`, `empty`), built and served below a path of its own."""

    def serve(name: str) -> Served:
        copy: Copy = getattr(trees, name)()
        return Served(copy, server.add("trending-arxiv" if name == "sample" else name, copy.folder / "site"))

    return serve


@pytest.fixture(scope="session")
def served(serving: Callable[[str], Served]) -> Served:
    """The made-up sample, built and served under /trending-arxiv/."""
    return serving("sample")


@contextmanager
def launched(launch: Callable[..., Any], **settings: Any) -> Iterator[Any]:
    """Debian's Chromium, until it is no longer needed."""
    opened = launch(executable_path=tool("chromium"), args=list(_SWITCHES), **settings)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """What starts browsers."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """One browser for all tests of a worker."""
    with launched(chromium.launch) as opened:
        yield opened


def run_tool(*arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    """Run a checker and return what it said."""
    return subprocess.run(arguments, capture_output=True, text=True, timeout=timeout_s, check=False)
