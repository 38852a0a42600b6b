"""What `data/` lost since its last commit, with the command that restores it. Reads only, by git.

Where there is no git, no work tree or no commit, nothing is known to be lost.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path

import msgspec

from generator.model.errors import Problem
from generator.model.tree import Tree
from generator.storage.store import Store

_GIT_S = 120
_MOST_FILES = 20
"""Of more files than this only the number is told."""
_MOST_COMMITS = 50


class _Record(msgspec.Struct):
    id: str
    kind: str = ""
    of: str | None = None


def lost_records(data: Path, tree: Tree | None = None) -> list[Problem]:
    """Records of the last commit that are neither in the tree nor removed by prune, file by file.

    The tree is loaded where it is not given and git sees a change.
    """
    problems = []
    records = 0
    for name in _changed_since(data, "HEAD"):
        tree = tree or Store(data).load()
        committed = _records(_git(data, "show", f"HEAD:./{name}"))
        lost = [record.id for record in committed if _is_lost(record, name, tree)]
        if lost:
            records += len(lost)
            message = f"{_count(lost)} gone, the first is {lost[0]!a:.120}"
            problems.append(
                Problem(str(data / name), f"{message}: `{_restoring(data, name, committed)}` restores them")
            )
    if len(problems) > _MOST_FILES:
        restore = f"git -C {shlex.quote(str(data))} restore --source=HEAD -- ."
        message = (
            f"{records:,} records in {len(problems):,} files of the last commit are gone: `{restore}` restores the "
            "files as they were then. After `init` this is intended: commit it"
        )
        return [Problem(str(data), message)]
    return problems


def with_restoring(problems: Iterable[Problem], data: Path) -> list[Problem]:
    """Damaged lines with the command that brings back the newest whole version of their file."""
    commands: dict[str, str] = {}
    told = []
    for problem in problems:
        path = problem.place.rpartition(":")[0]
        if path not in commands:
            commands[path] = _restoring_whole(data, Path(path))
        command = commands[path]
        told.append(Problem(problem.place, f"{problem.message}; `{command}` restores the file") if command else problem)
    return told


def _is_lost(record: _Record, name: str, tree: Tree) -> bool:
    if name.startswith("posts/"):
        shows_gone = record.kind in {"repost", "like"} and record.of in tree.gone
        return record.id not in tree.posts and record.id not in tree.gone and not shows_gone
    if name.startswith("papers/"):
        return record.id not in tree.papers
    if name.startswith("announced/"):
        return record.id not in tree.announced
    return name == "gone.jsonl" and record.id not in tree.gone


def _restoring(data: Path, name: str, committed: list[_Record]) -> str:
    """The committed file in place of the one that is there, or its lines beside what has come since."""
    path = data / name
    present = _records(path.read_bytes()) if path.is_file() else []
    folder, quoted = shlex.quote(str(data)), shlex.quote(name)
    if {record.id for record in present} <= {record.id for record in committed}:
        return f"git -C {folder} restore --source=HEAD -- {quoted}"
    show = f"(echo; git -C {folder} show HEAD:./{quoted}) >> {shlex.quote(str(path))}"
    return f"{show} && trending-arxiv check --fix"


def _restoring_whole(data: Path, path: Path) -> str:
    """Of the last commits in which the file changed, the newest where all of its lines can be read."""
    try:
        name = path.relative_to(data).as_posix()
    except ValueError:
        return ""
    log = _git(data, "log", f"--max-count={_MOST_COMMITS}", "--format=%h", "--", name).decode().split()
    for commit in log:
        content = _git(data, "show", f"{commit}:./{name}")
        if content.strip() and len(_records(content)) == len([line for line in content.split(b"\n") if line.strip()]):
            return f"git -C {shlex.quote(str(data))} restore --source={commit} -- {shlex.quote(name)}"
    return ""


def _changed_since(data: Path, commit: str) -> list[str]:
    """Files of the commit that differ from those on disk, by their place in the tree."""
    listed = _git(
        data, "diff", "--name-only", "--relative", "--no-renames", "--no-ext-diff", "--diff-filter=MDT", "-z", commit,
        "--", ".",
    )  # fmt: skip
    return sorted(name.decode("utf-8", "replace") for name in listed.split(b"\0") if name.endswith(b".jsonl"))


def _records(content: bytes) -> list[_Record]:
    """The lines that are records."""
    decoder = msgspec.json.Decoder(_Record)
    records = []
    for line in content.split(b"\n"):
        try:
            records.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return records


def _git(data: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(data), "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_GIT_S, check=False)  # noqa: S603 (no shell)
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout if done.returncode == 0 else b""


def _count(lost: list[str]) -> str:
    return f"{len(lost):,} records of the last commit are" if len(lost) > 1 else "1 record of the last commit is"
