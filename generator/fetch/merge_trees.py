"""The union of data trees, some files at a time, so that memory does not grow with the trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from generator.config import Config
from generator.fetch.captured import network_settings, open_captured, read_related
from generator.fetch.intake import take_posts
from generator.fetch.registry import reducer
from generator.model.tree import Tree
from generator.storage.store import Store, read_bytes

BATCH_BYTES = 16_000_000
"""Files of another tree that are joined at once."""


def merge_trees(config: Config | None, store: Store, others: Sequence[Store], now: datetime) -> set[Path]:
    """Join other trees into the one of `store`, by id. Their order does not matter.

    Ids of gone posts are written first, then posts and papers, then the states that cover them.

    Args:
        config: says what of a post may be stored; None takes what the networks' defaults let stand.
        store: where the union is written.
        others: are only read.
        now: stands for the clock.

    Returns:
        The changed files.

    Raises:
        StoreError: a tree cannot be read or written; running it again completes the union.
    """
    with closing(_Merge(config, store, now)) as merge:
        small_trees = [other.open() for other in others]
        merge.add_gone(small_trees)
        for other, tree in zip(others, small_trees, strict=True):
            for names in _batches(store, other):
                records = Tree(gone=tree.gone)
                other.read_into(records, names)
                merge.add_records(records, names)
                other.forget_records(records)
        merge.add_states(small_trees)
        return merge.changed


class _Merge:
    """The union so far. Memory holds one step's records."""

    def __init__(self, config: Config | None, store: Store, now: datetime) -> None:
        self.changed: set[Path] = set()
        self._now = now
        self._reduce = reducer(network_settings(config))
        self._texts = store.load_texts()
        self._captured = open_captured(config, store, self._texts)

    def close(self) -> None:
        """Close the tree."""
        self._captured.close()

    def add_gone(self, trees: Sequence[Tree]) -> None:
        for tree in trees:
            self._captured.tree.union(Tree(gone=tree.gone))
        self._captured.read_gone()
        self._save()

    def add_records(self, records: Tree, names: Sequence[str]) -> None:
        self._captured.read_files(names)
        self._captured.read_papers(records.papers)
        read_related(self._captured, records.posts.values(), self._texts)
        self._captured.tree.union(Tree(posts=records.posts, papers=records.papers))
        self._settle()

    def add_states(self, trees: Sequence[Tree]) -> None:
        for tree in trees:
            self._captured.read_papers(self._captured.stored_papers(tree.pending))
            self._captured.tree.union(tree)
        read_related(self._captured, (), self._texts)
        self._settle()
        self._captured.save_texts(self._texts)

    def _settle(self) -> None:
        """What waited on one side may be captured on the other."""
        intake = take_posts(self._captured.tree, (), now=self._now, texts=self._texts, reduce=self._reduce)
        self._save()
        if intake.texts:
            self._texts.update(intake.texts)
            self._captured.save_texts(self._texts)

    def _save(self) -> None:
        self.changed.update(self._captured.save())
        self._captured.release()


def _batches(store: Store, added: Store) -> Iterator[list[str]]:
    """Names of the files of `added` that differ from those of `store`, in groups."""
    names: list[str] = []
    size = 0
    for name, path in added.record_files().items():
        own_path = store.root / name
        content = read_bytes(path)
        if own_path.is_file() and read_bytes(own_path) == content:
            continue
        names.append(name)
        size += len(content)
        if size >= BATCH_BYTES:
            yield names
            names = []
            size = 0
    if names:
        yield names
