"""Where blocks of files are read: in this process, or by the workers of a Dask cluster. The result is the same.

Dask is an extra (`trending-arxiv[scale]`). Source, read 2026-11-30: distributed's documents on futures and resilience.
A block is read by a pure function, so a worker that dies costs time alone: the scheduler gives its block to another.
Blocks are given back in the order of the files, and at most AHEAD of them for each worker are under way, so that memory
stays bounded.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from generator.fetch.archives.formats import Format
from generator.fetch.archives.items import Block, Item, Setting
from generator.model.errors import TrendingError

AHEAD = 4
"""Blocks for each worker that are read, wait to be read or wait to be taken in."""
CONNECT_S = 30
RETRIES = 5
"""Workers that one block may lose."""

ReadBlocks = Callable[[Iterable[tuple[Format, Block]], Setting], Iterator[tuple[int, list[Item]]]]
"""(blocks, what they do not say themselves) -> (bytes, items) of each block, in order."""


def read_here(blocks: Iterable[tuple[Format, Block]], setting: Setting) -> Iterator[tuple[int, list[Item]]]:
    """Read blocks in this process, one after the other."""
    for format_, block in blocks:
        yield len(block.content), list(format_.parse(block, setting))


@contextmanager
def dask_engine(scheduler: str | None) -> Iterator[ReadBlocks]:
    """A function that reads blocks on a Dask cluster.

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
            yield _reader_on(client)
        return
    try:
        client = dask.Client(scheduler, timeout=CONNECT_S)
    except (OSError, TimeoutError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise TrendingError(f"{scheduler}: no scheduler of Dask answers there ({reason})") from None
    with client:
        yield _reader_on(client)


def _reader_on(client: Any) -> ReadBlocks:
    def read_on_workers(blocks: Iterable[tuple[Format, Block]], setting: Setting) -> Iterator[tuple[int, list[Item]]]:
        shared_setting = client.scatter(setting, broadcast=True, hash=False)
        room = AHEAD * max(1, len(client.scheduler_info()["workers"]))
        running: deque[tuple[int, Any]] = deque()
        for format_, block in blocks:
            future = client.submit(_parse, format_, block, shared_setting, pure=False, retries=RETRIES)
            running.append((len(block.content), future))
            if len(running) >= room:
                size, oldest = running.popleft()
                yield size, oldest.result()
        for size, future in running:
            yield size, future.result()

    return read_on_workers


def _parse(format_: Format, block: Block, setting: Setting) -> list[Item]:
    """Read one block, on a worker."""
    return list(format_.parse(block, setting))
