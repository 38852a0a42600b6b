"""The owner's files: `content/*.md` become pages, `content/notes/<id>.md` notes on papers. Reads only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.finding import arxiv_id
from generator.model.errors import BuildError
from generator.text.markdown import markdown_to_html

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_TITLE = re.compile(r"\s*#\s+(.+?)\s*#*\s*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Content:
    """What the owner wrote, as safe HTML."""

    pages: tuple[tuple[str, str, str], ...]
    """(slug, title, HTML), by slug."""
    notes: Mapping[str, str]
    """By paper id."""


def load_content(folder: Path) -> Content:
    """Read the owner's folder; a missing one is empty.

    Raises:
        BuildError: a file's name cannot be an address, names no paper, or its text is not UTF-8.
    """
    pages = tuple(_page(path) for path in sorted(folder.glob("*.md")))
    notes = dict(_note(path, folder / "notes") for path in sorted(folder.glob("notes/**/*.md")))
    return Content(pages, notes)


def _page(path: Path) -> tuple[str, str, str]:
    if not _SLUG.fullmatch(path.stem):
        raise BuildError(f"{path}: the file's name becomes the page's address: use a-z, 0-9 and - only")
    text = _read(path)
    heading = _TITLE.match(text)
    title = heading[1] if heading else path.stem.replace("-", " ").capitalize()
    return path.stem, title, markdown_to_html(text[heading.end() :] if heading else text)


def _note(path: Path, notes: Path) -> tuple[str, str]:
    name = path.relative_to(notes).with_suffix("").as_posix()
    parts = arxiv_id.parse_id(name)
    if parts is None:
        raise BuildError(f"{path}: notes are named after papers, such as 2611.01234.md or hep-th/9901001.md")
    return parts.id, markdown_to_html(_read(path))


def _read(path: Path) -> str:
    if not path.is_file():
        raise BuildError(f"{path}: is no ordinary file: remove it")
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(f"{path}: cannot be read as UTF-8 text: {error}") from error
