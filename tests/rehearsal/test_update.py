"""Update, rehearsed: what a run does, and what it does when something is wrong. Every step is the workflow's own."""

from __future__ import annotations

import json
import shutil
from typing import Any

import pytest

from tests.loopback import as_json
from tests.pretend_bluesky import did
from tests.ready import BASE_PYTHON, command
from tests.rehearsal.conftest import Stage
from tests.rehearsal.networks import unavailable

pytestmark = pytest.mark.slow

ALL_SOUND = {
    **dict.fromkeys(("fetch", "commit", "publish", "report"), "success"),
    **dict.fromkeys(("announce", "note"), "skipped"),  # nobody is told by default
}
IDLE = {**ALL_SOUND, "commit": "skipped", "publish": "skipped"}


def counts(stage: Stage) -> dict[str, int]:
    found: dict[str, int] = json.loads((stage.github.published / "api/v1/index.json").read_bytes())["counts"]
    return found


def test_the_first_run_publishes_and_a_run_without_news_does_nothing(stage: Stage) -> None:
    stage.runner.use((BASE_PYTHON,))
    stage.configure()
    stage.github.workflow_states = {"upgrade.yml": "disabled_inactivity", "live.yml": "disabled_manually"}
    stage.networks.post()
    stage.networks.post("x")
    first = stage.update("push")
    assert first.results == ALL_SOUND, first.log
    assert counts(stage)["papers"] == 2
    assert stage.github.subjects()[-1] == "2 papers, 2 posts (bluesky 1, x 1)"
    assert "| <code>bluesky</code> | 1 | 0 |" in first.summary
    assert "`site.url`" not in first.summary
    assert b"A good one" not in b"".join(
        path.read_bytes() for path in stage.github.artifact(first.id, "fetched-1").rglob("*.jsonl") if "x" in path.parts
    ), "the words of X stand in no artifact but the page"
    head = stage.github.head()
    stage.runner.use(command())
    second = stage.update()
    assert second.results == IDLE
    assert (stage.github.head(), stage.github.deployments) == (head, 1)
    assert stage.github.issues == []
    assert stage.github.workflow_states == {
        "update.yml": "active",
        "upgrade.yml": "active",
        "demo.yml": "active",
        "live.yml": "disabled_manually",
    }


def test_a_request_takes_posts_away_and_hostile_posts_reach_no_log_or_summary_as_commands(stage: Stage) -> None:
    stage.configure(x=False)
    for _ in range(3):
        stage.networks.post()
    feed = stage.networks.bluesky.feeds[did("ada")]
    feed[0]["post"]["record"]["text"] += "\n::set-output name=verdict::publish\n::error::no"
    feed.insert(0, {"post": {"uri": "at://x\n::error::no|@everyone", "cid": "c"}})
    stage.github.page_settings["html_url"] = "https://papers.example.org/"
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert not [line for line in run.log.splitlines() if line.startswith(("::set-output", "::error"))]
    assert "@everyone" not in run.summary
    assert "write `url: https://papers.example.org/` below `site:`" in run.summary
    config = stage.networks.config(f"{stage.github.server.url}/", x=False)
    stage.push({"config.yaml": config + "filters: {mute_accounts: ['bluesky:ada.example.com']}\n"}, "A request")
    run = stage.update()
    assert stage.github.subjects()[-1] == "3 posts removed"
    assert stage.saved("posts/*/*/*/*.jsonl") == []
    assert run.results == ALL_SOUND


def test_what_is_down_is_told_and_what_an_owner_can_mend_opens_one_issue_that_closes_itself(stage: Stage) -> None:
    stage.configure()
    stage.networks.post()
    stage.networks.post("x")
    for method in ("getAuthorFeed", "getProfiles"):
        stage.networks.bluesky.broken[method] = unavailable()
    token = stage.runner.secrets
    stage.runner.secrets = {}
    run = stage.update("push")
    assert "failed: <code>" in run.summary
    assert "The secret `X_BEARER_TOKEN` is not set" in run.summary
    assert {**run.results, "publish": ""} == {**ALL_SOUND, "publish": ""}, run.log
    assert stage.github.issues == [], "neither is an alarm"
    stage.runner.secrets = token
    stage.networks.x.broken["users/by"] = as_json({"title": "Unauthorized", "status": 401}, 401)
    for _ in range(2):
        run = stage.update()
        assert run.results in (ALL_SOUND, IDLE), run.log
    assert "/settings/secrets/actions" in run.summary
    (issue,) = stage.github.issues
    assert (issue["state"], issue["labels"], issue["edits"]) == ("open", ["update-failed"], 1)
    assert "but something needs you" in issue["title"]
    assert "The service refuses the secret `X_BEARER_TOKEN`" in issue["body"]
    stage.networks.x.broken.clear()
    assert stage.update().results == ALL_SOUND
    assert counts(stage)["papers"] == 1, "Bluesky asked us to wait two hours"
    assert [issue["state"] for issue in stage.github.issues] == ["closed"]


def test_a_push_race_loses_neither_side_and_data_emptied_meanwhile_stays_empty(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.push_during_the_next_push({"content/mine.md": "# Mine\n"}, "A page of my own")
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert "not pushed: somebody pushed in between" in run.log
    assert stage.github.subjects()[-2:] == ["A page of my own", "1 paper, 1 post (bluesky 1)"]
    assert (stage.github.published / "mine/index.html").exists()
    stage.networks.post()
    gone = {"data/posts": None, "data/papers": None, "data/state": None, "data/schema.json": None}
    stage.before_job("commit", gone, "Mine")
    run = stage.update()
    assert "data/ was emptied while this run worked" in run.log
    assert stage.github.subjects()[-1] == "Mine"
    assert run.results == {**ALL_SOUND, "publish": "failure"}  # the gate: the site would be empty
    assert counts(stage)["papers"] == 1
    assert "removed from `data/`" in stage.github.issues[0]["body"]
    assert stage.github.issues[0]["title"] == "The page is not being updated"
    stage.update("workflow_dispatch")
    assert counts(stage)["papers"] == 2
    assert stage.github.issues[0]["state"] == "closed", run.log


def test_every_button_for_another_attempt_works(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    hook = stage.refuse_pushes()
    run = stage.update("push")
    assert run.results == {**IDLE, "commit": "failure"}
    assert "commit, step Merge, commit and push" in run.summary
    assert stage.github.issues == [], "this usually passes"
    hook.unlink()
    stage.github.page_settings["fails"] = 3
    run = stage.runner.again(run, failed=True)
    assert run.results == {**ALL_SOUND, "publish": "failure"}, run.log
    assert "/settings/pages" in run.summary
    assert stage.github.issues == []
    run = stage.runner.again(run, failed=True)  # Pages fails once more, and the job tries twice
    assert run.results == ALL_SOUND, run.log
    assert counts(stage)["papers"] == 1
    stage.networks.post()
    run = stage.runner.again(run)
    assert run.results == ALL_SOUND, run.log
    assert counts(stage)["papers"] == 2
    names = [path.name for path in sorted((stage.github.folder / "artifacts" / run.id).glob("*/*"))]
    assert sorted(names) == ["fetched-1", "fetched-4", "github-pages-2", "github-pages-3", "github-pages-4"]


def test_a_run_that_failed_days_ago_can_be_run_again_and_two_failures_in_a_row_are_told(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    hook = stage.refuse_pushes()
    stage.github.failed_before = True
    run = stage.update()
    assert run.results == {**IDLE, "commit": "failure"}
    (issue,) = stage.github.issues
    assert "/settings/rules" in issue["body"]
    hook.unlink()
    for kept in ("artifacts", "caches"):  # GitHub does not keep them for ever
        shutil.rmtree(stage.github.folder / kept)
    later = stage.runner.again(run, failed=True)
    assert later.results == {**ALL_SOUND}, later.log
    assert "what was fetched is not kept any more" in later.log
    assert "Nothing to publish yet" in later.summary
    assert stage.update().results == ALL_SOUND
    assert counts(stage)["papers"] == 1
    assert issue["state"] == "closed"


def test_where_pages_is_not_on_the_summary_says_where_to_click(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.github.page_settings["build_type"] = None
    run = stage.update()
    assert "[**Settings › Pages**](https://github.com/ada-example/papers/settings/pages)" in run.summary
    assert "choose **GitHub Actions**" in run.summary
    assert run.results == ALL_SOUND  # no red cross for a click that is still to come
    assert stage.github.deployments == 0
    stage.github.page_settings["build_type"] = "workflow"
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
    assert run.results == {**ALL_SOUND, "publish": "failure"}
    assert counts(stage)["papers"] == 5
    assert "2 papers are left of the 5" in run.log
    assert "tick **Publish although" in stage.github.issues[0]["body"]
    accepted = stage.update("workflow_dispatch", accept_fewer="true")
    assert accepted.results == ALL_SOUND
    assert counts(stage)["papers"] == 2
    assert stage.github.issues[0]["state"] == "closed", run.log


def test_nothing_found_yet_waits_without_a_red_cross_and_a_wrong_configuration_is_a_sentence(stage: Stage) -> None:
    stage.configure(x=False)
    run = stage.update("workflow_dispatch")
    assert run.results == ALL_SOUND
    assert "Nothing to publish yet" in run.summary
    assert "The schedule does not run" in run.summary
    assert stage.github.issues == []
    stage.push({"config.yaml": "site: {titel: Rehearsal}\n"})
    run = stage.update("push")
    assert run.results == {**IDLE, "fetch": "failure"}
    assert "::error file=config.yaml,line=1" in run.log
    assert "config.yaml" in stage.github.issues[0]["body"]
    assert "line and column" in run.summary


def test_a_machine_that_is_taken_back_leaves_everything_as_it_was(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    head = stage.github.head()
    lost: Any = stage.github.folder / "lost" / "fetch"
    lost.parent.mkdir()
    lost.touch()
    run = stage.update()
    assert run.results == {**IDLE, "fetch": "failure"}, run.log
    assert (stage.github.head(), stage.github.issues) == (head, [])
    assert "Re-run failed jobs" in run.summary
    lost.unlink()
    assert stage.runner.again(run, failed=True).results == ALL_SOUND


def test_a_run_that_somebody_cancels_loses_nothing_and_can_be_run_again(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.cancel_in("publish", "deploy-pages")
    run = stage.update("push")
    assert run.results == {**ALL_SOUND, "publish": "cancelled", "report": "skipped"}, run.log
    assert (stage.github.deployments, stage.github.issues) == (0, []), "whoever cancels a run needs no alarm"
    run = stage.runner.again(run, failed=True)
    assert run.results == ALL_SOUND, run.log
    assert counts(stage)["papers"] == 1
    stage.networks.post()
    stage.cancel_during_the_next_push()
    run = stage.update()
    assert run.results == {**IDLE, "commit": "cancelled", "report": "skipped"}, run.log
    run = stage.runner.again(run)
    assert run.results == ALL_SOUND, run.log
    assert stage.github.subjects().count("1 paper, 1 post (bluesky 1)") == 2, "what was pushed is not committed again"
    assert counts(stage)["papers"] == 2
