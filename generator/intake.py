"""What a fetch or an import decides: which posts are about papers, which wait, which ids to ask arXiv about. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from generator import filters, mentions
from generator.merge import merge_into, merge_posts
from generator.models import WINDOW_DAYS, NetworkState, PendingPaper, Post
from generator.tree import Tree

WAIT_FOR = timedelta(days=14)
"""A repost, quote or reply waits so long for the post that it points at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch of posts."""

    new: int
    changed: int
    left_out: int
    """About no paper, muted or gone."""
    texts: Mapping[str, Post]
    """Posts in full, by id, of which less stands in `data/`: for the cache."""


def take_posts(
    tree: Tree,
    posts: Iterable[Post],
    *,
    now: datetime,
    reduce: Callable[[Post], Post] = lambda post: post,
    muted: Collection[str] = (),
    texts: Mapping[str, Post] | None = None,
    keep_waiting: bool = True,
) -> Taken:
    """Put the posts that are about papers into the tree; those that point at an unknown post wait in the state.

    What waits is looked at again together with every batch, so the order in which posts arrive changes nothing.

    Args:
        tree: changed in place.
        posts: as their networks' adapters gave them.
        now: the time of the run.
        reduce: what of a post may stand in public.
        muted: accounts whose posts are left out, from `filters.muted_names`.
        texts: posts in full, by id, of which less stands in `data/`: what waits has its words from here.
        keep_waiting: let new posts wait; not where the source cannot bring what they wait for (a file).
    """
    arrived: dict[str, Post] = {}
    for post in posts:
        merge_into(arrived, mentions.with_own_papers(post), merge_posts)
    known_texts = texts or {}
    waiting = {post.id: known_texts.get(post.id, post) for state in tree.states.values() for post in state.waiting}
    considered = _considered(tree, waiting, arrived)
    inherited = mentions.inherit(considered)
    found = {**considered, **inherited}
    new = changed = 0
    in_full: dict[str, Post] = {}
    stays: dict[str, Post] = {}
    left_out = 0
    for post_id in sorted({*arrived, *waiting, *inherited}):
        post = found[post_id]
        if tree.keeps_away(post) or filters.is_muted(post.account, muted):
            left_out += post_id in arrived
        elif post.papers:
            known = post_id in tree.posts
            if tree.add_post(reduce(post)):
                new, changed = new + (not known), changed + known
            if post.text and tree.posts[post_id].text is None:
                # of two addresses merging takes the shorter: with the stored one the text stays the same ever after
                in_full[post_id] = msgspec.structs.replace(post, url=tree.posts[post_id].url)
        elif (keep_waiting or post_id in waiting) and _may_wait(post, found, tree, now):
            stays[post_id] = ids_only(post)
            in_full[post_id] = post
        else:
            left_out += post_id in arrived
    _keep_waiting(tree, stays)
    return Taken(new=new, changed=changed, left_out=left_out, texts=in_full)


def _considered(tree: Tree, waiting: Mapping[str, Post], arrived: Mapping[str, Post]) -> dict[str, Post]:
    """Everything whose papers may change or explain another's: all of it, with the arrivals merged in."""
    considered = {**tree.posts, **waiting}
    for post in arrived.values():
        merge_into(considered, post, merge_posts)
    return considered


def _may_wait(post: Post, known: Mapping[str, Post], tree: Tree, now: datetime) -> bool:
    """A post may wait while something that it points at, directly or through others, has not been seen."""
    seen: set[str] = set()
    while post.of is not None and post.of not in seen:
        if post.of in tree.gone:
            return False
        seen.add(post.of)
        target = known.get(post.of)
        if target is None:
            return now - post.seen_at < WAIT_FOR
        post = target
    return False


def ids_only(post: Post) -> Post:
    """What may be remembered in public of a post that is about no paper so far."""
    return Post(
        id=post.id,
        network=post.network,
        kind=post.kind,
        of=post.of,
        url=post.url,
        account=msgspec.structs.replace(post.account, handle=None, name=None),
        posted_at=post.posted_at,
        seen_at=post.seen_at,
        papers=post.papers,
        trackers=post.trackers,
    )


def _keep_waiting(tree: Tree, stays: Mapping[str, Post]) -> None:
    networks = {post.network for post in stays.values()} | set(tree.states)
    for network in networks:
        state = tree.states.get(network, NetworkState())
        waiting = tuple(post for post in stays.values() if post.network == network)
        if waiting != state.waiting:
            tree.states[network] = msgspec.structs.replace(state, waiting=waiting)


def note_unknown(tree: Tree, now: datetime) -> int:
    """Every paper that a post names and nobody knows is asked about next; how many are new."""
    named = {paper_id for post in tree.posts.values() for paper_id in post.papers}
    unknown = named - tree.papers.keys() - tree.pending.keys()
    for paper_id in sorted(unknown):
        tree.add_pending(PendingPaper(id=paper_id, next_at=now, first_at=now))
    return len(unknown)


def recently_mentioned(tree: Tree, now: datetime) -> frozenset[str]:
    """Ids of the papers that the month's window shows: their metadata is kept fresh."""
    since = now - timedelta(days=WINDOW_DAYS["month"] or 0)
    return frozenset(paper for post in tree.posts.values() if post.posted_at > since for paper in post.papers)
