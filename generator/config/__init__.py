"""config.yaml -> Config: every problem at once, each with line, column, key and remedy.

The front of the configuration: `blocks` has the models, `values` what single values may be,
`document` reads the file, `problems` says what is wrong. Nobody below the commands imports it but build and
fetch; only here is pydantic loaded.
"""

from __future__ import annotations

from pathlib import Path as FilePath

from pydantic import ValidationError

from generator.config.blocks import Config, TrackerBlock
from generator.config.document import Document, Path, dotted, parse
from generator.config.problems import contradictions, explain, secrets
from generator.errors import ConfigError, Problem

__all__ = ["Config", "TrackerBlock", "load", "read"]

MAX_PROBLEMS = 100


def load(path: FilePath) -> Config:
    """Read and validate a configuration.

    Raises:
        ConfigError: it is missing or wrong; `problems` has everything, in the order of the file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(2_000_000)
    except FileNotFoundError:
        raise ConfigError([Problem(str(path), "is missing: `trending-arxiv init` writes one")]) from None
    except OSError as error:
        raise ConfigError([Problem(str(path), f"cannot be read: {error.strerror or error}")]) from None
    return read(content, str(path))


def read(content: bytes, name: str = "config.yaml") -> Config:
    """Validate a configuration that is in memory.

    Args:
        content: the YAML, in UTF-8.
        name: what to call it in messages.

    Raises:
        ConfigError: it is wrong; `problems` has everything, in the order of the file.
    """
    document, problems = parse(content, name)
    if not isinstance(document.value, dict):
        if not problems:
            problems = [Problem(f"{name}:1", _no_mapping(document))]
        raise ConfigError(problems)
    found = list(secrets(document))
    config = None
    try:
        config = Config.model_validate(document.value)
        found += contradictions(config)
    except ValidationError as error:
        found += [explain(each, document) for each in error.errors(include_url=False)]
    places = sorted(
        {(_place(document, path), path, message) for path, message in _once(found)}, key=lambda each: each[0]
    )
    problems += [
        Problem(f"{name}:{line}:{column}", f"{dotted(path)}: {message}" if path else message)
        for (line, column), path, message in places
    ]
    if problems or config is None:
        raise ConfigError(_first(problems, name))
    return config


def _no_mapping(document: Document) -> str:
    if document.value is None:
        return "is empty: `trending-arxiv init` writes a configuration"
    return "must be blocks of `key: value`, beginning with `site:` or `trackers:`"


def _once(found: list[tuple[Path, str]]) -> list[tuple[Path, str]]:
    """One problem a place: that a value looks like a secret matters more than that its key is unknown."""
    by_path: dict[Path, str] = {}
    for path, message in found:
        by_path.setdefault(path, message)
    return list(by_path.items())


def _place(document: Document, path: Path) -> tuple[int, int]:
    """Where a path is written: the value of a list's member, else the key."""
    while path:
        if isinstance(path[-1], int) and path in document.values:
            return document.values[path]
        if path in document.keys:
            return document.keys[path]
        path = path[:-1]
    return 1, 1


def _first(problems: list[Problem], name: str) -> list[Problem]:
    if len(problems) <= MAX_PROBLEMS:
        return problems
    return [*problems[:MAX_PROBLEMS], Problem(name, f"and {len(problems) - MAX_PROBLEMS} problems more")]
