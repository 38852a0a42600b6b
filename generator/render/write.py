"""Planned outputs -> files: renders all, writes what differs, removes what is no longer planned."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from generator.model.errors import BuildError
from generator.model.site import Output, OutputGroup
from generator.render.processes import can_fork
from generator.storage import lock
from generator.storage.disk import SUFFIX, remove_files, write_file

Progress = Callable[[int, int], None]

MARKER = "api/v1/index.json"
"""A folder that has files but not this one was not made by us, and nothing in it is touched."""
_NOT_MADE = frozenset({".gitkeep", lock.NAME})
"""What else may lie in the folder."""
_CHUNK = 64
"""Outputs handed to a process at once."""
_PARALLEL_FROM = 400
"""Fewer outputs than this are rendered before a second process would have started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of the planned outputs."""

    total: int
    rendered: int
    written: int
    """Of the rendered ones, those whose bytes differed."""
    removed: int


def write_outputs(
    planned: Sequence[Output | OutputGroup], site: Path, *, workers: int = 1, progress: Progress | None = None
) -> Written:
    """Make `site` hold exactly the planned outputs.

    Args:
        planned: what the site holds.
        site: its folder.
        workers: processes to render in.
        progress: called with (done, total).

    Raises:
        BuildError: two outputs claim one path, a path leaves the folder, or the folder holds somebody else's files.
    """
    outputs = [output for output in planned if isinstance(output, Output)]
    groups = [group for group in planned if isinstance(group, OutputGroup)]
    _check_paths(outputs)
    _check_folder(site)
    if not (site / MARKER).exists():
        write_file(site / MARKER, b"")  # first of all, so that a build that is killed leaves a folder that is ours
    paths = {output.path for output in outputs}
    done = written = 0
    for chunk in _write_chunks(outputs, groups, site, workers):
        done += chunk.rendered
        written += chunk.written
        paths.update(chunk.group_paths)
        if progress:
            progress(done, max(done, len(outputs)))
    removed = _remove_unplanned(site, paths)
    return Written(total=done, rendered=done, written=written, removed=removed)


class _Chunk(NamedTuple):
    """What became of some outputs or of a group."""

    rendered: int
    written: int
    group_paths: tuple[str, ...] = ()


_Job = tuple[Sequence[Output], Sequence[OutputGroup], Path]
_job: _Job | None = None
"""What forked processes inherit: closures cannot be sent to them."""


def _write_chunks(
    outputs: Sequence[Output], groups: Sequence[OutputGroup], site: Path, workers: int
) -> Iterator[_Chunk]:
    global _job  # noqa: PLW0603 (the only way to hand closures to forked processes)
    _job = outputs, groups, site
    # Groups first: they take longest, and the other processes render pages meanwhile.
    starts = [*range(-len(groups), 0), *range(0, len(outputs), _CHUNK)]
    try:
        if not can_fork(workers) or len(outputs) < _PARALLEL_FROM:
            yield from map(_write_chunk, starts)
            return
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            yield from pool.imap_unordered(_write_chunk, starts)
    finally:
        _job = None


def _write_chunk(start: int) -> _Chunk:
    """Write _CHUNK outputs from `start` on, or the group that a negative `start` counts from the last."""
    if _job is None:
        raise BuildError("a rendering process was started without its job")
    outputs, groups, site = _job
    if start < 0:
        group = groups[start]
        written = 0
        paths = []
        for name, content in group.render():
            paths.append(group.folder + name)
            written += _write(f"{site}/{group.folder}{name}", content)
        return _Chunk(len(paths), written, tuple(paths))
    chunk = outputs[start : start + _CHUNK]
    return _Chunk(len(chunk), sum(_write(f"{site}/{output.path}", output.render()) for output in chunk))


def _write(path: str, content: bytes) -> bool:
    """Write a file unless it has this content already; True where it was written."""
    if _holds(path, content):
        return False
    write_file(path, content)
    return True


def _holds(path: str, content: bytes) -> bool:
    """True where the file has exactly this content."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 (half the time of Path.open, and there are tens of thousands)
            return os.fstat(file.fileno()).st_size == len(content) and file.read() == content
    except OSError:
        return False


def _check_paths(outputs: Sequence[Output]) -> None:
    seen: set[str] = set()
    for output in outputs:
        parts = output.path.split("/")
        if output.path in seen:
            raise BuildError(
                f"{output.path}: two pages claim this address; rename one of them (an own page in content/?)"
            )
        if not all(parts) or ".." in parts or "\0" in output.path:
            raise BuildError(f"{output.path!r}: not a path inside the site")
        seen.add(output.path)


def _check_folder(site: Path) -> None:
    if site.is_dir() and not (site / MARKER).exists():
        strangers = sorted(path.name for path in site.iterdir() if path.name not in _NOT_MADE and _holds_files(path))
        if strangers:
            raise BuildError(
                f"{site}: holds files that this program did not make ({', '.join(strangers[:3])}); "
                "name an empty folder with --site, or empty this one"
            )


def _holds_files(path: Path) -> bool:
    """Whether it is or holds a file. What a first build leaves that ended early does not count."""
    if path.is_symlink() or not path.is_dir():
        return True
    return any(not inside.is_dir() and inside.suffix != SUFFIX for inside in path.rglob("*"))


def _remove_unplanned(site: Path, planned: set[str]) -> int:
    prefix = len(str(site)) + 1
    stale = [
        Path(folder, name)
        for folder, _, names in os.walk(site)
        for name in names
        if f"{folder}/{name}"[prefix:] not in planned and name not in _NOT_MADE
    ]
    remove_files(stale, site)
    return len(stale)
