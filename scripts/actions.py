"""How a step of GitHub Actions speaks: to the log, to the run's summary, to later steps. Standard library alone.

Text from elsewhere reaches a summary only through `inert`; a log line is a workflow command only where it is ours;
outputs are words that we chose.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

_OUTPUT = re.compile(r"[\w .,:/~{}\[\]\"+-]*")
_SHOWN = 300


def inert(text: str, limit: int = _SHOWN) -> str:
    """A stranger's text for Markdown: one line, in code, every character that could be markup as its number.

    GitHub looks for mentions, links and emoji outside of code alone, so nobody is called and nothing is loaded.
    """
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    line = line if len(line) <= limit else line[: limit - 1] + "…"
    plain = "".join(each if each.isalnum() or each in " …" else f"&#{ord(each)};" for each in line)
    return f"<code>{plain}</code>" if plain else ""


def write_summary(markdown: str, environment: Mapping[str, str] = os.environ) -> None:
    """Add to the summary of the run; without a runner, print it."""
    _append("GITHUB_STEP_SUMMARY", markdown.rstrip("\n") + "\n\n", environment)


def set_output(name: str, value: str, environment: Mapping[str, str] = os.environ) -> None:
    """Tell later steps and jobs one line.

    Raises:
        ValueError: the value is none of the words and numbers that we tell; nothing is written.
    """
    if not _OUTPUT.fullmatch(value):
        raise ValueError(f"{name}: {value!a} may not be an output")
    _append("GITHUB_OUTPUT", f"{name}={value}\n", environment)


def annotate(level: str, sentence: str) -> None:
    """Show a sentence of ours on the page of the run (`notice`, `warning` or `error`), and in the log."""
    escaped = sentence.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    print(f"::{level}::{escaped}" if os.environ.get("GITHUB_ACTIONS") == "true" else f"{level}: {sentence}")


def _append(variable: str, text: str, environment: Mapping[str, str]) -> None:
    path = environment.get(variable)
    if not path:
        print(text, end="")
        return
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text)
