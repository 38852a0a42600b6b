"""One writer at a time: a lock of the operating system on a folder, which ends with the process that holds it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from generator.model.errors import StoreError
from generator.storage.disk import make_folder

NAME = ".lock"
"""The file that is locked. It names the holder and is removed with the lock."""
WAIT_S = 60.0
_POLL_S = 0.1
_LONGEST_NAME = 200


@contextmanager
def only_writer(folder: Path, who: str, on_wait: Callable[[str], None], wait_s: float) -> Iterator[None]:
    """Hold the lock of a folder, which is made where it is missing.

    Args:
        folder: what nobody else may write to meanwhile.
        who: named to others that wait.
        on_wait: called once with the holder's name, where there is one.
        wait_s: for so long.

    Raises:
        StoreError: another process still holds it, or the folder cannot be written.
    """
    make_folder(folder)
    descriptor = _acquire(folder, on_wait, wait_s)
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, who.encode())
        yield
    finally:
        with suppress(OSError):
            (folder / NAME).unlink(missing_ok=True)
        os.close(descriptor)


def _acquire(folder: Path, on_wait: Callable[[str], None], wait_s: float) -> int:
    ends_at = time.monotonic() + wait_s
    has_told = False
    while True:
        descriptor = _try_to_lock(folder / NAME)
        if descriptor is not None:
            return descriptor
        holder = _holder(folder / NAME)
        if time.monotonic() >= ends_at:
            raise StoreError(f"{folder}: {holder} is still writing here: run this again when it is done, or end it")
        if not has_told:
            has_told = True
            on_wait(holder)
        time.sleep(_POLL_S)


def _try_to_lock(path: Path) -> int | None:
    """The locked file, or None where another process has it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise StoreError(f"{path}: cannot be locked: {error.strerror or error}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The last holder may have removed the file between our open and our lock.
        if os.path.samestat(os.fstat(descriptor), os.stat(path)):  # noqa: PTH116 (compared with fstat)
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    except OSError as error:
        os.close(descriptor)
        raise StoreError(f"{path}: cannot be locked: {error.strerror or error}") from error
    os.close(descriptor)
    return None


def _holder(path: Path) -> str:
    try:
        name = path.read_text("utf-8", "replace")[:_LONGEST_NAME]
    except OSError:
        name = ""
    return name or "another command"
