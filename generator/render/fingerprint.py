"""Digests of what a build reads and writes: the same digest means that nothing has changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from generator.storage import lock

_LIBRARIES = (
    *("feedgen", "jinja2", "lxml", "markdown", "math-core", "msgspec", "nh3"),
    *("pillow", "font-source-serif-pro"),
)


def fingerprint_of(*parts: str | bytes) -> bytes:
    """A digest of the program, of the libraries that render, and of `parts`."""
    digest = hashlib.blake2b(_program_fingerprint(), digest_size=16)
    for part in parts:
        encoded = part.encode() if isinstance(part, str) else part
        digest.update(len(encoded).to_bytes(8, "big") + encoded)
    return digest.digest()


def looks_of(*places: Path) -> bytes:
    """A digest of the names, sizes and times of all files below some places: equal as long as nobody touched one."""
    digest = hashlib.blake2b(digest_size=16)
    for place in places:
        files = [place] if place.is_file() else sorted(_walk(str(place)))
        for path in files:
            stat = os.stat(path)  # noqa: PTH116 (thousands of them)
            digest.update(
                f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0{stat.st_ctime_ns}\0".encode("utf-8", "replace")
            )
    return digest.digest()


def _walk(folder: str) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        for name in names:
            if name != lock.NAME:
                yield f"{parent}/{name}"


@cache
def _program_fingerprint() -> bytes:
    """A digest of this package's source and the versions of the libraries that render."""
    digest = hashlib.blake2b(digest_size=16)
    package = Path(__file__).parents[1]
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library}={_version(library)}".encode())
    return digest.digest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # what draws cards is optional
        return ""
