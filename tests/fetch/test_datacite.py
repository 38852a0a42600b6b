"""DataCite's records as papers: the days when arXiv refuses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.datacite import fetch_papers, parse_paper
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.records import Paper
from generator.net.http import HttpClient
from tests.conftest import NOW
from tests.loopback import Answer, Loopback, Reply, Request, as_json
from tests.one_run import Clock


def record(paper_id: str = "2401.00001", **changes: Any) -> dict[str, Any]:
    """A made-up record in the shape of arXiv's deposits."""
    attributes = {
        "doi": f"10.48550/arxiv.{paper_id.lower()}",
        "titles": [{"title": "A made-up\n  title"}],
        "creators": [
            {"name": "Made-Up, Mara", "nameType": "Personal", "givenName": "Mara", "familyName": "Made-Up"},
            {"name": "The Invented Collaboration", "nameType": "Organizational"},
        ],
        "subjects": [
            {"subject": "Machine Learning (cs.LG)", "subjectScheme": "arXiv"},
            {"subject": "Astrophysics (astro-ph)", "subjectScheme": "arXiv"},
            {"subject": "FOS: Computer and information sciences", "subjectScheme": "Fields of Science (FOS)"},
        ],
        "dates": [
            {"date": "2024-01-02T03:04:05Z", "dateType": "Submitted", "dateInformation": "v1"},
            {"date": "2024-01-04T00:00:01Z", "dateType": "Updated", "dateInformation": "v1"},
            {"date": "2024-02-03T04:05:06Z", "dateType": "Submitted", "dateInformation": "v10"},
            {"date": "2024-01-09T04:05:06Z", "dateType": "Submitted", "dateInformation": "v9"},
            {"date": "2024-01", "dateType": "Available", "dateInformation": "v1"},
            {"date": "2024", "dateType": "Issued"},
        ],
        "descriptions": [
            {"description": "An abstract with\n$x<y$.", "descriptionType": "Abstract"},
            {"description": "12 pages", "descriptionType": "Other"},
        ],
        "relatedIdentifiers": [
            {"relatedIdentifier": "10.1234/x", "relatedIdentifierType": "DOI", "relationType": "References"},
            {"relatedIdentifier": "10.1234/made.up", "relatedIdentifierType": "DOI", "relationType": "IsVersionOf"},
        ],
    }
    return {"data": {"id": attributes["doi"], "type": "dois", "attributes": attributes | changes}}


@pytest.fixture
def client() -> HttpClient:
    clock = Clock()
    return HttpClient("tests", sleep=clock.sleep, clock=clock)


def ask(ids: list[str], server: Loopback, client: HttpClient, most: int = 20) -> list[Paper]:
    return list(fetch_papers(ids, client=client, api=server.url + "/", now=NOW, most=most))


def test_a_record_becomes_a_paper() -> None:
    assert parse_paper(record("hep-th/9901001"), "hep-th/9901001", NOW) == Paper(
        id="hep-th/9901001",
        version=10,
        title="A made-up title",
        authors=("Mara Made-Up", "The Invented Collaboration"),
        abstract="An abstract with $x<y$.",
        categories=("cs.LG", "astro-ph"),
        submitted_at=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
        revised_at=datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC),
        comment="12 pages",
        doi="10.1234/made.up",
        fetched_at=NOW,
    )


def test_a_withdrawal_is_seen_here_too() -> None:
    text = [{"description": "This paper has been withdrawn by the author", "descriptionType": "Other"}]
    assert parse_paper(record(descriptions=text), "2401.00001", NOW).withdrawn


def test_dates_of_the_record_are_not_dates_of_the_paper() -> None:
    dates = [
        {"date": "2024", "dateType": "Submitted", "dateInformation": "v1"},
        {"date": "2024-03-01T00:00:00Z", "dateType": "Updated", "dateInformation": "v3"},
    ]
    paper = parse_paper(record(dates=dates), "2401.00001", NOW)
    assert (paper.version, paper.submitted_at, paper.revised_at) == (1, None, None)


@pytest.mark.parametrize(
    "answer",
    [None, [], {}, {"data": None}, {"errors": [{"title": "x"}]}, record("2401.00002"), record(titles=[]),
     record(titles=[{"title": "  "}]), record(doi=5)],
)  # fmt: skip
def test_what_is_not_the_record_of_this_paper_is_refused(answer: Any) -> None:
    with pytest.raises(RecordError):
        parse_paper(answer, "2401.00001", NOW)


_JSON = st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3))


@given(
    st.sampled_from(["creators", "subjects", "dates", "descriptions", "relatedIdentifiers"]),
    _JSON | st.lists(st.dictionaries(st.sampled_from(["name", "subject", "date", "description", "dateType"]), _JSON)),
)
def test_fields_of_the_wrong_shape_cost_themselves_alone(name: str, value: Any) -> None:
    paper = parse_paper(record(**{name: value}), "2401.00001", NOW)
    assert (paper.id, paper.title) == ("2401.00001", "A made-up title")


def test_papers_are_asked_for_one_by_one_and_unknown_ones_are_left_out(client: HttpClient) -> None:
    replies = {
        "/dois/10.48550/arXiv.2401.00001": as_json(record()),
        "/dois/10.48550/arXiv.math/0309136": as_json(record("math/0309136")),
    }
    with Loopback(replies) as server:
        found = ask(["2401.00001", "2401.00009", "abc", "math/0309136", "2401.00001"], server, client)
    assert [paper.id for paper in found] == ["2401.00001", "math/0309136"]
    assert len(server.requests) == 3


def test_no_more_are_asked_for_than_allowed(client: HttpClient) -> None:
    with Loopback(lambda request: as_json(record(request.path.partition("arXiv.")[2]))) as server:
        assert len(ask([f"2401.{number:05}" for number in range(1, 50)], server, client, most=5)) == 5
    assert len(server.requests) == 5


def test_a_refusal_ends_it_and_what_came_before_is_kept(client: HttpClient) -> None:
    with Loopback([as_json(record()), Answer(429)]) as server:
        found = fetch_papers(["2401.00001", "2401.00002", "2401.00003"], client=client, api=server.url, now=NOW)
        assert next(found).id == "2401.00001"
        with pytest.raises(FetchError) as caught:
            next(found)
    assert caught.value.status == 429


def test_one_odd_record_is_passed_over_and_three_in_a_row_are_a_changed_format(client: HttpClient) -> None:
    def odd_first(request: Request) -> Reply:
        paper_id = request.path.partition("arXiv.")[2]
        return as_json({} if paper_id == "2401.00001" else record(paper_id))

    with Loopback(odd_first) as server:
        assert [paper.id for paper in ask(["2401.00001", "2401.00002"], server, client)] == ["2401.00002"]
        server.replies = lambda request: as_json({} if request.path[-1] in "1246" else record(request.path[-10:]))
        assert len(ask([f"2401.{number:05}" for number in range(1, 10)], server, client)) == 5
        server.replies = [as_json({"data": []})]
        with pytest.raises(FormatError, match="cannot be read"):
            ask([f"2401.{number:05}" for number in range(1, 50)], server, client)
