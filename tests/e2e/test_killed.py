"""A fetch that is killed (SIGKILL) at any of its requests: the next one ends with the bytes of an undisturbed one.

One table for all networks: a fetch from nothing, and one of news. What is compared is all of data/, and what the cache
has of posts: the words that may not stand in data/, and those that wait for a shortened link.
"""

from __future__ import annotations

import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.run import Copy, files_below
from tests.e2e.warm import Warm
from tests.e2e.world import NETWORKS, NOW, SECRETS, World, without_cost
from tests.loopback import Reply, Request

POSTS_IN_CACHE = ("texts.jsonl", "links-waiting.jsonl")
BEFORE_THE_NEWS = "2026-11-20T11:58:00Z"


def kept(folder: Path) -> dict[str, bytes]:
    """Everything that must not depend on how often a run was killed."""
    cached = {name: body for name, body in files_below(folder / ".cache").items() if name in POSTS_IN_CACHE}
    return {f"data/{name}": body for name, body in files_below(folder / "data").items()} | cached


@dataclass
class Fetching:
    """One network, or all, as `fetch` sees them from a given start."""

    world: World
    start: Path
    now: str = NOW

    def copy(self, folder: Path) -> Path:
        """The start, in a folder of its own."""
        shutil.copytree(self.start, folder)
        return folder

    def undisturbed(self, folder: Path) -> dict[str, bytes]:
        """What a run leaves; `world.asked` has its requests."""
        self.world.asked.clear()
        done = Warm.start(folder, "fetch", "--now", self.now, env=SECRETS).wait()
        assert done.ran.status == 0, done.ran.err
        return kept(folder)

    def killed_at(self, folder: Path, number: int) -> None:
        """A run that is killed when its request of this number arrives (from 1); it gets no answer."""
        self.world.asked.clear()
        running: list[Warm] = []

        def gate(_name: str, _request: Request) -> Reply | None:
            if len(self.world.asked) == number:
                while not running:
                    pass
                running[0].kill()
            return None

        self.world.gate = gate
        running.append(Warm.start(folder, "fetch", "--now", self.now, env=SECRETS))
        done = running[0].wait()
        self.world.gate = lambda _name, _request: None
        assert done.ran.status == -signal.SIGKILL, f"request {number} never came"


def moments(requests: int) -> list[int]:
    """Every request; of a long run, whose requests are much alike, the first, every sixth and the last three."""
    every = range(1, requests + 1)
    return [number for number in every if requests <= 12 or number % 6 == 1 or number > requests - 3]


@pytest.mark.parametrize("news", [False, True], ids=["first", "news"])
@pytest.mark.parametrize("names", [*((name,) for name in NETWORKS), NETWORKS], ids=[*NETWORKS, "all"])
def test_a_fetch_killed_at_any_request_ends_the_next_time_with_the_same_bytes(
    names: tuple[str, ...], news: bool, tmp_path: Path
) -> None:
    with World(*names) as world:
        start = tmp_path / "start"
        Copy(start, world.config())
        if news:
            Fetching(world, start, BEFORE_THE_NEWS).undisturbed(start)
            world.tell()
        fetching = Fetching(world, start)
        wanted = fetching.undisturbed(fetching.copy(tmp_path / "undisturbed"))
        assert wanted != kept(start)
        assert any(name.startswith("data/papers/") for name in wanted)
        for number in moments(len(world.asked)):
            folder = fetching.copy(tmp_path / str(number))
            fetching.killed_at(folder, number)
            left = fetching.undisturbed(folder)
            assert left.keys() == wanted.keys(), f"killed at request {number}"
            different = [name for name in wanted if without_cost(left[name]) != without_cost(wanted[name])]
            assert different == [], f"killed at request {number}"
