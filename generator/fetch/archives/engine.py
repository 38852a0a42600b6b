"""The workers of a Dask cluster, which read blocks of files and join posts into files of `data/` (`shuffle`).

Dask is an extra (`trending-arxiv[scale]`). Source, read 2026-11-30: distributed's documents on futures and resilience.
A task is a pure function of what it is given, so a worker that dies costs time alone: the scheduler gives its task to
another. Outcomes are given back in the order of the tasks, and at most AHEAD of them for each worker are under way, so
that memory stays bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, TypeVar

from generator.fetch.archives.formats import Format
from generator.fetch.archives.items import Block, Item, Setting
from generator.model.errors import TrendingError

AHEAD = 4
"""Tasks for each worker that are done, wait to be done or wait to be taken in."""
CONNECT_S = 30
RETRIES = 5
"""Workers that one task may lose."""

ReadBlocks = Callable[[Iterable[tuple[Format, Block]], Setting], Iterator[tuple[int, list[Item]]]]
"""(blocks, what they do not say themselves) -> (bytes, items) of each block, in order."""

_Label = TypeVar("_Label")
_Task = TypeVar("_Task")
_Shared = TypeVar("_Shared")
_Outcome = TypeVar("_Outcome")


def read_here(blocks: Iterable[tuple[Format, Block]], setting: Setting) -> Iterator[tuple[int, list[Item]]]:
    """Read blocks in this process, one after the other."""
    for format_, block in blocks:
        yield len(block.content), list(format_.parse(block, setting))


class Workers:
    """The workers of a cluster.

    Args:
        client: Dask's, which has no types.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def map(
        self,
        function: Callable[[_Task, _Shared], _Outcome],
        tasks: Iterable[tuple[_Label, _Task]],
        shared: _Shared,
    ) -> Iterator[tuple[_Label, _Outcome]]:
        """Do tasks on the workers, and give back (label, outcome) in the order of the tasks.

        Args:
            function: a pure function of a module that the workers have.
            tasks: with labels, which stay in this process.
            shared: sent once to every worker.
        """
        shared_once = self._client.scatter(shared, broadcast=True, hash=False)
        room = AHEAD * max(1, len(self._client.scheduler_info()["workers"]))
        running: deque[tuple[_Label, Any]] = deque()
        for label, task in tasks:
            running.append((label, self._client.submit(function, task, shared_once, pure=False, retries=RETRIES)))
            if len(running) >= room:
                oldest_label, oldest = running.popleft()
                yield oldest_label, oldest.result()
        while running:
            oldest_label, oldest = running.popleft()
            yield oldest_label, oldest.result()


@contextmanager
def dask_workers(scheduler: str | None) -> Iterator[Workers]:
    """The workers of a Dask cluster.

    Args:
        scheduler: address of a running one, such as `tcp://10.0.0.1:8786`; None starts workers on this machine, one for
            each core.

    Raises:
        TrendingError: Dask is not installed, or there is no scheduler at the address.
    """
    try:
        # An extra, slow to load, and without types.
        dask: Any = import_module("distributed")
    except ImportError:
        raise TrendingError("Dask is not installed: `pip install 'trending-arxiv[scale]'`") from None
    if scheduler is None:
        cluster = dask.LocalCluster(threads_per_worker=1, processes=True, dashboard_address=None)
        with cluster, dask.Client(cluster) as client:
            yield Workers(client)
        return
    try:
        client = dask.Client(scheduler, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TrendingError(f"{scheduler}: no scheduler of Dask answers there ({reason})") from None
    with client:
        yield Workers(client)
