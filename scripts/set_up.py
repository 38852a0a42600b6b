"""Write config.yaml for whom the workflow Set up names; empty trackers/ and data/ of what is the template owner's.

Reads the form from the environment: X_ACCOUNTS, BLUESKY_ACCOUNTS, MASTODON_ACCOUNTS, TITLE, START_OVER. Refuses, with a
sentence and nothing changed, where nobody is named, where `init` refuses a name, and where this copy has trackers/
or captured data of its own and nobody said that they may go.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from scripts.actions import annotate, inert, write_summary
from scripts.places import Places

DATA = Path("data")
TRACKERS = Path("trackers")
_OPTIONS = {"--x": "X_ACCOUNTS", "--bluesky": "BLUESKY_ACCOUNTS", "--mastodon": "MASTODON_ACCOUNTS"}
_NOBODY = "Nothing was changed: write at least one handle into the form, and press Run workflow again."


def options_of(environment: Mapping[str, str]) -> list[str]:
    """The form as options of `init`; what was left empty is left out."""
    given = [(option, environment.get(name, "").strip()) for option, name in (*_OPTIONS.items(), ("--title", "TITLE"))]
    return [f"{option}={value}" for option, value in given if value]


def has_own_work() -> bool:
    """Whether data/ or trackers/ is this copy's: a fresh copy of a template has one commit, and what came with it."""
    captured = (found for pattern in ("posts/**/*.jsonl", "papers/**/*.jsonl") for found in DATA.glob(pattern))
    if not any(True for found in (captured, TRACKERS.glob("*.yaml")) for _ in found):
        return False
    asked = subprocess.run(["git", "rev-parse", "--quiet", "--verify", "HEAD^"], capture_output=True, check=False)
    return asked.returncode == 0


def refuse(sentence: str, more: str = "") -> int:
    """Say why nothing was done."""
    annotate("error", sentence)
    write_summary(f"## Nothing was changed\n\n{sentence}\n\n{more}")
    return 1


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Set up the copy of this folder."""
    options = options_of(environment)
    if not any(not option.startswith("--title") for option in options):
        return refuse(_NOBODY)
    if has_own_work() and environment.get("START_OVER") != "true":
        return refuse(
            "This copy has captured posts or files in trackers/ already, and Set up would throw them away.",
            f"To add or change an account, edit {Places.here(environment).config} or a file of trackers/, and press "
            "**Commit changes**. To begin anew, run Set up again and tick **Start over**.",
        )
    done = subprocess.run(
        [sys.executable, "-m", "generator", "init", *options, "--yes"],
        capture_output=True, text=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    if done.returncode:
        said = "\n".join(f"- {inert(line.removeprefix('::error::'))}" for line in done.stderr.splitlines() if line)
        return refuse("What the form says cannot be used: correct it and press Run workflow again.", said)
    return 0


if __name__ == "__main__":
    sys.exit(main())
