"""Announcing through the library apprise: its own JSON service, on loopback."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from generator.announce.targets import apprise as target
from generator.model.errors import FetchError
from generator.net import apprise_client
from tests.announcing import HOSTILE, announce, data, desk, notice
from tests.loopback import Answer, Loopback, as_json

CONFIG = 'site: {title: Made up, url: "https://pages.example/"}\nannounce: {apprise: {}}\n'


def test_a_new_paper_is_told_once_through_any_service(tmp_path: Path) -> None:
    with Loopback(lambda _: as_json({})) as server:
        secrets = {target.ADDRESS: server.url.replace("http", "json")}
        data(tmp_path, ("2611.00001", 3))
        assert announce(tmp_path, CONFIG, secrets)["apprise"].is_first
        data(tmp_path, ("2611.00002", 3))
        assert announce(tmp_path, CONFIG, secrets)["apprise"].sent == ["2611.00002"]
        assert announce(tmp_path, CONFIG, secrets)["apprise"].sent == []
        (request,) = server.requests
    message = json.loads(request.body)
    assert "abs/2611.00002/" in message["message"]
    assert message["title"] == "Made up"


def test_nobody_is_mentioned_whatever_a_title_says() -> None:
    body = target.compose(desk("apprise"), [notice(title=HOSTILE)])["body"]
    assert "@everyone" not in body


@pytest.mark.parametrize(
    ("answer", "address", "reason"),
    [(Answer(500), "", "did not take the message"), (Answer(200), "nosuch://here", "does not know the form")],
)
def test_a_failure_is_told_without_the_secret(answer: Answer, address: str, reason: str) -> None:
    with Loopback(lambda _: answer) as server, pytest.raises(FetchError, match=reason) as caught:
        apprise_client.send(address or server.url.replace("http", "json") + "/secret-token", "Title", "Body")
    assert "secret-token" not in str(caught.value)


def test_without_the_library_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(FetchError, match=r"trending-arxiv\[announce\]") as caught:
        apprise_client.send("ntfy://topic", "Title", "Body")
    assert caught.value.unsent
