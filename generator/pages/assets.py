"""`/static/`: the style and the site's mark, published as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from generator.templating import STATIC, Templates
from generator.views import Output, Site


def plan(site: Site, templates: Templates) -> Iterator[Output]:  # noqa: ARG001 (every kind of page is planned alike)
    """A copy of each file of `templates/static/`."""
    for path in sorted((templates.folder / STATIC).rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            name = path.relative_to(templates.folder).as_posix()
            yield Output(name, "pages.assets", partial(_digest, path), partial(_copy, path))


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes()).hexdigest()


def _copy(path: Path, digest: str) -> bytes:  # noqa: ARG001 (the view only says whether the file changed)
    return path.read_bytes()
