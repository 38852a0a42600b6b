"""A GitHub on loopback: a bare repository, its API, caches, artifacts and Pages. It refuses what a token may not do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.loopback import Answer, Loopback, Reply, Request, as_json

REPOSITORY = "ada-example/papers"
BRANCH = "main"
LONG_AGO = "2026-01-01T00:00:00Z"
QUIET_GIT = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada Example",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada Example",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}
_NEEDED = (
    ("GET", r"", "contents", "read"),
    ("GET", r"/pulls\?.*", "pull-requests", "read"),
    ("POST", r"/pulls", "pull-requests", "write"),
    ("GET", r"/pages", "pages", "read"),
    ("GET", r"/issues(\?.*)?", "issues", "read"),
    ("POST", r"/issues(/\d+/comments)?", "issues", "write"),
    ("PATCH", r"/issues/\d+", "issues", "write"),
    ("GET", r"/actions/.*", "actions", "read"),
    ("PUT", r"/actions/workflows/[^/]+/enable", "actions", "write"),
    ("POST", r"/actions/workflows/[^/]+/dispatches", "actions", "write"),
)
_RANK = {"": 0, "none": 0, "read": 1, "write": 2}


def git(*arguments: str, cwd: Path, stdin: str = "") -> str:
    """Run git quietly; an error carries what it said."""
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, capture_output=True, input=stdin, encoding="utf-8", errors="surrogateescape",
        check=False, env={"PATH": "/usr/local/bin:/usr/bin:/bin", **QUIET_GIT},
    )  # fmt: skip
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


def copy_of_the_template(folder: Path) -> Path:
    """The files of the template as one commit in a bare repository."""
    from tests.template import write_template

    source, bare = folder / "template", folder / "remote.git"
    write_template(source, without=("tests", "benchmarks", "docs"))
    git("init", "--quiet", f"--initial-branch={BRANCH}", ".", cwd=source)
    git("add", "--all", cwd=source)
    git("commit", "--quiet", "--message", "Initial commit", cwd=source)
    git("init", "--quiet", "--bare", f"--initial-branch={BRANCH}", str(bare), cwd=folder)
    for key, value in (
        ("uploadpack.allowAnySHA1InWant", "true"),
        ("receive.denyDeletes", "true"),
        ("core.logAllRefUpdates", "always"),
        ("gc.auto", "0"),
    ):
        git("config", key, value, cwd=bare)
    git("push", "--quiet", str(bare), BRANCH, cwd=source)
    return bare


@dataclass
class GitHub:
    """Everything outside of a runner. What it keeps is there for a test to look at."""

    folder: Path
    remote: Path
    page_settings: dict[str, Any] = field(default_factory=lambda: {"build_type": "workflow", "fails": 0})
    """How Pages is set up (`build_type` is `workflow`, `legacy`, or None for off), and how often it fails from now."""
    issues_on: bool = True
    template: str | None = None
    """What this copy was made from, as GitHub remembers it."""
    pulls_by_workflows: bool = True
    """Whether the settings let a workflow open pull requests (GitHub: off in a new repository)."""
    pulls: list[dict[str, Any]] = field(default_factory=list)
    workflow_states: dict[str, str] = field(default_factory=dict)
    """By file; the others are `active`."""
    scheduled_at: str | None = None
    """When the schedule last started Update; None: never."""
    issues: list[dict[str, Any]] = field(default_factory=list)
    dispatched: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    jobs: Callable[[], list[dict[str, Any]]] = list
    """Of the run that is running, as the API lists them."""
    failed_before: bool = False
    """Whether the run of Update before this one failed."""
    rights: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """By token."""
    refused: list[str] = field(default_factory=list)
    """Calls that a token had no right to, or that this GitHub does not know."""

    def __post_init__(self) -> None:
        self.server = Loopback(self.answer)
        self.page_settings["html_url"] = f"{self.server.url}/"

    @property
    def published(self) -> Path:
        """What readers see."""
        return self.folder / "published"

    @property
    def deployments(self) -> int:
        """How often something was published."""
        path = self.folder / "deployments"
        return len(path.read_text().splitlines()) if path.exists() else 0

    def artifact(self, run: str, name: str) -> Path:
        """What a run handed over; `name` may have a star."""
        (found,) = (self.folder / "artifacts" / run).glob(f"*/{name}")
        return found

    def head(self) -> str:
        """The commit that the branch is at."""
        return git("rev-parse", BRANCH, cwd=self.remote)

    def subjects(self) -> list[str]:
        """Of all commits, oldest first."""
        return git("log", "--reverse", "--format=%s", BRANCH, cwd=self.remote).splitlines()

    def answer(self, request: Request) -> Reply:
        """One request: of the API, or of a reader of the page."""
        if not request.path.startswith(f"/api/repos/{REPOSITORY}"):
            return self._page(request)
        path = request.target.removeprefix(f"/api/repos/{REPOSITORY}")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        needed = next(
            ((area, right) for method, shape, area, right in _NEEDED
             if method == request.method and re.fullmatch(shape, path)), None,
        )  # fmt: skip
        has = self.rights.get(token, {}).get(needed[0], "") if needed else ""
        if needed is None or _RANK[has] < _RANK[needed[1]]:
            self.refused.append(f"{request.method} {path}")
            return as_json({"message": "Resource not accessible by integration"}, 403)
        return self._api(request.method, path, json.loads(request.body) if request.body else {})

    def _api(self, method: str, path: str, body: dict[str, Any]) -> Reply:
        if path == "/pages":
            is_on = self.page_settings["build_type"]
            return as_json(self.page_settings) if is_on else as_json({"message": "Not Found"}, 404)
        if path.startswith("/pulls"):
            return self._pull(method, body)
        if path.startswith("/issues"):
            return self._issue(method, path, body) if self.issues_on else as_json({"message": "gone"}, 410)
        if re.fullmatch(r"/actions/runs/(\d+)/jobs\?per_page=100", path):
            return as_json({"jobs": self.jobs()})
        if path == "/actions/workflows?per_page=100":
            files = sorted(each.name for each in (ROOT / ".github/workflows").glob("*.yml"))
            return as_json({"workflows": [self._workflow(file) for file in files]})
        return self._of_workflow(path, body) if path else as_json({"template_repository": self._made_from()})

    def _made_from(self) -> dict[str, str] | None:
        return {"full_name": self.template} if self.template else None

    def _of_workflow(self, path: str, body: dict[str, Any]) -> Reply:
        found = re.fullmatch(r"/actions/workflows/([\w.]+)(/\w+)?(\?.*)?", path)
        assert found, path
        file = found[1]
        if found[2] == "/enable":
            self.workflow_states[file] = "active"
            return Answer(204)
        if found[2] == "/dispatches":
            if self.workflow_states.get(file, "active") != "active":
                return as_json({"message": "Cannot trigger a disabled workflow"}, 422)
            self.dispatched.append((file, body))
            return Answer(204)
        if found[2] == "/runs":
            if "status=completed" in path:
                conclusion = "failure" if self.failed_before else "success"
                return as_json({"workflow_runs": [{"id": 1, "conclusion": conclusion}]})
            return as_json({"workflow_runs": [{"created_at": self.scheduled_at}] if self.scheduled_at else []})
        return as_json(self._workflow(file))

    def _workflow(self, file: str) -> dict[str, Any]:
        state = self.workflow_states.get(file, "active")
        return {"id": file, "path": f".github/workflows/{file}", "state": state, "created_at": LONG_AGO}

    def _issue(self, method: str, path: str, body: dict[str, Any]) -> Reply:
        if method == "GET":
            label = re.findall(r"labels=([\w-]+)", path)[0]
            return as_json([each for each in self.issues if each["state"] == "open" and label in each["labels"]])
        if path == "/issues":
            issue = {"number": len(self.issues) + 1, "state": "open", "comments": [], "edits": 0, **body}
            self.issues.append(issue)
            return as_json(issue, 201)
        issue = self.issues[int(path.split("/")[2]) - 1]
        if path.endswith("/comments"):
            issue["comments"].append(body["body"])
            return as_json({}, 201)
        issue.update(body)
        issue["edits"] += 1
        return as_json(issue)

    def _pull(self, method: str, body: dict[str, Any]) -> Reply:
        if method == "GET":
            return as_json(self.pulls)
        if not self.pulls_by_workflows:
            return as_json({"message": "GitHub Actions is not permitted to create or approve pull requests."}, 403)
        assert git("rev-parse", "--verify", f"refs/heads/{body['head']}", cwd=self.remote)
        address = f"https://github.com/{REPOSITORY}/pull/{len(self.pulls) + 1}"
        self.pulls.append({**body, "state": "open", "head": {"ref": body["head"]}, "html_url": address})
        return as_json(self.pulls[-1], 201)

    def _page(self, request: Request) -> Reply:
        path = self.published / request.path.lstrip("/")
        if path.is_dir():
            path /= "index.html"
        return Answer(200, path.read_bytes()) if path.is_file() else Answer(404, b"no page")
