"""The owner's filters: muted accounts, muted words, categories. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from generator.model.records import Account, Paper, Post


def is_muted(account: Account, muted: Collection[str]) -> bool:
    """Whether the list has the account's `<network>:<id or handle>` or its handle, in any letter case."""
    if not muted:
        return False
    network = account.id.partition(":")[0]
    names = {account.id.lower()}
    if account.handle:
        handle = account.handle.lower()
        names |= {handle, f"@{handle}", f"{network}:{handle}", f"{network}:@{handle}"}
    return not names.isdisjoint(muted)


def ids_by_name(handles: Mapping[str, Mapping[str, str]]) -> dict[str, set[str]]:
    """Map each spelling of a handle, with and without its network, to the ids of its accounts."""
    ids: dict[str, set[str]] = {}
    for network, account_ids in handles.items():
        for handle, account_id in account_ids.items():
            bare = handle.lower().lstrip("@")
            for name in (bare, f"@{bare}", f"{network}:{bare}", f"{network}:@{bare}"):
                ids.setdefault(name, set()).add(account_id.lower())
    return ids


def with_ids(accounts: Iterable[str], ids: Mapping[str, Collection[str]]) -> frozenset[str]:
    """A list of accounts in the form that `is_muted` compares, like `muted_names`, for many lists.

    Args:
        accounts: as the owner wrote them.
        ids: from `ids_by_name`.
    """
    muted = {account.strip().lower() for account in accounts}
    return frozenset(muted.union(*(ids.get(name, ()) for name in muted)))


def muted_names(accounts: Iterable[str], handles: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    """The config's list in the form that `is_muted` compares: lower case, with the ids that look-ups gave.

    Args:
        accounts: as the owner wrote them.
        handles: per network, handle -> account id (NetworkState.accounts).
    """
    return with_ids(accounts, ids_by_name(handles))


def shown_posts(posts: Iterable[Post], muted: Collection[str], words: Sequence[str]) -> dict[str, Post]:
    """Drop posts of muted accounts, posts with muted words, and reposts and likes of either."""
    pattern = any_word(words)
    hidden: set[str] = set()
    visible: dict[str, Post] = {}
    for post in posts:
        if is_muted(post.account, muted) or (pattern and post.text and pattern.search(post.text)):
            hidden.add(post.id)
        else:
            visible[post.id] = post
    return {post.id: post for post in visible.values() if not (post.kind in {"repost", "like"} and post.of in hidden)}


def shown_papers(papers: Iterable[Paper], categories: Collection[str], words: Sequence[str]) -> dict[str, Paper]:
    """Keep papers of the categories (`cs` covers all of cs; no category means all) without a muted word."""
    pattern = any_word(words)
    visible: dict[str, Paper] = {}
    for paper in papers:
        if categories and not any(within(category, categories) for category in paper.categories):
            continue
        if pattern and (pattern.search(paper.title) or pattern.search(paper.abstract)):
            continue
        visible[paper.id] = paper
    return visible


def within(category: str, categories: Collection[str]) -> bool:
    """Whether the categories contain this one or its archive: `cs.LG` is within `cs`."""
    return category in categories or category.partition(".")[0] in categories


def any_word(words: Sequence[str]) -> re.Pattern[str] | None:
    """A pattern for any of the words, as whole words in any case; None without words."""
    if not words:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + r")(?!\w)", re.IGNORECASE)
