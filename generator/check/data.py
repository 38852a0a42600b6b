"""What is wrong in `data/`: damaged lines, records in the wrong file, ids and times that cannot be. Reads only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from generator.check.history import lost_records, with_restoring
from generator.fetch.archives.json_lines import check_moment, check_names
from generator.finding import arxiv_id
from generator.model.errors import Problem, RecordError, StoreError
from generator.model.records import Paper, Post
from generator.model.tree import Tree
from generator.storage.places import paper_path, post_path
from generator.storage.store import Store

_KNOWN = (
    re.compile(r"posts/[a-z]{1,20}/\d{4}/\d\d/\d\d\.jsonl"),
    re.compile(r"papers/\d{4}/[a-z0-9-]+\.jsonl"),
    re.compile(r"announced/\d{4}\.jsonl"),
    re.compile(r"state/[a-z]{1,20}\.json"),
    re.compile(r"(pending|gone)\.jsonl|schema\.json|\.gitkeep|\.lock"),
    re.compile(r"quarantine/.*"),
    re.compile(r"\.git(/.*)?"),  # data/ may be a branch of its own, checked out here
)


def check_data(data: Path, reduce: Callable[[Post], Post] = lambda post: post) -> list[Problem]:
    """Check every file of a data tree, one after the other.

    Args:
        data: its folder.
        reduce: what of a post may stand there.

    Raises:
        StoreError: it was written by a newer version, or cannot be read at all.
    """
    survey = Store(data).survey()
    damaged = {problem.place for problem in survey.problems}
    problems = [*with_restoring(survey.problems, data), *lost_records(data)]
    for path in sorted(data.rglob("*")):
        if path.is_file():
            problems += _check_file(path, path.relative_to(data).as_posix(), damaged, reduce)
    problems += _check_ids(data, Store(data).open())
    return sorted(problems, key=lambda problem: _order(problem.place))


def _check_file(path: Path, name: str, damaged: set[str], reduce: Callable[[Post], Post]) -> Iterator[Problem]:
    if not any(pattern.fullmatch(name) for pattern in _KNOWN):
        yield Problem(str(path), "is no file of data/ (docs/data-format.md) and never read: move it elsewhere")
        return
    if name.startswith("posts/"):
        yield from _check_records(path, name, Post, damaged, reduce)
    elif name.startswith("papers/"):
        yield from _check_records(path, name, Paper, damaged)


def _check_records(
    path: Path, name: str, noun: Any, damaged: set[str], reduce: Callable[[Post], Post] | None = None
) -> Iterator[Problem]:
    decoder = msgspec.json.Decoder(noun)
    before = ""
    for number, line in enumerate(_read(path).split(b"\n"), 1):
        place = f"{path}:{number}"
        if not line.strip() or place in damaged:
            continue
        try:
            record = decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue  # reported by the store already
        try:
            _check_record(record, name)
        except (RecordError, ValueError, IndexError) as error:
            yield Problem(place, f"{record.id!a:.120}: {error}")
        if reduce and reduce(record) != record:
            yield Problem(
                place,
                f"{record.id!a:.120}: more of it stands here than networks.{record.network}.keep allows: `check --fix` "
                "moves that to the cache",
            )
        if record.id <= before:
            yield Problem(place, f"{record.id!a:.120} is there twice or out of order: `check --fix` puts it right")
        before = record.id


def _check_record(record: Post | Paper, name: str) -> None:
    if isinstance(record, Post):
        names = {"id": record.id, "of": record.of, "account.id": record.account.id}
        check_names(record.network, names, record.url)
        check_moment(record.posted_at, "posted_at")
        check_moment(record.seen_at, "seen_at")
        for paper_id in record.papers:
            _check_paper_id(paper_id, "papers")
        right = post_path(record)
    else:
        _check_paper_id(record.id, "id")
        right = paper_path(record)
    if right != name:
        raise RecordError("", f"belongs into {right}: `check --fix` moves it")


def _check_paper_id(paper_id: str, where: str) -> None:
    parts = arxiv_id.parse_id(paper_id)
    if parts is None or parts.id != paper_id:
        raise RecordError(where, f"{paper_id!a:.80} is no id of arXiv without version and subject class")


def _check_ids(data: Path, tree: Tree) -> Iterator[Problem]:
    for paper_id in tree.pending:
        parts = arxiv_id.parse_id(paper_id)
        if parts is None or parts.id != paper_id:
            yield Problem(str(data / "pending.jsonl"), f"{paper_id!a:.80} is no id of arXiv: remove its line")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: cannot read: {error.strerror or error}") from error


def _order(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    return (path, int(line)) if line.isdigit() else (place, 0)
