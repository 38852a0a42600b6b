"""Which captured posts a run needs beside what the networks gave: read from `data/` file by file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from generator.config import Config
from generator.fetch.arxiv_api import REFRESH_AFTER
from generator.fetch.intake import Relatives
from generator.fetch.registry import SOURCES, reducer
from generator.finding.mentions import newest_versions
from generator.model.records import Post
from generator.storage.partial import PartialTree
from generator.storage.store import Store


def open_captured(config: Config | None, store: Store, texts: Mapping[str, Post]) -> PartialTree:
    """Open `data/` without reading its posts and papers.

    Args:
        config: says what of a post may be stored; None takes the networks' defaults.
        store: nobody else reads or writes through it meanwhile.
        texts: posts in full, by id, of which less is stored.

    Raises:
        StoreError: the tree was written by a newer version, or a file cannot be read at all.
    """
    settings_of = network_settings(config)
    settings = [(source.name, sorted(settings_of(source.name).items())) for source in SOURCES]
    rules = f"{version('trending-arxiv')} {settings}"
    return PartialTree(
        store,
        reduce=reducer(settings_of),
        rules=blake2b(rules.encode(), digest_size=16).hexdigest(),
        texts=texts,
    )


def network_settings(config: Config | None) -> Callable[[str], Mapping[str, Any]]:
    """Network -> its block of the configuration; empty without one."""
    if config is None:
        return lambda _network: {}
    return config.network_settings


def read_related(captured: PartialTree, posts: Iterable[Post], texts: Mapping[str, Post]) -> None:
    """Read the captured posts that arriving ones change or get their papers from.

    These are the arriving posts themselves, what they point at in any number of steps, what points at a post whose
    papers change, and the replies that may name the papers of an arriving first post of a thread.

    Args:
        captured: what is read is added to its tree.
        posts: with the papers that they name themselves.
        texts: posts in full, by id; those that name no paper may get one from the arrivals.
    """
    relatives = Relatives.of(captured.tree, posts, texts)
    _read_targets(captured, relatives.ids)
    read_ids = relatives.ids - captured.tree.posts.keys()
    captured.read_pointing_at(read_ids)
    while changed_ids := relatives.changed_ids() - read_ids:
        captured.read_pointing_at(changed_ids)
        read_ids |= changed_ids


def read_removed(captured: PartialTree, post_ids: Collection[str], account_ids: Collection[str]) -> list[str]:
    """Read posts that are gone, and what points at them. Returns the ids of those that are captured."""
    captured.read_posts(post_ids)
    captured.read_accounts(account_ids)
    gone = [post.id for post in captured.tree.posts.values() if post.id in post_ids or post.account.id in account_ids]
    captured.read_pointing_at(gone)
    return gone


def read_papers_to_ask_about(
    captured: PartialTree, texts: Mapping[str, Post], recent: Collection[str], now: datetime
) -> None:
    """Read the papers about which arXiv may be asked.

    Args:
        captured: what is read is added to its tree.
        texts: posts in full, by id, of which less is stored.
        recent: ids of the papers of the last month.
        now: the time of the run.
    """
    captured.read_papers(captured.papers_fetched_by(recent, now - REFRESH_AFTER))
    captured.read_papers(captured.tree.pending)
    captured.read_posts_naming_newer_versions()
    full_posts = (texts.get(post.id, post) for post in captured.tree.posts.values())
    captured.read_papers(newest_versions(full_posts))


def recently_mentioned(captured: PartialTree, since: datetime) -> frozenset[str]:
    """Ids of the papers that posts name since then."""
    return frozenset(paper_id for post in captured.posts_since(since) for paper_id in post.papers)


def _read_targets(captured: PartialTree, ids: Collection[str]) -> None:
    """Read these posts, and what they point at in any number of steps."""
    posts = captured.tree.posts
    remaining = set(ids)
    read_ids: set[str] = set()
    while remaining:
        captured.read_posts(remaining)
        read_ids |= remaining
        targets = {posts[post_id].of for post_id in remaining if post_id in posts}
        remaining = {post_id for post_id in targets if post_id is not None} - read_ids
