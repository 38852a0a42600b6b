"""Open the pull request of Update the software, or say how to open it where GitHub does not let a workflow do that.

Reads upgrade/report.json. Names of files come from the template and from this copy: they are shown as inert code.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scripts.actions import annotate, inert, write_summary
from scripts.github_api import ApiError, GitHub
from scripts.places import Places

REPORT = Path("upgrade/report.json")
BRANCHES = "upgrade/"
_SHOWN = 40
_REFUSED = {403, 422}
_VERDICTS = {
    "sound": "A trial with your configuration and data: **builds, and its check finds nothing wrong**.",
    "broken": "A trial with your configuration and data: **does not build, or its check finds something**. The log of "
    "the job *Try it* says what. Do not merge before that is mended; files that are kept as you have them, below, are "
    "the usual reason.",
}
_UNTRIED = "It could not be tried with your configuration and data: the log of the job *Try it* says why."


def listed(paths: Sequence[str]) -> str:
    """Paths as a list of Markdown."""
    more = [f"- and {len(paths) - _SHOWN:,} more"] if len(paths) > _SHOWN else []
    return "\n".join([*(f"- {inert(path)}" for path in paths[:_SHOWN]), *more])


def text(report: Mapping[str, Any], verdict: str, branch: str, run: str, places: Places) -> str:
    """What the pull request says."""
    upstream = f"https://github.com/{report['repository']}"
    compare = f"{upstream}/compare/{report['start']}...{report['target']}"
    what = (
        f"Brings version {report['version']} of [the template]({upstream}) into this copy: "
        f"[what is new]({upstream}/blob/{report['target']}/CHANGELOG.md), [every changed line]({compare}). "
        "`config.yaml`, `data/`, `content/` and `trackers/` are yours and stay as they are; what you changed in "
        "templates, styles and code is kept."
    )
    parts = [what, _VERDICTS.get(verdict, _UNTRIED)]
    if report["kept"]:
        parts.append(
            "### Files that both sides changed\n\nThe same lines were changed by you and by the new version. These "
            f"files are **as you have them**, whole:\n\n{listed(report['kept'])}\n\nFor each: look at [what is new in "
            "it]("
            f"{compare}) and, if you want that, edit the file on this branch ({inert(branch)}) before you merge. If "
            "you do not need your own change any more, paste the new version's text over it."
        )
    if report["workflows"] or report["workflows_gone"]:
        parts.append(workflows(report, branch, run, places))
    parts.append(
        "To take it: press **Merge pull request**. To leave it: close this, and this version is not proposed again by "
        f"itself. Made by {run}."
    )
    return "\n\n".join(parts)


def workflows(report: Mapping[str, Any], branch: str, run: str, places: Places) -> str:
    """How to add the new workflows: GitHub lets a person do that, and no token of a workflow."""
    where = f"{places.root}/upload/{quote(branch)}/.github/workflows"
    parts = [
        "### Workflows, which only you can change",
        "GitHub lets no workflow change workflows, so these are not in it.",
    ]
    if report["workflows"]:
        parts.append(
            f"New ones, with what you changed in yours:\n\n{listed(report['workflows'])}\n\n"
            f"1. Open {run} and download **workflows-1** (or the highest number) at its end; unpack it.\n"
            f"2. Open [this page]({where}) and drop the files on it.\n"
            "3. Press **Commit changes**."
        )
    if report["workflows_gone"]:
        parts.append(
            f"No longer needed; open each, press **⋯** and **Delete file**:\n\n{listed(report['workflows_gone'])}"
        )
    return "\n\n".join(parts)


def known_before(github: GitHub, version: str, *, by_hand: bool) -> str:
    """The address of a pull request for this version: an open one; for the schedule, one that was closed, too.

    Raises:
        ApiError: GitHub did not say.
    """
    for pull in github.ask("GET", "/pulls?state=all&per_page=100&sort=created&direction=desc") or []:
        ref = str(pull["head"]["ref"])
        ours = re.fullmatch(rf"{BRANCHES}{re.escape(version)}-\d+(-\d+)?", ref)
        if ours and (pull["state"] == "open" or not by_hand):
            return str(pull["html_url"])
    return ""


def propose(github: GitHub, title: str, body: str, branch: str, base: str) -> str | None:
    """Open the pull request; None where the settings of the repository do not let a workflow do that.

    Raises:
        ApiError: GitHub failed otherwise.
    """
    try:
        made = github.ask("POST", "/pulls", {"title": title, "body": body, "head": branch, "base": base})
    except ApiError as error:
        if error.status in _REFUSED:
            return None
        raise
    return str(made["html_url"])


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Open it once."""
    report = json.loads(REPORT.read_bytes())
    github, places = GitHub(environment), Places.here(environment)
    branch, base = environment["UPGRADE_BRANCH"], environment["BRANCH"]
    run = places.run(environment["GITHUB_RUN_ID"])
    body = text(report, environment.get("VERDICT", ""), branch, run, places)
    title = f"Update the software to {report['version']}"
    try:
        address = propose(github, title, body, branch, base)
    except ApiError as error:
        annotate("warning", f"The pull request could not be opened: {error}. The summary says how to do it.")
        address = None
    address = address or known_before(github, report["version"], by_hand=True)  # a job that is run again
    if not address:
        compare = f"{places.root}/compare/{quote(base)}...{quote(branch)}?expand=1"
        write_summary(
            f"## {title}: one click is left\n\nThe new version is on the branch {inert(branch)}. This repository does "
            f"not let workflows open pull requests: open [this page]({compare}) and press **Create pull request**. (Or "
            f"tick **Allow GitHub Actions to create and approve pull requests** in {places.permissions}, and run this "
            f"again.)\n\n{body}"
        )
        return 0
    write_summary(f"## {title}: look at [the pull request]({address})\n\n{body}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
