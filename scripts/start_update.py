"""After Set up: switch the schedules on where GitHub has them off (forks), start Update, and say what comes next."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from scripts import advice
from scripts.actions import annotate, write_summary
from scripts.github_api import ApiError, GitHub
from scripts.keep_alive import SCHEDULED
from scripts.pages import pages_of
from scripts.places import Places


def start(github: GitHub, branch: str) -> None:
    """Enable what is scheduled and run Update; papers may be fewer than those of whoever had this copy before.

    Raises:
        ApiError: GitHub did not let us.
    """
    for file in SCHEDULED:
        github.ask("PUT", f"/actions/workflows/{file}/enable")
    github.ask("POST", "/actions/workflows/update.yml/dispatches", {"ref": branch, "inputs": {"accept_fewer": "true"}})


def next_steps(pages: str, places: Places, url: str, *, reads_x: bool, started: bool) -> str:
    """What the summary says: what was done, and the clicks that are left."""
    update = places.workflow("update.yml", "Update")
    steps = []
    if not started:
        steps.append(f"Open {update}, press **Enable workflow** if it is there, then **Run workflow**.")
    if pages != "on":
        steps.append(
            advice.for_pages(pages, places, url) or f"See in {places.pages} that **Source** is **GitHub Actions**."
        )
    if reads_x:
        steps.append(
            f"X can only be read with a token of your own, which costs by the read: open {places.secrets}, press **New "
            "repository secret**, name it `X_BEARER_TOKEN` and paste it. Without it everything else works."
        )
    steps.append(f"{'The first update is running' if started else 'Then look'}: {update}. Your page will be at {url}.")
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    return f"## This copy is yours\n\n{places.config} names your accounts now, and `data/` is empty.\n\n{numbered}"


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Start, and say what comes next; fails only where Update could not be started."""
    github, places = GitHub(environment), Places.here(environment)
    try:
        start(github, environment["BRANCH"])
        started = True
    except ApiError as error:
        annotate("error", f"Update could not be started: {error}. The summary says where to press the button.")
        started = False
    reads_x = environment.get("READS_X") == "true"
    pages = pages_of(github)
    write_summary(next_steps(pages.state, places, pages.url, reads_x=reads_x, started=started))
    return 0 if started else 1


if __name__ == "__main__":
    sys.exit(main())
