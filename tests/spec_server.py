"""Loopback services that hold our requests, and the answers that tests make up, against the official descriptions.

The descriptions are not part of this project (X states no licence for its own): they are read from beside it, and tests
that need them are skipped where they are missing.

    spec = OpenApi.load(shared / "real/specs/x/openapi.json")
    with SpecServer(spec, answer) as server:     # answer(Request) -> JSON value | Answer
        ...
    assert server.violations == []               # an unknown parameter, a value out of range, an invented field
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self

import jsonschema

from tests.loopback import Answer, Loopback, Reply, Request, as_json

Pairs = Sequence[tuple[str, str]]


class Spec(Protocol):
    """A description of a service."""

    def request_problems(self, path: str, pairs: Pairs) -> list[str]:
        """What is wrong with a GET request."""
        ...

    def answer_problems(self, path: str, body: Any) -> list[str]:
        """What is wrong with the body of a 200 answer."""
        ...


class OpenApi:
    """An OpenAPI 3.0 description."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._described = described
        self._paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in described["paths"]]

    @classmethod
    def load(cls, path: Path) -> Self:
        """From a file, gzipped or not."""
        data = path.read_bytes()
        return cls(json.loads(gzip.decompress(data) if path.suffix == ".gz" else data))

    def _operation(self, path: str) -> Mapping[str, Any] | None:
        exact = self._described["paths"].get(path)
        like = (self._described["paths"][own] for pattern, own in self._paths if pattern.fullmatch(path))
        found: Mapping[str, Any] = exact or next(like, {})
        operation: Mapping[str, Any] | None = found.get("get")
        return operation

    def _resolved(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in value:
            found: Any = self._described
            for part in str(value["$ref"]).removeprefix("#/").split("/"):
                found = found[part]
            value = found
        return value

    def request_problems(self, path: str, pairs: Pairs) -> list[str]:
        """Unknown and missing parameters, and values outside of their schema."""
        operation = self._operation(path)
        if operation is None:
            return [f"no such path: {path}"]
        known = {one["name"]: one for one in map(self._resolved, operation.get("parameters", ()))}
        given = dict(pairs)
        problems = [f"The query parameter [{name}] is not one of [{','.join(known)}]" for name in given.keys() - known]
        problems += [f"given twice: {name}" for name in given if [key for key, _ in pairs].count(name) > 1]
        for name, one in known.items():
            if one["in"] != "query":
                continue
            if name in given:
                schema = self._resolved(one["schema"])
                problems += [f"{name}: {problem}" for problem in self._value_problems(schema, given[name])]
            elif one.get("required"):
                problems.append(f"missing: {name}")
        return problems

    def _value_problems(self, schema: Mapping[str, Any], text: str) -> list[str]:
        value: Any = text
        if schema["type"] == "integer":
            value = int(text) if re.fullmatch(r"-?[0-9]+", text) else text
        elif schema["type"] == "array":
            value = text.split(",")
        elif schema.get("format") == "date-time":
            datetime.fromisoformat(text)
        return self._schema_problems(schema, value)

    def answer_problems(self, path: str, body: Any) -> list[str]:
        """Against the 200 answer's schema; fields that it does not name are problems too."""
        operation = self._operation(path)
        if operation is None:
            return [f"no such path: {path}"]
        return self._schema_problems(operation["responses"]["200"]["content"]["application/json"]["schema"], body)

    def _schema_problems(self, schema: Mapping[str, Any], value: Any) -> list[str]:
        validator = jsonschema.Draft202012Validator(self._strict(schema))
        return [f"{error.json_path}: {error.message}"[:300] for error in validator.iter_errors(value)]

    def _strict(self, schema: Any, *, closed: bool = True) -> Any:
        """The schema without $ref, `nullable` as JSON Schema says it, and objects closed."""
        if not isinstance(schema, dict):
            return schema
        schema = self._resolved(schema)
        plain: dict[str, Any] = {}
        for name, value in schema.items():
            if name == "properties":
                plain[name] = {key: self._strict(one) for key, one in value.items()}
            elif name in {"oneOf", "anyOf"}:  # a Problem's kinds: anyOf is what OpenAPI's discriminator means
                plain["anyOf"] = [self._strict(one) for one in value]
            elif name == "allOf":
                plain[name] = [self._strict(one, closed=False) for one in value]
                plain["unevaluatedProperties"] = False
            elif name not in {"nullable", "discriminator", "example", "description"}:
                plain[name] = self._strict(value)
        if "properties" in plain and closed:
            plain.setdefault("unevaluatedProperties", False)
        return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


_FORMATS: dict[str, str] = {
    "did": r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]",
    "handle": r"([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?",
    "at-uri": r"at://[^/\s]+(/[a-zA-Z0-9.-]+(/[a-zA-Z0-9._~:-]+)?)?",
    "uri": r"[a-z][a-z0-9+.-]*:\S+",
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
    "cid": r"[a-zA-Z0-9+=]{8,256}",
    "language": r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]+)*",
    "nsid": r"[a-zA-Z0-9.-]+",
}
_FORMATS["at-identifier"] = f"({_FORMATS['did']})|({_FORMATS['handle']})"
_FORMATS["record-key"] = r"[A-Za-z0-9._:~-]{1,512}"


class Lexicons:
    """The lexicons of a folder."""

    def __init__(self, documents: Mapping[str, Mapping[str, Any]]) -> None:
        self._documents = documents

    @classmethod
    def load(cls, folder: Path) -> Self:
        """One document a file."""
        return cls(
            {one["id"]: one for one in (json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json")))}
        )

    def _query(self, path: str) -> Mapping[str, Any] | None:
        main = self._documents.get(path.removeprefix("/xrpc/"), {}).get("defs", {}).get("main", {})
        return main if main.get("type") == "query" and path.startswith("/xrpc/") else None

    def request_problems(self, path: str, pairs: Pairs) -> list[str]:
        """Unknown and missing parameters, and values outside of their definition."""
        query = self._query(path)
        if query is None:
            return [f"no such query: {path}"]
        known = query["parameters"]["properties"]
        given: dict[str, list[str]] = {}
        for name, text in pairs:
            given.setdefault(name, []).append(text)
        problems = [f"unknown: {name}" for name in given.keys() - known.keys()]
        problems += [f"missing: {name}" for name in query["parameters"].get("required", ()) if name not in given]
        for name, texts in given.items():
            if name in known:
                value = texts if known[name]["type"] == "array" else texts[-1]
                problems += self._problems(known[name], _typed(known[name], value), name, path)
        return problems

    def answer_problems(self, path: str, body: Any) -> list[str]:
        """Against the output's definition."""
        query = self._query(path)
        if query is None:
            return [f"no such query: {path}"]
        return list(self._problems(query["output"]["schema"], body, "$", path.removeprefix("/xrpc/")))

    def _find(self, ref: str, home: str) -> tuple[Mapping[str, Any], str]:
        name, _, part = ref.partition("#")
        document = name or home
        found: Mapping[str, Any] = self._documents[document]["defs"][part or "main"]
        return found, document

    def _problems(self, definition: Mapping[str, Any], value: Any, at: str, home: str) -> Iterator[str]:
        kind = definition["type"]
        check = getattr(self, f"_{kind}", None)
        if check is not None:
            yield from check(definition, value, at, home)
        elif kind == "boolean" and not isinstance(value, bool):
            yield f"{at}: no boolean"

    def _ref(self, definition: Mapping[str, Any], value: Any, at: str, home: str) -> Iterator[str]:
        found, document = self._find(definition["ref"], home)
        yield from self._problems(found, value, at, document)

    def _union(self, definition: Mapping[str, Any], value: Any, at: str, home: str) -> Iterator[str]:
        named = value.get("$type") if isinstance(value, dict) else None
        for ref in definition["refs"]:
            full = (home + ref if ref.startswith("#") else ref).removesuffix("#main")
            if full == named:
                found, document = self._find(ref, home)
                yield from self._problems(found, value, at, document)
                return
        yield f"{at}: {named} is none of {definition['refs']}"

    def _object(self, definition: Mapping[str, Any], value: Any, at: str, home: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{at}: no object"
            return
        known = definition.get("properties", {})
        yield from (f"{at}.{name}: missing" for name in definition.get("required", ()) if name not in value)
        yield from (f"{at}.{name}: unknown" for name in value.keys() - known.keys() - {"$type"})
        for name, part in value.items():
            if name in known:
                yield from self._problems(known[name], part, f"{at}.{name}", home)

    def _record(self, definition: Mapping[str, Any], value: Any, at: str, home: str) -> Iterator[str]:
        yield from self._object(definition["record"], value, at, home)

    def _unknown(self, _definition: Mapping[str, Any], value: Any, at: str, _home: str) -> Iterator[str]:
        """Records stand in views as `unknown`: those that we have a lexicon of are checked."""
        named = str(value.get("$type")) if isinstance(value, dict) else ""
        if named in self._documents:
            yield from self._problems(self._documents[named]["defs"]["main"], value, at, named)

    def _array(self, definition: Mapping[str, Any], value: Any, at: str, home: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{at}: no array"
            return
        if len(value) > definition.get("maxLength", len(value)):
            yield f"{at}: more than {definition['maxLength']}"
        for index, part in enumerate(value):
            yield from self._problems(definition["items"], part, f"{at}[{index}]", home)

    def _integer(self, definition: Mapping[str, Any], value: Any, at: str, _home: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield f"{at}: no integer"
        elif not definition.get("minimum", value) <= value <= definition.get("maximum", value):
            yield f"{at}: {value} is out of range"

    def _string(self, definition: Mapping[str, Any], value: Any, at: str, _home: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield f"{at}: no string"
            return
        if len(value.encode()) > definition.get("maxLength", len(value.encode())):
            yield f"{at}: too long"
        wanted = _FORMATS.get(definition.get("format", ""))
        if wanted and not re.fullmatch(wanted, value):
            yield f"{at}: {value!r} is no {definition['format']}"
        if "knownValues" in definition and "$" not in at and value not in definition["knownValues"]:
            yield f"{at}: {value!r} is none of {definition['knownValues']}"  # strict for what we send


def _typed(definition: Mapping[str, Any], value: Any) -> Any:
    """A parameter's text as its definition means it."""
    if definition["type"] == "integer" and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    if definition["type"] == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


class SpecServer:
    """A service on loopback that refuses what its description does not know, and notes it."""

    def __init__(self, spec: Spec | None, answer: Callable[[Request], Any], *, check_answers: bool = True) -> None:
        self._spec = spec
        self._answer = answer
        self._check_answers = check_answers
        self.violations: list[str] = []
        """Of requests: what X and Bluesky would answer with 400."""
        self.mistakes: list[str] = []
        """Of answers that the test made up."""
        self.headers: dict[str, str] = {}
        """Sent with every 200 answer."""
        self.loopback = Loopback(self._reply)

    def __enter__(self) -> Self:
        self.loopback.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.loopback.__exit__(*error)

    @property
    def url(self) -> str:
        """Origin, without a trailing slash."""
        return self.loopback.url

    @property
    def requests(self) -> list[Request]:
        """So far, in order."""
        return self.loopback.requests

    def _reply(self, request: Request) -> Reply:
        problems = self._spec.request_problems(request.path, request.pairs) if self._spec else []
        if problems:
            self.violations += [f"{request.path}: {problem}" for problem in problems]
            return as_json(invalid_request(problems), 400)
        body = self._answer(request)
        if isinstance(body, Answer):
            return body
        if self._spec and self._check_answers:
            found = self._spec.answer_problems(request.path, body)
            self.mistakes += [f"{request.path}: {problem}" for problem in found]
        return as_json(body, headers=self.headers)


def invalid_request(problems: Sequence[str]) -> dict[str, Any]:
    """As X answers a request that it does not understand."""
    return {
        "errors": [{"parameters": {}, "message": problem} for problem in problems],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.x.com/2/problems/invalid-request",
    }
