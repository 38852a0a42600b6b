"""Two observations of a thing -> one record. Pure, and the same in either order.

Each rule is a maximum, a minimum or a union, because those do not care who came first: two runs, two machines or the
two sides of a push race end with the same bytes. `seen_at` is the first time we saw it, so that seeing a post again
changes nothing; counts only grow, because services report zeros when they are ill.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from generator.model.records import Account, Announced, Counts, GonePost, NetworkState, Paper, PendingPaper, Post

_Stored = TypeVar("_Stored", Post, Paper)

_EDITION = re.compile(r"https://x\.com/i/status/([0-9]{1,19})")
_KIND_ORDER = {"quote": 0, "reply": 1, "post": 2, "repost": 3, "like": 4}
"""Where two observations disagree on the kind, the one that says more wins."""


def merge_posts(first: Post, second: Post) -> Post:
    """Merge two observations of one post. Text, links and papers come from its newest edition."""
    if first == second:
        return first
    newest = max(_edition(first), _edition(second))
    editions_used = [post for post in (first, second) if _edition(post) == newest]
    return Post(
        id=first.id,
        network=first.network,
        kind=min(first.kind, second.kind, key=_KIND_ORDER.__getitem__),
        of=_fuller(first.of, second.of),
        url=min((post.url for post in editions_used), key=lambda url: (len(url), url)),
        account=_merge_accounts(first.account, second.account),
        posted_at=min(first.posted_at, second.posted_at),
        seen_at=min(first.seen_at, second.seen_at),
        text=_fuller(*(post.text for post in editions_used)),
        lang=_fuller(*(post.lang for post in editions_used)),
        links=tuple(sorted({link for post in editions_used for link in post.links})),
        papers=tuple(sorted({paper for post in editions_used for paper in post.papers})),
        in_thread=any(post.in_thread for post in editions_used) and not any(map(_names_papers, editions_used)),
        counts=_merge_counts(first.counts, second.counts),
        trackers=tuple(sorted({*first.trackers, *second.trackers})),
    )


def merge_papers(first: Paper, second: Paper) -> Paper:
    """Keep the newer version; of one version, the record that was fetched later."""
    return max(first, second, key=lambda paper: (paper.version, paper.fetched_at, msgspec.json.encode(paper)))


def merge_pending(first: PendingPaper, second: PendingPaper) -> PendingPaper:
    """Keep the record with more tries."""
    record = max(first, second, key=lambda pending: (pending.tries, pending.next_at))
    return msgspec.structs.replace(record, first_at=min(first.first_at, second.first_at))


def merge_gone(first: GonePost, second: GonePost) -> GonePost:
    """Keep the earlier date."""
    return min(first, second, key=lambda gone: gone.gone_on)


def merge_announced(first: Announced, second: Announced) -> Announced:
    """Unite the targets; keep the earlier day of each."""
    days = sorted((*first.on.items(), *second.on.items()), reverse=True)
    return Announced(id=first.id, on=dict(sorted(dict(days).items())))


def merge_states(first: NetworkState, second: NetworkState) -> NetworkState:
    """Merge the states of one network. Either cursor is safe once both sides' posts are merged: keep the larger."""
    last_success = max(filter(None, (first.last_success_at, second.last_success_at)), default=None)
    failures = []
    for state in (first, second):
        # A success after the start of a failure ends it.
        if state.failing_since and (last_success is None or state.failing_since > last_success):
            failures.append((state.failing_since, state.failure or ""))
    failing_since, failure = min(failures, default=(None, None))
    lacks = None
    if last_success is None:
        lacks = min(filter(None, (first.lacks, second.lacks)), default=None)
    spent_usd = {}
    for day in sorted(first.spent_usd.keys() | second.spent_usd.keys()):
        spent_usd[day] = max(first.spent_usd.get(day, 0.0), second.spent_usd.get(day, 0.0))
    return NetworkState(
        cursors=_merge_maps(first.cursors, second.cursors),
        accounts=_merge_maps(first.accounts, second.accounts),
        waiting=_merge_waiting(first.waiting, second.waiting),
        not_before=_merge_maps(first.not_before, second.not_before),
        last_success_at=last_success,
        failing_since=failing_since,
        failure=failure,
        lacks=lacks,
        spent_usd=spent_usd,
    )


def merge_into(records: dict[str, _Stored], new: _Stored, merge: Callable[[_Stored, _Stored], _Stored]) -> bool:
    """Merge `new` into `records`. Returns whether anything changed."""
    before = records.get(new.id)
    after = new if before is None else merge(before, new)
    if after == before:
        return False
    records[new.id] = after
    return True


def _merge_accounts(first: Account, second: Account) -> Account:
    return Account(
        id=_fuller(first.id, second.id) or first.id,
        handle=_fuller(first.handle, second.handle),
        name=_fuller(first.name, second.name),
        bot=first.bot or second.bot,
    )


def _names_papers(post: Post) -> bool:
    """Whether the post itself names papers, not only a reply in its thread."""
    return bool(post.papers) and not post.in_thread


def _merge_counts(first: Counts | None, second: Counts | None) -> Counts | None:
    if first is None or second is None:
        return first or second
    return Counts(
        likes=max(first.likes, second.likes),
        reposts=max(first.reposts, second.reposts),
        replies=max(first.replies, second.replies),
        quotes=max(first.quotes, second.quotes),
    )


def _edition(post: Post) -> int:
    """Id of the edition of a post on X: each edit gets an id, which the post's address names. Otherwise 0."""
    if post.network != "x" or post.kind == "like":
        return 0
    address = _EDITION.fullmatch(post.url)
    return int(address[1]) if address else 0


def _fuller(*texts: str | None) -> str | None:
    """The longest text, because networks truncate texts; the larger of two equally long ones."""
    return max(texts, key=lambda text: (text is not None, len(text or ""), text or ""))


def _merge_maps(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    merged = {**first, **second}
    for key in first.keys() & second.keys():
        merged[key] = max(first[key], second[key], key=lambda value: msgspec.json.encode(value, order="sorted"))
    return dict(sorted(merged.items()))


def _merge_waiting(first: tuple[Post, ...], second: tuple[Post, ...]) -> tuple[Post, ...]:
    waiting: dict[str, Post] = {}
    for post in (*first, *second):
        merge_into(waiting, post, merge_posts)
    return tuple(waiting[post_id] for post_id in sorted(waiting))
