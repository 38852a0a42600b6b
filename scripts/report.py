"""How a run went, and what its owner should do: in the run's summary, and in one issue while it fails.

Usage: python -m scripts.report WORKFLOW_FILE. NEEDS is GitHub's `needs` context as JSON. The issue is opened by the
first failing run, brought up to date by the next ones, and closed by the first that is sound. It holds words of ours
alone: nothing that a network or a stranger wrote.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scripts import advice
from scripts.actions import annotate, write_summary
from scripts.advice import Failure
from scripts.github_api import ApiError, GitHub
from scripts.places import Places, page_url

_FINDING = re.compile(r"(no-account|(secret-absent|secret-refused):[A-Z0-9_]{1,100}|format:[a-z]{1,20})")
_OWNERS = ("secret-absent:", "secret-refused:", "format:")
"""Findings that no later run heals by itself: they open the issue too."""
_FAILED = {"failure", "cancelled", "timed_out"}
_SCHEDULE_SILENT = timedelta(days=2)
_GONE = 410


@dataclass(frozen=True, slots=True)
class Kind:
    """What is told about one workflow."""

    name: str
    consequence: str
    label: str = ""
    """Of its issue; empty for a workflow that a person starts and looks at."""
    title: str = ""
    knows_steps: bool = True
    """Whether its token may ask which step failed."""


KINDS = {
    "update.yml": Kind(
        "Update", "Readers see the last good page until then.", "update-failed", "The page is not being updated"
    ),
    "prune.yml": Kind(
        "Prune", "Posts that their authors took back may stay on the page until then.", "prune-failed",
        "Deleted posts are not being removed",
    ),
    "keepalive.yml": Kind(
        "Keep the schedule on", "GitHub switches schedules off after 60 days without a commit.", "keepalive-failed",
        "The schedules may fall asleep",
    ),
    "setup.yml": Kind("Set up", "What was not committed can be done again."),
    "care.yml": Kind("Look after the data", "What was not committed can be done again; nothing is lost."),
    "upgrade.yml": Kind("Update the software", "This copy goes on as it is."),
    "live.yml": Kind("Live check", "The page goes on as it is."),
    "test.yml": Kind("Test", "Nothing is merged by this.", knows_steps=False),
}  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """How a run went."""

    failures: list[Failure] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    pages: str = ""
    schedule_silent: bool = False

    @property
    def failed(self) -> bool:
        """Whether somebody must know."""
        return bool(self.failures) or any(each.startswith(_OWNERS) for each in self.findings)


def read_needs(text: str) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The `needs` context -> (job -> how it ended, job -> its outputs)."""
    needs = json.loads(text)
    results = {job: str(each.get("result", "")) for job, each in needs.items()}
    return results, {job: {k: str(v) for k, v in (each.get("outputs") or {}).items()} for job, each in needs.items()}


def job_names(workflow: str) -> dict[str, str]:
    """Job id -> its name, from the text of a workflow: GitHub's list of jobs has the names alone."""
    return dict(re.findall(r"^  ([a-z_]+):\n    name: (.+)$", workflow, re.MULTILINE))


def find_failures(
    results: Mapping[str, str], names: Mapping[str, str], jobs: Sequence[Mapping[str, Any]]
) -> list[Failure]:
    """Which step of which job failed.

    Args:
        results: job id -> how it ended.
        names: job id -> its name.
        jobs: GitHub's list of the run's jobs; empty where it could not be had.
    """
    found = []
    for job, result in results.items():
        if result not in _FAILED:
            continue
        steps = _steps_of(jobs, names.get(job, ""))
        step = next((str(each.get("name")) for each in steps if each.get("conclusion") in _FAILED), "")
        found.append(Failure(job, step))
    return found


def _steps_of(jobs: Sequence[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    """The steps of a job; of those of a matrix, `Name (1)` and on, the first that failed."""
    known = [each for each in jobs if each.get("name") == name or str(each.get("name")).startswith(f"{name} (")]
    failed = [each for each in known if each.get("conclusion") in _FAILED]
    return next((each.get("steps") or [] for each in [*failed, *known]), [])


def markdown(kind: Kind, outcome: Outcome, outputs: Mapping[str, Mapping[str, str]], places: Places, url: str) -> str:
    """What the summary says."""
    parts = []
    if outcome.failures:
        parts.append(f"## {kind.name} failed\n\n{kind.consequence}")
        parts += [f"**{_job_name(each)}**: {advice.for_failure(each, outputs, places)}" for each in outcome.failures]
    if outcome.pages in {"off", "branch"}:
        parts.append(advice.for_pages(outcome.pages, places, url))
    if outcome.findings:
        parts.append("### What you can do\n\n" + advice.for_findings(outcome.findings, places))
    if outcome.schedule_silent:
        parts.append(advice.for_schedule(places))
    return "\n\n".join(parts)


def _job_name(failure: Failure) -> str:
    return f"{failure.job}, step {failure.step}" if failure.step else failure.job


def _findings(outputs: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What the fetch and the announcements found that the owner must do."""
    said = " ".join(outputs.get(job, {}).get("findings", "") for job in ("fetch", "announce"))
    return [each for each in said.split() if _FINDING.fullmatch(each)]


def _jobs(github: GitHub, run_id: str) -> list[Mapping[str, Any]]:
    """The jobs of this run with their steps; empty where GitHub does not say."""
    try:
        found = github.ask("GET", f"/actions/runs/{run_id}/jobs?per_page=100")
    except ApiError as error:
        print(f"the steps of this run are not known: {error}")
        return []
    jobs = found.get("jobs") if isinstance(found, dict) else None
    return [each for each in jobs if isinstance(each, dict)] if isinstance(jobs, list) else []


def schedule_is_silent(github: GitHub, file: str, now: datetime) -> bool:
    """Whether the schedule has not started this workflow for two days, though it was there to be started."""
    try:
        workflow = github.ask("GET", f"/actions/workflows/{file}")
        runs = github.ask("GET", f"/actions/workflows/{file}/runs?event=schedule&per_page=1")
        times = [workflow["created_at"], *(run["created_at"] for run in runs["workflow_runs"])]
        last = max(datetime.fromisoformat(each) for each in times)
    except (ApiError, KeyError, TypeError, ValueError) as error:
        print(f"whether the schedule runs is not known: {error!a}")
        return False
    return now - last > _SCHEDULE_SILENT


def keep_issue(github: GitHub, kind: Kind, outcome: Outcome, text: str, run: str) -> str:
    """Open, bring up to date or close the one issue; returns what was done.

    Raises:
        ApiError: GitHub did not let us.
    """
    known = github.ask("GET", f"/issues?state=open&labels={kind.label}&per_page=100")
    numbers = sorted(int(each["number"]) for each in known or [] if "pull_request" not in each)
    if not outcome.failed:
        for number in numbers:
            github.ask("POST", f"/issues/{number}/comments", {"body": f"Mended: {run} was sound."})
            github.ask("PATCH", f"/issues/{number}", {"state": "closed", "state_reason": "completed"})
        return f"closed issue {numbers}" if numbers else "nothing to report"
    body = (
        f"{text}\n\n---\nSeen last in {run}. The next failing run brings this text up to date, and the first sound one "
        "closes this issue: there is nothing to do here but what is said above."
    )
    if numbers:
        github.ask("PATCH", f"/issues/{numbers[0]}", {"body": body})
        return f"brought issue {numbers[0]} up to date"
    made = github.ask("POST", "/issues", {"title": kind.title, "body": body, "labels": [kind.label]})
    return f"opened issue {made['number']}"


def main(file: str) -> int:
    """Report on the run that this is a job of."""
    kind = KINDS[file]
    github, places = GitHub(), Places.here()
    results, outputs = read_needs(os.environ["NEEDS"])
    names = job_names(Path(".github/workflows", file).read_text("utf-8"))
    broken = bool(_FAILED & set(results.values()))
    jobs = _jobs(github, os.environ["GITHUB_RUN_ID"]) if broken and kind.knows_steps else []
    by_hand = os.environ.get("GITHUB_EVENT_NAME") != "schedule"
    outcome = Outcome(
        failures=find_failures(results, names, jobs),
        findings=_findings(outputs),
        pages=outputs.get("decide", {}).get("pages", ""),
        schedule_silent=by_hand and file == "update.yml" and schedule_is_silent(github, file, datetime.now(UTC)),
    )
    text = markdown(kind, outcome, outputs, places, page_url(github.repository))
    if text:
        write_summary(text)
    if not kind.label:
        return 0
    try:
        print(keep_issue(github, kind, outcome, text, places.run(os.environ["GITHUB_RUN_ID"])))
    except ApiError as error:
        if error.status == _GONE:
            print("issues are switched off in this repository: the summary alone says what to do")
        else:
            annotate("warning", f"The issue could not be kept: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
