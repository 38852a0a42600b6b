"""The formats that `import` reads, and what their files hold.

A format recognises a file by its first bytes, cuts it into blocks, and reads a block by a pure function, so that blocks
may be read anywhere and in any order. Archives of X have a package of their own (`x`): their files belong together.
Adding a format: its module, a row in FORMATS, its names in `files`, an example in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from generator.fetch.archives.car import looks_like_car, parse_car
from generator.fetch.archives.files import File, until_broken
from generator.fetch.archives.items import Block, Item, Setting
from generator.fetch.archives.jetstream import is_event, parse_event
from generator.fetch.archives.json_lines import parse_record
from generator.fetch.archives.outbox import looks_like_outbox, parse_outbox
from generator.fetch.archives.snapshot import is_row, looks_like_snapshot, parse_row
from generator.model.errors import Problem, RecordError

BLOCK = 4 * 1_048_576
MAX_LINE = 4_194_304
WHOLE_MAX = 2 * 1_073_741_824
"""Bytes of a file that is read as one block."""
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file."""

    title: str
    recognises: Callable[[bytes], bool]
    """By its first bytes."""
    cut: Callable[[File], Iterator[Block]]
    """Raises RecordError behind the last block that could be read."""
    parse: Callable[[Block, Setting], Iterator[Item]]


def lines(file: File) -> Iterator[Block]:
    """Blocks that end with a line. Of a line longer than MAX_LINE the beginning alone is kept."""
    waiting, first = b"", 1
    failures: list[RecordError] = []
    for chunk in until_broken(file, failures):
        waiting += chunk
        end = waiting.rfind(b"\n") + 1
        if end and len(waiting) >= BLOCK:
            yield Block(file.where, first, waiting[:end])
            first += waiting.count(b"\n", 0, end)
            waiting = waiting[end:]
        elif not end and len(waiting) > MAX_LINE:
            waiting = waiting[: MAX_LINE + 1]
    if waiting:
        yield Block(file.where, first, waiting)
    if failures:
        raise failures[0]


def whole(file: File) -> Iterator[Block]:
    """The file as one block, or what there is of it."""
    content = bytearray()
    failures: list[RecordError] = []
    for chunk in until_broken(file, failures):
        content += chunk
        if len(content) > WHOLE_MAX:
            raise RecordError(file.where, f"is longer than {WHOLE_MAX:,} bytes, which no account's export is")
    yield Block(file.where, 1, bytes(content))
    if failures:
        raise failures[0]


def parse_lines(block: Block, setting: Setting) -> Iterator[Item]:
    """JSON Lines: posts and papers as in `data/`, events of Jetstream, papers of arXiv's snapshot, in any mixture."""
    for number, line in enumerate(block.content.split(b"\n"), block.first):
        content = line.removeprefix(_BOM) if number == 1 else line
        if not content.strip():
            continue
        where = f"{block.where}:{number}"
        if len(content) > MAX_LINE:
            yield Problem(where, f"is longer than {MAX_LINE:,} bytes")
            continue
        try:
            yield from _parse_line(content, setting)
        except RecordError as error:
            yield Problem(where, str(error))


def _parse_line(content: bytes, setting: Setting) -> Iterable[Item]:
    try:
        plain = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecordError("", f"is no JSON: {error}") from None
    if not isinstance(plain, dict):
        raise RecordError("", "must be a JSON object: a post or a paper")
    if is_event(plain):
        return parse_event(plain, setting)
    if is_row(plain):
        return parse_row(plain, setting.wanted, setting.now)
    return [parse_record(plain, setting.now)]


SNAPSHOT = Format("metadata snapshot of arXiv", looks_like_snapshot, lines, parse_lines)
FORMATS: tuple[Format, ...] = (
    Format("repository of Bluesky", looks_like_car, whole, parse_car),
    Format("export of Mastodon", looks_like_outbox, whole, parse_outbox),
    SNAPSHOT,
    Format("JSON Lines", lambda _: True, lines, parse_lines),
)
"""Formats in the order in which they are tried; the last accepts any file."""
