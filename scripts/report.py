"""How a run of Update went, and what its owner should do: in the run's summary, and in one issue.

NEEDS is GitHub's `needs` context as JSON. The issue is opened for what an owner can mend, and for what does not pass by
itself: a step that usually passes must have failed in the run before, too. Later runs bring the issue up to date, and
the first sound one closes it. It holds words of ours alone: nothing that a network or a stranger wrote.
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

from scripts import advice, keep_alive
from scripts.actions import annotate, write_summary
from scripts.advice import Failure
from scripts.github_api import ApiError, GitHub
from scripts.places import Places, page_url

FILE = "update.yml"
LABEL = "update-failed"
NOT_UPDATED = "The page is not being updated"
INCOMPLETE = "The page is being updated, but something needs you"
_FINDING = re.compile(r"(no-account|(secret-absent|secret-refused):[A-Z0-9_]{1,100}|format:[a-z]{1,20})")
_OWNERS = "secret-refused:"
"""Findings that no later run heals by itself: they open the issue, too."""
_FAILED = {"failure", "cancelled", "timed_out"}
_SCHEDULE_SILENT = timedelta(days=2)
_GONE = 410

Outputs = Mapping[str, Mapping[str, str]]
"""Job -> its outputs."""


@dataclass(slots=True)
class Outcome:
    """How a run went."""

    failures: list[Failure] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    pages: str = ""
    url: str = ""
    schedule_silent: bool = False

    @property
    def failed(self) -> bool:
        """Whether something did not go as it should."""
        return bool(self.failures) or any(each.startswith(_OWNERS) for each in self.findings)

    def needs_owner(self, outputs: Outputs) -> bool:
        """Whether that does not pass by itself."""
        lasting = any(not advice.passes(each, outputs) for each in self.failures)
        return lasting or any(each.startswith(_OWNERS) for each in self.findings)

    @property
    def title(self) -> str:
        """Of the issue."""
        return NOT_UPDATED if any(each.step != "Prune" for each in self.failures) else INCOMPLETE


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
    failures = []
    for job, result in results.items():
        if result not in _FAILED:
            continue
        steps = [step for each in jobs if each.get("name") == names.get(job) for step in each.get("steps") or []]
        step = next((str(each.get("name")) for each in steps if each.get("conclusion") in _FAILED), "")
        failures.append(Failure(job, step))
    return failures


def markdown(outcome: Outcome, outputs: Outputs, places: Places) -> str:
    """What the summary says."""
    parts = []
    if any(each.step != "Prune" for each in outcome.failures):
        parts.append("## Update failed\n\nReaders see the last good page until then.")
    for failure in outcome.failures:
        name = f"{failure.job}, step {failure.step}" if failure.step else failure.job
        parts.append(f"**{name}**: {advice.for_failure(failure, outputs, places)}")
    if outcome.pages in {"off", "branch"}:
        parts.append(advice.for_pages(outcome.pages, places, outcome.url))
    if outcome.findings:
        parts.append("### What you can do\n\n" + advice.for_findings(outcome.findings, places))
    if outcome.schedule_silent:
        parts.append(advice.for_schedule(places))
    return "\n\n".join(parts)


def findings_of(outputs: Outputs) -> list[str]:
    """What the fetch and the announcements found that the owner must do."""
    said = " ".join(outputs.get(job, {}).get("findings", "") for job in ("fetch", "announce"))
    return [each for each in said.split() if _FINDING.fullmatch(each)]


def jobs_of(github: GitHub, run_id: str) -> list[Mapping[str, Any]]:
    """The jobs of this run with their steps; empty where GitHub does not say."""
    try:
        answer = github.ask("GET", f"/actions/runs/{run_id}/jobs?per_page=100")
    except ApiError as error:
        print(f"the steps of this run are not known: {error}")
        return []
    jobs = answer.get("jobs") if isinstance(answer, dict) else None
    return [each for each in jobs if isinstance(each, dict)] if isinstance(jobs, list) else []


def failed_before(github: GitHub, run_id: str) -> bool:
    """Whether the last run before this one failed, too."""
    try:
        runs = github.ask("GET", f"/actions/workflows/{FILE}/runs?status=completed&per_page=5")["workflow_runs"]
        earlier = [run for run in runs if str(run["id"]) != run_id]
        return bool(earlier) and earlier[0]["conclusion"] in _FAILED
    except (ApiError, KeyError, TypeError) as error:
        print(f"how the run before went is not known: {error!a}")
        return False


def schedule_is_silent(github: GitHub, now: datetime) -> bool:
    """Whether the schedule has not started Update for two days, though it was there to be started."""
    try:
        workflow = github.ask("GET", f"/actions/workflows/{FILE}")
        runs = github.ask("GET", f"/actions/workflows/{FILE}/runs?event=schedule&per_page=1")
        times = [workflow["created_at"], *(run["created_at"] for run in runs["workflow_runs"])]
        last = max(datetime.fromisoformat(each) for each in times)
    except (ApiError, KeyError, TypeError, ValueError) as error:
        print(f"whether the schedule runs is not known: {error!a}")
        return False
    return now - last > _SCHEDULE_SILENT


def keep_issue(github: GitHub, outcome: Outcome, text: str, run: str, *, alarm: bool) -> str:
    """Open, bring up to date or close the one issue; returns what was done.

    Args:
        github: the repository.
        outcome: how the run went.
        text: what the summary says.
        run: a link to the run.
        alarm: whether to open an issue where there is none.

    Raises:
        ApiError: GitHub did not let us.
    """
    issues = github.ask("GET", f"/issues?state=open&labels={LABEL}&per_page=100") or []
    numbers = sorted(int(each["number"]) for each in issues if "pull_request" not in each)
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
        github.ask("PATCH", f"/issues/{numbers[0]}", {"title": outcome.title, "body": body})
        return f"brought issue {numbers[0]} up to date"
    if not alarm:
        return "this usually passes: the summary alone says it, and an issue is opened where the next run fails, too"
    made = github.ask("POST", "/issues", {"title": outcome.title, "body": body, "labels": [LABEL]})
    return f"opened issue {made['number']}"


def outcome_of(github: GitHub, needs: str, run_id: str, *, scheduled: bool) -> tuple[Outcome, Outputs]:
    """How this run went so far, with the outputs of its jobs."""
    results, outputs = read_needs(needs)
    failures = []
    if _FAILED & set(results.values()):
        names = job_names(Path(".github/workflows", FILE).read_text("utf-8"))
        failures = find_failures(results, names, jobs_of(github, run_id))
    if outputs.get("fetch", {}).get("pruned") == "failure":
        failures.append(Failure("fetch", "Prune"))
    page = outputs.get("commit", {})
    outcome = Outcome(
        failures=failures,
        findings=findings_of(outputs),
        pages=page.get("pages", ""),
        url=page.get("url") or page_url(github.repository),
        schedule_silent=not scheduled and schedule_is_silent(github, datetime.now(UTC)),
    )
    return outcome, outputs


def main() -> int:
    """Report on the run that this is a job of."""
    github, places, run_id = GitHub(), Places.here(), os.environ["GITHUB_RUN_ID"]
    scheduled = os.environ.get("GITHUB_EVENT_NAME") == "schedule"
    outcome, outputs = outcome_of(github, os.environ["NEEDS"], run_id, scheduled=scheduled)
    text = markdown(outcome, outputs, places)
    if text:
        write_summary(text)
    try:
        alarm = outcome.needs_owner(outputs) or (outcome.failed and failed_before(github, run_id))
        print(keep_issue(github, outcome, text, places.run(run_id), alarm=alarm))
    except ApiError as error:
        if error.status == _GONE:
            print("issues are switched off in this repository: the summary alone says what to do")
        else:
            annotate("warning", f"The issue could not be kept: {error}")
    if scheduled and not outcome.failures:
        try:
            print(f"switched on for another 60 days: {', '.join(keep_alive.switch_on(github))}")
        except (ApiError, KeyError, TypeError) as error:
            print(f"the schedules could not be switched on: {error!a}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
