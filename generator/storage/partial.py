"""The part of `data/` that a run needs: small files as a whole, posts and papers file by file when somebody asks.

What is read and saved is what a run on the whole tree would read and save: memory alone differs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from generator.model.authors import with_mended_authors
from generator.model.records import Paper, Post
from generator.storage.index import FileSummary, Index
from generator.storage.places import bucket_path, paper_path, post_path, read_records
from generator.storage.store import Store, read_bytes

_FILES_AT_ONCE = 64


class PartialTree:
    """A tree on disk, of which `tree` holds what was asked for so far.

    Args:
        store: nobody else reads or writes through it meanwhile.
        reduce: what of a post may stand in `data/`; files with more are read at once.
        rules: changes whenever `reduce` does.
        texts: posts in full, by id, of which less stands in `data/`.

    Raises:
        StoreError: the tree was written by a newer version, or a file cannot be read at all.
    """

    def __init__(
        self,
        store: Store,
        *,
        reduce: Callable[[Post], Post] = lambda post: post,
        rules: str = "",
        texts: Mapping[str, Post] | None = None,
    ) -> None:
        self.store = store
        self.tree = store.open()
        self._reduce = reduce
        self._texts = texts or {}
        self._index = Index(store.cache, rules)
        self.refresh()
        self.read_files(self._index.irregular_files())
        self.read_gone()
        self.read_papers(self._index.stored_papers(self.tree.pending))

    def read_gone(self) -> None:
        """Read what `gone.jsonl` says must leave: another tree may have brought it, or a run was cut off."""
        self.read_posts(self.tree.gone)
        self.read_pointing_at(self.tree.gone)

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def refresh(self) -> int:
        """Bring the index up to date with the files. Returns how many had changed."""
        return self._index.refresh(self.store.record_files(), read_bytes, self._summarise)

    def save(self) -> list[Path]:
        """Write what changed; returns the paths. Raises StoreError."""
        return self.store.save(self.tree)

    def release(self) -> None:
        """Let go of the posts and papers that were read and saved, so that memory holds one step's records."""
        self.store.forget_records(self.tree)
        self.refresh()

    def save_texts(self, texts: Mapping[str, Post], unsettled: Collection[str] | None = None) -> None:
        """Keep in the cache the posts in full that are still needed, as `Store.save_texts` does."""
        elsewhere = [post_id for post_id, post in texts.items() if post.papers and post_id not in self.tree.posts]
        unread_ids = {post_id for post_id, name in self._index.places_of(elsewhere) if not self.store.has_read(name)}
        self.store.save_texts(texts, self.tree, unsettled, unread_ids)

    def posts_by_file(self) -> Iterator[list[Post]]:
        """Every captured post: those of the tree, then the others file by file, which are not kept."""
        yield list(self.tree.posts.values())
        for name in self.store.record_files():
            if name.startswith("posts/") and not self.store.has_read(name):
                yield self.store.posts_of(name)

    def in_few_files(self, ids: Collection[str]) -> Iterator[list[str]]:
        """The ids in groups, each with the posts of some files: one group after the other fits into memory."""
        file_of = dict(self._index.places_of(ids))
        group: list[str] = []
        names: set[str] = set()
        for post_id in sorted(ids, key=lambda post_id: (file_of.get(post_id, ""), post_id)):
            name = file_of.get(post_id, "")
            if name not in names and len(names) == _FILES_AT_ONCE:
                yield group
                group = []
                names = set()
            group.append(post_id)
            names.add(name)
        if group:
            yield group

    def read_files(self, names: Iterable[str]) -> None:
        """Add the records of these files."""
        self.store.read_into(self.tree, names)

    def read_posts(self, ids: Collection[str]) -> None:
        """Add these posts, with all others of their files."""
        self.read_files(self._index.files_of_posts(post_id for post_id in ids if post_id not in self.tree.posts))

    def read_pointing_at(self, ids: Iterable[str]) -> None:
        """Add the reposts, quotes, replies and likes of these posts."""
        self.read_files(self._index.files_pointing_at(ids))

    def read_accounts(self, ids: Iterable[str]) -> None:
        """Add the posts of these accounts."""
        self.read_files(self._index.files_of_accounts(ids))

    def read_since(self, day: date) -> None:
        """Add the posts of a day and of all days after it."""
        self.read_files(self.files_since(day))

    def read_papers(self, ids: Iterable[str]) -> None:
        """Add these papers, where they are stored."""
        self.read_files({bucket_path(paper_id) for paper_id in ids})

    def read_posts_lacking_papers(self) -> None:
        """Add the posts that name a paper which is neither stored nor pending."""
        self.read_files(self._index.files_lacking_papers(self.tree.pending))

    def read_posts_naming_newer_versions(self) -> None:
        """Add the posts that name a version which arXiv was not asked for since they came."""
        self.read_files(self._index.files_naming_newer_versions())

    def stored_papers(self, ids: Iterable[str]) -> set[str]:
        """Those of the papers that were stored when the index was last refreshed."""
        return self._index.stored_papers(ids)

    def papers_fetched_by(self, ids: Iterable[str], at: datetime) -> set[str]:
        """Those of the papers that were stored as arXiv described them at this time or before."""
        return self._index.papers_fetched_by(ids, at)

    def files_since(self, day: date) -> list[str]:
        """Names of the files with the posts of a day and of all days after it."""
        first = f"{day:%Y/%m/%d}.jsonl"
        names = []
        for name in self.store.record_files():
            kind, _, rest = name.partition("/")
            _, _, file_day = rest.partition("/")
            if kind == "posts" and file_day >= first:
                names.append(name)
        return names

    def posts_since(self, at: datetime) -> Iterator[Post]:
        """The posts after a time: those of the tree, and those on disk that it does not hold."""
        for post in self.tree.posts.values():
            if post.posted_at > at:
                yield post
        for name in self.files_since(at.astimezone(UTC).date()):
            if self.store.has_read(name):
                continue
            for post in self.store.posts_of(name):
                if post.posted_at > at:
                    yield post

    def _summarise(self, name: str, content: bytes) -> FileSummary:
        if name.startswith("posts/"):
            return self._summarise_posts(name, content)
        return _summarise_papers(name, content)

    def _summarise_posts(self, name: str, content: bytes) -> FileSummary:
        summary = FileSummary()
        posts = read_records(Post, content)
        for post in posts:
            summary.add_post(post, self._texts.get(post.id, post))
            if post_path(post) != name or self._reduce(post) != post:
                summary.is_irregular = True
        if not _is_canonical(posts, content):
            summary.is_irregular = True
        return summary


def _summarise_papers(name: str, content: bytes) -> FileSummary:
    papers = read_records(Paper, content)
    summary = FileSummary(papers=papers)
    for paper in papers:
        if paper_path(paper) != name or with_mended_authors(paper) != paper:
            summary.is_irregular = True
    if not _is_canonical(papers, content):
        summary.is_irregular = True
    return summary


def _is_canonical(records: list[Post] | list[Paper], content: bytes) -> bool:
    """Whether a file is as the store writes it: sorted, each id once, nothing damaged."""
    ids = [record.id for record in records]
    is_sorted = ids == sorted(set(ids))
    return is_sorted and bool(records) and msgspec.json.Encoder().encode_lines(records) == content
