"""What `data/` lost since its last commit, with the command that restores it. Reads only, by git.

Without git, a work tree or a commit nothing is reported as lost.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from generator.model.errors import Problem
from generator.model.tree import Tree
from generator.storage.store import Store

_GIT_S = 120
_MOST_FILES = 20
"""Of more files only the number is reported."""
_MOST_COMMITS = 50


class _Record(msgspec.Struct):
    id: str
    kind: str = ""
    of: str | None = None


def lost_records(data: Path) -> list[Problem]:
    """Records of the last commit that are neither in the tree nor removed by prune, file by file."""
    files = {name: _records(_git(data, "show", f"HEAD:./{name}")) for name in _changed_since(data, "HEAD")}
    if not files:
        return []
    missing = _missing(data, files)
    problems = []
    lost_count = 0
    for name, committed in files.items():
        lost = [record.id for record in committed if (_folder(name), record.id) in missing]
        if not lost:
            continue
        lost_count += len(lost)
        message = f"{_count(lost)} gone, the first is {lost[0]!a:.120}"
        command = _restoring(data, name, committed)
        problems.append(Problem(str(data / name), f"{message}: `{command}` restores them"))
    if len(problems) <= _MOST_FILES:
        return problems
    command = f"git -C {shlex.quote(str(data))} restore --source=HEAD -- ."
    message = (
        f"{lost_count:,} records in {len(problems):,} files of the last commit are gone: `{command}` restores the "
        "files as they were then. After `init` this is intended: commit it"
    )
    return [Problem(str(data), message)]


def with_restoring(problems: Iterable[Problem], data: Path) -> list[Problem]:
    """Add to each damaged line the command that restores the newest whole version of its file."""
    commands: dict[str, str] = {}
    completed = []
    for problem in problems:
        path = problem.place.rpartition(":")[0]
        if path not in commands:
            commands[path] = _restoring_whole(data, Path(path))
        message = problem.message
        if commands[path]:
            message += f"; `{commands[path]}` restores the file"
        completed.append(Problem(problem.place, message))
    return completed


def _missing(data: Path, committed: Mapping[str, Sequence[_Record]]) -> set[tuple[str, str]]:
    """(folder, id) of the committed records that are nowhere in the tree, which is read file by file."""
    store = Store(data)
    tree = store.open()
    missing = set()
    for name, records in committed.items():
        for record in records:
            if not _is_small_or_removed(record, name, tree):
                missing.add((_folder(name), record.id))
    # Most records are still in the file that was committed.
    names = store.record_files()
    for name in (*(name for name in committed if name in names), *names):
        if not missing:
            break
        missing -= {(_folder(name), record_id) for record_id in store.ids_of(name)}
    return missing


def _is_small_or_removed(record: _Record, name: str, tree: Tree) -> bool:
    """Whether the small files explain a record: a removed post, a known announcement, or nothing that is kept."""
    folder = _folder(name)
    if folder == "posts":
        return record.id in tree.gone or (record.kind in {"repost", "like"} and record.of in tree.gone)
    if folder == "announced":
        return record.id in tree.announced
    if name == "gone.jsonl":
        return record.id in tree.gone
    return folder != "papers"


def _folder(name: str) -> str:
    return name.partition("/")[0]


def _restoring(data: Path, name: str, committed: list[_Record]) -> str:
    """The command that restores the committed records of a file and keeps what was added since."""
    path = data / name
    present = _records(path.read_bytes()) if path.is_file() else []
    folder, quoted = shlex.quote(str(data)), shlex.quote(name)
    added = {record.id for record in present} - {record.id for record in committed}
    if not added:
        return f"git -C {folder} restore --source=HEAD -- {quoted}"
    show = f"(echo; git -C {folder} show HEAD:./{quoted}) >> {shlex.quote(str(path))}"
    return f"{show} && trending-arxiv check --fix"


def _restoring_whole(data: Path, path: Path) -> str:
    """The command that restores the newest committed version of a file of which every line can be read."""
    try:
        name = path.relative_to(data).as_posix()
    except ValueError:
        return ""
    log = _git(data, "log", f"--max-count={_MOST_COMMITS}", "--format=%h", "--", name)
    for commit in log.decode().split():
        content = _git(data, "show", f"{commit}:./{name}")
        lines = [line for line in content.split(b"\n") if line.strip()]
        if lines and len(_records(content)) == len(lines):
            return f"git -C {shlex.quote(str(data))} restore --source={commit} -- {shlex.quote(name)}"
    return ""


def _changed_since(data: Path, commit: str) -> list[str]:
    """Paths below data/ of the files that differ from the commit."""
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
    if len(lost) == 1:
        return "1 record of the last commit is"
    return f"{len(lost):,} records of the last commit are"
