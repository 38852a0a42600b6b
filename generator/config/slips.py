"""Common slips in YAML that its parser does not explain: what they are, where they begin, and what to write. Pure.

`found_first` looks for those that spoil a file whatever the parser makes of it; `cause_of` explains a place at which
the parser gave up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Place = tuple[int, int]
"""Line and column, both from 1."""

_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)")
_HASHTAG_REMEDY = "`#` begins a comment here: write the tag without it, or put it into quotes"
_CONFLICT_REMEDY = (
    "is a conflict marker of git: keep one of the two versions, and delete the lines that begin with <<<<<<<, ======= "
    "and >>>>>>>"
)
_ODD_SPACE = re.compile(r"[ ]*[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]+\s*[\w-]+\s*:|[\w-]+:[\u00a0\u3000]")
_HASHTAG = re.compile(r"\s*(?:- )?tags:\s+(#\w)|\s*- (#\w+@)")
_HASHTAG_IN_LIST = re.compile(r"[^#]*[\[,]\s*(#\w)")
_NO_SPACE = re.compile(r"(\s*(?:- )?)([A-Za-z_]{2,30}):(?!//)([^\s:,\]}][^:]*)$")
_EQUALS = re.compile(r"(\s*(?:- )?)([A-Za-z_]{2,30})\s*=\s*(\S.*)$")
_VALUE = re.compile(r"(\s*(?:- )?[\w-]+:\s+|\s*- )(\S.*)$")
_NEEDS_QUOTES = "@`%*&!|>[{"
_WORD = re.compile(r"\s*([A-Za-z_]{2,30})\s*$")


def found_first(text: str) -> Iterator[tuple[Place, str]]:
    """Slips that are certain from one line alone."""
    for number, line in enumerate(text.splitlines(), 1):
        if _CONFLICT.match(line):
            yield (number, 1), _CONFLICT_REMEDY
            return
        if found := _ODD_SPACE.match(line):
            odd = next(place for place, character in enumerate(line) if character.isspace() and character not in " \t")
            yield (number, odd + 1), "has a space of another kind (U+00A0 or the like): delete it and type a space"
        elif found := _HASHTAG.match(line):
            yield (number, max(found.start(1), found.start(2)) + 1), _HASHTAG_REMEDY


def cause_of(text: str, problem: str, place: Place, opened: Place | None) -> tuple[Place, str] | None:
    """What made the parser give up.

    Args:
        text: the file.
        problem: the parser's words.
        place: where it gave up.
        opened: where the quote or bracket begins that it was reading.
    """
    lines = text.splitlines()
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    above = _line_above(lines, place[0])
    at_place = line[place[1] - 1 : place[1]]
    if at_place and at_place in "@`%":
        return place, f"quote a text that begins with {at_place}"
    left_open = _left_open(lines, problem, place, opened)
    if left_open:
        return left_open
    for number, checked in ((place[0], line), *([above] if above else [])):
        if slip := _in_line(number, checked):
            return slip
    if above and (found := _WORD.fullmatch(above[1])):
        return (above[0], found.start(1) + 1), f"lacks its colon: write `{found[1]}:`"
    return _indentation(lines, problem, place, above)


def _left_open(lines: list[str], problem: str, place: Place, opened: Place | None) -> tuple[Place, str] | None:
    """A quote or bracket that nothing closes."""
    if opened is None or opened[0] > len(lines):
        return None
    mark = lines[opened[0] - 1][opened[1] - 1 : opened[1]]
    if mark in {"'", '"'}:
        return opened, "opens a quote that nothing closes: put the same mark at the end of the text"
    if _HASHTAG_IN_LIST.match(lines[opened[0] - 1]):
        return None
    if place[0] > len(lines) and ("',' or" in problem or "node content" in problem):
        return opened, "opens a bracket that nothing closes"
    return None


def without_space(text: str) -> str | None:
    """`title:My page` or `title = My page`, read as one text -> what to write."""
    for pattern in (_NO_SPACE, _EQUALS):
        if found := pattern.fullmatch(text):
            return f"{found[2]}: {found[3].strip()}"
    return None


def _line_above(lines: list[str], number: int) -> tuple[int, str] | None:
    """The next line above that says something."""
    for index in range(min(number - 1, len(lines)), 0, -1):
        if lines[index - 1].strip() and not lines[index - 1].lstrip().startswith("#"):
            return index, lines[index - 1]
    return None


def _in_line(number: int, line: str) -> tuple[Place, str] | None:
    """What is wrong within one line."""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return (number, indent.index("\t") + 1), "is indented with a tab: indent with spaces, not with tabs"
    if found := _HASHTAG_IN_LIST.match(line):
        return (number, found.start(1) + 1), _HASHTAG_REMEDY
    if line.lstrip().startswith("//"):
        return (number, len(indent) + 1), "a comment begins with #, not with //"
    for pattern in (_NO_SPACE, _EQUALS):
        if found := pattern.fullmatch(line):
            meant = f"{found[2]}: {found[3].strip()}"
            return (number, found.start(2) + 1), f"has no colon and space behind the key: write `{meant}`"
    if line.rstrip().endswith(("},", "],")) and line.count("{") + line.count("[") == line.count("}") + line.count("]"):
        return (number, len(line.rstrip())), "ends with a comma: remove it"
    return _in_value(number, line)


def _in_value(number: int, line: str) -> tuple[Place, str] | None:
    """What is wrong with the value of a line `key: value`."""
    found = _VALUE.fullmatch(line)
    if not found:
        return None
    value, place = found[2].rstrip(), (number, found.start(2) + 1)
    message = None
    if value[0] in "'\"":
        mark = value[0]
        closed = re.match(rf"{mark}(?:[^{mark}\\]|\\.)*{mark}\s*(\S.*)", value)
        if closed and not closed[1].startswith("#"):
            other = '"' if mark == "'" else "'"
            message = f"text goes on behind the closing quote: put all of it between {other} and {other}"
    elif " //" in value:
        place, message = (number, line.index(" //") + 2), "a comment begins with #, not with //"
    elif value[0] in _NEEDS_QUOTES and not re.fullmatch(r"\[.*\]|\{.*\}|[|>][+-]?\d?", value):
        message = f"quote a text that begins with {value[0]}"
    elif re.search(r":\s", value) and value[0] not in "[{":
        message = "quote a text that has a colon in it"
    return (place, message) if message else None


def _indentation(
    lines: list[str], problem: str, place: Place, above: tuple[int, str] | None
) -> tuple[Place, str] | None:
    """A line that begins in a column in which nothing above it begins."""
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    if not line.strip() or not above:
        return None
    column = len(line) - len(line.lstrip()) + 1
    columns = sorted({_key_column(each) for each in lines[: place[0] - 1] if each.strip() and each.strip()[0] != "#"})
    nearest = min(columns, key=lambda each: (abs(each - column), -each))
    wanted = _key_column(above[1]) if column > _key_column(above[1]) else nearest
    if wanted != column:
        spaces = "space" if column == 2 else "spaces"  # noqa: PLR2004
        return (place[0], column), (
            f"is indented with {column - 1} {spaces}, the key that it stands beside with {wanted - 1}: "
            "the keys of one block begin in one column"
        )
    if "'-' indicator" not in problem:
        return None
    return (place[0], column), "stands outside of the list item above it: indent it as far as that item's other keys"


def _key_column(line: str) -> int:
    """Where the key of a line begins, behind `- `."""
    found = re.match(r"\s*(?:- +)*", line)
    return (found.end() if found else 0) + 1
