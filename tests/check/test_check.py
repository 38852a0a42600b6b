"""What `check` finds: each kind of fault planted once in an otherwise sound copy, and nothing in a sound one."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.check import check_data, check_site
from generator.check.feeds import check_json, check_xml
from generator.check.site import resolve
from tests.e2e.run import Copy

URL = "https://pages.example/made-up/"
BASE_PATH = "/made-up/"
TEMPLATE = """\
site: {title: Made up, url: "https://pages.example/made-up/"}
trackers: [{id: machine-learning}, {id: physics}, {id: mathematics}]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    copy = Copy(tmp_path_factory.mktemp("check") / "copy", TEMPLATE)
    assert copy.run("sample", "--papers", "12", "--posts", "40").status == 0
    assert copy.run("build").status == 0
    return copy


@pytest.fixture
def site(built: Copy) -> Path:
    return built.folder / "site"


def test_nothing_is_wrong_in_a_built_sample(built: Copy) -> None:
    ran = built.run("check", "--json")
    assert ran.status == 0
    assert ran.json["problems"] == []
    assert "nothing wrong (config 0, data 0, site 0)" in ran.err


@pytest.mark.parametrize(
    ("more", "warns"),
    [("", True), (', id: "tag:example.org,2026-11-30"', False), ("}\nfeeds: {ids_at: 'https://old.example/'", False)],
)
def test_a_new_address_without_an_id_for_feeds_is_warned_of(built: Copy, more: str, *, warns: bool) -> None:
    config = built.folder / "config.yaml"
    before = config.read_text()
    config.write_text(f'site: {{url: "https://moved.example/papers/"{more}}}\ntrackers: [{{id: example}}]\n')
    try:
        ran = built.run("check")
    finally:
        config.write_text(before)
    assert ("without site.id every entry of every feed becomes new" in ran.err) == warns
    assert ('write `id: "tag:made-up@pages.example,2026-01-01"`' in ran.err) == warns


def test_a_site_that_was_not_built_is_no_problem(tmp_path: Path) -> None:
    assert Copy(tmp_path / "copy", TEMPLATE).run("check").status == 0


def test_wrong_configuration_is_told_and_ends_with_2(tmp_path: Path) -> None:
    ran = Copy(tmp_path / "copy", "sit: {}\ntrackers: [{id: A}]").run("check")
    assert ran.status == 2
    assert ran.out.splitlines()[0] == "config.yaml:1:1: sit: is no key here; did you mean `site`?"
    assert ran.out.splitlines()[-1] == "2 problems (config 2, data 0, site not built)"


def page(body: str, head: str = "<title>t</title>") -> bytes:
    return f"<!doctype html><html lang=en><head>{head}</head>\n<body>{body}</body></html>".encode()


def planted(tmp_path: Path, files: dict[str, bytes]) -> list[str]:
    """The problems of a small sound site with some files added."""
    rss = b'<rss version="2.0"><channel><title>t</title><link>l</link><description>d</description></channel></rss>'
    atom = b'<feed xmlns="http://www.w3.org/2005/Atom"><id>i</id><title>t</title><updated>2026-01-01T00:00:00Z</updated></feed>'
    sound = {
        "index.html": page('<p id="main">x</p>'), "404.html": page("x"), "feed.xml": rss, "atom.xml": atom,
        "feed.json": json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": []}).encode(),
        "sitemap.xml": b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "robots.txt": b"",
    }  # fmt: skip
    for name, content in {**sound, **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in check_site(tmp_path, URL)]


def test_a_small_sound_site_has_no_problem(tmp_path: Path) -> None:
    links = (
        '<a href="../">up</a><a href="../#main">anchor</a><a href="">here</a><a href="#x" id="x">self</a>'
        f'<a href="{URL}">home</a><a href="/made-up/a/">root</a><a href="https://elsewhere.example/x">out</a>'
        '<a href="mailto:a@b.example">mail</a><img src="data:image/png;base64,AA" alt=""><a href="./?q=1">q</a>'
        '<a href="../b%20c/">space</a>'
    )
    assert planted(tmp_path, {"a/index.html": page(links), "b c/index.html": page("x")}) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<a href="nowhere/">x</a>', "a/index.html:2: broken link: `nowhere/` leads to a/nowhere/, which is not there"),
        ('<a href="../../">x</a>', "a/index.html:2: broken link: `../../` leads to ../"),
        ('<a href="/elsewhere/">x</a>', "a/index.html:2: broken link: `/elsewhere/`"),
        (f'<a href="{URL}gone">x</a>', f"a/index.html:2: broken link: `{URL}gone` leads to gone"),
        ('<a href="../#nowhere">x</a>', "a/index.html: broken anchor: index.html has no `nowhere`"),
        ('<a href="#nowhere">x</a>', "a/index.html: broken anchor: a/index.html has no `nowhere`"),
        ('<p id="b"><p id="b">', "a/index.html:2: the id `b` is there twice on one page"),
        ('<a href="javascript:alert(1)">x</a>', "a/index.html:2: links to `javascript:alert(1)`: only http"),
        ('<a href=" JavaScript:alert(1)">x</a>', "only http, https and mailto may be linked"),
        ('<a href="data:text/html,x">x</a>', "only http, https and mailto may be linked"),
        ('<img src="https://cdn.example/a.png">', "a/index.html:2: loads https://cdn.example/a.png from another host"),
        ('<script src="//cdn.example/a.js"></script>', "loads //cdn.example/a.js from another host"),
        ('<link rel="stylesheet" href="https://cdn.example/a.css">', "from another host"),
        ('<img src="missing.png">', "broken link: `missing.png`"),
    ],
)
def test_a_fault_on_a_page_is_told_with_its_line(tmp_path: Path, body: str, said: str) -> None:
    (problem,) = planted(tmp_path, {"a/index.html": page(body)})
    assert said in problem


def test_a_page_without_title_or_without_html_is_told(tmp_path: Path) -> None:
    problems = planted(tmp_path, {"a.html": page("x", head=""), "b.html": b""})
    assert problems == ["a.html: a.html: has no title", "b.html: b.html: is no HTML page: build again with --full"]


def test_the_same_fault_on_many_pages_is_told_once(tmp_path: Path) -> None:
    many = {f"p{number}.html": page('<a href="/made-up/gone/">x</a>') for number in range(9)}
    (problem,) = planted(tmp_path, many)
    assert problem.startswith("p0.html:2: broken link")
    assert problem.endswith("(and on 8 more pages)")


def test_the_page_for_what_is_not_found_needs_absolute_links(tmp_path: Path) -> None:
    (problem,) = planted(tmp_path, {"404.html": page('<a href="index.html">x</a>')})
    assert "this page is shown at any address" in problem


def test_papers_beyond_the_most_pages_are_no_problem_in_feeds(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    copy.run("sample", "--papers", "12", "--posts", "30")
    copy.configure(f"site: {{title: Few pages, url: {URL}, max_paper_pages: 2}}")
    assert copy.run("build").status == 0
    checked = copy.run("check")
    assert (checked.status, checked.out) == (0, "nothing wrong (config 0, data 0, site 0)\n")


def test_what_every_site_has_is_missed(tmp_path: Path) -> None:
    planted(tmp_path, {})
    (tmp_path / "feed.xml").unlink()
    assert [str(problem) for problem in check_site(tmp_path, URL)] == [
        f"{tmp_path}/feed.xml: feed.xml is missing: build again with --full"
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a/feed.xml", b"<rss>&nbsp;</rss>", "a/feed.xml:1: a/feed.xml: is ill-formed XML"),
        ("a/feed.xml", b"<rss version='2.0'/>", "is no RSS 2.0"),
        ("a/feed.xml", b"<html/>", "is no feed"),
        ("a/atom.xml", b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "has a feed without id"),
        ("a/feed.json", b"{", "is ill-formed JSON"),
        ("a/feed.json", b"{}", "is no JSON Feed"),
        ("api/v1/x.json", b'{"a": NaN}', "NaN is no JSON"),
        ("manifest.webmanifest", b"", "is ill-formed JSON"),
        ("opml.xml", b'<opml version="2.0"><head/><body/></opml>', "lacks a title"),
        (
            "sitemap.xml",
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{URL}gone/</loc></url></urlset>'.encode(),
            f"sitemap.xml:1: names {URL}gone/, which is not there",
        ),
    ],
)
def test_a_fault_in_a_feed_or_file_is_told(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    assert any(said in problem for problem in planted(tmp_path, {name: content}))


ENTRY = "<item><title>t</title><guid>g</guid><pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate></item>"


def rss(entries: str) -> bytes:
    head = "<title>t</title><link>l</link><description>d</description>"
    return f'<rss version="2.0"><channel>{head}{entries}</channel></rss>'.encode()


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (ENTRY, None),
        (ENTRY * 2, "has the guid g twice"),
        ("<item><title>t</title></item>", "without guid"),
        ("<item><guid>g</guid></item>", "without title and description"),
        ("<item><title>t</title><guid>g</guid><pubDate>today</pubDate></item>", "none of RFC 822"),
    ],
)
def test_entries_of_rss_are_judged(entries: str, said: str | None) -> None:
    found = [message for _, message in check_xml("feed.xml", rss(entries))]
    assert found == [] if said is None else any(said in message for message in found)


def test_a_doubled_id_in_a_json_feed_is_found() -> None:
    item = {"id": "a", "content_text": "x", "date_published": "2026-11-20"}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [item, item, {"content_text": "x"}]}
    found = [message for _, message in check_json("feed.json", json.dumps(feed).encode())]
    assert "the id a is there 2 times" in found
    assert "items[2] lacks an id" in found
    assert "items[0].date_published is no time" in found


def test_hostile_xml_ends_in_a_sentence(shared: Path) -> None:
    paths = [path for path in (shared / "corpora" / "xml" / "project").iterdir() if path.stat().st_size < 2_000_000]
    assert len(paths) > 20
    for path in paths:
        for _, message in check_xml("feed.xml", path.read_bytes()):
            assert "\n" not in message


STEPS = st.lists(st.sampled_from(["..", ".", "a", "b%20c", "d.html", "#x", "?q=1"]), max_size=6)


@given(st.sampled_from(["", "/made-up/", URL]), STEPS, st.sampled_from(["", "/"]), st.sampled_from(["", "a/", "a/b/"]))
def test_links_lead_where_a_browser_goes(start: str, steps: list[str], end: str, folder: str) -> None:
    link = start + "/".join(steps) + end
    goes = urlsplit(urljoin(f"{URL}{folder}index.html", link.removeprefix(URL.removesuffix(BASE_PATH))))
    found = resolve(f"{folder}index.html", link, URL, BASE_PATH)
    assert found is not None
    if goes.path.startswith(BASE_PATH):
        assert found[0] == unquote(goes.path.removeprefix(BASE_PATH))
    else:
        assert found[0].startswith("..") or f"{goes.path}/" == BASE_PATH


# data/


def test_damaged_and_misplaced_records_are_told_with_their_line(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy", TEMPLATE)
    copy.run("sample", "--papers", "3", "--posts", "6")
    path = next((copy.folder / "data" / "posts").rglob("*.jsonl"))
    lines = path.read_bytes().splitlines()
    path.write_bytes(lines[0] + b"\n{torn\n" + b"".join(line + b"\n" for line in lines[1:]))
    elsewhere = path.parent / "31.jsonl"
    elsewhere.write_bytes(lines[0] + b"\n")
    (copy.folder / "data" / "posts" / "notes.txt").write_text("mine")
    for worktree in ("data/.git/HEAD", "data/.git/objects/aa/bb"):  # a branch, checked out: nothing to mend
        (copy.folder / worktree).parent.mkdir(parents=True, exist_ok=True)
        (copy.folder / worktree).write_text("git's own")
    name = path.relative_to(copy.folder)
    said = {str(problem).removeprefix(f"{copy.folder}/") for problem in check_data(copy.folder / "data")}
    assert any(problem.startswith(f"{name}:2: damaged line") for problem in said)
    assert any(
        problem.startswith(f"{elsewhere.relative_to(copy.folder)}:1:") and "belongs into" in problem for problem in said
    )
    assert any(problem.startswith("data/posts/notes.txt: is no file of data/") for problem in said)
    assert len(said) == 3


def test_fix_moves_damaged_lines_away_and_loses_nothing(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy", TEMPLATE)
    copy.run("sample", "--papers", "3", "--posts", "6")
    sound = copy.files("data")
    path = min((copy.folder / "data" / "posts").rglob("*.jsonl"))
    path.write_bytes(b"<<<<<<< HEAD\n" + path.read_bytes() + b'{"id":5}\n')
    assert copy.run("check").status == 1
    fixed = copy.run("check", "--fix")
    assert fixed.status == 0
    after = copy.files("data")
    moved = {name: content for name, content in after.items() if name.startswith("quarantine/")}
    assert b"".join(moved.values()).splitlines() == [b"<<<<<<< HEAD", b'{"id":5}']
    assert {name: content for name, content in after.items() if name not in moved} == sound


def test_fix_puts_records_into_their_files_and_in_order(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy", TEMPLATE)
    copy.run("sample", "--papers", "3", "--posts", "20")
    sound = copy.files("data")
    paths = sorted((copy.folder / "data" / "posts").rglob("*.jsonl"))
    together = b"".join(path.read_bytes() for path in reversed(paths))
    for path in paths[1:]:
        path.unlink()
    paths[0].write_bytes(together)
    assert copy.run("check").status == 1
    assert copy.run("check", "--fix").status == 0
    assert copy.files("data") == sound


def test_state_files_left_by_a_broken_run_end_in_a_sentence(tmp_path: Path, shared: Path) -> None:
    folder = shared / "corpora" / "json_bad" / "state"
    copy = Copy(tmp_path / "copy", TEMPLATE)
    state = copy.folder / "data" / "state" / "bluesky.json"
    state.parent.mkdir(parents=True)
    broken = 0
    for path in sorted(folder.iterdir())[::6]:
        state.write_bytes(path.read_bytes())
        broken += bool(check_data(copy.folder / "data"))
    assert broken > 5
