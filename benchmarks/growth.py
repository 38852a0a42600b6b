"""How a repository grows: hourly runs of the real fetch and the real store, each a commit, simulated for a year.

Run: `python -m benchmarks.growth [--days 365] [--accounts 200]`. Only the network is made up (benchmarks/reading.py).
To take minutes instead of days, a run sees the posts of the last days alone, and the papers that it needs: files of
which nothing can change stay out of the way, and the commits go through `git fast-import`. What is committed is byte
for byte what the store wrote.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast
from unittest import mock

from benchmarks.reading import Act, Rates, Reading, with_counts
from generator.config import Config
from generator.fetch import arxiv_api
from generator.fetch import run as fetch
from generator.fetch.adapter.source import Covered, Event, Record
from generator.fetch.configuration import read
from generator.fetch.registry import SOURCES
from generator.fetch.sources.bluesky.source import AGAIN
from generator.model.records import Paper, Post
from generator.model.tree import Tree
from generator.net.http import Client
from generator.storage.store import Store

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOT_DAYS = 3
"""Posts older than this are given again by no network; a daily run sees a whole month, for papers to be asked again."""
MONTH_DAYS = 31
CONFIG = """\
site: {title: Growth, url: "https://pages.example/growth/"}
trackers: [{id: group, bluesky: {accounts: [group.example.com]}}]
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a simulated repository weighs."""

    days: int
    commits: int
    posts: int
    papers: int
    packed_bytes: int
    """After `git gc`, without the index of the pack."""
    largest: tuple[str, int]
    """The largest file that any commit had."""
    data_bytes: int
    """Of all files at the end."""
    seconds: float

    @property
    def packed_per_post(self) -> float:
        """Bytes in the pack for each captured post, its papers and its share of commits and cursors."""
        return self.packed_bytes / max(1, self.posts)


class _Recording(Store):
    """The real store; it remembers which files it changed."""

    changed: set[Path]

    def save(self, tree: Tree) -> list[Path]:
        """As the store does."""
        paths = super().save(tree)
        self.changed.update(paths)
        return paths


@dataclass
class _History:
    """A repository that takes one commit after another through fast-import."""

    repository: Path
    commits: int = 0

    def __post_init__(self) -> None:
        _git(self.repository, "init", "--quiet", "--bare", "--initial-branch=main", ".")
        self._import = subprocess.Popen(
            ["git", "-c", "core.compression=1", "fast-import", "--quiet", "--depth=50"],
            cwd=self.repository, stdin=subprocess.PIPE,
        )  # fmt: skip

    @property
    def _pipe(self) -> IO[bytes]:
        return cast("IO[bytes]", self._import.stdin)

    def commit(self, at: datetime, files: dict[str, bytes | None], message: str) -> None:
        """One commit; None removes a file."""
        who = f"github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com> {int(at.timestamp())} +0000"
        self.commits += 1
        parts = [f"commit refs/heads/main\ncommitter {who}\ndata {len(message)}\n{message}\n".encode()]
        for name, content in files.items():
            if content is None:
                parts.append(f"D data/{name}\n".encode())
            else:
                parts.append(f"M 100644 inline data/{name}\ndata {len(content)}\n".encode() + content + b"\n")
        self._pipe.write(b"".join(parts))

    def close(self) -> None:
        """Let it end, and pack as GitHub does."""
        self._pipe.close()
        if self._import.wait():
            raise SystemExit("git fast-import failed")
        _git(self.repository, "-c", "pack.threads=2", "repack", "-a", "-d", "-f", "--quiet")
        _git(self.repository, "-c", "gc.auto=0", "gc", "--quiet")

    def packed_bytes(self) -> int:
        """As `git count-objects -v` says."""
        said = dict(line.split(": ") for line in _git(self.repository, "count-objects", "-v").splitlines())
        if said["count"] != "0":
            raise SystemExit("loose objects are left")
        return int(said["size-pack"]) * 1024


@dataclass
class Simulation:
    """Hours go by."""

    folder: Path
    reading: Reading
    config: Config = field(default_factory=lambda: read(CONFIG.encode()))
    files: dict[str, bytes] = field(default_factory=dict)
    """data/ as the last commit has it."""
    largest: tuple[str, int] = ("", 0)
    posts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hot = self.folder / "data"
        self.hot.mkdir(parents=True)
        self.history = _History(_made(self.folder / "repository.git"))
        self._recent: list[Act] = []
        self._cursors: dict[str, str] = {}

    def run(self, days: int) -> Measured:
        """As many days of hourly runs."""
        began = time.perf_counter()
        for hour in range(1, days * 24 + 1):
            self._hour(BEGIN + timedelta(hours=hour))
        self.history.close()
        papers = sum(content.count(b"\n") for name, content in self.files.items() if name.startswith("papers/"))
        return Measured(
            days, self.history.commits, len(self.posts), papers, self.history.packed_bytes(), self.largest,
            sum(map(len, self.files.values())), time.perf_counter() - began,
        )  # fmt: skip

    def _hour(self, now: datetime) -> None:
        acts = list(self.reading.acts(now))
        self._recent = [act for act in self._recent if act.posts and act.at > now - AGAIN] + acts
        self.posts.update(post.id for act in acts for post in act.posts if post.links or post.kind == "repost")
        self._show(now, MONTH_DAYS if now.hour == 0 else HOT_DAYS)
        store = _Recording(self.hot)
        store.changed = set()
        with ExitStack() as stack:
            source = replace(SOURCES[1], fetch=lambda _: self._fetched(acts), parse=_parsed)
            stack.enter_context(mock.patch.object(fetch, "SOURCES", (source,)))
            stack.enter_context(mock.patch.object(arxiv_api, "fetch_papers", self._described))
            fetch.run(self.config, store, client_for=lambda *_: cast("Client", None), secrets={}, now=now)
        if store.changed:
            self._commit(now, store.changed)

    def _fetched(self, acts: list[Act]) -> Iterator[Event]:
        """Everything of the last two days again, as the adapter gives it, and the cursors of who did something."""
        for act in self._recent:
            yield Record(act.posts, ("group",), "hour")
        for act in acts:
            name = self._cursors.setdefault(str(act.account), f"account/did:plc:{act.account:024x}")
            yield Covered(name, {"newest": f"{act.at:%Y-%m-%dT%H:%M:%SZ}", "trackers": ["group"]})

    def _described(self, ids: list[str], *, now: datetime, **_: Any) -> Iterator[Paper]:
        for paper_id in ids:
            yield self.reading.paper(paper_id, now)

    def _show(self, now: datetime, days: int) -> None:
        """Put the files that this run can change where it looks for data; the others away."""
        since = f"{now - timedelta(days=days):%Y/%m/%d}"
        wanted = {name for name in self.files if not name.startswith(("posts/", "papers/"))}
        wanted |= {name for name in self.files if name.startswith("posts/") and name[-16:-6] >= since}
        named = {paper_id for act in self._recent for post in act.posts for paper_id in _papers_of(post)}
        shown = [name for name in wanted if name.startswith("posts/")]
        named |= {paper_id for name in shown for paper_id in _ids_in(self.files[name])}
        wanted |= {f"papers/{each[:4]}/{each[5:8]}.jsonl" for each in named} & self.files.keys()
        here = {path.relative_to(self.hot).as_posix() for path in self.hot.rglob("*") if path.is_file()}
        for name in here - wanted:
            (self.hot / name).unlink()
        for name in wanted - here:
            _made((self.hot / name).parent)
            (self.hot / name).write_bytes(self.files[name])

    def _commit(self, now: datetime, changed: set[Path]) -> None:
        files: dict[str, bytes | None] = {}
        for path in sorted(changed):
            name = path.relative_to(self.hot).as_posix()
            content = path.read_bytes() if path.exists() else None
            if content is None:
                self.files.pop(name, None)
            else:
                self.files[name] = content
                self.largest = max(self.largest, (name, len(content)), key=lambda each: each[1])
            files[name] = content
        self.history.commit(now, files, "Papers and posts of an hour")


def _parsed(record: Record, seen_at: datetime) -> list[Post]:
    return [with_counts(post, seen_at) for post in record.raw]


def _papers_of(post: Post) -> list[str]:
    return [link.rpartition("/")[2] for link in post.links]


def _ids_in(content: bytes) -> Iterator[str]:
    for part in content.split(b'"papers":["')[1:]:
        yield part[:10].decode()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Simulate, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--accounts", type=int, default=200)
    options = parser.parse_args()
    memory = Path("/dev/shm")  # noqa: S108 (a disk in memory, where there is one)
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        measured = Simulation(Path(name), Reading(rates=Rates(accounts=options.accounts))).run(options.days)
    print(
        f"{measured.days} days, {measured.commits:,} commits: {measured.posts:,} posts, {measured.papers:,} papers; "
        f"packed {measured.packed_bytes / 1e6:.1f} MB ({measured.packed_per_post:,.0f} bytes a post), data/ "
        f"{measured.data_bytes / 1e6:.1f} MB, largest file {measured.largest[0]} {measured.largest[1] / 1e3:,.0f} KB; "
        f"{measured.seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
