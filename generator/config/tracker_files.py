"""trackers/<id>.yaml: one tracker a file, so that a member's pull request touches a file of its own.

The files are read as rows after those of `trackers:` in config.yaml, in the order of their names, and everything that
is wrong in any of them is found together. A file can hold nothing but a tracker, may be no link (it would show what it
leads to), and its name is the tracker's address, so that whoever owns a file by CODEOWNERS owns the address.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any, TypeVar

from generator.config.document import MAX_BYTES, Document, Finding, Path, dotted, parse, shown
from generator.model.errors import Problem

FOLDER = "trackers"
MAX_FILES = 1000
_ENDING = ".yaml"
_ID = re.compile(r"[a-z0-9-]{1,64}")
_KEY = "trackers"
_Fact = TypeVar("_Fact")
"""Of one path of a document: its place, or the text as written."""


@dataclass(frozen=True, slots=True)
class TrackerFile:
    """One file as it lies there."""

    name: str
    """With its folder, for messages."""
    content: bytes

    @property
    def id(self) -> str:
        """What the tracker is called where the file does not say it."""
        return os.path.basename(self.name).removesuffix(_ENDING)  # noqa: PTH119 (a name for messages, not a path)


@dataclass(slots=True)
class Joined:
    """config.yaml and the files of trackers/ as one document; every path in it leads back to its file."""

    document: Document
    names: tuple[str, ...]
    """config.yaml, then each tracker's file."""
    own: int
    """Rows that config.yaml itself has."""
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    """What cannot be read as YAML, with its place in `names`."""
    findings: list[Finding] = field(default_factory=list)

    def home_of(self, path: Path) -> tuple[int, Path]:
        """Which of `names` a path of the whole stands in, and the path in there."""
        if path[:1] == (_KEY,) and len(path) > 1 and isinstance(path[1], int) and path[1] >= self.own:
            return path[1] - self.own + 1, path[2:]
        return 0, path

    def called(self, path: Path) -> str:
        """A tracker as a message about another one calls it."""
        home, inside = self.home_of(path)
        if home:
            return self.names[home]
        if len(self.names) == 1:
            return dotted(inside)
        return f"{dotted(inside)} of {self.names[0]}"


def tracker_paths(folder: FilePath) -> list[FilePath]:
    """The files of a folder that are read, by name; a missing folder has none."""
    return sorted(path for path in folder.glob(f"*{_ENDING}") if not path.name.startswith("."))


def read_files(folder: FilePath) -> tuple[list[TrackerFile], list[Problem]]:
    """Read trackers/; what lies there and would silently be no tracker is a problem."""
    problems = [_misplaced(path) for path in sorted(folder.glob("**/*.y*ml")) if _is_misplaced(path, folder)]
    paths = tracker_paths(folder)
    if len(paths) > MAX_FILES:
        return [], [Problem(str(folder), f"has {len(paths):,} trackers; {MAX_FILES:,} are the limit")]
    files = []
    for path in paths:
        if path.is_symlink() or not path.is_file():
            problems.append(Problem(str(path), "is a link or no file: put the tracker itself there"))
            continue
        try:
            with path.open("rb") as file:
                files.append(TrackerFile(str(path), file.read(MAX_BYTES + 1)))
        except OSError as error:
            problems.append(Problem(str(path), f"cannot be read: {error.strerror or error}"))
    return files, problems


def join(document: Document, name: str, files: Sequence[TrackerFile]) -> Joined:
    """Put the files' trackers after config.yaml's own.

    Args:
        document: config.yaml; its value is a mapping.
        name: what config.yaml is called in messages.
        files: in their order.
    """
    rows = document.value.get(_KEY)
    main_rows = rows if isinstance(rows, tuple) else ()
    joined = Joined(document, (name, *(file.name for file in files)), len(main_rows))
    if not files or not isinstance(rows, tuple | None):
        return joined
    whole = replace(
        document, values=dict(document.values), keys=dict(document.keys), raw=dict(document.raw), problems=[]
    )
    added: list[dict[str, Any]] = []
    for file_number, file in enumerate(files, 1):
        file_document, problems = parse(file.content, file.name)
        for problem in problems:
            joined.problems.append((file_number, problem))
        path = (_KEY, len(main_rows) + len(added))
        added.append(_row(file_document.value, file, path, joined, unread=bool(problems)))
        whole.values[path] = (1, 1)
        _add_below(path, whole.values, file_document.values)
        _add_below(path, whole.keys, file_document.keys)
        _add_below(path, whole.raw, file_document.raw)
    whole.value = {**document.value, _KEY: (*main_rows, *added)}
    joined.document = whole
    return joined


def _add_below(parent: Path, whole: dict[Path, _Fact], part: dict[Path, _Fact]) -> None:
    for path, fact in part.items():
        whole[*parent, *path] = fact


def _row(value: Any, file: TrackerFile, path: Path, joined: Joined, *, unread: bool) -> dict[str, Any]:
    """The file's tracker; what cannot be one is noted, and stands as an empty tracker."""
    if not _ID.fullmatch(file.id):
        name = f"`{shown(os.path.basename(file.name))}`"  # noqa: PTH119
        joined.findings.append(
            (path, f"{name}: the name becomes an address: rename it to a-z, 0-9 and - alone, {_ENDING}")
        )
        return {"id": f"file-{path[-1]}"}
    if not isinstance(value, dict):
        if not unread:
            joined.findings.append((path, _no_tracker(value)))
        return {"id": file.id}
    if value.get("id") not in {None, file.id}:
        joined.findings.append(((*path, "id"), f"is not the file's name: remove the line, or write {file.id}"))
    return {**value, "id": file.id}


def _no_tracker(value: Any) -> str:
    if value is None:
        return "is empty: write what the tracker reads, such as `bluesky: {accounts: [name.bsky.social]}`"
    if isinstance(value, tuple):
        return "is a list; a file holds one tracker: remove the `- ` and the spaces below it"
    return "must be keys of one tracker, such as `title:` and `bluesky:`"


def _is_misplaced(path: FilePath, folder: FilePath) -> bool:
    parts = path.relative_to(folder).parts
    if any(part.startswith(".") for part in parts):
        return False
    return path.suffix == ".yml" or (path.suffix == _ENDING and len(parts) > 1)


def _misplaced(path: FilePath) -> Problem:
    if path.suffix == ".yml":
        return Problem(str(path), f"is not read: rename it to {path.stem}{_ENDING}")
    return Problem(str(path), f"is not read: put it into {FOLDER}/ itself")
