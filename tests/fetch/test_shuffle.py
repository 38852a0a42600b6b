"""An import whose posts workers join writes the bytes of one in this process; here the workers are this process."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from generator import cli
from generator.fetch.archives import engine, formats, shuffle
from generator.fetch.archives.engine import Workers
from generator.model.records import Post
from tests.fetch.test_import_formats import EVENTS
from tests.fetch.test_partial import past, stored
from tests.make import NOON, post

CONFIG = "trackers: [{id: example}]\nfilters: {mute_accounts: ['bluesky:d.example']}\n"


class WorkersHere(Workers):
    """Does each task at once, on what a worker would have received."""

    def __init__(self) -> None:
        self.made_files = 0

    def map(
        self, function: Callable[[Any, Any], Any], tasks: Iterable[tuple[Any, Any]], shared: Any
    ) -> Iterator[tuple[Any, Any]]:
        for label, task in tasks:
            outcome = function(task, shared)
            if isinstance(outcome, list):
                self.made_files += len(outcome)
            yield label, outcome


def arrivals_of(dice: random.Random) -> list[Post]:
    """Posts that answer each other, in several editions, with short links, from the future, and from X."""
    posts = past(dice, 120)
    for original in dice.sample(posts, 10):
        moved_at = original.posted_at - timedelta(days=3)
        posts.append(msgspec.structs.replace(original, posted_at=moved_at, text="more words", trackers=("other",)))
    posts.append(post("short", papers=(), links=("https://bit.ly/made-up",), hours=500))
    posts.append(post("future", papers=(), links=("https://arxiv.org/abs/2611.00009",), hours=-50))
    posts.append(post("odd", papers=(), links=("https://mirror.example/abs/2605.00001",), hours=600))
    for number in range(6):
        posts.append(post(id=f"x:{number}", network="x", text="words of X", hours=100 * number))
    posts.append(msgspec.structs.replace(posts[-1], text=None))
    dice.shuffle(posts)
    return posts


def run_import(folder: Path, *paths: Path, monkeypatch: pytest.MonkeyPatch, workers: Workers | None) -> Any:
    @contextmanager
    def given_workers(_: str | None) -> Iterator[Workers | None]:
        yield workers

    monkeypatch.setattr(engine, "dask_workers", given_workers)
    monkeypatch.chdir(folder)
    more = () if workers is None else ("--engine", "dask")
    ran = CliRunner().invoke(
        cli.cli, ["import", *map(str, paths), "--offline", "--json", "--now", f"{NOON:%Y-%m-%dT%H:%M:%SZ}", *more]
    )
    assert ran.exit_code == 0, ran.output
    return msgspec.json.decode(ran.stdout)


@pytest.mark.parametrize("seed", range(8))
def test_an_import_on_workers_writes_what_one_in_this_process_writes(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)  # noqa: S311 (no secret)
    monkeypatch.setattr(formats, "BLOCK", 3_000)
    monkeypatch.setattr(shuffle, "_TASK_BYTES", 3_000)
    posts = arrivals_of(dice)
    cuts = sorted(dice.sample(range(1, len(posts)), 2))
    encoder = msgspec.json.Encoder()
    files = []
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(posts)], strict=True)):
        files.append(tmp_path / f"{number}.jsonl")
        files[-1].write_bytes(encoder.encode_lines(posts[start:end]))
    files.append(tmp_path / "events.jsonl")
    files[-1].write_bytes(encoder.encode_lines(EVENTS))
    reports = []
    workers = WorkersHere()
    for name, chosen in (("plain", None), ("workers", workers)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.yaml").write_text(CONFIG)
        first = run_import(folder, files[0], monkeypatch=monkeypatch, workers=chosen if seed % 2 else None)
        second = run_import(folder, *files[1:], monkeypatch=monkeypatch, workers=chosen)
        again = run_import(folder, *files, monkeypatch=monkeypatch, workers=chosen)
        reports.append([first, second, again])
    assert workers.made_files
    assert reports[0] == reports[1]
    assert stored(tmp_path / "plain") == stored(tmp_path / "workers")
    texts = [(tmp_path / name / ".cache/texts.jsonl").read_bytes() for name in ("plain", "workers")]
    assert texts[0] == texts[1]
