"""The message of a data commit: `31 papers, 214 posts (bluesky 160, x 54)`.

Usage: python scripts/commit_message.py, from what is staged in data/; or with BEFORE AFTER, two trees of a branch that
holds the data alone, at its root.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


def _ids(lines: list[str], sign: str) -> set[str]:
    ids = set()
    for line in lines:
        if line.startswith(sign + "{"):
            ids.add(str(json.loads(line[1:])["id"]))
    return ids


def _diff(folder: str, trees: Sequence[str], *options: str) -> str:
    """Of a folder of data/: what is staged, or what two trees do not have alike."""
    between = list(trees) or ["--cached"]
    return _git("diff", *between, "--unified=0", "--no-color", *options, "--", folder if trees else f"data/{folder}")


def _new(folder: str, trees: Sequence[str]) -> tuple[set[str], set[str]]:
    """Ids whose record appeared, and ids whose record vanished, below a folder of data/."""
    lines = _diff(folder, trees).splitlines()
    added, removed = _ids(lines, "+"), _ids(lines, "-")
    return added - removed, removed - added


def _most(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def message(trees: Sequence[str] = ()) -> str:
    """Ids appear here only as numbers: the text of a commit holds nothing that a stranger wrote."""
    papers, _ = _new("papers", trees)
    posts, gone = _new("posts", trees)
    parts = []
    if papers:
        parts.append(_count(len(papers), "paper"))
    if posts:
        networks = Counter(post.partition(":")[0] for post in posts)
        share = ", ".join(f"{network} {number}" for network, number in sorted(networks.items(), key=_most))
        parts.append(f"{_count(len(posts), 'post')} ({share})")
    if gone:
        parts.append(f"{_count(len(gone), 'post')} removed")
    if _diff("announced", trees, "--name-only"):
        parts.append("announcements noted")
    return ", ".join(parts) or "State of the networks"


if __name__ == "__main__":
    print(message(sys.argv[1:3]))
