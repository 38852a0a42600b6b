"""A simulated year of a copy that nobody touches, on the workflows' own schedules: minutes, issues opened, dollars."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from generator.fetch.adapter.source import Meter
from generator.fetch.sources.x.config import XNetwork
from generator.fetch.sources.x.cost import FIRST_POSTS, POSTS_A_DAY, Budget, estimate
from generator.model import recheck
from generator.model.records import Post
from generator.model.spending import add_spending, month_usd
from scripts import report
from scripts.places import Places
from tests import make
from tests.conftest import ROOT
from tests.rehearsal.workflow import load

WORKFLOWS = {path.name: load(path) for path in (ROOT / ".github/workflows").glob("*.yml")}
WITH_NEWS = ("fetch", "commit", "publish", "report")
WITHOUT_NEWS = ("fetch", "report")
"""What runs then: tests/rehearsal/test_update.py sees it."""
MINUTES = Counter({"publish": 2})
"""Of a job, where it is not one: GitHub rounds every job up to whole minutes."""
LONGEST_MONTH = 31
UPGRADE = 1
ABOUT_PAPERS = 5
"""One post in so many is about a paper, and is captured."""
PLACES = Places("https://github.com/ada-example/papers", "main")


def runs_a_day(file: str) -> int:
    """How often the schedule starts a workflow that runs every day."""
    (schedule,) = WORKFLOWS[file].on["schedule"]
    _minute, hours, *every_day = schedule["cron"].split()
    assert every_day == ["*", "*", "*"]
    return len(range(0, 24, int(hours.removeprefix("*/"))))


def minutes_of(jobs: tuple[str, ...]) -> int:
    return sum(MINUTES[job] or 1 for job in jobs)


def test_a_private_repository_stays_below_a_thousand_minutes_a_month_and_the_document_has_the_table() -> None:
    scheduled = {file for file, workflow in WORKFLOWS.items() if "schedule" in workflow.on}
    assert scheduled == {"update.yml", "upgrade.yml", "live.yml", "demo.yml"}
    for job in (WORKFLOWS["live.yml"].jobs["live"], WORKFLOWS["demo.yml"].jobs["demo"]):
        assert job.condition == "github.event.repository.is_template", "a copy skips it, and a skipped job is free"
    runs = runs_a_day("update.yml") * LONGEST_MONTH
    always, never = (runs * minutes_of(jobs) for jobs in (WITH_NEWS, WITHOUT_NEWS))
    rows = re.findall(
        r"^\| [^|]+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", (ROOT / "docs/setup.md").read_text("utf-8"), re.MULTILINE
    )
    assert [tuple(map(int, row)) for row in rows] == [
        (len(WITH_NEWS), minutes_of(WITH_NEWS), runs, always),
        (len(WITHOUT_NEWS), minutes_of(WITHOUT_NEWS), runs, never),
        (1, UPGRADE, 1, UPGRADE),
    ]
    assert always + UPGRADE < 1000


@dataclass
class Issues:
    """GitHub's issues and the runs of Update, in memory."""

    opened: list[dict[str, Any]] = field(default_factory=list)
    conclusions: list[str] = field(default_factory=lambda: ["success"])

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """What GitHub answers."""
        if path.startswith("/actions/workflows/update.yml/runs"):
            return {"workflow_runs": [{"id": 0, "conclusion": self.conclusions[-1]}]}
        if method == "GET":
            return [issue for issue in self.opened if issue["state"] == "open"]
        if path == "/issues":
            self.opened.append({"number": len(self.opened) + 1, "state": "open", **(body or {})})
            return self.opened[-1]
        if method == "PATCH":
            self.opened[int(path.rpartition("/")[2]) - 1].update(body or {})
        return {}


def one_run(issues: Issues, *, failed: str = "", findings: str = "secret-absent:X_BEARER_TOKEN") -> None:
    """The end of a run of Update, in which a job may have failed."""
    jobs: dict[str, dict[str, Any]] = {
        job: {"result": "failure" if job == failed else "success", "outputs": {}} for job in WITH_NEWS[:-1]
    }
    jobs["fetch"]["outputs"] = {"findings": findings}
    github: Any = issues
    github.repository = "ada-example/papers"
    outcome, outputs = report.outcome_of(github, json.dumps(jobs), "1", scheduled=True)
    alarm = outcome.needs_owner(outputs) or (outcome.failed and report.failed_before(github, "1"))
    report.keep_issue(github, outcome, "what to do", PLACES.run("1"), alarm=alarm)
    issues.conclusions.append("failure" if failed else "success")


@pytest.mark.parametrize("seed", range(3))
def test_in_a_year_only_what_an_owner_can_mend_or_what_lasts_opens_an_issue(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    dice, issues, minutes, refused = random.Random(seed), Issues(), Counter[int](), range(100, 107)  # noqa: S311
    twice_in_a_row = 0
    for day in range(365):
        for _ in range(runs_a_day("update.yml")):
            failed = dice.choices(["", "fetch", "publish"], [0.99, 0.005, 0.005])[0]  # a machine, or Pages
            news = dice.random() < 0.7
            token = "secret-refused:X_BEARER_TOKEN" if day in refused else "secret-absent:X_BEARER_TOKEN"
            if failed and issues.conclusions[-1] == "failure" and not any(i["state"] == "open" for i in issues.opened):
                twice_in_a_row += 1
            one_run(issues, failed=failed, findings=token)
            minutes[day // LONGEST_MONTH] += minutes_of(WITH_NEWS if news else WITHOUT_NEWS)
    assert len(issues.opened) == 1 + twice_in_a_row, "one for the week in which the token was refused"
    assert twice_in_a_row <= 2
    assert {issue["state"] for issue in issues.opened} == {"closed"}
    assert max(minutes.values()) < 1000


@dataclass
class XReader:
    """An owner who reads accounts on X: each posts POSTS_A_DAY times a day, every second time with another post."""

    accounts: int
    cap_usd: float = XNetwork().max_usd_per_month
    spent_usd: dict[str, float] = field(default_factory=dict)
    month_totals_usd: dict[str, float] = field(default_factory=dict)
    waiting: float = 0.0
    """Posts that were not read yet."""
    ids: int = 0
    read: int = 0
    captured: list[Post] = field(default_factory=list)
    checks: recheck.Checks = field(default_factory=recheck.Checks)

    def fetch(self, now: datetime, days: float) -> None:
        """Read what was posted since the last run, as far as the caps let it."""
        budget, meter = self._budget(now)
        self.waiting += self.accounts * POSTS_A_DAY * days
        while self.waiting >= 1 and (page := budget.page_size(1, int(self.waiting))):
            posts = self._ids(min(page, int(self.waiting)))
            others = self._ids((self.read + len(posts)) // 2 - self.read // 2)
            authors = [{"id": f"author {post['id']}"} for post in others]
            authors += [{"id": f"account {number}"} for number in range(min(self.accounts, len(posts)))]
            budget.count({"data": posts, "includes": {"tweets": others, "users": authors}})
            self.waiting -= len(posts)
            for post in posts:
                self.read += 1
                if self.read % ABOUT_PAPERS:
                    continue
                self.captured.append(make.post(post["id"], network="x", posted_at=now, seen_at=now))
        self._note(meter, now)

    def prune(self, now: datetime) -> None:
        """Ask which posts are still there, as far as the caps let it."""
        budget, meter = self._budget(now)
        asked = recheck.due(self.captured, self.checks, now)[: budget.left]
        budget.count({"data": [{"id": post.id} for post in asked]})
        self.checks.note(dict.fromkeys((post.id for post in asked), True), now)
        self._note(meter, now)

    def _budget(self, now: datetime) -> tuple[Budget, Meter]:
        meter = Meter()
        return Budget(XNetwork().max_reads_per_run, meter, self.cap_usd - month_usd(self.spent_usd, now)), meter

    def _ids(self, number: int) -> list[dict[str, str]]:
        first, self.ids = self.ids, self.ids + number
        return [{"id": str(each)} for each in range(first, self.ids)]

    def _note(self, meter: Meter, now: datetime) -> None:
        self.spent_usd = add_spending(self.spent_usd, meter.cost_usd, now)
        self.month_totals_usd[f"{now:%Y-%m}"] = month_usd(self.spent_usd, now)


def a_year_of(reader: XReader) -> list[float]:
    """What each month of the year 2027 costs."""
    runs = runs_a_day("update.yml")
    reader.waiting = reader.accounts * FIRST_POSTS
    for number in range(365 * runs):
        now = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=24 / runs) * number
        reader.fetch(now, 1 / runs)
        if number % runs == 0:
            reader.prune(now)
    return list(reader.month_totals_usd.values())


def test_a_year_of_one_account_on_x_costs_what_set_up_said_and_the_document_says() -> None:
    bill = estimate(1)
    first, *others = a_year_of(XReader(1))
    assert first == pytest.approx(bill.first_usd + bill.month_usd, rel=0.1)
    assert sum(others) / 11 == pytest.approx(bill.month_usd, rel=0.1)
    said = re.findall(r"a simulated year costs \$(\d+) for one account", (ROOT / "docs/setup.md").read_text("utf-8"))
    assert said == [f"{first + sum(others):.0f}"]


def test_a_year_of_twenty_accounts_on_x_ends_every_month_at_the_cap() -> None:
    reader = XReader(20)
    months = a_year_of(reader)
    assert len(months) == 12
    assert max(months) <= reader.cap_usd
    assert min(months) > reader.cap_usd - 0.06, "less than the dearest post is left"
    assert f"${12 * reader.cap_usd:.0f} for twenty, whose months end at the cap" in (ROOT / "docs/setup.md").read_text()
