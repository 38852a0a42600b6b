"""A runner: executes the `run:` steps of a job in a clean folder, and does what our actions do on GitHub.

Steps see what they would see there: `bash -e`, a clean environment, GITHUB_* files, nothing of the job before but
artifacts, caches and outputs. The one thing that is left out is `pip install`: a `python` in front of the PATH skips it
and is the machine's with the locked packages: the one that is ready (tests/ready), unless a rehearsal wants another.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, product
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.ready import PACKAGES, command
from tests.rehearsal import actions
from tests.rehearsal.expressions import Closed, Status, condition, evaluate, insert
from tests.rehearsal.github import BRANCH, REPOSITORY, GitHub
from tests.rehearsal.workflow import Job, Step, Workflow, load

_SHIM = """\
#!/usr/bin/env bash
if [ "${{1:-}} ${{2:-}} ${{3:-}}" = "-m pip install" ]; then
  for file in "$@"; do :; done
  test -s "$file"
  exit
fi
PYTHONPATH={packages} exec {python} "$@"
"""
_numbers = count(1000)


@dataclass
class Ended:
    """How a job ended."""

    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    """Step name -> conclusion."""


@dataclass
class Run:
    """How a run of a workflow ended."""

    id: str
    jobs: dict[str, Ended] = field(default_factory=dict)
    log: str = ""
    """Everything that steps printed."""
    summary: str = ""

    @property
    def results(self) -> dict[str, str]:
        """Job -> how it ended."""
        return {job: ended.result for job, ended in self.jobs.items()}


@dataclass
class Runner:
    """Runs workflows for one GitHub. `between` is called before a job: for what others do meanwhile."""

    github: GitHub
    folder: Path
    secrets: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to every step's environment."""
    between: Callable[[str], None] = lambda _job: None
    tokens: list[str] = field(default_factory=list)
    """Every GITHUB_TOKEN that was lent."""
    runs: list[Run] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """Machines that are taken back before their first step, by job and place in its matrix: `fetch (2)`."""

    def __post_init__(self) -> None:
        (self.folder / "bin").mkdir(parents=True)
        self.use(command())

    def use(self, python: tuple[str, ...]) -> None:
        """Let steps find this as `python`."""
        shim = self.folder / "bin/python"
        shim.write_text(_SHIM.format(packages=PACKAGES, python=shlex.join(python)))
        shim.chmod(0o755)

    def run(
        self, file: str, event: str = "schedule", inputs: Mapping[str, str] | None = None, only: tuple[str, ...] = ()
    ) -> Run:
        """Run a workflow to its end; of one whose jobs need nothing of each other, `only` these."""
        workflow = load(ROOT / ".github/workflows" / file)
        run = Run(str(next(_numbers)))
        self.runs.append(run)
        contexts = {
            "github": self._github(run, event),
            "secrets": dict(self.secrets),
            "inputs": _inputs(workflow, event, inputs or {}),
        }
        for job in (each for each in _in_order(workflow) if not only or each.id in only):
            self.between(job.id)
            run.jobs[job.id] = self._job(job, run, contexts)
        return run

    def run_report(self, file: str, failed: str, step: str = "") -> Run:
        """The last job of a workflow, after a run in which this step of this job failed."""
        workflow = load(ROOT / ".github/workflows" / file)
        run = Run(str(next(_numbers)))
        self.runs.append(run)
        for job in workflow.jobs.values():
            how = "failure" if job.id == failed else "skipped" if failed in job.ancestors else "success"
            run.jobs[job.id] = Ended(how)
            steps = [{"name": step, "conclusion": "failure"}] if step and job.id == failed else []
            self.github.jobs.setdefault(run.id, []).append({"name": job.name, "conclusion": how, "steps": steps})
        github = self._github(run, "schedule")
        run.jobs["report"] = self._job(workflow.jobs["report"], run, {"github": github, "secrets": {}, "inputs": {}})
        return run

    def _github(self, run: Run, event: str) -> Closed:
        return Closed(
            run_id=run.id,
            ref=f"refs/heads/{BRANCH}",
            ref_name=BRANCH,
            sha=self.github.head(),
            event_name=event,
            repository=REPOSITORY,
            token="",
            event={"repository": {"default_branch": BRANCH}},
        )

    def _job(self, job: Job, run: Run, contexts: Mapping[str, Any]) -> Ended:
        needs = {each: {"result": run.jobs[each].result, "outputs": run.jobs[each].outputs} for each in job.needs}
        before = {run.jobs[each].result for each in job.ancestors}  # a skip or a failure goes down the whole chain
        status: Status = {
            "success": lambda: before <= {"success"},
            "failure": lambda: "failure" in before,
            "cancelled": lambda: False,
            "always": lambda: True,
        }
        token = f"ghs_canary{run.id}{job.id}"
        contexts = {**contexts, "needs": Closed(needs), "github": Closed({**contexts["github"], "token": token})}
        if not condition(job.condition, contexts, status):
            return Ended("skipped")
        self.tokens.append(token)
        self.github.rights[token] = job.permissions
        machines = [self._machine(job, run, contexts, token, values) for values in _matrix(job, contexts, status)]
        return machines[0] if len(machines) == 1 else _together(machines)

    def _machine(self, job: Job, run: Run, contexts: Mapping[str, Any], token: str, values: Mapping[str, Any]) -> Ended:
        """One machine of a job: of a matrix the one with these values."""
        place = f" ({', '.join(map(str, values.values()))})" if values else ""
        if job.id + place in self.lost:
            ended = Ended("failure")
        else:
            ended = _Work(self, job, run, {**contexts, "matrix": Closed(values)}, token, place=place).execute()
        self.github.jobs.setdefault(run.id, []).append(
            {
                "name": job.name + place,
                "conclusion": ended.result,
                "steps": [{"name": name, "conclusion": how} for name, how in ended.steps.items()],
            }
        )
        return ended


class _Work:
    """One job on its machine."""

    def __init__(
        self, runner: Runner, job: Job, run: Run, contexts: Mapping[str, Any], token: str, *, place: str = ""
    ) -> None:
        self.github = runner.github
        self.runner = runner
        self.job = job
        self.run = run
        self.token = token
        self.home = runner.folder / f"{run.id}-{job.id}{place.replace(' ', '-')}"
        self.folder = self.home / "work"
        self.folder.mkdir(parents=True)
        (self.home / "temp").mkdir()
        self.steps: dict[str, Any] = {}
        self.contexts = {**contexts, "steps": self.steps, "runner": {"temp": str(self.home / "temp")}}
        self.ended = Ended()
        self.at_end: list[Callable[[], None]] = []

    @property
    def status(self) -> Status:
        """Of the steps so far."""
        return {
            "success": lambda: self.ended.result == "success",
            "failure": lambda: self.ended.result == "failure",
            "cancelled": lambda: False,
            "always": lambda: True,
        }

    def execute(self) -> Ended:
        """All steps in order."""
        ids = {step.id for step in self.job.steps}
        for step in self.job.steps:
            self.contexts["steps"] = Closed({each: self.steps.get(each, {"outputs": {}}) for each in ids if each})
            self._step(step)
        if self.ended.result == "success":
            for act in self.at_end:
                act()
        self.contexts["steps"] = Closed({each: self.steps.get(each, {"outputs": {}}) for each in ids if each})
        for text in self.job.environment.values():
            insert(text, self.contexts, self.status)
        self.ended.outputs = {
            name: value for name, text in self.job.outputs.items()
            if (value := insert(text, self.contexts, self.status))
        }  # fmt: skip
        return self.ended

    def _step(self, step: Step) -> None:
        if not condition(step.condition, self.contexts, self.status):
            self._note(step, "skipped", {})
            return
        env = {name: insert(value, self.contexts, self.status) for name, value in step.env.items()}
        if step.uses:
            given = {name: insert(value, self.contexts, self.status) for name, value in step.given.items()}
            sound, outputs = actions.act(self, step.uses, given)
        else:
            assert "${{" not in str(step.run), f"{step.name}: an expression inside of run"
            sound, outputs = self._shell(str(step.run), env)
        self._note(step, "success" if sound else "failure", outputs)
        if not sound and not step.may_fail:
            self.ended.result = "failure"

    def _note(self, step: Step, how: str, outputs: Mapping[str, str]) -> None:
        self.ended.steps[step.name] = how
        if step.id:
            self.steps[step.id] = {"outputs": dict(outputs), "conclusion": how, "outcome": how}

    def _shell(self, script: str, env: Mapping[str, str]) -> tuple[bool, dict[str, str]]:
        number = len(self.ended.steps)
        files = {name: self.home / f"{name.lower()}-{number}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.touch()
        text = self.home / f"step-{number}.sh"
        text.write_text(script, "utf-8")
        done = subprocess.run(
            ["bash", "-e", str(text)], cwd=self.folder, capture_output=True, text=True, timeout=120, check=False,
            env={**self._environment(), **{name: str(path) for name, path in files.items()}, **env},
        )  # fmt: skip
        self.log(done.stdout + done.stderr)
        self.run.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        return done.returncode == 0, _outputs(files["GITHUB_OUTPUT"].read_text("utf-8"))

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self.runner.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": f"{self.github.server.url}/api",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": self.run.id,
            "GITHUB_REF_NAME": BRANCH,
            "GITHUB_SHA": self.contexts["github"]["sha"],
            "GITHUB_EVENT_NAME": self.contexts["github"]["event_name"],
            "RUNNER_TEMP": str(self.home / "temp"),
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "PYTHONDONTWRITEBYTECODE": "1",
            "RETRY_S": "0.05",
            **self.runner.env,
        }

    def log(self, text: str) -> None:
        """Keep what was printed."""
        self.run.log += text


def _matrix(job: Job, contexts: Mapping[str, Any], status: Status) -> list[dict[str, Any]]:
    """The values of each machine of a job; one machine without any where the job has no matrix."""
    strategy = job.keys.get("strategy")
    if strategy is None:
        return [{}]
    assert strategy["fail-fast"] == "false", f"{job.id}: one machine that fails would end the others"
    columns = {
        name: evaluate(values, contexts, status) if isinstance(values, str) else values
        for name, values in strategy["matrix"].items()
    }
    return [dict(zip(columns, values, strict=True)) for values in product(*columns.values())]


def _together(machines: list[Ended]) -> Ended:
    """A matrix as later jobs see it: failed where one did; of each output the last that says something."""
    sound = all(each.result == "success" for each in machines)
    outputs = {name: value for each in machines for name, value in each.outputs.items() if value}
    return Ended("success" if sound else "failure", outputs)


def _outputs(text: str) -> dict[str, str]:
    lines = [line.partition("=") for line in text.splitlines()]
    assert all(re.fullmatch(r"[a-z_]+", name) and equals for name, equals, _ in lines), text
    return {name: value for name, _, value in lines}


def _inputs(workflow: Workflow, event: str, given: Mapping[str, str]) -> dict[str, Any]:
    if event != "workflow_dispatch":
        return {}
    assert given.keys() <= workflow.inputs.keys(), f"{workflow.file} has no input {set(given) - set(workflow.inputs)}"
    values: dict[str, Any] = {}
    for name, about in workflow.inputs.items():
        value = given.get(name, about.get("default", ""))
        values[name] = value == "true" if about["type"] == "boolean" else value
    return Closed(values)


def _in_order(workflow: Workflow) -> Iterator[Job]:
    done: set[str] = set()
    while len(done) < len(workflow.jobs):
        ready = [job for job in workflow.jobs.values() if job.id not in done and done.issuperset(job.needs)]
        assert ready, f"{workflow.file}: jobs that wait for each other"
        for job in ready:
            yield job
            done.add(job.id)
