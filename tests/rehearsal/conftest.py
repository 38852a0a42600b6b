"""A stage for each rehearsal: a copy of the template on a GitHub of its own, networks, and a runner."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import pretend_x
from tests.rehearsal.github import BRANCH, GitHub, copy_of_the_template, git
from tests.rehearsal.networks import Networks
from tests.rehearsal.runner import Run, Runner

X_CANARY = "AAAAcanaryOfXcanaryOfXcanary"
PASSWORD_CANARY = "cana-ryof-blue-skyx"


@dataclass
class Stage:
    """Everything that a rehearsal needs."""

    github: GitHub
    networks: Networks
    runner: Runner
    folder: Path

    def push(self, files: Mapping[str, str | None], subject: str = "Edit by hand") -> None:
        """What a person does in another clone; None removes a file or folder."""
        git("push", "--quiet", "origin", BRANCH, cwd=self._commit(files, subject))

    def push_during_the_next_push(self, files: Mapping[str, str | None], subject: str) -> None:
        """A person's push that lands while the server receives the workflow's: the workflow's is refused."""
        self.race(self._commit(files, subject), BRANCH)

    def race(self, clone: Path, branch: str) -> None:
        """What this clone has committed to the branch lands while the server receives the next push."""
        marker = self.folder / "raced"
        hook = self.github.remote / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            f"#!/bin/sh\n[ -e {marker} ] && exit 0\ntouch {marker}\n"
            f'exec env -i PATH="$PATH" git -C {clone} push --quiet origin {branch}\n'
        )
        hook.chmod(0o755)

    def before_job(self, job: str, files: Mapping[str, str | None], subject: str) -> None:
        """A person's push that lands just before this job checks out, once."""
        clone = self._commit(files, subject)
        self._write_hook(self.github.folder / "hooks" / job, f"exec git -C {clone} push --quiet origin {BRANCH}")

    def cancel_in(self, job: str, action: str) -> None:
        """Somebody presses **Cancel workflow** when this job begins an action such as `deploy-pages`, once."""
        self._write_hook(self.github.folder / "hooks" / f"{job}-{action}", self._cancel)

    def cancel_during_the_next_push(self) -> None:
        """Somebody presses **Cancel workflow** while the server receives a push: it arrives, and the job is cut off."""
        self._write_hook(self.github.remote / "hooks" / "pre-receive", self._cancel)

    @property
    def _cancel(self) -> str:
        return f'kill -KILL "$(cat {self.github.folder}/runner.pid)"'

    def _write_hook(self, hook: Path, command: str) -> None:
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f'#!/bin/sh\nrm "$0"\n{command}\n')
        hook.chmod(0o755)

    def refuse_pushes(self) -> Path:
        """Let the server refuse every push until the file is gone that this returns."""
        hook = self.github.remote / "hooks" / "pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
        return hook

    def _commit(self, files: Mapping[str, str | None], subject: str) -> Path:
        clone = self.folder / "by-hand"
        if not clone.exists():
            git("clone", "--quiet", str(self.github.remote), str(clone), cwd=self.folder)
        git("pull", "--quiet", "--ff-only", "origin", BRANCH, cwd=clone)
        for name, text in files.items():
            path = clone / name
            if text is None:
                git("rm", "-r", "--quiet", name, cwd=clone)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        git("add", "--all", cwd=clone)
        git("commit", "--quiet", "--message", subject, cwd=clone)
        return clone

    def configure(self, *, x: bool = True) -> None:
        """Let config.yaml lead to the networks on loopback."""
        self.push({"config.yaml": self.networks.config(f"{self.github.server.url}/", x=x)}, "My accounts")

    def update(self, event: str = "schedule", **inputs: str) -> Run:
        """Run Update."""
        return self.runner.run("update.yml", event, inputs)

    def saved(self, pattern: str) -> list[str]:
        """Lines of the committed files of data/ that match."""
        listed = git("ls-tree", "-r", "--name-only", BRANCH, cwd=self.github.remote).splitlines()
        names = [name for name in listed if Path(name).match(f"data/{pattern}")]
        return [line for name in names for line in git("show", f"{BRANCH}:{name}", cwd=self.github.remote).splitlines()]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bare repository of a fresh copy."""
    return copy_of_the_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def stage(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A fresh copy, its networks sound, Pages on; at the end, no secret may be found anywhere."""
    monkeypatch.setattr(pretend_x, "TOKEN", X_CANARY)
    remote = tmp_path / "remote.git"
    shutil.copytree(template, remote)
    (tmp_path / "github").mkdir()
    github = GitHub(tmp_path / "github", remote)
    secrets = {"X_BEARER_TOKEN": X_CANARY, "BLUESKY_APP_PASSWORD": PASSWORD_CANARY}
    with github.server, Networks() as networks:
        runner = Runner(github, tmp_path / "runner", secrets, {"BLUESKY_API": networks.bluesky_server.url})
        yield Stage(github, networks, runner, tmp_path)
        assert github.refused == []
        _no_secret_anywhere(github, runner)


def _no_secret_anywhere(github: GitHub, runner: Runner) -> None:
    canaries = [each.encode() for each in (X_CANARY, PASSWORD_CANARY, *runner.secrets.values(), *github.rights)]
    secret = re.compile(b"|".join(map(re.escape, canaries)))
    packed = git("rev-list", "--objects", "--all", cwd=github.remote).splitlines()
    blobs = "\n".join(line.split()[0] for line in packed)
    content = git("cat-file", "--batch", cwd=github.remote, stdin=blobs).encode("utf-8", "surrogateescape")
    assert not secret.search(content), "a secret is in a commit"
    for path in github.folder.rglob("*"):  # artifacts, caches, pages, feeds
        assert not path.is_file() or not secret.search(path.read_bytes()), f"a secret is in {path}"
    for run in runner.runs:
        assert not secret.search((run.log + run.summary).encode()), "a secret is in a log"
    for said in (*github.issues, *github.pulls, *github.dispatched):
        assert not secret.search(str(said).encode()), "a secret is in an issue, a pull request or a form"
