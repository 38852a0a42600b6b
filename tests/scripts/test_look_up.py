"""Set up asks the networks who is named in its form, says what it found, and refuses whom nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from generator.net.http import HttpClient
from scripts import look_up, set_up
from scripts.paper_posters import Sample, count_paper_posters
from tests.loopback import Answer, Loopback, Request, as_json
from tests.pretend_bluesky import facet, profile, view

FOLLOWS = 412
PAPER = "https://arxiv.org/abs/2611.00001"


def of_follows(request: Request) -> Answer:
    """Every fourth account posted about a paper lately, the others long ago or about something else."""
    query = request.query
    if request.path.endswith("getFollows"):
        return as_json({"follows": [profile(f"f{number}") for number in range(int(query["limit"]))]})
    name = query["actor"].removeprefix("did:plc:").rstrip("z")
    number = int(name.removeprefix("f"))
    at = datetime.now(UTC) - timedelta(days=1 if number % 4 else 40)
    text = f"A good one: {PAPER}" if number % 2 == 0 else "lunch"
    said = {"facets": [facet(text, PAPER, PAPER)]} if PAPER in text else {}
    return as_json({"feed": [{"post": view(name, "3kabc", text, at, said=said)}]})


def answer(request: Request) -> Answer:
    """A Bluesky where Ada is known, and an instance where Bo is."""
    path, query = request.path, request.query
    if path.endswith(("getFollows", "getAuthorFeed")):
        return of_follows(request)
    if path.endswith("getProfile") and query["actor"] == "ada.bsky.social":
        return as_json({"did": "did:plc:a", "handle": "ada.bsky.social", "followsCount": FOLLOWS})
    if path.endswith("searchActorsTypeahead"):
        return as_json({"actors": [{"handle": "adam.example"}, {"handle": "ada.bsky.social"}]})
    if path == "/api/v1/accounts/lookup" and query["acct"] == "bo":
        return as_json({"acct": "bo", "following_count": 1})
    if path == "/api/v2/search":
        return as_json({"accounts": [{"acct": "bo"}]})
    return as_json({"error": "InvalidRequest"}, 400 if "xrpc" in path else 404)


@pytest.fixture
def networks() -> Loopback:
    return Loopback(answer)


def run_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: dict[str, str]) -> tuple[int, str]:
    """Set up an empty copy -> exit status and summary."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    status = set_up.main({"GITHUB_REPOSITORY": "ada/papers", **form})
    return status, (tmp_path / "summary.md").read_text("utf-8") if (tmp_path / "summary.md").exists() else ""


def test_whom_the_networks_know_is_said_with_the_estimated_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, networks: Loopback
) -> None:
    with networks:
        form = {
            "BLUESKY_API": networks.url, "BLUESKY_ACCOUNTS": "https://bsky.app/profile/ada.bsky.social",
            "MASTODON_ACCOUNTS": f"{networks.url}/@Bo", "X_ACCOUNTS": "@ada_l", "HUGGINGFACE": "true",
        }  # fmt: skip
        status, summary = run_form(tmp_path, monkeypatch, form)
    assert status == 0
    assert (
        "Found <code>&#64;ada&#46;bsky&#46;social</code>, who follows 412 accounts (25 of the first 100 posted"
        in summary
    )
    assert "who follows 1 account:" in summary
    assert len(networks.requests) == 1 + 1 + 100 + 1, "a bounded number, however many Ada follows"
    assert "the first reading costs about $1.26 and a month about $5.78" in summary
    assert "stops at $10 in a month" in summary
    written = (tmp_path / "config.yaml").read_text("utf-8")
    assert 'title: "@ada.bsky.social"' in written
    assert "\n    huggingface:" in written
    assert "\n    # hackernews:" in written


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"BLUESKY_ACCOUNTS": "adda.bsky.social"}, "The Bluesky field: Bluesky knows no account adda.bsky.social; did you mean ada.bsky.social?"),  # noqa: E501
        ({"MASTODON_ACCOUNTS": "{url}/@boo"}, "no account boo; did you mean bo?"),
        ({"X_ACCOUNTS": "Ada Lindqvist"}, "The X field: `Ada Lindqvist` is a name of several words"),
        ({"BLUESKY_ACCOUNTS": "ada, ada"}, "The Bluesky field: `ada` is no handle on Bluesky: write it in full, such as ada.bsky.social"),  # noqa: E501
    ],
)  # fmt: skip
def test_a_wrong_name_is_said_once_in_the_words_of_its_field(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    networks: Loopback,
    form: dict[str, str],
    said: str,
) -> None:
    with networks:
        filled = {name: value.replace("{url}", networks.url) for name, value in form.items()}
        status, summary = run_form(tmp_path, monkeypatch, {"BLUESKY_API": networks.url, **filled})
    assert status == 1
    assert capsys.readouterr().out.count(said) == 1
    assert summary.count("\n- ") == 1
    assert not (tmp_path / "config.yaml").exists()


def test_a_network_that_does_not_answer_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(lambda _: Answer(503)) as silent:
        form = {"BLUESKY_API": silent.url, "BLUESKY_ACCOUNTS": "ada.bsky.social"}
        status, summary = run_form(tmp_path, monkeypatch, form)
    assert status == 0
    assert "it is read as you typed it" in summary


def test_an_empty_form_reads_what_everybody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_form(tmp_path, monkeypatch, {})[0] == 0
    written = (tmp_path / "config.yaml").read_text("utf-8")
    assert "\n    hackernews:" in written
    assert "\n    huggingface:" in written


@pytest.mark.parametrize(
    ("sample", "follows", "said"),
    [
        (Sample(0, 0), 412, ""),
        (Sample(12, 3), 12, " (3 of them posted about papers this month)"),
        (Sample(100, 0), 412, " (0 of the first 100 posted about papers this month)"),
        (Sample(97, 20), 412, " (20 of the 97 that could be read posted about papers this month)"),
    ],
)
def test_a_sample_says_what_it_is_of(sample: Sample, follows: int, said: str) -> None:
    assert look_up._share(sample, follows) == said


def test_a_service_that_gives_no_feeds_leaves_the_count_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_feeds(request: Request) -> Answer:
        return Answer(503) if "getAuthorFeed" in request.path else answer(request)

    with Loopback(without_feeds) as server:
        form = {"BLUESKY_API": server.url, "BLUESKY_ACCOUNTS": "ada.bsky.social"}
        status, summary = run_form(tmp_path, monkeypatch, form)
    assert status == 0
    assert "who follows 412 accounts: what they post" in summary


@pytest.mark.parametrize(
    ("follows", "feed", "sample"),
    [
        ({"follows": 5}, {}, Sample(0, 0)),
        ({"follows": [1, "ada", {}]}, {"feed": 5}, Sample(1, 0)),
        ({"follows": [{"did": f"did:plc:f{number}"} for number in range(500)]}, {"feed": [None, {}]}, Sample(100, 0)),
    ],
)
def test_an_answer_of_another_shape_is_no_sample_and_asks_no_more(follows: Any, feed: Any, sample: Sample) -> None:
    server = Loopback(lambda request: as_json(follows if request.path.endswith("getFollows") else feed))
    with server:
        client = HttpClient("tests")
        assert count_paper_posters(client, server.url, "ada.example", datetime.now(UTC)) == sample
        assert len(server.requests) == 1 + sample.answered
