"""YAML bytes -> plain values, with the place of every key and value, and every problem at once. Pure.

Not `yaml.safe_load`: that expands aliases (a few lines become gigabytes), keeps the last of two equal keys without a
word, and turns `no`, `010` and `2401.01230` into something else than was written. Here the parser's events are read
one by one, so each such case is a problem with its line and column and a remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from generator.config.slips import cause_of, slips_in
from generator.model.errors import Problem

MAX_BYTES = 1_000_000
"""A configuration with 200 trackers of 20 accounts has about 150 kB."""
MAX_DEPTH = 12
MAX_NODES = 100_000

Path = tuple[str | int, ...]
Finding = tuple[Path, str]
"""Where something is wrong, and what."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = Resolver()
_PLAIN_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]{0,29})(\.[0-9]{0,30})?([eE][-+]?[0-9]{1,3})?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
SECRET_VALUE = re.compile(
    r"A{10,}[A-Za-z0-9%]{20,}"  # X, bearer
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}"
    r"|[a-z0-9]{4}(?:-[a-z0-9]{4}){3}"  # Bluesky, app password
    r"|https://hooks\.slack\.com/\S+|https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\S+"
    r"|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"  # a JSON web token
)
_TYPOGRAPHIC_QUOTES = re.compile(r"[“„«‘”].*[”“»’]")
_NAMES = frozenset({"accounts", "follows_of", "people", "mute_accounts"})
"""Where names are read as people paste them, quotes included."""
_EARLY_END = "the file ends too early"


@dataclass(frozen=True, slots=True)
class Odd:
    """A value that YAML reads as something that no key wants: a date, an octal or sexagesimal number."""

    what: str


@dataclass(slots=True)
class Document:
    """What a file says: `value` (mappings as dict, lists as tuple), and where it says so.

    `keys` and `values` map a path, such as `("trackers", 0, "id")`, to (line, column), both from 1; `raw` has every
    scalar as it was written.
    """

    value: Any = None
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    raw: dict[Path, str] = field(default_factory=dict)
    problems: list[tuple[tuple[int, int], Path, str]] = field(default_factory=list)


class _StopReading(Exception):  # noqa: N818 (not an error: the problem is noted already)
    """The rest of the file cannot be read."""


def parse(content: bytes, name: str) -> tuple[Document, list[Problem]]:
    """Read one YAML document.

    Args:
        content: the file's bytes: UTF-8, with or without a byte order mark.
        name: the file's name, for the places of problems.

    Returns:
        The document (as far as it could be read) and its problems.
    """
    text, problem = _decode(content, name)
    if problem:
        return Document(), [problem]
    reader = _Reader(text)
    reader.read()
    problems = []
    for (line, column), path, message in reader.document.problems:
        problems.append(Problem(f"{name}:{line}:{column}", with_path(path, message)))
    return reader.document, problems


def with_path(path: Path, message: str) -> str:
    """A message that begins with the key it is about; without a path the message alone."""
    return f"{dotted(path)}: {message}" if path else message


def dotted(path: Path) -> str:
    """Write a path as people do: `trackers[0].x.accounts[1]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif text:
            text += f".{shown(part)}"
        else:
            text = shown(part)
    return text


def shown(text: str, limit: int = 60) -> str:
    """Cut a text from the file, without anything that a terminal or a log could act on, for use in a message."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def quoted(text: str) -> str:
    """A text from the file in backticks; not where it may be a secret or has a password in it."""
    if SECRET_VALUE.search(text) or "@" in text.partition("://")[2].partition("/")[0]:
        return "the value (not shown)"
    if "://" in text:
        # A query often holds a secret.
        text = re.sub(r"[?#].+", lambda rest: f"{rest[0][0]}…", text, count=1, flags=re.DOTALL)
    return f"`{shown(text)}`"


def _decode(content: bytes, name: str) -> tuple[str, Problem | None]:
    if len(content) > MAX_BYTES:
        return "", Problem(name, f"has {len(content):,} bytes; {MAX_BYTES:,} are the limit")
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return "", Problem(f"{name}:{line}", "is not UTF-8 text: save the file as UTF-8")


class _Reader:
    """Builds a Document from the parser's events, without recursion in the parser."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.document = Document()
        self.nodes = 0
        self.events: Iterator[Any] = iter(())

    def read(self) -> None:
        for place, message in slips_in(self.text):
            self._note(place, (), message)
        if self.document.problems:
            return
        try:
            self.events = iter(yaml.parse(self.text, Loader=_LOADER))
            self._documents()
        except _StopReading:
            pass
        except yaml.MarkedYAMLError as error:
            self._note_marked(error)
        except yaml.reader.ReaderError as error:
            line = self.text.count("\n", 0, error.position) + 1
            self._note((line, 1), (), f"has the character {error.character!a}, which YAML does not allow: remove it")
        except yaml.YAMLError:
            self._note((1, 1), (), "is no valid YAML")

    def _note(self, place: tuple[int, int], path: Path, message: str) -> None:
        self.document.problems.append((place, path, message))

    def _note_marked(self, error: yaml.MarkedYAMLError) -> None:
        problem = str(error.problem)
        opened = _mark_place(error.context_mark)
        place = _mark_place(error.problem_mark) or opened or (1, 1)
        cause = cause_of(self.text, problem, place, opened)
        place, message = cause or (place, f"is no valid YAML: {shown(problem, 120)}")
        self._note(place, (), message)

    def _next(self) -> Any:
        event = next(self.events, None)
        if event is None:
            self._note((1, 1), (), _EARLY_END)
            raise _StopReading
        return event

    def _documents(self) -> None:
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._note(_place(event), (), "begins a second document (`---`); one is read: remove the rest")
                    return
                self.document.value = self._node(self._next(), ())

    def _node(self, event: Any, path: Path) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or len(path) > MAX_DEPTH:
            reason = "nested too deeply" if len(path) > MAX_DEPTH else "too long"
            self._note(_place(event), path[:MAX_DEPTH], f"{reason}: no configuration looks like this")
            raise _StopReading
        self.document.values[path] = _place(event)
        if isinstance(event, yaml.AliasEvent):
            message = "aliases (`*name`) are not read: write the value out; quote a text that begins with *"
            self._note(_place(event), path, message)
            return None
        self._refuse_marks(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return self._sequence(path)

    def _refuse_marks(self, event: Any, path: Path) -> None:
        if event.anchor is not None:
            message = "anchors (`&name`) are not read: write the value out; quote a text that begins with &"
            self._note(_place(event), path, message)
        if event.tag is not None and event.tag != "!":
            self._note(_place(event), path, f"the tag `{shown(event.tag)}` is refused: quote a text that begins with !")

    def _sequence(self, path: Path) -> tuple[Any, ...]:
        values: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            values.append(self._node(event, (*path, len(values))))
        return tuple(values)

    def _mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, path)
            value = self._node(self._next(), (*path, key))
            if key in values:
                first_line = self.document.keys[(*path, key)][0]
                message = f"is written twice, first in line {first_line}: keep one, or join them"
                self._note(_place(event), (*path, key), message)
                continue
            self.document.keys[(*path, key)] = _place(event)
            values[key] = value
        return values

    def _key(self, event: Any, path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._note(_place(event), path, "a key must be a plain word")
            raise _StopReading
        if event.value == "<<" and not event.style:
            self._note(_place(event), path, "merge keys (`<<`) are not read: write the values out")
        return str(event.value)

    def _scalar(self, event: Any, path: Path) -> Any:
        text = str(event.value)
        self.document.raw[path] = text
        if _TYPOGRAPHIC_QUOTES.fullmatch(text) and not event.style and not set(path) & _NAMES:
            self._note(_place(event), path, 'has typographic quotes, which are letters to YAML: write " and "')
        # Quoted or block text has a style; of a plain one the C parser says "" and the Python parser None.
        if event.style:
            if _CONTROL.search(text):
                self._note(_place(event), path, "has a control character in it: remove it")
            return text
        return _plain(text)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _mark_place(mark: Any) -> tuple[int, int] | None:
    return (mark.line + 1, mark.column + 1) if mark else None


def _plain(text: str) -> Any:
    """What YAML 1.1 makes of an unquoted scalar, save where that surprises."""
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False)).rpartition(":")[2]
    if tag in {"int", "float"}:
        if not _PLAIN_NUMBER.fullmatch(text):
            return Odd("a number in a special notation")
        if re.fullmatch(r"[-+]?[0-9]+", text):
            return int(text)
        return float(text)
    if tag == "timestamp":
        return Odd("a date")
    if tag in {"bool", "null"}:
        return SafeConstructor().construct_object(yaml.ScalarNode(f"tag:yaml.org,2002:{tag}", text))
    return text
