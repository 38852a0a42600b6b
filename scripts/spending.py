"""What reading has cost, kept between runs: `python -m scripts.spending`, after `fetch` and `prune`.

Spending changes data/state/ in every run that reads X. A commit for that alone would build and publish the site again
and take minutes of machines. So a workflow keeps what was spent in its cache, and commits it with the next news.
Standard output says whether data/ has changed in nothing else: `spending alone` or `news`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from generator.model.records import NetworkState

DATA = Path("data")
KEPT = Path(".cache/spent")
"""A data tree with nothing but what each network cost: the next run merges it into data/."""
COMMITTED_FROM_USD = 0.5
"""From this amount on spending is news: if GitHub drops the cache, no more than this is forgotten."""


def keep(data: Path, kept: Path) -> None:
    """Write what each network cost to the folder of the cache."""
    for path in sorted(data.glob("state/*.json")):
        state = msgspec.json.decode(path.read_bytes(), type=NetworkState)
        if not state.spent_usd:
            continue
        target = kept / "state" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(msgspec.json.encode({"spent_usd": state.spent_usd}) + b"\n")


def is_all_that_changed(data: Path) -> bool:
    """Whether data/ differs from its last commit in spending alone, and by less than COMMITTED_FROM_USD."""
    new_usd = 0.0
    for name in _changed_files(data):
        if not name.startswith("state/"):
            return False
        before = _committed_state(data, name)
        path = data / name
        if before is None or not path.exists():
            return False
        after = msgspec.json.decode(path.read_bytes(), type=NetworkState)
        if _without_spending(before) != _without_spending(after):
            return False
        new_usd += _added_usd(before.spent_usd, after.spent_usd)
    return new_usd < COMMITTED_FROM_USD


def _changed_files(data: Path) -> list[str]:
    """Paths in data/ that differ from the commit or are new."""
    tracked = _git(data, "diff", "--name-only", "--relative", "HEAD")
    new = _git(data, "ls-files", "--others", "--exclude-standard")
    return [*tracked.decode().splitlines(), *new.decode().splitlines()]


def _committed_state(data: Path, name: str) -> NetworkState | None:
    """The state of a network in the last commit; None if it has none."""
    try:
        content = _git(data, "show", f"HEAD:./{name}")
    except subprocess.CalledProcessError:
        return None
    return msgspec.json.decode(content, type=NetworkState)


def _without_spending(state: NetworkState) -> NetworkState:
    return msgspec.structs.replace(state, spent_usd={})


def _added_usd(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    added = 0.0
    for day, usd in after.items():
        added += max(0.0, usd - before.get(day, 0.0))
    return added


def _git(folder: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True).stdout


if __name__ == "__main__":
    keep(DATA, KEPT)
    print("spending alone" if is_all_that_changed(DATA) else "news")
