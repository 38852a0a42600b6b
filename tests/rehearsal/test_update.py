"""Update, rehearsed: what a run does, and what it does when something is wrong. Every step is the workflow's own."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from tests import pretend_bluesky
from tests.loopback import as_json
from tests.pretend_bluesky import did
from tests.ready import BASE_PYTHON
from tests.rehearsal.conftest import Stage
from tests.rehearsal.networks import unavailable

pytestmark = pytest.mark.slow

ALL_SOUND = {
    **dict.fromkeys(("plan", "fetch", "commit", "decide", "build", "deploy", "report"), "success"),
    "join": "skipped",  # one machine reads everything
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
    status = (stage.github.published / "status/index.html").read_text("utf-8")
    assert status.count("Last fetch") == 2
    assert re.search(r"[0-9]+ requests?, about \$0\.[0-9]{2}\.", status), "what X cost"
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
    assert (run.results["plan"], run.results["fetch"], run.results["join"]) == ("failure", "skipped", "skipped")
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


MEMBERS = [f"m{number}" for number in range(6)]


def in_three_shards(stage: Stage, *, x: bool = True) -> None:
    """A group whose accounts three machines divide among them."""
    for number, name in enumerate(MEMBERS):
        at = pretend_bluesky.NOW + timedelta(minutes=number)
        url = f"https://arxiv.org/abs/2611.0010{number}"
        text = f"Read {url} at last"
        said = {"facets": [pretend_bluesky.facet(text, url, url)]}
        stage.networks.bluesky.feeds[did(name)] = [
            {"post": pretend_bluesky.view(name, f"3kz{number}", text, at, said=said)}
        ]
    members = "".join(f"  - {{id: {name}, bluesky: {{accounts: ['{did(name)}']}}}}\n" for name in MEMBERS)
    config = stage.networks.config(f"{stage.github.server.url}/", x=x).replace("trackers: [", "trackers:\n  - ")
    config = config.replace("}}]\n", "}}\n" + members, 1) + "fetch: {shards: 3}\n"
    stage.push({"config.yaml": config}, "Three machines")


def test_three_machines_divide_the_accounts_and_one_page_comes_of_it(stage: Stage) -> None:
    in_three_shards(stage)
    stage.networks.post("x")
    first = stage.update("push")
    assert first.results == {**ALL_SOUND, "join": "success"}, first.log
    assert [job["name"] for job in stage.github.jobs[first.id]][1:4] == [
        f"Fetch posts and papers ({shard})" for shard in (1, 2, 3)
    ]
    assert counts(stage)["papers"] == len(MEMBERS) + 1
    assert first.summary.count("| network |") == 1  # one table, of all of them
    assert f"| <code>bluesky</code> | {len(MEMBERS)} |" in first.summary
    status = (stage.github.published / "status/index.html").read_text("utf-8")
    assert status.count("Last fetch") == 2
    assert "about $0.0" in status, "of all machines together"
    assert len(stage.networks.arxiv_server.requests) == 1  # no shard asked arXiv
    asked = [request.query.get("actor") for request in stage.networks.bluesky_server.requests
             if request.path.endswith("getAuthorFeed") and "cursor" not in request.query]  # fmt: skip
    assert len(asked) == len(set(asked)) == len(MEMBERS) + 1
    (cached,) = [path for (key, _), path in stage.github.caches.items() if key.startswith("texts-")]
    assert b"A good one" in cached.read_bytes()  # the words of X reached the page's machine, and no artifact
    assert not any(
        b"A good one" in path.read_bytes() for root in stage.github.artifacts.values() for path in root.rglob("*")
        if path.is_file() and "github-pages" not in str(root)
    )  # fmt: skip
    head = stage.github.head()
    second = stage.update()
    assert second.results == {**ALL_SOUND, "join": "success", "build": "skipped", "deploy": "skipped"}, second.log
    assert stage.github.head() == head


def test_one_machine_that_is_lost_costs_its_own_accounts_and_is_told_until_the_next_run(stage: Stage) -> None:
    in_three_shards(stage, x=False)
    stage.runner.lost = {"fetch (2)"}
    run = stage.update()
    assert run.results == {**ALL_SOUND, "fetch": "failure", "join": "success"}, run.log
    some = counts(stage)["papers"]
    assert 0 < some < len(MEMBERS)
    assert "1 of 3 shards brought nothing" in run.summary
    assert "what the others read is kept and published" in run.summary
    assert stage.github.issues[0]["state"] == "open"
    stage.runner.lost = set()
    healed = stage.update()
    assert counts(stage)["papers"] == len(MEMBERS), healed.log
    assert stage.github.issues[0]["state"] == "closed"


def test_machines_that_are_all_lost_leave_everything_as_it_was(stage: Stage) -> None:
    in_three_shards(stage, x=False)
    stage.runner.lost = {f"fetch ({shard})" for shard in (1, 2, 3)}
    head = stage.github.head()
    run = stage.update()
    skipped = dict.fromkeys(("commit", "decide", "build", "deploy"), "skipped")
    assert run.results == {**ALL_SOUND, "fetch": "failure", "join": "failure", **skipped}, run.log
    assert stage.github.head() == head
    assert "Readers see the last good page" in stage.github.issues[0]["body"]
