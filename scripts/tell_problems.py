"""What `check` finds, in words on the summary of the run: for members whose pull request changes a file.

The annotations beside the lines are the command's own; GitHub shows ten of them, the summary shows all. Messages quote
what a stranger wrote: they stand as inert code.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from scripts.actions import inert, write_summary

SHOWN = 100
_PLACE = re.compile(r"(?P<file>[^:\n]+):(?:(?P<line>\d+):)?(?:(?P<column>\d+):)? (?P<message>.+)", re.DOTALL)
_SOUND = "## Nothing wrong\n\nThe configuration, the files of `trackers/` and the data can be used as they are."
_HOW = (
    "Each line names the file, the line and the column where something is wrong, and what would be right. Open "
    "**Files changed**, press **⋯ › Edit file**, mend it, press **Commit changes**: this check then runs again by "
    "itself. What keys there are, and what they mean, stands in `docs/groups.md` and `docs/tracker.schema.json`."
)


def summary_of(problems: Sequence[str]) -> str:
    """The problems by file, as a table of inert texts."""
    if not problems:
        return _SOUND
    title = "1 thing to mend" if len(problems) == 1 else f"{len(problems):,} things to mend"
    rows = [f"## {title}", "", _HOW, "", "| file | line | what is wrong, and what to do |", "|---|--:|---|"]
    rows += [_row(problem) for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        rows += ["", f"and {len(problems) - SHOWN:,} more: the log of this step has them all."]
    return "\n".join(rows)


def _row(problem: str) -> str:
    found = _PLACE.fullmatch(problem)
    if not found:
        return f"| | | {inert(problem)} |"
    line = found["line"] or ""
    return f"| {inert(found['file'], 100)} | {line} | {inert(found['message'])} |"


def main() -> int:
    """Check this folder; the exit status of the check."""
    done = subprocess.run([sys.executable, "-m", "generator", "check", "--json"], stdout=subprocess.PIPE, check=False)
    problems = _problems(done.stdout)
    if problems is None:
        write_summary("## The check itself failed\n\nThe log of this step says why.")
    else:
        write_summary(summary_of(problems))
    return done.returncode


def _problems(output: bytes) -> list[str] | None:
    try:
        said: Any = json.loads(output)
    except ValueError:
        return None
    found = said.get("problems") if isinstance(said, dict) else None
    return [str(each) for each in found] if isinstance(found, list) else None


if __name__ == "__main__":
    sys.exit(main())
