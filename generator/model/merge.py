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
    """One record of a post that was observed twice. What it says is what its newest edition says."""
    if first == second:
        return first
    editions = [_edition(first), _edition(second)]
    editions_used = [first, second]
    if editions[0] != editions[1]:
        editions_used = [first if editions[0] > editions[1] else second]
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
    """The record of the newer version; of the same version, the one fetched later."""
    return max(first, second, key=lambda paper: (paper.version, paper.fetched_at, msgspec.json.encode(paper)))


def merge_pending(first: PendingPaper, second: PendingPaper) -> PendingPaper:
    """The one that was asked more often knows more."""
    more = max(first, second, key=lambda pending: (pending.tries, pending.next_at))
    return msgspec.structs.replace(more, first_at=min(first.first_at, second.first_at))


def merge_gone(first: GonePost, second: GonePost) -> GonePost:
    """Gone since the first time that it was found gone."""
    return min(first, second, key=lambda gone: gone.gone_on)


def merge_announced(first: Announced, second: Announced) -> Announced:
    """Whoever was told on either side was told; of two days, the first."""
    days = sorted((*first.on.items(), *second.on.items()), reverse=True)
    return Announced(id=first.id, on=dict(sorted(dict(days).items())))


def merge_states(first: NetworkState, second: NetworkState) -> NetworkState:
    """Any of two cursors is safe once the posts of both sides are together: the larger text is taken."""
    successes = [at for at in (first.last_success_at, second.last_success_at) if at]
    last_success = max(successes, default=None)
    failures = sorted(
        (state.failing_since, state.failure or "")
        for state in (first, second)
        if state.failing_since and not (last_success and state.failing_since <= last_success)
    )
    return NetworkState(
        cursors=_merge_maps(first.cursors, second.cursors),
        accounts=_merge_maps(first.accounts, second.accounts),
        validators=_merge_maps(first.validators, second.validators),
        waiting=_merge_waiting(first.waiting, second.waiting),
        not_before=_merge_maps(first.not_before, second.not_before),
        last_success_at=last_success,
        failing_since=failures[0][0] if failures else None,
        failure=failures[0][1] if failures else None,
        lacks=min(filter(None, (first.lacks, second.lacks)), default=None) if last_success is None else None,
        spent_usd={
            day: max(first.spent_usd.get(day, 0.0), second.spent_usd.get(day, 0.0))
            for day in sorted(first.spent_usd.keys() | second.spent_usd.keys())
        },
    )


def merge_into(records: dict[str, _Stored], new: _Stored, merge: Callable[[_Stored, _Stored], _Stored]) -> bool:
    """Put `new` into `known` by id; True where that changed anything."""
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
    """It has papers, and not from the reply below it alone."""
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
    """Which edition of a post of X was seen: an edit has an id of its own, which its address names. Else 0."""
    address = _EDITION.fullmatch(post.url) if post.network == "x" and post.kind != "like" else None
    return int(address[1]) if address else 0


def _fuller(*texts: str | None) -> str | None:
    """The longest text, because truncated observations exist; of equally long ones, the largest."""
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
