"""`data/` in memory: all captured records, and the union of two trees. Pure; the store reads and writes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from generator.model import merge
from generator.model.authors import with_mended_authors
from generator.model.errors import Problem
from generator.model.records import Announced, GonePost, NetworkState, Paper, PendingPaper, Post


@dataclass(slots=True)
class Tree:
    """All records by id. Change it through its methods: they keep gone posts away."""

    posts: dict[str, Post] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    pending: dict[str, PendingPaper] = field(default_factory=dict)
    gone: dict[str, GonePost] = field(default_factory=dict)
    states: dict[str, NetworkState] = field(default_factory=dict)
    """By network."""
    announced: dict[str, Announced] = field(default_factory=dict)
    """By paper: the targets that announced it."""
    problems: list[Problem] = field(default_factory=list)
    """Damaged lines of the files; `check --fix` moves them to quarantine."""

    def keeps_away(self, post: Post) -> bool:
        """Whether a post is gone, or is a repost or like of a gone post."""
        return post.id in self.gone or (post.kind in {"repost", "like"} and post.of in self.gone)

    def needed_texts(
        self, texts: Mapping[str, Post], unsettled: Collection[str] | None = None, unread_ids: Collection[str] = ()
    ) -> dict[str, Post]:
        """Cached full posts that are still needed: captured, waiting or unsettled ones.

        Args:
            texts: full posts of the cache, by id.
            unsettled: ids; None means every post about no paper.
            unread_ids: captured posts that this tree does not hold, because it is a part of what is on disk.
        """
        waiting = {post.id for state in self.states.values() for post in state.waiting}

        def is_needed(post: Post) -> bool:
            if post.id in waiting:
                return True
            if unsettled is None and not post.papers:
                return not self.keeps_away(post)
            if post.id in self.posts or post.id in unread_ids:
                # A cached post without papers is older than the captured one.
                return bool(post.papers)
            return post.id in (unsettled or ())

        return {post_id: post for post_id, post in texts.items() if is_needed(post)}

    def add_post(self, post: Post) -> bool:
        """Merge a post, unless it is gone. Returns whether anything changed."""
        return not self.keeps_away(post) and merge.merge_into(self.posts, self._unlinked(post), merge.merge_posts)

    def add_paper(self, paper: Paper) -> bool:
        """Merge a paper with normalised authors; it is no longer pending. Returns whether anything changed."""
        self.pending.pop(paper.id, None)
        return merge.merge_into(self.papers, with_mended_authors(paper), merge.merge_papers)

    def add_pending(self, pending: PendingPaper) -> None:
        """Remember an id to ask arXiv about, unless the paper is known."""
        if pending.id not in self.papers:
            stored = self.pending.get(pending.id)
            self.pending[pending.id] = merge.merge_pending(stored, pending) if stored else pending

    def add_announced(self, announced: Announced) -> None:
        """Record who announced a paper."""
        stored = self.announced.get(announced.id)
        self.announced[announced.id] = merge.merge_announced(stored, announced) if stored else announced

    def remove_posts(self, ids: Iterable[str], gone_on: str) -> int:
        """Remove posts and record them as gone. Returns how many were captured."""
        removed = 0
        for post_id in ids:
            removed += self.posts.pop(post_id, None) is not None
            self.gone.setdefault(post_id, GonePost(id=post_id, gone_on=gone_on))
        self._forget_gone()
        return removed

    def drop_waiting_for_gone(self) -> None:
        """Drop waiting posts that are gone or wait for a gone post."""
        for network, state in self.states.items():
            waiting = tuple(post for post in state.waiting if not self.keeps_away(post) and post.of not in self.gone)
            if waiting != state.waiting:
                self.states[network] = msgspec.structs.replace(state, waiting=waiting)

    def union(self, tree: Tree) -> None:
        """Merge another tree by id; the order of the two makes no difference."""
        for gone in tree.gone.values():
            known_gone = self.gone.get(gone.id)
            self.gone[gone.id] = merge.merge_gone(known_gone, gone) if known_gone else gone
        self._forget_gone()
        for post in tree.posts.values():
            self.add_post(post)
        for paper in tree.papers.values():
            self.add_paper(paper)
        for pending in tree.pending.values():
            self.add_pending(pending)
        for announced in tree.announced.values():
            self.add_announced(announced)
        for network, state in tree.states.items():
            stored = self.states.get(network)
            self.states[network] = merge.merge_states(stored, state) if stored else state
        self.drop_waiting_for_gone()

    def _unlinked(self, post: Post) -> Post:
        """A quote of or reply to a gone post keeps its text and papers, but not the reference."""
        if post.of in self.gone:
            return msgspec.structs.replace(post, of=None)
        return post

    def _forget_gone(self) -> None:
        self.drop_waiting_for_gone()
        for post in [post for post in self.posts.values() if post.id in self.gone or post.of in self.gone]:
            if self.keeps_away(post):
                del self.posts[post.id]
            else:
                self.posts[post.id] = self._unlinked(post)
