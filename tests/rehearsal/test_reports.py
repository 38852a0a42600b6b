"""Whichever job of whichever workflow ends red: a sentence with the place to click reaches the summary. Rehearsed."""

from __future__ import annotations

import re

import pytest

from tests.rehearsal.conftest import Stage
from tests.test_workflows import WORKFLOWS

pytestmark = pytest.mark.slow

PLACE = re.compile(r"\]\(https://github\.com/ada-example/papers/(?:settings/[a-z/]+|actions\b|branches|edit/main/)")
ISSUES = {"update.yml", "prune.yml", "keepalive.yml"}


@pytest.mark.parametrize("file", sorted(WORKFLOWS))
def test_every_red_job_has_its_sentence_with_the_place_to_click(stage: Stage, file: str) -> None:
    jobs = [job for job in WORKFLOWS[file].jobs.values() if job.id != "report"]
    for job in jobs:
        run = stage.runner.run_report(file, job.id, job.steps[-1].name)
        assert run.jobs["report"].result == "success", run.log
        assert re.search(rf"\*\*{job.id}(, step [^*]+)?\*\*: .", run.summary)
        assert PLACE.search(run.summary), run.summary
    assert len(stage.github.issues) == (1 if file in ISSUES else 0)


@pytest.mark.parametrize("file", ["update.yml", "setup.yml"])
def test_where_the_job_that_says_so_fails_itself_its_last_step_says_that(stage: Stage, file: str) -> None:
    stage.push({"scripts/report.py": "raise SystemExit(1)\n"}, "A broken report")
    run = stage.runner.run_report(file, next(iter(WORKFLOWS[file].jobs)))
    assert run.jobs["report"].result == "failure"
    assert "This job says how the run went, and failed itself" in run.summary
    assert f"/actions/runs/{run.id})" in run.summary
