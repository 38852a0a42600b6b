"""The files of the template, without what belongs to the owner of the copy that these tests run in."""

from __future__ import annotations

import shutil
from pathlib import Path

from scripts.upgrade import OWNED
from tests.conftest import ROOT
from tests.rehearsal.github import git

CONFIG = """\
site: {title: Trending arXiv}
trackers: [{id: machine-learning}, {id: physics}, {id: mathematics}]
"""


def write_template(folder: Path, *, without: tuple[str, ...] = ("tests",)) -> None:
    """Copy every file that is or would be committed, but for these folders; config.yaml is CONFIG, data/ is empty."""
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0")
    for name in listed:
        top = name.partition("/")[0]
        if (ROOT / name).is_file() and top not in (*OWNED, *without):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / "config.yaml").write_text(CONFIG)
    for name in ("data", "content", "site"):
        (folder / name).mkdir()
        (folder / name / ".gitkeep").touch()
