"""Where records are stored: the files of each kind, and what a line can be."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Generic, TypeVar

import msgspec

from generator.finding import arxiv_id
from generator.model.records import Announced, GonePost, NetworkState, Paper, PendingPaper, Post

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What damage can be: not JSON, not the record's shape, not text, or nested without end."""

Record = TypeVar("Record", Post, Paper, PendingPaper, GonePost, Announced)


_YEARS = range(1970, 2200)
"""Of a time that can be true. Near the ends of what `datetime` holds, adding a day fails."""
_TIMES: dict[type[msgspec.Struct], tuple[str, ...]] = {
    Post: ("posted_at", "seen_at"),
    Paper: ("submitted_at", "revised_at", "fetched_at"),
    PendingPaper: ("next_at", "first_at"),
}


@dataclass(slots=True)
class Kind(Generic[Record]):
    """Where one kind of record is stored."""

    record: type[Record]
    place: re.Pattern[str]
    """Pattern of its files, relative to the tree."""
    path_of: Callable[[Record], str]


def post_path(post: Post) -> str:
    """`posts/<network>/<YYYY>/<MM>/<DD>.jsonl`, by `posted_at` (UTC)."""
    day = post.posted_at.astimezone(UTC)
    return f"posts/{post.network}/{day.year:04d}/{day.month:02d}/{day.day:02d}.jsonl"


def paper_path(paper: Paper) -> str:
    """`papers/<YYMM>/<bucket>.jsonl`."""
    return bucket_path(paper.id)


def bucket_path(paper_id: str) -> str:
    """The file of a paper, by its id."""
    month, bucket = arxiv_id.bucket_of(paper_id)
    return f"papers/{month}/{bucket}.jsonl"


def announced_path(announced: Announced) -> str:
    """`announced/<YYYY>.jsonl`, by the first day."""
    return f"announced/{min(announced.on.values(), default='0000')[:4]}.jsonl"


POSTS = Kind(Post, re.compile(r"posts/[^/]+/[^/]+/[^/]+/[^/]+\.jsonl"), post_path)
PAPERS = Kind(Paper, re.compile(r"papers/[^/]+/[^/]+\.jsonl"), paper_path)
PENDING = Kind(PendingPaper, re.compile(r"pending\.jsonl"), lambda _: "pending.jsonl")
GONE = Kind(GonePost, re.compile(r"gone\.jsonl"), lambda _: "gone.jsonl")
ANNOUNCED = Kind(Announced, re.compile(r"announced/[^/]+\.jsonl"), announced_path)


class Lines(Generic[Record]):
    """Decodes the lines of a file. Both methods raise one of UNREADABLE."""

    def __init__(self, noun: type[Record]) -> None:
        self._decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(noun)
        self._times = _TIMES.get(noun, ())

    def decode_all(self, content: bytes) -> list[Record]:
        """The records of a whole file."""
        records = self._decoder.decode_lines(content)
        for record in records:
            self._check(record)
        return records

    def decode(self, line: bytes) -> Record:
        """The record of one line."""
        record = self._decoder.decode(line)
        self._check(record)
        return record

    def _check(self, record: Record) -> None:
        for name in self._times:
            time = getattr(record, name)
            if time is not None and time.year not in _YEARS:
                raise msgspec.ValidationError(f"{time.year} cannot be the year of `{name}`")


def read_records(noun: type[Record], content: bytes) -> list[Record]:
    """The records of a file; damaged lines are left out."""
    lines = Lines(noun)
    with contextlib.suppress(*UNREADABLE):
        return lines.decode_all(content)
    records = []
    for line in content.split(b"\n"):
        with contextlib.suppress(*UNREADABLE):
            records.append(lines.decode(line))
    return records


def encode_state(state: NetworkState) -> bytes:
    """State is small and read by people who look for trouble: indented, keys in order."""
    plain = msgspec.to_builtins(state)
    for name in ("cursors", "accounts", "spent_usd"):
        plain[name] = dict(sorted(plain[name].items()))
    # Most networks have none of these.
    for name in ("lacks", "not_before", "spent_usd"):
        if not plain[name]:
            del plain[name]
    return msgspec.json.format(msgspec.json.encode(plain), indent=1) + b"\n"
