"""What is wrong with a configuration, in words: pydantic's errors, and what single values cannot know. Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from generator.config.document import SECRET_VALUE, Document, Finding, Odd, Path, dotted, quoted, shown
from generator.config.meanings import elsewhere, far_key, nearest_key, nearest_value
from generator.config.pasted import AccountForms, account_reference
from generator.config.slips import without_space

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_SECRET_KEY = re.compile(r"(?i)(secret|token|passw|bearer|credential|api_?key|private_?key|webhook|^auth(?!or))")
_DASH_WITHOUT_SPACE = re.compile(r"-\w|[\u2013\u2014]")
_SEARCH_KEYS = ("query", "words", "authors", "categories", "tracker")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a configuration may hold: its model, and the environment variable of each network's secret."""

    model: type[BaseModel]
    secrets: Mapping[str, str]


def explain(error: ErrorDetails, document: Document, shape: Shape) -> Finding:
    """Say where one of pydantic's errors is and what to do about it, without repeating what may be a secret."""
    path: Path = tuple(error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        return path, _unknown_key(path, error["input"], document, shape)
    if kind == "missing":
        return path[:-1], _missing_key(path)
    return path, _wrong_value(path, error, document.raw.get(path, ""), shape)


def contradictions(
    value: Any, called: Callable[[Path], str] = dotted, accounts: AccountForms | None = None
) -> Iterator[Finding]:
    """What no single value shows: two trackers or searches of one name, one account in two people, ...

    Args:
        value: what the file says, valid or not: a slip elsewhere must not hide these until it is mended.
        called: how a message about one tracker calls another, by its path.
        accounts: network -> how its accounts are written.
    """
    trackers = [_at(tracker, "id") for tracker in _rows(_at(value, "trackers"))]
    searches = _rows(_at(value, "feeds", "searches"))
    yield from _same_ids(("trackers",), trackers, called)
    yield from _same_ids(("feeds", "searches"), [_at(search, "id") for search in searches])
    for index, search in enumerate(searches):
        if isinstance(search, dict) and not any(map(search.get, _SEARCH_KEYS)):
            yield ("feeds", "searches", index), "finds everything: name query, words, authors, categories or tracker"
        yield from _odd_tracker(trackers, ("feeds", "searches", index, "tracker"), _at(search, "tracker"))
    targets = _at(value, "announce")
    if isinstance(targets, dict):
        for name, block in targets.items():
            yield from _odd_tracker(trackers, ("announce", name, "tracker"), _at(block, "tracker"))
    yield from _same_people(_rows(_at(value, "people")), accounts or {})


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _rows(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def _same_people(people: tuple[Any, ...], accounts: AccountForms) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, person in enumerate(people):
        for place, text in enumerate(_rows(person)):
            if not isinstance(text, str):
                continue
            try:
                account = account_reference(text, accounts)
            except ValueError:
                # Reported as a wrong value.
                continue
            first_index = seen.setdefault(account, index)
            if first_index != index:
                first_place = dotted(("people", first_index))
                yield ("people", index, place), f"{account} is in {first_place} too: join the two, or remove it"


def _same_ids(path: Path, ids: list[Any], called: Callable[[Path], str] = dotted) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, name in enumerate(ids):
        if not isinstance(name, str):
            continue
        first_index = seen.setdefault(name, index)
        if first_index != index:
            first_place = called((*path, first_index))
            yield (*path, index, "id"), f"`{shown(name)}` is the id of {first_place} too: change one"


def _odd_tracker(trackers: list[Any], path: Path, name: Any) -> Iterator[Finding]:
    tracker_ids = [tracker_id for tracker_id in trackers if isinstance(tracker_id, str)]
    if not isinstance(name, str) or name in tracker_ids:
        return
    message = f"`{shown(name)}` is the id of no tracker"
    nearest = difflib.get_close_matches(name, tracker_ids, 1, 0.5)
    if nearest:
        message += f"; did you mean `{shown(nearest[0])}`?"
    yield path, message


def secrets(document: Document, shape: Shape) -> Iterator[Finding]:
    """Values that look like a password, a token or a reference to one."""
    for path, raw in document.raw.items():
        if "${{" in raw and "secrets." in raw:
            yield path, "is not filled in here: secrets come from the environment alone, see docs/operations.md"
        elif SECRET_VALUE.fullmatch(raw.strip()) and path[-1:] != ("id",):
            yield path, f"looks like a secret: {_secret_remedy(path, shape)}"


def _missing_key(path: Path) -> str:
    remedy = "add it"
    if len(path) > 1 and isinstance(path[-2], int) and path[-2] > 0:
        remedy += ", or remove the `- ` if these keys belong to the block above"
    return f"lacks the key `{path[-1]}`: {remedy}"


def _wrong_value(path: Path, error: ErrorDetails, raw: str, shape: Shape) -> str:
    kind = error["type"]
    value = error["input"]
    if kind == "value_error":
        if isinstance(value, str) and isinstance(path[-1], int) and _DASH_WITHOUT_SPACE.match(value):
            return f"{_quoted(value)} has no space behind its dash: write `- {shown(value[1:])}`"
        reason = error.get("ctx", {}).get("error", "is not allowed")
        return f"{_quoted(value)} {reason}"
    if kind == "literal_error":
        return _wrong_choice(path, value, raw, shape)
    if kind in {"model_type", "model_attributes_type"} and isinstance(value, str):
        return _text_for_block(path, value, shape)
    explanation = _EXPLANATIONS.get(kind)
    if explanation:
        return explanation(path, value, raw)
    return f"{_quoted(value)} is not allowed: it must be {error['msg'].removeprefix('Input should be ').lower()}"


def _text_for_block(path: Path, value: str, shape: Shape) -> str:
    correction = without_space(value)
    if correction:
        return f"has no colon and space behind the key: write `{shown(correction)}`"
    keys = _keys_at(path, shape)
    message = "is a text; a block of `key: value` is wanted"
    if "accounts" in keys:
        return f"{message}: write {{accounts: [{shown(value)}]}}"
    return f"{message}; its keys are {', '.join(keys)}"


def _unknown_key(path: Path, value: Any, document: Document, shape: Shape) -> str:
    key = str(path[-1])
    if _SECRET_KEY.search(key):
        return f"secrets do not belong in this file: {_secret_remedy(path, shape)}"
    if key.isdecimal():
        return "is the rest of a number with a comma: write a point in 2.5, and nothing in 1000"
    correction = without_space(key)
    if correction and value is None:
        return f"has no colon and space behind the key: write `{shown(correction)}`"
    nearest = _nearest_key(path, key, document, shape)
    place = elsewhere(key)
    if not place and not nearest and value is None and "." in key:
        return "has no colon and no value: a list with commas stands in [ ]"
    return f"is no key here{_key_remedy(place, nearest, _keys_at(path[:-1], shape))}"


def _key_remedy(place: str | None, nearest: str | None, keys: list[str]) -> str:
    if place:
        return f": {place}"
    if nearest:
        return f"; did you mean `{nearest}`?"
    if keys:
        return f"; there are {', '.join(keys)}"
    return ""


def _nearest_key(path: Path, key: str, document: Document, shape: Shape) -> str | None:
    """The key that is meant: of the same block, then of the blocks in it, then of the whole file."""
    block = path[:-1]
    inner_keys = tuple(_all_keys(_model_at(block, shape) or shape.model))
    nearest = nearest_key(key, _keys_at(block, shape), inner_keys)
    if nearest:
        return nearest
    beside = [str(part) for part in block]
    beside += [str(place[-1]) for place in document.keys if place[:-1] == block]
    nearest = far_key(key, inner_keys, beside)
    # A tracker, or its file, has no other keys than its own.
    if nearest or path[0] == "trackers":
        return nearest
    return far_key(key, tuple(_all_keys(shape.model)), beside)


def _secret_remedy(path: Path, shape: Shape) -> str:
    key = dotted(path).lower()
    remedy = (
        "remove it, make it invalid at the service (it may be public already), and set a new one in the environment"
    )
    if key.startswith("announce."):
        return f"{remedy}: docs/announce.md names it"
    for network, variable in shape.secrets.items():
        if re.search(rf"\b{network}(_|\b)", key):
            return f"{remedy}, as {variable}"
    return f"{remedy}, as X_BEARER_TOKEN or BLUESKY_APP_PASSWORD"


def _wrong_text(_path: Path, value: Any, raw: str) -> str:
    if isinstance(value, dict) and len(value) == 1 and isinstance(next(iter(value.values())), str):
        [(key, rest)] = value.items()
        return f"is a block; a text is wanted: write {shown(key)}:{shown(rest)} without a space behind the colon"
    if isinstance(value, (dict, tuple)):
        return f"is {_what(value)}; a text is wanted"
    return f'YAML reads {shown(raw)} as {_what(value)}; a text is wanted: quote it, as "{shown(raw)}"'


def _wrong_list(path: Path, value: Any, _raw: str) -> str:
    if path[:1] == ("people",) and len(path) == 2:  # noqa: PLR2004
        return "is one account; a list of one person's accounts is wanted: write - [x:ada, bluesky:ada.example]"
    if isinstance(value, dict) and any(_DASH_WITHOUT_SPACE.match(str(key)) for key in value):
        return "is a block; a list is wanted: each member begins with `- `, a hyphen and a space"
    if isinstance(value, str) and len(value) < 40:  # noqa: PLR2004
        return f"a list is wanted: write [{_quoted(value).strip('`')}]"
    return f"is {_what(value)}; a list is wanted: write it in [ ], or one a line after `- `"


def _wrong_block(path: Path, value: Any, _raw: str) -> str:
    if path[:1] == ("announce",) and value is True:
        return "is true; a block is wanted: write {}, or the keys that docs/announce.md names"
    if value is True:
        return "is true; a block of `key: value` is wanted: write {} to have its defaults"
    if value is False:
        return "is false; a block of `key: value` is wanted: remove the line to do without it"
    if isinstance(value, tuple):
        return "is a list; a block of `key: value` is wanted: remove the `- ` or the [ ] around it"
    return f"is {_what(value)}; a block of `key: value` is wanted"


def _wrong_whole_number(_path: Path, value: Any, raw: str) -> str:
    return f"is {_what(value)}; a whole number is wanted{_number_remedy(raw, whole=True)}"


def _wrong_number(_path: Path, value: Any, raw: str) -> str:
    return f"is {_what(value)}; a number is wanted{_number_remedy(raw, whole=False)}"


def _wrong_switch(_path: Path, value: Any, _raw: str) -> str:
    return f"{_quoted(value)} is neither true nor false: write one of these, without quotes"


def _wrong_id(_path: Path, value: Any, _raw: str) -> str:
    return f"{_quoted(value)} may have a-z, 0-9 and - alone (it stands in addresses), 64 of them at most"


def _empty_list(_path: Path, _value: Any, _raw: str) -> str:
    return "is empty: name one account at least, or remove it"


_EXPLANATIONS: dict[str, Callable[[Path, Any, str], str]] = {
    "string_type": _wrong_text,
    "tuple_type": _wrong_list,
    "int_type": _wrong_whole_number,
    "float_type": _wrong_number,
    "bool_type": _wrong_switch,
    "bool_parsing": _wrong_switch,
    "model_type": _wrong_block,
    "model_attributes_type": _wrong_block,
    "dict_type": _wrong_block,
    "string_pattern_mismatch": _wrong_id,
    "too_short": _empty_list,
}
"""Kind of pydantic's error -> (path, value, what is written) -> what is wrong, and what to do."""


def _number_remedy(raw: str, *, whole: bool) -> str:
    """What to write in place of a text with a number in it."""
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", raw):
        if whole and "." in raw:
            return ": write it without a point"
        return ": remove the quotes"
    if not whole and re.fullmatch(r"[0-9]+,[0-9]{1,2}", raw):
        return f": write {raw.replace(',', '.')} with a point"
    digits = re.sub(r"(?<=[0-9])[,_' ](?=[0-9]{3}\b)", "", raw)
    number = re.fullmatch(r"\D*?([0-9]+(?:\.[0-9]+)?)\D*", digits)
    if number:
        return f": write {number[1]}"
    return ": write it in digits"


def _wrong_choice(path: Path, value: Any, raw: str, shape: Shape) -> str:
    model = _model_at(path[:-1], shape)
    choices: list[str] = []
    if model:
        field = model.model_fields[str(path[-1])]
        choices = [str(choice) for choice in get_args(field.annotation)]
    text = quoted(raw) if raw else _what(value)
    message = f"{text} is not one of {', '.join(choices)}"
    nearest = nearest_value(raw or str(value), choices)
    if nearest:
        message += f"; did you mean `{nearest}`?"
    return message


_TYPE_NAMES = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    tuple: "a list",
    dict: "a block",
    type(None): "nothing",
}


def _what(value: Any) -> str:
    if isinstance(value, Odd):
        return value.what
    return _TYPE_NAMES.get(type(value), "something else")


def _quoted(value: Any) -> str:
    if isinstance(value, (str, int, float)):
        return quoted(str(value))
    return _what(value)


def _model_at(path: Path, shape: Shape) -> type[BaseModel] | None:
    """The model whose keys stand at a path."""
    model = shape.model
    for part in path:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        block = _model_in(field.annotation) if field else None
        if block is None:
            return None
        model = block
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        model = _model_in(argument)
        if model:
            return model
    return None


def _keys_at(path: Path, shape: Shape) -> list[str]:
    model = _model_at(path, shape)
    return list(model.model_fields) if model else []


def _all_keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name
        block = _model_in(field.annotation)
        if block:
            yield from _all_keys(block, f"{prefix}{name}.")
