"""config.yaml and trackers/*.yaml -> Config: every problem at once, each with file, line, column, key and remedy.

The front of the configuration: `blocks`, `trackers`, `filters` and `feeds` have the models, `networks` adds what each
network can be told, `values` what single values may be, `document` reads a file, `tracker_files` joins several,
`problems` says what is wrong. It knows no network: `generator.fetch.configuration` names them. Only here and in the
networks' `config` is pydantic loaded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path as FilePath

from pydantic import ValidationError

from generator.config.blocks import Config
from generator.config.document import Document, Finding, Path, parse, shown, with_path
from generator.config.networks import NetworkConfig, accounts_of, config_model, shape_of
from generator.config.problems import contradictions, explain, secrets
from generator.config.slips import without_space
from generator.config.tracker_files import FOLDER, Joined, TrackerFile, join, read_files
from generator.config.trackers import TrackerBlock
from generator.model.errors import ConfigError, Problem

__all__ = ["Config", "TrackerBlock", "load", "read"]

MAX_PROBLEMS = 100
_LIKE_CONFIG = re.compile(r"(?i)config(?:uration)?(?:[ _-]?\(?\d\)?)?(?:\.ya?ml)?(?:\.ya?ml|\.txt|\.json)")


def load(path: FilePath, networks: tuple[NetworkConfig, ...] = ()) -> Config:
    """Read and validate a configuration, with the files of trackers/ beside it.

    Args:
        path: config.yaml.
        networks: the networks that it can speak of.

    Raises:
        ConfigError: something is missing or wrong; `problems` has everything, file by file.
    """
    try:
        with path.open("rb") as file:
            content = file.read(2_000_000)
    except FileNotFoundError:
        raise ConfigError([Problem(str(path), _missing(path))]) from None
    except OSError as error:
        raise ConfigError([Problem(str(path), f"cannot be read: {error.strerror or error}")]) from None
    files, problems = read_files(path.parent / FOLDER)
    return read(content, str(path), files, problems, networks=networks)


def read(
    content: bytes,
    name: str = "config.yaml",
    files: Sequence[TrackerFile] = (),
    unread: Sequence[Problem] = (),
    *,
    networks: tuple[NetworkConfig, ...] = (),
) -> Config:
    """Validate a configuration that is in memory.

    Args:
        content: the YAML, in UTF-8.
        name: what to call it in messages.
        files: trackers in files of their own, by name.
        unread: what is wrong with files that could not be read.
        networks: the networks that it can speak of.

    Raises:
        ConfigError: it is wrong; `problems` has everything, file by file.
    """
    document, problems = parse(content, name)
    if not isinstance(document.value, dict):
        if not problems:
            problems = [Problem(f"{name}:1", _no_mapping(document))]
        if not files:
            raise ConfigError([*problems, *unread])
        document.value = {}
    joined = join(document, name, files)
    config, findings = _validate(joined, networks)
    numbered = [(0, problem) for problem in problems] + joined.problems + _placed(findings, joined)
    # A stable sort: within a file the problems stay in their order.
    numbered.sort(key=lambda file_and_problem: file_and_problem[0])
    problems = [problem for _, problem in numbered]
    problems += unread
    if problems or config is None:
        raise ConfigError(_first(problems, name))
    return config


def _validate(joined: Joined, networks: tuple[NetworkConfig, ...]) -> tuple[Config | None, list[Finding]]:
    """The configuration, if it is valid, and everything that is wrong. A likely secret is reported first."""
    document = joined.document
    accounts = accounts_of(networks)
    model = config_model(networks)
    shape = shape_of(model, networks)
    findings = [
        *secrets(document, shape),
        *joined.findings,
        *contradictions(document.value, joined.called, accounts),
    ]
    try:
        return model.model_validate(document.value, context=accounts), findings
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            # A list whose members are all wrong is not empty: its members are reported.
            if detail["type"] == "too_short" and detail["input"]:
                continue
            findings.append(explain(detail, document, shape))
    return None, findings


def _missing(path: FilePath) -> str:
    """What to do where there is no config.yaml; it may have another ending."""
    for name in sorted(file.name for file in path.parent.glob("*")):
        if _LIKE_CONFIG.fullmatch(name):
            if path.name != "config.yaml":
                return f"is missing, but {name} is there: name it with --config"
            return f"is missing, but {name} is there: rename it to {path.name}"
    return "is missing: `trending-arxiv init` writes one"


def _placed(findings: list[Finding], joined: Joined) -> list[tuple[int, Problem]]:
    """The problems with their places, by file, line and column; each with its file's number."""
    rows = []
    for path, message in _one_for_each_path(findings).items():
        file_number, path_in_file = joined.home_of(path)
        rows.append((file_number, _place(joined.document, path), with_path(path_in_file, message)))
    problems = []
    for file_number, (line, column), message in sorted(set(rows)):
        problems.append((file_number, Problem(f"{joined.names[file_number]}:{line}:{column}", message)))
    return problems


def _no_mapping(document: Document) -> str:
    if document.value is None:
        return "is empty: `trending-arxiv init` writes a configuration"
    correction = without_space(document.value) if isinstance(document.value, str) else None
    if correction:
        return f"has no colon and space behind the key: write `{shown(correction)}`"
    if isinstance(document.value, tuple):
        return "is a list; keys are wanted: remove the `- ` before `site:` and `trackers:`"
    return "must be blocks of `key: value`, beginning with `site:` or `trackers:`"


def _one_for_each_path(findings: list[Finding]) -> dict[Path, str]:
    """The first finding of each path: that a value looks like a secret matters more than that its key is unknown."""
    messages: dict[Path, str] = {}
    for path, message in findings:
        messages.setdefault(path, message)
    return messages


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
