"""Planned outputs -> files: renders what changed, writes what differs, removes what is no longer planned."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from generator.model.errors import BuildError
from generator.model.site import Output
from generator.storage import lock
from generator.storage.disk import remove_files, sweep, write_file

Progress = Callable[[int, int], None]

MARKER = "api/v1/index.json"
"""A folder that has files but not this one was not made by us, and nothing in it is touched."""
_NOT_MADE = frozenset({".gitkeep", lock.NAME})
"""What else may lie in the folder."""
_CHUNK = 64
"""Outputs handed to a process at once."""
_PARALLEL_FROM = 400
"""Fewer outputs than this are rendered before a second process would have started."""


class Made(msgspec.Struct, frozen=True, array_like=True):
    """What the last build knew of one file: its key, and how the file looked once it was written."""

    key: bytes
    size: int
    modified_ns: int


class Manifest(msgspec.Struct, frozen=True):
    """What the last build left."""

    inputs: bytes = b""
    """Digest of everything that it was made from."""
    summary: bytes = b""
    """What the build had to say, for the next one that has nothing to do."""
    made: dict[str, Made] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of the planned outputs."""

    total: int
    rendered: int
    written: int
    """Of the rendered ones, those whose bytes differed."""
    removed: int


def write_outputs(
    outputs: Sequence[Output],
    site: Path,
    *,
    manifest: Path,
    fingerprint: bytes,
    inputs: bytes = b"",
    summary: bytes = b"",
    full: bool = False,
    workers: int = 1,
    progress: Progress | None = None,
) -> Written:
    """Make `site` hold exactly the planned outputs.

    Args:
        outputs: what the site holds.
        site: its folder.
        manifest: where to remember what was made.
        fingerprint: of what decides every file besides its view.
        inputs: digest of everything that the outputs were planned from, for `unchanged`.
        summary: given back by `unchanged`.
        full: render everything.
        workers: processes to render in.
        progress: called with (done, total).

    Raises:
        BuildError: two outputs claim one path, a path leaves the folder, or the folder holds somebody else's files.
    """
    _check_paths(outputs)
    _check_folder(site)
    if not (site / MARKER).exists():
        write_file(site / MARKER, b"")  # first of all, so that a build that is killed leaves a folder that is ours
    known = {} if full else _load_manifest(manifest).made
    job = _Job(outputs, site, known, fingerprint)
    made: dict[str, Made] = {}
    rendered = written = 0
    for chunk in _chunks(job, workers):
        for path, entry, was_rendered, was_written in chunk:
            made[path] = entry
            rendered += was_rendered
            written += was_written
        if progress:
            progress(len(made), len(outputs))
    removed = _remove_unplanned(site, made)
    manifest.parent.mkdir(parents=True, exist_ok=True)
    write_file(manifest, msgspec.msgpack.encode(Manifest(inputs, summary, made)))
    return Written(total=len(outputs), rendered=rendered, written=written, removed=removed)


def unchanged(site: Path, manifest: Path, inputs: bytes) -> tuple[int, bytes] | None:
    """(number of files, summary) if the site is exactly what a build from these inputs left; None if it is not."""
    known = _load_manifest(manifest)
    if not inputs or known.inputs != inputs:
        return None
    for path, made in known.made.items():
        if _looks(site / path) != (made.size, made.modified_ns):
            return None
    found = sum(len(names) for _, _, names in os.walk(site)) - sum((site / name).exists() for name in _NOT_MADE)
    return (len(known.made), known.summary) if found == len(known.made) else None


_Row = tuple[str, Made, bool, bool]


@dataclass(frozen=True, slots=True)
class _Job:
    """What a process needs to make any of the outputs; inherited by fork, because closures cannot be sent."""

    outputs: Sequence[Output]
    site: Path
    known: dict[str, Made]
    fingerprint: bytes

    def make(self, start: int) -> list[_Row]:
        return [self._make_one(output) for output in self.outputs[start : start + _CHUNK]]

    def _make_one(self, output: Output) -> _Row:
        view = None if output.basis else output.view()
        key = self._key(output.renderer, output.basis() if output.basis else view)
        path = self.site / output.path
        known = self.known.get(output.path)
        if known is not None and known.key == key and _looks(path) == (known.size, known.modified_ns):
            return output.path, known, False, False
        content = output.render(output.view() if output.basis else view)
        differs = not _holds(path, content)
        if differs:
            write_file(path, content)
        size, modified_ns = _looks(path)
        return output.path, Made(key, size, modified_ns), True, differs

    def _key(self, renderer: str, decides: object) -> bytes:
        digest = hashlib.blake2b(self.fingerprint, digest_size=16)
        digest.update(renderer.encode() + b"\0")
        digest.update(msgspec.msgpack.encode(decides))
        return digest.digest()


_job: _Job | None = None


def _make_chunk(start: int) -> list[_Row]:
    if _job is None:
        raise BuildError("a rendering process was started without its job")
    return _job.make(start)


def _chunks(job: _Job, workers: int) -> Iterator[list[_Row]]:
    starts = range(0, len(job.outputs), _CHUNK)
    if workers == 1 or len(job.outputs) < _PARALLEL_FROM or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(job.make, starts)
        return
    global _job  # noqa: PLW0603 (the only way to hand closures to forked processes)
    _job = job
    try:
        with multiprocessing.get_context("fork").Pool(workers) as pool:
            yield from pool.imap_unordered(_make_chunk, starts)
    finally:
        _job = None


def _looks(path: Path) -> tuple[int, int]:
    try:
        stat = os.stat(path)  # noqa: PTH116 (twice as fast as Path.stat, and there are tens of thousands)
    except OSError:
        return -1, -1
    return stat.st_size, stat.st_mtime_ns


def _holds(path: Path, content: bytes) -> bool:
    try:
        return _looks(path)[0] == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _load_manifest(path: Path) -> Manifest:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return Manifest()  # none, or one of another version: everything is rendered, nothing is lost


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
        strangers = sorted(path.name for path in site.iterdir() if path.name not in _NOT_MADE)
        if strangers:
            raise BuildError(
                f"{site}: holds files that this program did not make ({', '.join(strangers[:3])}); "
                "name an empty folder with --site, or empty this one"
            )


def _remove_unplanned(site: Path, made: dict[str, Made]) -> int:
    sweep(site)
    prefix = len(str(site)) + 1
    stale = [
        Path(folder, name)
        for folder, _, names in os.walk(site)
        for name in names
        if f"{folder}/{name}"[prefix:] not in made and name not in _NOT_MADE
    ]
    remove_files(stale, site)
    return len(stale)
