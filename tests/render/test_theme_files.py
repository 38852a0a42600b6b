"""A copy changes one colour, one block, one page or the mark with one file of its own, and leaves ours alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.model.errors import BuildError
from generator.model.theme import Colours, Theme
from generator.render.overrides import ThemeFiles
from generator.render.pages.assets import plan as plan_assets
from generator.render.templates import NOT_FOUND, Templates
from tests.conftest import ROOT
from tests.site_samples import sample_site

TEMPLATES = ROOT / "templates"
SITE = sample_site()


def own(tmp_path: Path, **files: str) -> Path:
    """Our templates with these files of an owner; `__` stands for a folder, the last `_` for the dot."""
    for name, text in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        path = tmp_path / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def templates_of(content: Path | None) -> Templates:
    return Templates(TEMPLATES, SITE, content=content)


def published(files: Path | None) -> dict[str, bytes]:
    outputs = plan_assets(SITE, templates_of(files))
    return {output.path: output.render() for output in outputs}


def page(files: Path | None, template: str = "not_found.html", path: str = NOT_FOUND) -> str:
    return templates_of(files).render(template, path, None).decode()


def test_one_colour_is_changed_by_one_file_and_everything_follows(tmp_path: Path) -> None:
    files = own(tmp_path, style_css=":root { --link: light-dark(#7a1f5c, #f0a8d8); }")

    style = published(files)["static/style.css"].decode()
    ours = published(None)["static/style.css"].decode()
    assert style.startswith(ours)
    assert "color-scheme: light dark;" in ours
    assert not [line for line in ours.splitlines() if line.startswith("/*")]
    assert style.rstrip().endswith("--link: light-dark(#7a1f5c, #f0a8d8); }")
    theme = ThemeFiles(TEMPLATES, files).theme()
    assert (theme.light.link, theme.dark.link) == ("#7a1f5c", "#f0a8d8")
    assert theme.light.paper == Theme().light.paper
    assert b"#7a1f5c" in published(files)["static/favicon.svg"]
    assert b"#f0a8d8" in published(files)["static/favicon.svg"]
    assert "#7a1f5c" in page(files), "404.html brings its style along"


def test_one_block_of_every_page_is_changed_by_one_file(tmp_path: Path) -> None:
    files = own(
        tmp_path,
        templates__base_html='{% extends "ours/base.html" %}{% block foot %}<p>Our reading group</p>{% endblock %}',
    )
    html = page(files)
    assert "<p>Our reading group</p>" in html
    assert html.replace("<p>Our reading group</p>", "").split() == page(None).split()


def test_one_macro_file_or_page_stands_in_the_place_of_ours(tmp_path: Path) -> None:
    files = own(tmp_path, templates__not_found_html="{% extends 'base.html' %}{% set section = 'x' %}"
                "{% set heading = 'Gone' %}{% block main %}<h1>Gone fishing</h1>{% endblock %}")  # fmt: skip
    assert "<h1>Gone fishing</h1>" in page(files)


def test_one_block_of_one_page_is_changed_by_one_file(tmp_path: Path) -> None:
    files = own(
        tmp_path,
        templates__not_found_html='{% extends "ours/not_found.html" %}'
        "{% block main %}<p>Before</p>{{ super() }}{% endblock %}",
    )
    html = page(files)
    assert "<p>Before</p>" in html
    assert "<h1>" in html, "what was there is still there"


def test_the_mark_and_files_of_ones_own_are_published(tmp_path: Path) -> None:
    files = own(
        tmp_path,
        templates__static__favicon_svg="<svg id='mine'/>",
        templates__static__portrait_txt="me",
    )
    there = published(files)
    assert there["static/favicon.svg"] == b"<svg id='mine'/>"
    assert there["static/portrait.txt"] == b"me"
    assert set(published(None)) < set(there)


def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path) -> None:
    files = own(tmp_path, templates__not_found_html="\n{{ v.nothing.at_all }}")
    with pytest.raises(BuildError, match=rf"^{re.escape(str(tmp_path))}/templates/not_found\.html:2: "):
        page(files)
    files = own(tmp_path, templates__not_found_html="\n\n{% if %}")
    with pytest.raises(BuildError, match=rf"^{re.escape(str(tmp_path))}/templates/not_found\.html:3: "):
        page(files)
    with pytest.raises(BuildError, match=r"style\.css: holds '</'"):
        page(own(tmp_path, style_css="/* </style> */"))


def test_a_style_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_bytes(b"\xff")
    with pytest.raises(BuildError, match=r"style\.css: .*UTF-8"):
        ThemeFiles(TEMPLATES, tmp_path).style()


# --- docs/theming.md keeps up with the style and the templates

DOC = (ROOT / "docs/theming.md").read_text("utf-8")


def test_the_doc_names_every_variable_with_its_value_and_no_other() -> None:
    style = re.sub(r"/\*.*?\*/", "", (TEMPLATES / "static/style.css").read_text("utf-8"), flags=re.DOTALL)
    root = re.search(r":root \{(.*?)\}", style, re.DOTALL)
    assert root
    stated = dict(re.findall(r"--([\w-]+): ([^;]+);", root[1]))
    rows = dict(re.findall(r"^\| `--([\w-]+)` \| `([^`]+)` \|", DOC, re.MULTILINE))
    assert rows == stated
    assert set(Colours.__struct_fields__) <= set(rows)
    assert set(re.findall(r"var\(--([\w-]+)", style)) <= set(rows), "what is used is stated"


def test_the_doc_names_every_template_and_every_block_of_the_frame() -> None:
    named = set(re.findall(r"^\| `([\w/]+\.(?:html|js))` \|", DOC, re.MULTILINE))
    assert named == {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")} | {
        "early.js",
        "lost.js",
    }
    blocks = set(re.findall(r"{% block (\w+)", (TEMPLATES / "base.html").read_text("utf-8")))
    assert set(re.findall(r"^\| block `(\w+)` \|", DOC, re.MULTILINE)) == blocks


def test_the_examples_of_the_doc_do_what_it_says(tmp_path: Path) -> None:
    colour = re.search(r"```css\n(:root.*?)```", DOC, re.DOTALL)
    block = re.search(r"```jinja\n(.*?)```", DOC, re.DOTALL)
    assert colour
    assert block
    files = own(tmp_path, style_css=colour[1], templates__base_html=block[1])
    assert ThemeFiles(TEMPLATES, files).theme().light.link != Theme().light.link
    assert "The reading group meets" in page(files)


def test_our_scripts_are_published_without_comments_and_the_owners_as_they_are(tmp_path: Path) -> None:
    script = "// Ours to keep.\n  let kept = 1\n"
    files = own(tmp_path, templates__static__keys_js=script)
    published = dict(ThemeFiles(TEMPLATES, files).static())

    assert published["static/keys.js"] == script.encode()
    script = published["static/reading.js"].decode()
    source = (TEMPLATES / "static/reading.js").read_text("utf-8")
    assert len(script) < len(source)
    assert not [line for line in script.splitlines() if line.startswith(("//", " ")) or not line]
    assert "const KEY = " in script
