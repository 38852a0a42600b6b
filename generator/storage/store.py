"""The only reader and writer of `data/` (docs/data-format.md).

Laws: the same content is the same bytes; a file is replaced whole and atomically, and only if its content changed; a
line that cannot be read is reported with its place and kept where it is; cursors are written after what they cover.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any

import msgspec

from generator.model.errors import Problem, StoreError
from generator.model.records import NetworkState, Post
from generator.model.tree import Tree
from generator.storage.data_files import cause_of_damage, check_inside, data_files
from generator.storage.disk import read_file, remove_files, sweep, write_files
from generator.storage.places import (
    ANNOUNCED,
    GONE,
    PAPERS,
    PENDING,
    POSTS,
    UNREADABLE,
    Kind,
    Lines,
    Record,
    encode_state,
    paper_path,
    post_path,
    read_records,
)
from generator.storage.survey import Survey

__all__ = ["SCHEMA_VERSION", "Store", "Survey", "Tree"]

SCHEMA_VERSION = 1
QUARANTINE = "quarantine"
TEXTS = "texts.jsonl"
"""In the cache: posts in full of which less, or nothing, may stand in `data/`."""


@dataclass(slots=True)
class _File:
    """One file as it was read: what is needed to write it again without losing anything, and not its bytes."""

    digest: bytes
    damaged: list[bytes] = field(default_factory=list)

    @classmethod
    def of(cls, content: bytes) -> _File:
        return cls(_digest(content))


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


_FIRST: tuple[str, ...] = ("schema.json", "gone.jsonl")
"""What is durable before anything else changes."""
_STATE = re.compile(r"state/[^/]+\.json")


class Store:
    """A data tree on disk. `cache` holds what may not be published: losing it costs text of X posts, never records."""

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self.root = root
        self.cache = cache
        self._files: dict[str, _File] = {}
        self._paths: dict[str, Path] = {}
        """The files of the tree, by their place in it."""
        self._is_open = False
        self._is_swept = False

    def load(self) -> Tree:
        """Read everything. Damaged lines are reported in `problems` and stay on disk.

        Raises:
            StoreError: the tree was written by a newer version, or a file cannot be read at all.
        """
        self._find_files()
        tree = Tree()
        for gone in self._read(GONE, tree.problems):
            tree.gone[gone.id] = gone
        self.read_into(tree, self._paths)
        self._read_small_files(tree)
        return tree

    def open(self) -> Tree:
        """Read everything but posts and papers; `read_into` adds those of single files. Raises StoreError."""
        self._find_files()
        tree = Tree()
        for gone in self._read(GONE, tree.problems):
            tree.gone[gone.id] = gone
        self._read_small_files(tree)
        return tree

    def record_files(self) -> dict[str, Path]:
        """The files with posts or papers that `open` met, by their place in the tree.

        A temporary file of a killed run is none of them: it goes when the store is written to.
        """
        files = {}
        for name, path in self._paths.items():
            if POSTS.place.fullmatch(name) or PAPERS.place.fullmatch(name):
                files[name] = path
        return files

    def read_into(self, tree: Tree, names: Iterable[str]) -> None:
        """Add the posts and papers of files to a tree of this store. Files that were read are not read again."""
        unread = sorted(name for name in set(names) if name in self._paths and name not in self._files)
        for post in self._read(POSTS, tree.problems, unread):
            tree.add_post(post)
        for paper in self._read(PAPERS, tree.problems, unread):
            tree.add_paper(paper)

    def has_read(self, name: str) -> bool:
        """Whether a file's records are in the tree that was read."""
        return name in self._files

    def forget_records(self, tree: Tree) -> None:
        """Drop the posts and papers of a tree that was saved: their files are as unread as others."""
        tree.posts.clear()
        tree.papers.clear()
        for name in self.record_files():
            self._files.pop(name, None)

    def posts_of(self, name: str) -> list[Post]:
        """The posts of a file, which is not counted as read. Raises StoreError."""
        return read_records(Post, read_bytes(self._paths[name]))

    def ids_of(self, name: str) -> set[str]:
        """Ids of the posts or papers of a file, which is not counted as read. Raises StoreError."""
        kind: Kind[Any] = POSTS if POSTS.place.fullmatch(name) else PAPERS
        return {record.id for record in read_records(kind.record, read_bytes(self._paths[name]))}

    def _find_files(self) -> None:
        self._files = {}
        self._paths = {path.relative_to(self.root).as_posix(): path for path in data_files(self.root)}
        self._is_open = True
        self._check_schema()

    def _read_small_files(self, tree: Tree) -> None:
        for pending in self._read(PENDING, tree.problems):
            tree.add_pending(pending)
        for announced in self._read(ANNOUNCED, tree.problems):
            tree.add_announced(announced)
        tree.states = self._read_states(tree.problems)
        tree.drop_waiting_for_gone()

    def _read_what_changes(self, tree: Tree) -> None:
        """Read the files that records of the tree belong to, so that writing these files loses no other record."""
        while True:
            names = {post_path(post) for post in tree.posts.values()}
            names.update(paper_path(paper) for paper in tree.papers.values())
            if not any(name in self._paths and name not in self._files for name in names):
                return
            self.read_into(tree, names)

    def survey(self) -> Survey:
        """Count the records without keeping them: the memory is that of the largest file. Raises StoreError."""
        self._find_files()
        survey = Survey()
        for post in self._read(POSTS, survey.problems):
            survey.posts[post.network] += 1
            survey.last_seen_at = max(post.seen_at, survey.last_seen_at or post.seen_at)
        survey.papers = sum(1 for _ in self._read(PAPERS, survey.problems))
        survey.pending = sum(1 for _ in self._read(PENDING, survey.problems))
        survey.gone = sum(1 for _ in self._read(GONE, survey.problems))
        survey.announced = list(self._read(ANNOUNCED, survey.problems))
        survey.states = self._read_states(survey.problems)
        return survey

    def is_empty(self) -> bool:
        """True if the tree has no post and no paper."""
        return not any(True for pattern in ("posts/**/*.jsonl", "papers/**/*.jsonl") for _ in self.root.glob(pattern))

    def save(self, tree: Tree) -> list[Path]:
        """Write what differs from what `load` read, in the order in which a kill does no harm.

        First the ids of the posts that are gone, so that no post leaves before it is known to be gone. Then papers and
        posts, then the state that covers them.

        Returns the changed paths, sorted. Raises StoreError; the old content is whole then.
        """
        if not self._is_open and self.root.exists() and not self.is_empty():
            raise StoreError(f"{self.root}: save() before load() would drop what is there; load first")
        if not self._is_swept:
            sweep(self.root)
            self._is_swept = True
        self._read_what_changes(tree)
        files: dict[str, bytes | None] = {"schema.json": msgspec.json.encode({"version": SCHEMA_VERSION}) + b"\n"}
        for kind, records in self._contents(tree):
            files.update(self._encode(kind, records))
        # A damaged line outlives the records beside it.
        for path, file in self._files.items():
            if file.damaged and path.startswith("state/"):
                files[f"{QUARANTINE}/{path}"] = self._quarantined(path, file)
            elif file.damaged:
                files.setdefault(path, b"".join(line + b"\n" for line in file.damaged))
        states: dict[str, bytes | None] = {
            f"state/{network}.json": encode_state(state) for network, state in tree.states.items()
        }
        first = {path: files.pop(path) for path in _FIRST if path in files}
        gone = self._replace(first, [])
        before = [path for path in self._files if path not in first]
        covered = self._replace(files, [path for path in before if not path.startswith("state/")])
        state = self._replace(states, [path for path in before if path.startswith("state/")])
        return sorted([*gone, *covered, *state])

    def add_files(self, contents: Mapping[str, bytes]) -> list[Path]:
        """Write new canonical files, by their place. They count as unread, so `save` keeps them. Raises StoreError."""
        paths = self._replace(contents, [])
        self._files = {name: file for name, file in self._files.items() if name not in contents}
        return paths

    def load_texts(self) -> dict[str, Post]:
        """Posts in full whose text may not stand in `data/` (X): from the cache, empty where there is none."""
        path = self._texts_path()
        if path is None or not path.is_file():
            return {}
        texts: dict[str, Post] = {}
        for line in read_file(path).splitlines():
            with contextlib.suppress(*UNREADABLE):
                post = msgspec.json.decode(line, type=Post)
                texts[post.id] = post
        return texts

    def save_texts(
        self,
        texts: Mapping[str, Post],
        tree: Tree,
        unsettled: Collection[str] | None = None,
        unread_ids: Collection[str] = (),
    ) -> None:
        """Keep the posts that the tree still needs in full (`Tree.needed_texts`); the others are dropped here too."""
        path = self._texts_path()
        if path is None:
            return
        needed = [post for _, post in sorted(tree.needed_texts(texts, unsettled, unread_ids).items())]
        content = msgspec.json.Encoder().encode_lines(needed)
        if not path.is_file() or read_file(path) != content:
            write_files({path: content})

    def _texts_path(self) -> Path | None:
        return self.cache / TEXTS if self.cache else None

    def quarantine(self, tree: Tree) -> list[Path]:
        """Move every damaged line to `quarantine/<its file>`; returns the files written there."""
        moved: dict[Path, bytes] = {}
        for path, file in sorted(self._files.items()):
            if file.damaged:
                moved[self.root / QUARANTINE / path] = self._quarantined(path, file)
        write_files(moved)
        for file in self._files.values():
            file.damaged.clear()
        self.save(tree)
        return list(moved)

    def _quarantined(self, path: str, file: _File) -> bytes:
        """What is in the file's quarantine, with its damaged lines at the end."""
        target = self.root / QUARANTINE / path
        check_inside(target, self.root)
        before = read_file(target) if target.is_file() else b""
        damaged_lines = b"".join(line + b"\n" for line in file.damaged)
        return before.removesuffix(damaged_lines) + damaged_lines

    def _contents(self, tree: Tree) -> Iterator[tuple[Kind[Any], Iterable[Any]]]:
        yield PAPERS, tree.papers.values()
        yield POSTS, tree.posts.values()
        yield PENDING, tree.pending.values()
        yield GONE, tree.gone.values()
        yield ANNOUNCED, tree.announced.values()

    def _encode(self, kind: Kind[Record], records: Iterable[Record]) -> dict[str, bytes | None]:
        """Every file of a kind -> its new content; None where it is as it was, so that memory holds changes alone."""
        by_path: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_path[kind.path_of(record)].append(record)
        encoded: dict[str, bytes | None] = {}
        for path, group in by_path.items():
            group.sort(key=lambda record: record.id)
            content = msgspec.json.Encoder().encode_lines(group)
            file = self._files.get(path)
            if file and file.damaged:
                content += b"".join(line + b"\n" for line in file.damaged)
            is_new = file is None or file.digest != _digest(content)
            encoded[path] = content if is_new else None
        return encoded

    def _replace(self, files: Mapping[str, bytes | None], known_paths: list[str]) -> list[Path]:
        changed = {}
        for path, content in files.items():
            file = self._files.get(path)
            if content is not None and (file is None or file.digest != _digest(content)):
                changed[path] = content
        stale = [path for path in known_paths if path not in files]
        for folder in {(self.root / path).parent for path in (*changed, *stale)}:
            check_inside(folder, self.root)
        try:
            write_files({self.root / path: content for path, content in changed.items()})
            remove_files([self.root / path for path in stale], self.root)
        except OSError as error:
            raise StoreError(f"{error.filename or self.root}: cannot write: {error.strerror or error}") from error
        for path in stale:
            del self._files[path]
            del self._paths[path]
        for path, content in changed.items():
            file = self._files.setdefault(path, _File.of(content))
            file.digest = _digest(content)
            self._paths[path] = self.root / path
        return [self.root / path for path in (*changed, *stale)]

    def _check_schema(self) -> None:
        path = self._paths.get("schema.json")
        if path is None:
            return
        content = read_bytes(path)
        self._files["schema.json"] = _File.of(content)
        try:
            version = msgspec.json.decode(content, type=dict[str, Annotated[int, msgspec.Meta(ge=1)]])["version"]
        except (*UNREADABLE, KeyError) as error:
            raise StoreError(f'{path}: unreadable ({error}); restore it from git: it holds {{"version": N}}') from error
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{path}: this data was written by a newer version of the program (schema {version}; this one knows "
                f"{SCHEMA_VERSION}); update the software first"
            )

    def _read(
        self, kind: Kind[Record], problems: list[Problem], names: Collection[str] | None = None
    ) -> Iterator[Record]:
        """The records of a kind, of all files or of those that are named."""
        lines = Lines(kind.record)
        for name in self._paths if names is None else names:
            if not kind.place.fullmatch(name):
                continue
            path = self._paths[name]
            content = read_bytes(path)
            file = self._files[name] = _File.of(content)
            if not content:
                problems.append(Problem(f"{path}:1", "the file is empty, which the program never leaves"))
            try:
                yield from lines.decode_all(content)
            except UNREADABLE:
                yield from _read_line_by_line(path, content, lines, file, problems)

    def _read_states(self, problems: list[Problem]) -> dict[str, NetworkState]:
        states = {}
        for name, path in self._paths.items():
            state = self._read_state(path, problems) if _STATE.fullmatch(name) else None
            if state is not None:
                states[path.stem] = state
        return states

    def _read_state(self, path: Path, problems: list[Problem]) -> NetworkState | None:
        content = read_bytes(path)
        file = self._files[path.relative_to(self.root).as_posix()] = _File.of(content)
        try:
            return msgspec.json.decode(content, type=NetworkState)
        except UNREADABLE as error:
            file.damaged.append(content.rstrip(b"\n"))
            reason = cause_of_damage(content.rstrip(b"\n"), content) or str(error)
            problems.append(Problem(f"{path}:1", f"damaged state ({reason}); the next fetch starts this network anew"))
            return None


def _read_line_by_line(
    path: Path,
    content: bytes,
    lines: Lines[Record],
    file: _File,
    problems: list[Problem],
) -> Iterator[Record]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield lines.decode(line)
        except UNREADABLE as error:
            file.damaged.append(line)
            reason = cause_of_damage(line, content) or str(error)
            message = f"damaged line ({reason}); `check --fix` moves it to {QUARANTINE}/"
            problems.append(Problem(f"{path}:{number}", message))


def read_bytes(path: Path) -> bytes:
    """The content of a file. Raises StoreError."""
    try:
        return read_file(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot read: {error.strerror or error}") from error
