"""Data of every released schema version still loads and builds, and the present one is still written byte for byte."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from generator.model.errors import StoreError
from generator.model.records import Account, Counts, GonePost, NetworkState, Paper, PendingPaper, Post
from generator.storage.store import SCHEMA_VERSION, Store
from tests.conftest import ROOT
from tests.e2e.run import Copy

FIXTURES = ROOT / "tests/fixtures/schema"
RELEASED = sorted(int(path.name) for path in FIXTURES.iterdir() if path.is_dir())
each_version = pytest.mark.parametrize("version", RELEASED)


def files_of(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def lines_of(pattern: str) -> list[dict[str, Any]]:
    paths = sorted((FIXTURES / str(SCHEMA_VERSION)).glob(pattern))
    return [json.loads(line) for path in paths for line in path.read_bytes().splitlines()]


def test_every_version_up_to_this_one_has_its_data_here() -> None:
    assert list(range(1, SCHEMA_VERSION + 1)) == RELEASED


@each_version
def test_data_of_a_released_version_loads_whole(version: int) -> None:
    tree = Store(FIXTURES / str(version)).load()
    assert tree.problems == []
    assert (len(tree.posts), len(tree.papers), len(tree.pending), len(tree.gone)) == (7, 2, 1, 1)
    assert tree.states["bluesky"].waiting


def test_the_present_version_is_written_byte_for_byte(tmp_path: Path) -> None:
    """Fails where a change of the models changes what is stored: that is a new version, with a folder of its own."""
    there = FIXTURES / str(SCHEMA_VERSION)
    Store(tmp_path / "new").save(Store(there).load())
    assert files_of(tmp_path / "new") == files_of(there)


def test_the_data_of_the_present_version_has_every_field_of_every_record() -> None:
    """So a field cannot change its name or its form unseen."""
    posts = lines_of("posts/**/*.jsonl")
    state = json.loads((FIXTURES / str(SCHEMA_VERSION) / "state/bluesky.json").read_bytes())
    state |= {"lacks": "X_BEARER_TOKEN", "not_before": {}, "spent_usd": {}}  # written where there is something to say
    for record, found in (
        (Post, posts), (Account, [post["account"] for post in posts]),
        (Counts, [post["counts"] for post in posts if "counts" in post]), (Paper, lines_of("papers/**/*.jsonl")),
        (PendingPaper, lines_of("pending.jsonl")), (GonePost, lines_of("gone.jsonl")), (NetworkState, [state]),
    ):  # fmt: skip
        assert {key for each in found for key in each} == set(record.__struct_fields__)
    assert {post["kind"] for post in posts} == {"post", "repost", "quote", "reply", "like"}


@pytest.mark.slow
@each_version
def test_data_of_a_released_version_builds(version: int, tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    shutil.copytree(FIXTURES / str(version), copy.folder / "data")
    for asked in (("build", "--full"), ("check",)):
        ran = copy.run(*asked)
        assert ran.status == 0, ran.err
    assert (copy.folder / "site/abs/2611.00001/index.html").exists()
    assert (copy.folder / "site/abs/hep-th/9901001/index.html").exists()


def test_data_of_a_newer_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / str(SCHEMA_VERSION), tmp_path / "data")
    (tmp_path / "data/schema.json").write_text(json.dumps({"version": SCHEMA_VERSION + 1}))
    before = files_of(tmp_path / "data")
    with pytest.raises(StoreError, match="update the software first"):
        Store(tmp_path / "data").load()
    assert files_of(tmp_path / "data") == before
