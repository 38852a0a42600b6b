"""Announcements to a real fediverse server on loopback: what is posted there, as others see it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.announcing import HOSTILE, announce, data
from tests.announcing import config as config_for
from tests.tools.test_snac import Snac, ask, server

pytestmark = pytest.mark.tools
__all__ = ["server"]


def test_a_paper_stands_once_on_a_real_server_and_its_title_calls_and_links_nobody(
    server: Snac,
    tmp_path: Path,
) -> None:
    alice = server.log_in("alice")
    text = config_for(server.url, "mastodon")
    data(tmp_path)
    announce(tmp_path, text, {})
    data(tmp_path, ("2611.00001", 3), title=f"Of @bob and {HOSTILE}")
    assert announce(tmp_path, text, {"ANNOUNCE_MASTODON_TOKEN": "wrong"})["mastodon"].failure
    secrets = {"ANNOUNCE_MASTODON_TOKEN": alice.token}
    told = announce(tmp_path, text, secrets)["mastodon"]
    assert told.sent == ["2611.00001"], told.failure
    assert announce(tmp_path, text, secrets)["mastodon"].sent == []
    account = json.loads(ask(f"{server.url}/api/v1/accounts/lookup?acct=alice")[1])
    (status,) = json.loads(ask(f"{server.url}/api/v1/accounts/{account['id']}/statuses")[1])
    assert status["mentions"] == []
    assert status["tags"] == []
    assert set(re.findall(r'href="([^"]*)"', status["content"])) == {"https://pages.example/made-up/abs/2611.00001/"}
    assert "3 people posted about it this week" in status["content"]
