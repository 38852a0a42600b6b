"""Records that vanished from data/ since the last commit are named, and the command that is named restores them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import msgspec
import pytest

from generator.check.data import check_data
from generator.model.errors import Problem
from generator.model.records import Announced
from generator.storage.store import Store
from tests import make
from tests.e2e.run import Copy, files_below
from tests.rehearsal.github import git

FILE = "posts/bluesky/2026/11/20.jsonl"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    Copy(folder)
    store = Store(folder / "data")
    tree = store.load()
    for number in range(4):
        tree.add_post(make.post(str(number)))
    tree.add_post(make.post("echo", who="bo", kind="repost", of="bluesky:ada/1"))
    tree.add_paper(make.paper())
    tree.add_announced(Announced(id="2611.00001", on={"slack": "2026-11-20"}))
    tree.remove_posts(["bluesky:zed/1"], "2026-11-19")
    store.save(tree)
    git("init", "--quiet", cwd=folder)
    commit(folder)
    return folder / "data"


def commit(folder: Path) -> None:
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "Update", cwd=folder)


def found(data: Path) -> list[Problem]:
    return check_data(data)


def follow(data: Path, problem: Problem) -> None:
    """Do what the message says."""
    command = next(part for part in problem.message.split("`") if part.startswith(("git -C", "(echo"))).replace(
        "trending-arxiv check --fix", "true"
    )
    subprocess.run(command, shell=True, check=True, cwd=data.parent)  # noqa: S602 (as a person types it)


def test_a_tree_as_it_was_committed_and_one_that_grew_have_lost_nothing(data: Path) -> None:
    assert found(data) == []
    store = Store(data)
    tree = store.load()
    tree.add_post(make.post("9"))
    store.save(tree)
    assert found(data) == []


def test_what_prune_removed_is_not_lost(data: Path) -> None:
    store = Store(data)
    tree = store.load()
    tree.remove_posts(["bluesky:ada/1"], "2026-11-20")
    store.save(tree)
    assert "bluesky:bo/echo" not in tree.posts
    assert found(data) == []


@pytest.mark.parametrize("name", [FILE, "papers/2611/000.jsonl", "gone.jsonl", "announced/2026.jsonl"])
def test_a_file_that_vanished_is_named_with_the_command_that_restores_it(data: Path, name: str) -> None:
    before = files_below(data)
    (data / name).unlink()
    (problem,) = found(data)
    assert problem.place == str(data / name)
    assert " of the last commit " in problem.message
    assert "1 record of the last commit are" not in problem.message
    follow(data, problem)
    assert files_below(data) == before


def test_records_that_vanished_come_back_beside_those_that_are_new(data: Path) -> None:
    lines = (data / FILE).read_bytes().splitlines(keepends=True)
    new = msgspec.json.encode(make.post("9"))
    (data / FILE).write_bytes(b"".join(lines[2:]) + new)
    problem = next(problem for problem in found(data) if "gone" in problem.message)
    assert "2 records of the last commit are gone" in problem.message
    follow(data, problem)
    assert len(Store(data).load().posts) == 6


def test_a_file_that_was_committed_damaged_is_restored_from_the_last_whole_one(data: Path) -> None:
    whole = (data / FILE).read_bytes()
    for damage in (b"<<<<<<< HEAD\n", b"=======\n"):
        (data / FILE).write_bytes(damage + (data / FILE).read_bytes())
        commit(data.parent)
    problems = found(data)
    assert ["a conflict marker that git left" in problem.message for problem in problems] == [True, True]
    follow(data, problems[0])
    assert (data / FILE).read_bytes() == whole
    assert found(data) == []


def test_of_very_many_files_the_number_is_told(data: Path) -> None:
    store = Store(data)
    tree = store.load()
    for day in range(30):
        tree.add_post(make.post(f"d{day}", hours=24 * day))
    store.save(tree)
    commit(data.parent)
    before = files_below(data)
    for path in (data / "posts").rglob("*.jsonl"):
        path.unlink()
    (problem,) = found(data)
    assert "35 records in 30 files of the last commit are gone" in problem.message
    follow(data, problem)
    assert files_below(data) == before


def test_fetch_says_so_in_one_line_and_names_damaged_lines(data: Path) -> None:
    (data / "gone.jsonl").unlink()
    (data / FILE).write_bytes(b"{\n" + (data / FILE).read_bytes())
    copy = Copy(data.parent)
    said = copy.run("fetch", "--only", "arxiv", "--config", "config.yaml", "--now", "2026-11-20T12:00:00Z").err
    assert said.count("records that the last commit has are gone: `trending-arxiv check` names them") == 1
    assert f"data/{FILE}:1: damaged line" in said


def test_without_git_nothing_is_known_to_be_lost(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / FILE).unlink()
    monkeypatch.setenv("PATH", "/nowhere")
    assert found(data) == []
