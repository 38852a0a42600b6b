"""What X costs in a month: counted, foreseen, capped, and nothing at all without a token."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from generator.fetch.adapter.source import Meter
from generator.fetch.sources.x.cost import PAGE_MAX, Budget
from generator.model.merge import merge_states
from generator.model.records import NetworkState
from generator.model.spending import add_spending, spending_of
from tests.conftest import ROOT
from tests.e2e.run import Copy
from tests.loopback import Loopback, as_json
from tests.rehearsal.github import QUIET_GIT, git
from tests.rehearsal.workflow import load

NOW = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
UPDATE = ROOT / ".github/workflows/update.yml"
NOW_OPTION = ("--now", "2026-11-10T12:00:00Z")


@pytest.mark.parametrize(
    ("spent", "cap", "said"),
    [
        ({}, 10.0, (0.0, 0.0)),
        ({"2026-10-31": 9.0}, 10.0, (0.0, 0.0)),
        ({"2026-11-04": 0.7, "2026-11-10": 0.7}, None, (1.4, 1.4 + 20 * 0.2)),  # seven days are known
        ({"2026-11-10": 0.5}, None, (0.5, 0.5 + 20 * 0.5)),  # one day is
        ({"2026-11-10": 0.5}, 10.0, (0.5, 10.0)),
        ({"2026-11-10": 12.0}, 10.0, (12.0, 12.0)),  # the cap was lowered
        ({"x": 1.0, "": 1.0, "2026-11-31": 1.0}, None, (1.0, 1.0)),  # no days: somebody edited them
    ],
)
def test_a_month_is_summed_up_and_foreseen(
    spent: dict[str, float], cap: float | None, said: tuple[float, float]
) -> None:
    spending = spending_of(spent, NOW, cap)
    assert (spending.spent_usd, spending.forecast_usd) == pytest.approx(said)
    assert ("reading stops at $10.00" in spending.text) is (cap is not None)


def test_days_add_up_and_old_months_are_forgotten() -> None:
    spent = add_spending({"2026-09-30": 5.0, "2026-10-01": 1.0, "2026-11-10": 0.25}, 0.5, NOW)
    assert spent == {"2026-10-01": 1.0, "2026-11-10": 0.75}
    assert add_spending({}, 0.0, NOW) == {}


def test_of_two_trees_the_larger_sum_of_a_day_counts() -> None:
    one, other = NetworkState(spent_usd={"a": 1.0, "b": 2.0}), NetworkState(spent_usd={"b": 3.0})
    assert merge_states(one, other).spent_usd == merge_states(other, one).spent_usd == {"a": 1.0, "b": 3.0}


@pytest.mark.parametrize("left_usd", [-1.0, 0.0, 0.044, 0.3, 2.0, 5.0])
def test_no_page_can_cost_more_than_is_left(left_usd: float) -> None:
    """At worst a post brings two others and three accounts."""
    meter = Meter()
    budget = Budget(1_000_000, meter, left_usd)
    number = 0
    while size := budget.page_size(1):
        posts = [{"id": str(number + each)} for each in range(size)]
        others = [{"id": str(number + each)} for each in range(size, 3 * size)]
        users = [{"id": str(number + each)} for each in range(3 * size)]
        budget.count({"data": posts, "includes": {"tweets": others, "users": users}})
        number += 3 * PAGE_MAX
    assert meter.cost_usd <= max(0.0, left_usd)
    assert budget.is_month_spent
    assert meter.cost_usd >= left_usd - 0.06


CONFIG = (
    "trackers: [{id: ada, x: {accounts: [ada_l]}, hackernews: {min_points: 1}}]\nnetworks: {hackernews: {api: %s}}\n"
)


def test_without_a_token_x_is_no_failure_and_everything_says_what_is_missing(tmp_path: Path) -> None:
    with Loopback(lambda _: as_json({"hits": [], "nbHits": 0})) as stories:
        copy = Copy(tmp_path / "copy", CONFIG % stories.url)
        ran = copy.run("fetch", *NOW_OPTION)
        again = copy.run("fetch", *NOW_OPTION)
    assert ran.status == again.status == 0
    assert "x: is not read before the secret X_BEARER_TOKEN is set; nothing is paid" in ran.out
    assert ran.err == ""
    state = json.loads((copy.folder / "data/state/x.json").read_text())
    assert (state["lacks"], state["failing_since"], state["last_success_at"]) == ("X_BEARER_TOKEN", None, None)
    assert copy.run("fetch", "--only", "x", *NOW_OPTION).status == 0
    told = copy.run("status", *NOW_OPTION)
    assert "is not read: set the secret X_BEARER_TOKEN, or take x out of the trackers" in told.out
    assert "about $0.00 spent this month, about $0.00 by its end, reading stops at $10.00" in told.out
    assert copy.run("build", *NOW_OPTION).status == 0
    page = (copy.folder / "site/status/index.html").read_text("utf-8")
    assert "The owner of this site has not set up access to X" in page
    assert "Not read since" not in page


STATE = NetworkState(accounts={"ada_l": "x:1"}, spent_usd={"2026-11-09": 1.0})


def put_state(folder: Path, state: NetworkState) -> None:
    path = folder / "data/state/x.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(state))


def news(folder: Path) -> str:
    """What scripts/news.sh says of this folder."""
    output = folder / ".git/output"
    output.unlink(missing_ok=True)
    environment = {**os.environ, **QUIET_GIT, "GITHUB_OUTPUT": str(output), "PYTHON": sys.executable}
    subprocess.run(
        [str(ROOT / "scripts/news.sh")], cwd=folder, check=True, env={**environment, "PYTHONPATH": str(ROOT)}
    )
    return output.read_text().splitlines()[0]


@pytest.mark.parametrize("on_a_branch_of_its_own", [False, True])
def test_spending_alone_is_no_news_and_is_counted_by_the_next_run(
    tmp_path: Path, *, on_a_branch_of_its_own: bool
) -> None:
    copy = Copy(tmp_path / "copy")
    put_state(copy.folder, STATE)
    (copy.folder / "data/schema.json").write_text('{"version":1}\n')
    repositories = [copy.folder]
    if on_a_branch_of_its_own:
        repositories.insert(0, copy.folder / "data")
        (copy.folder / ".data-branch").write_text("data\n")
        (copy.folder / ".gitignore").write_text("/data/\n.cache/\n")
    for repository in repositories:
        git("init", "--quiet", ".", cwd=repository)
        git("add", "--all", cwd=repository)
        git("commit", "--quiet", "--message", "Begin", cwd=repository)
    assert news(copy.folder) == "changed=false"
    spent = msgspec.structs.replace(STATE, spent_usd={**STATE.spent_usd, "2026-11-10": 0.4})
    put_state(copy.folder, spent)
    assert news(copy.folder) == "changed=false"
    # The next run checks out the data that is committed, and the cache brings what was spent.
    git("checkout", "--quiet", "--", ".", cwd=repositories[0])
    (step,) = [step for step in load(UPDATE).jobs["fetch"].steps if step.name == "Count that"]
    assert step.run == "[ ! -e .cache/spent ] || python -m generator merge .cache/spent --quiet"
    assert copy.run("merge", ".cache/spent", "--quiet").status == 0
    merged = msgspec.json.decode((copy.folder / "data/state/x.json").read_bytes(), type=NetworkState)
    assert merged == spent
    assert news(copy.folder) == "changed=false"
    dear = msgspec.structs.replace(STATE, spent_usd={**STATE.spent_usd, "2026-11-10": 0.5})
    put_state(copy.folder, dear)
    assert news(copy.folder) == "changed=true", "GitHub may drop a cache, so larger sums are committed"
    put_state(copy.folder, msgspec.structs.replace(spent, cursors={"account/x:1": "7"}))
    assert news(copy.folder) == "changed=true"
    put_state(copy.folder, spent)
    (copy.folder / "data/pending.jsonl").write_text("{}\n")
    assert news(copy.folder) == "changed=true"
