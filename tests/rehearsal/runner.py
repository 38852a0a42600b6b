"""Runs workflows on this machine by act, a runner with GitHub's expressions, jobs and steps.

What act runs is a copy of the workflow in which GitHub's own actions are stand-ins (`stand_in`), and in which each job
says at its end what its outputs are. `pip install` is passed over: `python` is one that is ready (tests/ready). A run
can be run again, all of it or its failed jobs; its attempts share run id, artifacts and caches, as on GitHub.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from tests.ready import BASE_PYTHON, PACKAGES, command
from tests.rehearsal import stand_in
from tests.rehearsal.github import BRANCH, REPOSITORY, GitHub, git
from tests.rehearsal.workflow import Job, Workflow, read

ACT = Path(sysconfig.get_path("scripts")) / "act"
UNKNOWN = re.compile(r"^ +(queue: max|deployment: false)\b.*\n", re.MULTILINE)
"""GitHub's, and not known to act."""
_SHIM = """\
#!/usr/bin/env bash
if [ "${{1:-}} ${{2:-}} ${{3:-}}" = "-m pip install" ]; then
  for file in "$@"; do :; done
  test -s "$file"
  exit
fi
[ -z "${{GH_TOKEN:-}}" ] || export GH_TOKEN="$GH_TOKEN-$GITHUB_JOB" # each job has a token of its own
PYTHONPATH={packages} exec {python} "$@"
"""
_LAST_STEP = """\
      - name: Outputs of this job
        if: always()
        env:
          OUTPUTS: ""
{env}
        run: env | grep ^OUTPUT_ >"$REHEARSAL/outputs-$GITHUB_JOB" || true
"""
_numbers = count(1000)


@dataclass
class Ended:
    """How a job ended."""

    result: str = "skipped"
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    """Step name -> conclusion."""


@dataclass
class Run:
    """An attempt of a run of a workflow."""

    id: str
    file: str
    event: str
    inputs: dict[str, str]
    attempt: int = 1
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
    """Runs workflows for one GitHub."""

    github: GitHub
    folder: Path
    secrets: Mapping[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    """Added to every step's environment."""
    runs: list[Run] = field(default_factory=list)
    is_template: bool = False

    def __post_init__(self) -> None:
        (self.folder / "bin").mkdir(parents=True)
        self.use(command())

    def use(self, python: tuple[str, ...]) -> None:
        """Let steps find this as `python` and `python3`."""
        for name in ("python", "python3"):
            shim = self.folder / "bin" / name
            shim.write_text(_SHIM.format(packages=PACKAGES, python=shlex.join(python)))
            shim.chmod(0o755)

    def run(self, file: str, event: str = "schedule", inputs: Mapping[str, str] | None = None) -> Run:
        """Run a workflow of the branch to its end."""
        return self._act(Run(str(next(_numbers)), file, event, dict(inputs or {})), {})

    def again(self, run: Run, *, failed: bool = False) -> Run:
        """Re-run all jobs, or the failed ones with all that need them; the others keep their outputs."""
        workflow = self._workflow(run.file)
        kept: dict[str, Ended] = {}
        if failed:
            ended_badly = {job for job, ended in run.jobs.items() if ended.result in {"failure", "cancelled"}}
            to_repeat = {job for job in run.jobs if ended_badly & {job, *workflow.jobs[job].ancestors}}
            kept = {job: ended for job, ended in run.jobs.items() if job not in to_repeat}
        return self._act(Run(run.id, run.file, run.event, run.inputs, run.attempt + 1), kept)

    def _workflow(self, file: str) -> Workflow:
        return read(git("show", f"{BRANCH}:.github/workflows/{file}", cwd=self.github.remote), file)

    def _act(self, run: Run, kept: Mapping[str, Ended]) -> Run:
        self.runs.append(run)
        text = git("show", f"{BRANCH}:.github/workflows/{run.file}", cwd=self.github.remote) + "\n"
        workflow = read(text, run.file)
        place = self.folder / f"{run.id}-{run.attempt}"
        self._prepare(place, run, _for_act(text, workflow, kept))
        token = f"ghs_canary{run.id}"
        for job in workflow.jobs.values():
            run.jobs[job.id] = Ended()
            self.github.rights[f"{token}-{job.id}"] = job.permissions
        self.github.jobs = lambda: _as_api(workflow, run)
        rights = {job.id: job.permissions for job in workflow.jobs.values()}
        (self.github.folder / "rights.json").write_text(json.dumps(rights))
        (self.github.folder / "pages.json").write_text(json.dumps(self.github.page_settings))
        for path in self.github.folder.glob("outputs-*"):
            path.unlink()
        process = subprocess.Popen(
            self._command(place, run, token), cwd=place, env=self._environment(place), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        (self.github.folder / "runner.pid").write_text(str(process.pid))
        assert process.stdout is not None
        for line in process.stdout:
            self._take(line, run, workflow)
        if process.wait(timeout=60) == -signal.SIGKILL:
            _mark_cancelled(run)
        run.jobs |= kept
        self.github.page_settings = json.loads((self.github.folder / "pages.json").read_text())
        shutil.rmtree(place)
        return run

    def _prepare(self, place: Path, run: Run, text: str) -> None:
        """A folder for act: a repository with the workflow alone, the event, and the actions."""
        path = place / ".github/workflows" / run.file
        path.parent.mkdir(parents=True)
        path.write_text(text)
        event = {
            "inputs": run.inputs,
            "repository": {"default_branch": BRANCH, "full_name": REPOSITORY, "is_template": self.is_template},
        }
        (place / "event.json").write_text(json.dumps(event))
        git("init", "--quiet", f"--initial-branch={BRANCH}", ".", cwd=place)
        git("remote", "add", "origin", f"https://github.com/{REPOSITORY}", cwd=place)
        git("add", ".github", cwd=place)
        git("commit", "--quiet", "--message", "Only the workflow", cwd=place)
        local = place / ".github/actions/prepare/action.yml"
        local.parent.mkdir(parents=True)
        local.write_text(git("show", f"{BRANCH}:.github/actions/prepare/action.yml", cwd=self.github.remote))
        stand_ins(self.folder / "stand-ins")

    def _command(self, place: Path, run: Run, token: str) -> list[str]:
        settings = {
            "REHEARSAL": str(self.github.folder),
            "GITHUB_RUN_ID": run.id,
            "GITHUB_RUN_ATTEMPT": str(run.attempt),
            "GITHUB_API_URL": f"{self.github.server.url}/api",
            "REHEARSAL_SHA": self.github.head(),
            "RETRY_S": "0.05",
            "PYTHONDONTWRITEBYTECODE": "1",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            **self.env,
        }
        stubs = self.folder / "stand-ins"
        pins = sorted(set(re.findall(r"uses: (actions/[a-z-]+)(?:/[a-z]+)?@([0-9a-f]{40})", self._uses(place))))
        return [
            str(ACT), run.event, "--json", "--insecure-secrets", "--no-skip-checkout", "--no-cache-server",
            "--eventpath", "event.json",
            "--workflows", f".github/workflows/{run.file}", "--platform", "ubuntu-24.04=-self-hosted",
            "--action-cache-path", str(place / "act"), "--actor", "ada-example", "--secret", f"GITHUB_TOKEN={token}",
            *(f"--env={name}={value}" for name, value in settings.items()),
            *(f"--secret={name}={value}" for name, value in self.secrets.items()),
            *(f"--local-repository={name}@{pin}={stubs / name.removeprefix('actions/')}" for name, pin in pins),
        ]  # fmt: skip

    def _uses(self, place: Path) -> str:
        return "\n".join(path.read_text() for path in (place / ".github").rglob("*.yml"))

    def _environment(self, place: Path) -> dict[str, str]:
        return {
            "PATH": f"{self.folder / 'bin'}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(place),
            "LANG": "C.UTF-8",
        }

    def _take(self, line: str, run: Run, workflow: Workflow) -> None:
        """One line of act's log."""
        try:
            said: dict[str, Any] = json.loads(line)
        except ValueError:
            run.log += line
            return
        if said.get("raw_output"):
            run.log += said["msg"]
        elif said.get("command") == "summary":
            run.summary += said["content"]
        elif "jobID" not in said:
            run.log += said["msg"] + "\n"
            return
        elif said.get("level") == "error":
            run.log += said["msg"] + "\n"
        job = run.jobs[said["jobID"]]
        name = said.get("step", "")
        name = f"Run {name}" if name.startswith("actions/") else name  # as GitHub calls it
        if said.get("stepResult") and said.get("stage") == "Main" and len(said.get("stepID", ())) == 1:
            step = next((each for each in workflow.jobs[said["jobID"]].steps if each.name == name), None)
            job.steps[name] = "success" if step and step.may_fail else said["stepResult"]
        if said.get("jobResult"):
            job.result = said["jobResult"]
            written = self.github.folder / f"outputs-{said['jobID']}"
            lines = written.read_text().splitlines() if written.exists() else []
            pairs = (each.removeprefix("OUTPUT_").partition("=") for each in lines)
            job.outputs = {name: value for name, _, value in pairs if value}


def stand_ins(folder: Path) -> None:
    """Write an action.yml for each of GitHub's actions."""
    if folder.exists():
        return
    script = Path(stand_in.__file__)
    for name, (_, inputs, outputs) in stand_in.ACTIONS.items():
        action = {
            "name": name,
            "description": "A stand-in",
            "inputs": {each: {"required": False} for each in inputs.split()},
            "outputs": {each: {"value": f"${{{{ steps.do.outputs.{each} }}}}"} for each in outputs.split()},
            "runs": {
                "using": "composite",
                "steps": [{
                    "id": "do", "shell": "bash", "env": {"INPUTS": "${{ toJSON(inputs) }}"},
                    "run": f"{BASE_PYTHON} -I -S {script} {name}",
                }],
            },
        }  # fmt: skip
        path = folder / name / "action.yml"
        path.parent.mkdir(parents=True)
        path.write_text(yaml.safe_dump(action))


def _for_act(text: str, workflow: Workflow, kept: Mapping[str, Ended]) -> str:
    """The workflow as act runs it: jobs that are kept from an earlier attempt only say their outputs again."""
    text = UNKNOWN.sub("", text).replace("uses: $/", "uses: ./")
    head, *jobs = re.split(r"^(?=  [a-z_]+:\n    name: )", text, flags=re.MULTILINE)
    parts = [head]
    for part in jobs:
        job = workflow.jobs[part.partition(":")[0].strip()]
        if job.id in kept:
            parts.append(_kept_job(job, kept[job.id]))
            continue
        env = "\n".join(f"          OUTPUT_{name}: {json.dumps(value)}" for name, value in job.outputs.items())
        parts.append(part.rstrip("\n") + "\n" + _LAST_STEP.format(env=env))
    return "\n".join(parts)


def _kept_job(job: Job, ended: Ended) -> str:
    about: dict[str, Any] = {
        "name": job.name,
        "needs": list(job.needs),
        "runs-on": "ubuntu-24.04",
        "outputs": ended.outputs,
        "steps": [{"run": "true"}],
    }
    if ended.result == "skipped":
        about["if"] = "false"
    text = yaml.safe_dump({job.id: about}, width=10_000)
    return "".join(f"  {line}\n" for line in text.splitlines())


def _mark_cancelled(run: Run) -> None:
    """Give the job that was running the result that GitHub gives it; it starts no further step or job.

    No step or job of the workflows asks for `always()` or `cancelled()`; those alone would still run.
    """
    for ended in run.jobs.values():
        if ended.steps and ended.result == "skipped":
            ended.result = "cancelled"


def _as_api(workflow: Workflow, run: Run) -> list[dict[str, Any]]:
    """The jobs of a run as GitHub's API lists them."""
    return [
        {
            "name": workflow.jobs[job].name,
            "conclusion": ended.result,
            "steps": [{"name": name, "conclusion": how} for name, how in ended.steps.items()],
        }
        for job, ended in run.jobs.items()
    ]
