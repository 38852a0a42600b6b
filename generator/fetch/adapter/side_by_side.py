"""Asking several hosts of one network at once, each by one thread, with an outcome that no order of completion changes.

A host that is silent then delays none but those that wait for a free thread. What all of them together may lose to
silence is bounded by the network's client (`http_client.allowance`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Generic, Protocol, TypeVar

from generator.fetch.adapter.patience import NEXT
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Meter
from generator.model.errors import FetchError

HOSTS_AT_ONCE = 32
"""A silent host that is asked twice keeps a thread for 42 s: so many threads see 64 silent ones before time is up."""

_Said = TypeVar("_Said")
Job = Callable[[FetchRequest], Iterator[_Said]]
"""What is asked of one host: yields as it goes, raises FetchError where nothing more can be asked there."""


@dataclass(slots=True)
class HostResult(Generic[_Said]):
    """What one host gave."""

    meter: Meter
    said: list[_Said] = field(default_factory=list)
    error: FetchError | None = None
    """Why there is no more of it."""


def side_by_side(
    request: FetchRequest,
    name: str,
    jobs: Sequence[Job[_Said]],
    *,
    at_once: int = HOSTS_AT_ONCE,
    ahead: int | None = None,
) -> Generator[HostResult[_Said], None, None]:
    """Do all jobs and give what they brought, in the order of the jobs. Whoever may stop early closes the iterator.

    Args:
        request: what the network may use; the meters of the jobs are added to its own.
        name: of the threads.
        jobs: begun in this order.
        at_once: so many jobs run at the same time.
        ahead: no more jobs than this are begun before the first of them was given: bounds what waits in memory.
    """
    waiting = iter(jobs)
    running: deque[Future[HostResult[_Said]]] = deque()
    pool = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix=name)
    try:
        for job in islice(waiting, ahead):
            running.append(pool.submit(_do, job, request))
        while running:
            result = running.popleft().result()
            request.meter.requests += result.meter.requests
            request.meter.limits.update(result.meter.limits)
            yield result
            for job in islice(waiting, 1):
                running.append(pool.submit(_do, job, request))
    finally:
        pool.shutdown(cancel_futures=True)


class Host(Protocol):
    """One host in one run."""

    unreached: list[str]
    """What there was no time for, as the NEXT cursor names it."""

    def read(self, request: FetchRequest) -> Iterator[Event]:
        """Read all that is wanted of it. Raises FetchError if nothing can be read there."""
        ...


def read_hosts(
    request: FetchRequest, network: str, hosts: Sequence[Host], kind: str
) -> Generator[Event, None, list[FetchError]]:
    """Read hosts side by side; what there was no time for comes first in the next run.

    Args:
        request: what the network may use.
        network: its name.
        hosts: in the order of this run.
        kind: of the hosts, in the plural, for the progress.

    Returns:
        Why hosts failed as a whole.
    """
    failures: list[FetchError] = []
    results = side_by_side(request, network, [host.read for host in hosts])
    for number, result in enumerate(results, 1):
        request.tell(f"{number:,} of {len(hosts):,} {kind}")
        yield from result.said
        if result.error is not None:
            failures.append(result.error)
    unreached = sorted(name for host in hosts for name in host.unreached)
    if unreached or NEXT in request.state.cursors:
        yield Covered(NEXT, unreached or None)
    return failures


def _do(job: Job[_Said], request: FetchRequest) -> HostResult[_Said]:
    result = HostResult[_Said](Meter())
    try:
        # One by one: what came before a failure is kept.
        for event in job(replace(request, meter=result.meter)):
            result.said.append(event)
    except FetchError as error:
        result.error = error
    return result
