"""The identifier grammar: what is an id, what is not, and where it stands in order and on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.finding.arxiv_id import (
    ARCHIVES,
    FoundId,
    abs_url,
    bucket_of,
    is_category,
    month_of,
    parse_as_written,
    parse_id,
    sort_key,
)
from tests.paper_ids import new_ids, old_ids, paper_ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0704.0001", FoundId("0704.0001", None)),
        ("1412.9999", FoundId("1412.9999", None)),
        ("1501.00001", FoundId("1501.00001", None)),
        ("2401.00001v12", FoundId("2401.00001", 12)),
        ("0712.0830v11", FoundId("0712.0830", 11)),
        ("hep-th/9901001", FoundId("hep-th/9901001", None)),
        ("hep-th/9108001", FoundId("hep-th/9108001", None)),
        ("math/0703999v2", FoundId("math/0703999", 2)),
        ("math.GT/0309136v2", FoundId("math/0309136", 2)),
        ("cond-mat.mes-hall/0501234", FoundId("cond-mat/0501234", None)),
        ("physics.flu-dyn/0601001", FoundId("physics/0601001", None)),
        ("arXiv:2401.00001", FoundId("2401.00001", None)),
        ("arxiv.2401.00001", FoundId("2401.00001", None)),
        ("ARXIV:cs.CL/9907006", FoundId("cs/9907006", None)),
    ],
)
def test_an_id_loses_version_and_subject_class(text: str, expected: FoundId) -> None:
    assert parse_id(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2401",
        "2401.",
        "2401.0001",
        "2401.000001",
        "2401.00000",
        "0703.0001",
        "0706.00001",
        "1412.00001",
        "2413.00001",
        "9901.00001",
        "9112.00001",
        "2400.00001",
        "2401.00001v",
        "2401.00001v0",
        "2401.00001V1",
        "2401.00001v1.5",
        "2401.00001v1000",
        " 2401.00001",
        "2401.00001 ",
        "2401.00001\n",
        "2401．00001",
        "２４０１.00001",
        "٢٤٠١.٠٠٠٠١",
        "2401.00001\u200b",
        "2401_00001",
        "2401.00001/../x",
        "hep-th/0704001",
        "hep-th/9106001",
        "hep-th/9013001",
        "hep-th/9901000",
        "hep-th/99010011",
        "HEP-TH/9901001",
        "hep-th.XX/9901001",
        "math.gt/0309136",
        "math.GTX/0309136",
        "cond-mat.evil/0501234",
        "evil/9901001",
        "stat/0701001",
        "\u017fupr-con/9901001",
        "arXiv:arXiv:2401.00001",
        "xarXiv:2401.00001",
    ],
)
def test_what_is_not_exactly_an_id_is_refused(text: str) -> None:
    assert parse_id(text) is None


@given(paper_ids(), st.none() | st.integers(1, 999))
def test_every_id_parses_to_itself(paper_id: str, version: int | None) -> None:
    suffix = f"v{version}" if version else ""
    assert parse_id(paper_id + suffix) == FoundId(paper_id, version)


@given(st.text(max_size=40))
def test_whatever_parses_is_in_normal_form(text: str) -> None:
    found = parse_id(text)
    assert found is None or parse_id(found.id) == FoundId(found.id, None)


def test_the_month_of_an_id_knows_both_centuries() -> None:
    assert month_of("hep-th/9108001") == (1991, 8)
    assert month_of("math/0501001") == (2005, 1)
    assert month_of("1602.02410") == (2016, 2)
    assert month_of("9112.00001") == (2091, 12)


def test_papers_of_a_month_come_in_the_order_of_their_whole_numbers() -> None:
    assert sort_key("2611.00002") < sort_key("2611.10001")
    assert sort_key("0704.0002") < sort_key("0704.1001")
    assert sort_key("hep-th/9901002") < sort_key("hep-th/9901101")


def test_an_archive_in_upper_case_is_none_but_where_any_case_is_meant() -> None:
    assert parse_as_written("HEP-TH/9901001") is None
    assert parse_as_written("HEP-TH/9901001", any_case=True) == FoundId("hep-th/9901001", None)


def test_ids_sort_by_month_then_number() -> None:
    ids = [
        "hep-th/9108001",
        "math/9912001",
        "cs/0001001",
        "hep-th/0001001",
        "cs/0001002",
        "math/0703999",
        "0704.0002",
        "0704.0010",
        "1412.9999",
        "1501.00001",
        "1501.12345",
        "2611.01234",
    ]
    keys = [sort_key(paper_id) for paper_id in ids]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@given(paper_ids(), paper_ids())
def test_the_order_of_ids_is_total_and_follows_the_month(one: str, other: str) -> None:
    assert (sort_key(one) == sort_key(other)) == (one == other)
    if month_of(one) < month_of(other):
        assert sort_key(one) < sort_key(other)


@pytest.mark.parametrize(
    ("paper_id", "bucket"),
    [
        ("2611.01234", ("2611", "012")),
        ("2611.00001", ("2611", "000")),
        ("0704.0123", ("0704", "01")),
        ("hep-th/9901001", ("9901", "hep-th")),
    ],
)
def test_buckets_are_those_of_the_contract(paper_id: str, bucket: tuple[str, str]) -> None:
    assert bucket_of(paper_id) == bucket


@given(new_ids(), old_ids())
def test_old_and_new_ids_never_share_a_bucket(new: str, old: str) -> None:
    assert bucket_of(new) != bucket_of(old)
    assert bucket_of(new)[1].isdigit()
    assert bucket_of(old)[1] in ARCHIVES


def test_a_paper_links_to_its_abstract_page() -> None:
    assert abs_url("hep-th/9901001") == "https://arxiv.org/abs/hep-th/9901001"


def _without_subject_class(paper_id: str) -> str:
    archive, slash, number = paper_id.partition("/")
    return archive.partition(".")[0] + slash + number if slash else paper_id


def test_the_corpus_of_ids_is_judged_without_error(shared: Path) -> None:
    judged = 0
    for line in (shared / "corpora/ids/ids.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["kind"] != "arxiv" or "value" not in row:
            continue
        judged += 1
        found = parse_id(row["value"])
        assert (found is not None) == row["valid"], row["id"]
        if found:
            assert found.id == _without_subject_class(row["canonical"])
    assert judged > 50


def test_colliding_spellings_are_no_second_name_of_a_paper(shared: Path) -> None:
    for line in (shared / "corpora/ids/collisions.jsonl").read_text().splitlines():
        found = [parsed.id for value in json.loads(line)["values"] if (parsed := parse_id(value))]
        assert len({paper_id.casefold() for paper_id in found}) == len(found) <= 1


def test_the_ids_of_real_papers_are_in_normal_form(shared: Path) -> None:
    for line in (shared / "real/corpus/papers.jsonl").read_text().splitlines():
        paper_id = json.loads(line)["id"]
        assert parse_id(paper_id) == FoundId(paper_id, None)


@pytest.mark.parametrize("text", ["cs.LG", "hep-th", "cond-mat.mes-hall", "physics.ao-ph", "q-bio.NC", "astro-ph"])
def test_categories_of_arxiv_are_told_from_other_classes(text: str) -> None:
    assert is_category(text)


@pytest.mark.parametrize(
    "text", ["I.2.6; I.5.1", "68T50", "82B20, 81V70", "", "cs.", "cs/LG", "../x", "cs.LG\n", "I.2.6"]
)
def test_classes_of_others_are_no_categories(text: str) -> None:
    assert not is_category(text)
