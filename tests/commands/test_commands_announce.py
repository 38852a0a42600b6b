"""`announce` as its users run it: exit status, words, --json, --only, and no secret anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.storage.store import Store
from tests.announcing import Services, config, data, secrets_for
from tests.e2e.run import Copy
from tests.loopback import Answer

NOW = ("--now", "2026-11-20T12:00:00Z")


@pytest.fixture
def services() -> Iterator[Services]:
    found = Services()
    with found.server:
        yield found


@pytest.fixture
def copy(tmp_path: Path, services: Services) -> Copy:
    """Where Slack and Mastodon were switched on before the paper came."""
    made = Copy(tmp_path / "copy", config(services.server.url, "slack", "mastodon"))
    data(made.folder / "data")
    first = made.run("announce", *NOW)
    assert first.status == 0
    assert "slack: first run: 0 top papers recorded as known" in first.out
    assert "slack: nothing can be sent before the secret ANNOUNCE_SLACK_WEBHOOK is set" in first.err
    data(made.folder / "data", ("2611.00001", 3))
    return made


def test_what_was_told_is_said_and_a_target_that_failed_makes_it_three_or_one(copy: Copy, services: Services) -> None:
    secrets = secrets_for(services.server.url)
    services.broken = {"/services/": [Answer(404, b"no_service")] * 2}
    ran = copy.run("announce", *NOW, "--json", env=secrets)
    assert ran.status == 3
    assert (ran.json["failed"], ran.json["targets"]["mastodon"]["said"]) == (["slack"], ["2611.00001"])
    assert ran.json["targets"]["slack"]["failure"].startswith(f"{services.server.url}/…: there is nothing")
    strict = copy.run("announce", *NOW, "--strict", env=secrets)
    assert strict.status == 1
    assert "slack: failed" in strict.err
    done = copy.run("announce", *NOW, env=secrets)
    assert (done.status, "slack: 1 paper announced, 0 left" in done.out) == (0, True), done.err
    said = "".join(each.out + each.err for each in (ran, strict, done))
    kept = b"".join(copy.files("").values())
    for secret in (value for name, value in secrets.items() if name != "ANNOUNCE_EMAIL_TO"):
        assert secret not in said
        assert secret.encode() not in kept


def test_a_pause_that_a_service_asks_for_is_kept_by_the_next_run(copy: Copy, services: Services) -> None:
    secrets = secrets_for(services.server.url)
    services.broken = {"/services/": [Answer(429, b"", {"Retry-After": "3600"})]}
    assert copy.run("announce", *NOW, "--only", "slack", env=secrets).status == 3
    asked = len(services.server.requests)
    soon = copy.run("announce", "--now", "2026-11-20T12:30:00Z", "--only", "slack", env=secrets)
    assert "left alone" in soon.err
    assert len(services.server.requests) == asked
    cached = (copy.folder / ".cache/waits.json").read_text()
    assert list(json.loads(cached)) == [services.server.url.removeprefix("http://")]
    later = copy.run("announce", "--now", "2026-11-20T13:01:00Z", "--only", "slack", env=secrets)
    assert (later.status, "slack: 1 paper announced" in later.out) == (0, True)
    assert json.loads((copy.folder / ".cache/waits.json").read_text()) == {}


def test_a_dry_run_shows_the_words_and_only_one_target_is_told_where_one_is_named(
    copy: Copy, services: Services
) -> None:
    dry = copy.run("announce", *NOW, "--dry-run", "--only", "mastodon")
    assert dry.status == 0
    shown = json.loads(dry.out[dry.out.index("{") :])
    assert shown["status"].startswith("On the made-up matter 2611.00001\nAda Example, Bo Sample\n3 people posted")
    copy.run("announce", *NOW, "--only", "mastodon", env=secrets_for(services.server.url))
    assert list(services.taken) == ["mastodon"]
    assert Store(copy.folder / "data").load().announced["2611.00001"].on == {"mastodon": "2026-11-20"}
    assert copy.run("check").status == 0
    status = copy.run("status", "--json").json["announced"]
    assert status == {
        "mastodon": {"papers": 1, "last_on": "2026-11-20"},
        "slack": {"papers": 0, "last_on": "2026-11-20"},
    }
    assert "announced: mastodon knows 1 paper, the last since 2026-11-20" in copy.run("status").out


def test_nobody_is_told_where_nobody_is_named_and_a_wrong_name_is_told(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    ran = copy.run("announce")
    assert (ran.status, "docs/announce.md" in ran.out) == (0, True)
    assert not (copy.folder / "data").exists()
    assert copy.run("announce", "--only", "fax").status == 2
