"""The elements of a JSON array of any size, one at a time: memory for one element, time linear in the bytes. Pure.

Only brackets, strings and the commas between elements are looked at; whether an element is valid JSON is found by who
decodes it. A JavaScript assignment may stand before the array (`window.YTD.tweets.part0 = [`) and a semicolon after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

LONGEST = 8 * 1_048_576
"""Bytes of an element; a longer one is passed over and stands as TOO_LONG in its place."""
TOO_LONG = b"\x00"
"""In the place of an element that is longer than the limit: it is no JSON."""

NOTHING = b","
"""In the place of an element that is missing between two commas: it is no JSON either."""

_LONGEST_PREFIX = 1024
_PREFIX = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:(?:var\s+)?[A-Za-z_$][\w$.]*(?:\[\"[^\"\]]*\"\])?\s*=\s*)?")
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BETWEEN = re.compile(rb'[^"\[\]{},]*+(?:' + _STRING + rb'[^"\[\]{},]*+)*+', re.DOTALL)
"""Up to the next bracket or comma; strings are passed over whole."""
_INSIDE = re.compile(rb'[^"\[\]{}]*+(?:' + _STRING + rb'[^"\[\]{}]*+)*+', re.DOTALL)
"""Inside of an element commas are nothing to us."""
_IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_OPENING, _CLOSING = frozenset(b"[{"), frozenset(b"]}")
_QUOTE, _COMMA = ord('"'), ord(",")


class ArrayError(ValueError):
    """What comes is no array, or not all of it; the message says which. Elements before it are good."""


def elements(chunks: Iterable[bytes], *, longest: int = LONGEST) -> Iterator[bytes]:
    """The array's elements as their bytes, without the white space around them.

    Args:
        chunks: the bytes, in pieces of any size.
        longest: bytes of an element; a longer one becomes TOO_LONG.

    Raises:
        ArrayError: it does not begin with an array, ends before the array does, or goes on after it.
    """
    scanner = _Scanner(longest)
    for chunk in chunks:
        yield from scanner.feed(chunk)
    scanner.finish()


class _Scanner:
    """Where in the array the reading is, between two chunks."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._buffer = b""
        self._place = 0
        """Of the buffer: everything before was looked at."""
        self._depth = 0
        """0 before the array, 1 between elements."""
        self._in_string = False
        self._too_long = False
        self._ended = False
        self._some = False
        """An element or a comma was met."""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take in some bytes; the elements that end in them."""
        self._buffer += chunk
        if self._depth == 0 and not self._ended and not self._enter():
            return
        start = 0
        while not self._ended and (end := self._next_end()) is not None:
            found = self._buffer[start : end - 1].strip()
            start = end
            if element := self._element(found):
                yield element
        self._keep_from(start)
        if self._ended and self._buffer.strip(b" \t\r\n;"):
            raise ArrayError("something follows the end of the list")

    def finish(self) -> None:
        """No more bytes come. Raises ArrayError where the array has not ended."""
        if self._ended:
            return
        if self._depth == 0:
            raise ArrayError("it is empty" if not self._buffer.strip() else _no_list(self._buffer))
        raise ArrayError("it is cut off: the list does not end")

    def _enter(self) -> bool:
        """Find the bracket that opens the array; False where more bytes are needed for that."""
        prefix = _PREFIX.match(self._buffer)
        place = prefix.end() if prefix else 0
        if place < len(self._buffer) and self._buffer[place : place + 1] == b"[":
            self._buffer, self._place, self._depth = self._buffer[place + 1 :], 0, 1
            return True
        if len(self._buffer) > _LONGEST_PREFIX:
            raise ArrayError(_no_list(self._buffer))
        return False

    def _next_end(self) -> int | None:
        """Just behind the comma or bracket that ends the next element; None where more bytes are needed."""
        buffer, size = self._buffer, len(self._buffer)
        while self._place < size:
            if self._in_string:
                self._place = _end(_IN_STRING, buffer, self._place)
                if self._place == size or buffer[self._place] != _QUOTE:
                    return None  # the buffer ends in the string, or in a backslash of it
                self._in_string = False
                self._place += 1
                continue
            self._place = _end(_BETWEEN if self._depth == 1 else _INSIDE, buffer, self._place)
            if self._place == size:
                return None
            mark = buffer[self._place]
            self._place += 1
            if self._passes(mark):
                return self._place
        return None

    def _passes(self, mark: int) -> bool:
        """Note a bracket, a comma or the quote of a string that is not whole yet; True where it ends an element."""
        if mark == _QUOTE:
            self._in_string = True
        elif mark in _OPENING:
            self._depth += 1
        elif mark in _CLOSING:
            self._depth -= 1
            self._ended = self._depth == 0
        return self._ended or (mark == _COMMA and self._depth == 1)

    def _element(self, found: bytes) -> bytes | None:
        """What stands between two commas; nothing there is right only in an empty array."""
        too_long, self._too_long = self._too_long or len(found) > self._longest, False
        last_of_none = self._ended and not self._some
        self._some = True
        if too_long:
            return TOO_LONG
        return None if not found and last_of_none else found or NOTHING

    def _keep_from(self, start: int) -> None:
        """Forget what was looked at, but for the beginning of an element."""
        kept = self._buffer[start:]
        if self._too_long or (len(kept) > self._longest and not self._ended):
            self._too_long = True
            kept = self._buffer[self._place :]
            start = self._place
        self._buffer = kept
        self._place -= start


def _end(pattern: re.Pattern[bytes], buffer: bytes, place: int) -> int:
    found = pattern.match(buffer, place)
    return found.end() if found else place


def _no_list(buffer: bytes) -> str:
    return f"it is no list of posts; it begins with {buffer[:40].decode('utf-8', 'replace')!a}"
