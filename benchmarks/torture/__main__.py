"""`make torture`: everything that is done to the program, and docs/reliability.md with what came of it.

Run: `python -m benchmarks.torture [--share 0.1] [--only kills ...] [--write]`. The whole takes up to an hour.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.torture import parts
from benchmarks.torture.forks import Forks
from benchmarks.torture.parts import Result
from benchmarks.torture.scenes import ROOT, build_shim, scenes
from tests.e2e.world import World

PAGE = ROOT / "docs/reliability.md"
_BEGIN, _END = "<!-- figures: written by make torture -->", "<!-- end of figures -->"


def main() -> int:
    """Run the parts, print the table, and write it into the document."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--share", type=float, default=1.0, help="this share of every part")
    parser.add_argument("--only", nargs="*", default=[], help="these parts")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    given = parser.parse_args()

    whole_share: float = given.share

    def share(whole: int) -> int:
        return max(1, round(whole * whole_share))

    began = time.monotonic()
    rows: list[tuple[Result, float]] = []
    with tempfile.TemporaryDirectory() as temporary, World("bluesky", "feeds") as world:
        folder = Path(temporary)
        needs_scenes = not given.only or {"kills", "errors", "full", "pairs"} & set(given.only)
        forks = Forks(build_shim(folder), parts.PROCESSES) if needs_scenes else None
        ready = scenes(folder, world, forks) if forks else []
        table: dict[str, Callable[[], Result]] = {
            "kills": lambda: parts.kills(ready, share(500)),
            "errors": lambda: parts.errors(ready, share(1_200)),
            "full": lambda: parts.full_disks(ready, share(400)),
            "pairs": lambda: parts.pairs(ready, share(100)),
            "faults": lambda: parts.faults(folder / "faults", share(500)),
            "fuzz": lambda: parts.fuzz(folder / "fuzz", share(100_000)),
            "unchanged": lambda: parts.unchanged(folder / "unchanged", share(100)),
            "served": lambda: parts.served(folder / "served", share(10_000)),
        }
        for name, part in table.items():
            if given.only and name not in given.only:
                continue
            part_began = time.monotonic()
            result = part()
            rows.append((result, time.monotonic() - part_began))
            print(f"{name}: {result.times:,} times, {len(result.wrong)} wrong", flush=True)
            for wrong in result.wrong[:20]:
                print(f"  {wrong}", flush=True)
        if forks:
            forks.close()
    text = _table(rows, whole_share, time.monotonic() - began)
    print(text)
    if given.write:
        _write(text)
    return 1 if any(result.wrong for result, _ in rows) else 0


def _table(rows: list[tuple[Result, float]], share: float, took_s: float) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {machine}, commit {commit.stdout.strip() or 'unknown'}.",
        f"{share:.0%} of the whole run, {took_s / 60:.0f} minutes.",
        "",
        "| what was done | times | wrong | minutes |",
        "|---|---|---|---|",
    ]
    for result, seconds in rows:
        note = f" ({result.note})" if result.note else ""
        lines.append(f"| {result.what}{note} | {result.times:,} | {len(result.wrong)} | {seconds / 60:.1f} |")
    return "\n".join(lines)


def _write(text: str) -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    PAGE.write_text(f"{before}{_BEGIN}\n{text}\n{_END}{rest.partition(_END)[2]}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
