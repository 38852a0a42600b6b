"""The objects of a JSON list of any size, a block of bytes at a time.

A JavaScript assignment may stand before the list (`window.YTD.tweets.part0 = [`) and a semicolon after. A block is cut
between two objects and split by msgspec, which looks at brackets and strings alone. Where that fails, because something
is damaged, the block is read one object at a time: what cannot be read costs itself and no other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

BLOCK = 2 * 1_048_576
"""Bytes that are looked at together."""
LONGEST = 8 * 1_048_576
"""Bytes of an object; a longer one is passed over and stands as TOO_LONG in its place."""
TOO_LONG = b"\x00"
"""Stands for an object that is longer than LONGEST; it is no JSON."""
_CUTS_TRIED = 8
_TAIL = 131_072
"""Bytes at the end of a block in which it may be cut."""
_OVERLAP = 256
_WINDOW = 16_384
_ESCAPE = 12
_ENDS = b" \t\r\n;}"
"""What may follow the list: the end of a script, or of an object that holds the list."""
_END = re.compile(rb"\][ \t\r\n;}]*")
_BETWEEN = re.compile(rb"[\s,]*")
_BEGIN = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:(?:var\s+)?[A-Za-z_$][\w$.]{0,200}(?:\[\"[^\"\]]{0,200}\"\])?\s*=\s*)?\[(?P<gap>\s*)"
)
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_DECODER = json.JSONDecoder(strict=False)


class ArrayError(ValueError):
    """What comes is no list, or not all of it; the message says which. Objects before it are good."""


def elements(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The list's objects as their bytes.

    Args:
        chunks: the file's bytes, in pieces of any size.

    Raises:
        ArrayError: it does not begin with a list, or ends before the list does.
    """
    blocks = _blocks(chunks)
    first = next(blocks, b"")
    begin = _BEGIN.match(first)
    if begin is None:
        raise ArrayError(_no_list(first))
    separator = _Separator.after(begin["gap"])
    rest = first[begin.end() :]
    is_last = False
    is_in_long_object = False
    while True:
        if is_in_long_object:
            match = separator.pattern.search(rest)
            is_in_long_object = match is None
            rest = rest[match.end() :] if match else rest[-_OVERLAP:]
        if not is_in_long_object:
            rows, rest, has_ended = _split(rest, separator, is_last=is_last, is_full=len(rest) > LONGEST)
            yield from rows
            if has_ended:
                return
        if is_last:
            raise ArrayError("it is cut off: the list does not end")
        if len(rest) > LONGEST:
            yield TOO_LONG
            is_in_long_object = True
        block = next(blocks, b"")
        is_last = not block
        rest += block


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for chunk in chunks:
        waiting += chunk
        if len(waiting) >= BLOCK:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


@dataclass(frozen=True, slots=True)
class _Separator:
    """What stands between two objects."""

    pattern: re.Pattern[bytes]
    is_certain: bool
    """It stands in no deeper list: no string has a line end, and deeper lists are indented further."""

    @classmethod
    def after(cls, gap: bytes) -> _Separator:
        """The separator of a list with these spaces before its first object."""
        is_certain = b"\n" in gap
        between = re.escape(gap) if is_certain else rb"\s*"
        return cls(re.compile(rb"(?<=\})\s*," + between + rb"(?=\{)"), is_certain)


def _split(block: bytes, separator: _Separator, *, is_last: bool, is_full: bool) -> tuple[list[bytes], bytes, bool]:
    """(objects, what is left of the block, whether the list has ended)."""
    if is_last:
        rows = _decoded(block.rstrip(_ENDS))
        if rows is not None:
            return rows, b"", True
    cuts = list(separator.pattern.finditer(block, max(0, len(block) - _TAIL)))
    for cut in reversed(cuts[-_CUTS_TRIED:]):
        rows = _decoded(block[: cut.start()] + b"]")
        if rows is not None:
            return rows, block[cut.end() :], False
    return _one_by_one(block, separator, is_last=is_last, is_full=is_full)


def _decoded(content: bytes) -> list[bytes] | None:
    try:
        return [bytes(row) for row in _ROWS.decode(b"[" + content)]
    except (msgspec.DecodeError, RecursionError):
        return None


def _one_by_one(
    block: bytes, separator: _Separator, *, is_last: bool, is_full: bool
) -> tuple[list[bytes], bytes, bool]:
    """Split a block object by object, as `_split`; a damaged object ends at the next separator."""
    # A byte is a letter: only brackets and quotes count.
    text = block.decode("latin-1")
    rows: list[bytes] = []
    place = 0
    while True:
        between = _BETWEEN.match(block, place)
        place = between.end() if between else place
        if is_last and _END.fullmatch(block, place):
            return rows, b"", True
        end = _end_of_value(text, place)
        if end is None:
            match = separator.pattern.search(block, place + 1)
            is_certain = separator.is_certain or is_last or is_full
            if match is None or not is_certain:
                return rows, block[place:], False
            end = match.start()
        rows.append(block[place:end])
        place = end


def _end_of_value(text: str, place: int) -> int | None:
    """Where the value that begins at a place ends; None where it is damaged or not all there."""
    size = _WINDOW
    while True:
        window = text[place : place + size]
        try:
            return place + _DECODER.raw_decode(window)[1]
        except RecursionError:
            return None
        except json.JSONDecodeError as error:
            # An error costs time in proportion to the text: so only what may be cut is looked at again.
            may_be_cut = error.pos > len(window) - _ESCAPE or error.msg.startswith("Unterminated")
            if not may_be_cut or place + size >= len(text):
                return None
        size *= 2


def _no_list(block: bytes) -> str:
    if not block.strip():
        return "it is empty"
    return f"it is no list of posts; it begins with {block[:40].decode('utf-8', 'replace')!a}"
