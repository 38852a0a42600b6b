"""Judge a live fetch: did a service answer in another shape than its adapter reads?

Usage: python -m scripts.live_check CACHE. Exit status 1 where a format changed, with a sentence; a service that is down
or refuses is told and passes: the next week asks again.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.actions import annotate, inert, write_summary
from scripts.summary import load, table

CHANGED = "format changed"


def changed_formats(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(network, what changed) of every network whose answers have another shape than its adapter reads."""
    found = []
    for network, report in sorted(run["networks"].items()):
        failure, warnings = report.get("failure"), report.get("warnings") or []
        told = [text for text in (failure, *warnings) if text and CHANGED in text]
        skipped = report.get("skipped") or []
        found += [(network, text) for text in told or skipped[:1]]
    refused = run["arxiv"].get("refused")
    return [*found, ("arxiv", refused)] if refused and CHANGED in refused else found


def main(cache: Path) -> int:
    """Judge the fetch that left this cache."""
    run = load(cache / "last-run.json")
    if run is None or not run.get("networks"):
        annotate("error", "The fetch left no report: read the log of the step before.")
        return 1
    changed = changed_formats(run)
    said = [f"- {inert(network, 20)}: {inert(text)}" for network, text in changed]
    verdict = (
        "A service answers in a new shape. Nothing is wrong with your copy: everything else goes on, and a newer "
        "version of this software will read it."
        if changed
        else "Every service that answered did so in the shape that is read."
    )
    write_summary("\n\n".join(part for part in ("## Live check", table(run), verdict, "\n".join(said)) if part))
    if changed:
        annotate("error", f"The format of {', '.join(sorted({network for network, _ in changed}))} changed.")
    return int(bool(changed))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
