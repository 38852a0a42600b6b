"""Common slips in YAML that its parser does not explain: what they are, where they begin, and what to write. Pure.

`slips_in` finds those that one line alone shows; `cause_of` explains a place at which the parser gave up.
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
_BEFORE_KEY = re.compile(r"^\s*(?:- +)*")
_BARE_MEMBER = re.compile(r"\s*[^\s:#]+\s*")
_TEXT_HEADER = re.compile(r":\s+[|>][+-]?\s*$")
_WORD = re.compile(r"\s*([A-Za-z_]{2,30})\s*$")


def slips_in(text: str) -> Iterator[tuple[Place, str]]:
    """Slips that one line alone shows, whatever the parser makes of it."""
    for number, line in enumerate(text.splitlines(), 1):
        if _CONFLICT.match(line):
            yield (number, 1), _CONFLICT_REMEDY
            return
        if _ODD_SPACE.match(line):
            column = _column_of_odd_space(line)
            yield (number, column), "has a space of another kind (U+00A0 or the like): delete it and type a space"
            continue
        hashtag = _HASHTAG.match(line)
        if hashtag:
            # Only one of the two groups matched; the start of the other is -1.
            yield (number, max(hashtag.start(1), hashtag.start(2)) + 1), _HASHTAG_REMEDY


def _column_of_odd_space(line: str) -> int:
    for column, character in enumerate(line, 1):
        if character.isspace() and character not in " \t":
            return column
    return 1


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
    cause = _left_open(lines, problem, place, opened) or _in_line(place[0], line)
    if not cause and above:
        cause = _in_line(*above) or _without_colon(lines, above)
    if not cause and "expected ':'" in problem and _BARE_MEMBER.fullmatch(line):
        cause = place, "is neither a key with its colon nor a member of a list: write `- ` before it"
    return cause or _indentation(lines, problem, place, above)


def _without_colon(lines: list[str], above: tuple[int, str]) -> tuple[Place, str] | None:
    """A line of words alone: the text of the key above it, or a key itself."""
    header = _line_above(lines, above[0])
    if header and _TEXT_HEADER.search(header[1]):
        return (above[0], 1), "stands outside of the text that `|` begins: indent it further than the key above"
    word = _WORD.fullmatch(above[1])
    return ((above[0], word.start(1) + 1), f"lacks its colon: write `{word[1]}:`") if word else None


def _left_open(lines: list[str], problem: str, place: Place, opened: Place | None) -> tuple[Place, str] | None:
    """A quote or bracket that nothing closes."""
    if opened is None or opened[0] > len(lines):
        return None
    mark = lines[opened[0] - 1][opened[1] - 1 : opened[1]]
    if mark == '"' and ("escape" in problem or "hexdecimal" in problem):
        return opened, "has a backslash that YAML cannot read between \" and \": put the text between ' and '"
    if mark in {"'", '"'}:
        return opened, "opens a quote that nothing closes: put the same mark at the end of the text"
    is_open = place[0] > opened[0] and _count(lines, "{[") > _count(lines, "}]")
    at_end = place[0] > len(lines) and ("',' or" in problem or "node content" in problem)
    if _HASHTAG_IN_LIST.match(lines[opened[0] - 1]) or not (at_end or (is_open and mark in {"{", "["})):
        return None
    return opened, "opens a bracket that nothing closes"


def _count(lines: list[str], characters: str) -> int:
    """How often the characters stand in the lines."""
    return sum(line.count(character) for line in lines for character in characters)


def without_space(text: str) -> str | None:
    """`title:My page` or `title = My page`, read as one text -> what to write."""
    match = _NO_SPACE.fullmatch(text) or _EQUALS.fullmatch(text)
    if match:
        return f"{match[2]}: {match[3].strip()}"
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
    hashtag = _HASHTAG_IN_LIST.match(line)
    if hashtag:
        return (number, hashtag.start(1) + 1), _HASHTAG_REMEDY
    if line.lstrip().startswith("//"):
        return (number, len(indent) + 1), "a comment begins with #, not with //"
    correction = without_space(line)
    if correction:
        key = re.search(r"[A-Za-z_]", line)
        column = key.start() + 1 if key else 1
        return (number, column), f"has no colon and space behind the key: write `{correction}`"
    opened = line.count("{") + line.count("[")
    closed = line.count("}") + line.count("]")
    if opened == closed and line.rstrip().endswith(("},", "],")):
        return (number, len(line.rstrip())), "ends with a comma: remove it"
    return _in_value(number, line)


def _in_value(number: int, line: str) -> tuple[Place, str] | None:
    """What is wrong with the value of a line `key: value`."""
    match = _VALUE.fullmatch(line)
    if not match:
        return None
    value = match[2].rstrip()
    place = (number, match.start(2) + 1)
    message = None
    if value[0] in "'\"":
        mark = value[0]
        closed = re.match(rf"{mark}(?:[^{mark}\\]|\\.)*{mark}\s*(\S.*)", value)
        if closed and not closed[1].startswith("#"):
            other_mark = '"' if mark == "'" else "'"
            message = f"text goes on behind the closing quote: put all of it between {other_mark} and {other_mark}"
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
    if column > _key_column(above[1]):
        right_column = _key_column(above[1])
    else:
        right_column = _nearest_key_column(lines[: place[0] - 1], column)
    if right_column != column:
        spaces = "space" if column == 2 else "spaces"  # noqa: PLR2004
        return (place[0], column), (
            f"is indented with {column - 1} {spaces}, the key that it stands beside with {right_column - 1}: "
            "the keys of one block begin in one column"
        )
    if "'-' indicator" not in problem:
        return None
    return (place[0], column), "stands outside of the list item above it: indent it as far as that item's other keys"


def _nearest_key_column(lines: list[str], column: int) -> int:
    """The column nearest to `column` in which a key begins; of two equally near ones the right one."""
    columns = set()
    for line in lines:
        if line.strip() and not line.lstrip().startswith("#"):
            columns.add(_key_column(line))
    return min(columns, key=lambda key_column: (abs(key_column - column), -key_column))


def _key_column(line: str) -> int:
    """The column in which the key of a line begins, behind `- `."""
    return len(line) - len(_BEFORE_KEY.sub("", line)) + 1
