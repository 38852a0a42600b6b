"""Keep the schedules on: GitHub switches them off after 60 days without a commit. Sound runs of Update call this.

Switching a workflow on again through GitHub's API begins another 60 days. Where Update fails for two months, the
schedules fall asleep, because nobody looks after the page. What a person switched off stays off.
"""

from __future__ import annotations

from scripts.github_api import GitHub

SCHEDULED = ("update.yml", "upgrade.yml", "live.yml", "demo.yml")
_SWITCHABLE = {"active", "disabled_inactivity", "disabled_fork"}


def switch_on(github: GitHub) -> list[str]:
    """Switch on every scheduled workflow that no person switched off; returns their files.

    Raises:
        ApiError: GitHub did not let us.
    """
    switched = []
    for workflow in github.ask("GET", "/actions/workflows?per_page=100")["workflows"]:
        file = str(workflow["path"]).rpartition("/")[2]
        if file in SCHEDULED and workflow["state"] in _SWITCHABLE:
            github.ask("PUT", f"/actions/workflows/{workflow['id']}/enable")
            switched.append(file)
    return sorted(switched)
