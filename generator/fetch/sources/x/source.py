"""X (formerly Twitter): posts of accounts and lists through API v2, paid by the read, ids only in public data.

Sources, read 2026-11-23: docs.x.com as of 2026-08-22 (OpenAPI description 2.167, pricing, rate limits, error codes,
changelog). What is asked for a tracker's block `{accounts, lists, mode}`:

| what | request | how often |
|---|---|---|
| handle -> id | `GET /users/by`, 100 handles each | once ever; the state keeps the ids |
| `mode: timeline` | `GET /users/:id/tweets` since the last id | one an account a run |
| lists | `GET /lists/:id/tweets`, 20 posts, then 100 until known ones come | one a list a run |
| `mode: search` | `GET /tweets/search/recent`, some 20 accounts or lists in one query | one a query a run |

A run without news makes exactly those requests and reads nothing (a list: its newest 20). A first run reads the newest
100 posts of an account or list, or seven days of a search. `max_reads_per_run` caps every object that X sends, those in
`includes` too: a page that could exceed it is not asked for; what was left is remembered (x_cursor), and the stream
where the reads ran out comes first next time.

An account, list or query that X does not know fails alone. A refused token, missing credits and rate limits end the run
for X and keep what came before. Without the secret X_BEARER_TOKEN nothing is asked: the network fails with that reason.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import NEXT, REMEDY, Patience, in_turn, is_fault
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Resolved, Source, StreamFailed
from generator.fetch.sources.x import cursor as x_cursor
from generator.fetch.sources.x import posts as x_posts
from generator.fetch.sources.x import search as x_search
from generator.fetch.sources.x.api import NAMES_MAX, SECRET, XApi, is_refusal_of_us
from generator.fetch.sources.x.config import CONFIG
from generator.fetch.sources.x.cost import READS_A_POST, Budget, budget_of, note_end
from generator.fetch.sources.x.gone import find_gone
from generator.fetch.sources.x.streams import (
    NotShownError,
    OutOfReadsError,
    Reading,
    Stream,
    is_refused,
    list_of,
    search_for,
    timeline,
)
from generator.model.errors import FetchError, FormatError


@dataclass(slots=True)
class _Plan:
    """What the trackers want, each thing once, with the trackers that want it, in the config's order."""

    timelines: dict[str, set[str]] = field(default_factory=dict)
    """By handle in lower case."""
    lists: dict[str, set[str]] = field(default_factory=dict)
    """By X's list id."""
    clauses: dict[str, set[str]] = field(default_factory=dict)
    """What searches ask for: `from:ann`, `list:77`."""


def _plan(request: FetchRequest) -> _Plan:
    plan = _Plan()
    for block in request.wanted:
        is_search = block.block.get("mode") == "search"
        for key, word, streams in (("accounts", "from", plan.timelines), ("lists", "list", plan.lists)):
            for name in block.block.get(key) or ():
                if is_search:
                    plan.clauses.setdefault(f"{word}:{name}", set()).add(block.tracker)
                else:
                    streams.setdefault(name, set()).add(block.tracker)
    return plan


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Ask for everything new that the trackers want. Raises FetchError, FormatError."""
    plan = _plan(request)
    if not (plan.timelines or plan.lists or plan.clauses):
        return
    patience = Patience()
    budget = budget_of(request)
    api = XApi(request, budget)
    ids = yield from _resolve(request, api, budget, list(plan.timelines), patience)
    streams: list[Stream] = []
    for handle, trackers in plan.timelines.items():
        if handle in ids:
            streams.append(timeline(ids[handle], _sorted(trackers)))
    for list_id, trackers in plan.lists.items():
        streams.append(list_of(list_id, _sorted(trackers)))
    readings: list[Reading] = []
    for stream in streams:
        cursor = x_cursor.load(request.state.cursors.get(stream.name))
        readings.append(Reading(api, budget, stream, cursor, request.now, since=request.since))
    for stream, cursor in _searches(request, plan.clauses):
        readings.append(Reading(api, budget, stream, cursor, request.now))
    yield from _read_all(request, readings, budget, patience)


def _sorted(trackers: set[str]) -> tuple[str, ...]:
    return tuple(sorted(trackers))


def _resolve(
    request: FetchRequest, api: XApi, budget: Budget, handles: list[str], patience: Patience
) -> Generator[Event, None, dict[str, str]]:
    """Returns handle -> X's id of every account whose timeline is wanted and that exists."""
    prefix = f"{x_posts.NETWORK}:"
    ids: dict[str, str] = {}
    unknown: list[str] = []
    for handle in handles:
        account_id = request.state.accounts.get(handle, "")
        own_id = wire.matching(account_id.removeprefix(prefix), x_posts.ID)
        if own_id is None:
            unknown.append(handle)
        else:
            ids[handle] = own_id
    while unknown:
        size = min(NAMES_MAX, budget.left)
        if size == 0:
            note_end(request, budget, f"the other accounts ({len(unknown):,}) are looked up")
            patience.waits()
            break
        batch, unknown = unknown[:size], unknown[size:]
        new_ids = api.users(batch)
        for handle in batch:
            if handle in new_ids:
                ids[handle] = new_ids[handle]
                yield Resolved(handle, prefix + new_ids[handle])
            else:
                reason = f"X knows no account @{handle}, or it is suspended: {REMEDY}"
                yield patience.refusal(f"account/{handle}", reason)
    return ids


def _searches(request: FetchRequest, trackers_of: Mapping[str, set[str]]) -> Iterator[tuple[Stream, x_cursor.Cursor]]:
    """Queries: accounts that the same trackers want share one; accounts never searched have their own at first."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for clause, trackers in trackers_of.items():
        groups.setdefault(_sorted(trackers), []).append(clause)
    read_before = x_search.covered(request.state.cursors)
    for names, clauses in groups.items():
        for packed in x_search.pack(clauses):
            stored = request.state.cursors.get(x_search.stream_name(packed))
            if stored is not None:
                yield search_for(packed, names), x_cursor.load(stored)
                continue
            cursors = [read_before[clause] for clause in packed if clause in read_before]
            if cursors:
                old = tuple(clause for clause in packed if clause in read_before)
                yield search_for(old, names), x_search.join(cursors)
            new = tuple(clause for clause in packed if clause not in read_before)
            if new:
                yield search_for(new, names), x_cursor.Cursor()


def _read_all(
    request: FetchRequest, readings: Sequence[Reading], budget: Budget, patience: Patience
) -> Iterator[Event]:
    """What is new in every stream first, then what earlier runs had to leave.

    The stream where the reads ran out last time has its whole turn before all others, so that each makes headway.
    """
    first = request.state.cursors.get(NEXT)
    order = in_turn([reading.stream.name for reading in readings], first)
    turns = [readings[index] for index in order]
    # Step by step: news of all, then rest of all; with a first stream its rest follows its news.
    steps = [(reading, reading.news) for reading in turns]
    rests = [(reading, reading.rest) for reading in turns]
    if first is not None:
        steps[1:1] = rests[:1]
        rests = rests[1:]
    failed: set[str] = set()
    for number, (reading, step) in enumerate(steps + rests):
        request.tell(f"{min(number, len(turns)):,} of {len(turns):,} accounts, lists and searches")
        name = reading.stream.name
        if name in failed:
            continue
        try:
            yield from step()
            patience.worked()
        except OutOfReadsError:
            _note_end_of_reads(request, budget, reading.stream)
            if first is not None and reading is turns[0] and len(turns) > 1:
                # It has had its whole turn.
                name = turns[1].stream.name
            yield Covered(NEXT, name)
            return
        except FetchError as error:
            yield from _failed(error, reading.stream, patience)
            failed.add(name)
    patience.finish()
    if first is not None:
        yield Covered(NEXT, None)
    if not failed:
        # Cursors that a complete run leaves without a use.
        current = {reading.stream.name: reading.stream.clauses for reading in readings}
        for name in x_search.replaced(request.state.cursors, current):
            yield Covered(name, None)


def _failed(error: FetchError, stream: Stream, patience: Patience) -> Iterator[Event]:
    """The stream's own failure; raises `error` where it is the network's."""
    if isinstance(error, FormatError):
        raise error
    if is_refused(error):
        reason = f"X does not know it or does not show it (HTTP {error.status})"
        if isinstance(error, NotShownError):
            reason = error.reason.rstrip(".")
        yield patience.refusal(stream.name, f"{reason}: {REMEDY}")
        return
    if is_refusal_of_us(error):
        yield Covered(NEXT, stream.name)
        raise error
    if not is_fault(error):
        raise error
    yield StreamFailed(stream.name, error.reason)
    if patience.is_lost(error):
        yield Covered(NEXT, stream.name)
        raise error


def _note_end_of_reads(request: FetchRequest, budget: Budget, stream: Stream) -> None:
    """Say that the cap was reached. Raises FetchError if it can never be enough."""
    if budget.used == 0 and not budget.is_month_spent:
        least = stream.smallest * READS_A_POST
        raise FetchError(f"networks.x.max_reads_per_run is too small to ask for one page: set at least {least}")
    note_end(request, budget, f"{budget.used} objects were read, the rest is")


SOURCE = Source(
    name=x_posts.NETWORK,
    title=CONFIG.title,
    secrets=(SECRET,),
    fetch=fetch,
    parse=x_posts.parse,
    reduce=x_posts.reduce,
    post_url=x_posts.post_url,
    find_gone=find_gone,
)
