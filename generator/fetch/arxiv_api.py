"""Paper metadata from arXiv's query API: batched, polite, patient.

One answer covers up to 100 ids. The client given keeps the 3 s between requests (spacing for the API's host) and waits
where arXiv says so; what it raises ends the questions of this run, and the ids without an answer are for the next one.

Sources: info.arxiv.org/help/api/user-manual.html and /help/api/tou.html, read 2026-11-23.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from generator.fetch.arxiv_atom import AtomError, Feed, parse_feed
from generator.finding.arxiv_id import parse_id
from generator.model.errors import FetchError, FormatError
from generator.model.records import Paper, PendingPaper
from generator.net.http import Client, Response, shown
from generator.net.http.body import PAGE_INSTEAD, is_page

API = "https://export.arxiv.org/api/query"
SPACING_S = 3.0
"""Between two requests, over everything that we run (terms of use)."""
BATCH = 100
"""Ids a request: max_results is 10 unless stated, and long addresses are refused."""

_MOST_FAILURES_IN_A_ROW = 8
"""One bad id among good ones fails at most every other question; this many in a row means that nothing works."""
_FIRST_TRIES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
_DAILY_TRIES = 14
_DAY = timedelta(days=1)
"""Nothing waits for longer."""
GIVEN_UP = datetime(9999, 12, 31, tzinfo=UTC)
"""When to ask about what is asked about no more."""
REFRESH_AFTER = timedelta(days=30)
_MOST_VERSIONS_AHEAD = 20


@dataclass(frozen=True, slots=True)
class Unknown:
    """An id that arXiv was asked about and did not give a paper for."""

    id: str
    reason: str
    """For a log: not announced yet, refused as an id, or its record cannot be read."""


Answer = Paper | Unknown


def fetch_papers(ids: Iterable[str], *, client: Client, api: str = API, now: datetime) -> Iterator[Answer]:
    """Ask arXiv about papers; yield one answer for each id as it comes, in no particular order.

    A bad id costs nobody else: a batch that is refused or cannot be read is asked again in halves. Keep what was
    yielded when it raises; ids without an answer were not asked, or their answer was lost.

    Args:
        ids: without versions; asked once each, in sorted order so that the same ids are the same questions.
        client: spaced by `SPACING_S` for the API's host.
        api: address of the query API.
        now: becomes `fetched_at`.

    Raises:
        FetchError: arXiv refuses to answer (429, 406, 503 ...), or is out of reach, after what patience is due.
        FormatError: what it answers is no feed of papers.
    """
    good = []
    for paper_id in sorted(set(ids)):
        parts = parse_id(paper_id)
        if parts is None or parts.id != paper_id:
            yield Unknown(paper_id, "it has not the form of an arXiv id without version, so it was not asked")
        else:
            good.append(paper_id)
    batches = deque(good[start : start + BATCH] for start in range(0, len(good), BATCH))
    failures = 0
    while batches:
        batch = batches.popleft()
        outcome = _ask(batch, client, api, now)
        yield from outcome.answers
        failures = failures + 1 if outcome.failure else 0
        if outcome.failure and failures >= _MOST_FAILURES_IN_A_ROW:
            raise outcome.failure
        batches.extend(outcome.left)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one request gave."""

    answers: list[Answer]
    left: list[list[str]]
    """Smaller batches to ask instead."""
    failure: FetchError | None = None
    """What was wrong with it, if anything."""


def _ask(batch: list[str], client: Client, api: str, now: datetime) -> _Outcome:
    """Ask for one batch and sort out what came. Raises where another question would not fare better."""
    params = {"id_list": ",".join(batch), "start": "0", "max_results": str(len(batch))}
    failure: FetchError | None = None
    try:
        body = _get(client, api, params).body
    except FetchError as error:
        if error.status != 400:  # noqa: PLR2004 (HTTP: it does not understand the question)
            raise
        body, failure = error.body, error
    try:
        feed = parse_feed(body, now)
    except AtomError as error:
        if is_page(body):
            raise FetchError(PAGE_INSTEAD, url=api) from None
        if failure is None and not error.damaged:
            raise _odd(api, f"format changed: {error}") from None
        return _halved(batch, [], failure or _odd(api, str(error)), str(error))
    return _sorted_out(batch, feed, failure, api)


def _get(client: Client, api: str, params: dict[str, str]) -> Response:
    """Ask; once more after a 406, which arXiv's front gives now and then to what it answers a moment later."""
    accept = "application/atom+xml"
    try:
        return client.get(api, params=params, accept=accept)
    except FetchError as error:
        if error.status != 406:  # noqa: PLR2004 (HTTP: it cannot answer in the asked form)
            raise
    return client.get(api, params=params, accept=accept)


def _sorted_out(batch: list[str], feed: Feed, failure: FetchError | None, api: str) -> _Outcome:
    """Papers that were asked for are answers; the rest depends on why they are missing."""
    asked_ids = set(batch)
    answers: list[Answer] = [paper for paper in feed.papers.values() if paper.id in asked_ids]
    answers += [Unknown(broken, why) for broken, why in sorted(feed.broken.items()) if broken in asked_ids]
    blamed = {refusal.named: refusal.message for refusal in feed.refusals if refusal.named in asked_ids}
    answers += [Unknown(refused_id, f"arXiv refuses it: {message}") for refused_id, message in sorted(blamed.items())]
    missing = [paper_id for paper_id in batch if paper_id not in {answer.id for answer in answers}]
    if not missing:
        return _Outcome(answers, [], None)
    if feed.refusals or failure is not None:
        reason = feed.refusals[0].message if feed.refusals else "arXiv refuses the question"
        failure = failure or _odd(api, f"arXiv answers with an error: {reason}")
        if blamed:  # the others have done nothing wrong
            return _Outcome(answers, [missing], failure)
        return _halved(missing, answers, failure, reason)
    if feed.total is not None and feed.total > feed.entries:
        # known since 2020 (github.com/lukasschwab/arxiv.py issue 43): pages come back empty for a while
        reason = f"arXiv says that it found {feed.total} papers and sends {feed.entries}"
        return _halved(missing, answers, _odd(api, reason), reason)
    answers += [Unknown(paper_id, "arXiv does not know it (yet)") for paper_id in missing]
    return _Outcome(answers, [], None)


def _halved(missing: list[str], answers: list[Answer], failure: FetchError, reason: str) -> _Outcome:
    """Ask again in halves; a single id that was the whole question is to blame itself."""
    if len(missing) == 1 and not answers:
        return _Outcome([Unknown(missing[0], reason)], [], failure)
    middle = (len(missing) + 1) // 2
    return _Outcome(answers, [half for half in (missing[:middle], missing[middle:]) if half], failure)


def _odd(api: str, reason: str) -> FormatError:
    return FormatError(reason, url=shown(api), status=200)


def next_try(pending: PendingPaper, now: datetime) -> PendingPaper | None:
    """The pending paper after arXiv was asked and did not know it; None when it is time to give up.

    Asked again after 1 h, 6 h and 24 h, then daily for two weeks: the API lags behind announcements, and people post
    ids that never existed.
    """
    tries = pending.tries + 1
    if tries > len(_FIRST_TRIES) + _DAILY_TRIES:
        return None
    wait = _FIRST_TRIES[tries - 1] if tries <= len(_FIRST_TRIES) else _DAY
    return PendingPaper(id=pending.id, tries=tries, next_at=now + wait, first_at=pending.first_at)


def due(pending: PendingPaper, now: datetime) -> bool:
    """Whether it is time to ask about it (again), or a clock that was wrong said when."""
    return pending.next_at <= now or now + _DAY < pending.next_at < GIVEN_UP


def wants_refresh(paper: Paper, named_version: int | None, in_window: bool, now: datetime) -> bool:
    """Whether a known paper is worth another question.

    Args:
        paper: as we have it.
        named_version: the highest version named by posts that came after arXiv was last asked; None where none does.
        in_window: it is in a list that readers look at now.
        now: the time of this run.
    """
    if named_version is not None and paper.version < named_version <= paper.version + _MOST_VERSIONS_AHEAD:
        return True
    return in_window and now - paper.fetched_at >= REFRESH_AFTER
