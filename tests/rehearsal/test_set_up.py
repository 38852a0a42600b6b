"""Set up, Live check and Test, rehearsed."""

from __future__ import annotations

import json

import pytest

from generator.fetch.configuration import read
from tests.loopback import as_json
from tests.rehearsal.conftest import Stage
from tests.rehearsal.github import BRANCH, git
from tests.rehearsal.runner import Run
from tests.rehearsal.test_update import ALL_SOUND

pytestmark = pytest.mark.slow

SOUND = {"write": "success", "start": "success"}
REFUSED = {"write": "failure", "start": "skipped"}


def committed_config(stage: Stage) -> bytes:
    return git("show", f"{BRANCH}:config.yaml", cwd=stage.github.remote).encode()


def set_up(stage: Stage, **inputs: str) -> Run:
    return stage.runner.run("setup.yml", "workflow_dispatch", inputs)


@pytest.fixture
def owned_template(stage: Stage) -> None:
    """A template whose owner captured something: it comes with the copy, in its one commit."""
    clone = stage.folder / "owner"
    git("clone", "--quiet", str(stage.github.remote), str(clone), cwd=stage.folder)
    posts = clone / "data/posts/bluesky/2026/11/20.jsonl"
    posts.parent.mkdir(parents=True)
    posts.write_text("{}\n")
    (clone / "data/schema.json").write_text('{"version":1}\n')
    git("add", "--all", cwd=clone)
    git("commit", "--quiet", "--amend", "--message", "Initial commit", cwd=clone)
    git("push", "--quiet", "--force", "origin", BRANCH, cwd=clone)


def test_a_fresh_copy_with_somebody_elses_data_becomes_ones_own(stage: Stage, owned_template: None) -> None:
    stage.github.page_settings["build_type"] = None
    stage.github.workflow_states = {"update.yml": "disabled_fork", "upgrade.yml": "disabled_fork"}
    run = set_up(stage, bluesky="@ada.example.com", x="ada_example", title='"Papers": mine & $(touch x) `y`')
    assert run.results == SOUND, run.log
    config = read(committed_config(stage))
    assert config.site.title == '"Papers": mine & $(touch x) `y`'
    assert config.site.url == "https://ada-example.github.io/papers/"
    assert config.wanted("bluesky")[0][1]["accounts"] == ("ada.example.com",)
    assert stage.saved("*/**") == []
    assert stage.github.subjects() == ["Initial commit", "Set up this copy"]
    assert "dependabot" not in git("ls-tree", "-r", "--name-only", BRANCH, cwd=stage.github.remote)
    assert stage.github.dispatched == [("update.yml", {"ref": BRANCH, "inputs": {"accept_fewer": "true"}})]
    assert stage.github.workflow_states["upgrade.yml"] == "active"
    assert "](https://github.com/ada-example/papers/settings/pages)" in run.summary
    assert "choose **GitHub Actions**" in run.summary
    assert "X_BEARER_TOKEN" in run.summary
    assert "https://ada-example.github.io/papers/" in run.summary


def test_what_set_up_starts_publishes_the_first_page(stage: Stage) -> None:
    run = set_up(stage, bluesky="ada.example.com")
    assert "settings/pages" not in run.summary  # it is on already
    settings = stage.networks.settings()
    written = committed_config(stage).decode()
    stage.push({"config.yaml": written.partition("\nnetworks:")[0] + "\n" + settings}, "Networks on loopback")
    stage.networks.post()
    ((file, body),) = stage.github.dispatched
    first = stage.runner.run(file, "workflow_dispatch", body["inputs"])
    assert first.results == ALL_SOUND, first.log
    assert json.loads((stage.github.published / "api/v1/index.json").read_bytes())["counts"]["papers"] == 1


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"bluesky": "ada"}, "is no handle on Bluesky: write it in full, such as ada.bsky.social"),
        ({"mastodon": "::error::x\n|@everyone|"}, "The Mastodon field: "),
    ],
)
def test_a_form_that_cannot_be_used_changes_nothing_and_says_why(
    stage: Stage, owned_template: None, inputs: dict[str, str], said: str
) -> None:
    head = stage.github.head()
    run = set_up(stage, **inputs)
    assert run.results == REFUSED
    assert stage.github.head() == head
    assert "Nothing was changed" in run.summary
    assert said in run.log + run.summary
    assert "@everyone" not in run.summary
    assert stage.github.dispatched == []


def test_set_up_does_not_throw_away_what_a_copy_captured_unless_told(stage: Stage) -> None:
    stage.configure(x=False)
    stage.push({"data/posts/bluesky/2026/11/20.jsonl": "{}\n"}, "Captured")
    head = stage.github.head()
    refused = set_up(stage, bluesky="bo.example.com")
    assert refused.results["write"] == "failure"
    assert "has captured posts or files in trackers/ already" in refused.summary
    assert stage.github.head() == head
    told = set_up(stage, bluesky="bo.example.com", start_over="true")
    assert told.results == SOUND
    assert stage.saved("posts/**/*.jsonl") == []


def test_set_up_takes_a_push_in_between(stage: Stage) -> None:
    stage.push_during_the_next_push({"content/mine.md": "# Mine\n"}, "A page of my own")
    run = set_up(stage, bluesky="ada.example.com")
    assert run.results == SOUND, run.log
    assert stage.github.subjects()[-2:] == ["A page of my own", "Set up this copy"]
    for _ in range(2):
        run = stage.runner.again(run)
        assert run.results == SOUND, run.log
    assert stage.github.subjects()[-1] == "Set up this copy", "done already"


def test_the_live_check_tells_a_changed_format_from_a_service_that_is_down(stage: Stage) -> None:
    stage.push({".github/live.yaml": stage.networks.config(f"{stage.github.server.url}/", x=False)}, "Loopback")
    stage.networks.post()
    stage.networks.arxiv_down = True
    assert stage.runner.run("live.yml").results == {"live": "skipped"}, "a copy cannot mend an adapter"
    stage.runner.is_template = True
    sound = stage.runner.run("live.yml")
    assert sound.results == {"live": "success"}, sound.log
    assert "did so in the shape that is read" in sound.summary
    stage.networks.bluesky.broken["getAuthorFeed"] = as_json({"posts": []})
    changed = stage.runner.run("live.yml")
    assert changed.results == {"live": "failure"}
    assert "::error::The format of bluesky changed." in changed.log
    assert "Nothing is wrong with your copy" in changed.summary


def test_a_member_who_changes_one_file_is_told_what_is_wrong_in_it_and_no_markup_of_theirs_works(stage: Stage) -> None:
    stage.configure(x=False)
    member = "title: Bea reads\nbluesky:\n  acounts: [bea.example.com]\nabout: [1]\n'::error::@everyone|<b>': x\n"
    stage.push({"trackers/bea.yaml": member, "README.md": "# Mine\n"}, "Add me")
    wrong = stage.runner.run("test.yml", "pull_request")
    assert wrong.results == {"check": "failure", "test": "skipped"}, "no code is touched: the check judges alone"
    assert "::error file=trackers/bea.yaml,line=3,col=3::trackers/bea.yaml:3:3: bluesky.acounts" in wrong.log
    assert "## 3 things to mend" in wrong.summary
    assert (
        "| <code>trackers&#47;bea&#46;yaml</code> | 3 | <code>bluesky&#46;acounts&#58; is no key here" in wrong.summary
    )
    assert "did you mean &#96;accounts&#96;&#63;" in wrong.summary
    assert "Something would break if this change were merged" in wrong.summary
    assert not any(line.startswith("::error::@everyone") for line in wrong.log.splitlines())
    assert "@everyone" not in wrong.summary
    assert "<b>" not in wrong.summary
    stage.push({"trackers/bea.yaml": "bluesky: {accounts: [ada.example.com]}\n"}, "Mend it")
    sound = stage.runner.run("test.yml", "pull_request")
    assert sound.results == {"check": "success", "test": "skipped"}, sound.log
    assert "Nothing wrong" in sound.summary


def test_set_up_takes_the_template_owners_trackers_away_and_ones_own_only_when_told(
    stage: Stage, owned_template: None
) -> None:
    clone = stage.folder / "owner"
    (clone / "trackers").mkdir()
    (clone / "trackers/zoe.yaml").write_text("bluesky: {accounts: [zoe.example.com]}\n")
    git("add", "--all", cwd=clone)
    git("commit", "--quiet", "--amend", "--message", "Initial commit", cwd=clone)
    git("push", "--quiet", "--force", "origin", BRANCH, cwd=clone)
    assert set_up(stage, bluesky="ada.example.com").results == SOUND
    assert not git("ls-tree", "-r", "--name-only", BRANCH, "trackers", cwd=stage.github.remote)
    stage.push({"trackers/bea.yaml": "bluesky: {accounts: [bea.example.com]}\n"}, "A member")
    refused = set_up(stage, bluesky="bo.example.com")
    assert refused.results["write"] == "failure"
    assert "files in trackers/" in refused.summary


def test_the_demo_is_published_by_the_template_alone_and_only_until_it_captures_something(stage: Stage) -> None:
    stage.configure(x=False)
    assert stage.runner.run("demo.yml").results == {"demo": "skipped"}, "a copy's page is its owner's"
    stage.runner.is_template = True
    stage.push({"data/schema.json": '{"version":1}\n'}, "Captured")
    captured = stage.runner.run("demo.yml")
    assert captured.results == {"demo": "success"}, captured.log
    assert stage.github.deployments == 0, "Update publishes to the same address"
    stage.push({"data/schema.json": None}, "Nothing captured")
    demo = stage.runner.run("demo.yml")
    assert demo.results == {"demo": "success"}, demo.log
    page = (stage.github.published / "index.html").read_text("utf-8")
    assert "Everything on this page is made up" in page
    assert f'"{stage.github.server.url}/' in page, "links lead to where Pages publishes"
