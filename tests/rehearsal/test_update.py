"""Update, rehearsed: what a run does, and what it does when something is wrong. Every step is the workflow's own."""

from __future__ import annotations

import json

import pytest

from tests.loopback import as_json
from tests.ready import BASE_PYTHON
from tests.rehearsal.conftest import Stage
from tests.rehearsal.networks import unavailable

pytestmark = pytest.mark.slow

ALL_SOUND = {
    **dict.fromkeys(("fetch", "commit", "decide", "build", "deploy", "report"), "success"),
    **dict.fromkeys(("announce", "note"), "skipped"),  # nobody is told by default
}


def counts(stage: Stage) -> dict[str, int]:
    found: dict[str, int] = json.loads((stage.github.published / "api/v1/index.json").read_bytes())["counts"]
    return found


def test_the_first_run_publishes_and_a_run_without_news_does_nothing(stage: Stage) -> None:
    stage.runner.use((BASE_PYTHON,))
    stage.configure()
    stage.networks.post()
    stage.networks.post("x")
    first = stage.update("push")
    assert first.results == ALL_SOUND, first.log
    assert counts(stage)["papers"] == 2
    assert stage.github.subjects()[-1] == "2 papers, 2 posts (bluesky 1, x 1)"
    assert "| <code>bluesky</code> | 1 | 0 |" in first.summary
    head = stage.github.head()
    second = stage.update()
    assert second.results == {**ALL_SOUND, "build": "skipped", "deploy": "skipped"}
    assert (stage.github.head(), stage.github.deployments) == (head, 1)
    assert stage.github.issues == []
    stage.networks.post()
    third = stage.update()
    assert third.results == ALL_SOUND
    assert counts(stage)["papers"] == 3


def test_one_network_down_is_told_and_the_rest_is_published(stage: Stage) -> None:
    stage.configure()
    stage.networks.post()
    stage.networks.post("x")
    for method in ("getAuthorFeed", "getProfiles"):
        stage.networks.bluesky.broken[method] = unavailable()
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert counts(stage)["papers"] == 1
    assert "| <code>x</code> | 1 |" in run.summary
    assert "failed: <code>" in run.summary
    assert stage.github.issues == []
    stage.networks.bluesky.broken.clear()
    stage.update()
    assert counts(stage)["papers"] == 2


def test_a_refused_token_opens_one_issue_that_says_where_to_click_and_closes_it_when_mended(stage: Stage) -> None:
    stage.configure()
    stage.networks.post()
    refused = as_json({"title": "Unauthorized", "status": 401, "detail": "Unauthorized"}, 401)
    stage.networks.x.broken["users/by"] = refused
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert counts(stage)["papers"] == 1
    assert "/settings/secrets/actions" in run.summary
    stage.update()
    (issue,) = stage.github.issues
    assert (issue["state"], issue["labels"], issue["edits"]) == ("open", ["update-failed"], 1)
    assert "The service refuses the secret `X_BEARER_TOKEN`" in issue["body"]
    stage.networks.x.broken.clear()
    stage.update()
    assert stage.github.issues[0]["state"] == "closed", run.log
    assert len(stage.github.issues) == 1


def test_an_absent_secret_is_named(stage: Stage) -> None:
    stage.configure()
    stage.networks.post()
    stage.runner.secrets = {}
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert "The secret `X_BEARER_TOKEN` is not set" in run.summary
    assert stage.github.issues[0]["state"] == "open"


def test_a_push_race_loses_neither_side(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.update()
    stage.push_during_the_next_push({"content/mine.md": "# Mine\n"}, "A page of my own")
    stage.networks.post()
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert "not pushed: somebody pushed in between" in run.log
    assert stage.github.subjects()[-2:] == ["A page of my own", "1 paper, 1 post (bluesky 1)"]
    assert counts(stage)["papers"] == 2
    assert (stage.github.published / "mine/index.html").exists()


def test_data_emptied_while_a_run_fetched_stays_empty(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.update()
    stage.networks.post()
    emptied: list[str] = []

    def empty(job: str) -> None:
        if job == "commit" and not emptied:
            emptied.append(job)
            stage.push({"data/posts": None, "data/papers": None, "data/state": None, "data/schema.json": None}, "Mine")

    stage.runner.between = empty
    run = stage.update()
    assert "data/ was emptied while this run worked" in run.log
    assert stage.github.subjects()[-1] == "Mine"
    assert run.results["build"] == "failure"  # the gate: the site would be empty
    assert counts(stage)["papers"] == 1
    assert "removed from `data/`" in stage.github.issues[0]["body"]
    stage.update("workflow_dispatch")
    assert counts(stage)["papers"] == 2
    assert stage.github.issues[0]["state"] == "closed", run.log


def test_a_failed_deploy_keeps_the_old_page_and_is_made_good_by_the_next_run_though_it_has_no_news(
    stage: Stage,
) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.update()
    stage.networks.post()
    stage.github.deploy_fails = True
    run = stage.update()
    assert run.results == {**ALL_SOUND, "deploy": "failure"}
    assert counts(stage)["papers"] == 1
    assert "/settings/pages" in stage.github.issues[0]["body"]
    assert "deploy, step Publish" in stage.github.issues[0]["body"]
    stage.github.deploy_fails = False
    run = stage.update()
    assert "no news: nothing to commit" in run.log
    assert run.results == ALL_SOUND, run.log
    assert counts(stage)["papers"] == 2
    assert stage.github.issues[0]["state"] == "closed", run.log


@pytest.mark.parametrize("pages", [None, "legacy"])
def test_where_pages_is_not_on_the_summary_says_where_to_click(stage: Stage, pages: str | None) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.github.pages = pages
    run = stage.update()
    assert "[**Settings › Pages**](https://github.com/ada-example/papers/settings/pages)" in run.summary
    assert "choose **GitHub Actions**" in run.summary
    if pages is None:
        assert run.results == {**ALL_SOUND, "deploy": "skipped"}  # no red cross for a click that is still to come
    stage.github.pages = "workflow"
    assert stage.update().results == ALL_SOUND  # without news: it was never published
    assert counts(stage)["papers"] == 1


def test_a_site_that_lost_most_of_its_papers_is_refused_until_somebody_says_that_it_is_meant(stage: Stage) -> None:
    stage.configure(x=False)
    for _ in range(5):
        stage.networks.post()
    stage.update()
    config = stage.networks.config(f"{stage.github.server.url}/", x=False)
    stage.push({"config.yaml": config + "filters: {mute_words: ['2611.00001', '2611.00002', '2611.00003']}\n"})
    run = stage.update("push")
    assert run.results == {**ALL_SOUND, "build": "failure", "deploy": "skipped"}
    assert counts(stage)["papers"] == 5
    assert "2 papers are left of the 5" in run.log
    assert "tick **Publish although" in stage.github.issues[0]["body"]
    stage.github.caches = {key: path for key, path in stage.github.caches.items() if not key[0].startswith("published")}
    assert stage.update().results["build"] == "failure"  # the page itself is asked where the note of it is lost
    accepted = stage.update("workflow_dispatch", accept_fewer="true")
    assert accepted.results == ALL_SOUND
    assert counts(stage)["papers"] == 2
    assert stage.github.issues[0]["state"] == "closed", run.log


def test_a_wrong_configuration_is_a_sentence_with_its_line(stage: Stage) -> None:
    stage.push({"config.yaml": "site: {titel: Rehearsal}\n"})
    run = stage.update("push")
    assert (run.results["fetch"], run.results["commit"]) == ("failure", "skipped")
    assert "::error file=config.yaml,line=1" in run.log
    assert "config.yaml" in stage.github.issues[0]["body"]
    assert "line and column" in run.summary


def test_nothing_found_yet_waits_without_a_red_cross(stage: Stage) -> None:
    stage.configure(x=False)
    run = stage.update()
    assert run.results == {**ALL_SOUND, "deploy": "skipped"}
    assert "Nothing to publish yet" in run.summary
    assert stage.github.issues == []


def test_a_silent_schedule_is_told_to_whoever_looks(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    assert "The schedule does not run" in stage.update("workflow_dispatch").summary
    assert "The schedule does not run" not in stage.update().summary


def test_posts_that_hold_workflow_commands_and_markup_reach_no_log_or_summary_as_such(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    feed = stage.networks.bluesky.feeds["did:plc:ada" + "z" * 21]
    feed[0]["post"]["record"]["text"] += "\n::set-output name=verdict::publish\n::error::no"
    feed.insert(0, {"post": {"uri": "at://x\n::error::no|@everyone", "cid": "c"}})
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert not [line for line in run.log.splitlines() if line.startswith(("::set-output", "::error"))]
    assert "@everyone" not in run.summary
