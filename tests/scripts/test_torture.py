"""A small part of `make torture`: each part runs, and finds nothing wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.torture import parts
from benchmarks.torture.forks import Forks
from benchmarks.torture.scenes import Scene, build_shim, points, scenes
from tests.e2e.world import World

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler for the library that disturbs a run"),
]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Scene]]:
    folder = tmp_path_factory.mktemp("scenes")
    forks = Forks(build_shim(folder), processes=1)
    with World("bluesky", "feeds") as world:
        yield scenes(folder, world, forks)
    forks.close()


@pytest.mark.parametrize("part", [parts.kills, parts.errors, parts.full_disks])
def test_a_disturbed_run_loses_nothing_and_the_next_one_ends_as_an_undisturbed_one(
    ready: list[Scene], part: object
) -> None:
    result = part(ready, 2)  # type: ignore[operator]
    assert result.times >= 8
    assert result.wrong == []


def test_two_commands_at_once_end_as_one_after_the_other(ready: list[Scene]) -> None:
    assert parts.pairs(ready, 2).wrong == []


def test_a_run_that_loses_a_record_is_called_wrong(ready: list[Scene]) -> None:
    """The judge itself: it must see what it looks for."""
    scene = ready[0]
    folder = scene.copy("judged")
    ended = scene.run(folder)
    assert scene.judge(folder, ended, killed=False) == []
    path = folder / "data/posts/bluesky/2026/11/20.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    wrong = scene.judge(folder, ended, killed=False)
    assert any(one.startswith("torn") for one in wrong)
    assert any(one.startswith("lost") for one in wrong)
    assert "exit 0 although not all was done" in wrong


def test_fuzzed_text_and_records_are_answers_or_the_errors_that_are_meant_for_them(tmp_path: Path) -> None:
    result = parts.fuzz(tmp_path, 100)
    assert result.times >= 1400
    assert result.wrong == []


def test_points_are_spread_evenly() -> None:
    assert list(points(3, 10)) == [1, 2, 3]
    assert list(points(100, 3)) == [1, 50, 100]
    assert list(points(9, 1)) == [1]
