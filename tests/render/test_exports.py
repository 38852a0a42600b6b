"""Files for machines: complete, documented, well-formed, and nothing in them that a network forbids to pass on."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import etree

from generator.model.listing import Listing, Scope
from generator.model.records import Account, Paper, Tracker
from generator.model.site import Digest, Issue, Site
from generator.model.theme import Theme
from generator.render.exports import plan_exports
from generator.render.exports.sitemap import plan as plan_sitemap
from generator.render.pages import plan_pages
from generator.render.templates import Templates
from generator.views.bibtex import to_bibtex
from generator.views.ris import to_ris
from tests.conftest import ROOT
from tests.site_factory import (
    EPOCH,
    SITE_URL,
    make_listing,
    make_paper,
    make_post,
    make_site,
    make_x_post,
    rank,
    scope_of,
)

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LAB = Tracker(id="lab", title="The lab")


def rendered(outputs: Any) -> dict[str, bytes]:
    files = {}
    for output in outputs:
        assert output.path not in files, output.path
        files[output.path] = output.render()
    return files


def files_of(site: Site, page_paths: Sequence[str] = ("index.html",)) -> dict[str, bytes]:
    return rendered(plan_exports(site, page_paths))


def small_site(**fields: Any) -> Site:
    paper = make_paper()
    post = make_post(2)
    ranked = rank(paper, [make_post(1, text=None, kind="repost"), post, make_x_post(3)])
    listings = (
        make_listing([ranked]),
        make_listing([ranked], "top/week/", span="week", title="This week"),
        make_listing([ranked], "t/lab/", scope_of(LAB)),
        make_listing([ranked], "c/cs.LG/", Scope(kind="category", id="cs.LG", title="cs.LG")),
        make_listing(
            [ranked], "archive/2026/11/", month="2026-11", order="newest", title="November 2026", changes=False
        ),
    )
    return make_site(listings, **fields)


def test_every_file_of_the_contract_is_there() -> None:
    assert set(files_of(small_site())) == {
        "api/v1/papers/2611.00001.json",
        *(
            f"{path}papers.{ending}"
            for path in ("", "top/week/", "t/lab/", "c/cs.LG/", "archive/2026/11/")
            for ending in ("bib", "ris")
        ),
        "api/v1/home.json",
        "api/v1/top-week.json",
        "api/v1/t-lab.json",
        "api/v1/c-cs.LG.json",
        "api/v1/archive-2026-11.json",
        "api/v1/index.json",
        "sitemap.xml",
        "robots.txt",
        "opml.xml",
        "opml-categories.xml",
        "manifest.webmanifest",
    }


# --- JSON API


def test_paper_file_holds_the_stored_paper_and_what_people_did() -> None:
    paper = json.loads(files_of(small_site())["api/v1/papers/2611.00001.json"])
    stored = json.loads(msgspec.json.encode(make_paper()))
    assert {name: paper[name] for name in stored} == stored
    assert list(paper)[: len(stored)] == list(Paper.__struct_fields__)
    assert paper["url"] == f"{SITE_URL}abs/2611.00001/"
    assert paper["captured"] == 3
    assert paper["score"] == 0.3704
    assert [vote["post"] for vote in paper["votes"]] == ["x:3", "bluesky:2", "bluesky:1"]
    assert paper["votes"][1] == {
        "post": "bluesky:2",
        "kind": "post",
        "at": "2026-11-20T10:00:00Z",
        "weight": 1.0,
        "factor": 1.0,
        "decay": 0.1235,
        "score": 0.1235,
        "comment": True,
        "bot": False,
    }
    assert paper["posts"][1] == {
        "id": "bluesky:2",
        "network": "bluesky",
        "kind": "post",
        "url": "https://bluesky.example/posts/2",
        "account": {"id": "bluesky:account2", "handle": "made-up-2", "name": "Made Up 2"},
        "posted_at": "2026-11-20T10:00:00Z",
        "text": "Comment number 2: I would read this twice.",
        "comment": True,
    }
    assert [post["comment"] for post in paper["posts"]] == [False, True, False]


def test_what_x_lets_nobody_pass_on_is_not_in_the_api() -> None:
    account = Account(id="x:1", handle="secret-handle", name="Secret Name")
    post = make_x_post(1, text="secret words", account=account)
    content = files_of(make_site([make_listing([rank(make_paper(), [post])])]))["api/v1/papers/2611.00001.json"]
    assert b"ecret" not in content
    assert json.loads(content)["posts"][0]["account"] == {"id": "x:1"}


def test_addresses_that_are_none_are_null() -> None:
    post = make_post(1, url="javascript:alert(1)")
    files = files_of(make_site([make_listing([rank(make_paper(), [post])])]))
    assert json.loads(files["api/v1/papers/2611.00001.json"])["posts"][0]["url"] is None


def test_unknown_papers_have_no_date_of_fetching() -> None:
    site = small_site(unknown=frozenset({"2611.00001"}))
    assert json.loads(files_of(site)["api/v1/papers/2611.00001.json"])["fetched_at"] is None


def test_papers_without_a_page_have_their_file_too() -> None:
    files = files_of(small_site(papers={}))
    assert json.loads(files["api/v1/papers/2611.00001.json"])["url"] == "https://arxiv.org/abs/2611.00001"


def test_old_ids_are_in_their_archive_folder() -> None:
    paper = make_paper("hep-th/9901001")
    assert "api/v1/papers/hep-th/9901001.json" in files_of(make_site([make_listing([rank(paper)])]))


def test_list_file_has_every_paper_in_order_with_its_place() -> None:
    papers = [rank(make_paper(f"2611.0000{n}"), [make_post(n)], n) for n in (1, 2, 3)]
    answer = json.loads(files_of(make_site([make_listing(papers)]))["api/v1/home.json"])
    assert answer["papers"] == [{"id": f"2611.0000{n}", "rank": n, "score": 0.1235, "captured": 1} for n in (1, 2, 3)]
    assert (answer["name"], answer["url"], answer["order"]) == ("home", SITE_URL, "trending")


def test_list_file_says_whose_and_what_it_is() -> None:
    files = files_of(small_site())
    assert json.loads(files["api/v1/t-lab.json"])["tracker"] == "lab"
    assert json.loads(files["api/v1/c-cs.LG.json"])["category"] == "cs.LG"
    assert json.loads(files["api/v1/archive-2026-11.json"])["month"] == "2026-11"
    assert json.loads(files["api/v1/top-week.json"])["window"] == "week"


def test_index_leads_to_every_list() -> None:
    files = files_of(small_site())
    index = json.loads(files["api/v1/index.json"])
    assert (index["version"], index["generator"]) == (1, "trending-arxiv")
    assert index["updated"] == "2026-11-20T11:05:00Z"
    assert index["counts"] == {"papers": 1, "posts": 3, "lists": 5}
    assert all(listed["api"].removeprefix(SITE_URL) in files for listed in index["lists"])
    assert index["paper"].replace("{id}", "2611.00001").removeprefix(SITE_URL) in files
    assert json.loads(files_of(make_site())["api/v1/index.json"])["updated"] is None


def test_documentation_names_every_field() -> None:
    text = (Path(__file__).parents[2] / "docs/json-api.md").read_text()
    files = files_of(small_site())
    for path in ("api/v1/index.json", "api/v1/home.json", "api/v1/papers/2611.00001.json"):
        answer = json.loads(files[path])
        parts = [
            answer,
            *(value[0] for value in answer.values() if isinstance(value, list) and isinstance(value[0], dict)),
        ]
        for name in (name for part in parts for name in part):
            assert f"`{name}`" in text, (path, name)


# --- sitemap, robots


def locations(content: bytes) -> list[str]:
    return [str(loc.text) for loc in etree.fromstring(content).iter(f"{SITEMAP}loc")]


def test_sitemap_names_pages_but_not_those_that_repeat_or_are_private() -> None:
    paths = ["index.html", "404.html", "abs/2611.00001/index.html", "page/2/index.html", "top/week/index.html",
             "t/lab/page/3/index.html", "search/index.html", "saved/index.html", "posts/index.html",
             "posts/page/2/index.html", "about/index.html"]  # fmt: skip
    content = files_of(small_site(), paths)["sitemap.xml"]
    assert locations(content) == [SITE_URL + path for path in ("", "about/", "abs/2611.00001/", "top/week/")]


def test_sitemap_dates_a_page_by_its_newest_post() -> None:
    root = etree.fromstring(files_of(small_site(), ["abs/2611.00001/index.html", "about/index.html"])["sitemap.xml"])
    dates = {url.findtext(f"{SITEMAP}loc"): url.findtext(f"{SITEMAP}lastmod") for url in root}
    assert dates == {f"{SITE_URL}about/": None, f"{SITE_URL}abs/2611.00001/": "2026-11-20"}


@pytest.mark.parametrize(("pages", "parts"), [(10, 0), (11, 2), (25, 3)])
def test_sitemap_is_an_index_of_parts_beyond_its_limit(pages: int, parts: int) -> None:
    paths = [f"abs/2611.{number:05d}/index.html" for number in range(pages)]
    files = rendered(plan_sitemap(small_site(), paths, urls_max=10))
    named = locations(files["sitemap.xml"])
    if parts:
        assert named == [f"{SITE_URL}sitemap-{number}.xml" for number in range(1, parts + 1)]
        named = [url for name in named for url in locations(files[name.removeprefix(SITE_URL)])]
    assert named == [SITE_URL + path.removesuffix("index.html") for path in paths]
    assert len(files) == 2 + parts


def test_robots_may_read_everything_and_find_the_sitemap() -> None:
    assert files_of(small_site())["robots.txt"].decode().split("\n") == [
        "User-agent: *", "Allow: /", "", f"Sitemap: {SITE_URL}sitemap.xml", "",
    ]  # fmt: skip


# --- BibTeX files


def test_a_list_has_its_papers_in_its_order_in_one_file() -> None:
    papers = [rank(make_paper(f"2611.0000{n}"), [make_post(n)], n) for n in (3, 1, 2)]
    files = files_of(make_site([make_listing(papers)]))
    for ending, write in (("bib", to_bibtex), ("ris", to_ris)):
        assert files[f"papers.{ending}"].decode() == "\n".join(write(ranked.paper) for ranked in papers)


def test_a_past_day_has_all_of_its_papers_in_its_files() -> None:
    papers = [rank(make_paper(f"2611.{n:05}"), [make_post(n)], n) for n in range(1, 151)]
    past = make_listing(papers, "day/2026-11-12/", period="day", changes=False, compact=True)
    files = files_of(make_site([past]))
    assert files["day/2026-11-12/papers.bib"].count(b"@misc{") == 150
    assert files["day/2026-11-12/papers.ris"].count(b"ER  -") == 150


def test_a_list_links_to_its_records_and_only_where_there_are_any() -> None:
    papers = [rank(make_paper(f"2611.0000{n}"), [make_post(n)], n) for n in (1, 2)]
    past = make_listing(
        papers, "day/2026-11-12/", period="day", first_on=date(2026, 11, 12), changes=False, compact=True
    )
    unknown_only = make_listing(papers[:1], "new/", order="newest", label="Newest")
    site = make_site([make_listing(papers), unknown_only, past], unknown=frozenset({"2611.00001"}))
    wanted = ("index.html", "new/index.html", "day/2026-11-12/index.html", "day/index.html")
    outputs = plan_pages(site, Templates(ROOT / "templates", site))
    pages = rendered(output for output in outputs if output.path in wanted)
    assert b'href="./papers.bib"' in pages["index.html"]
    assert b'href="./papers.ris"' in pages["index.html"]
    assert b"papers.bib" not in pages["new/index.html"]
    assert b'href="../../day/2026-11-12/papers.ris"' in pages["day/2026-11-12/index.html"]
    assert b'href="../day/2026-11-12/papers.ris"' in pages["day/index.html"]


def test_a_paper_whose_title_is_not_known_yet_has_no_record() -> None:
    assert "papers.bib" not in files_of(small_site(unknown=frozenset({"2611.00001"})))


# --- OPML, manifest


def feeds_in(site: Site, file: str) -> list[str]:
    """Paths of the feeds that an OPML file names."""
    root = etree.fromstring(files_of(site)[file])
    assert root.get("version") == "2.0"
    outlines = list(root.iter("outline"))
    assert all(outline.get("text") and outline.get("type") == "rss" for outline in outlines)
    return [str(outline.get("xmlUrl")).removeprefix(SITE_URL) for outline in outlines]


def test_opml_has_at_most_ten_feeds_none_of_them_empty_and_categories_are_in_another_file() -> None:
    papers = [rank(make_paper(), [make_post(1)])]
    scopes = [scope_of(Tracker(id=f"t{number}", title=f"T {number}")) for number in range(12)]
    scopes.append(Scope(kind="search", id="gnn", title="Graphs"))
    categories = [Scope(kind="category", id=name, title=name) for name in ("cs.LG", "math.AG", "hep-th")]
    listings = [
        make_listing(papers),
        make_listing(papers, "hot/", order="hot"),
        *(make_listing(papers, f"{scope.path}", scope) for scope in scopes),
        *(make_listing(papers, f"{scope.path}hot/", scope, order="hot") for scope in scopes[2:]),
        *(make_listing(papers if scope.id != "hep-th" else [], scope.path, scope) for scope in categories),
        *(make_listing(papers, f"{scope.path}hot/", scope, order="hot") for scope in categories[:1]),
    ]
    day = date(2026, 11, 20)
    issue = Issue(first_on=day, last_on=day, closed_at=EPOCH, papers=tuple(papers), more=0)
    digests = (Digest(period="daily", issues=(issue,)), Digest(period="weekly", issues=()))
    site = make_site(listings, digests=digests)
    found = feeds_in(site, "opml.xml")
    assert found[:5] == [
        "hot/feed.xml", "digest/daily/feed.xml", "t/t0/feed.xml", "t/t1/feed.xml", "t/t2/hot/feed.xml",
    ]  # fmt: skip
    assert len(found) == 10
    assert feeds_in(site, "opml-categories.xml") == ["c/cs.LG/hot/feed.xml", "c/math.AG/feed.xml"]
    few = make_site([*listings[:2], listings[14]], digests=digests)
    assert feeds_in(few, "opml.xml")[2:] == ["s/gnn/feed.xml"]


def test_the_owners_note_is_in_the_papers_file() -> None:
    paper = json.loads(files_of(small_site(notes={"2611.00001": "<p>Read it.</p>"}))["api/v1/papers/2611.00001.json"])
    assert paper["note"] == "<p>Read it.</p>"
    assert json.loads(files_of(small_site())["api/v1/papers/2611.00001.json"])["note"] is None


def test_manifest_is_relative_and_named() -> None:
    manifest = json.loads(files_of(small_site(title="A very long made-up title of a site"))["manifest.webmanifest"])
    assert manifest["name"] == "A very long made-up title of a site"
    assert len(manifest["short_name"]) <= 24
    assert manifest["start_url"] == manifest["scope"] == "./"
    assert manifest["display"] == "minimal-ui"
    assert manifest["theme_color"] == manifest["background_color"] == Theme().light.paper


def test_icons_of_the_manifest_are_there_in_the_size_they_are_said_to_have() -> None:
    for icon in json.loads(files_of(small_site())["manifest.webmanifest"])["icons"]:
        content = (ROOT / "templates" / icon["src"]).read_bytes()
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", content[16:24])
            assert icon["sizes"] == f"{width}x{height}"
            assert "maskable" in icon["purpose"]


# --- laws


def hostile_listing(text: str, number: int) -> Listing:
    account = Account(id=f"bluesky:{number}", handle=text, name=text)
    paper = make_paper(f"2611.{number:05d}", title=text, abstract=text, authors=(text,), comment=text)
    ranked = rank(paper, [make_post(number, paper.id, account=account, text=text, url=text)])
    tracker = Tracker(id=f"t{number}", title=text)
    return make_listing([ranked], f"t/t{number}/", scope_of(tracker), about=text)


def test_hostile_text_leaves_every_file_well_formed(shared: Path) -> None:
    corpora = shared / "corpora"
    texts = json.loads((corpora / "naughty/blns.json").read_text())
    for name in ("unicode/unicode.jsonl", "xss/project_contexts.jsonl"):
        values = (json.loads(line).get("value") for line in (corpora / name).read_text().splitlines())
        texts += [value.encode(errors="replace").decode() for value in values if isinstance(value, str)]
    assert len(texts) > 700
    for path, content in files_of(make_site([hostile_listing(text, n) for n, text in enumerate(texts)])).items():
        if path.endswith(".xml"):
            etree.fromstring(content)
        elif path.endswith(".png"):
            assert content.startswith(b"\x89PNG")
        elif path.endswith(".bib"):
            assert content.decode().startswith("@misc{")
        elif path.endswith(".ris"):
            assert content.decode().startswith("TY  - ")
        elif path != "robots.txt":
            json.loads(content)


def test_files_change_with_what_they_show_and_with_nothing_else() -> None:
    before, changed = files_of(small_site()), files_of(small_site(title="Other"))
    assert before == files_of(small_site(now=EPOCH))
    same = {path for path, content in before.items() if changed[path] == content}
    assert "api/v1/index.json" not in same
    assert {"api/v1/papers/2611.00001.json", "sitemap.xml", "robots.txt"} <= same
