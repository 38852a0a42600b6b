"""The fetch half: network -> `data/`.

Networks are read side by side, each in a thread of its own. Their posts are taken in one network after the other
(`intake` decides about posts), before the cursors that cover them. Then arXiv is asked about the papers. A network that
fails keeps its earlier posts and its cursors, and stops no other. It fails as well if more than a fifth of its records
cannot be read, because its format changed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from generator.config import Config
from generator.fetch.adapter.source import (
    AccountGone,
    Covered,
    Deleted,
    Event,
    FetchRequest,
    Meter,
    Record,
    Resolved,
    StreamFailed,
)
from generator.fetch.ask_arxiv import Answers, ask_arxiv
from generator.fetch.captured import (
    open_captured,
    read_papers_to_ask_about,
    read_related,
    read_removed,
    recently_mentioned,
)
from generator.fetch.intake import Taken, note_unknown, take_posts, without_late_counts
from generator.fetch.registry import SOURCES, Source, reducer
from generator.fetch.request import NETWORK_DEADLINE_S, RECENT, request_for, wanted_of
from generator.fetch.waits import note_waits
from generator.finding.mentions import unread_hosts, with_own_papers
from generator.model import muting as filters
from generator.model.errors import FetchError, FormatError, Problem, RecordError, SecretMissingError
from generator.model.records import SPAN_DAYS, NetworkState, Post
from generator.model.spending import Spending, add_spending, spending_of
from generator.net.http import Client
from generator.storage.partial import PartialTree
from generator.storage.store import Store, Tree

_log = logging.getLogger(__name__)

_SKIPPED_SHARE = 0.2
_SKIPPED_FROM = 20
"""So many unreadable records of so many are no accident: the format changed."""


@dataclass(slots=True, kw_only=True)
class NetworkReport:
    """What one network gave in this run."""

    network: str
    new: int = 0
    changed: int = 0
    left_out: int = 0
    removed: int = 0
    """Captured posts of which the network said by itself that they are gone."""
    records: int = 0
    skipped: list[str] = field(default_factory=list)
    """Records that could not be read, with their place."""
    warnings: list[str] = field(default_factory=list)
    """Accounts, lists and feeds that could not be read."""
    failure: str | None = None
    lacks: str | None = None
    """The secret without which nothing was asked."""
    spending: Spending | None = None
    """Of a paid network, in this month."""
    unread_hosts: dict[str, int] = field(default_factory=dict)
    """Hosts of links that look as if they named a paper and name none that is read here: perhaps a new mirror."""
    meter: Meter = field(default_factory=Meter)


@dataclass(slots=True, kw_only=True)
class FetchReport:
    """What the whole run gave."""

    networks: list[NetworkReport] = field(default_factory=list)
    arxiv: Answers = field(default_factory=Answers)
    changed_files: int = 0
    problems: list[Problem] = field(default_factory=list)
    """Damaged lines of data/."""

    @property
    def failed(self) -> list[str]:
        """Networks that could not be read to the end, and arXiv where it refused."""
        failed = [report.network for report in self.networks if report.failure]
        if self.arxiv.refused:
            return [*failed, "arxiv"]
        return failed


@dataclass(slots=True)
class _Yield:
    """What one network's thread brings home."""

    report: NetworkReport
    client: Client
    posts: list[Post] = field(default_factory=list)
    cursors: dict[str, Any] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    gone_posts: set[str] = field(default_factory=set)
    gone_accounts: set[str] = field(default_factory=set)


def run(
    config: Config,
    store: Store,
    *,
    client_for: Callable[[str, float], Client],
    secrets: Mapping[str, str],
    now: datetime,
    only: str | None = None,
    since: datetime | None = None,
    follow_links: Callable[[str, list[Post], Mapping[str, Post]], list[Post]] = lambda _network, posts, _captured: (
        posts
    ),
    tell: Callable[[str], None] = lambda _text: None,
) -> FetchReport:
    """Fetch once.

    Args:
        config: the validated configuration.
        store: where to keep what comes.
        client_for: (network, seconds that it may take) -> the polite client.
        secrets: by environment variable.
        now: the time of the run.
        only: this network alone; `arxiv` asks only about papers.
        since: ask for older posts, too, back to this time.
        follow_links: (network, posts, captured posts by id) -> the posts with the targets of their shortened links.
        tell: takes how far all networks are, in words; any thread may call it.

    Raises:
        StoreError: data/ cannot be read or written.
    """
    texts = store.load_texts()
    with closing(open_captured(config, store, texts)) as captured:
        return _fetch(
            config,
            captured,
            texts,
            client_for=client_for,
            secrets=secrets,
            now=now,
            only=only,
            since=since,
            follow_links=follow_links,
            tell=tell,
        )


def _fetch(
    config: Config,
    captured: PartialTree,
    texts: dict[str, Post],
    *,
    client_for: Callable[[str, float], Client],
    secrets: Mapping[str, str],
    now: datetime,
    only: str | None,
    since: datetime | None,
    follow_links: Callable[[str, list[Post], Mapping[str, Post]], list[Post]],
    tell: Callable[[str], None],
) -> FetchReport:
    tree = captured.tree
    _forget_failures(config, tree)
    report = FetchReport(problems=tree.problems)
    changed = set()
    unsettled: frozenset[str] | None = None
    captured.read_since((now - RECENT).date())
    captured.read_posts_lacking_papers()
    requests = _requests(config, tree, client_for=client_for, secrets=secrets, now=now, only=only, since=since)
    for source, brought in _read_all(_with_progress(requests, tell)):
        read_related(captured, map(with_own_papers, brought.posts), texts)
        brought.posts = follow_links(source.name, brought.posts, tree.posts)
        intake = _take(config, captured, brought, texts=texts, now=now)
        texts |= intake.texts
        unsettled = intake.unsettled
        # Before the cursors that cover them, and before what settles them is forgotten.
        captured.save_texts(texts)
        _note_unknown_papers(captured, now)
        report.networks.append(brought.report)
        changed.update(captured.save())
    if only in {None, "arxiv"}:
        client = client_for("arxiv", NETWORK_DEADLINE_S)
        api = config.networks.arxiv.api
        recent = recently_mentioned(captured, now - timedelta(days=SPAN_DAYS["month"] or 0))
        read_papers_to_ask_about(captured, texts, recent, now)
        report.arxiv = ask_arxiv(tree, api=api, client=client, now=now, texts=texts, recent=recent)
        changed.update(captured.save())
    captured.save_texts(texts, unsettled)
    report.networks.sort(key=lambda network: network.network)
    report.changed_files = len(changed)
    return report


def _forget_failures(config: Config, tree: Tree) -> None:
    """A network that nobody wants any more does not fail: its page would say so for ever."""
    for network, state in tree.states.items():
        if (state.failing_since or state.lacks) and not config.wanted(network):
            tree.states[network] = msgspec.structs.replace(state, failing_since=None, failure=None, lacks=None)


def _requests(
    config: Config,
    tree: Tree,
    *,
    client_for: Callable[[str, float], Client],
    secrets: Mapping[str, str],
    now: datetime,
    only: str | None,
    since: datetime | None,
) -> list[tuple[Source, FetchRequest]]:
    """What to ask of each network that the config wants something of."""
    return [
        (
            source,
            request_for(
                source,
                config,
                tree,
                wanted=accounts,
                client_for=client_for,
                secrets=secrets,
                now=now,
                since=since,
            ),
        )
        for source in SOURCES
        if only in {None, source.name} and (accounts := wanted_of(config, source.name))
    ]


def _with_progress(
    requests: list[tuple[Source, FetchRequest]], tell: Callable[[str], None]
) -> list[tuple[Source, FetchRequest]]:
    """The requests with one teller for all: `Bluesky: 214 of 300 accounts; X: ...`."""
    states: dict[str, str] = {}

    def teller(title: str) -> Callable[[str], None]:
        def tell_one(text: str) -> None:
            states[title] = text
            tell("; ".join(f"{network} {state}" for network, state in list(states.items())))

        return tell_one

    return [(source, replace(request, tell=teller(source.title))) for source, request in requests]


def _read_all(requests: list[tuple[Source, FetchRequest]]) -> Iterator[tuple[Source, _Yield]]:
    """Read the networks side by side; each comes out when it is done."""
    with ThreadPoolExecutor(max_workers=max(1, len(requests)), thread_name_prefix="fetch") as pool:
        running = {pool.submit(_read, source, request): source for source, request in requests}
        for future in as_completed(running):
            yield running[future], future.result()


def _read(source: Source, request: FetchRequest) -> _Yield:
    """One network to its end or its failure: nothing but an unexpected exception leaves this function."""
    brought = _Yield(NetworkReport(network=source.name, meter=request.meter), request.client)
    report = brought.report
    try:
        for event in source.fetch(request):
            _take_event(source, event, request.now, brought)
        _check_format(report)
    except FormatError as error:
        brought.cursors.clear()  # what could not be read must be asked for again once it can
        report.failure = error.reason
        _log.debug("%s", error)  # with its address; the command tells the reason
    except SecretMissingError as error:
        report.lacks = error.secret
    except FetchError as error:
        report.failure = error.reason
        _log.debug("%s", error)
    return brought


def _take_event(source: Source, event: Event, now: datetime, brought: _Yield) -> None:
    match event:
        case Record():
            brought.report.records += 1
            _parse(source, event, now, brought)
        case Covered(stream, cursor):
            brought.cursors[stream] = cursor
        case Resolved(handle, account_id):
            brought.accounts[handle.lower()] = account_id
        case Deleted(post_id):
            brought.gone_posts.add(post_id)
        case AccountGone(account_id):
            brought.gone_accounts.add(account_id)
        case StreamFailed(stream, reason):
            brought.report.warnings.append(f"{stream}: {reason}")


def _check_format(report: NetworkReport) -> None:
    if report.records >= _SKIPPED_FROM and len(report.skipped) > _SKIPPED_SHARE * report.records:
        raise FormatError(
            f"format changed: {len(report.skipped)} of {report.records} records could not be read, "
            f"the first at {report.skipped[0]}"
        )


def _parse(source: Source, record: Record, now: datetime, brought: _Yield) -> None:
    try:
        brought.posts.extend(source.parse(record, now))
    except RecordError as error:
        # The error's own place often begins with the record's: name it once.
        place = error.where if error.where.startswith(record.where) else f"{record.where} {error.where}".rstrip()
        brought.report.skipped.append(f"{place}: {error.message}")


def _note_unknown_papers(captured: PartialTree, now: datetime) -> None:
    paper_ids = {paper_id for post in captured.tree.posts.values() for paper_id in post.papers}
    note_unknown(captured.tree, now, stored=captured.stored_papers(paper_ids))


def _take(config: Config, captured: PartialTree, brought: _Yield, *, texts: Mapping[str, Post], now: datetime) -> Taken:
    """Take in what a network gave."""
    tree = captured.tree
    read_related(captured, map(with_own_papers, brought.posts), texts)
    muted = filters.muted_names(
        config.filters.mute_accounts, {network: state.accounts for network, state in tree.states.items()}
    )
    intake = take_posts(
        tree,
        without_late_counts(brought.posts, tree, now),
        now=now,
        reduce=reducer(config.network_settings),
        muted=muted,
        texts=texts,
    )
    report = brought.report
    report.unread_hosts = unread_hosts(brought.posts)
    report.new, report.changed, report.left_out = intake.new, intake.changed, intake.left_out
    gone = read_removed(captured, brought.gone_posts, brought.gone_accounts)
    report.removed = tree.remove_posts(gone, f"{now:%Y-%m-%d}")
    _note_state(tree, brought, now)
    cap_usd = config.month_cap_usd(report.network)
    if cap_usd is not None:
        report.spending = spending_of(tree.states[report.network].spent_usd, now, cap_usd)
    return intake


def _note_state(tree: Tree, brought: _Yield, now: datetime) -> None:
    """Move the network's state on. A run without news leaves it as it is, so that nothing is committed."""
    report = brought.report
    before = tree.states.get(report.network, NetworkState())
    after = msgspec.structs.replace(
        before,
        cursors=_updated(before.cursors, brought.cursors),
        accounts=before.accounts | brought.accounts,
        lacks=report.lacks,
    )
    if report.lacks:
        after = msgspec.structs.replace(after, failing_since=None, failure=None)
    elif report.failure:
        after = msgspec.structs.replace(after, failing_since=before.failing_since or now, failure=report.failure)
    else:
        after = msgspec.structs.replace(after, failing_since=None, failure=None)
        if after != before or report.new or report.changed or before.last_success_at is None:
            after = msgspec.structs.replace(after, last_success_at=now)
    spent_usd = add_spending(after.spent_usd, report.meter.cost_usd, now)
    tree.states[report.network] = msgspec.structs.replace(after, spent_usd=spent_usd)
    note_waits(tree, report.network, brought.client, now)


def _updated(cursors: Mapping[str, Any], covered: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**cursors, **covered}
    return {stream: cursor for stream, cursor in merged.items() if cursor is not None}
