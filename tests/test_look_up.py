"""Set up asks the networks who is named in its form, says what it found, and refuses whom nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import set_up
from tests.loopback import Answer, Loopback, Request, as_json


def answer(request: Request) -> Answer:
    """A Bluesky where Ada is known, and an instance where Bo is."""
    path, query = request.path, request.query
    if path.endswith("getProfile") and query["actor"] == "ada.bsky.social":
        return as_json({"did": "did:plc:a", "handle": "ada.bsky.social", "followsCount": 412})
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
    assert "Found <code>&#64;ada&#46;bsky&#46;social</code>, who follows 412 accounts" in summary
    assert "who follows 1 account:" in summary
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
