"""The owner's look in a real copy: the next build notices each file, and an incremental build equals a full one."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.run import Copy

BLOCK = '{% extends "ours/base.html" %}{% block foot %}<p>Thursdays at four</p>{% endblock %}'


def build(copy: Copy, *arguments: str) -> None:
    ran = copy.run("build", *arguments)
    assert ran.status == 0, ran.err


def test_a_file_of_the_owners_changes_the_look_and_its_removal_changes_it_back(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    assert copy.run("sample", "--papers", "3", "--posts", "9").status == 0
    build(copy)
    plain = copy.files("site")

    style = copy.folder / "content/style.css"
    style.parent.mkdir()
    style.write_text(":root { --link: light-dark(#7a1f5c, #f0a8d8); --paper: #fffffe; }")
    build(copy)
    assert b"#7a1f5c" in (copy.folder / "site/static/style.css").read_bytes()
    assert b"#fffffe" in (copy.folder / "site/manifest.webmanifest").read_bytes()
    assert b'content="#fffffe"' in (copy.folder / "site/index.html").read_bytes()

    block = copy.folder / "content/templates/base.html"
    block.parent.mkdir()
    block.write_text(BLOCK)
    build(copy)
    pages = {path: page for path, page in copy.files("site").items() if path.endswith(".html")}
    assert pages
    assert [path for path, page in pages.items() if b"<p>Thursdays at four</p>" not in page] == []
    incremental = copy.files("site")
    build(copy, "--full")
    assert copy.files("site") == incremental

    block.write_text(BLOCK.replace("Thursdays", "{{ nothing }}"))
    wrong = copy.run("build")
    assert wrong.status == 1
    assert "content/templates/base.html:1: 'nothing' is undefined" in wrong.err

    block.unlink()
    style.unlink()
    build(copy)
    assert copy.files("site") == plain
