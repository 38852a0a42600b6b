"""Runs the program as its users do, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html

from tests.ready import BASE_PYTHON, PACKAGES, ROOT, command

MINIMAL = """\
site: {title: Made up, url: "https://pages.example/made-up/"}
trackers: [{id: example, title: "@example", bluesky: {accounts: [ada.example]}}]
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The object of --json."""
        return json.loads(self.out)


class Copy:
    """Somebody's copy of the repository: a folder with config.yaml and data/."""

    def __init__(self, folder: Path, config: str = MINIMAL) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.configure(config)

    def configure(self, config: str) -> None:
        """Replace config.yaml."""
        (self.folder / "config.yaml").write_text(config, "utf-8")

    def run(self, *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None, fresh: bool = False) -> Ran:
        """Run `trending-arxiv ARGUMENTS` here, with the templates of the project; `fresh`: in a Python of its own."""
        python = (BASE_PYTHON,) if fresh else command()
        done = subprocess.run(
            [*python, "-m", "generator", *arguments],
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")},
                "PYTHONPATH": f"{ROOT}:{PACKAGES}",
                **(env or {}),
            },
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def page(self, path: str = "") -> lxml.html.HtmlElement:
        """A built page, parsed."""
        return lxml.html.fromstring((self.folder / "site" / path / "index.html").read_bytes())

    def files(self, folder: str) -> dict[str, bytes]:
        """Every file below a folder, by path."""
        return files_below(self.folder / folder)


def files_below(root: Path) -> dict[str, bytes]:
    """Every file below a folder, by path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
