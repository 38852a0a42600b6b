"""Times `import` of a large made-up past in one process and on Dask's workers: `make bench-scale`.

Run: `python -m benchmarks.scale [--papers 20000] [--posts 200000] [--workers 1,2]`. The data trees must be the same.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
from pathlib import Path

import msgspec

from benchmarks.maker import NOW, Size, make_sample
from benchmarks.maker.papers import load_drafts
from benchmarks.run import CONFIG, Measured, run


def write_past(folder: Path, papers: int, posts: int) -> None:
    """JSON Lines of made-up papers and posts."""
    tree = make_sample(load_drafts(), Size(papers=papers, posts=posts), NOW)
    encoder = msgspec.json.Encoder()
    (folder / "papers.jsonl").write_bytes(encoder.encode_lines(list(tree.papers.values())))
    (folder / "posts.jsonl").write_bytes(encoder.encode_lines(list(tree.posts.values())))


def digest(folder: Path) -> str:
    """Of every file of a data tree."""
    sha = hashlib.sha256()
    for path in sorted((folder / "data").rglob("*.jsonl")):
        sha.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return sha.hexdigest()


def measure(folder: Path, past: Path, *options: str) -> tuple[Measured, str]:
    """One import into an empty tree."""
    folder.mkdir()
    (folder / "config.yaml").write_text(CONFIG)
    files = [str(past / name) for name in ("papers.jsonl", "posts.jsonl")]
    measured = run(folder, "import", *files, "--offline", "--now", f"{NOW:%Y-%m-%dT%H:%M:%SZ}", *options)
    return measured, digest(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=20_000)
    parser.add_argument("--posts", type=int, default=200_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        past = Path(scratch) / "past"
        past.mkdir()
        write_past(past, options.papers, options.posts)
        print("| engine | wall s | CPU s | peak MB (largest process) | sha256 of data/ |\n|---|---|---|---|---|")
        digests = set()
        for name, more in (("one process", ()), ("dask, a worker for each core", ("--engine", "dask"))):
            measured, sha = measure(Path(scratch) / "copy", past, *more)
            digests.add(sha)
            print(f"| {name} | {measured.wall_s:.1f} | {measured.cpu_s:.1f} | {measured.peak_mb:.0f} | {sha[:12]} |")
            shutil.rmtree(Path(scratch) / "copy")
    if len(digests) > 1:
        raise SystemExit("the trees differ")


if __name__ == "__main__":
    main()
