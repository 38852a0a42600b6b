"""Which posts are about papers, which wait, and which papers are unknown, in a fetch or an import.

Functions that take a tree change it; nothing here reads a clock, a disk or a network.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from generator.finding import mentions
from generator.model import muting as filters
from generator.model.merge import merge_into, merge_posts
from generator.model.records import SPAN_DAYS, NetworkState, PendingPaper, Post
from generator.model.tree import Tree

WAIT_FOR = timedelta(days=14)
"""A repost, quote or reply waits so long for the post that it points at."""
WAITING_MAX = 1_000
"""So many of each network at most, the newest: they stand in its state, in public, and that stays a small file."""
UNSETTLED_FOR = 2 * mentions.THREAD_WITHIN
"""A post that names no paper is looked at again for so long: its account's own reply may name one, and is fetched some
time after it was written."""
UNSETTLED_MAX = 5_000
"""So many posts at most, the newest."""
COUNTS_FOR = timedelta(days=7)
"""The counts of a captured post are brought up to date for so long: they break ties while it is news. After that every
like would be another commit, for ever, because services give old posts again (a quiet account's, a feed's, a repost's).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch of posts."""

    new: int
    changed: int
    left_out: int
    """About no paper, muted or gone."""
    texts: Mapping[str, Post]
    """Posts in full, by id, of which less stands in `data/`: for the cache."""
    unsettled: frozenset[str]
    """Ids of the posts in `texts`, or among those known before, that stand nowhere in `data/` and are looked at again:
    first posts of the last days that name no paper, and what points at these."""


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

    What waits is looked at again together with every batch, so the order in which posts arrive changes nothing. A post
    that only its own account's reply could make one about a paper waits in the cache, because nothing of it may be
    public; so does a reply, because there are many. (Losing the cache costs little: networks give what a reply answers
    together with the reply.)

    Args:
        tree: changed in place.
        posts: as their networks' adapters gave them.
        now: the time of the run.
        reduce: what of a post may stand in public; what another tree or an earlier configuration left in this one is
            brought down to that, too.
        muted: accounts whose posts are left out, from `filters.muted_names`.
        texts: posts in full, by id, of which less stands in `data/`: what waits has its words from here, and what is
            unsettled is here alone.
        keep_waiting: let new posts wait; not where the source cannot bring what they wait for (a file).
    """
    withheld = withhold(tree, reduce)
    full_posts = {**withheld, **(texts or {})}
    relatives = Relatives.of(tree, map(mentions.with_own_papers, posts), full_posts)
    posts_now, inherited_ids = relatives.with_papers()
    batch = _Batch(tree, posts_now, now, reduce)
    batch.texts.update({post_id: full_posts[post_id] for post_id in withheld})
    waiting_ids = relatives.waiting.keys() | relatives.unsettled.keys()
    for post_id in sorted(relatives.arrived.keys() | waiting_ids | inherited_ids):
        post = posts_now[post_id]
        is_unwelcome = tree.keeps_away(post) or filters.is_muted(post.account, muted)
        may_wait = keep_waiting or post_id in waiting_ids
        is_taken = not is_unwelcome and batch.take(post, may_wait=may_wait)
        if not is_taken and post_id in relatives.arrived:
            batch.left_out += 1
    return batch.done()


def withhold(tree: Tree, reduce: Callable[[Post], Post]) -> dict[str, Post]:
    """Leave of the captured posts only what may stand in public; those of which more did, in full."""
    withheld = {}
    for post_id, post in tree.posts.items():
        public = reduce(post)
        if public != post:
            tree.posts[post_id] = public
            withheld[post_id] = msgspec.structs.replace(post, url=public.url)
    return withheld


def without_late_counts(posts: Iterable[Post], tree: Tree, now: datetime) -> Iterator[Post]:
    """The posts as they are to be taken in: of a captured one that is no news any more, without its new counts."""
    for post in posts:
        stored = tree.posts.get(post.id)
        late = stored is not None and stored.counts is not None and now - stored.posted_at >= COUNTS_FOR
        yield msgspec.structs.replace(post, counts=None) if late else post


@dataclass(frozen=True, slots=True)
class Relatives:
    """Posts that explain each other's papers: those that arrive, those that wait, and the captured ones of the tree."""

    tree: Tree
    arrived: Mapping[str, Post]
    waiting: Mapping[str, Post]
    unsettled: Mapping[str, Post]

    @classmethod
    def of(cls, tree: Tree, posts: Iterable[Post], texts: Mapping[str, Post]) -> Relatives:
        """Arriving posts, with the papers that they name themselves, beside the tree and the posts of the cache."""
        arrived: dict[str, Post] = {}
        for post in posts:
            merge_into(arrived, post, merge_posts)
        waiting = {}
        for state in tree.states.values():
            for post in state.waiting:
                waiting[post.id] = texts.get(post.id, post)
        unsettled = {}
        for post in texts.values():
            is_stored = post.id in waiting or post.id in tree.posts
            if not post.papers and not is_stored and not tree.keeps_away(post):
                unsettled[post.id] = post
        return cls(tree, arrived, waiting, unsettled)

    @property
    def ids(self) -> set[str]:
        """Ids of the posts that are not captured or arrive again, and of what they point at."""
        ids = set()
        for posts in (self.arrived, self.waiting, self.unsettled):
            for post in posts.values():
                ids.add(post.id)
                if post.of is not None:
                    ids.add(post.of)
        return ids

    def with_papers(self) -> tuple[dict[str, Post], set[str]]:
        """All posts with the papers that they inherit now, and the ids of those that inherit any."""
        posts = {**self.unsettled, **self.tree.posts}
        for post in (*self.waiting.values(), *self.arrived.values()):
            merge_into(posts, post, merge_posts)
        inherited = mentions.inherit(posts)
        return {**posts, **inherited}, set(inherited)

    def changed_ids(self) -> set[str]:
        """Ids of the posts that are about other papers than the tree says."""
        posts, inherited_ids = self.with_papers()
        changed = set()
        for post_id in self.arrived.keys() | self.waiting.keys() | self.unsettled.keys() | inherited_ids:
            stored = self.tree.posts.get(post_id)
            papers_before = stored.papers if stored else ()
            if posts[post_id].papers != papers_before:
                changed.add(post_id)
        return changed


@dataclass(slots=True)
class _Batch:
    """What becomes of posts, one after the other."""

    tree: Tree
    found: Mapping[str, Post]
    """Everything that is known, with the papers that it inherits."""
    now: datetime
    reduce: Callable[[Post], Post]
    new: int = 0
    changed: int = 0
    left_out: int = 0
    texts: dict[str, Post] = field(default_factory=dict)
    waiting: list[Post] = field(default_factory=list)
    unsettled: list[Post] = field(default_factory=list)

    def take(self, post: Post, *, may_wait: bool) -> bool:
        """Put a post where it belongs; False where it is about no paper, and may be about none for ever."""
        if post.papers:
            is_known = post.id in self.tree.posts
            if self.tree.add_post(self.reduce(post)):
                self.new, self.changed = self.new + (not is_known), self.changed + is_known
            stored = self.tree.posts[post.id]
            if post.text and stored.text is None:
                # of two addresses merging takes the shorter: with the stored one the text stays the same ever after
                self.texts[post.id] = msgspec.structs.replace(post, url=stored.url)
            return True
        if may_wait and _may_wait(post, self.found, self.tree, self.now):
            if post.kind == "reply":  # there are too many for the state: hundreds a day, each in git for ever
                self.unsettled.append(post)
                return False
            self.waiting.append(ids_only(self.reduce(post)))
            self.texts[post.id] = post
            return True
        if may_wait and _is_unsettled(post, self.found, self.now):
            self.unsettled.append(post)
        return False

    def done(self) -> Taken:
        """Note what waits."""
        _keep_waiting(self.tree, self.waiting)
        newest = sorted(self.unsettled, key=_age)[-UNSETTLED_MAX:]
        unsettled = {post.id: post for post in newest}
        return Taken(
            new=self.new,
            changed=self.changed,
            left_out=self.left_out,
            texts={**self.texts, **unsettled},
            unsettled=frozenset(unsettled),
        )


def _age(post: Post) -> tuple[datetime, str]:
    return post.posted_at, post.id


def _may_wait(post: Post, posts: Mapping[str, Post], tree: Tree, now: datetime) -> bool:
    """A post may wait while something that it points at, directly or through others, has not been seen."""
    seen: set[str] = set()
    while post.of is not None and post.of not in seen:
        if post.of in tree.gone:
            return False
        seen.add(post.of)
        target = posts.get(post.of)
        if target is None:
            return now - post.seen_at < WAIT_FOR
        post = target
    return False


def _is_unsettled(post: Post, posts: Mapping[str, Post], now: datetime) -> bool:
    """Whether the post, or what it points at in the end, is the first of a thread and young enough to be added to."""
    seen: set[str] = set()
    while post.of is not None and post.of in posts and post.of not in seen:
        seen.add(post.of)
        post = posts[post.of]
    return post.kind == "post" and now - post.posted_at < UNSETTLED_FOR


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
        in_thread=post.in_thread,
        trackers=post.trackers,
    )


def _keep_waiting(tree: Tree, stays: Collection[Post]) -> None:
    networks = {post.network for post in stays} | set(tree.states)
    for network in networks:
        state = tree.states.get(network, NetworkState())
        newest = sorted((post for post in stays if post.network == network), key=_age)[-WAITING_MAX:]
        waiting = tuple(sorted(newest, key=lambda post: post.id))
        if waiting != state.waiting:
            tree.states[network] = msgspec.structs.replace(state, waiting=waiting)


def note_unknown(tree: Tree, now: datetime, stored: Collection[str] = ()) -> int:
    """Every paper that a post names and nobody knows is asked about next.

    Args:
        tree: changed in place.
        now: the time of the run.
        stored: papers that are known and not in this tree, because it is a part of what is on disk.

    Returns:
        How many are new.
    """
    mentioned = {paper_id for post in tree.posts.values() for paper_id in post.papers}
    unknown = mentioned - tree.papers.keys() - tree.pending.keys() - set(stored)
    for paper_id in sorted(unknown):
        tree.add_pending(PendingPaper(id=paper_id, next_at=now, first_at=now))
    return len(unknown)


def recently_mentioned(tree: Tree, now: datetime) -> frozenset[str]:
    """Ids of the papers that the month's window shows: their metadata is kept fresh."""
    since = now - timedelta(days=SPAN_DAYS["month"] or 0)
    return frozenset(paper for post in tree.posts.values() if post.posted_at > since for paper in post.papers)
