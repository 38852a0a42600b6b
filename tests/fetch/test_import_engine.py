"""`import --engine dask`: the bytes of a plain import, with any number of workers, also where one of them dies."""

from __future__ import annotations

import gzip
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from distributed import LocalCluster

from benchmarks.maker import NOW, Size, make_sample
from benchmarks.maker.papers import load_drafts
from generator import cli
from generator.fetch.archives import formats, shuffle
from generator.fetch.archives.engine import Workers
from tests.e2e.run import Copy

pytestmark = pytest.mark.slow

CONFIG = "site: {title: Made up}\ntrackers: [{id: machine-learning}, {id: physics}, {id: mathematics}]\n"
NOW_OPTION = ("--now", "2026-11-20T12:00:00Z", "--offline")


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Files with a made-up past: plain, packed, and one with a line that cannot be read."""
    folder = tmp_path_factory.mktemp("past")
    tree = make_sample(load_drafts(), Size(papers=300, posts=3000), NOW)
    posts = [msgspec.json.encode(post) for post in tree.posts.values()]
    papers = [msgspec.json.encode(paper) for paper in tree.papers.values()]
    (folder / "a.jsonl").write_bytes(b"\n".join([*posts[:1500], b"no JSON"]) + b"\n")
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(posts[1500:])))
    (folder / "papers.jsonl").write_bytes(b"\n".join(papers))
    return [str(path) for path in sorted(folder.iterdir())]


@pytest.fixture(scope="module")
def plain(past: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    copy = Copy(tmp_path_factory.mktemp("plain"), CONFIG)
    assert copy.run("import", *past, *NOW_OPTION).status == 0
    files: dict[str, bytes] = copy.files("data")
    assert len(files) > 20
    return files


def test_a_cluster_of_ones_own_gives_the_bytes_of_a_plain_import(
    past: list[str], plain: dict[str, bytes], tmp_path: Path
) -> None:
    copy = Copy(tmp_path, CONFIG)
    ran = copy.run("import", *reversed(past), *NOW_OPTION, "--engine", "dask", "--json", fresh=True)
    assert ran.status == 0, ran.err
    assert ran.json["bad_lines"] == 1
    assert copy.files("data") == plain


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:  # type: ignore[no-untyped-call]
        yield cluster


@pytest.mark.parametrize("killed_at", [5, 10_000])
def test_a_worker_that_is_killed_costs_time_alone(  # noqa: PLR0917 (fixtures)
    killed_at: int,
    past: list[str],
    plain: dict[str, bytes],
    cluster: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "BLOCK", 20_000)
    monkeypatch.setattr(shuffle, "_TASK_BYTES", 20_000)
    workers = [worker.pid for worker in cluster.workers.values()]
    outcomes = []
    real = Workers.map

    def counted(self: Workers, *arguments: Any) -> Iterator[Any]:
        for outcome in real(self, *arguments):
            outcomes.append(outcome)
            if len(outcomes) == killed_at:
                os.kill(workers[0], signal.SIGKILL)
            yield outcome

    monkeypatch.setattr(Workers, "map", counted)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    address = cluster.scheduler_address
    ran = CliRunner().invoke(cli.cli, ["import", *past, *NOW_OPTION, "--engine", "dask", "--scheduler", address])
    assert ran.exit_code == 0, ran.output
    assert len(outcomes) > 20
    assert Copy(tmp_path, CONFIG).files("data") == plain


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--scheduler", "tcp://127.0.0.1:1"), 2, "belongs to --engine dask"),
        (("--engine", "dask", "--scheduler", "nonsense:"), 1, "no scheduler of Dask answers there"),
        (("--engine", "spark"), 2, "'spark' is not 'dask'"),
    ],
)
def test_a_wrong_engine_is_told_in_a_sentence(
    past: list[str], options: tuple[str, ...], status: int, said: str, tmp_path: Path
) -> None:
    ran = Copy(tmp_path, CONFIG).run("import", *past, *NOW_OPTION, *options)
    assert ran.status == status
    assert said in ran.err
    assert "Traceback" not in ran.err
