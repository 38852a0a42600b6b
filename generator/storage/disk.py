"""Files that are whole or not there: temporary file beside the target, flushed to the disk, then renamed over it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

SUFFIX = ".part"
_SYNC_ALL_FROM = 64
"""From so many files on, one flush of the whole disk is quicker than one a file."""


def read_file(path: Path) -> bytes:
    """The content of a file. Raises OSError that names the file, also where reading breaks off."""
    try:
        return path.read_bytes()
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def make_folder(folder: Path) -> None:
    """Make a folder and its parents. Each new one is durable in its parent when this returns."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        _sync_folder(new.parent)


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Replace files, each atomically, and durable when this returns; none is replaced before all are on the disk.

    Raises:
        OSError: nothing of the file in question changed; temporary files are removed.
    """
    parts: list[tuple[str, str]] = []
    folders = {path.parent for path in contents}
    durable_each = len(contents) < _SYNC_ALL_FROM
    try:
        for folder in folders:
            if durable_each:
                make_folder(folder)
            else:
                folder.mkdir(parents=True, exist_ok=True)
        for target, content in contents.items():
            part = _part_of(target)
            parts.append((part, str(target)))
            _write(part, str(target), content, durable=durable_each)
        if not durable_each:
            os.sync()
        for part, path in parts:
            os.replace(part, path)  # noqa: PTH105 (twice as fast as Path.replace, and there are thousands)
    except BaseException:
        for part, _ in parts:
            Path(part).unlink(missing_ok=True)
        raise
    if durable_each:
        for folder in folders:
            _sync_folder(folder)
    else:
        os.sync()


def write_file(path: Path | str, content: bytes) -> None:
    """Replace one file atomically, without waiting for the disk: for what can be made again, such as the site."""
    part = _part_of(path)
    try:
        try:
            _write(part, str(path), content, durable=False)
        except FileNotFoundError:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            _write(part, str(path), content, durable=False)
        os.replace(part, path)  # noqa: PTH105
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def remove_files(paths: Iterable[Path], root: Path) -> None:
    """Remove files and the folders that this leaves empty, up to but without `root`."""
    for path in paths:
        path.unlink(missing_ok=True)
        folder = path.parent
        while root in folder.parents:
            try:
                folder.rmdir()
            except OSError:
                break
            folder = folder.parent


def sweep(root: Path) -> None:
    """Remove the temporary files that a killed run left below `root`. The caller is its only writer."""
    for part in root.rglob(f"*{SUFFIX}"):
        part.unlink(missing_ok=True)


def sweep_abandoned(folder: Path) -> None:
    """Remove the temporary files in a folder whose writers have ended; others may be writing there now."""
    for part in folder.glob(f"*{SUFFIX}"):
        process = part.name.removesuffix(SUFFIX).rpartition(".")[2]
        if not process.isdecimal() or not _is_running(int(process)):
            part.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:  # somebody else's
        return True
    except (OSError, OverflowError):
        return False
    return True


def _part_of(target: Path | str) -> str:
    """A temporary name beside the target that no other process uses."""
    return f"{target}.{os.getpid()}{SUFFIX}"


def _write(part: str, target: str, content: bytes, *, durable: bool) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        if durable:
            os.fsync(descriptor)
    except OSError as error:
        error.filename = error.filename or target  # a full disk does not say where it is full
        raise
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        error.filename = error.filename or str(folder)
        raise
    finally:
        os.close(descriptor)
