"""What reference managers read of our pages and files is what arXiv states.

The real papers, by the parsers inside Better BibTeX for Zotero and inside biber, by `citation_*` tags and by JSON-LD.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from playwright.sync_api import Browser

from generator.model.authors import ET_AL, mend_authors
from generator.text.latex import to_text
from generator.text.plain import clean
from tests.browser.conftest import TOOLS, Served, missing, npm_file, run_tool, tool
from tests.browser.looking import visited
from tests.trees import corpus_files

pytestmark = pytest.mark.tools
TEX = re.compile(r"[\\${}^~\x80-\x9f]|''|``|`.*'")
"""In what arXiv states: text that parsers read as TeX, each in its own way, and letters broken on their way."""


@pytest.fixture(scope="module")
def stated(shared: Path) -> dict[str, dict[str, Any]]:
    """The papers as arXiv states them, by id."""
    lines = Path(corpus_files(shared)[0]).read_text("utf-8").splitlines()
    return {paper["id"]: paper for paper in map(json.loads, lines)}


def parsed(*files: Path) -> list[dict[str, Any]]:
    """(errors, entries) of BibTeX files."""
    npm_file("@retorquere/bibtex-parser/package.json")
    script = Path(__file__).with_name("read_bibtex.mjs")
    done = run_tool(tool("node"), str(script), str(TOOLS), *map(str, files))
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def folded(text: str) -> str:
    """Without what is a matter of taste: composed letters, white space, and ties and points in initials."""
    return re.sub(r"[\s~,]+", "", unicodedata.normalize("NFC", text)).replace("’", "'")


def names_of(entry: Mapping[str, Any]) -> list[str]:
    found = []
    for each in entry.get("author", ()):
        parts = (each.get(part) for part in ("firstName", "prefix", "lastName", "suffix"))
        found.append(each.get("name") or " ".join(filter(None, parts)))
    return found


def title_of(paper: Mapping[str, Any]) -> str:
    """With the dashes that two and three hyphens mean everywhere in TeX."""
    return " ".join(paper["title"].split()).replace("---", "—").replace("--", "–")


def wrong_fields(fields: Mapping[str, Any], paper: Mapping[str, Any]) -> list[str]:
    """The fields of an entry that differ from what arXiv states."""
    expected = {
        "archiveprefix": "arXiv",
        "eprint": paper["id"],
        "primaryclass": paper["categories"][0],
        "doi": next(iter((paper["doi"] or "").split()), None),
        "url": f"https://arxiv.org/abs/{paper['id']}",
    }
    if paper["submitted_at"]:
        expected["year"] = paper["submitted_at"][:4]
    if not TEX.search(paper["title"]):
        expected["title"] = title_of(paper)
    wrong = [name for name, value in expected.items() if fields.get(name) != value]
    authors = [" ".join(name.split()) for name in mend_authors(tuple(paper["authors"]))]
    authors = ["others" if name == ET_AL else name for name in authors]
    if list(map(folded, names_of(fields))) != [folded(to_text(clean(name))) for name in authors]:
        wrong.append("author with TeX" if any(map(TEX.search, authors)) else "author")
    return wrong


def unexplained(errors: Iterable[str], papers: Iterable[Mapping[str, Any]]) -> list[str]:
    """Errors but for commands that arXiv's own titles and names hold, of which no reader knows all."""
    text = "".join(f"{paper['title']} {' '.join(paper['authors'])}" for paper in papers).replace(" ", "")
    return [each for each in errors if not _is_stated(each, text)]


def _is_stated(error: str, text: str) -> bool:
    command = re.fullmatch(r"unhandled macro (\\(?:[A-Za-z]+|.)).*", error)
    return command is not None and command[1].rstrip() in text


def assert_as_stated(entries: Mapping[str, Mapping[str, Any]], stated: Mapping[str, Mapping[str, Any]]) -> None:
    assert entries.keys() == stated.keys()
    assert {entry["type"] for entry in entries.values()} == {"misc"}
    wrong = {paper_id: wrong_fields(entry["fields"], stated[paper_id]) for paper_id, entry in entries.items()}
    broken = [paper_id for paper_id, names in wrong.items() if names == ["author with TeX"]]
    assert {paper_id: names for paper_id, names in wrong.items() if names and paper_id not in broken} == {}
    assert len(broken) <= 25, "names whose TeX is broken at arXiv, such as an accent over nothing"


def test_every_bib_file_of_the_real_papers_is_read_as_arxiv_states_it(
    serving: Callable[[str], Served], stated: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    files = sorted(serving("corpus").folder.glob("archive/**/papers.bib"))
    everything = tmp_path / "corpus.bib"
    everything.write_bytes(b"\n".join(file.read_bytes() for file in files))
    (read,) = parsed(everything)
    assert unexplained(read["errors"], stated.values()) == []
    entries = {entry["fields"]["eprint"]: entry for entry in read["entries"]}
    assert_as_stated(entries, stated)


def test_biber_reads_them_the_same_way(serving: Callable[[str], Served], stated: dict[str, dict[str, Any]]) -> None:
    perl = tool("perl")
    if run_tool(perl, "-MText::BibTeX", "-e", "1").returncode:
        missing("libtext-bibtex-perl is not installed")
    files = sorted(serving("corpus").folder.glob("archive/**/papers.bib"))
    done = run_tool(perl, str(Path(__file__).with_name("read_bibtex.pl")), *map(str, files))
    assert (done.returncode, done.stderr) == (0, "")
    entries = {}
    for entry in json.loads(done.stdout):
        fields = entry["fields"]
        title = to_text(fields["title"].removeprefix("{").removesuffix("}"))
        fields["title"] = title.replace("---", "—").replace("--", "–")
        # The braces keep the name of a group whole.
        fields["author"] = [{"name": to_text(name.strip("{}"))} for name in entry["names"]]
        entries[fields["eprint"]] = entry
    assert_as_stated(entries, stated)


def test_saved_papers_are_exported_as_arxiv_states_them(
    browser: Browser, serving: Callable[[str], Served], stated: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    served = serving("corpus")
    group = re.compile("ollaboration|onsortium")
    chosen = [
        *[each for each in stated.values() if group.search(" ".join(each["authors"]))][:4],
        *[each for each in stated.values() if any("\\" in name for name in each["authors"])][:4],
        *[each for each in stated.values() if any(not name.isascii() for name in each["authors"])][:4],
        *[each for each in stated.values() if "<" in each["title"] or "&" in each["title"]][:4],
    ]
    saved = [{"id": each["id"], "title": each["title"], "authors": "", "date": ""} for each in chosen]
    key, kept = "trending-arxiv:/corpus/", json.dumps({"version": 1, "saved": saved})
    with visited(browser, served, "saved/", accept_downloads=True) as (page, trouble):
        page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [key, kept])
        page.reload()
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile("BibTeX")).click()
        download.value.save_as(tmp_path / "saved.bib")
        assert trouble == []
    (read,) = parsed(tmp_path / "saved.bib")
    assert unexplained(read["errors"], chosen) == []
    assert [entry["fields"]["eprint"] for entry in read["entries"]] == [each["id"] for each in chosen]
    wrong = [wrong_fields(entry["fields"], stated[entry["fields"]["eprint"]]) for entry in read["entries"]]
    assert not any(wrong)


def test_tags_and_json_ld_of_a_papers_page_state_what_arxiv_states(
    serving: Callable[[str], Served], stated: dict[str, dict[str, Any]]
) -> None:
    folder = serving("corpus").folder / "abs"
    for paper in list(stated.values())[::60]:
        page = lxml.html.fromstring((folder / paper["id"] / "index.html").read_bytes())
        tags: dict[str, list[str]] = {}
        for tag in page.iterfind(".//meta[@name]"):
            tags.setdefault(tag.get("name", ""), []).append(tag.get("content", ""))
        linked = json.loads(page.findtext(".//script[@type='application/ld+json']") or "")
        authors = [" ".join(name.split()) for name in paper["authors"]]
        if not any(map(TEX.search, authors)):
            assert tags["citation_author"] == authors
            assert [each["name"] for each in linked["author"]] == authors[:100]
        assert not any("\\" in name for name in tags["citation_author"] if "\\'" in name)
        if not TEX.search(paper["title"]):
            assert (tags["citation_title"], linked["name"]) == ([title_of(paper)], title_of(paper))
        assert tags["citation_arxiv_id"] == [paper["id"]]
        assert f"arXiv:{paper['id']}" in linked["identifier"]
        day = (paper["submitted_at"] or "")[:10]
        assert tags.get("citation_date", [""]) == [day.replace("-", "/")]
        assert linked.get("datePublished", "") == day
        assert linked["keywords"].split(", ") == paper["categories"]
