"""A group of 200 trackers with 20 accounts each: what a run costs the program, and what the services' manners add.

The services answer at once on loopback, so the seconds are the program's own. What it waits for in the world is added
by arithmetic and printed as such: requests one after the other at an assumed latency, and the spacing that a service
demands. Run: `python -m benchmarks.bench_group [--trackers 200] [--accounts 20]`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.group import SECRETS, Services, Size
from benchmarks.run import Measured, run

LATENCY_S = 0.2
"""Of one request to a service far away, assumed; requests to one host go one after the other."""
ARXIV_S = 3.0
BLUESKY_PER_S = 3000 / 300
MASTODON_PER_S = 300 / 300
"""Rate limits by address: docs/networks.md."""
NOW = ("2026-11-20T12:00:00Z", "2026-11-20T13:00:00Z", "2026-11-20T14:00:00Z")


def waiting(requests: Mapping[str, int]) -> dict[str, float]:
    """Seconds that a run would wait for each service: networks side by side, arXiv after them."""
    return {
        "bluesky": requests["bluesky"] * max(LATENCY_S, 1 / BLUESKY_PER_S),
        "mastodon": requests["busiest instance"] * max(LATENCY_S, 1 / MASTODON_PER_S),
        "feeds": requests["feeds"] * LATENCY_S,
        "x": requests["x"] * LATENCY_S,
        "arxiv": requests["arxiv"] * (ARXIV_S + LATENCY_S),
    }


def row(label: str, measured: Measured, requests: Mapping[str, int] | None = None) -> str:
    """One line of the table."""
    told = ""
    if requests:
        waits = waiting(requests)
        after = waits.pop("arxiv")
        slowest = max(waits, key=lambda name: waits[name])
        names = ("bluesky", "mastodon", "feeds", "x", "arxiv")
        counts = " + ".join(f"{requests[name]:,}" for name in names)
        told = f"{counts} | {waits[slowest]:.0f} s ({slowest}) + {after:.0f} s"
    else:
        told = "- | -"
    return f"| {label} | {measured.wall_s:.1f} | {measured.cpu_s:.1f} | {measured.peak_mb:.0f} | {told} |"


def fetch(folder: Path, now: str) -> Measured:
    """One fetch of this folder."""
    return run(folder, "fetch", "--now", now, accepted=(0, 3), env=SECRETS)


def whole(services: Services, folder: Path) -> None:
    """First fetch and build, a run with news, a run without."""
    services.configure(folder)
    for label, now in zip(("first", "news of 5 %", "no news"), NOW, strict=True):
        if label.startswith("news"):
            services.news(0.05)
        print(row(f"{label}: fetch", fetch(folder, now), services.requests()), flush=True)
        print(row(f"{label}: build", run(folder, "build")), flush=True)
    files = [path for path in (folder / "site").rglob("*") if path.is_file()]
    print(row("check", run(folder, "check")), flush=True)
    size = sum(path.stat().st_size for path in files) / 1e6
    posts = sum(path.read_bytes().count(b"\n") for path in folder.glob("data/posts/*/*/*/*.jsonl"))
    papers = sum(path.read_bytes().count(b"\n") for path in folder.glob("data/papers/*/*.jsonl"))
    print(f"\n{posts:,} posts about {papers:,} papers; {len(files):,} files, {size:.0f} MB")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trackers", type=int, default=200)
    parser.add_argument("--accounts", type=int, default=20)
    options = parser.parse_args()
    base = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108 (a disk in memory: less noise)
    began = time.monotonic()
    print("| step | wall s | CPU s | peak MB | requests: Bluesky + Mastodon + feeds + X + arXiv | waiting |")
    print("|---|---|---|---|---|---|")
    with (
        tempfile.TemporaryDirectory(dir=base) as scratch,
        Services(Size(options.trackers, options.accounts)) as services,
    ):
        whole(services, Path(scratch))
    print(f"({time.monotonic() - began:.0f} s in all)", file=sys.stderr)


if __name__ == "__main__":
    main()
