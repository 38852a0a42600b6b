"""Removing what may no longer be shown: posts that are gone at their network, muted accounts, what the owner names.

Networks are asked side by side. What they say is gone is weighed (`recheck`) and removed from `data/` and the cached
texts, together with the reposts and likes that only showed it. `gone.jsonl` remembers ids and dates, so that nothing
brings them back. A network that fails, or says something hard to believe, keeps its posts until the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

import msgspec

from generator.config import Config
from generator.fetch.adapter.source import Checked, FetchRequest, Meter
from generator.fetch.captured import open_captured
from generator.fetch.prune_queue import PruneQueue, bare
from generator.fetch.registry import SOURCES
from generator.fetch.request import request_for, wanted_of
from generator.fetch.waits import note_waits
from generator.model import muting as filters
from generator.model import recheck
from generator.model.errors import ConfigError, FetchError, Problem, SecretMissingError
from generator.model.handles import holders
from generator.model.recheck import Checks
from generator.model.records import Account, NetworkState, Post
from generator.model.spending import Spending, add_spending, spending_of
from generator.net.http import Client
from generator.storage.checked import CheckedPosts
from generator.storage.partial import PartialTree
from generator.storage.store import Store, Tree

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class NetworkPruned:
    """What one network said in this run."""

    network: str
    due: int = 0
    answers: dict[str, bool] = field(default_factory=dict)
    """Post id -> whether it is there."""
    doubted: int = 0
    """Posts that it says are gone, and that stay because so many do not vanish at once."""
    spending: Spending | None = None
    """Of a paid network, in this month."""
    overdue: int = 0
    """Posts that nobody knows to be there within the time that is promised."""
    warnings: list[str] = field(default_factory=list)
    failure: str | None = None
    meter: Meter = field(default_factory=Meter)

    @property
    def gone(self) -> int:
        """How many it says are gone."""
        return sum(not is_there for is_there in self.answers.values())

    @property
    def unanswered(self) -> int:
        """Due posts about which it said nothing."""
        return self.due - len(self.answers)


@dataclass(slots=True, kw_only=True)
class PruneReport:
    """What the whole run did."""

    networks: list[NetworkPruned] = field(default_factory=list)
    muted: int = 0
    """Posts of muted accounts that were removed, with what only showed them."""
    named: int = 0
    """Posts that the owner named and that were removed, with what only showed them."""
    gone: int = 0
    """Posts that are gone at their network and were removed, with what only showed them."""
    changed_files: int = 0

    @property
    def failed(self) -> list[str]:
        """Networks that could not be asked to the end, or were not believed."""
        return [report.network for report in self.networks if report.failure]


def run(
    config: Config,
    store: Store,
    *,
    client_for: Callable[[str, float], Client],
    secrets: Mapping[str, str],
    now: datetime,
    only: str | None = None,
    everything: bool = False,
    believe: bool = False,
    named: Sequence[str] = (),
) -> PruneReport:
    """Remove once.

    Args:
        config: the validated configuration.
        store: what was captured, with the cache.
        client_for: (network, seconds that it may take) -> the polite client.
        secrets: by environment variable.
        now: the time of the run.
        only: ask this network alone.
        everything: ask about every post, due or not.
        believe: remove also where most of a network's posts vanished at once.
        named: ids or addresses of posts to remove; nobody is asked about others then.

    Raises:
        ConfigError: `named` has something that was never captured.
        StoreError: data/ cannot be read or written.
    """
    texts = store.load_texts()
    with closing(open_captured(config, store, texts)) as captured, closing(CheckedPosts(store.cache)) as checked:
        removal = _Removal(captured, now)
        report = PruneReport()
        muted_ids = _muted_posts(config, captured, texts)
        # Whose handles these are must be durable before the posts that say so are removed. This also completes a
        # removal that was killed: the posts that gone.jsonl names are in no tree that was read.
        removal.save()
        named_ids = _named_posts(captured, named)
        # The named ones last: an address names nothing once its post is gone, so that a killed run could not go on.
        muted_posts = removal.remove(muted_ids)
        named_posts = removal.remove(named_ids)
        checked.forget(post.id for post in (*named_posts, *muted_posts))
        report.named = len(named_posts)
        report.muted = len(muted_posts)
        queues = []
        if not named:
            queues = _fill_queues(captured, checked, now, only=only, everything=everything)
        questions = _questions(queues, config, captured.tree, client_for=client_for, secrets=secrets, now=now)
        for (queue, request), pruned in _ask_all(questions):
            _take_answers(queue, pruned, removal, checked, report, believe=believe)
            _note_spending(config, captured.tree, pruned, now)
            note_waits(captured.tree, pruned.network, request.client, now)
        report.networks.sort(key=lambda network: network.network)
        removal.save()
        captured.save_texts(texts)
        checked.save()
    report.changed_files = len(removal.changed)
    return report


class _Removal:
    """Removes posts and what only shows them, some files at a time."""

    def __init__(self, captured: PartialTree, now: datetime) -> None:
        self.captured = captured
        self.now = now
        self.changed: set[Path] = set()

    def save(self) -> None:
        """Write what changed, and let go of it."""
        self.changed.update(self.captured.save())
        self.captured.release()

    def remove(self, ids: Collection[str]) -> list[Post]:
        """Remove posts, waiting ones too. Returns those that stood in the data, without their words."""
        tree = self.captured.tree
        removed: list[Post] = []
        for group in self.captured.in_few_files(ids):
            gone_ids = self._with_echoes(group)
            removed += [bare(tree.posts[post_id]) for post_id in gone_ids if post_id in tree.posts]
            tree.remove_posts(gone_ids, f"{self.now:%Y-%m-%d}")
            self.save()
        return removed

    def _with_echoes(self, ids: Collection[str]) -> set[str]:
        """The posts, and the reposts and likes of them, and of those, and so on."""
        tree = self.captured.tree
        self.captured.read_posts(ids)
        waiting = {post.id: post for state in tree.states.values() for post in state.waiting}
        gone_ids: set[str] = set()
        new_ids = set(ids)
        while new_ids:
            gone_ids |= new_ids
            self.captured.read_pointing_at(new_ids)
            new_ids = recheck.with_echoes(gone_ids, {**waiting, **tree.posts}) - gone_ids
        return gone_ids


def _fill_queues(
    captured: PartialTree, checked: CheckedPosts, now: datetime, *, only: str | None, everything: bool
) -> list[PruneQueue]:
    """What to ask of each network that has posts here and can be asked."""
    queues = []
    for source in SOURCES:
        if source.find_gone is not None and only in {None, source.name}:
            queues.append(PruneQueue(source, now, everything=everything))
    for posts in captured.posts_by_file():
        checks = checked.of(post.id for post in posts)
        for queue in queues:
            queue.add(posts, checks)
    return [queue for queue in queues if queue.captured]


def _take_answers(
    queue: PruneQueue,
    pruned: NetworkPruned,
    removal: _Removal,
    checked: CheckedPosts,
    report: PruneReport,
    *,
    believe: bool,
) -> None:
    """Remove what is gone, and note what was said of the rest."""
    now = removal.now
    checks = checked.of(pruned.answers)
    removed = removal.remove(_believed(pruned, checks, now, believe=believe))
    settled = {post.id: post for post in queue.posts() if pruned.answers.get(post.id)}
    settled |= {post.id: post for post in removed}
    pruned.overdue = queue.overdue - recheck.overdue(settled.values(), checked.of(settled), now)
    checks.note(pruned.answers, now)
    checked.update(checks)
    checked.forget(post.id for post in removed)
    report.gone += len(removed)
    report.networks.append(pruned)


def _note_spending(config: Config, tree: Tree, pruned: NetworkPruned, now: datetime) -> None:
    state = tree.states.get(pruned.network, NetworkState())
    if pruned.meter.cost_usd:
        state = msgspec.structs.replace(state, spent_usd=add_spending(state.spent_usd, pruned.meter.cost_usd, now))
        tree.states[pruned.network] = state
    cap_usd = config.month_cap_usd(pruned.network)
    if cap_usd is not None:
        pruned.spending = spending_of(state.spent_usd, now, cap_usd)


_Question = tuple[PruneQueue, FetchRequest]


def _questions(
    queues: Sequence[PruneQueue],
    config: Config,
    tree: Tree,
    *,
    client_for: Callable[[str, float], Client],
    secrets: Mapping[str, str],
    now: datetime,
) -> list[_Question]:
    questions = []
    for queue in queues:
        source = queue.source
        wanted = wanted_of(config, source.name)
        request = request_for(source, config, tree, wanted=wanted, client_for=client_for, secrets=secrets, now=now)
        questions.append((queue, request))
    return questions


def _ask_all(questions: Sequence[_Question]) -> Iterator[tuple[_Question, NetworkPruned]]:
    """Ask the networks side by side; each comes out when it is done."""
    with ThreadPoolExecutor(max_workers=max(1, len(questions)), thread_name_prefix="prune") as pool:
        running = {}
        for question in questions:
            queue, request = question
            running[pool.submit(_ask, queue, request)] = question
        for future in as_completed(running):
            yield running[future], future.result()


def _ask(queue: PruneQueue, request: FetchRequest) -> NetworkPruned:
    """One network to its end or its failure: nothing but an unexpected exception leaves this function."""
    source = queue.source
    posts = queue.posts()
    pruned = NetworkPruned(network=source.name, due=queue.due, meter=request.meter)
    if source.find_gone is None or not posts:
        return pruned
    due = {post.id for post in posts}
    try:
        for event in source.find_gone(request, posts):
            if not isinstance(event, Checked):
                pruned.warnings.append(f"{event.stream}: {event.reason}")
            elif event.post_id in due:
                pruned.answers[event.post_id] = event.is_there
    except SecretMissingError as error:
        pruned.warnings.append(f"its posts cannot be asked about: {error.reason}")
    except FetchError as error:
        pruned.failure = error.reason
        _log.debug("%s", error)
    return pruned


def _believed(pruned: NetworkPruned, checks: Checks, now: datetime, *, believe: bool) -> set[str]:
    """The posts to remove, of those that the network says are gone; what is not believed is its failure."""
    gone = {post_id for post_id, is_there in pruned.answers.items() if not is_there}
    removable = gone if believe else recheck.believed(pruned.answers, checks, now)
    pruned.doubted = len(gone) - len(removable)
    if pruned.doubted:
        doubt = (
            f"it says that {len(gone):,} of {len(pruned.answers):,} posts are gone: they stay until it says so a day "
            "later, too; `prune --yes` believes it now"
        )
        pruned.failure = f"{doubt} ({pruned.failure})" if pruned.failure else doubt
    return removable


def _named_posts(captured: PartialTree, named: Sequence[str]) -> set[str]:
    """Ids of the posts that the owner wants removed. Raises ConfigError for what was never captured."""
    unknown = set(named) - captured.tree.gone.keys()
    ids = set(named) & captured.tree.gone.keys()
    if not unknown:
        return ids
    for posts in captured.posts_by_file():
        for post in posts:
            # A repost has the address of its original.
            names = {post.id} if post.kind == "repost" else {post.id, post.url}
            if not names.isdisjoint(named):
                ids.add(post.id)
                unknown -= names
    if unknown:
        reason = "is no id or address of a captured post: copy it from the page or from data/posts"
        raise ConfigError([Problem(name, reason) for name in named if name in unknown])
    return ids


def _muted_posts(config: Config, captured: PartialTree, texts: Mapping[str, Post]) -> set[str]:
    """Ids of the stored and waiting posts of muted accounts; whose they are is noted: a new handle unmutes nobody."""
    tree = captured.tree
    if not config.filters.mute_accounts:
        return set()
    by_handle = holders(chain(_stored_posts(captured), texts.values()))
    written = filters.muted_names(config.filters.mute_accounts, {})
    for network, handles in by_handle.items():
        state = tree.states.get(network, NetworkState())
        muted_ids = {
            handle: own_id
            for handle, own_id in handles.items()
            if filters.is_muted(Account(id=own_id, handle=handle), written)
        }
        if muted_ids.keys() - state.accounts.keys():
            tree.states[network] = msgspec.structs.replace(state, accounts={**muted_ids, **state.accounts})
    muted = filters.muted_names(
        config.filters.mute_accounts, {network: state.accounts for network, state in tree.states.items()}
    )
    return {post.id for post in _stored_posts(captured) if filters.is_muted(post.account, muted)}


def _stored_posts(captured: PartialTree) -> Iterator[Post]:
    """Every captured post, then those that wait."""
    for posts in captured.posts_by_file():
        yield from posts
    for state in captured.tree.states.values():
        yield from state.waiting
