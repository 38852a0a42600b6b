"""The files of a data tree: which are read, which are refused, and what damaged a line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from generator.model.errors import StoreError

FOLDERS = ("announced", "papers", "posts", "state")
FILES = ("gone.jsonl", "pending.jsonl", "schema.json")

_CONFLICT_MARKERS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
_LFS_POINTER = b"version https://git-lfs.github.com/spec/"
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def data_files(root: Path) -> Iterator[Path]:
    """Every file that holds records or state, in order.

    Raises:
        StoreError: one is a symbolic link that leads out of the folder, or no ordinary file (a pipe would never end).
    """
    for name in FILES:
        path = root / name
        if path.is_symlink() or path.exists():
            check_inside(path, root)
            yield from _ordinary(path)
    for name in FOLDERS:
        folder = root / name
        if folder.is_symlink() or folder.is_dir():
            check_inside(folder, root)
            yield from _below(folder, root)


def check_inside(path: Path, root: Path) -> None:
    """Raises StoreError where symbolic links lead a path out of the folder, nowhere, or in a circle."""
    real_path = os.path.realpath(path)
    if not _holds(os.path.realpath(root), real_path):
        raise StoreError(f"{path}: is a symbolic link out of {root}, which is never followed: put the file itself here")
    if path.is_symlink() and (not Path(real_path).exists() or _holds(real_path, os.path.realpath(path.parent))):
        raise StoreError(f"{path}: is a symbolic link that leads nowhere or in a circle: remove it")


def _holds(folder: str, path: str) -> bool:
    return os.path.commonpath((folder, path)) == folder


def _below(folder: Path, root: Path) -> Iterator[Path]:
    with os.scandir(folder) as scanned:
        entries = sorted(scanned, key=lambda entry: entry.name)
    for entry in entries:
        path = folder / entry.name
        if entry.is_symlink():
            check_inside(path, root)
        if entry.is_dir():
            yield from _below(path, root)
        elif entry.is_file():
            yield path
        else:
            yield from _ordinary(path)


def _ordinary(path: Path) -> Iterator[Path]:
    if not path.is_file():
        raise StoreError(f"{path}: is no ordinary file: remove it")
    yield path


def cause_of_damage(line: bytes, content: bytes) -> str:
    """What happened to a line that cannot be read, or an empty text.

    Args:
        line: without its end.
        content: of the whole file.
    """
    if content.startswith(_LFS_POINTER):
        return "the file is a pointer of Git LFS: `git lfs pull` fetches what it stands for"
    if line.startswith(_CONFLICT_MARKERS):
        return "a conflict marker that git left: both sides are kept, only the markers have to go"
    if line.startswith(_BYTE_ORDER_MARKS):
        return "it begins with a byte order mark, which an editor wrote"
    if line.strip(b"\0") == b"":
        return "it is filled with zeros, as after a power failure"
    if content.endswith(line) and line.startswith(b"{") and not line.rstrip().endswith(b"}"):
        return "it is cut off"
    return ""
