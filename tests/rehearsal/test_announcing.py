"""Announcements, rehearsed: after the page is published, each paper once, whatever is lost between the jobs."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator

import pytest

from tests.announcing import Services, secrets_for
from tests.loopback import Answer
from tests.pretend_hub import PretendHub, Subscriber
from tests.rehearsal.conftest import Stage
from tests.rehearsal.test_update import ALL_SOUND, IDLE

pytestmark = pytest.mark.slow

TOLD = {**ALL_SOUND, "announce": "success", "note": "success"}
NAMES = ("ANNOUNCE_SLACK_WEBHOOK", "ANNOUNCE_BLUESKY_APP_PASSWORD")


@pytest.fixture
def services(stage: Stage) -> Iterator[Services]:
    """A channel of Slack and an account on Bluesky that are told of every paper; one of them is there already."""
    found = Services()
    with found.server:
        every = {"min_votes": 1}
        account = {"account": "papers.example.com", "service": found.server.url, **every}
        config = stage.networks.config(f"{stage.github.server.url}/", x=False)
        stage.push({"config.yaml": f"{config}announce: {json.dumps({'slack': every, 'bluesky': account})}\n"})
        every_secret = secrets_for(found.server.url)
        stage.runner.secrets = {name: every_secret[name] for name in NAMES}
        stage.networks.post()
        first = stage.update("push")
        assert first.results == TOLD, first.log
        assert "1 papers at the top are taken as known" in first.summary
        assert stage.github.subjects()[-1] == "announcements noted"
        yield found
        assert found.refused == []


def test_a_paper_is_told_once_after_it_is_published_whatever_is_refused_or_lost_between_the_jobs(
    stage: Stage, services: Services
) -> None:
    head = stage.github.head()
    idle = stage.update()
    assert idle.results == IDLE
    assert (stage.github.head(), services.taken) == (head, {})
    paper = stage.networks.post()
    services.broken = {"/services/": [Answer(404, b"no_service")]}
    lost = stage.github.folder / "lost/note"
    lost.parent.mkdir()
    lost.touch()
    run = stage.update()
    assert run.results == {**TOLD, "note": "failure"}, run.log
    assert stage.github.deployments == 2
    assert "The service refuses the secret `ANNOUNCE_SLACK_WEBHOOK`" in run.summary
    assert "/settings/secrets/actions" in stage.github.issues[0]["body"]
    assert list(services.taken) == ["createSession", "createRecord"]
    lost.unlink()
    services.records.clear()  # so that only our own memory keeps it from being told again
    run = stage.update("workflow_dispatch")
    assert run.results == TOLD, run.log
    assert "| Slack | 1 | 0 |" in run.summary
    assert f"/abs/{paper}/" in services.titles("slack")
    assert [len(services.taken[name]) for name in ("slack", "createRecord")] == [1, 1]
    assert len(stage.saved("announced/*")) == 3, "two papers, and the day of the first run"
    assert stage.github.issues[0]["state"] == "closed"
    for _ in range(2):
        run = stage.runner.again(run)
        assert run.results == {**TOLD, "note": "skipped"}, run.log
    assert [len(services.taken[name]) for name in ("slack", "createRecord")] == [1, 1], "nobody is told again"


def test_a_hub_hears_of_the_feeds_when_they_are_published_and_again_of_those_that_it_missed(stage: Stage) -> None:
    page = f"{stage.github.server.url}/"
    with PretendHub() as hub, Subscriber() as subscriber:
        config = stage.networks.config(page, x=False)
        stage.push({"config.yaml": f"{config}feeds: {{hub: '{hub.url}'}}\n"})
        stage.networks.post()
        first = stage.update("push")
        assert first.results == {**ALL_SOUND, "announce": "success"}, first.log
        assert f"| Hub (feeds) | {len(hub.told)} | 0 |" in first.summary
        assert f"{page}feed.xml" in hub.told
        subscriber.subscribe(f"{page}feed.xml", hub.url)
        hub.told.clear()
        stage.networks.post()
        hub.broken = Answer(503)
        missed = stage.update()
        assert missed.results == {**ALL_SOUND, "announce": "success"}, "the page stands, whatever the hub says"
        assert "| Hub (feeds) | 0 |" in missed.summary
        assert "HTTP 503" in html.unescape(missed.summary)
        assert subscriber.sent == []
        hub.broken = None
        paper = stage.networks.post()
        assert stage.update().results == {**ALL_SOUND, "announce": "success"}
        ((feed, said),) = subscriber.sent
        assert feed == f"{page}feed.xml"
        assert f"{page}abs/{paper}/" in said.decode()
        assert f"{page}about/" not in hub.told
        assert hub.wrong == []
