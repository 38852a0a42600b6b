"""Two or three writers push at once through scripts/commit_data.sh, 30 rounds: nothing may be lost or forced."""

from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generator.model.records import Counts, Post
from generator.model.tree import Tree
from generator.storage.store import Store
from tests import make
from tests.conftest import ROOT
from tests.rehearsal.github import BRANCH, QUIET_GIT, git

pytestmark = pytest.mark.slow

LANES = 2
ROUNDS = 15
WRITERS = 3
QUICK = {"core.fsync": "none", "gc.auto": "0", "maintenance.auto": "false", "receive.autogc": "false"}
"""A remote that lives for a minute needs no durability and no tidying."""
SHIM = """\
#!/usr/bin/env bash
exec 3<>"/dev/tcp/127.0.0.1/{port}"
printf '%s\\n' "$PWD" "$#" "$@" >&3
IFS= read -r status <&3
while IFS= read -r line <&3; do printf '%s\\n' "$line"; done
exit "$status"
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What stands in for `python`: the same code, loaded once."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.rehearsal.warm_python", str(ROOT)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    shim = tmp_path_factory.mktemp("warm") / "python"
    shim.write_text(SHIM.format(port=int(server.stdout.readline())))
    shim.chmod(0o755)
    yield shim
    server.kill()
    server.wait()


@dataclass
class Lane:
    """One remote with its writers, who know nothing of each other."""

    folder: Path
    python: Path
    seed: int
    written: dict[str, int] = field(default_factory=dict)
    """Post id -> the most likes that anybody saw."""
    tries: list[int] = field(default_factory=list)

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    def prepare(self) -> None:
        self.folder.mkdir()
        git("init", "--quiet", "--bare", f"--initial-branch={BRANCH}", str(self.remote), cwd=self.folder)
        for key, value in {"core.logAllRefUpdates": "always", **QUICK}.items():  # git gives the other side no other
            git("config", key, value, cwd=self.remote)
        for writer in range(WRITERS):
            clone = self.folder / f"writer{writer}"
            git("clone", "--quiet", str(self.remote), str(clone), cwd=self.folder)
            if writer == 0:
                (clone / "README.md").write_text("made up\n")
                git("add", "README.md", cwd=clone)
                git("commit", "--quiet", "--message", "Begin", cwd=clone)
                git("push", "--quiet", "origin", BRANCH, cwd=clone)

    def run(self) -> None:
        dice = random.Random(self.seed)  # noqa: S311
        with ThreadPoolExecutor(WRITERS) as pool:
            for number in range(ROUNDS):
                writers = dice.sample(range(WRITERS), dice.choice((2, 2, 3)))
                for writer in writers:
                    self._bring(writer, number, dice)
                for said in pool.map(self._write, writers):
                    self.tries.append(1 + said.count("not pushed:"))

    def _bring(self, writer: int, number: int, dice: random.Random) -> None:
        """Posts of its own, and one that every writer sees with other numbers: all in the same file."""
        posts = [self._post(f"{number}w{writer}n{each}", dice) for each in range(dice.choice((0, 1, 2)))]
        posts.append(self._post(f"{number}shared", dice))
        tree = Tree()
        for post in posts:
            tree.add_post(post)
            assert post.counts
            self.written[post.id] = max(self.written.get(post.id, 0), post.counts.likes)
        brought = self.folder / f"brought{writer}"
        store = Store(brought)
        store.load()
        store.save(tree)

    def _post(self, key: str, dice: random.Random) -> Post:
        return make.post(key, counts=Counts(likes=dice.randrange(1000)))

    def _write(self, writer: int) -> str:
        done = subprocess.run(
            [str(ROOT / "scripts/commit_data.sh"), str(self.folder / f"brought{writer}"), BRANCH],
            cwd=self.folder / f"writer{writer}", capture_output=True, text=True, timeout=60, check=False,
            env={
                "PATH": os.environ["PATH"], **QUIET_GIT, "PYTHON": str(self.python), "RETRY_S": "0.02",
                "GIT_CONFIG_COUNT": str(len(QUICK)),
                **{f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(QUICK)},
                **{f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(QUICK.values())},
            },
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def updates(remote: Path) -> list[tuple[str, str]]:
    """(before, after) of every push that the remote took, in order."""
    log = (remote / "logs/refs/heads" / BRANCH).read_text().splitlines()
    return [(line.split()[0], line.split()[1]) for line in log]


def test_30_rounds_lose_no_post_force_no_push_and_make_no_empty_commit(tmp_path: Path, python: Path) -> None:
    lanes = [Lane(tmp_path / f"lane{number}", python, seed=number) for number in range(LANES)]
    for lane in lanes:
        lane.prepare()
    with ThreadPoolExecutor(LANES) as pool:
        list(pool.map(Lane.run, lanes))
    for lane in lanes:
        git("clone", "--quiet", str(lane.remote), str(lane.folder / "reader"), cwd=lane.folder)
        posts = Store(lane.folder / "reader/data").load().posts
        assert {post.id: post.counts.likes for post in posts.values() if post.counts} == lane.written
        commits = git("log", "--format=%H %P %T", "--reverse", BRANCH, cwd=lane.remote).splitlines()
        trees = [line.split()[-1] for line in commits]
        assert all(one != other for one, other in itertools.pairwise(trees)), "an empty commit"
        parents = {line.split()[0]: line.split()[1:-1] for line in commits}
        assert all(parents[after] == [before] for before, after in updates(lane.remote)[1:]), "a forced push"
        assert len(updates(lane.remote)) == len(commits)
    tries = [number for lane in lanes for number in lane.tries]
    assert max(tries) <= 6
    assert sum(number > 1 for number in tries) > LANES * ROUNDS / 2, "no race took place"
