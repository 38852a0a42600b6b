"""`data/` in memory: everything captured, and how two of them become one. Pure; the store reads and writes it."""

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
    """All records by id. Change it through its methods, so that `gone` is honoured and `changed` stays true."""

    posts: dict[str, Post] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    pending: dict[str, PendingPaper] = field(default_factory=dict)
    gone: dict[str, GonePost] = field(default_factory=dict)
    states: dict[str, NetworkState] = field(default_factory=dict)
    """By network."""
    announced: dict[str, Announced] = field(default_factory=dict)
    """By paper: who was told of it."""
    problems: list[Problem] = field(default_factory=list)
    """Damaged lines met on loading; they stay in their files until `check --fix` moves them."""

    def keeps_away(self, post: Post) -> bool:
        """True for a gone post, and for a repost or like of one: nothing that it shows is left."""
        return post.id in self.gone or (post.kind in {"repost", "like"} and post.of in self.gone)

    def needed_texts(self, texts: Mapping[str, Post], unsettled: Collection[str] | None = None) -> dict[str, Post]:
        """The posts in full that are still of use in the cache: captured, waiting or unsettled ones.

        Args:
            texts: as the cache has them, by id.
            unsettled: ids; None takes every post about no paper for unsettled.
        """
        waiting = {post.id for state in self.states.values() for post in state.waiting}

        def is_needed(post: Post) -> bool:
            if post.id in waiting:
                return True
            if unsettled is None and not post.papers:
                return not self.keeps_away(post)
            if post.id in self.posts:
                return bool(post.papers)  # else it is from before it was taken
            return post.id in (unsettled or ())

        return {post_id: post for post_id, post in texts.items() if is_needed(post)}

    def add_post(self, post: Post) -> bool:
        """Merge one post in; True where that changed anything. A gone post stays away, and nothing points at one."""
        return not self.keeps_away(post) and merge.merge_into(self.posts, self._unlinked(post), merge.merge_posts)

    def add_paper(self, paper: Paper) -> bool:
        """Merge one paper in, its authors mended; it is pending no longer."""
        self.pending.pop(paper.id, None)
        return merge.merge_into(self.papers, with_mended_authors(paper), merge.merge_papers)

    def add_pending(self, pending: PendingPaper) -> None:
        """Remember an id to ask arXiv about, unless the paper is known."""
        if pending.id not in self.papers:
            stored = self.pending.get(pending.id)
            self.pending[pending.id] = merge.merge_pending(stored, pending) if stored else pending

    def add_announced(self, announced: Announced) -> None:
        """Remember who was told of a paper."""
        stored = self.announced.get(announced.id)
        self.announced[announced.id] = merge.merge_announced(stored, announced) if stored else announced

    def remove_posts(self, ids: Iterable[str], gone_on: str) -> int:
        """Forget posts and remember that they are gone; how many were there."""
        removed = 0
        for post_id in ids:
            removed += self.posts.pop(post_id, None) is not None
            self.gone.setdefault(post_id, GonePost(id=post_id, gone_on=gone_on))
        self._forget_gone()
        return removed

    def drop_waiting_for_gone(self) -> None:
        """Forget waiting posts that are gone, or that wait for a post that is gone."""
        for network, state in self.states.items():
            waiting = tuple(post for post in state.waiting if not self.keeps_away(post) and post.of not in self.gone)
            if waiting != state.waiting:
                self.states[network] = msgspec.structs.replace(state, waiting=waiting)

    def union(self, tree: Tree) -> None:
        """Merge another tree in: by id, the same in either order."""
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
        """A quote of or reply to a gone post keeps its own words and papers, and no longer names what is gone."""
        return msgspec.structs.replace(post, of=None) if post.of in self.gone else post

    def _forget_gone(self) -> None:
        self.drop_waiting_for_gone()
        for post in [post for post in self.posts.values() if post.id in self.gone or post.of in self.gone]:
            if self.keeps_away(post):
                del self.posts[post.id]
            else:
                self.posts[post.id] = self._unlinked(post)
