"""Current handles and names of accounts: a handle may change, the account's id stays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from generator.model.records import Account, Post


def newest_accounts(posts: Iterable[Post]) -> dict[str, Account]:
    """Map each account id to the account as its newest post with a handle states it."""
    newest: dict[str, Post] = {}
    for post in posts:
        newest_post = newest.get(post.account.id)
        if post.account.handle and (newest_post is None or _order(post) > _order(newest_post)):
            newest[post.account.id] = post
    return {account_id: post.account for account_id, post in newest.items()}


def with_newest_name(post: Post, accounts: Mapping[str, Account]) -> Post:
    """Give the post its account's current handle and name, unless the post has no handle."""
    now = accounts.get(post.account.id)
    if now is None or post.account.handle is None:
        return post
    account = Account(id=now.id, handle=now.handle, name=now.name, bot=post.account.bot)
    if account == post.account:
        return post
    return msgspec.structs.replace(post, account=account)


def holders(posts: Iterable[Post]) -> dict[str, dict[str, str]]:
    """Map network and lower-case handle to the account that used it last: handles change hands."""
    newest: dict[tuple[str, str], tuple[datetime, str, str]] = {}
    for post in posts:
        if not post.account.handle:
            continue
        key = (post.network, post.account.handle.lower())
        use = (post.posted_at, post.id, post.account.id)
        if key not in newest or use > newest[key]:
            newest[key] = use
    ids_by_handle: dict[str, dict[str, str]] = {}
    for (network, handle), (_, _, account_id) in sorted(newest.items()):
        ids_by_handle.setdefault(network, {})[handle] = account_id
    return ids_by_handle


def _order(post: Post) -> tuple[object, ...]:
    return post.posted_at, post.id
