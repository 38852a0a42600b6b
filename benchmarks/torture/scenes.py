"""A copy of the repository in which one command is about to run, and how what it leaves is judged."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from benchmarks.torture.forks import Forks
from generator.storage.store import Store
from tests import make
from tests.e2e.run import Copy, files_below
from tests.e2e.world import NOW, SECRETS, World

ROOT = Path(__file__).resolve().parents[2]
ERRORS = {"ENOSPC": 28, "EIO": 5, "EMFILE": 24, "EACCES": 13, "EROFS": 30}
BLOCK = 4096
_LONGEST_S = 120
_KEPT_OF_CACHE = {"texts.jsonl", "links-waiting.jsonl"}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    said: str
    calls: int


@dataclass(slots=True)
class Scene:
    """One command and the folder that it finds."""

    name: str
    start: Path
    arguments: tuple[str, ...]
    forks: Forks
    wanted: dict[str, bytes] = field(default_factory=dict)
    """What an undisturbed run leaves."""
    calls: int = 0
    """How many calls on files an undisturbed run makes."""
    written: int = 0
    """Bytes of what an undisturbed run leaves."""

    def copy(self, name: str) -> Path:
        folder = self.start.parent / f"{self.name}-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.start, folder, symlinks=True)
        return folder

    def prepare(self) -> None:
        folder = self.copy("undisturbed")
        ended = self.run(folder)
        if ended.status:
            raise RuntimeError(f"{self.name}: exit {ended.status}: {ended.said}")
        self.wanted, self.calls = kept(folder), ended.calls
        self.written = sum(map(len, self.wanted.values()))

    def run(self, folder: Path, **torture: int) -> Ended:
        count = folder / ".count"
        count.unlink(missing_ok=True)
        settings = {f"TORTURE_{name.upper()}": str(value) for name, value in torture.items()}
        status, said = self.forks.run(folder, self.arguments, {"TORTURE_COUNT": str(count), **SECRETS, **settings})
        calls = int(count.read_text()) if count.exists() else 0
        return Ended(status, said, calls)

    def judge(self, folder: Path, ended: Ended, *, killed: bool) -> list[str]:
        """What is wrong with what a disturbed run left, and with what the next one makes of it."""
        wrong = []
        if "Traceback" in ended.said:
            wrong.append(f"a traceback: {ended.said[-300:]}")
        wrong += shown_secrets(folder, ended.said)
        if killed and ended.status != -signal.SIGKILL:
            wrong.append(f"was not killed but ended with {ended.status}")
        if not killed and not ended.status and kept(folder) != self.wanted:
            wrong.append("exit 0 although not all was done")
        if not killed and ended.status and not ended.said.strip():
            wrong.append(f"exit {ended.status} without a word")
        wrong += self._lost(folder)
        again = self.run(folder)
        if again.status:
            wrong.append(f"the next run ends with {again.status}: {again.said[-300:]}")
        left = kept(folder)
        wrong += [f"{name} differs after the next run" for name in sorted(left.keys() | self.wanted.keys())
                  if left.get(name) != self.wanted.get(name)][:3]  # fmt: skip
        return wrong

    def _lost(self, folder: Path) -> list[str]:
        """Torn lines, and records of the start that are neither there nor known to be gone."""
        before, after = Store(self.start / "data").load(), Store(folder / "data").load()
        wrong = [f"torn: {problem}" for problem in after.problems]
        posts = before.posts.keys() - after.posts.keys() - after.gone.keys()
        papers = before.papers.keys() - after.papers.keys()
        return wrong + [f"lost: {record}" for record in sorted(posts | papers)]


def shown_secrets(folder: Path, said: str) -> list[str]:
    """Where a secret stands: in what a command printed, or in a file that it wrote."""
    wrong = ["a secret was shown"] if any(secret in said for secret in SECRETS.values()) else []
    for below in ("data", "site", ".cache"):
        for name, body in files_below(folder / below).items():
            if any(secret.encode() in body for secret in SECRETS.values()):
                wrong.append(f"a secret in {below}/{name}")
    return wrong


def start(folder: Path, arguments: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start `trending-arxiv ARGUMENTS` in a folder."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "TORTURE_"))}
    return subprocess.Popen(
        [sys.executable, "-m", "generator", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**inherited, "PYTHONPATH": str(ROOT), **SECRETS, **env},
    )


def kept(folder: Path) -> dict[str, bytes]:
    """Everything that must not depend on what disturbed a run. A lock without its holder counts for nothing."""
    found = {f"data/{name}": body for name, body in files_below(folder / "data").items()}
    found |= {f"site/{name}": body for name, body in files_below(folder / "site").items()}
    cached = files_below(folder / ".cache")
    found |= {f".cache/{name}": cached[name] for name in _KEPT_OF_CACHE & cached.keys()}
    return {name: body for name, body in found.items() if not name.endswith("/.lock")}


def build_shim(folder: Path) -> Path:
    """Compile the shim."""
    shim = folder / "shim.so"
    source = Path(__file__).with_name("shim.c")
    subprocess.run(["cc", "-std=gnu11", "-O1", "-shared", "-fPIC", "-o", str(shim), str(source), "-ldl"], check=True)
    return shim


def scenes(folder: Path, world: World, forks: Forks) -> list[Scene]:
    """The five commands that write, each before work that touches old files and new ones."""
    made = [
        Scene("import", _captured(folder / "import"), ("import", "news.jsonl", "--offline", "--now", NOW), forks),
        Scene("merge", _captured(folder / "merge"), ("merge", "other"), forks),
        Scene("prune", _captured(folder / "prune"), ("prune", "bluesky:ada/1", "x:bo/2", "--now", NOW), forks),
        Scene("build", _captured(folder / "build"), ("build", "--full"), forks),
        Scene("fetch", _asking(folder / "fetch", world), ("fetch", "--now", NOW), forks),
    ]
    for scene in made:
        scene.prepare()
    return made


def points(total: int, most: int) -> Iterable[int]:
    """At most so many numbers of 1 to `total`, spread evenly."""
    count = min(total, most)
    return sorted({1 + (total - 1) * number // max(1, count - 1) for number in range(count)})


def _captured(folder: Path) -> Path:
    """A folder with posts of two networks, one of which lies in the cache, news to import and another tree."""
    Copy(folder, '{"site": {"url": "https://pages.example/made-up/"}, "trackers": [{"id": "example"}]}')
    store = Store(folder / "data", folder / ".cache")
    tree = store.load()
    for number in range(8):
        tree.add_post(make.post(str(number), hours=20 * number, papers=(f"2611.{number % 3 + 1:05}",)))
        tree.add_paper(make.paper(f"2611.{number % 3 + 1:05}"))
    of_x = make.post("2", network="x", who="bo", text=None)
    tree.add_post(of_x)
    tree.add_post(make.post("echo", who="cy", kind="repost", of="bluesky:ada/1"))
    store.save(tree)
    store.save_texts({of_x.id: msgspec.structs.replace(of_x, text="words of x")}, tree)
    news = [make.post(f"n{number}", hours=30 * number, papers=(f"2611.{number + 2:05}",)) for number in range(5)]
    (folder / "news.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(news))
    other = Store(folder / "other")
    tree = other.load()
    for post in (*news, make.post("0", text="longer words than the others have of it")):
        tree.add_post(post)
    tree.remove_posts(["bluesky:ada/3"], "2026-11-19")
    other.save(tree)
    return folder


def _asking(folder: Path, world: World) -> Path:
    Copy(folder, world.config())
    earlier = start(folder, ("fetch", "--now", "2026-11-20T11:58:00Z"), {})
    said, _ = earlier.communicate(timeout=_LONGEST_S)
    if earlier.returncode:
        raise RuntimeError(said.decode("utf-8", "replace"))
    world.tell()
    return folder
