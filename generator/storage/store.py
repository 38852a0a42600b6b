"""The only reader and writer of `data/` (docs/data-format.md).

Laws: the same content is the same bytes; a file is replaced whole and atomically, and only if its content changed; a
line that cannot be read is reported with its place and kept where it is; cursors are written after what they cover.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import msgspec

from generator.finding import arxiv_id
from generator.model.errors import Problem, StoreError
from generator.model.records import Announced, GonePost, NetworkState, Paper, PendingPaper, Post
from generator.model.tree import Tree
from generator.storage.data_files import cause_of_damage, check_inside, data_files
from generator.storage.disk import read_file, remove_files, sweep, write_files

__all__ = ["SCHEMA_VERSION", "Store", "Survey", "Tree"]

SCHEMA_VERSION = 1
QUARANTINE = "quarantine"
TEXTS = "texts.jsonl"
"""In the cache: posts in full of which less, or nothing, may stand in `data/`."""

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What damage can be: not JSON, not the record's shape, not text, or nested without end."""

_Record = TypeVar("_Record", Post, Paper, PendingPaper, GonePost, Announced)


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


@dataclass(slots=True)
class _Kind(Generic[_Record]):
    """Where one kind of record is stored."""

    record: type[_Record]
    place: re.Pattern[str]
    """Pattern of its files, relative to the tree."""
    path_of: Callable[[_Record], str]


def post_path(post: Post) -> str:
    """`posts/<network>/<YYYY>/<MM>/<DD>.jsonl`, by `posted_at` (UTC)."""
    day = post.posted_at.astimezone(UTC)
    return f"posts/{post.network}/{day.year:04d}/{day.month:02d}/{day.day:02d}.jsonl"


def paper_path(paper: Paper) -> str:
    """`papers/<YYMM>/<bucket>.jsonl`."""
    month, bucket = arxiv_id.bucket_of(paper.id)
    return f"papers/{month}/{bucket}.jsonl"


def announced_path(announced: Announced) -> str:
    """`announced/<YYYY>.jsonl`, by the first day."""
    return f"announced/{min(announced.on.values(), default='0000')[:4]}.jsonl"


_POSTS = _Kind(Post, re.compile(r"posts/[^/]+/[^/]+/[^/]+/[^/]+\.jsonl"), post_path)
_PAPERS = _Kind(Paper, re.compile(r"papers/[^/]+/[^/]+\.jsonl"), paper_path)
_PENDING = _Kind(PendingPaper, re.compile(r"pending\.jsonl"), lambda _: "pending.jsonl")
_GONE = _Kind(GonePost, re.compile(r"gone\.jsonl"), lambda _: "gone.jsonl")
_ANNOUNCED = _Kind(Announced, re.compile(r"announced/[^/]+\.jsonl"), announced_path)
_FIRST: tuple[str, ...] = ("schema.json", "gone.jsonl")
"""What is durable before anything else changes."""
_STATE = re.compile(r"state/[^/]+\.json")
_KINDS: tuple[_Kind[Any], ...] = (_POSTS, _PAPERS, _PENDING, _GONE, _ANNOUNCED)


@dataclass(slots=True)
class Survey:
    """How many records a data tree holds, with the few that are small."""

    posts: Counter[str] = field(default_factory=Counter)
    """By network."""
    papers: int = 0
    pending: int = 0
    gone: int = 0
    announced: list[Announced] = field(default_factory=list)
    states: dict[str, NetworkState] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class Store:
    """A data tree on disk. `cache` holds what may not be published: losing it costs text of X posts, never records."""

    def __init__(self, root: Path, cache: Path | None = None) -> None:
        self.root = root
        self.cache = cache
        self._files: dict[str, _File] = {}
        self._paths: dict[str, Path] = {}
        """The files that `load` met, by their place in the tree."""

    def load(self) -> Tree:
        """Read everything. Damaged lines are reported in `problems` and stay on disk.

        Raises:
            StoreError: the tree was written by a newer version, or a file cannot be read at all.
        """
        self._files = {}
        self._paths = {path.relative_to(self.root).as_posix(): path for path in data_files(self.root)}
        self._check_schema()
        tree = Tree()
        for gone in self._read(_GONE, tree.problems):
            tree.gone[gone.id] = gone
        for post in self._read(_POSTS, tree.problems):
            tree.add_post(post)
        for paper in self._read(_PAPERS, tree.problems):
            tree.add_paper(paper)
        for pending in self._read(_PENDING, tree.problems):
            tree.add_pending(pending)
        for announced in self._read(_ANNOUNCED, tree.problems):
            tree.add_announced(announced)
        tree.states = self._read_states(tree.problems)
        tree.drop_waiting_for_gone()
        return tree

    def survey(self) -> Survey:
        """Count the records without keeping them: the memory is that of the largest file. Raises StoreError."""
        self._files = {}
        self._paths = {path.relative_to(self.root).as_posix(): path for path in data_files(self.root)}
        self._check_schema()
        survey = Survey()
        for post in self._read(_POSTS, survey.problems):
            survey.posts[post.network] += 1
        survey.papers = sum(1 for _ in self._read(_PAPERS, survey.problems))
        survey.pending = sum(1 for _ in self._read(_PENDING, survey.problems))
        survey.gone = sum(1 for _ in self._read(_GONE, survey.problems))
        survey.announced = list(self._read(_ANNOUNCED, survey.problems))
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
        if not self._files and self.root.exists() and not self.is_empty():
            raise StoreError(f"{self.root}: save() before load() would drop what is there; load first")
        sweep(self.root)
        files: dict[str, bytes | None] = {"schema.json": msgspec.json.encode({"version": SCHEMA_VERSION}) + b"\n"}
        for kind, records in self._contents(tree):
            files.update(self._encode(kind, records))
        for path, known in self._files.items():  # a damaged line outlives the records beside it
            if not known.damaged:
                continue
            damaged = b"".join(line + b"\n" for line in known.damaged)
            if path.startswith("state/"):
                files[f"{QUARANTINE}/{path}"] = damaged
            else:
                files.setdefault(path, damaged)
        states: dict[str, bytes | None] = {
            f"state/{network}.json": _encode_state(state) for network, state in tree.states.items()
        }
        first = {path: files.pop(path) for path in _FIRST if path in files}
        gone = self._replace(first, [])
        before = [path for path in self._files if path not in first]
        covered = self._replace(files, [path for path in before if not path.startswith("state/")])
        state = self._replace(states, [path for path in before if path.startswith("state/")])
        return sorted([*gone, *covered, *state])

    def load_texts(self) -> dict[str, Post]:
        """Posts in full whose text may not stand in `data/` (X): from the cache, empty where there is none."""
        path = self._texts_path()
        if path is None or not path.is_file():
            return {}
        texts: dict[str, Post] = {}
        for line in read_file(path).splitlines():
            with contextlib.suppress(*_UNREADABLE):
                post = msgspec.json.decode(line, type=Post)
                texts[post.id] = post
        return texts

    def save_texts(self, texts: Mapping[str, Post], tree: Tree, unsettled: Collection[str] | None = None) -> None:
        """Keep the posts that the tree still needs in full (`Tree.needed_texts`); the others are dropped here too."""
        path = self._texts_path()
        if path is None:
            return
        kept = [post for _, post in sorted(tree.needed_texts(texts, unsettled).items())]
        content = msgspec.json.Encoder().encode_lines(kept)
        if not path.is_file() or read_file(path) != content:
            write_files({path: content})

    def _texts_path(self) -> Path | None:
        return self.cache / TEXTS if self.cache else None

    def quarantine(self, tree: Tree) -> list[Path]:
        """Move every damaged line to `quarantine/<its file>`; returns the files written there."""
        moved: dict[str, bytes] = {}
        for path, known in sorted(self._files.items()):
            if known.damaged:
                target = self.root / QUARANTINE / path
                check_inside(target, self.root)
                before = read_file(target) if target.is_file() else b""
                moved[f"{QUARANTINE}/{path}"] = before + b"".join(line + b"\n" for line in known.damaged)
        write_files({self.root / path: content for path, content in moved.items()})
        for known in self._files.values():
            known.damaged.clear()
        self.save(tree)
        return [self.root / path for path in moved]

    def _contents(self, tree: Tree) -> Iterator[tuple[_Kind[Any], Iterable[Any]]]:
        yield _PAPERS, tree.papers.values()
        yield _POSTS, tree.posts.values()
        yield _PENDING, tree.pending.values()
        yield _GONE, tree.gone.values()
        yield _ANNOUNCED, tree.announced.values()

    def _encode(self, kind: _Kind[_Record], records: Iterable[_Record]) -> dict[str, bytes | None]:
        """Every file of a kind -> its new content; None where it is as it was, so that memory holds changes alone."""
        by_path: dict[str, list[_Record]] = defaultdict(list)
        for record in records:
            by_path[kind.path_of(record)].append(record)
        encoder = msgspec.json.Encoder()
        encoded: dict[str, bytes | None] = {}
        for path, group in by_path.items():
            group.sort(key=lambda record: record.id)
            content = encoder.encode_lines(group)
            known = self._files.get(path)
            if known and known.damaged:
                content += b"".join(line + b"\n" for line in known.damaged)
            is_new = known is None or known.digest != _digest(content)
            encoded[path] = content if is_new else None
        return encoded

    def _replace(self, files: Mapping[str, bytes | None], known_paths: list[str]) -> list[Path]:
        changed = {}
        for path, content in files.items():
            known = self._files.get(path)
            if content is not None and (known is None or known.digest != _digest(content)):
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
        for path, content in changed.items():
            known = self._files.setdefault(path, _File.of(content))
            known.digest = _digest(content)
        return [self.root / path for path in (*changed, *stale)]

    def _check_schema(self) -> None:
        path = self._paths.get("schema.json")
        if path is None:
            return
        content = _read_bytes(path)
        self._files["schema.json"] = _File.of(content)
        try:
            version = msgspec.json.decode(content, type=dict[str, Annotated[int, msgspec.Meta(ge=1)]])["version"]
        except (*_UNREADABLE, KeyError) as error:
            raise StoreError(f'{path}: unreadable ({error}); restore it from git: it holds {{"version": N}}') from error
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{path}: this data was written by a newer version of the program (schema {version}; this one knows "
                f"{SCHEMA_VERSION}); update the software first"
            )

    def _read(self, kind: _Kind[_Record], problems: list[Problem]) -> Iterator[_Record]:
        decoder = msgspec.json.Decoder(kind.record)
        for name, path in self._paths.items():
            if not kind.place.fullmatch(name):
                continue
            content = _read_bytes(path)
            known = self._files[name] = _File.of(content)
            if not content:
                problems.append(Problem(f"{path}:1", "the file is empty, which the program never leaves"))
            try:
                yield from decoder.decode_lines(content)
            except _UNREADABLE:
                yield from _read_line_by_line(path, content, decoder, known, problems)

    def _read_states(self, problems: list[Problem]) -> dict[str, NetworkState]:
        states = {}
        for name, path in self._paths.items():
            state = self._read_state(path, problems) if _STATE.fullmatch(name) else None
            if state is not None:
                states[path.stem] = state
        return states

    def _read_state(self, path: Path, problems: list[Problem]) -> NetworkState | None:
        content = _read_bytes(path)
        known = self._files[path.relative_to(self.root).as_posix()] = _File.of(content)
        try:
            return msgspec.json.decode(content, type=NetworkState)
        except _UNREADABLE as error:
            known.damaged.append(content.rstrip(b"\n"))
            reason = cause_of_damage(content.rstrip(b"\n"), content) or str(error)
            problems.append(Problem(f"{path}:1", f"damaged state ({reason}); the next fetch starts this network anew"))
            return None


def _read_line_by_line(
    path: Path,
    content: bytes,
    decoder: msgspec.json.Decoder[_Record],
    known: _File,
    problems: list[Problem],
) -> Iterator[_Record]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield decoder.decode(line)
        except _UNREADABLE as error:
            known.damaged.append(line)
            reason = cause_of_damage(line, content) or str(error)
            problems.append(
                Problem(f"{path}:{number}", f"damaged line ({reason}); `check --fix` moves it to {QUARANTINE}/")
            )


def _read_bytes(path: Path) -> bytes:
    try:
        return read_file(path)
    except OSError as error:
        raise StoreError(f"{path}: cannot read: {error.strerror or error}") from error


def _encode_state(state: NetworkState) -> bytes:
    """State is small and read by people who look for trouble: indented, keys in order."""
    plain = msgspec.to_builtins(state)
    for name in ("cursors", "accounts", "spent_usd"):
        plain[name] = dict(sorted(plain[name].items()))
    # Most networks have none of these.
    for name in ("lacks", "not_before", "spent_usd"):
        if not plain[name]:
            del plain[name]
    return msgspec.json.format(msgspec.json.encode(plain), indent=1) + b"\n"
