"""One page for a group, as its members keep it: a file each in trackers/, and a site that follows every change."""

from __future__ import annotations

import hashlib
import html
from pathlib import Path

import pytest

from generator.commands.console import Console
from generator.commands.options import Options
from generator.commands.serve import _Work
from tests.e2e.run import Copy

CONFIG = """\
site: {title: A group, url: "https://group.example/"}
trackers: [{id: machine-learning}]
filters: {highlight: {words: [graph]}}
"""


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    made = Copy(tmp_path / "copy", CONFIG)
    made.run("sample", "--papers", "30", "--posts", "120")
    (made.folder / "trackers").mkdir()
    (made.folder / "trackers/physics.yaml").write_text("title: Physics\nabout: From *holes* to coffee.\n")
    return made


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_home_joins_the_trackers_and_a_changed_file_changes_its_pages_as_a_full_build_would(copy: Copy) -> None:
    assert copy.run("build").status == 0
    site = copy.folder / "site"
    names = {path.parent.name for path in site.glob("t/*/index.html")}
    assert names == {"machine-learning", "physics"}
    before = digests(site)
    assert b"<em>holes</em>" in (site / "t/physics/index.html").read_bytes()
    (copy.folder / "trackers/physics.yaml").write_text(
        "title: Physics\nnote: |\n  # Ours\n\n  Kept by *Bea*.\n"
        "filters: {categories: [hep-th], highlight: {words: [quark], authors: [Lindqvist]}}\n"
    )
    (copy.folder / "trackers/mathematics.yaml").write_text("title: Proofs\n")
    ran = copy.run("build", "--json")
    after = digests(site)
    assert ran.json["written"] > 0
    assert {path.parent.name for path in site.glob("t/*/index.html")} == names | {"mathematics"}
    page = html.unescape((site / "t/physics/index.html").read_text("utf-8"))
    assert """<body data-words="["graph", "quark"]" data-authors="["Lindqvist"]">""" in page
    assert "Kept by <em>Bea</em>." in page
    assert """<body data-words="["graph"]">""" in html.unescape((site / "index.html").read_text("utf-8"))
    assert before != after
    assert copy.run("check").status == 0
    full = copy.run("build", "--full")
    assert full.status == 0
    assert digests(site) == after
    (copy.folder / "trackers/mathematics.yaml").unlink()
    assert copy.run("build").status == 0
    assert not (site / "t/mathematics/index.html").exists()


def test_check_tells_what_is_wrong_in_every_file(copy: Copy) -> None:
    (copy.folder / "trackers/physics.yaml").write_text("titel: Physics\n")
    (copy.folder / "trackers/zoe.yaml").write_text("mastodon: {accounts: [zoe]}\n")
    ran = copy.run("check")
    assert ran.status == 2
    assert "trackers/physics.yaml:1:1: titel: is no key here; did you mean `title`?" in ran.out
    assert "trackers/zoe.yaml:1:23: mastodon.accounts[0]" in ran.out


def test_serve_sees_a_change_of_a_trackers_file(copy: Copy) -> None:
    folder = copy.folder
    options = Options(
        config_path=folder / "config.yaml", data=folder / "data", site=folder / "site", templates=folder / "templates",
        cache=folder / ".cache", given_now=None, console=Console(),
    )  # fmt: skip
    work = _Work(options)
    before = work.seen()
    (folder / "trackers/physics.yaml").write_text("title: Another title\n")
    assert work.seen() != before
