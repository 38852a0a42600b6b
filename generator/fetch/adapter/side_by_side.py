"""Asking several hosts of one network at once, each by one thread, with an outcome that no order of completion changes.

A host that is silent then delays none but those that wait for a free thread. What all of them together may lose to
silence is bounded by the network's client (`http_client.allowance`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from generator.fetch.adapter.source import FetchRequest, Meter
from generator.model.errors import FetchError

HOSTS_AT_ONCE = 32
"""A silent host that is asked twice keeps a thread for 42 s: so many threads see 64 silent ones before time is up."""

_Said = TypeVar("_Said")
Job = Callable[[FetchRequest], Iterator[_Said]]
"""What is asked of one host: yields as it goes, raises FetchError where nothing more can be asked there."""


@dataclass(slots=True)
class Brought(Generic[_Said]):
    """What one host gave."""

    meter: Meter
    said: list[_Said] = field(default_factory=list)
    error: FetchError | None = None
    """Why there is no more of it."""


def side_by_side(request: FetchRequest, name: str, jobs: Sequence[Job[_Said]]) -> Iterator[Brought[_Said]]:
    """Do all jobs and give what they brought, in the order of the jobs.

    Args:
        request: what the network may use; the meters of the jobs are added to its own.
        name: of the threads.
        jobs: begun in this order.
    """
    with ThreadPoolExecutor(max_workers=HOSTS_AT_ONCE, thread_name_prefix=name) as pool:
        running = [pool.submit(_do, job, replace(request, meter=Meter())) for job in jobs]
        for future in running:
            brought = future.result()
            request.meter.requests += brought.meter.requests
            request.meter.limits.update(brought.meter.limits)
            yield brought


def _do(job: Job[_Said], request: FetchRequest) -> Brought[_Said]:
    brought = Brought[_Said](request.meter)
    try:
        for one in job(request):
            brought.said.append(one)  # one by one: what came before a failure is kept
    except FetchError as error:
        brought.error = error
    return brought
