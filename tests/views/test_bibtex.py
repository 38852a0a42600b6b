"""BibTeX: complete, parsable whatever the title holds, and harmless to compile."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.model.records import Paper
from generator.views.bibtex import bibtex_key, to_bibtex
from generator.views.ris import to_ris
from tests.site_factory import make_paper


def fields_of(bibtex: str) -> dict[str, str]:
    """A strict reading by brace counting, as BibTeX itself does it."""
    head = re.match(r"@misc\{([a-z0-9]+),\n", bibtex)
    assert head, bibtex
    found = {"key": head[1]}
    at = head.end()
    while bibtex[at] != "}":
        name = re.compile(r"  ([A-Za-z]+) = ").match(bibtex, at)
        assert name, bibtex[at:]
        at = name.end()
        if bibtex[at] != "{":
            macro = re.compile(r"[a-z]{3}").match(bibtex, at)
            assert macro, bibtex[at:]
            value, at = macro[0], macro.end()
        else:
            start, depth = at, 0
            while True:
                depth += {"{": 1, "}": -1}.get(bibtex[at], 0)
                at += 1
                if depth == 0:
                    break
            value = bibtex[start + 1 : at - 1]
        found[name[1]] = value
        at += bibtex[at] == ","
        assert bibtex[at] == "\n"
        at += 1
    assert bibtex[at:] == "}\n"
    return found


def title_of(title: str) -> str:
    value = fields_of(to_bibtex(make_paper(title=title)))["title"]
    assert value[0] == "{"
    assert value[-1] == "}"
    return value[1:-1]


def test_record_has_every_field_that_arxiv_states() -> None:
    paper = make_paper(
        "1602.02410",
        title="Exploring Made-up Limits",
        authors=("Ada Example", "Bo Sample"),
        submitted_at=datetime(2016, 2, 7, 19, 11, 17, tzinfo=UTC),
        categories=("cs.CL", "cs.LG"),
        doi="10.1000/a_b",
    )
    assert to_bibtex(paper) == (
        "@misc{example160202410,\n"
        "  title = {{Exploring Made-up Limits}},\n"
        "  author = {Ada Example and Bo Sample},\n"
        "  year = {2016},\n"
        "  month = feb,\n"
        "  eprint = {1602.02410},\n"
        "  archivePrefix = {arXiv},\n"
        "  primaryClass = {cs.CL},\n"
        "  doi = {10.1000/a_b},\n"
        "  url = {https://arxiv.org/abs/1602.02410}\n"
        "}\n"
    )


def test_unknown_date_is_taken_from_the_id() -> None:
    found = fields_of(to_bibtex(make_paper("hep-th/9901003", submitted_at=None, categories=(), authors=())))
    assert (found["year"], found["month"]) == ("1999", "jan")
    assert found["eprint"] == "hep-th/9901003"
    assert not {"primaryClass", "author", "doi"} & found.keys()


@pytest.mark.parametrize(
    ("author", "key"),
    [
        ("Ada Example", "example261100001"),
        ("Łukasz Přibyl-Ñandú", "pribylnandu261100001"),
        ("Jan van der Øst", "vanderost261100001"),
        ("A. N. Other Jr.", "other261100001"),
        ("Robert W. Heath, Jr", "heath261100001"),
        ("The MADEUP and FICTION Collaborations", "madeup261100001"),
        ("王小明", "arxiv261100001"),
        (r"Mirjam Cveti\v c", "cvetic261100001"),
        ("x" * 5000, "x" * 40 + "261100001"),
    ],
)
def test_key_is_last_name_and_id_so_that_no_version_and_no_other_paper_changes_it(author: str, key: str) -> None:
    assert bibtex_key(make_paper(authors=(author,), title="One")) == key
    assert bibtex_key(make_paper(authors=(author,), title="Two", version=2)) == key


@pytest.mark.parametrize(
    ("author", "bibtex", "ris"),
    [
        ("Ada Example", "Ada Example", "Example, Ada"),
        ("Jan van der Berg", "Jan van der Berg", "van der Berg, Jan"),
        ("Washington Taylor IV", "Taylor, IV, Washington", "Taylor, Washington, IV"),
        ("Robert W. Heath, Jr", "Heath, Jr, Robert W.", "Heath, Robert W., Jr"),
        ("Sample, Jr., Bo", "Sample, Jr., Bo", "Sample, Bo, Jr."),
        ("Clifford V. Johnson", "Clifford V. Johnson", "Johnson, Clifford V."),
        ("The MADEUP Collaboration", "{The MADEUP Collaboration}", "The MADEUP Collaboration"),
        ("Made Up, Inc.", "{Made Up, Inc.}", "Made Up Inc."),
        ("Foo and Bar", "{Foo and Bar}", "Foo and Bar"),
        (r"Mirjam Cveti\v c", "Mirjam Cvetič", "Cvetič, Mirjam"),
        ("Suharto", "Suharto", "Suharto"),
        ("et al.", "others", ""),
    ],
)
def test_names_are_read_as_people_and_groups(author: str, bibtex: str, ris: str) -> None:
    paper = make_paper(authors=(author,))
    assert fields_of(to_bibtex(paper))["author"] == bibtex
    names = [line[6:] for line in to_ris(paper).split("\r\n") if line.startswith("AU  - ")]
    assert names == ([ris] if ris else [])


def test_a_ris_record_has_what_arxiv_states() -> None:
    paper = make_paper(
        "1602.02410",
        title="Exploring $x^2$ Limits",
        authors=("Ada Example",),
        submitted_at=datetime(2016, 2, 7, tzinfo=UTC),
        categories=("cs.CL", "cs.LG"),
        doi="10.1000/a_b",
    )
    assert to_ris(paper).split("\r\n") == [
        "TY  - UNPB", "ID  - example160202410", "TI  - Exploring x² Limits", "AU  - Example, Ada", "PY  - 2016",
        "DA  - 2016/02/07/", "PB  - arXiv", "AN  - arXiv:1602.02410", "DO  - 10.1000/a_b",
        "UR  - https://arxiv.org/abs/1602.02410", "L1  - https://arxiv.org/pdf/1602.02410", "KW  - cs.CL",
        "KW  - cs.LG", "ER  - ", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "latex"),
    [
        ("Mart\\'{\\i}n, Par\\'\\i s, {\\'\\i}, na\\\"{\\i}ve \\in", r"Mart\'{i}n, Par\'{i}s, {\'{i}}, na\"{i}ve \in"),
        ("B --> K for x<y | z", r"B --\textgreater{} K for x\textless{}y \textbar{} z"),
        ("$a<b$ in |x|", r"$a<b$ in \textbar{}x\textbar{}"),
        ("50% of A & B #1 x_y", r"50\% of A \& B \#1 x\_y"),
        (r"Costs \$5 and 10\% \& more", r"Costs \$5 and 10\% \& more"),
        ("An $O(n^2)$ bound for $x_1$", "An $O(n^2)$ bound for $x_1$"),
        (r"With \(x_1\) too", r"With \(x_1\) too"),
        (r"a \\% b", r"a \\\% b"),
        ("Only 5$ left", r"Only 5\$ left"),
        ("a~b^c", r"a\textasciitilde{}b\textasciicircum{}c"),
        (r"Erd\H{o}s and Poincar\'e", r"Erd\H{o}s and Poincar\'e"),
        ("Open { brace", "Open  brace"),
        (r"Set \{1\} and }", "Set (1) and "),
        ("ends with \\", "ends with \\ "),
        ("two\nlines\tand  blanks", "two lines and blanks"),
    ],
)
def test_titles_stay_latex_and_escape_only_what_breaks(title: str, latex: str) -> None:
    assert title_of(title) == latex


@pytest.mark.parametrize(
    "command",
    ["\\input{/etc/passwd}", "\\write18{id}", "\\immediate\\openout", "\\csname input\\endcsname", "\\def\\a{}",
     "$\\input{x}$", "$x^^5cinput{x}$", "\\begin{document}", "^^5cinput{x}", "\\include {x}"],
)  # fmt: skip
def test_commands_that_do_something_are_shown_instead_of_run(command: str) -> None:
    latex = title_of(f"A {command} title")
    assert not re.search(r"\\(input|include|write|immediate|openout|csname|def|begin)(?![A-Za-z])", latex)
    assert "^^" not in latex


def test_commands_that_only_look_alike_stay() -> None:
    assert title_of("$\\definition \\letter \\inputs$") == "$\\definition \\letter \\inputs$"


def test_doi_is_the_first_one_and_verbatim() -> None:
    assert fields_of(to_bibtex(make_paper(doi="10.1000/x_1 10.1000/y")))["doi"] == "10.1000/x_1"
    assert "{}" not in fields_of(to_bibtex(make_paper(doi="10.1000/{a}%\\b")))["doi"]


@given(
    st.text(st.sampled_from("ab \\{}$%&#_^~()\n\x00é,@\"'")),
    st.text(st.sampled_from("ab \\{}$%,\n")),
    st.text(st.sampled_from("10./{}\\ %")),
)
def test_any_text_gives_a_record_that_parses(title: str, author: str, doi: str) -> None:
    found = fields_of(to_bibtex(make_paper(title=title, authors=(author, "Bo Sample"), doi=doi)))
    assert found["author"].endswith("Bo Sample")
    assert "%" not in re.sub(r"\\.", "", found["title"])


def test_hostile_titles_and_names_parse(shared: Path) -> None:
    strings = json.loads((shared / "corpora/naughty/blns.json").read_text())
    for line in (shared / "corpora/latex/latex.jsonl").read_text().splitlines():
        value = json.loads(line).get("value")
        if isinstance(value, str):
            strings.append(value)
    assert len(strings) > 550
    for text in strings:
        fields_of(to_bibtex(make_paper(title=text, authors=(text,), doi=text, categories=(text,))))


def test_real_papers_parse_and_keep_their_id_and_no_two_share_a_key(shared: Path) -> None:
    lines = (shared / "real/corpus/papers.jsonl").read_text().splitlines()[:2000]
    keys = set()
    for line in lines:
        record = json.loads(line)
        paper = Paper(
            id=record["id"],
            title=record["title"],
            authors=tuple(record.get("authors") or ()),
            categories=tuple(record.get("categories") or ()),
            fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        assert fields_of(to_bibtex(paper))["eprint"] == paper.id
        keys.add(bibtex_key(paper))
    assert len(keys) == len(lines)
