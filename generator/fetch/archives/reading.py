"""Files for `import` -> what they hold, block by block."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from generator.fetch.archives.engine import ReadBlocks, read_here
from generator.fetch.archives.files import NOTHING, File, chunks
from generator.fetch.archives.formats import FORMATS, SNAPSHOT, Format
from generator.fetch.archives.items import Block, Item, Passing, Removed, Setting
from generator.fetch.archives.json_lines import without_future
from generator.fetch.archives.x import Part, kind_of
from generator.finding.mentions import with_own_papers
from generator.model.errors import Problem, RecordError, TrendingError
from generator.model.records import Paper, Post

_PROBLEMS_MAX = 1000
_ACTOR_MAX = 4_194_304


@dataclass(slots=True)
class Sorted:
    """Files by how they are read."""

    parts: list[Part] = field(default_factory=list)
    """Files of archives of X."""
    others: list[tuple[File, Format]] = field(default_factory=list)
    actors: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Place of an export of Mastodon -> what its `actor.json` says."""


@dataclass(slots=True)
class Contents:
    """What the files held."""

    posts: list[Post] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    """Ids of posts that their authors deleted."""
    problems: list[Problem] = field(default_factory=list)
    """What could not be read, the first thousand."""
    unread: int = 0
    """How many lines, elements and files could not be read."""
    passed_over: int = 0
    """Posts that name no paper and hang together with none that does."""
    from_future: int = 0
    """Posts and papers that stated a time that has not come."""

    def note(self, problem: Problem) -> None:
        """Count something that could not be read."""
        self.unread += 1
        if len(self.problems) < _PROBLEMS_MAX:
            self.problems.append(problem)


def sort_files(files: Sequence[File]) -> Sorted:
    """Find out what each file is. One that cannot be opened is read as JSON Lines, which says so.

    Raises:
        TrendingError: nothing of it is read.
    """
    by_kind = Sorted()
    for file in files:
        try:
            head = file.head()
        except RecordError:
            head = b""
        kind = kind_of(file, head)
        if kind is not None:
            by_kind.parts.append(Part(file, kind))
        elif file.path.name == "actor.json":
            by_kind.actors[file.folder] = _actor(file)
        elif file.path.suffix != ".js":
            format_ = next(format_ for format_ in FORMATS if format_.recognises(head))
            by_kind.others.append((file, format_))
    has_posts = any(part.kind in {"tweets", "likes"} for part in by_kind.parts)
    if files and not by_kind.others and not has_posts:
        raise TrendingError(f"{files[0].where}: {NOTHING}")
    return by_kind


def _actor(file: File) -> dict[str, Any]:
    try:
        content = b"".join(chunks(file))[:_ACTOR_MAX]
        plain = msgspec.json.decode(content)
    except (RecordError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def blocks_of(files: Iterable[tuple[File, Format]], contents: Contents) -> Iterator[tuple[Format, Block]]:
    """Every block of the files; a file that cannot be read on is a problem."""
    for file, format_ in files:
        try:
            for block in format_.cut(file):
                yield format_, block
        except RecordError as error:
            contents.note(Problem(error.where or file.where, error.message))


def read_files(
    files: Iterable[tuple[File, Format]],
    setting: Setting,
    contents: Contents,
    *,
    captured: Collection[str],
    on_bytes: Callable[[int], None],
    read_blocks: ReadBlocks = read_here,
) -> None:
    """Read the files into `contents`: snapshots of arXiv last, because they are asked for the papers of the others.

    Args:
        files: from `sort_files`.
        setting: what they do not say themselves. Papers that posts of the files name are wanted, too.
        contents: what was read is added to it.
        captured: ids of the posts that are in `data/`.
        on_bytes: told how many bytes were read, again and again.
        read_blocks: where blocks are read (`engine`).
    """
    snapshots: list[tuple[File, Format]] = []
    others: list[tuple[File, Format]] = []
    for file, format_ in files:
        if format_ is SNAPSHOT:
            snapshots.append((file, format_))
        else:
            others.append((file, format_))
    kept_ids = {*captured, *(post.id for post in contents.posts)}
    for chosen in (others, snapshots):
        paper_ids = {*setting.wanted, *(paper for post in contents.posts for paper in post.papers)}
        blocks = blocks_of(chosen, contents)
        for size, items in read_blocks(blocks, replace(setting, wanted=frozenset(paper_ids))):
            on_bytes(size)
            for item in items:
                post = _taken(item, contents, kept_ids, setting.now)
                if post is not None:
                    kept_ids.add(post.id)


def _taken(item: Item, contents: Contents, kept_ids: set[str], now: datetime) -> Post | None:
    """Put an item where it belongs; the post, if it is one that is kept."""
    if isinstance(item, Problem):
        contents.note(item)
        return None
    if isinstance(item, Removed):
        contents.removed.add(item.post_id)
        return None
    stated = item.post if isinstance(item, Passing) else item
    record = without_future(stated, now)
    contents.from_future += record is not stated
    if isinstance(record, Paper):
        contents.papers.append(record)
        return None
    post = with_own_papers(record)
    if isinstance(item, Passing) and not post.papers and post.of not in kept_ids:
        contents.passed_over += 1
        return None
    contents.posts.append(post)
    return post
