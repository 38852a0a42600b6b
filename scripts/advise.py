"""Say in the summary what to do where a job failed: `python3 -m scripts.advise`, the last step of a job.

STEPS is the job's `steps` context as JSON; GitHub names the job. Update has a job of its own for this (scripts.report).
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from scripts import advice
from scripts.actions import write_summary
from scripts.advice import Failure
from scripts.places import Places

_CONSEQUENCES = {
    "Set up": "What was not committed can be done again.",
    "Look after the data": "What was not committed can be done again; nothing is lost.",
    "Update the software": "This copy goes on as it is.",
    "Live check": "The page goes on as it is.",
    "Live demo": "The demo stays as it is.",
    "Test": "Nothing is merged by this.",
}


def failed_step(steps: Mapping[str, Mapping[str, object]]) -> str:
    """The id of the step that failed; empty where that has no id."""
    return next((name for name, step in steps.items() if step.get("conclusion") == "failure"), "")


def main(environment: Mapping[str, str] = os.environ) -> None:
    """Advise once."""
    failure = Failure(environment["GITHUB_JOB"], failed_step(json.loads(environment["STEPS"])))
    workflow = environment["GITHUB_WORKFLOW"]
    consequence = _CONSEQUENCES.get(workflow, "")
    advised = advice.for_failure(failure, {}, Places.here(environment))
    write_summary(f"## {workflow} failed\n\n{consequence}\n\n{advised}", environment)


if __name__ == "__main__":
    main()
