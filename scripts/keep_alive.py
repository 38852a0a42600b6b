"""Switch the schedules on before GitHub switches them off after 60 days without a commit.

Through GitHub's own API, and only while the page lives: where Update has not succeeded for 30 days nobody reads it, and
the schedules may sleep. What a person switched off stays off, and is named.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from scripts.actions import annotate, write_summary
from scripts.github_api import ApiError, GitHub
from scripts.places import Places

ALIVE = timedelta(days=30)
SCHEDULED = ("update.yml", "prune.yml", "live.yml", "keepalive.yml", "upgrade.yml")
_SWITCHABLE = {"active", "disabled_inactivity", "disabled_fork"}
_BY_A_PERSON = "disabled_manually"


def is_alive(github: GitHub, now: datetime) -> bool:
    """Whether Update succeeded lately, or is too new to be judged.

    Raises:
        ApiError: GitHub did not say.
    """
    runs = github.ask("GET", "/actions/workflows/update.yml/runs?status=success&per_page=1")["workflow_runs"]
    times = [runs[0]["created_at"]] if runs else [github.ask("GET", "/actions/workflows/update.yml")["created_at"]]
    return now - datetime.fromisoformat(times[0]) < ALIVE


def switch_on(github: GitHub) -> tuple[list[str], list[str]]:
    """Enable every scheduled workflow of ours that no person switched off -> (their files, those that one did).

    Raises:
        ApiError: GitHub did not let us.
    """
    switched, left = [], []
    for workflow in github.ask("GET", "/actions/workflows?per_page=100")["workflows"]:
        file = str(workflow["path"]).rpartition("/")[2]
        if file in SCHEDULED and workflow["state"] in _SWITCHABLE:
            github.ask("PUT", f"/actions/workflows/{workflow['id']}/enable")
            switched.append(file)
        elif file in SCHEDULED and workflow["state"] == _BY_A_PERSON:
            left.append(file)
    return sorted(switched), sorted(left)


def main() -> int:
    """Keep alive once."""
    github, places = GitHub(), Places.here()
    try:
        if not is_alive(github, datetime.now(UTC)):
            update = places.workflow("update.yml", "Update")
            write_summary(
                "Update has not succeeded for 30 days, so its schedule is left to sleep. To wake the page up, open "
                f"{update}, press **Enable workflow** if it is there, then **Run workflow**."
            )
            return 0
        switched, left = switch_on(github)
    except (ApiError, KeyError, TypeError, ValueError) as error:
        annotate("error", f"The schedules could not be switched on, and may sleep after 60 quiet days: {error}")
        return 1
    write_summary(f"Switched on for another 60 days: {', '.join(switched) or 'nothing'}.")
    if left:
        named = ", ".join(places.workflow(file, file) for file in left)
        write_summary(
            f"Somebody switched these off, and they stay off: {named}. **Enable workflow** there undoes that."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
