"""What files look like, so that a change is seen: time and size of each. Polled, because that works everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def look_at(paths: Iterable[Path]) -> dict[str, tuple[int, int]]:
    """Every file at or below the paths -> (modified_ns, size). What is missing, hidden or temporary is left out."""
    seen: dict[str, tuple[int, int]] = {}
    folders = []
    for path in paths:
        if path.is_dir():
            folders.append(str(path))
        elif path.is_file():
            status = path.stat()
            seen[str(path)] = status.st_mtime_ns, status.st_size
    while folders:
        _look_into(folders.pop(), folders, seen)
    return seen


def _look_into(folder: str, folders: list[str], seen: dict[str, tuple[int, int]]) -> None:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.endswith((".part", "~")):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.is_file():
                    status = entry.stat()
                    seen[entry.path] = status.st_mtime_ns, status.st_size
    except OSError:
        return  # it went away while we looked: that is a change by itself
