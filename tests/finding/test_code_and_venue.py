"""Code and venue are stated, not guessed: judged on made-up texts, and on real ones where they are."""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from pathlib import Path

import pytest

from generator.finding.code_and_venue import code_links, marks_of, stated_in, venue_of
from generator.model.stated import Stated
from generator.render.pages import lists
from generator.render.templates import Templates
from tests.make import paper
from tests.site_samples import a_paper, a_post, sample_site
from tests.trees import corpus_files

TEMPLATES = Path(__file__).parents[2] / "templates"

TAKEN = [
    (f"{words} {name} 2026", name)
    for words in (
        "Accepted at", "Accepted to", "Accepted by", "accepted for publication at", "To appear in", "to appear at",
        "Published at", "12 pages, 3 figures. Accepted to", "Accepted as an oral presentation at", "Camera-ready for",
        "To be presented at", "Accepted for presentation at",
    )
    for name in ("NeurIPS", "ICML", "CVPR", "ACL", "ICLR")
]  # fmt: skip
ALSO_TAKEN = [
    ("ICLR 2026", "ICLR"),
    ("ICML'26", "ICML"),
    ("NIPS 2016", "NeurIPS"),
    ("KDD 2026, 9 pages", "KDD"),
    ("21 pages, version to appear in Phys. Rev. D", "PRD"),
    ("accepted for publication in Physical Review Letters", "PRL"),
    ("To appear in JHEP", "JHEP"),
    ("Accepted for publication in MNRAS", "MNRAS"),
    ("accepted by ApJ", "ApJ"),
    ("Accepted for publication in Astronomy & Astrophysics", "A&A"),
    ("published in Nature", "Nature"),
    ("Accepted at the 43rd International Conference on Machine Learning (ICML 2026)", "ICML"),
]
NOT_TAKEN = [
    "Submitted to NeurIPS 2026",
    "Under review at ICML 2026",
    "12 pages, 3 figures",
    "Accepted at a workshop at ICLR 2026",
    "Accepted at the NeurIPS 2026 Workshop on Ravens",
    "In preparation for CVPR 2026",
    "uses JHEP.cls",
    "JHEP style, 12 pages",
    "Accepted",
    "To appear",
    "Talk given at CERN",
    "rejected from ICML 2026",
    "Comments welcome",
    "Submitted to MNRAS",
    "to appear in Journal of Materials Science",
    "accepted by Classical and Quantum Gravity",
    "LaTeX, uses the ICML 2026 style file",
    "to appear in Nature Ravens Quarterly",
    "Presented as a poster at a meeting on Quantum Gravity",
    "v2: typos",
    "Revised version",
    "Not accepted at KDD 2026",
    "Prepared for submission to JHEP",
    "arXiv admin note: text overlap with arXiv:2601.00001",
    "The dataset was released at CVPR 2020",
    "Extended version of a paper submitted to STOC 2026",
    "A SC magnet in 2026",
]
CODE = {
    "Code: https://github.com/made-up/ravens.": "https://github.com/made-up/ravens",
    r"at \url{https://github.com/made\_up/ravens}": "https://github.com/made_up/ravens",
    "see github.com/made-up/ravens.git for more": "https://github.com/made-up/ravens",
    "https://gitlab.com/made-up/ravens": "https://gitlab.com/made-up/ravens",
    "https://codeberg.org/made-up/ravens/": "https://codeberg.org/made-up/ravens",
    "https://huggingface.co/made-up/raven-7b": "https://huggingface.co/made-up/raven-7b",
    "https://huggingface.co/datasets/made-up/nests": "https://huggingface.co/datasets/made-up/nests",
    "https://zenodo.org/records/1234567": "https://zenodo.org/records/1234567",
    "https://doi.org/10.5281/zenodo.1234567": "https://doi.org/10.5281/zenodo.1234567",
}
NO_CODE = [
    "https://github.com/made-up",
    "https://huggingface.co/papers/2611.00001",
    "https://github.com",
    "notgithub.com/a/b",
    "https://made-up.example/code",
    "mail@github.com/a/b",
    "https://github.com/orgs/ravens/people",
    "We use GitHub.",
]


def test_the_tables_are_large_enough() -> None:
    assert len(TAKEN) + len(ALSO_TAKEN) + len(NOT_TAKEN) + len(CODE) + len(NO_CODE) >= 100


@pytest.mark.parametrize(("comment", "name"), [*TAKEN, *ALSO_TAKEN])
def test_an_acceptance_is_read(comment: str, name: str) -> None:
    found = venue_of(a_paper("2611.00001", "Ravens", comment=comment))

    assert found is not None
    assert found[0] == name
    year = re.search(r"20\d\d", comment)
    assert found[1] == (year[0] if year else "2026" if "'26" in comment else "")


@pytest.mark.parametrize("comment", NOT_TAKEN)
def test_what_is_no_acceptance_is_none(comment: str) -> None:
    assert venue_of(a_paper("2611.00001", "Ravens", comment=comment)) is None


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("JHEP 0005 (2000) 037", ("JHEP", "2000")),
        ("Phys. Rev. Lett. 81 (1998) 30-33", ("PRL", "1998")),
        ("Phys.Rev. D62, 074018 (2000)", ("PRD", "2000")),
        ("Nature 453, 1 (2008)", ("Nature", "2008")),
        ("Science in China 12 (2001)", None),
        ("J. Mater. Sci. 42, 8894 (2007)", None),
    ],
)
def test_a_journal_reference_is_read(reference: str, expected: tuple[str, str] | None) -> None:
    assert venue_of(a_paper("2611.00001", "Ravens", journal_ref=reference)) == expected


@pytest.mark.parametrize(("text", "address"), CODE.items())
def test_an_address_of_code_is_found(text: str, address: str) -> None:
    assert code_links(a_paper("2611.00001", "Ravens", abstract=text)) == (address,)
    assert code_links(a_paper("2611.00001", "Ravens", abstract="", comment=text)) == (address,)


@pytest.mark.parametrize("text", NO_CODE)
def test_what_is_no_code_is_not(text: str) -> None:
    assert code_links(a_paper("2611.00001", "Ravens", abstract=text)) == ()


def test_a_post_about_this_paper_alone_may_name_the_code() -> None:
    paper = a_paper("2611.00001", "Ravens")
    alone = a_post(1, paper.id, text="Code at github.com/made-up/ravens")
    of_several = a_post(2, paper.id, text="github.com/made-up/list", papers=(paper.id, "2611.00002"))

    assert code_links(paper, [alone, of_several]) == ("https://github.com/made-up/ravens",)
    assert stated_in(paper) is None
    assert Stated(venue="A&A", year="2026").venue_slug == "a-and-a"


def test_real_texts_state_nothing_that_was_refused(shared: Path) -> None:
    """Of real comments: a venue is never read where the words of a submission alone stand."""
    wrong, found = [], 0
    for line in Path(corpus_files(shared)[0]).read_text("utf-8").splitlines():
        given = json.loads(line)
        paper = a_paper(given["id"], given["title"], comment=given["comment"], journal_ref=given["journal_ref"])
        stated = venue_of(paper)
        found += stated is not None
        if stated and not given["journal_ref"] and re.match(r"(?i)submitted to [^.;]*$", given["comment"] or ""):
            wrong.append(given["comment"])
        if stated and stated[1] and not 1985 <= int(stated[1]) <= 2027:
            wrong.append(given["comment"] or given["journal_ref"])
    assert found >= 500
    assert wrong == []


JUDGED = Path(__file__).parents[1] / "fixtures" / "judged_code_and_venue.tsv"


def hash_of(address: str) -> str:
    """What the table holds of an address: it names people."""
    return blake2b(address.encode(), digest_size=4).hexdigest()


def judged_rows() -> list[tuple[str, str, str]]:
    """Id, `venue` or `code`, and what the paper truly states."""
    rows = []
    for line in JUDGED.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            paper_id, kind, answer = line.split("\t")
            rows.append((paper_id, kind, answer))
    return rows


def test_what_300_real_papers_state_is_read_right(shared: Path) -> None:
    """Of what is stated at least 98 in 100 are right. Nothing stated, or a venue without its year, is no mistake."""
    given = {}
    for line in Path(corpus_files(shared)[0]).read_text("utf-8").splitlines():
        record = json.loads(line)
        given[record["id"]] = record
    stated, right, wrong = 0, 0, []
    rows = judged_rows()
    for paper_id, kind, answer in rows:
        record = given[paper_id]
        texts = {"abstract": record["abstract"], "comment": record["comment"], "journal_ref": record["journal_ref"]}
        paper = a_paper(paper_id, record["title"], **texts)
        if kind == "code":
            answers = code_links(paper)
            is_right = [hash_of(address) in answer.split() for address in answers]
        else:
            venue = venue_of(paper)
            answers = (" ".join(filter(None, venue)),) if venue else ()
            is_right = [each in {answer, answer.rpartition(" ")[0]} for each in answers]
        stated += len(answers)
        right += sum(is_right)
        if not all(is_right):
            wrong.append((paper_id, answers, answer))
    assert len(rows) == 300
    assert stated >= 240
    assert right / stated >= 0.98, wrong


def test_a_project_page_is_no_code() -> None:
    paper = a_paper("2611.00001", "Ravens", abstract="Project page: https://made-up.github.io/ravens/")
    assert code_links(paper) == ()


def test_code_and_venues_are_lists_and_words_of_the_row() -> None:
    papers = [
        a_paper(f"2611.0000{number}", f"Ravens {number}", comment="Accepted at ICML 2026", abstract=text)
        for number, text in enumerate(["Code: github.com/made-up/ravens", "No code.", "None here."], 1)
    ]
    site = sample_site(papers, [a_post(number, paper.id) for number, paper in enumerate(papers)])
    listed = {listing.path: [each.paper.id for each in listing.papers] for listing in site.listings}
    assert listed["code/"] == [papers[0].id]
    assert set(listed["venue/icml/"]) == {paper.id for paper in papers}
    home = {each.path: each for each in lists.plan(site, Templates(TEMPLATES, site))}["index.html"].render().decode()
    assert '<a href="https://github.com/made-up/ravens" rel="nofollow noopener noreferrer">Code</a>' in home
    assert home.count('<a href="./venue/icml/">ICML 2026</a>') == 3


def test_marks_are_what_a_paper_states() -> None:
    both = paper(comment="Accepted at ICML 2026. Code: https://github.com/example/made-up")
    assert set(marks_of(both)) == {"code", "venue"}
    assert marks_of(paper(comment="12 pages")) == ()


def test_a_sentence_without_end_says_nothing_and_the_next_one_is_read() -> None:
    assert venue_of(paper(comment="Accepted at ICML 2026 " + "and on " * 200)) is None
    assert venue_of(paper(comment="and on " * 200 + "words. Accepted at ICML 2026")) == ("ICML", "2026")
