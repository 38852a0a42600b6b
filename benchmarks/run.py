"""Times whole commands on made-up trees of several sizes, and prints a Markdown table.

Machines are noisy, so every figure stands beside a floor measured in the same run: the same bytes in the same number of
files, written plainly. Run: `python -m benchmarks.run [--sizes 1000,12000] [--rounds 3] [--real PATH]`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.maker import write_tree

ROOT = Path(__file__).resolve().parents[1]
CONFIG = """\
site: {title: Benchmark, url: "https://pages.example/benchmark/"}
trackers: [{id: machine-learning}, {id: physics}, {id: mathematics}]
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of a command."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    """Of the largest single process."""


def run(
    folder: Path, *arguments: str, accepted: Sequence[int] = (0,), env: Mapping[str, str] | None = None
) -> Measured:
    """Run `trending-arxiv ARGUMENTS` and account for it and its children."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", *arguments, "--quiet"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in accepted:
        raise SystemExit(f"{' '.join(arguments)} failed in {folder}")
    return Measured(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def floor(site: Path, target: Path) -> float:
    """Seconds to write the same bytes into as many new files, plainly.

    In a process of its own: what this one holds in memory would be counted as the next command's.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_write_plainly, (site, target))


def _write_plainly(site: Path, target: Path) -> float:
    contents = [(path.relative_to(site), path.read_bytes()) for path in site.rglob("*") if path.is_file()]
    began = time.perf_counter()
    for path, content in contents:
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return time.perf_counter() - began


def median(rows: Sequence[Measured]) -> Measured:
    """The median of each figure."""
    return Measured(
        statistics.median(row.wall_s for row in rows),
        statistics.median(row.cpu_s for row in rows),
        max(row.peak_mb for row in rows),
    )


def one_more(data: Path) -> None:
    """Another post about a paper that is there, as the next run of a fetch would bring it."""
    papers = {json.loads(line)["id"] for path in data.glob("papers/*/*.jsonl") for line in _lines(path)}
    for path in sorted(data.glob("posts/*/*/*/*.jsonl"), key=lambda path: path.parts[-3:], reverse=True):
        records = [record for record in map(json.loads, _lines(path)) if papers.intersection(record["papers"])]
        if records:
            record = records[-1]
            record["id"] += "-again"
            record["account"] = {"id": f"{record['network']}:benchmark"}
            lines = sorted([*_lines(path), json.dumps(record, separators=(",", ":"))])
            path.write_text("\n".join(lines) + "\n", "utf-8")
            return
    raise SystemExit(f"{data}: no post is about a paper that is there")


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def measure(folder: Path, label: str, rounds: int) -> list[str]:
    """Rows of the table for the tree in `folder/data`."""
    full, again, more, floors = [], [], [], []
    for turn in range(rounds):
        for part in ("site", ".cache"):
            shutil.rmtree(folder / part, ignore_errors=True)
        full.append(run(folder, "build"))
        again.append(run(folder, "build"))
        one_more(folder / "data")
        more.append(run(folder, "build"))
        floors.append(floor(folder / "site", folder / f"floor-{turn}"))
        shutil.rmtree(folder / f"floor-{turn}")
    written = [path for path in (folder / "site").rglob("*") if path.is_file()]
    size_mb = sum(path.stat().st_size for path in written) / 1e6
    least = statistics.median(floors)
    return [
        f"| {label} | {name} | {row.wall_s:.2f} | {row.cpu_s:.2f} | {row.peak_mb:.0f} | {row.wall_s / least:.1f} "
        f"| {len(written):,} | {size_mb:.0f} |"
        for name, row in (("full", median(full)), ("no change", median(again)), ("one post more", median(more)))
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,12000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--real", type=Path, help="a folder with papers.jsonl and posts.jsonl")
    options = parser.parse_args()
    base = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108 (a disk in memory: less noise)
    print(
        "| tree | build | wall s | CPU s | peak MB | x plain writes | files | MB |\n|---|---|---|---|---|---|---|---|"
    )
    with tempfile.TemporaryDirectory(dir=base) as scratch:
        for size in map(int, options.sizes.split(",")):
            folder = Path(scratch) / str(size)
            folder.mkdir()
            (folder / "config.yaml").write_text(CONFIG)
            write_tree(folder / "data", papers=size, posts=3 * size)
            print(
                "\n".join(measure(folder, f"{size:,} made-up papers, {3 * size:,} posts", options.rounds)), flush=True
            )
            shutil.rmtree(folder)
        if options.real:
            folder = Path(scratch) / "real"
            folder.mkdir()
            (folder / "config.yaml").write_text(CONFIG)
            taken = run(
                folder, "import", "--offline", *(str(options.real / f"{name}.jsonl") for name in ("papers", "posts"))
            )
            print(f"| real corpus | import | {taken.wall_s:.2f} | {taken.cpu_s:.2f} | {taken.peak_mb:.0f} | | | |")
            print("\n".join(measure(folder, "real corpus", options.rounds)), flush=True)


if __name__ == "__main__":
    main()
