"""Small pictures as PNG, drawn from lines and dots without a library: what the site's mark and its plain card need.

PNG (https://www.w3.org/TR/png-3/, read 2026-11-23) with a palette: the background, and each colour in steps from it,
so that edges are smooth and files small.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from math import hypot

STEPS = 15
"""Shades between the background and a colour."""


class Raster:
    """A picture of one background colour.

    Args:
        width: pixels.
        height: pixels.
        background: `#rrggbb`.
    """

    def __init__(self, width: int, height: int, background: str) -> None:
        self.width, self.height = width, height
        self._background = _rgb(background)
        self._rows = [bytearray(width) for _ in range(height)]
        self._colours: list[tuple[int, int, int]] = []

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle around (x, y), in pixels from the top left."""
        self.line(x, x, y, radius, colour)

    def line(self, start: float, end: float, y: float, radius: float, colour: str) -> None:
        """A horizontal line with round ends: all that is within `radius` of the way from (start, y) to (end, y)."""
        first = self._first_shade(colour)
        for row in range(max(0, int(y - radius - 1)), min(self.height, int(y + radius + 2))):
            self._stroke(self._rows[row], (start, end), abs(row + 0.5 - y), radius, first)

    def stamp(self, mask: bytes, colour: str) -> None:
        """Print a mask, such as set text, where nothing stands yet.

        Args:
            mask: how much of each pixel is covered, a byte a pixel, row by row.
            colour: `#rrggbb`.
        """
        first = self._first_shade(colour)
        steps = [round(value / 255 * STEPS) for value in range(256)]
        shades = bytes(first + step - 1 if step else 0 for step in steps)
        added = mask.translate(shades)
        for number, row in enumerate(self._rows):
            printed = added[number * self.width : (number + 1) * self.width]
            if printed.strip(b"\0"):
                row[:] = (int.from_bytes(row) | int.from_bytes(printed)).to_bytes(self.width)

    def png(self) -> bytes:
        """The picture as a file."""
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, 3, 0, 0, 0)
        pixels = b"".join(b"\0" + row for row in self._rows)
        chunks = [
            (b"IHDR", header),
            (b"PLTE", bytes(self._palette())),
            (b"IDAT", zlib.compress(pixels, 9)),
            (b"IEND", b""),
        ]
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)

    def _stroke(self, row: bytearray, line: tuple[float, float], off: float, radius: float, first: int) -> None:
        """One row of a line, `off` pixels from its middle: even in its middle part, round at its ends."""
        start, end = line
        inner = (min(self.width, max(0, int(start + 1))), min(self.width, max(0, int(end))))
        shade = _shade(radius - off)
        if shade and inner[0] < inner[1]:
            row[inner[0] : inner[1]] = bytes([first + shade - 1]) * (inner[1] - inner[0])
        for column in range(max(0, int(start - radius - 1)), min(self.width, int(end + radius + 2))):
            if inner[0] <= column < inner[1]:
                continue
            middle = column + 0.5
            beyond = max(start - middle, middle - end, 0.0)
            shade = _shade(radius - hypot(beyond, off))
            if shade:
                row[column] = max(row[column], first + shade - 1)

    def _first_shade(self, colour: str) -> int:
        rgb = _rgb(colour)
        if rgb not in self._colours:
            self._colours.append(rgb)
        return 1 + self._colours.index(rgb) * STEPS

    def _palette(self) -> Iterator[int]:
        yield from self._background
        for colour in self._colours:
            for step in range(1, STEPS + 1):
                for back, front in zip(self._background, colour, strict=True):
                    yield round(back + (front - back) * step / STEPS)


def _shade(inside: float) -> int:
    """How much of a pixel is covered whose middle lies so far inside the edge, in STEPS."""
    return round(min(1.0, max(0.0, inside + 0.5)) * STEPS)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
