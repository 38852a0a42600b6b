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


def merge_posts(one: Post, other: Post) -> Post:
    """One record of a post that was observed twice. What it says is what its newest edition says."""
    if one == other:
        return one
    editions = [_edition(one), _edition(other)]
    said = [one, other]
    if editions[0] != editions[1]:
        said = [one if editions[0] > editions[1] else other]
    return Post(
        id=one.id,
        network=one.network,
        kind=min(one.kind, other.kind, key=_KIND_ORDER.__getitem__),
        of=_fuller(one.of, other.of),
        url=min((post.url for post in said), key=lambda url: (len(url), url)),
        account=_merge_accounts(one.account, other.account),
        posted_at=min(one.posted_at, other.posted_at),
        seen_at=min(one.seen_at, other.seen_at),
        text=_fuller(*(post.text for post in said)),
        lang=_fuller(*(post.lang for post in said)),
        links=tuple(sorted({link for post in said for link in post.links})),
        papers=tuple(sorted({paper for post in said for paper in post.papers})),
        in_thread=any(post.in_thread for post in said) and not any(map(_names_papers, said)),
        counts=_merge_counts(one.counts, other.counts),
        trackers=tuple(sorted({*one.trackers, *other.trackers})),
    )


def merge_papers(one: Paper, other: Paper) -> Paper:
    """The record of the newer version; of the same version, the one fetched later."""
    return max(one, other, key=lambda paper: (paper.version, paper.fetched_at, msgspec.json.encode(paper)))


def merge_pending(one: PendingPaper, other: PendingPaper) -> PendingPaper:
    """The one that was asked more often knows more."""
    more = max(one, other, key=lambda pending: (pending.tries, pending.next_at))
    return msgspec.structs.replace(more, first_at=min(one.first_at, other.first_at))


def merge_gone(one: GonePost, other: GonePost) -> GonePost:
    """Gone since the first time that it was found gone."""
    return min(one, other, key=lambda gone: gone.gone_on)


def merge_announced(one: Announced, other: Announced) -> Announced:
    """Whoever was told on either side was told; of two days, the first."""
    days = sorted((*one.on.items(), *other.on.items()), reverse=True)
    return Announced(id=one.id, on=dict(sorted(dict(days).items())))


def merge_states(one: NetworkState, other: NetworkState) -> NetworkState:
    """Any of two cursors is safe once the posts of both sides are together: the larger text is taken."""
    successes = [at for at in (one.last_success_at, other.last_success_at) if at]
    last_success = max(successes, default=None)
    failures = sorted(
        (state.failing_since, state.failure or "")
        for state in (one, other)
        if state.failing_since and not (last_success and state.failing_since <= last_success)
    )
    return NetworkState(
        cursors=_merge_maps(one.cursors, other.cursors),
        accounts=_merge_maps(one.accounts, other.accounts),
        validators=_merge_maps(one.validators, other.validators),
        waiting=_merge_waiting(one.waiting, other.waiting),
        not_before=_merge_maps(one.not_before, other.not_before),
        last_success_at=last_success,
        failing_since=failures[0][0] if failures else None,
        failure=failures[0][1] if failures else None,
        lacks=min(filter(None, (one.lacks, other.lacks)), default=None) if last_success is None else None,
        spent_usd={
            day: max(one.spent_usd.get(day, 0.0), other.spent_usd.get(day, 0.0))
            for day in sorted(one.spent_usd.keys() | other.spent_usd.keys())
        },
    )


def merge_into(known: dict[str, _Stored], new: _Stored, merge: Callable[[_Stored, _Stored], _Stored]) -> bool:
    """Put `new` into `known` by id; True where that changed anything."""
    before = known.get(new.id)
    after = new if before is None else merge(before, new)
    if after == before:
        return False
    known[new.id] = after
    return True


def _merge_accounts(one: Account, other: Account) -> Account:
    return Account(
        id=_fuller(one.id, other.id) or one.id,
        handle=_fuller(one.handle, other.handle),
        name=_fuller(one.name, other.name),
        bot=one.bot or other.bot,
    )


def _names_papers(post: Post) -> bool:
    """It has papers, and not from the reply below it alone."""
    return bool(post.papers) and not post.in_thread


def _merge_counts(one: Counts | None, other: Counts | None) -> Counts | None:
    if one is None or other is None:
        return one or other
    return Counts(
        likes=max(one.likes, other.likes),
        reposts=max(one.reposts, other.reposts),
        replies=max(one.replies, other.replies),
        quotes=max(one.quotes, other.quotes),
    )


def _edition(post: Post) -> int:
    """Which edition of a post of X was seen: an edit has an id of its own, which its address names. Else 0."""
    address = _EDITION.fullmatch(post.url) if post.network == "x" and post.kind != "like" else None
    return int(address[1]) if address else 0


def _fuller(*texts: str | None) -> str | None:
    """The longest text, because truncated observations exist; of equally long ones, the largest."""
    return max(texts, key=lambda text: (text is not None, len(text or ""), text or ""))


def _merge_maps(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = {**one, **other}
    for key in one.keys() & other.keys():
        merged[key] = max(one[key], other[key], key=lambda value: msgspec.json.encode(value, order="sorted"))
    return dict(sorted(merged.items()))


def _merge_waiting(one: tuple[Post, ...], other: tuple[Post, ...]) -> tuple[Post, ...]:
    waiting: dict[str, Post] = {}
    for post in (*one, *other):
        merge_into(waiting, post, merge_posts)
    return tuple(waiting[post_id] for post_id in sorted(waiting))
