"""Questions to arXiv: batches that one bad id cannot spoil, patience, and nothing asked that need not be."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch import arxiv_api
from generator.fetch.arxiv_api import GIVEN_UP, Answer, Unknown, due, fetch_papers, next_try, wants_refresh
from generator.fetch.arxiv_atom import AtomError, is_withdrawn, parse_feed
from generator.model.errors import FetchError, FormatError
from generator.model.records import Paper, PendingPaper
from generator.net.http import HttpClient
from tests.conftest import NOW
from tests.loopback import Answer as HttpAnswer
from tests.loopback import Loopback, Reply, Request, as_xml

FEED = (
    '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">'
    "<opensearch:totalResults>{total}</opensearch:totalResults>{entries}</feed>"
)


def entry(versioned_id: str, title: str = "A made-up title", more: str = "") -> str:
    """One made-up paper as arXiv writes it."""
    return (
        f"<entry><id>http://arxiv.org/abs/{versioned_id}</id><title>{escape(title)}</title>"
        "<updated>2024-02-03T04:05:06Z</updated><summary>A made-up\nabstract.\n  Its second paragraph.</summary>"
        f"<published>2024-01-02T03:04:05Z</published><author><name>Mara  Made-Up</name></author>{more}</entry>"
    )


def feed(*entries: str, total: int | None = None) -> str:
    return FEED.format(total=len(entries) if total is None else total, entries="".join(entries))


def error_entry(paper_id: str, *, named: bool = True) -> str:
    anchor = f"incorrect_id_format_for_{paper_id}" if named else "unknown"
    summary = f"incorrect id format for {paper_id}" if named else "something went wrong"
    return (
        f"<entry><id>https://arxiv.org/api/errors#{anchor}</id><title>Error</title><summary>{summary}</summary>"
        "<author><name>arXiv api core</name></author></entry>"
    )


def arxiv(
    known: Callable[[str], bool] = lambda _: True,
    *,
    poison: str = "",
    poisoned: Callable[[str], Reply] = lambda paper_id: as_xml(feed(error_entry(paper_id)), 400),
) -> Callable[[Request], Reply]:
    """An arXiv on loopback: knows some papers, and answers questions that hold a poisonous id in its own way."""

    def answer(request: Request) -> Reply:
        asked = request.query["id_list"].split(",")
        if poison in asked:
            return poisoned(poison)
        return as_xml(feed(*(entry(f"{paper_id}v1") for paper_id in asked if known(paper_id))))

    return answer


@pytest.fixture
def client() -> HttpClient:
    """Does not wait: its clock is moved by its sleep."""
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    return HttpClient("tests", clock=lambda: clock[0], sleep=sleep)


def ask(ids: list[str], server: Loopback, client: HttpClient) -> tuple[list[Answer], FetchError | None]:
    """Everything that was answered, and what ended it."""
    answers: list[Answer] = []
    try:
        for answer in fetch_papers(ids, client=client, api=server.url + "/api/query", now=NOW):
            answers.append(answer)  # noqa: PERF402 (what came before an error has to be kept)
    except FetchError as error:
        return answers, error
    return answers, None


def papers(answers: list[Answer]) -> set[str]:
    return {answer.id for answer in answers if isinstance(answer, Paper)}


def unknown(answers: list[Answer]) -> set[str]:
    return {answer.id for answer in answers if isinstance(answer, Unknown)}


IDS = [f"2401.{number:05}" for number in range(1, 251)]


# --- asking ---------------------------------------------------------------------------------------------------------


def test_a_hundred_ids_a_request_with_max_results_and_an_accept_header(client: HttpClient) -> None:
    with Loopback(arxiv()) as server:
        answers, error = ask([*IDS, *IDS[:5], "hep-th/9901001"], server, client)
    assert error is None
    assert papers(answers) == {*IDS, "hep-th/9901001"}
    sizes = [len(request.query["id_list"].split(",")) for request in server.requests]
    assert sizes == [100, 100, 51]
    for request, size in zip(server.requests, sizes, strict=True):
        assert request.query["max_results"] == str(size)
        assert request.query["start"] == "0"
        assert request.headers["accept"] == "application/atom+xml"


def test_the_same_ids_are_the_same_questions_whatever_their_order(client: HttpClient) -> None:
    with Loopback(arxiv()) as one, Loopback(arxiv()) as other:
        ask(IDS, one, client)
        ask(IDS[::-1], other, client)
    assert [request.target for request in one.requests] == [request.target for request in other.requests]


def test_ids_that_arxiv_leaves_out_are_unknown_and_cost_nothing_else(client: HttpClient) -> None:
    with Loopback(arxiv(lambda paper_id: paper_id != "2401.00007")) as server:
        answers, error = ask(IDS[:10], server, client)
    assert (error, unknown(answers), len(server.requests)) == (None, {"2401.00007"}, 1)
    assert papers(answers) == {*IDS[:10]} - {"2401.00007"}


def test_what_is_no_id_is_not_asked(client: HttpClient) -> None:
    bad = [
        "abc",
        "2401.1",
        "2401.00001v2",
        "math.GT/0309136",
        "../../etc/passwd",
        "2401.00001,2401.00002",
        "2413.00001",
    ]
    with Loopback(arxiv()) as server:
        answers, error = ask([*bad, "2401.00001"], server, client)
    assert (error, unknown(answers), papers(answers)) == (None, set(bad), {"2401.00001"})
    assert [request.query["id_list"] for request in server.requests] == ["2401.00001"]


def test_nothing_is_asked_about_nothing(client: HttpClient) -> None:
    with Loopback(arxiv()) as server:
        assert ask([], server, client) == ([], None)
    assert server.requests == []


@pytest.mark.parametrize("status", [200, 400])
def test_an_id_that_arxiv_blames_is_set_aside_and_the_others_asked_again(client: HttpClient, status: int) -> None:
    def poisoned(paper_id: str) -> Reply:
        return as_xml(feed(error_entry(paper_id)), status)

    with Loopback(arxiv(poison="2401.00042", poisoned=poisoned)) as server:
        answers, error = ask(IDS[:100], server, client)
    assert (error, unknown(answers), len(server.requests)) == (None, {"2401.00042"}, 2)
    assert len(papers(answers)) == 99


@pytest.mark.parametrize(
    "poisoned",
    [
        lambda paper_id: as_xml(feed(error_entry(paper_id, named=False)), 400),
        lambda paper_id: as_xml(feed(error_entry(paper_id, named=False))),
        lambda _: HttpAnswer(400, b"Bad Request"),
        lambda paper_id: as_xml(feed(entry(f"{paper_id}v1", more="<summary>\x08 &nope; </summary>"))),
        lambda _: as_xml(feed(total=1000)),
        lambda _: HttpAnswer(200, b""),
    ],
    ids=["400", "200", "no feed", "damaged", "empty with a total", "empty"],
)
@pytest.mark.parametrize("position", [0, 41, 99])
def test_a_poisonous_id_is_found_by_halves(client: HttpClient, poisoned: Callable[[str], Reply], position: int) -> None:
    with Loopback(arxiv(poison=IDS[position], poisoned=poisoned)) as server:
        answers, error = ask(IDS[:100], server, client)
    assert (error, unknown(answers)) == (None, {IDS[position]})
    assert papers(answers) == {*IDS[:100]} - {IDS[position]}
    assert len(server.requests) <= 16


def test_an_empty_answer_is_asked_again_before_it_is_believed(client: HttpClient) -> None:
    """Pages come back empty for a while although arXiv says how many papers it found (arxiv.py issue 43)."""
    empty_once = [as_xml(feed(total=2)), as_xml(feed(entry("2401.00001v1"))), as_xml(feed(entry("2401.00002v1")))]
    with Loopback(empty_once) as server:
        answers, error = ask(IDS[:2], server, client)
    assert (error, papers(answers)) == (None, {"2401.00001", "2401.00002"})


def test_when_nothing_works_it_stops_soon_and_says_why(client: HttpClient) -> None:
    with Loopback([as_xml(feed(total=100))]) as server:
        answers, error = ask(IDS, server, client)
    assert isinstance(error, FormatError)
    assert "found 100 papers and sends 0" in str(error)
    assert papers(answers) == set()
    assert len(server.requests) == 8


def test_another_paper_than_the_one_asked_for_is_nobody_s_answer(client: HttpClient) -> None:
    with Loopback([as_xml(feed(entry("2402.99999v1", "Another paper"), entry("2401.00001v3")))]) as server:
        answers, error = ask(["2401.00001", "2401.00002"], server, client)
    assert (error, papers(answers), unknown(answers)) == (None, {"2401.00001"}, {"2401.00002"})


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (HttpAnswer(429), FetchError),
        (HttpAnswer(429, headers={"Retry-After": "7200"}), FetchError),
        (HttpAnswer(503), FetchError),
        (HttpAnswer(406), FetchError),
        (HttpAnswer(200, b"<!DOCTYPE html><title>Maintenance</title>"), FetchError),
        (HttpAnswer(200, b'{"message": "captcha"}'), FormatError),
        (HttpAnswer(200, b"<!DOCTYPE feed [<!ENTITY a 'b'>]><feed>&a;</feed>"), FormatError),
        (HttpAnswer(200, b"<rss><channel/></rss>"), FormatError),
    ],
)
def test_a_refusal_keeps_what_came_before_and_leaves_the_rest(
    client: HttpClient, reply: Reply, kind: type[FetchError]
) -> None:
    first = as_xml(feed(*(entry(f"{paper_id}v1") for paper_id in IDS[:100])))
    with Loopback([first, reply]) as server:
        answers, error = ask(IDS, server, client)
    assert type(error) is kind
    assert papers(answers) == {*IDS[:100]}
    assert unknown(answers) == set()
    assert len(server.requests) <= 4


def test_a_406_is_asked_once_more(client: HttpClient) -> None:
    with Loopback([HttpAnswer(406), as_xml(feed(entry("2401.00001v1")))]) as server:
        answers, error = ask(["2401.00001"], server, client)
    assert (error, papers(answers), len(server.requests)) == (None, {"2401.00001"}, 2)


@given(st.sets(st.integers(1, 220), max_size=220), st.sets(st.integers(1, 220), max_size=6))
def test_every_id_gets_exactly_one_answer(asked: set[int], missing: set[int]) -> None:
    """Whatever arXiv knows, an id is answered once: with its paper or as unknown."""
    ids = [f"2401.{number:05}" for number in asked]
    gone = {f"2401.{number:05}" for number in missing}

    class Fake:
        def get(self, _url: str, *, params: dict[str, str], **_: object) -> object:
            listed = params["id_list"].split(",")
            assert 1 <= len(listed) <= arxiv_api.BATCH
            return HttpAnswer(200, feed(*(entry(f"{one}v2") for one in listed if one not in gone)).encode())

    answers = list(fetch_papers(ids, client=Fake(), now=NOW))  # type: ignore[arg-type]
    assert sorted(answer.id for answer in answers) == sorted(ids)
    assert unknown(answers) == gone & set(ids)


# --- reading --------------------------------------------------------------------------------------------------------


def only(body: str) -> Paper:
    (paper,) = parse_feed(body.encode(), NOW).papers.values()
    return paper


def test_a_paper_is_read_in_full() -> None:
    more = (
        '<category term="68T05" scheme="http://arxiv.org/schemas/atom"/><category term="cs.LG"/>'
        '<category term="I.2.6; F.2.2"/><category term="stat.ML"/><category term="cond-mat.mtrl-sci"/>'
        '<arxiv:primary_category term="stat.ML"/><arxiv:comment>12 pages,\n 3 figures</arxiv:comment>'
        "<arxiv:journal_ref>J. Made Up 1 (2024)  1-2</arxiv:journal_ref><arxiv:doi>10.1234/made.up</arxiv:doi>"
        "<author><name>B. Invented</name><arxiv:affiliation>Nowhere</arxiv:affiliation></author><author/>"
    )
    assert only(feed(entry("math.GT/0309136v12", "On $x<y$\n   and  more", more))) == Paper(
        id="math/0309136",
        version=12,
        title="On $x<y$ and more",
        authors=("Mara Made-Up", "B. Invented"),
        abstract="A made-up abstract.\n\nIts second paragraph.",
        categories=("stat.ML", "cs.LG", "cond-mat.mtrl-sci"),
        submitted_at=datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
        revised_at=datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC),
        comment="12 pages, 3 figures",
        journal_ref="J. Made Up 1 (2024) 1-2",
        doi="10.1234/made.up",
        withdrawn=False,
        fetched_at=NOW,
    )


def test_times_are_utc_whole_seconds_and_believed_only_if_they_can_be_true() -> None:
    def submitted(text: str) -> datetime | None:
        return only(feed(entry("2401.00001v1")).replace("2024-01-02T03:04:05Z", text)).submitted_at

    assert submitted("2007-05-04T03:04:05.678-04:00") == datetime(2007, 5, 4, 7, 4, 5, tzinfo=UTC)
    for text in ("", "yesterday", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+23:00"):
        assert submitted(text) is None


def test_the_newest_version_wins_where_a_paper_comes_twice() -> None:
    assert only(feed(entry("2401.00001v1"), entry("2401.00001v3", "New"), entry("2401.00001v2"))).version == 3


@pytest.mark.parametrize(
    ("comment", "abstract", "withdrawn"),
    [
        ("This paper has been withdrawn by the author", "We show.", True),
        ("This paper has been withdrawn by the author(s) due to an error", "We show.", True),
        ("10 pages. This paper is withdrawn for revisions", "We show.", True),
        ("Withdrawn", "We show.", True),
        ("paper withdrawn by author", "We show.", True),
        ("This submission has been withdrawn by arXiv administrators due to overlap", "We show.", True),
        (None, "This paper has been withdrawn by the authors.", True),
        ("12 pages", "The paper has been withdrawn", True),
        ("replaces the withdrawn version; 12 pages", "We show.", False),
        ("12 pages, supersedes withdrawn manuscript of last year", "We show.", False),
        ("12 pages", "Mixers remove the connection between deposited and withdrawn coins.", False),
        ("12 pages", "Withdrawn people are studied.", False),
        (None, "", False),
    ],
)
def test_what_counts_as_withdrawn(comment: str | None, abstract: str, withdrawn: bool) -> None:
    assert is_withdrawn(comment, abstract) is withdrawn


def test_withdrawn_papers_of_the_real_corpus_are_found(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "real/corpus/papers.jsonl").open(encoding="utf-8")]
    found = {row["id"] for row in rows if is_withdrawn(row["comment"], " ".join(row["abstract"].split()))}
    named = {row["id"] for row in rows if "withdrawn" in (row["comment"] or "").lower()}
    assert named - found == {"hep-th/9802080"}  # 'replaces the withdrawn version'
    assert len(found) < 30


def test_every_recorded_answer_is_read(shared: Path) -> None:
    read = 0
    for path in sorted((shared / "real/responses/arxiv").glob("*.json")):
        record = json.loads(path.read_text("utf-8"))
        got = parse_feed(record["body"].encode(), datetime(2026, 11, 23, tzinfo=UTC))
        read += 1
        assert len(got.papers) + len(got.refusals) == got.entries, path.name
        assert not got.broken
        assert bool(got.refusals) is (record["status_code"] == 400)
        for paper in got.papers.values():
            assert paper.title
            assert paper.abstract
            assert paper.authors
            assert paper.categories
            assert paper.submitted_at is not None
            assert paper.revised_at is not None
            assert paper.submitted_at <= paper.revised_at
            assert (paper.version == 1) == (paper.submitted_at == paper.revised_at), paper.id
            assert "\n" not in paper.title
    assert read >= 12


def test_recorded_answers_come_through_the_whole_way(shared: Path, client: HttpClient) -> None:
    """Each answer to a question for ids, replayed with its own status."""
    for path in sorted((shared / "real/responses/arxiv").glob("id_*.json")):
        record = json.loads(path.read_text("utf-8"))
        with Loopback([as_xml(record["body"], record["status_code"])]) as server:
            answers, error = ask(["1605.08386", "1707.08567"], server, client)
        assert error is None
        assert {answer.id for answer in answers} == {"1605.08386", "1707.08567"}
        assert papers(answers) == {one for one in ("1605.08386", "1707.08567") if f"abs/{one}v" in record["body"]}


def test_hostile_xml_is_refused_or_inert(shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "corpora/xml/project_index.jsonl").read_text().splitlines()]
    refused = set()
    for row in rows:
        body = (shared / "corpora" / row["file"]).read_bytes()
        try:
            got = parse_feed(body, NOW)
        except AtomError:
            refused.add(row["id"])
            continue
        for paper in got.papers.values():
            assert "root:" not in paper.title + paper.abstract
            assert paper.id.isascii()
            assert paper.id.replace("/", "").replace(".", "").replace("-", "").isalnum()
    dangerous = {row["id"] for row in rows if "refused" in row["expect"]} - {"xinclude.xml", "xslt_pi.xml"}
    assert dangerous <= refused
    assert {"arxiv_5000_authors.xml", "arxiv_wrong_paper.xml", "leading_newline.xml"}.isdisjoint(refused)


@given(st.binary(max_size=200), st.integers(0, 600))
def test_any_bytes_are_a_feed_or_an_atom_error(noise: bytes, cut: int) -> None:
    for body in (noise, feed(entry("2401.00001v1")).encode()[:cut] + noise):
        try:
            outcome: object = parse_feed(body, NOW).entries
        except AtomError as error:
            outcome = str(error)
        assert outcome != ""


# --- when to ask ----------------------------------------------------------------------------------------------------


def test_unknown_ids_are_asked_after_1_h_6_h_24_h_and_daily_for_two_weeks_then_given_up() -> None:
    pending: PendingPaper | None = PendingPaper(id="2611.01234", next_at=NOW, first_at=NOW)
    at = NOW
    waits: list[float] = []
    while pending is not None:
        assert due(pending, at)
        assert not due(pending, at - timedelta(seconds=1))
        pending = next_try(pending, at)
        if pending is not None:
            assert pending.first_at == NOW
            assert pending.tries == len(waits) + 1
            waits.append((pending.next_at - at) / timedelta(hours=1))
            at = pending.next_at
    assert waits == [1, 6, 24, *[24] * 14]


def test_a_time_that_a_wrong_clock_wrote_down_is_not_waited_for_but_given_up_stays_given_up() -> None:
    ahead = PendingPaper(id="2611.01234", next_at=NOW + timedelta(days=9_000), first_at=NOW)
    assert due(ahead, NOW)
    assert not due(msgspec.structs.replace(ahead, next_at=NOW + timedelta(days=1)), NOW)
    assert not due(msgspec.structs.replace(ahead, next_at=GIVEN_UP), NOW)


def test_a_known_paper_is_asked_again_for_a_newer_version_or_once_a_month_while_it_is_shown() -> None:
    def wants(named: int | None, days: int, *, in_window: bool) -> bool:
        paper = Paper(id="2401.00001", version=2, title="t", fetched_at=NOW - timedelta(days=days))
        return wants_refresh(paper, named, in_window, NOW)

    assert wants(3, 0, in_window=False)
    assert not wants(2, 0, in_window=True)
    assert not wants(1, 400, in_window=False)
    assert not wants(None, 29, in_window=True)
    assert wants(None, 30, in_window=True)
    assert not wants(None, 400, in_window=False)
    assert not wants(99, 0, in_window=False)  # nobody's paper jumps so far; it would be asked for in vain
