"""Look after the data, rehearsed: old years, the branch that data may be kept on, and earlier states."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from generator.storage.store import Store
from tests import make
from tests.rehearsal.conftest import Stage
from tests.rehearsal.github import BRANCH, git
from tests.rehearsal.runner import Run
from tests.rehearsal.test_update import ALL_SOUND, IDLE, counts

pytestmark = pytest.mark.slow

DONE = {"care": "success", "start": "success"}
REFUSED = {"care": "failure", "start": "skipped"}


def care(stage: Stage, do: str, of: str = "") -> Run:
    return stage.runner.run("care.yml", "workflow_dispatch", {"do": do, "of": of})


def names(stage: Stage, ref: str = BRANCH) -> set[str]:
    return set(git("ls-tree", "-r", "--name-only", ref, cwd=stage.github.remote).splitlines())


def data_of(stage: Stage, tree: str) -> dict[str, str]:
    """Path in data/ -> the blob."""
    lines = git("ls-tree", "-r", tree, cwd=stage.github.remote).splitlines()
    return {line.partition("\t")[2]: line.split()[2] for line in lines}


def started(stage: Stage) -> Run:
    """What Look after the data started, as it started it."""
    file, body = stage.github.dispatched.pop()
    assert file == "update.yml"
    return stage.runner.run(file, "workflow_dispatch", body["inputs"])


def put(stage: Stage, files: dict[str, str | None]) -> None:
    """Into data/ where it is: beside the code, or on its branch."""
    stage.push({f"data/{name}": text for name, text in files.items()}, "By hand")


@pytest.fixture
def old_years(stage: Stage) -> None:
    """A page with two posts of this year, and four of 2024 and 2025 that somebody imported."""
    stage.configure(x=False)
    for _ in range(2):
        stage.networks.post()
    stage.update("push")
    clone = stage.folder / "by-hand"
    git("pull", "--quiet", "--ff-only", "origin", BRANCH, cwd=clone)
    store = Store(clone / "data")
    tree = store.load()
    for number, year in enumerate((2024, 2024, 2025, 2025)):
        paper = "2611.00001" if number == 0 else f"2401.0000{number}"  # the first is talked about to this day
        at = datetime(year, 3, 1 + number, tzinfo=UTC)
        tree.add_post(make.post(f"old{number}", papers=(paper,), posted_at=at, seen_at=at))
        if number:
            tree.add_paper(make.paper(paper))
    store.save(tree)
    stage.push({}, "Import")


def test_old_years_leave_the_page_and_come_back_whole_but_for_what_was_removed_since(
    stage: Stage, old_years: None
) -> None:
    whole = data_of(stage, f"{BRANCH}:data")
    stage.update("push")
    assert counts(stage)["papers"] == 5
    wrong = care(stage, "Archive old years", "2025; touch x")
    assert wrong.results == REFUSED
    assert "Say which year to keep from" in wrong.summary
    assert "or may workflows not write" in wrong.summary
    run = care(stage, "Archive old years", "2026")
    assert run.results == DONE, run.log
    archived, left = data_of(stage, "archive"), data_of(stage, f"{BRANCH}:data")
    assert sorted(path for path in archived if path.startswith("posts")) == sorted(
        path for path in whole if path.startswith(("posts/bluesky/2024", "posts/bluesky/2025"))
    )
    assert {path: blob for path, blob in whole.items() if path not in archived} == {
        path: blob for path, blob in left.items() if path not in archived
    }, "what stays is not touched"
    assert whole == {**archived, **left}
    assert not any(path.startswith("papers/2401") for path in left)
    assert any(path.startswith("papers/2611") for path in left)
    assert started(stage).results == {**ALL_SOUND}
    assert counts(stage)["papers"] == 2
    assert "Everything was so already" in care(stage, "Archive old years", "2026").summary
    gone = '{"id":"bluesky:ada/old3","gone_on":"2026-11-21"}\n'
    put(stage, {"gone.jsonl": gone})
    back = care(stage, "Bring archived years back")
    assert back.results == DONE, back.log
    again = data_of(stage, f"{BRANCH}:data")
    assert set(whole) - set(again) == {"posts/bluesky/2025/03/04.jsonl"}
    assert all(blob == again[path] for path, blob in whole.items() if path in again)
    assert started(stage).results == ALL_SOUND
    assert counts(stage)["papers"] == 5


def test_a_push_in_between_and_an_archive_that_is_there_lose_nothing(stage: Stage, old_years: None) -> None:
    assert "There is no branch archive" in care(stage, "Bring archived years back").summary
    whole = data_of(stage, f"{BRANCH}:data")
    assert care(stage, "Archive old years", "2025").results == DONE
    first = git("rev-parse", "archive", cwd=stage.github.remote)
    stage.push_during_the_next_push({"content/mine.md": "# Mine\n"}, "A page of my own")
    run = care(stage, "Archive old years", "2026")
    assert run.results == DONE, run.log
    assert git("rev-parse", "archive~1", cwd=stage.github.remote) == first
    assert whole == {**data_of(stage, "archive"), **data_of(stage, f"{BRANCH}:data")}
    assert "content/mine.md" in names(stage)
    for _ in range(2):
        run = stage.runner.again(run)
        assert run.results == {"care": "success", "start": "skipped"}, "everything was so already"


def test_data_on_a_branch_of_its_own_is_read_and_written_there_by_every_workflow(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    assert "Nothing was captured yet" in care(stage, "Move the data to a branch", "data").summary
    stage.update("push")
    before = data_of(stage, f"{BRANCH}:data")
    moved = care(stage, "Move the data to a branch", "data")
    assert moved.results == DONE, moved.log
    assert data_of(stage, "data") == before
    assert not any(name.startswith("data/") for name in names(stage))
    assert stage.github.dispatched[-1][1]["inputs"] == {"accept_fewer": "false"}, "nothing may be missing after this"
    assert started(stage).results == ALL_SOUND
    code = stage.github.head()
    idle = stage.update()  # without news
    assert idle.results == IDLE, idle.log
    stage.networks.post()
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert counts(stage)["papers"] == 2
    assert stage.github.head() == code, "nothing is committed beside the code"
    assert git("log", "-1", "--format=%s", "data", cwd=stage.github.remote) == "1 paper, 1 post (bluesky 1)"
    stage.push({"content/mine.md": "# Mine\n"}, "A page")
    assert stage.runner.run("test.yml", "pull_request").results["check"] == "success"
    config = stage.networks.config(f"{stage.github.server.url}/", x=False)
    stage.push({"config.yaml": config + "filters: {mute_accounts: ['bluesky:ada.example.com']}\n"}, "A request")
    assert stage.update().results["commit"] == "success"
    assert git("log", "-1", "--format=%s", "data", cwd=stage.github.remote) == "2 posts removed"
    kept = data_of(stage, "data")
    back = care(stage, "Move the data back")
    assert back.results == DONE, back.log
    assert data_of(stage, f"{BRANCH}:data") == kept
    assert ".data-branch" not in names(stage)
    assert "/data/" not in git("show", f"{BRANCH}:.gitignore", cwd=stage.github.remote).splitlines()
    assert "nothing to move back" in care(stage, "Move the data back").summary
    assert stage.github.refused == []


def test_a_race_for_the_branch_of_the_data_loses_neither_side(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.update("push")
    assert care(stage, "Move the data to a branch", "data").results == DONE
    clone = stage.folder / "writer"
    git("clone", "--quiet", "--branch", "data", str(stage.github.remote), str(clone), cwd=stage.folder)
    store = Store(clone)
    tree = store.load()
    tree.add_post(make.post("theirs", papers=("2611.00001",)))
    store.save(tree)
    git("add", "--all", cwd=clone)
    git("commit", "--quiet", "--message", "Theirs", cwd=clone)
    stage.race(clone, "data")
    stage.networks.post()
    run = stage.update()
    assert run.results == ALL_SOUND, run.log
    assert "not pushed: somebody pushed in between" in run.log
    subjects = git("log", "--format=%s", "data", cwd=stage.github.remote).splitlines()
    assert subjects[:2] == ["1 paper, 1 post (bluesky 1)", "Theirs"]
    assert "posts/bluesky/2026/11/20.jsonl" in data_of(stage, "data")
    assert counts(stage)["posts"] == 3


def test_where_the_branch_of_the_data_is_gone_nothing_is_lost_and_the_summary_says_where_it_was(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.update("push")
    assert care(stage, "Move the data to a branch", "data").results == DONE
    commit = git("rev-parse", "data", cwd=stage.github.remote)
    git("update-ref", "-d", "refs/heads/data", cwd=stage.github.remote)
    run = stage.update()
    assert run.results == {**IDLE, "fetch": "failure"}
    assert "/branches" in run.summary
    assert "::error file=.data-branch,line=1" in run.log
    refused = stage.runner.run("setup.yml", "workflow_dispatch", {"bluesky": "ada.example.com"})
    assert refused.results["write"] == "success", "nothing is there that could be thrown away"
    assert ".data-branch" not in names(stage)
    git("update-ref", "refs/heads/data", commit, cwd=stage.github.remote)


def test_set_up_empties_the_branch_of_the_data_only_when_told(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.update("push")
    assert care(stage, "Move the data to a branch", "papers/data").results == DONE
    refused = stage.runner.run("setup.yml", "workflow_dispatch", {"bluesky": "bo.example.com"})
    assert "has captured posts" in refused.summary
    told = stage.runner.run("setup.yml", "workflow_dispatch", {"bluesky": "bo.example.com", "start_over": "true"})
    assert told.results["write"] == "success", told.log
    assert data_of(stage, "papers/data").keys() == {".gitkeep"}
    assert "bo.example.com" in git("show", f"{BRANCH}:config.yaml", cwd=stage.github.remote)
    assert stage.update("workflow_dispatch").results["commit"] == "success"


def test_the_data_is_restored_to_an_earlier_commit_and_what_was_removed_stays_away(stage: Stage) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.networks.post()
    stage.update("push")
    good = stage.github.head()
    before = data_of(stage, f"{good}:data")
    put(stage, {"papers": None, "posts/x/2026/11/20.jsonl": "damaged\n",
                "gone.jsonl": '{"id":"bluesky:ada/never","gone_on":"2026-11-21"}\n'})  # fmt: skip
    assert "Say which commit" in care(stage, "Restore the data", "0" * 40).summary
    run = care(stage, "Restore the data", good[:10])
    assert run.results == DONE, run.log
    after = data_of(stage, f"{BRANCH}:data")
    assert after.pop("gone.jsonl")
    assert after == before
    assert started(stage).results == ALL_SOUND
    assert counts(stage)["papers"] == 2
