"""Documents as their readers take them: blocks of commands and snippets, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

DOCUMENTS = (
    *sorted(path.name for path in ROOT.glob("*.md") if path.name != "CHANGELOG.md"),
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
    "benchmarks/README.md",
)
_FENCE = re.compile(r"( *)(`{3,}|~{3,})(.*)")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a document that is set in a fixed width."""

    document: str
    line: int
    language: str
    """What its fence says; `indented` for one without a fence."""
    text: str

    @property
    def name(self) -> str:
        """How the tests call it: its document and how it begins."""
        first = next((line.strip() for line in self.text.splitlines() if line.strip()), "")
        return f"{self.document}: {first[:50]}"


def blocks(document: str) -> Iterator[Block]:
    """Every block of a document, fenced or indented by four."""
    lines = (ROOT / document).read_text("utf-8").splitlines()
    number, before = 0, ""
    while number < len(lines):
        line, start = lines[number], number
        fence = _FENCE.fullmatch(line)
        if fence:
            end = next(at for at in range(number + 1, len(lines)) if lines[at].strip() == fence[2])
            text = "\n".join(each.removeprefix(fence[1]) for each in lines[number + 1 : end])
            yield Block(document, start + 1, fence[3].strip() or "none", text + "\n")
            number = end
        elif line.startswith("    ") and not before.strip():
            while number < len(lines) and lines[number].startswith("    "):
                number += 1
            yield Block(document, start + 1, "indented", "\n".join(each[4:] for each in lines[start:number]) + "\n")
            number -= 1
        before = lines[number]
        number += 1


def inline(document: str) -> Iterator[str]:
    """What stands between single backquotes outside of blocks."""
    text = (ROOT / document).read_text("utf-8")
    for block in blocks(document):
        text = text.replace(block.text.rstrip("\n"), "") if block.language != "none" else text
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def template(folder: Path) -> Path:
    """A bare repository of what is or would be committed, as one commit."""
    from tests.rehearsal.github import git
    from tests.template import write_template

    source, bare = folder / "source", folder / "papers.git"
    write_template(source)
    git("init", "--quiet", "--initial-branch=main", ".", cwd=source)
    git("add", "--all", cwd=source)
    git("commit", "--quiet", "--message", "The template", cwd=source)
    git("clone", "--quiet", "--bare", str(source), str(bare), cwd=folder)
    return bare


def cloned(bare: Path, folder: Path) -> Path:
    """A fresh clone, with a remote of its own beside it."""
    from tests.rehearsal.github import git

    folder.mkdir(parents=True)
    git("clone", "--quiet", "--bare", str(bare), str(folder / "papers.git"), cwd=folder)
    git("clone", "--quiet", str(folder / "papers.git"), str(folder / "papers"), cwd=folder)
    return folder / "papers"
