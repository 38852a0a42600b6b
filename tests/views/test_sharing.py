"""What a service shows beside a link to any page, where a page says it lives, and the marks that browsers ask for."""

from __future__ import annotations

import io
import re
from typing import Any
from urllib.parse import urljoin

import html5lib
import pytest
from PIL import Image

from generator.model.site import Output, Site
from generator.model.theme import Theme
from generator.render.exports import plan_exports
from generator.render.pages import plan_pages
from generator.render.templates import Templates
from tests.conftest import ROOT
from tests.site_samples import many_shapes, sample_site

X = "{http://www.w3.org/1999/xhtml}"
HOSTILE = 'Ada\'s "arXiv" <b>& co</b>'
NOWHERE = {"404.html", "offline/index.html", "saved/index.html"}
"""Pages that nobody passes on: they say nothing about themselves."""


class Made:
    """A planned site, with the head of each page read."""

    def __init__(self, site: Site) -> None:
        templates = Templates(ROOT / "templates", site)
        pages = list(plan_pages(site, templates))
        self.site = site
        self.files: dict[str, Output] = {each.path: each for each in (*pages, *plan_exports(site, []))}
        self.heads = {each.path: self._head(each.render()) for each in pages if each.path.endswith(".html")}

    def _head(self, page: bytes) -> Any:
        return html5lib.parse(page.decode()).find(f"{X}head")

    def meta(self, path: str) -> dict[str, str]:
        """Each named meta element, once."""
        rows = [
            (meta.get("property") or meta.get("name"), meta.get("content"))
            for meta in self.heads[path].iter(f"{X}meta")
            if meta.get("media") is None
        ]
        named = [name for name, _ in rows if name and name.startswith(("og:", "twitter:", "description"))]
        assert len(named) == len(set(named)), (path, named)
        metas = {name: content for name, content in rows if name}
        return metas | {"description": metas.get("og:description", metas.get("description", ""))}

    def links(self, path: str, rel: str) -> list[str]:
        return [link.get("href") for link in self.heads[path].iter(f"{X}link") if link.get("rel") == rel]

    def bytes_of(self, path: str) -> bytes:
        return self.files[path].render()


@pytest.fixture(scope="module")
def made() -> Made:
    papers, posts = many_shapes()
    site = sample_site(papers[:2] + papers[9:], posts, per_page=4, title=HOSTILE, cards=frozenset({"2611.00001"}))
    return Made(site)


def test_every_kind_of_page_is_here(made: Made) -> None:
    assert {path.partition("/")[0] for path in made.heads} >= {
        "index.html", "new", "top", "abs", "posts", "t", "c", "archive", "digest", "search", "saved", "about", "status",
        "feeds", "colophon", "404.html", "offline",
    }  # fmt: skip


def test_every_page_says_where_it_lives_once(made: Made) -> None:
    for path in made.heads:
        address = made.site.url + path.removesuffix("index.html")
        assert made.links(path, "canonical") == ([] if path in NOWHERE else [address]), path
        noindex = "noindex" in made.meta(path).get("robots", "")
        assert noindex == (path in NOWHERE), path


def test_every_page_can_be_shown_beside_a_link(made: Made) -> None:
    for path, head in made.heads.items():
        meta = made.meta(path)
        if path in NOWHERE:
            assert not any(name.startswith("og:") for name in meta if name != "og:description"), path
            continue
        assert meta["og:type"] == ("article" if path.startswith("abs/") else "website"), path
        assert meta["og:site_name"] == HOSTILE
        assert meta["og:title"].strip(), path
        assert meta["og:description"] == meta["description"], path
        assert 20 <= len(meta["description"]) <= 320, (path, meta["description"])
        assert meta["twitter:card"] == "summary_large_image"
        assert meta["og:image:alt"].strip()
        assert (head.find(f"{X}title").text or "").strip()


def test_titles_stay_words(made: Made) -> None:
    meta = made.meta("abs/2611.00009/index.html")
    assert meta["og:title"] == 'Hostile <script>alert(1)</script> & "quotes"'
    assert "$" not in made.meta("abs/2611.00002/index.html")["og:title"], "formulas are text there"


def test_the_picture_has_an_absolute_address_below_the_site_and_the_size_that_is_said(made: Made) -> None:
    seen = set()
    for path in made.heads.keys() - NOWHERE:
        meta = made.meta(path)
        assert meta["og:image"].startswith(made.site.url), path
        picture = meta["og:image"].removeprefix(made.site.url)
        assert picture == ("abs/2611.00001/card.png" if path == "abs/2611.00001/index.html" else "static/card.png")
        seen.add((picture, meta["og:image:width"], meta["og:image:height"]))
    assert len(seen) == 2
    for picture, width, height in seen:
        image = Image.open(io.BytesIO(made.bytes_of(picture)))
        assert image.size == (int(width), int(height))


def test_marks_and_manifest_are_found_from_every_page(made: Made) -> None:
    for path in made.heads:
        if path == "404.html":
            continue  # it is shown at any depth, and brings along what it needs
        (icon,), (apple,), (manifest,) = (made.links(path, rel) for rel in ("icon", "apple-touch-icon", "manifest"))
        for href in (icon, apple, manifest):
            target = urljoin(made.site.url + path, href).partition("?")[0]
            assert target.startswith(made.site.url)
            assert target.removeprefix(made.site.url) in made.files, (path, href)


def test_the_bar_of_the_browser_has_the_colour_of_the_page_in_both_schemes(made: Made) -> None:
    colours = {
        meta.get("media"): meta.get("content")
        for meta in made.heads["index.html"].iter(f"{X}meta")
        if meta.get("name") == "theme-color"
    }
    assert colours == {
        "(prefers-color-scheme: light)": made.site.theme.light.paper,
        "(prefers-color-scheme: dark)": made.site.theme.dark.paper,
    }


def test_the_mark_has_the_colours_of_the_style_in_both_schemes() -> None:
    mark = (ROOT / "templates/static/favicon.svg").read_text("utf-8")
    light, dark = Theme().light, Theme().dark
    assert re.findall(r"#[0-9a-fA-F]{6}", mark) == [light.link, light.new, dark.link, dark.new]
