"""Removing what may no longer be shown: posts that are gone at their network, muted accounts, what the owner names.

Networks are asked side by side. What they say is gone is weighed (`recheck`) and removed from `data/` and the cached
texts, together with the reposts and likes that only showed it. `gone.jsonl` remembers ids and dates, so that nothing
brings them back. A network that fails, or says something hard to believe, keeps its posts until the next run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from generator.config import Config
from generator.fetch.adapter.source import Checked, FetchRequest, Meter
from generator.fetch.registry import SOURCES, Source
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
from generator.storage.disk import write_file
from generator.storage.store import Store, Tree

_log = logging.getLogger(__name__)

_CHECKS = "checked.json"


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
    tree, texts, checks = store.load(), store.load_texts(), load_checks(store.cache)
    report = PruneReport()
    muted = _muted_posts(config, tree, texts)
    # Whose handles these are must be durable before the posts that say so are removed. This also completes a removal
    # that was killed: the posts that gone.jsonl names are in no tree that was loaded.
    changed = set(store.save(tree))
    report.named = _remove(tree, _named_posts(tree, named), now)
    report.muted = _remove(tree, muted, now)
    asked = []
    clients: dict[str, Client] = {}
    for source in SOURCES:
        posts = [post for post in tree.posts.values() if post.network == source.name]
        if posts and source.find_gone is not None and only in {None, source.name} and not named:
            wanted = wanted_of(config, source.name)
            request = request_for(source, config, tree, wanted=wanted, client_for=client_for, secrets=secrets, now=now)
            clients[source.name] = request.client
            asked.append((source, request, recheck.due(posts, checks, now, everything=everything)))
    for pruned in _ask_all(asked):
        report.gone += _remove(tree, _believed(pruned, checks, now, believe=believe), now)
        checks.note(pruned.answers, now)
        _note_spending(config, tree, pruned, now)
        report.networks.append(pruned)
        note_waits(tree, pruned.network, clients[pruned.network], now)
        left = (post for post in tree.posts.values() if post.network == pruned.network)
        pruned.overdue = recheck.overdue(left, checks, now)
    report.networks.sort(key=lambda each: each.network)
    changed.update(store.save(tree))
    report.changed_files = len(changed)
    store.save_texts(texts, tree)
    checks.keep(tree.posts.keys())
    _save_checks(store.cache, checks)
    return report


def _note_spending(config: Config, tree: Tree, pruned: NetworkPruned, now: datetime) -> None:
    state = tree.states.get(pruned.network, NetworkState())
    if pruned.meter.cost_usd:
        state = msgspec.structs.replace(state, spent_usd=add_spending(state.spent_usd, pruned.meter.cost_usd, now))
        tree.states[pruned.network] = state
    cap_usd = config.month_cap_usd(pruned.network)
    if cap_usd is not None:
        pruned.spending = spending_of(state.spent_usd, now, cap_usd)


def _ask_all(questions: Sequence[tuple[Source, FetchRequest, Sequence[Post]]]) -> Iterator[NetworkPruned]:
    """Ask the networks side by side; each comes out when it is done."""
    with ThreadPoolExecutor(max_workers=max(1, len(questions)), thread_name_prefix="prune") as pool:
        for future in as_completed([pool.submit(_ask, *question) for question in questions]):
            yield future.result()


def _ask(source: Source, request: FetchRequest, posts: Sequence[Post]) -> NetworkPruned:
    """One network to its end or its failure: nothing but an unexpected exception leaves this function."""
    pruned = NetworkPruned(network=source.name, due=len(posts), meter=request.meter)
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


def _named_posts(tree: Tree, named: Sequence[str]) -> set[str]:
    """Ids of the posts that the owner wants removed. Raises ConfigError for what was never captured."""
    if not named:
        return set()
    by_name = {name: post.id for post in tree.posts.values() if post.kind != "repost" for name in (post.url, post.id)}
    by_name |= {post.id: post.id for post in tree.posts.values()} | {post_id: post_id for post_id in tree.gone}
    unknown = [name for name in named if name not in by_name]
    if unknown:
        reason = "is no id or address of a captured post: copy it from the page or from data/posts"
        raise ConfigError([Problem(name, reason) for name in unknown])
    return {by_name[name] for name in named}


def _muted_posts(config: Config, tree: Tree, texts: Mapping[str, Post]) -> set[str]:
    """Ids of the stored and waiting posts of muted accounts; whose they are is noted: a new handle unmutes nobody."""
    stored = [*tree.posts.values(), *(post for state in tree.states.values() for post in state.waiting)]
    if not config.filters.mute_accounts:
        return set()
    by_handle = holders([*stored, *texts.values()])
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
    return {post.id for post in stored if filters.is_muted(post.account, muted)}


def _remove(tree: Tree, ids: Collection[str], now: datetime) -> int:
    """Remove posts and what only shows them, waiting ones too; how many stood in the data."""
    if not ids:
        return 0
    waiting = {post.id: post for state in tree.states.values() for post in state.waiting}
    gone = recheck.with_echoes(ids, {**waiting, **tree.posts})
    return tree.remove_posts(gone, f"{now:%Y-%m-%d}")


def load_checks(cache: Path | None) -> Checks:
    """What earlier runs learnt; nothing where nobody remembers."""
    try:
        return msgspec.json.decode((cache / _CHECKS).read_bytes(), type=Checks) if cache else Checks()
    except (OSError, msgspec.DecodeError):
        return Checks()


def _save_checks(cache: Path | None, checks: Checks) -> None:
    if cache:
        cache.mkdir(parents=True, exist_ok=True)
        write_file(cache / _CHECKS, msgspec.json.format(msgspec.json.encode(checks, order="sorted"), indent=0) + b"\n")
