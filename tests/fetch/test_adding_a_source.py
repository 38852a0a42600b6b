"""docs/adding-a-source.md, followed word for word in a copy of the program."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.loopback import Loopback, as_json

pytestmark = pytest.mark.slow

DOCUMENT = (ROOT / "docs/adding-a-source.md").read_text("utf-8")
NOTICES = {
    "notices": [
        {"id": "7", "author": "ada", "at": "2026-11-20T08:00:00Z", "text": "Read this: arxiv.org/abs/2611.01234"},
        {"id": "6", "author": "bob", "at": "yesterday", "text": "A notice without a time"},
    ]
}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def follow(folder: Path) -> str:
    """Do what the document says; the configuration that it ends with."""
    for name, text in re.findall(r"^`(generator/\S+)`\n\n```python\n(.*?)```", DOCUMENT, re.DOTALL | re.MULTILINE):
        target = folder / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, "utf-8")
    row = re.search(r"^    (sed .*)$", DOCUMENT, re.MULTILINE)
    assert row is not None
    subprocess.run(row[1], shell=True, check=True, cwd=folder)  # noqa: S602 (a line of our own document)
    assert run(folder, "-m", "scripts.write_schemas").returncode == 0
    return DOCUMENT.partition("```yaml\n")[2].partition("```")[0]


def test_a_network_is_one_folder_and_one_row(tmp_path: Path) -> None:
    for name in ("generator", "scripts", "templates", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    config = follow(tmp_path)

    assert '"BulletinBlock"' in (tmp_path / "docs/config.schema.json").read_text("utf-8")
    contracts = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Networks do not know each other KEPT" in contracts.stdout, contracts.stdout

    arxiv = "http://127.0.0.1:9"
    with Loopback({"/boards/papers.json": as_json(NOTICES)}) as server:
        networks = f'  bulletin: {{api: "{server.url}"}}\n  arxiv: {{api: "{arxiv}", spacing_s: 0}}\n'
        text = config.partition("  bulletin: {api")[0] + networks
        (tmp_path / "config.yaml").write_text(text, "utf-8")
        fetched = run(tmp_path, "-m", "generator", "fetch", "--only", "bulletin", "--now", "2026-11-20T09:00:00Z")
    assert "left out: boards/papers notices[1]: lacks its id, author or time\n" in fetched.stderr
    (line,) = (tmp_path / "data/posts/bulletin/2026/11/20.jsonl").read_text("utf-8").splitlines()
    post = json.loads(line)
    assert (post["id"], post["papers"], post["trackers"]) == ("bulletin:7", ["2611.01234"], ["notices"])

    # A key without a value stands for the network's defaults, and a wrong key is explained.
    (tmp_path / "config.yaml").write_text("trackers:\n  - id: notices\n    bulletin:\n", "utf-8")
    assert run(tmp_path, "-m", "generator", "check").returncode == 0
    (tmp_path / "config.yaml").write_text("trackers:\n  - id: notices\n    bulletin: {bords: [papers]}\n", "utf-8")
    checked = run(tmp_path, "-m", "generator", "check")
    assert checked.returncode == 2
    assert "did you mean `boards`?" in checked.stdout + checked.stderr
