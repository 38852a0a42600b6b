"""What is wrong in a built site: broken links and anchors, doubled ids, bad feeds, requests to strangers. Reads only.

What is wrong in the same way on many pages is reported once, with the number of pages.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
_MAY_LINK = frozenset({"http", "https", "mailto", "feed"})
_TICK_EVERY = 100


def built_address(site: Path) -> str | None:
    """The address that a site was built for; None where it does not say."""
    try:
        index = json.loads((site / "api/v1/index.json").read_bytes())
    except (OSError, ValueError):
        return None
    address = index.get("url") if isinstance(index, dict) else None
    return address if isinstance(address, str) else None


@dataclass(slots=True)
class _Found:
    """A kind of problem: where it was met first, and how often."""

    place: str
    message: str
    pages: int = 1


@dataclass(slots=True)
class _Checker:
    """Walks a site once and remembers what can only be judged at the end."""

    root: Path
    url: str
    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)
    ids: dict[str, frozenset[str]] = field(default_factory=dict)
    anchors: dict[tuple[str, str], str] = field(default_factory=dict)
    """(page, anchor) that somebody links to -> who."""
    found: dict[str, _Found] = field(default_factory=dict)
    base_path: str = "/"

    def note(self, path: str, message: str, line: int | None = None) -> None:
        """Remember a problem; the same one on another page only counts."""
        known = self.found.get(message)
        if known:
            known.pages += 1
            return
        place = str(self.root / path)
        self.found[message] = _Found(f"{place}:{line}" if line else place, message)


def check_site(root: Path, url: str, progress: Progress | None = None) -> list[Problem]:
    """Check every file of a site.

    Args:
        root: the folder; nothing in it is changed.
        url: where the site is published (`site.url`), with a trailing slash.
        progress: called with (done, total).

    Returns:
        The problems, in the order of their places.
    """
    checker = _Checker(root, url, base_path=urlsplit(url).path or "/")
    paths = sorted(_walk(root))
    checker.files.update(paths)
    for path in paths:
        parent = path.rpartition("/")[0]
        while parent and parent not in checker.folders:
            checker.folders.add(parent)
            parent = parent.rpartition("/")[0]
    for number, path in enumerate(paths, 1):
        _check_file(checker, path)
        if progress and number % _TICK_EVERY == 0:
            progress(number, len(paths))
    _check_anchors(checker)
    _check_needed(checker)
    return sorted((_problem(found) for found in checker.found.values()), key=lambda each: each.place)


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
    elif target.startswith("/"):
        path = target[len(base_path) :] if (target + "/").startswith(base_path) else f"../{target.lstrip('/')}"
    else:
        path = page[: page.rfind("/") + 1] + target
    return _folded(unquote(path)), unquote(anchor)


def _folded(path: str) -> str:
    """The path without `.` and `..` inside; a folder keeps its slash, and the root is empty."""
    if "./" not in f"{path}/" or "//" in path:
        return path
    folded = normpath(path)
    return "" if folded == "." else folded + ("/" if path.endswith(("/", "..", "/.")) else "")


def _walk(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        relative = Path(folder).relative_to(root).as_posix()
        prefix = "" if relative == "." else f"{relative}/"
        yield from (f"{prefix}{name}" for name in names if name != ".gitkeep")


def _check_file(checker: _Checker, path: str) -> None:
    kind = path.rpartition(".")[2].lower()
    if kind not in {"html", "xml", "opml", "json", "webmanifest"}:
        return
    content = (checker.root / path).read_bytes()
    if kind == "html":
        _check_page(checker, path, content)
        return
    check = check_json if kind in {"json", "webmanifest"} else check_xml
    for line, message in check(path, content):
        checker.note(path, f"{path}: {message}", line)
    if kind in {"xml", "opml"}:
        _check_addresses(checker, path, content)


def _check_page(checker: _Checker, path: str, content: bytes) -> None:
    try:
        tree: Any = etree.fromstring(content, etree.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        tree = None
    if tree is None:
        checker.note(path, f"{path}: is no HTML page: build again with --full")
        return
    ids = _IDS(tree)
    checker.ids[path] = frozenset(ids)
    if len(checker.ids[path]) != len(ids):
        for name in sorted(name for name, times in Counter(ids).items() if times > 1):
            checker.note(path, f"the id `{name}` is there twice on one page", _line(tree, "id", name, 1))
    if not _TITLE(tree):
        checker.note(path, f"{path}: has no title")
    for link in set(_LINKS(tree)):
        _check_link(checker, path, link, tree)
    for link in set(_LOADED(tree)):
        if not link.startswith("data:") and resolve(path, link, checker.url, checker.base_path) is None:
            checker.note(
                path, f"loads {link} from another host: readers must not be asked for anything", _at(tree, link)
            )


def _check_link(checker: _Checker, path: str, link: str, tree: Any) -> None:
    scheme = _SCHEME.match(link)
    if scheme and scheme[1].lower() not in _MAY_LINK:
        if not link.startswith(("data:image/", "data:,")):
            checker.note(path, f"links to `{link[:80]}`: only http, https and mailto may be linked", _at(tree, link))
        return
    if scheme and scheme[1].lower() == "mailto":
        return
    found = resolve(path, link.removeprefix("feed:"), checker.url, checker.base_path)
    if found is None:
        return
    if path == "404.html" and not link.startswith(("/", "http", "#")):
        checker.note(path, f"links to `{link}`: this page is shown at any address, so its links must be absolute")
        return
    target = _file_of(checker, found[0])
    if target is None:
        checker.note(
            path, f"broken link: `{link}` leads to {found[0] or 'the root'}, which is not there", _at(tree, link)
        )
    elif found[1]:
        checker.anchors.setdefault((target, found[1]), path)


def _file_of(checker: _Checker, path: str) -> str | None:
    if path.endswith("/") or not path:
        path += "index.html"
    if path in checker.files:
        return path
    return f"{path}/index.html" if path in checker.folders and f"{path}/index.html" in checker.files else None


_IDENTIFIERS = re.compile(rb"<id>[^<]*</id>|<guid isPermaLink=\"false\">[^<]*</guid>")
"""Names that entries keep, of the form of an address: a paper beyond max_paper_pages has one and no page."""


def _check_addresses(checker: _Checker, path: str, content: bytes) -> None:
    """Every address of ours in a feed, sitemap or OPML leads to something."""
    content = _IDENTIFIERS.sub(lambda found: b"\n" * found[0].count(b"\n"), content)
    pattern = rb"(?:>|\")(" + re.escape(checker.url.encode()) + rb"[^<\"\s]*)(?:<|\")"
    for address in set(re.findall(pattern, content)):
        text = address.decode("utf-8", "replace").replace("&amp;", "&")
        found = resolve(path, text, checker.url, checker.base_path)
        if found and _file_of(checker, found[0]) is None:
            line = content.count(b"\n", 0, content.find(address)) + 1
            checker.note(path, f"names {text}, which is not there", line)


def _check_anchors(checker: _Checker) -> None:
    for (target, anchor), page in checker.anchors.items():
        if target.endswith(".html") and anchor not in checker.ids.get(target, frozenset()) and anchor != "top":
            checker.note(page, f"broken anchor: {target} has no `{anchor}`")


def _check_needed(checker: _Checker) -> None:
    for path in ("index.html", "404.html", "feed.xml", "atom.xml", "feed.json", "sitemap.xml", "robots.txt"):
        if path not in checker.files:
            checker.note(path, f"{path} is missing: build again with --full")


def _at(tree: Any, link: str) -> int | None:
    for name in ("href", "src", "action", "poster"):
        line = _line(tree, name, link, 0)
        if line:
            return line
    return None


def _line(tree: Any, attribute: str, value: str, place: int) -> int | None:
    found = [element for element in tree.iter(etree.Element) if element.get(attribute) == value]
    return found[min(place, len(found) - 1)].sourceline if found else None


def _problem(found: _Found) -> Problem:
    more = f" (and on {found.pages - 1:,} more pages)" if found.pages > 1 else ""
    return Problem(found.place, found.message + more)
