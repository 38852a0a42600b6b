"""The expressions of GitHub Actions that our workflows use; anything else is an error, not a guess.

Grammar and coercions: docs.github.com/actions/reference/evaluate-expressions-in-workflows-and-actions, read 2026-11-23.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<op>==|!=|&&|\|\||[!().,])|(?P<text>'(?:[^']|'')*')|(?P<number>[0-9]+)|(?P<name>[A-Za-z_][\w-]*)|(?P<odd>\S))"
)
_INSERTED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_LITERALS: Mapping[str, Any] = {"true": True, "false": False, "null": None}

Status = Mapping[str, Callable[[], bool]]
"""`success`, `failure`, `cancelled`, `always`."""


class UnsupportedError(Exception):
    """The rehearsal does not know this part of the language: teach it, or do without."""


class Expression:
    """One expression; `asks_status` says whether it calls a status function (else GitHub adds `success() &&`)."""

    def __init__(self, text: str, contexts: Mapping[str, Any], status: Status) -> None:
        self._tokens = [(found.lastgroup or "", found[found.lastgroup or 0]) for found in _TOKEN.finditer(text.strip())]
        if any(kind == "odd" for kind, _ in self._tokens):
            raise UnsupportedError(text)
        self._text = text
        self._contexts = contexts
        self._status = status
        self._at = 0
        self.asks_status = any(kind == "name" and word in status for kind, word in self._tokens)
        self.value = self._or()
        if self._at != len(self._tokens):
            raise UnsupportedError(text)

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        word = self._next()
        if not word or (wanted and word != wanted):
            raise UnsupportedError(self._text)
        self._at += 1
        return word

    def _or(self) -> Any:
        value = self._and()
        while self._next() == "||":
            self._take()
            other = self._and()
            value = value if truthy(value) else other
        return value

    def _and(self) -> Any:
        value = self._equal()
        while self._next() == "&&":
            self._take()
            other = self._equal()
            value = other if truthy(value) else value
        return value

    def _equal(self) -> Any:
        value = self._not()
        while self._next() in {"==", "!="}:
            same = self._take() == "=="
            value = _equals(value, self._not()) is same
        return value

    def _not(self) -> Any:
        if self._next() == "!":
            self._take()
            return not truthy(self._not())
        return self._one()

    def _one(self) -> Any:
        kind = self._tokens[self._at][0] if self._at < len(self._tokens) else ""
        word = self._take()
        if word == "(":
            value = self._or()
            self._take(")")
            return value
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return int(word)
        if kind != "name":
            raise UnsupportedError(self._text)
        if self._next() == "(":
            return self._call(word)
        return _LITERALS[word] if word in _LITERALS else self._context(word)

    def _call(self, name: str) -> Any:
        self._take("(")
        if name in self._status:
            self._take(")")
            return self._status[name]()
        if name not in _FUNCTIONS:
            raise UnsupportedError(f"{name}() in {self._text}")
        given = [self._or()]
        while self._next() == ",":
            self._take()
            given.append(self._or())
        self._take(")")
        count, function = _FUNCTIONS[name]
        if len(given) != count:
            raise UnsupportedError(f"{name}() of {len(given)} in {self._text}")
        return function(*given)

    def _context(self, name: str) -> Any:
        if name not in self._contexts:
            raise UnsupportedError(f"the context {name} in {self._text}")
        value: Any = self._contexts[name]
        while self._next() == ".":
            self._take()
            key = self._take()
            if isinstance(value, Closed) and key not in value:
                raise UnsupportedError(f"{key} of {name} in {self._text}")
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def _contains(within: Any, wanted: Any) -> bool:
    if not isinstance(within, list):
        raise UnsupportedError("contains() of a text")
    return any(_equals(each, wanted) for each in within)


_FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "toJSON": (1, lambda value: json.dumps(value, indent=2)),
    "fromJSON": (1, json.loads),
    "contains": (2, _contains),
}
"""Name -> how many arguments, what it does."""


class Closed(dict[str, Any]):
    """A context whose every key is known: a misspelt one is an error here, and would be empty on GitHub."""


def evaluate(text: str, contexts: Mapping[str, Any], status: Status) -> Any:
    """`${{ expression }}`, or the bare expression of an `if`."""
    whole = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.DOTALL)
    return Expression(whole[1] if whole else text, contexts, status).value


def condition(text: str | None, contexts: Mapping[str, Any], status: Status) -> bool:
    """Whether a job or step with this `if` runs."""
    if text is None:
        return status["success"]()
    whole = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", text, re.DOTALL)
    found = Expression(whole[1] if whole else text, contexts, status)
    return truthy(found.value) and (found.asks_status or status["success"]())


def insert(text: str, contexts: Mapping[str, Any], status: Status) -> str:
    """A text with its `${{ }}` replaced."""
    return _INSERTED.sub(lambda found: as_text(Expression(found[1], contexts, status).value), text)


def as_text(value: Any) -> str:
    """As GitHub writes a value into a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise UnsupportedError(f"{type(value).__name__} as text")


def truthy(value: Any) -> bool:
    """False, 0, '' and null are not; every other value is, 'false' included."""
    return value not in (False, 0, "", None)


def _equals(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if type(one) is type(other):
        return bool(one == other)
    return _number(one) == _number(other)


def _number(value: Any) -> float:
    if value is None or value == "":
        return 0.0
    if isinstance(value, bool | int):
        return float(value)
    if isinstance(value, str):
        return float(value) if re.fullmatch(r"\s*[0-9]+\s*", value) else math.nan
    raise UnsupportedError(f"comparing {value!r} with another type")
