"""The owner's pages and notes in a real copy: linked, shown with the paper and in every feed, and inert."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.run import Copy

HOSTILE = (
    "We read *this* on Thursday.\n\n<script>pwn()</script><img src=x onerror=pwn()> [go](javascript:pwn())\n\n"
    '<a href="https://e.example/" onclick="pwn()" style="x">here</a> <svg/onload=pwn()> `<b>code</b>`\n'
)
ACTIVE = ("<img", "onerror=", "onclick=", 'href="javascript:', "<svg/", "<script>pwn", 'style="x"')  # fmt: skip


def write(copy: Copy, name: str, text: str) -> None:
    path = copy.folder / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_words_of_the_owner_are_shown_where_they_belong_and_do_nothing(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    assert copy.run("sample", "--papers", "3", "--posts", "9").status == 0
    assert copy.run("build").status == 0
    paper_id = json.loads((copy.folder / "site/api/v1/new.json").read_bytes())["papers"][0]["id"]
    write(copy, "our-group.md", f'# Who we are <script>pwn()</script> "&"\n\n{HOSTILE}')
    write(copy, f"notes/{paper_id}.md", HOSTILE)
    built = copy.run("build")
    assert built.status == 0, built.err

    for path in ("", "our-group", "new", f"abs/{paper_id}"):
        (link,) = [a for a in copy.page(path).iter("a") if (a.get("href") or "").endswith("our-group/")]
        assert link.text_content() == 'Who we are <script>pwn()</script> "&"'
        assert link.getparent().getparent().getparent().get("aria-label") == "More"
    own, paper = (copy.folder / f"site/{path}/index.html" for path in ("our-group", f"abs/{paper_id}"))
    for file in (own, paper, *(copy.folder / f"site/new/{name}" for name in ("feed.xml", "atom.xml", "feed.json"))):
        text = file.read_text("utf-8").replace("\\/", "/").replace('\\"', '"')
        for escaped, meant in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
            text = (
                text.replace(escaped, meant) if file.suffix != ".html" else text
            )  # markup inside a feed is escaped once
        assert "<em>this</em> on Thursday" in text, file
        assert [bad for bad in ACTIVE if bad in text] == [], file
    assert copy.run("check").status == 0


def test_a_page_that_would_stand_in_the_place_of_ours_is_told(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    assert copy.run("sample", "--papers", "1", "--posts", "1").status == 0
    write(copy, "about.md", "Mine.")
    built = copy.run("build")
    assert built.status == 1
    assert "about/index.html: two pages claim this address; rename one of them" in built.err
