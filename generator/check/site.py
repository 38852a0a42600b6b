"""What is wrong in a built site: broken links and anchors, doubled ids, bad feeds, requests to strangers. Reads only.

A problem that many pages share is reported once, with the number of pages.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from generator.check.feeds import check_json, check_xml
from generator.model.errors import Problem

Progress = Callable[[int, int], None]

_IDS: Any = etree.XPath("//@id", smart_strings=False)
_LINKS: Any = etree.XPath("//@href | //@src | //@action | //@poster", smart_strings=False)
_LOADED: Any = etree.XPath(
    "//@src | //link[contains(concat(' ', @rel, ' '), ' stylesheet ') or contains(@rel, 'icon') or @rel = 'manifest'"
    " or contains(@rel, 'preload')]/@href",
    smart_strings=False,
)
_TITLE: Any = etree.XPath("normalize-space(//head/title)", smart_strings=False)
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_ENTRY_IDS = re.compile(rb"<id>[^<]*</id>|<guid isPermaLink=\"false\">[^<]*</guid>")
"""Ids of entries may have the form of an address that has no page: that of a paper beyond max_paper_pages."""
_LINK_SCHEMES = frozenset({"http", "https", "mailto", "feed"})
_NEEDED_FILES = ("index.html", "404.html", "feed.xml", "atom.xml", "feed.json", "sitemap.xml", "robots.txt")
_FILES_PER_PROGRESS = 100


def built_address(site: Path) -> str | None:
    """Return the address that a site was built for, or None if the site does not state it."""
    try:
        index = json.loads((site / "api/v1/index.json").read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(index, dict) or not isinstance(index.get("url"), str):
        return None
    return str(index["url"])


def check_site(root: Path, url: str, progress: Progress | None = None) -> list[Problem]:
    """Check every file of a site.

    Args:
        root: the folder; nothing in it is changed.
        url: where the site is published (`site.url`), with a trailing slash.
        progress: called with (done, total).

    Returns:
        The problems, in the order of their places.
    """
    paths = sorted(_walk(root))
    checker = _Checker(root, url, paths)
    for number, path in enumerate(paths, 1):
        checker.check_file(path)
        if progress and number % _FILES_PER_PROGRESS == 0:
            progress(number, len(paths))
    checker.check_anchors()
    checker.check_needed_files()
    return checker.problems()


def resolve(page: str, link: str, url: str, base_path: str) -> tuple[str, str] | None:
    """(path below site/, anchor) that a link on a page leads to; None where it leads elsewhere.

    The path is empty for the root, and begins with `..` where the link leaves the site.
    """
    target, _, anchor = link.partition("#")
    target = target.partition("?")[0]
    if not target:
        return page, unquote(anchor)
    if target.startswith(("http:", "https:", "//")):
        if not (target + "/").startswith(url):
            return None
        path = target[len(url) :]
    elif not target.startswith("/"):
        path = page[: page.rfind("/") + 1] + target
    elif (target + "/").startswith(base_path):
        path = target[len(base_path) :]
    else:
        path = f"../{target.lstrip('/')}"
    return _folded(unquote(path)), unquote(anchor)


def _folded(path: str) -> str:
    """The path without `.` and `..` inside; a folder keeps its slash, and the root is empty."""
    if "./" not in f"{path}/" or "//" in path:
        return path
    folded = normpath(path)
    if folded == ".":
        return ""
    is_folder = path.endswith(("/", "..", "/."))
    return f"{folded}/" if is_folder else folded


def _walk(root: Path) -> Iterator[str]:
    for folder, _, names in os.walk(root):
        for name in names:
            if name != ".gitkeep":
                yield (Path(folder) / name).relative_to(root).as_posix()


@dataclass(slots=True)
class _Trouble:
    """A kind of problem: the first place that has it, and the number of pages."""

    place: str
    message: str
    pages: int = 1


class _Checker:
    """Checks the files of a site one by one and remembers what can only be judged at the end."""

    def __init__(self, root: Path, url: str, paths: list[str]) -> None:
        self._root = root
        self._url = url
        self._base_path = urlsplit(url).path or "/"
        self._files = set(paths)
        self._ids: dict[str, set[str]] = {}
        """The ids of each page."""
        self._anchors: dict[tuple[str, str], str] = {}
        """(page, anchor) that a page links to -> that page."""
        self._troubles: dict[str, _Trouble] = {}
        """By message."""

    def check_file(self, path: str) -> None:
        suffix = path.rpartition(".")[2].lower()
        if suffix == "html":
            self._check_page(path, self._read(path))
        elif suffix in {"json", "webmanifest"}:
            for line, message in check_json(path, self._read(path)):
                self._note(path, f"{path}: {message}", line)
        elif suffix in {"xml", "opml"}:
            content = self._read(path)
            for line, message in check_xml(path, content):
                self._note(path, f"{path}: {message}", line)
            self._check_addresses(path, content)

    def check_anchors(self) -> None:
        for (target, anchor), page in self._anchors.items():
            # `#top` is the top of any page (HTML standard, "Scrolling to a fragment").
            if target.endswith(".html") and anchor != "top" and anchor not in self._ids.get(target, ()):
                self._note(page, f"broken anchor: {target} has no `{anchor}`")

    def check_needed_files(self) -> None:
        for path in _NEEDED_FILES:
            if path not in self._files:
                self._note(path, f"{path} is missing: build again with --full")

    def problems(self) -> list[Problem]:
        problems = []
        for trouble in self._troubles.values():
            message = trouble.message
            if trouble.pages > 1:
                message += f" (and on {trouble.pages - 1:,} more pages)"
            problems.append(Problem(trouble.place, message))
        return sorted(problems, key=lambda problem: problem.place)

    def _read(self, path: str) -> bytes:
        return (self._root / path).read_bytes()

    def _note(self, path: str, message: str, line: int | None = None) -> None:
        """Remember a problem; the same one on another page only counts."""
        trouble = self._troubles.get(message)
        if trouble:
            trouble.pages += 1
            return
        place = str(self._root / path)
        if line:
            place += f":{line}"
        self._troubles[message] = _Trouble(place, message)

    def _check_page(self, path: str, content: bytes) -> None:
        try:
            tree: Any = etree.fromstring(content, etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True))
        except (etree.XMLSyntaxError, ValueError):
            tree = None
        if tree is None:
            self._note(path, f"{path}: is no HTML page: build again with --full")
            return
        ids = Counter(_IDS(tree))
        self._ids[path] = set(ids)
        for name in sorted(ids):
            if ids[name] > 1:
                line = _lines(tree, "id", name)[1]
                self._note(path, f"the id `{name}` is there twice on one page", line)
        if not _TITLE(tree):
            self._note(path, f"{path}: has no title")
        for link in set(_LINKS(tree)):
            self._check_link(path, link, tree)
        for link in set(_LOADED(tree)):
            if not link.startswith("data:") and self._resolve(path, link) is None:
                message = f"loads {link} from another host: readers must not be asked for anything"
                self._note(path, message, _line_of_link(tree, link))

    def _check_link(self, path: str, link: str, tree: Any) -> None:
        match = _SCHEME.match(link)
        scheme = match[1].lower() if match else ""
        if scheme == "mailto" or link.startswith(("data:image/", "data:,")):
            return
        if scheme and scheme not in _LINK_SCHEMES:
            message = f"links to `{link[:80]}`: only http, https and mailto may be linked"
            self._note(path, message, _line_of_link(tree, link))
            return
        target = self._resolve(path, link.removeprefix("feed:"))
        if target is None:
            return
        if path == "404.html" and not link.startswith(("/", "http", "#")):
            message = f"links to `{link}`: this page is shown at any address, so its links must be absolute"
            self._note(path, message)
            return
        target_path, anchor = target
        file = self._file_at(target_path)
        if file is None:
            message = f"broken link: `{link}` leads to {target_path or 'the root'}, which is not there"
            self._note(path, message, _line_of_link(tree, link))
        elif anchor:
            self._anchors.setdefault((file, anchor), path)

    def _check_addresses(self, path: str, content: bytes) -> None:
        """Check that every address of ours in a feed, sitemap or OPML leads to a file."""
        # Line numbers stay: an id gives way to its line ends.
        content = _ENTRY_IDS.sub(lambda match: b"\n" * match[0].count(b"\n"), content)
        pattern = rb"(?:>|\")(" + re.escape(self._url.encode()) + rb"[^<\"\s]*)(?:<|\")"
        for address in set(re.findall(pattern, content)):
            text = address.decode("utf-8", "replace").replace("&amp;", "&")
            target = self._resolve(path, text)
            if target and self._file_at(target[0]) is None:
                line = content.count(b"\n", 0, content.find(address)) + 1
                self._note(path, f"names {text}, which is not there", line)

    def _resolve(self, page: str, link: str) -> tuple[str, str] | None:
        return resolve(page, link, self._url, self._base_path)

    def _file_at(self, path: str) -> str | None:
        """The file that a static server sends for a path."""
        if not path or path.endswith("/"):
            path += "index.html"
        for file in (path, f"{path}/index.html"):
            if file in self._files:
                return file
        return None


def _line_of_link(tree: Any, link: str) -> int | None:
    for attribute in ("href", "src", "action", "poster"):
        lines = _lines(tree, attribute, link)
        if lines:
            return lines[0]
    return None


def _lines(tree: Any, attribute: str, value: str) -> list[int | None]:
    """The lines of the elements that have the attribute with this value."""
    return [element.sourceline for element in tree.iter(etree.Element) if element.get(attribute) == value]
