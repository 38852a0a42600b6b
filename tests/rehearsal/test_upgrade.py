"""Update the software, rehearsed: a template that goes on, and a copy that was made from it and went its own way."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rehearsal.conftest import Stage
from tests.rehearsal.github import BRANCH, git
from tests.rehearsal.runner import Run

pytestmark = pytest.mark.slow

TEMPLATE = "maker-example/trending"
STYLE = "templates/static/style.css"
FOUND = dict.fromkeys(("prepare", "try", "push", "propose"), "success")
NOTHING = {**dict.fromkeys(("try", "push", "propose"), "skipped"), "prepare": "success"}


@dataclass
class Maker:
    """Who makes the template: a repository with a history of its own, and releases."""

    stage: Stage
    clone: Path

    def release(self, version: str, files: dict[str, str | None]) -> None:
        """Change files and tag the commit."""
        for name, text in files.items():
            path = self.clone / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text, "utf-8")
        git("add", "--all", cwd=self.clone)
        git("commit", "--quiet", "--message", f"Release {version}", cwd=self.clone)
        git("tag", version, cwd=self.clone)
        git("push", "--quiet", "origin", "main", "--tags", cwd=self.clone)

    def text(self, name: str) -> str:
        """A file as it is now."""
        return (self.clone / name).read_text("utf-8")


@pytest.fixture
def maker(stage: Stage) -> Maker:
    """The template as it was when the copy was made is its second commit: release v1.0.0."""
    upstream, clone = stage.folder / "upstream.git", stage.folder / "maker"
    git("clone", "--quiet", str(stage.github.remote), str(clone), cwd=stage.folder)
    git("checkout", "--quiet", "--orphan", "history", cwd=clone)
    git("commit", "--quiet", "--message", "Before", "--", "README.md", cwd=clone)
    git("add", "--all", cwd=clone)
    git("commit", "--quiet", "--allow-empty", "--message", "Release v1.0.0", cwd=clone)
    git("branch", "--quiet", "--force", "main", cwd=clone)
    git("checkout", "--quiet", "main", cwd=clone)
    git("tag", "v1.0.0", cwd=clone)
    git("init", "--quiet", "--bare", "--initial-branch=main", str(upstream), cwd=stage.folder)
    git("remote", "set-url", "origin", str(upstream), cwd=clone)
    git("push", "--quiet", "origin", "main", "--tags", cwd=clone)
    stage.github.template = TEMPLATE
    stage.runner.env |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{upstream.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": f"https://github.com/{TEMPLATE}",
    }
    return Maker(stage, clone)


def upgrade(stage: Stage, event: str = "workflow_dispatch", **inputs: str) -> Run:
    return stage.runner.run("upgrade.yml", event, inputs)


def on_branch(stage: Stage, name: str) -> str:
    ref = stage.github.pulls[-1]["head"]["ref"]
    return git("show", f"{ref}:{name}", cwd=stage.github.remote)


def names_on(stage: Stage, ref: str) -> set[str]:
    return set(git("ls-tree", "-r", "--name-only", ref, cwd=stage.github.remote).splitlines())


def merge_pull(stage: Stage, files: dict[str, str | None] | None = None) -> None:
    """What the owner does: the workflows onto the branch, and Merge pull request."""
    clone, ref = stage.folder / "by-hand", stage.github.pulls[-1]["head"]["ref"]
    git("pull", "--quiet", "--ff-only", "origin", BRANCH, cwd=clone)
    git("fetch", "--quiet", "origin", ref, cwd=clone)
    git("merge", "--quiet", "--no-ff", "--message", "Merge pull request", "FETCH_HEAD", cwd=clone)
    git("push", "--quiet", "origin", BRANCH, cwd=clone)
    if files:
        stage.push(files, "Add files via upload")
    stage.github.pulls[-1]["state"] = "closed"


def test_a_new_version_comes_as_a_pull_request_and_what_is_the_owners_stays(stage: Stage, maker: Maker) -> None:
    stage.configure(x=False)
    stage.networks.post()
    stage.update()
    mine = "/* my colours */\n" + maker.text(STYLE)
    cron = maker.text(".github/workflows/update.yml").replace('"17 */4', '"23 */6')
    stage.push({STYLE: mine, "content/mine.md": "# Mine\n", ".github/workflows/update.yml": cron}, "My own")
    assert "up to date" in upgrade(stage).summary
    before = stage.github.head()
    maker.release("v1.0.9", {"CHANGELOG.md": maker.text("CHANGELOG.md") + "\nOlder.\n"})
    maker.release("v1.0.10", {
        STYLE: maker.text(STYLE) + "\n.new { color: inherit }\n", "scripts/new_thing.py": '"""New."""\n',
        "config.yaml": "site: {title: The maker's own}\n", "content/theirs.md": "# Theirs\n", "LICENSE": None,
        "data/posts/bluesky/2026/01/01.jsonl": "{}\n",
        ".github/workflows/update.yml": maker.text(".github/workflows/update.yml") + "# newer\n",
        ".github/workflows/live.yml": maker.text(".github/workflows/live.yml") + "# newer\n",
    })  # fmt: skip
    run = upgrade(stage, "schedule")
    assert run.results == FOUND, run.log
    (pull,) = stage.github.pulls
    assert pull["title"] == "Update the software to v1.0.10"
    assert pull["base"] == BRANCH
    assert stage.github.head() == before
    assert on_branch(stage, STYLE) == (mine + "\n.new { color: inherit }\n").strip()
    names, was = names_on(stage, pull["head"]["ref"]), names_on(stage, BRANCH)
    assert names - was == {"scripts/new_thing.py", ".template.json"}
    assert was - names == {"LICENSE", ".github/dependabot.yml"}
    for path in ("config.yaml", ".github/workflows/update.yml", ".github/workflows/live.yml", "content/mine.md"):
        assert on_branch(stage, path) == git("show", f"{BRANCH}:{path}", cwd=stage.github.remote)
    assert "builds, and its check finds nothing wrong" in pull["body"]
    assert "Files that both sides changed" not in pull["body"]
    laid_aside = stage.github.artifact(run.id, "workflows-1")
    assert {path.name for path in laid_aside.iterdir()} == {"update.yml", "live.yml"}
    assert (laid_aside / "update.yml").read_text() == cron + "# newer\n"
    assert f"/upload/{pull['head']['ref']}/.github/workflows" in pull["body"]
    assert f"/actions/runs/{run.id}" in pull["body"]
    assert "Proposed already" in upgrade(stage).summary
    merge_pull(stage)
    again = upgrade(stage)
    assert again.results == NOTHING
    assert "The code is up to date, and the workflows are not" in again.summary
    uploaded = {f".github/workflows/{path.name}": path.read_text() for path in laid_aside.iterdir()}
    stage.push(dict(uploaded), "Add files via upload")
    assert "up to date\n" in upgrade(stage).summary
    maker.release("v1.1.0", {
        STYLE: maker.text(STYLE).replace("\n.new { color", "\n.newer { color"),
        ".github/workflows/live.yml": maker.text(".github/workflows/live.yml") + "# newest\n",
    })  # fmt: skip
    second = upgrade(stage)
    assert second.results == FOUND, second.log
    assert on_branch(stage, STYLE) == (mine + "\n.newer { color: inherit }\n").strip()
    assert [path.name for path in stage.github.artifact(second.id, "workflows-1").iterdir()] == ["live.yml"]
    assert json.loads(on_branch(stage, ".template.json"))["version"] == "v1.1.0"


def test_files_that_both_sides_changed_stay_the_owners_and_the_pull_request_says_what_to_do(
    stage: Stage, maker: Maker
) -> None:
    stage.configure(x=False)
    mine = maker.text(STYLE).replace("\n", "\n/* mine */\n", 1)
    stage.push({STYLE: mine, "CONTRIBUTING.md": None, "a|@everyone.md": "x\n"}, "My own")
    theirs = maker.text(STYLE).replace("\n", "\n/* theirs */\n", 1)
    broken = "{% extends 'nothing.html' %}\n"
    maker.release("v2.0.0", {
        STYLE: theirs, "CONTRIBUTING.md": "Shorter.\n", "templates/about.html": broken, "a|@everyone.md": "y\n",
    })  # fmt: skip
    stage.github.pulls_by_workflows = False
    run = upgrade(stage)
    assert run.results == FOUND, run.log
    assert stage.github.pulls == []
    assert "press **Create pull request**" in run.summary
    assert f"/compare/main...upgrade/v2.0.0-{run.id}-1?expand=1" in run.summary
    assert "does not build" in run.summary
    assert "<code>templates&#47;static&#47;style&#46;css</code>" in run.summary
    assert "<code>CONTRIBUTING&#46;md</code>" in run.summary
    assert "@everyone" not in run.summary
    branch = f"upgrade/v2.0.0-{run.id}-1"
    assert git("show", f"{branch}:{STYLE}", cwd=stage.github.remote) == mine.strip()
    assert "CONTRIBUTING.md" not in names_on(stage, branch)
    assert git("show", f"{branch}:templates/about.html", cwd=stage.github.remote) == broken.strip()
    for _ in range(2):
        run = stage.runner.again(run)
        assert run.results == FOUND, "artifacts and the branch are named by attempt"
    stage.github.pulls_by_workflows = True
    assert upgrade(stage).results == FOUND  # a branch without a pull request does not stand in the way
    stage.github.pulls[-1]["state"] = "closed"
    assert "Proposed already" in upgrade(stage, "schedule").summary  # a no is a no
    assert upgrade(stage).results == FOUND  # but for whoever asks
    assert len(stage.github.pulls) == 2


def test_what_cannot_be_found_is_a_sentence_and_no_red_cross_for_the_schedule(stage: Stage, maker: Maker) -> None:
    head = stage.github.head()
    stage.github.template = None
    for inputs, said in (
        ({}, "write the template's OWNER/NAME"),
        ({"template": "nobody-example/nothing"}, "could not be read"),
        ({"template": TEMPLATE, "version": "v9.9.9"}, "no release of that number"),
        ({"template": TEMPLATE, "started_from": "v9.9.9"}, "no such release or commit"),
    ):
        stage.runner.env = {**stage.runner.env, "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_1": "url.file:///nowhere/.insteadOf",
                            "GIT_CONFIG_VALUE_1": "https://github.com/nobody-example/"}  # fmt: skip
        run = upgrade(stage, **inputs)
        assert run.results == {**NOTHING, "prepare": "failure"}
        assert "Nothing was changed" in run.summary
        assert said in run.summary
    asleep = upgrade(stage, "schedule")
    assert asleep.results == NOTHING
    assert "write the template's OWNER/NAME" in asleep.summary
    assert stage.github.head() == head
