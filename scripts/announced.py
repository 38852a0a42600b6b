"""Announcements in the workflow: whether anybody is to be told, and afterwards what became of it.

Usage: python -m scripts.announced wanted | report. `wanted` tells later jobs whether config.yaml names a target or hub;
`report` reads .cache/last-announce.json: a table in the summary of the run, and findings for the report. A message that
could not be sent is a sentence there, never a failed run: the page stands already.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.announce import TARGETS, hub
from generator.fetch.configuration import load
from scripts.actions import inert, set_output, write_summary

LAST_RUN = Path(".cache/last-announce.json")
_REFUSED = re.compile(r"HTTP (401|403|404|410)\b|does not accept")
"""What a service says of a token that was withdrawn, and of a webhook that was removed."""


def findings_of(run: Mapping[str, Any]) -> list[str]:
    """What the owner must do: `secret-absent:NAME`, `secret-refused:NAME`."""
    found = []
    for target in TARGETS:
        failure = str(run.get("targets", {}).get(target.name, {}).get("failure") or "")
        named = [name for name in target.secrets if name in failure]
        if "is not set" in failure:
            found += [f"secret-absent:{name}" for name in named]
        elif _REFUSED.search(failure):
            found += [f"secret-refused:{name}" for name in named or target.secrets[:1]]
    return found


def table(run: Mapping[str, Any]) -> str:
    """The announcements of a run as Markdown; what a service said stands in it as inert code."""
    rows = ["### Announced", "", "| target | told of | waiting | |", "|---|---:|---:|---|"]
    titles = {target.name: target.title for target in TARGETS} | {hub.NAME: "Hub (feeds)"}
    for name, title in titles.items():
        told = run.get("targets", {}).get(name)
        if told is None:
            continue
        about = f"failed: {inert(str(told['failure']))}" if told["failure"] else ""
        if told["first"]:
            about = f"first run: {int(told['passed'])} papers at the top are taken as known"
        rows.append(f"| {title} | {len(told['said'])} | {int(told['waiting'])} | {about} |")
    return "\n".join(rows)


def main(what: str) -> int:
    """Say one of the two."""
    if what == "wanted":
        config = load(Path("config.yaml"))
        set_output("announce", "true" if config.announce.targets() or config.feeds.hub else "false")
        set_output("hub", "true" if config.feeds.hub else "false")
        return 0
    try:
        run = json.loads(LAST_RUN.read_bytes())
    except (OSError, ValueError):
        return 0  # the command itself said in the log what is wrong
    write_summary(table(run))
    set_output("findings", " ".join(findings_of(run)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
