"""The workflows as texts, and what they run beside the program: the gate, the summary, the report, the clicks."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.check.publishable import LARGEST_BYTES, Measure, judge
from generator.fetch.configuration import read
from scripts import (
    actions,
    advice,
    advise,
    care,
    gate,
    github_api,
    keep_alive,
    live_check,
    pages,
    report,
    summary,
    tell_problems,
)
from scripts.advice import Failure
from scripts.places import Places, page_url
from scripts.set_up import options_of, read_form
from scripts.upgrade import OWNED
from tests.conftest import ROOT
from tests.loopback import Answer, Loopback, as_json
from tests.rehearsal.workflow import Job, Workflow, load

FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
WORKFLOWS = {path.name: load(path) for path in FILES}
JOBS = [(workflow, job) for workflow in WORKFLOWS.values() for job in workflow.jobs.values()]
PLACES = Places("https://github.com/ada-example/papers", "main")
each_job = pytest.mark.parametrize(("workflow", "job"), JOBS, ids=[f"{w.file}:{j.id}" for w, j in JOBS])
PUSHING = {
    ("update.yml", "commit"), ("setup.yml", "write"), ("update.yml", "note"), ("upgrade.yml", "push"),
    ("care.yml", "care"),
}  # fmt: skip
PUBLISHING = {("update.yml", "publish"), ("demo.yml", "demo")}
WITH_SECRETS = {("update.yml", "fetch"): "networks", ("update.yml", "announce"): "announce"}
"""Job -> the environment that its secrets may be kept in."""
PREPARE = "$/.github/actions/prepare"
READS_DATA = re.compile(r"-m generator (fetch|build|prune|update)|tell_problems|-e data/schema")


# --- the texts


@each_job
def test_a_job_has_a_name_an_end_a_machine_that_stays_the_same_and_its_own_rights(workflow: Workflow, job: Job) -> None:
    assert job.keys["runs-on"] == "ubuntu-24.04"
    assert 0 < int(job.keys["timeout-minutes"]) <= 30
    assert job.permissions
    assert job.id in report.job_names(Path(ROOT, ".github/workflows", workflow.file).read_text("utf-8"))


@each_job
def test_secrets_writing_and_publishing_are_never_in_one_job(workflow: Workflow, job: Job) -> None:
    place = (workflow.file, job.id)
    uses_secrets = any("secrets." in value for step in job.steps for value in step.env.values())
    assert uses_secrets == (place in WITH_SECRETS)
    writes = {area for area, right in job.permissions.items() if right == "write"}
    assert ("contents" in writes) == (place in PUSHING)
    assert bool(writes & {"pages", "id-token"}) == (place in PUBLISHING)
    if uses_secrets:
        assert job.permissions == {"contents": "read"}
        assert job.environment == {"name": WITH_SECRETS[place], "deployment": "false"}
        assert all("secrets." not in value for step in job.steps for value in step.given.values())
    if "contents" in writes:
        assert writes == {"contents"}


@each_job
def test_a_job_that_may_follow_a_skipped_one_is_skipped_with_it_or_says_itself_when_it_runs(
    workflow: Workflow, job: Job
) -> None:
    skippable = {each for each in job.ancestors if workflow.jobs[each].condition}
    explicit = re.search(r"\b(cancelled|always|failure)\(\)", job.condition or "")
    assert explicit or skippable <= set(job.needs), "GitHub skips it with every job before it that was skipped"


@each_job
def test_no_text_from_outside_is_put_into_a_script(workflow: Workflow, job: Job) -> None:
    assert [step.name for step in job.steps if "${{" in (step.run or "")] == []


@each_job
def test_actions_are_githubs_own_pinned_by_commit_with_their_version_beside(workflow: Workflow, job: Job) -> None:
    text = Path(ROOT, ".github/workflows", workflow.file).read_text("utf-8")
    text += (ROOT / ".github/actions/prepare/action.yml").read_text("utf-8")
    for uses in re.findall(r"uses: (\S+)", text):
        if uses != PREPARE:
            assert re.fullmatch(r"actions/[\w/-]+@[0-9a-f]{40}", uses)
            assert re.search(rf"{re.escape(uses)} # v\d+\.\d+\.\d+\n", text)


def test_the_pinned_commits_are_those_of_their_versions(shared: Path) -> None:
    table = (shared / "anchors/actions.md").read_text("utf-8")
    known = dict(re.findall(r"\| (actions/[\w-]+) \| v[\d.]+ \| ([0-9a-f]{40}) \|", table))
    for _, job in JOBS:
        for step in job.steps:
            if step.uses and step.uses != PREPARE:
                name, _, commit = step.uses.partition("@")
                assert known["/".join(name.split("/")[:2])] == commit


@each_job
def test_the_token_stays_on_the_machine_only_where_it_pushes(workflow: Workflow, job: Job) -> None:
    checkouts = [step.given for step in job.steps if (step.uses or "").startswith("actions/checkout@")]
    assert all(given["persist-credentials"] == "false" for given in checkouts if "path" in given)
    kept = [given["persist-credentials"] for given in checkouts if "path" not in given]
    assert kept in ([], ["true" if (workflow.file, job.id) in PUSHING else "false"])
    if kept == ["true"]:
        assert not any("upload" in (step.uses or "") for step in job.steps)


@each_job
def test_whatever_builds_the_site_installs_what_draws_cards_first(workflow: Workflow, job: Job) -> None:
    if any(re.search(r"-m generator (build|update)", step.run or "") for step in job.steps):
        (prepared,) = [step for step in job.steps if step.uses == PREPARE]
        assert prepared.given["extra"] == "cards"


@pytest.mark.parametrize(
    ("extra", "config", "installs"),
    [("cards", "site: {cards: true}", True), ("cards", "site: {cards: false}", False), ("cards", "site: [", False),
     ("announce", "announce: {apprise: {}}", True), ("announce", "announce: {slack: {}}", False)],
)  # fmt: skip
@pytest.mark.slow
def test_an_extra_is_installed_where_the_owner_wants_it(
    extra: str, config: str, installs: bool, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(f"{config}\ntrackers: [{{id: lab}}]\n")
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$*" in *pip*) echo "$@";; *) exec {sys.executable} "$@";; esac\n')
    python.chmod(0o755)
    ran = subprocess.run(
        [str(ROOT / "scripts/install_extra.sh"), extra], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHON": str(python), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert (f"--require-hashes -r requirements-{extra}.lock" in ran.stdout) == installs


def test_the_lock_of_cards_is_the_lock_of_the_rest_and_two_packages() -> None:
    plain, cards = (
        dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in ("requirements.lock", "requirements-cards.lock")
    )
    assert plain.items() < cards.items(), "nothing is installed twice in two versions"
    assert cards.keys() - plain.keys() == {"pillow", "font-source-serif-pro"}


def test_what_writes_to_data_waits_for_each_other_and_is_never_cut_off() -> None:
    for file in ("update.yml", "setup.yml", "care.yml"):
        assert WORKFLOWS[file].concurrency == {"group": "data", "cancel-in-progress": "false", "queue": "max"}


def test_a_pull_request_gets_no_secret_no_cache_and_no_right_but_to_read() -> None:
    test = WORKFLOWS["test.yml"]
    assert test.on.keys() == {"pull_request", "workflow_dispatch"}
    for job in test.jobs.values():
        assert job.permissions == {"contents": "read"}
        assert not any("cache" in str(step) for step in job.steps)
    assert all("pull_request" not in workflow.on for workflow in WORKFLOWS.values() if workflow is not test)
    triggers = {"push", "schedule", "workflow_dispatch", "pull_request"}
    assert all(workflow.on.keys() <= triggers for workflow in WORKFLOWS.values())


def test_schedules_keep_off_the_full_hour_and_are_known_to_what_switches_them_on() -> None:
    scheduled = {workflow.file: workflow.on["schedule"] for workflow in WORKFLOWS.values() if "schedule" in workflow.on}
    for crons in scheduled.values():
        for each in crons:
            assert int(each["cron"].split()[0]) % 5, "minutes that many choose are those when runs are dropped"
    assert set(keep_alive.SCHEDULED) == set(scheduled)


def test_the_form_of_set_up_is_what_its_script_reads() -> None:
    setup = WORKFLOWS["setup.yml"]
    assert setup.inputs.keys() == {"x", "bluesky", "mastodon", "hackernews", "huggingface", "title", "start_over"}
    assert not any(about.get("required") for about in setup.inputs.values())
    (step,) = [step for step in setup.jobs["write"].steps if step.id == "commit"]
    assert set(step.env) == {
        "BRANCH", "X_ACCOUNTS", "BLUESKY_ACCOUNTS", "MASTODON_ACCOUNTS", "HACKERNEWS", "HUGGINGFACE", "TITLE",
        "START_OVER",
    }  # fmt: skip


def test_the_form_of_look_after_the_data_is_what_its_script_reads() -> None:
    form = WORKFLOWS["care.yml"]
    assert form.inputs.keys() == {"do", "of"}
    assert tuple(form.inputs["do"]["options"]) == tuple(care.VERBS)
    (step,) = [step for step in form.jobs["care"].steps if step.id == "care"]
    assert set(step.env) == {"BRANCH", "DO", "OF"}


@each_job
def test_whatever_reads_the_data_takes_it_from_where_it_is(workflow: Workflow, job: Job) -> None:
    reads = [number for number, step in enumerate(job.steps) if READS_DATA.search(step.run or "")]
    taken = [
        number for number, step in enumerate(job.steps) if step.uses == PREPARE and step.given.get("data") != "none"
    ]
    if reads and workflow.file != "live.yml":
        assert taken, "data that is kept on a branch of its own would be missing here"
        assert taken[0] < reads[0]


def test_what_runs_without_prepared_packages_imports_none() -> None:
    runs = [step.run or "" for _, job in JOBS for step in job.steps]
    modules = sorted({found[1] for run in runs if (found := re.match(r"python3 -m (scripts\.\w+)", run))})
    assert "scripts.report" in modules
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {', '.join(modules)}"
    ran = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    bare = [job.id for _, job in JOBS if not any(step.uses == PREPARE for step in job.steps) and job.id != "test"]
    for _, job in JOBS:
        if job.id in bare:
            assert not any(re.match(r"python -m", step.run or "") for step in job.steps), job.id


@each_job
def test_artifacts_and_caches_are_named_by_attempt_because_neither_can_be_written_twice(
    workflow: Workflow, job: Job
) -> None:
    for step in job.steps:
        uses = (step.uses or "").partition("@")[0]
        if uses in {"actions/upload-artifact", "actions/upload-pages-artifact"}:
            assert step.given["name"].endswith("-${{ github.run_attempt }}")
        if uses == "actions/cache/save" and not step.given["key"].startswith("published-"):
            assert step.given["key"].endswith("-${{ github.run_id }}-${{ github.run_attempt }}")
        if uses == "actions/download-artifact":
            assert step.given["name"].startswith("${{ needs."), "the attempt that made it may be an earlier one"


def test_a_run_with_news_is_four_jobs_and_one_without_is_two() -> None:
    """What is left out needs news, or somebody who is to be told."""
    jobs = WORKFLOWS["update.yml"].jobs
    assert [job.id for job in jobs.values() if not job.condition and not job.needs] == ["fetch"]
    assert jobs["commit"].condition == "needs.fetch.outputs.news == 'true'"
    assert (jobs["publish"].condition, set(jobs["publish"].needs)) == (None, {"fetch", "commit"})
    assert jobs["announce"].condition == "needs.publish.outputs.announce == 'true'"
    assert "needs.announce.outputs.changed" in str(jobs["note"].condition)
    assert jobs["report"].condition == "${{ !cancelled() }}"


@pytest.mark.parametrize(
    ("event", "changed", "code"),
    [("pull_request", ["config.yaml", "trackers/a.yaml", "data/x.jsonl", "content/a.md", "README.md"], "false"),
     ("pull_request", ["trackers/a.yaml", "generator/cli.py"], "true"), ("pull_request", ["templates/a.html"], "true"),
     ("workflow_dispatch", ["config.yaml"], "true")],
)  # fmt: skip
def test_a_pull_request_that_touches_no_code_runs_no_tests_of_code(
    tmp_path: Path, event: str, changed: list[str], code: str
) -> None:
    from tests.rehearsal.github import QUIET_GIT, git

    git("init", "--quiet", ".", cwd=tmp_path)
    git("commit", "--quiet", "--allow-empty", "--message", "Begin", cwd=tmp_path)
    for name in changed:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    git("add", "--all", cwd=tmp_path)
    git("commit", "--quiet", "--message", "Change", cwd=tmp_path)
    (step,) = [step for step in WORKFLOWS["test.yml"].jobs["check"].steps if step.id == "changed"]
    output = tmp_path / ".git/output"
    environment = {"PATH": os.environ["PATH"], **QUIET_GIT, "EVENT": event, "GITHUB_OUTPUT": str(output)}
    subprocess.run(["bash", "-e", "-c", step.run or ""], cwd=tmp_path, env=environment, check=True)
    assert output.read_text() == f"code={code}\n"
    assert WORKFLOWS["test.yml"].jobs["test"].condition == "${{ !cancelled() && needs.check.outputs.code == 'true' }}"


def test_the_form_of_update_is_called_as_the_advice_calls_it() -> None:
    text = WORKFLOWS["update.yml"].inputs["accept_fewer"]["description"]
    assert text in advice.for_failure(Failure("publish", "Gate"), {"publish": {"reason": "fewer"}}, PLACES)


def test_the_live_check_reads_every_network_that_needs_no_secret() -> None:
    from generator.fetch.registry import SOURCES

    config = read((ROOT / ".github/live.yaml").read_bytes())
    assert {source.name for source in SOURCES if config.wanted(source.name)} >= {
        source.name for source in SOURCES if source.name != "x"
    }


DEPENDABOT = ROOT / ".github/dependabot.yml"
"""The template's alone: Set up and Update the software take it out of a copy."""


@pytest.mark.skipif(not DEPENDABOT.exists(), reason="this is a copy of the template")
def test_dependabot_lets_releases_ripen() -> None:
    text = DEPENDABOT.read_text("utf-8")
    assert text.count("default-days: 14") == text.count("package-ecosystem:") == 2


def test_no_test_reads_what_belongs_to_the_owner_of_a_copy() -> None:
    owned = "|".join(map(re.escape, OWNED))
    read_by = [
        f"{path.name}: {found[0]}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for found in re.finditer(rf"ROOT / f?[\"'](?:{owned})\b[^\"']*", path.read_text("utf-8"))
    ]
    assert read_by == [], "in a copy with a configuration of its own this test fails"


# --- other people's checkers


def run_tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / arguments[0]
    return subprocess.run([str(tool), *arguments[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("persona", ["regular", "pedantic", "auditor"])
def test_zizmor_finds_nothing_as_any_of_its_personas(persona: str) -> None:
    ran = run_tool("zizmor", "--offline", "--persona", persona, ".github")
    assert ran.returncode == 0, ran.stdout
    ignored = re.findall(r"# zizmor: ignore\[[\w-]+\](.*)", "".join(path.read_text("utf-8") for path in FILES))
    assert all(len(reason.split()) > 3 for reason in ignored), "a suppression without its reason"


def test_actionlint_and_shellcheck_find_nothing() -> None:
    folder = str(Path(sys.executable).parent)
    assert shutil.which("shellcheck", path=folder), "actionlint would pass over the scripts in silence"
    ran = run_tool("actionlint", "-shellcheck", f"{folder}/shellcheck", *map(str, FILES))
    assert (ran.returncode, ran.stdout) == (0, "")
    scripts = run_tool("shellcheck", "--external-sources", *map(str, sorted((ROOT / "scripts").glob("*.sh"))))
    assert scripts.returncode == 0, scripts.stdout


def test_the_schemas_of_workflows_and_dependabot_hold() -> None:
    files = {
        "github-workflows": FILES,
        "github-actions": sorted((ROOT / ".github/actions").rglob("action.yml")),
        "dependabot": [path for path in [DEPENDABOT] if path.exists()],
    }
    for schema, paths in files.items():
        if paths:
            ran = run_tool("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *map(str, paths))
            assert ran.returncode == 0, ran.stdout


# --- the gate

measures = st.builds(Measure, papers=st.integers(0, 10**6), size=st.integers(0, 2 * LARGEST_BYTES))


@given(measures, st.none() | measures, st.booleans())
def test_what_is_published_is_never_empty_too_large_or_less_than_half_unless_accepted(
    site: Measure, published: Measure | None, accepted: bool
) -> None:
    verdict = judge(site, published, accept_fewer=accepted)
    if verdict.decision == "publish":
        assert site.papers > 0
        assert site.size <= LARGEST_BYTES
        assert accepted or published is None or 2 * site.papers >= published.papers
    else:
        assert site.papers == 0 or site.size > LARGEST_BYTES or (published and 2 * site.papers < published.papers)
    if verdict.decision == "wait":
        assert accepted or published is None or published.papers == 0


@pytest.mark.parametrize(
    ("site", "published", "decision"),
    [((5, 10), (10, 0), "publish"), ((4, 10), (10, 0), "refuse"), ((0, 10), (10, 0), "refuse"), ((0, 10), None, "wait"),
     ((1, LARGEST_BYTES), None, "publish"), ((1, LARGEST_BYTES + 1), None, "refuse"), ((1, 1), None, "publish")],
)  # fmt: skip
def test_the_gate_at_its_edges(site: tuple[int, int], published: tuple[int, int] | None, decision: str) -> None:
    before = Measure(papers=published[0], size=published[1]) if published else None
    assert judge(Measure(papers=site[0], size=site[1]), before).decision == decision


@pytest.mark.parametrize(
    "index", [b"", b"[]", b'{"counts": 5}', b'{"counts": {"papers": "9"}}', b'{"counts": {"papers": true}}']
)
def test_a_site_whose_index_cannot_be_read_has_no_papers(tmp_path: Path, index: bytes) -> None:
    (tmp_path / "api/v1").mkdir(parents=True)
    (tmp_path / "api/v1/index.json").write_bytes(index)
    assert gate.measure(tmp_path) == Measure(papers=0, size=len(index))


@pytest.mark.parametrize("noted", ['{"papers": 7, "size": 9}', "{", '{"papers": "7", "size": 9}', None])
def test_what_was_published_is_read_from_its_note_else_from_the_page(tmp_path: Path, noted: str | None) -> None:
    note = tmp_path / "published.json"
    if noted is not None:
        note.write_text(noted)
    page = {"generator": "trending-arxiv", "counts": {"papers": 3}}
    with Loopback({"/api/v1/index.json": as_json(page)}) as server:
        config = read(f"site: {{url: '{server.url}/'}}".encode())
        found = gate.published_last(note, config)
        assert found == (
            Measure(papers=7, size=9) if noted == '{"papers": 7, "size": 9}' else Measure(papers=3, size=0)
        )
    with Loopback({"/api/v1/index.json": as_json({"counts": {"papers": 3}})}) as server:
        config = read(f"site: {{url: '{server.url}/'}}".encode())
        assert gate.published_last(tmp_path / "none", config) is None  # somebody else's page


# --- what is said


@given(st.text())
def test_a_strangers_text_is_inert_in_markdown_and_reads_as_it_was(text: str) -> None:
    shown = actions.inert(text, limit=10_000)
    if not shown:
        assert not any(each.isprintable() and not each.isspace() for each in text)
        return
    inside = shown.removeprefix("<code>").removesuffix("</code>")
    assert re.fullmatch(r"(?:[^\W_]|[ …]|&#\d+;|[^\x00-\x7f])*", inside)
    assert html.unescape(inside) == " ".join("".join(e if e.isprintable() else " " for e in text).split())


def test_what_is_wrong_is_told_by_file_and_line_in_inert_words() -> None:
    text = tell_problems.summary_of(["trackers/a|b.yaml:3:5: x: `<b>` is no key", "data/x.jsonl:7: odd", "strange\n"])
    assert "## 3 things to mend" in text
    assert (
        "| <code>trackers&#47;a&#124;b&#46;yaml</code> | 3 | <code>x&#58; &#96;&#60;b&#62;&#96; is no key</code> |"
        in text
    )
    assert "| <code>data&#47;x&#46;jsonl</code> | 7 | <code>odd</code> |" in text
    assert "| | | <code>strange</code> |" in text
    assert "and 20 more" in tell_problems.summary_of(["config.yaml:1:1: odd"] * 120)
    assert "Nothing wrong" in tell_problems.summary_of([])


def test_a_long_text_is_cut() -> None:
    assert actions.inert("a" * 1000) == f"<code>{'a' * 299}…</code>"


@pytest.mark.parametrize("value", ["a\nb=c", "${{ x }}", "a;b", "a`b`", "é<"])
def test_an_output_is_one_line_of_plain_words(value: str, tmp_path: Path) -> None:
    output = tmp_path / "output"
    with pytest.raises(ValueError, match="may not be an output"):
        actions.set_output("name", value, {"GITHUB_OUTPUT": str(output)})
    assert not output.exists()


def test_an_annotation_stays_on_its_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    actions.annotate("error", "100 %\n::set-env::")
    assert capsys.readouterr().out == "::error::100 %25%0A::set-env::\n"


def a_run(**networks: Any) -> dict[str, Any]:
    return {"at": "2026-11-20T12:00:00Z", "networks": networks, "arxiv": {"asked": 4, "papers": 3, "unknown": 1}}


def test_the_table_tells_networks_requests_posts_papers_cost_and_warnings() -> None:
    run = a_run(
        x={"new": 1234, "changed": 5, "left_out": 6, "requests": 7, "cost_usd": 0.0351, "failure": None},
        bluesky={
            "new": 1,
            "failure": "down | for <b>",
            "warnings": ["account/@ada: gone"],
            "skipped": ["feed[3]: odd"],
        },
    )
    text = summary.table(run)
    assert "| <code>x</code> | 1,234 | 5 | 6 | 7 | $0.035 | sound |" in text
    assert "| <code>bluesky</code> | 1 | 0 | 0 | 0 | - | failed: <code>down &#124; for &#60;b&#62;</code> |" in text
    assert "asked about 4 papers, 3 new or newer, 1 not known yet" in text
    warnings = summary.warnings(run)
    assert "2 warnings" in warnings
    assert "left out&#58; feed" in warnings
    assert summary.warnings(a_run(x={})) == ""


def test_the_sparkline_shows_days_without_posts_too(tmp_path: Path) -> None:
    for day, posts in (("20", 4), ("19", 1), ("01", 9)):
        path = tmp_path / f"posts/bluesky/2026/11/{day}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}\n" * posts)
    text = summary.captured(tmp_path, summary._time("2026-11-20T12:00:00Z"))
    assert "14 posts about 0 papers" in text
    assert "▁▁▁▁▁▁▁▁▁▁▁▁▂█ (0 to 4 posts a day)" in text
    assert summary.sparkline([0, 0]) == "▁▁ (0 to 0 posts a day)"


@pytest.mark.parametrize(
    ("failure", "is_set", "found"),
    [("reading X needs a bearer token: set the secret X_BEARER_TOKEN", False, ["secret-absent:X_BEARER_TOKEN"]),
     ("X refuses the token: X_BEARER_TOKEN is wrong", True, ["secret-refused:X_BEARER_TOKEN"]),
     ("MASTODON_TOKEN_A_EXAMPLE is refused", False, ["secret-refused:MASTODON_TOKEN_A_EXAMPLE"]),
     ("format changed: no posts", True, ["format:x"]), ("down for maintenance", True, []), (None, True, [])],
)  # fmt: skip
def test_what_only_the_owner_can_mend_is_found(failure: str | None, is_set: bool, found: list[str]) -> None:
    run = a_run(x={"failure": failure})
    assert summary.findings_of(run, {"X_BEARER_TOKEN": is_set}) == found
    for each in found:
        assert report._FINDING.fullmatch(each)
        assert "settings/secrets/actions" in advice.for_findings([each], PLACES) or each.startswith("format")


def test_no_account_and_no_run_are_told_apart() -> None:
    assert summary.findings_of(a_run(), {}) == ["no-account"]
    assert summary.findings_of(None, {}) == []
    assert "actions/workflows/setup.yml" in advice.for_findings(["no-account"], PLACES)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from(["at", "networks", "arxiv"]), json_values))
def test_whatever_the_last_run_left_is_summarised_in_safe_text(run: dict[str, Any]) -> None:
    text = summary.table(run) + summary.warnings(run)
    assert "\r" not in text
    assert " ".join(summary.findings_of(run, {})).isascii()


# --- what to do


@each_job
def test_every_step_that_can_fail_has_a_sentence_with_a_place(workflow: Workflow, job: Job) -> None:
    if workflow.file == "update.yml":
        assert job.id == "report" or job.id in workflow.jobs["report"].needs, "its end is told to nobody"
    else:
        assert (job.steps[-1].name, job.steps[-1].condition) == ("What to do", "failure()")
    for step in (*(step.name for step in job.steps), *(step.id for step in job.steps), ""):
        text = advice.for_failure(Failure(job.id, step), {job.id: {"status": "1", "reason": "empty"}}, PLACES)
        assert len(text) > 60
        assert "](https://github.com/ada-example/papers/" in text
    assert "[**config.yaml**](https" in advice.for_failure(
        Failure("fetch", "Fetch"), {"fetch": {"status": "2"}}, PLACES
    )


def test_the_last_step_of_a_job_that_failed_says_what_to_do(tmp_path: Path) -> None:
    steps = {"prepare": {"conclusion": "success"}, "care": {"conclusion": "failure", "outcome": "failure"}}
    summary_file = tmp_path / "summary"
    advise.main({
        "GITHUB_JOB": "care", "GITHUB_WORKFLOW": "Look after the data", "STEPS": json.dumps(steps),
        "GITHUB_REPOSITORY": "ada-example/papers", "GITHUB_STEP_SUMMARY": str(summary_file),
    })  # fmt: skip
    assert summary_file.read_text().startswith("## Look after the data failed\n\nWhat was not committed")
    assert "or may workflows not write" in summary_file.read_text()
    assert {workflow.name for workflow in WORKFLOWS.values()} - {"Update"} == set(advise._CONSEQUENCES)


@pytest.mark.parametrize(
    ("failures", "findings", "before", "alarm"),
    [([("publish", "Publish, second try")], [], False, False), ([("publish", "Publish, second try")], [], True, True),
     ([("fetch", "")], [], False, False), ([("fetch", "Fetch")], [], False, True),
     ([("publish", "Gate")], [], False, True), ([("fetch", "Prune")], [], False, True), ([], [], True, False),
     ([], ["secret-refused:X_BEARER_TOKEN"], False, True), ([], ["secret-absent:X_BEARER_TOKEN"], False, False),
     ([("note", "Merge, commit and push")], ["secret-refused:A"], False, True),
     ([], ["format:x", "no-account"], True, False)],
)  # fmt: skip
def test_an_issue_is_opened_for_what_an_owner_can_mend_or_what_failed_twice(
    failures: list[tuple[str, str]], findings: list[str], before: bool, alarm: bool
) -> None:
    outcome = report.Outcome(failures=[Failure(*each) for each in failures], findings=findings)
    assert (outcome.needs_owner({}) or (outcome.failed and before)) == alarm


@pytest.mark.parametrize(
    ("answer", "state", "url"),
    [(as_json({"html_url": "https://papers.example.org/", "build_type": "workflow"}), "on", "https://papers.example.org/"),
     (as_json({"html_url": "https://a.github.io/", "build_type": "legacy"}), "branch", "https://a.github.io/"),
     (as_json({"html_url": "https://a.github.io/b", "build_type": "workflow"}), "on", "https://a.github.io/b/"),
     (as_json({"html_url": "javascript:alert(1)"}), "on", "https://a.github.io/b/"), (as_json([]), "unknown", "https://a.github.io/b/"),
     (Answer(404), "off", "https://a.github.io/b/"), (Answer(503), "unknown", "https://a.github.io/b/")],
)  # fmt: skip
def test_the_address_of_the_page_is_what_pages_says(answer: Answer, state: str, url: str) -> None:
    with Loopback([answer] * 3) as server:
        assert pages.pages_of(github_api.GitHub(environment(server))) == pages.Pages(state, url)


@pytest.mark.parametrize(
    ("configured", "page", "said"),
    [("https://a.github.io/b/", "https://papers.example.org/", True),
     ("http://a.github.io/b/", "https://a.github.io/b/", False), ("https://a.github.io/b/", "", False),
     ("https://example.github.io/trending-arxiv/", "https://a.github.io/b/", True)],
)  # fmt: skip
def test_a_configured_address_that_is_not_the_pages_is_one_line_of_the_summary(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], configured: str, page: str, said: bool
) -> None:
    monkeypatch.setenv("GITHUB_REPOSITORY", "a/b")
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    gate.tell_address(configured, page)
    assert (f"write `url: {page}`" in capsys.readouterr().out) == said


def test_care_without_a_word_of_what_to_do_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert care.main([], {}) == 2
    assert "Say what to do with the data: archive 2027" in capsys.readouterr().err


def test_places_are_those_of_the_repository() -> None:
    here = Places.here({"GITHUB_REPOSITORY": "ada-example/papers", "DEFAULT_BRANCH": "trunk"})
    assert here.config == "[**config.yaml**](https://github.com/ada-example/papers/edit/trunk/config.yaml)"
    assert here.pages.endswith("(https://github.com/ada-example/papers/settings/pages)")
    assert page_url("Ada/Papers") == "https://ada.github.io/Papers/"
    assert page_url("Ada/ada.github.io") == "https://ada.github.io/"


def test_a_job_that_was_stopped_counts_as_failed_and_one_that_was_skipped_does_not() -> None:
    jobs = [
        {
            "name": "Fetch posts",
            "steps": [{"name": "Install", "conclusion": "success"}, {"name": "Fetch", "conclusion": "cancelled"}],
        }
    ]
    found = report.find_failures({"fetch": "cancelled", "build": "skipped"}, {"fetch": "Fetch posts"}, jobs)
    assert found == [Failure("fetch", "Fetch")]
    assert report.find_failures({"fetch": "failure"}, {}, []) == [Failure("fetch", "")]


@pytest.mark.parametrize(
    ("networks", "changed"),
    [({"x": {"failure": "format changed: data is no list"}}, ["x"]), ({"x": {"failure": "down"}}, []),
     ({"x": {"warnings": ["feed: format changed: no XML"]}}, ["x"]), ({"x": {"skipped": ["a: odd"]}}, ["x"]),
     ({"x": {}}, [])],
)  # fmt: skip
def test_the_live_check_fails_for_a_changed_format_alone(
    tmp_path: Path, networks: dict[str, Any], changed: list[str]
) -> None:
    run = a_run(**networks)
    assert [network for network, _ in live_check.changed_formats(run)] == changed
    (tmp_path / "last-run.json").write_text(json.dumps(run))
    assert live_check.main(tmp_path) == (1 if changed else 0)
    assert live_check.main(tmp_path / "nothing") == 1
    assert [n for n, _ in live_check.changed_formats({**run, "arxiv": {"refused": "format changed: x"}})][-1] == "arxiv"


def test_what_was_left_empty_in_the_form_is_left_out_and_dashes_are_no_options() -> None:
    form = {
        "X_ACCOUNTS": " ",
        "BLUESKY_ACCOUNTS": "Ada.example",
        "HACKERNEWS": "true",
        "TITLE": " --config=/etc/passwd ",
    }
    assert options_of(read_form(form)) == ["--bluesky=ada.example", "--hackernews", "--title=--config=/etc/passwd"]


# --- GitHub's API


def environment(server: Loopback, **more: str) -> dict[str, str]:
    return {
        "GITHUB_REPOSITORY": "a/b", "GH_TOKEN": "t", "GITHUB_API_URL": server.url, "RETRY_S": "0", **more,
    }  # fmt: skip


def test_an_ill_service_is_asked_again_and_a_refusal_is_not() -> None:
    with Loopback([Answer(502), Answer(502), as_json({"ok": 1})]) as server:
        assert github_api.GitHub(environment(server)).ask("GET", "/pages") == {"ok": 1}
        assert server.paths == ["/repos/a/b/pages"] * 3
        assert server.requests[0].headers["authorization"] == "Bearer t"
    with Loopback([Answer(403)]) as server:
        with pytest.raises(github_api.ApiError, match="403"):
            github_api.GitHub(environment(server)).ask("GET", "/pages")
        assert len(server.requests) == 1


def test_the_token_follows_no_redirect_and_goes_to_no_plain_address() -> None:
    with Loopback() as other, Loopback([Answer(302, b"", {"Location": f"{other.url}/x"})]) as server:
        with pytest.raises(github_api.ApiError, match="302"):
            github_api.GitHub(environment(server)).ask("GET", "/pages")
        assert other.requests == []
    with pytest.raises(github_api.ApiError, match="not sent"):
        github_api.GitHub({"GITHUB_REPOSITORY": "a/b", "GH_TOKEN": "t", "GITHUB_API_URL": "http://evil.example"})


# --- committing


def test_a_merge_that_fails_commits_nothing_and_is_no_run_without_news(tmp_path: Path) -> None:
    from tests.rehearsal.github import QUIET_GIT, git

    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=tmp_path)
    git("clone", "--quiet", str(remote), str(clone), cwd=tmp_path)
    git("commit", "--quiet", "--allow-empty", "--message", "Begin", cwd=clone)
    git("push", "--quiet", "origin", "HEAD:main", cwd=clone)
    (tmp_path / "brought").mkdir()
    (tmp_path / "brought/schema.json").write_text('{"version": 99}')
    ran = subprocess.run(
        [str(ROOT / "scripts/commit_data.sh"), str(tmp_path / "brought"), "main"], cwd=clone, capture_output=True,
        text=True, check=False,
        env={"PATH": "/usr/bin:/bin", **QUIET_GIT, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ran.returncode == 1
    assert "newer version" in ran.stderr
    assert "no news" not in ran.stdout
    assert git("log", "--format=%s", "main", cwd=remote) == "Begin"


def test_a_refused_push_ends_after_six_tries_with_a_sentence(tmp_path: Path) -> None:
    from tests.rehearsal.github import QUIET_GIT, git

    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    git("init", "--quiet", "--bare", "--initial-branch=main", str(remote), cwd=tmp_path)
    git("clone", "--quiet", str(remote), str(clone), cwd=tmp_path)
    git("commit", "--quiet", "--allow-empty", "--message", "Begin", cwd=clone)
    git("push", "--quiet", "origin", "HEAD:main", cwd=clone)
    hook = remote / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho '::error::protected branch' >&2\nexit 1\n")
    hook.chmod(0o755)
    (tmp_path / "brought").mkdir()
    (tmp_path / "brought/pending.jsonl").write_text(
        '{"id":"2611.00001","tries":0,"next_at":"2026-11-20T12:00:00Z","first_at":"2026-11-20T12:00:00Z"}\n'
    )
    ran = subprocess.run(
        [str(ROOT / "scripts/commit_data.sh"), str(tmp_path / "brought"), "main"], cwd=clone, capture_output=True,
        text=True, check=False,
        env={"PATH": "/usr/bin:/bin", **QUIET_GIT, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "RETRY_S": "0"},
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stdout.count("not pushed:") == 6
    assert "could not be pushed in 6 tries" in ran.stdout
    said = ran.stderr.splitlines()
    assert said
    assert all(line.startswith("git: ") for line in said)
