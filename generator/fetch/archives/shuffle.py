"""A large past on Dask: workers read blocks of files, and join the posts of each file of `data/`, written once.

This process decides which posts are about papers, as in any import, but by outlines: posts without their words. The
posts themselves wait in a temporary file, by the file of `data/` that they belong to. A worker gets all posts of a
file, with what was decided, and gives back the content.

Some posts come to this process as a whole: those whose file is there already, those of which less may be stored, those
with short links to follow, and those that stand in several places.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from generator.fetch.archives.engine import Workers
from generator.fetch.archives.formats import Format
from generator.fetch.archives.items import Block, Item, Passing, Setting
from generator.fetch.archives.json_lines import without_future
from generator.fetch.registry import reducer
from generator.finding.arxiv_links import unread_host
from generator.finding.mentions import newest_versions, with_own_papers
from generator.finding.shorteners import short_links
from generator.model.merge import merge_into, merge_posts
from generator.model.records import Post
from generator.model.tree import Tree
from generator.storage.places import post_path
from generator.storage.store import Store

_TASK_BYTES = 4 * 1_048_576
_OUTLINE = "/outline"
"""Marks outlines. No tracker has this id."""

_Decision = tuple[tuple[str, ...], bool, str | None]
"""`papers`, `in_thread` and `of` of a post: what other posts decide."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What workers need to know of the tree and of its configuration."""

    files: frozenset[str]
    """Files of `data/` with posts."""
    settings: Mapping[str, Mapping[str, Any]]
    """Network -> its block of the configuration."""


@dataclass(slots=True)
class _BlockHeld:
    """What a block holds."""

    items: list[Item | None] = field(default_factory=list)
    """None stands for the next outline."""
    outlines: bytes = b""
    posts_by_file: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class _FileTask:
    """A file of `data/` to be made."""

    lines: bytes
    """The posts of the files, each as often as it was met."""
    decisions: dict[str, _Decision]
    """By id of the posts that stay."""
    whole_posts: list[Post]
    """More posts of the file, as they are to be stored."""


class Shuffle:
    """The posts of one import.

    Args:
        workers: read blocks and join posts.
        captured: what the workers need to know.
        known_ids: posts that this process has as a whole: captured, waiting and cached ones.
    """

    def __init__(self, workers: Workers, captured: Captured, known_ids: Collection[str]) -> None:
        self.written: dict[str, Post] = {}
        """By id, the posts of the files that `write` wrote, as outlines or as a whole."""
        self._workers = workers
        self._captured = captured
        self._known_ids = set(known_ids)
        self._file_of: dict[str, str] = {}
        self._torn_ids: set[str] = set()
        """Posts of which there are outlines, and that stand in another file or in this process as well."""
        self._torn_files: set[str] = set()
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `close`)
        self._pieces: dict[str, list[tuple[int, int]]] = {}

    def close(self) -> None:
        """Drop the posts that wait on disk."""
        self._spool.close()

    def read_blocks(self, blocks: Iterable[tuple[Format, Block]], setting: Setting) -> Iterator[tuple[int, list[Item]]]:
        """Read blocks on the workers (`engine.ReadBlocks`). Of most posts, the items are outlines."""
        tasks = ((len(block.content), (format_, block)) for format_, block in blocks)
        decoder = msgspec.msgpack.Decoder(list[Post])
        for size, block_held in self._workers.map(_read_block, tasks, (setting, self._captured)):
            for name, lines in block_held.posts_by_file.items():
                self._pieces.setdefault(name, []).append((self._spool.tell(), len(lines)))
                self._spool.write(lines)
            outlines = iter(decoder.decode(block_held.outlines))
            items = [next(outlines) if item is None else item for item in block_held.items]
            self._note_places(items, setting)
            yield size, items

    def with_torn_posts(self, posts: list[Post]) -> list[Post]:
        """The posts, where those that are not in one place stand as a whole instead of as outlines."""
        if not self._torn_ids:
            return posts
        joined_posts = [post for post in posts if post.id not in self._torn_ids or not _is_outline(post)]
        decoder = msgspec.json.Decoder(Post)
        for name in sorted(self._torn_files):
            joined_posts += (post for post in decoder.decode_lines(self._lines_of(name)) if post.id in self._torn_ids)
        return joined_posts

    def write(self, store: Store, tree: Tree) -> list[Path]:
        """Write the files that outlines of the tree belong to, and take their posts out of the tree.

        Returns the paths. Raises StoreError; importing again completes the files.
        """
        outlines: dict[str, list[Post]] = {}
        for post in tree.posts.values():
            if _is_outline(post):
                outlines.setdefault(post_path(post), []).append(post)
        whole_posts: dict[str, list[Post]] = {}
        for post in tree.posts.values():
            name = post_path(post)
            if name in outlines:
                self.written[post.id] = post
                if not _is_outline(post):
                    whole_posts.setdefault(name, []).append(post)
        changed = []
        for names, contents in self._workers.map(_make_files, self._file_tasks(outlines, whole_posts), None):
            changed += store.add_files(dict(zip(names, contents, strict=True)))
        self.take_written(tree)
        return changed

    def take_written(self, tree: Tree) -> None:
        """Take the posts of the written files out of the tree: as outlines they must not be saved."""
        for post_id in self.written:
            del tree.posts[post_id]

    def _file_tasks(
        self, outlines: Mapping[str, list[Post]], whole_posts: Mapping[str, list[Post]]
    ) -> Iterator[tuple[list[str], list[_FileTask]]]:
        """Files with their names, some megabytes at a time."""
        names: list[str] = []
        tasks: list[_FileTask] = []
        size = 0
        for name in sorted(outlines):
            decisions = {post.id: (post.papers, post.in_thread, post.of) for post in outlines[name]}
            lines = self._lines_of(name)
            names.append(name)
            tasks.append(_FileTask(lines, decisions, whole_posts.get(name, [])))
            size += len(lines)
            if size >= _TASK_BYTES:
                yield names, tasks
                names, tasks, size = [], [], 0
        if tasks:
            yield names, tasks

    def _note_places(self, items: Iterable[Item], setting: Setting) -> None:
        """Note where the posts of a block are."""
        for item in items:
            post = item.post if isinstance(item, Passing) else item
            if not isinstance(post, Post):
                continue
            if not _is_outline(post):
                self._known_ids.add(post.id)
                if post.id in self._file_of:
                    self._torn_ids.add(post.id)
                    self._torn_files.add(self._file_of[post.id])
                continue
            name = post_path(without_future(post, setting.now))
            first_name = self._file_of.setdefault(post.id, name)
            if name != first_name or post.id in self._known_ids:
                self._torn_ids.add(post.id)
                self._torn_files.update((first_name, name))

    def _lines_of(self, name: str) -> bytes:
        pieces = []
        for start, size in self._pieces[name]:
            self._spool.seek(start)
            pieces.append(self._spool.read(size))
        return b"".join(pieces)


def _read_block(task: tuple[Format, Block], shared: tuple[Setting, Captured]) -> _BlockHeld:
    """Read one block, on a worker."""
    format_, block = task
    setting, captured = shared
    reduce = reducer(lambda network: captured.settings.get(network, {}))
    content = _BlockHeld()
    outlines = []
    posts_by_file: dict[str, list[Post]] = {}
    for item in format_.parse(block, setting):
        if not isinstance(item, Post):
            content.items.append(item)
            continue
        post = with_own_papers(without_future(item, setting.now))
        name = post_path(post)
        if name in captured.files or short_links(post) or reduce(post) != post:
            content.items.append(item)
            continue
        content.items.append(None)
        outlines.append(_outline(item, post))
        posts_by_file.setdefault(name, []).append(post)
    content.outlines = msgspec.msgpack.encode(outlines)
    encoder = msgspec.json.Encoder()
    content.posts_by_file = {name: encoder.encode_lines(posts) for name, posts in posts_by_file.items()}
    return content


def _outline(stated: Post, post: Post) -> Post:
    """The post as stated, with what an import decides by: its papers, and the versions and unread hosts it names."""
    links = {link for link in post.links if unread_host(link)}
    for paper_id, version in newest_versions([post]).items():
        links.add(f"https://arxiv.org/abs/{paper_id}v{version}")
    return msgspec.structs.replace(
        stated,
        text=None,
        lang=None,
        links=tuple(sorted(links)),
        papers=post.papers,
        counts=None,
        trackers=(_OUTLINE,),
    )


def _is_outline(post: Post) -> bool:
    return post.trackers == (_OUTLINE,)


def _make_files(tasks: list[_FileTask], _: None) -> list[bytes]:
    """The contents of files, on a worker."""
    decoder = msgspec.json.Decoder(Post)
    encoder = msgspec.json.Encoder()
    contents = []
    for task in tasks:
        posts = {post.id: post for post in task.whole_posts}
        for post in decoder.decode_lines(task.lines):
            if post.id in task.decisions:
                merge_into(posts, post, merge_posts)
        for post_id, (papers, in_thread, of) in task.decisions.items():
            posts[post_id] = msgspec.structs.replace(posts[post_id], papers=papers, in_thread=in_thread, of=of)
        contents.append(encoder.encode_lines([posts[post_id] for post_id in sorted(posts)]))
    return contents
