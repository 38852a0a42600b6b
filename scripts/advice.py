"""What to do where a run went wrong, by the job and step that failed: sentences with the place to click. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scripts.places import Places


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed; `step` is empty where the job ended without one."""

    job: str
    """Its id in the workflow."""
    step: str
    """Its name."""


_PREPARING = {"Prepare", "prepare", "Set up job", ""}
_LASTING = {"Fetch", "Prune", "Build", "Check", "Gate"}
"""Steps whose failure the next run meets again. The others depend on machines and services, and usually pass."""
_PASSES = "This usually passes: the next run tries again by itself. Where it does not within a day:"


def passes(failure: Failure, needs: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether this usually passes without anybody."""
    return failure.step not in _LASTING and needs.get(failure.job, {}).get("status") != "2"


def for_failure(failure: Failure, needs: Mapping[str, Mapping[str, str]], places: Places) -> str:
    """One paragraph of Markdown. `needs` are the outputs of the jobs before, by job."""
    outputs = needs.get(failure.job, {})
    if failure.step == "Fetch" and outputs.get("status") == "2":
        return _for_config(places)
    if failure.step == "Prune":
        return (
            "Posts that their authors took back may stay on the page until this works again. The log of the step "
            f"*Prune* says why: open this run under {places.actions}."
        )
    if failure.job in {"check", "test"}:
        return _for_change(places)
    if failure.step in _PREPARING or failure.step.startswith("Run actions/"):
        return _for_preparing(places)
    by_job = {
        "publish": _for_publish(failure.step, outputs.get("reason", ""), places),
        "commit": _for_commit(places),
        **_by_hand(places),
    }
    again = f"{_PASSES} open this run under {places.actions} and read the log of the step with the red cross."
    return by_job.get(failure.job, again)


def _by_hand(places: Places) -> dict[str, str]:
    """Jobs of the workflows that a person starts, or that look after the others."""
    update, upgrade = places.workflow("update.yml", "Update"), places.workflow("upgrade.yml", "Update the software")
    refused = (
        f"If this summary names a mistake in the form, correct it. If it names none: is the branch protected in "
        f"{places.rules}, or may workflows not write, in {places.permissions}, **Workflow permissions**? Then open "
    )
    return {
        "write": f"{refused}{places.workflow('setup.yml', 'Set up')} and press **Run workflow** again.",
        "care": f"{refused}{places.workflow('care.yml', 'Look after the data')} and press **Run workflow** again.",
        "start": f"Everything was committed. Open {update}, press **Enable workflow** if it is there, then **Run "
        "workflow**.",
        "prepare": f"Where this summary says what could not be found, open {upgrade}, press **Run workflow** and write "
        "it into the form. Nothing was changed.",
        "push": "The new version could not be put on a branch. May workflows write, in "
        f"{places.permissions}, **Workflow permissions**? Then open {upgrade} and press **Run workflow** again.",
        "propose": f"The new version is on a branch that begins with `upgrade/`: open {places.branches}, and press "
        "**New pull request** beside it.",
        "demo": f"Is **Source** set to **GitHub Actions** in {places.pages}? Does the environment **github-pages** in "
        f"{places.environments} let this branch in? Otherwise the log of the step with the red cross says why.",
        "live": "Nothing is wrong with your copy, and the page goes on. Where this summary names a network whose "
        f"answers have a new shape, a newer version reads it: {upgrade}.",
    }


def _for_preparing(places: Places) -> str:
    marker = f"[`.data-branch`]({places.root}/edit/{places.branch}/.data-branch)"
    return (
        "The machine that GitHub lent could not be prepared, or was taken back. Open this run under "
        f"{places.actions} and press **Re-run jobs › Re-run failed jobs**; what runs on a schedule tries again by "
        f"itself. Is there a file {marker}? Then the data is kept on the branch that it names. Where the run says that "
        f"this branch is not there, see {places.branches}; GitHub restores a deleted one under [**Activity**]"
        f"({places.root}/activity), and any clone can push it again. Nothing was changed."
    )


def _for_change(places: Places) -> str:
    return (
        "Something would break if this change were merged. The summary of the step *Check*, where there is one, says "
        "file, line and what is wrong. Else open the job with the red cross, and its step: see "
        f"{places.actions}. A push to the branch of the pull request runs this again."
    )


def _for_config(places: Places) -> str:
    return (
        f"{places.config}, a file of `trackers/` or a secret cannot be used. The page of the run says file, line and "
        f"column; correct it, press **Commit changes**, and the page is made anew. Secrets are set in {places.secrets}."
    )


def _for_commit(places: Places) -> str:
    return (
        f"The new data could not be pushed. {_PASSES} is the branch protected in {places.rules}? Then let the app "
        f"**GitHub Actions** bypass the rule. May workflows write, in {places.permissions}, **Workflow permissions**? "
        "What was fetched is asked for again, so nothing is lost."
    )


def _for_publish(step: str, reason: str, places: Places) -> str:
    if step == "Gate":
        return _for_gate(reason, places)
    if step in {"Build", "Check"}:
        return (
            "Something is wrong in the configuration, the data, the templates or the site; the page of the run lists "
            f"it as `file:line: message`. The configuration is {places.config}."
        )
    return (
        f"The site is ready, and Pages did not take it. {_PASSES} is **Source** set to **GitHub Actions** in "
        f"{places.pages}? Does the environment **github-pages** in {places.environments} let this branch in?"
    )


def _for_gate(reason: str, places: Places) -> str:
    update = places.workflow("update.yml", "Update")
    by_reason = {
        "empty": "The new site has no paper at all, and readers would find an empty page. Was something removed from "
        f"`data/`, or do `filters` in {places.config} let nothing through?",
        "fewer": "The new site has lost more than half of its papers. If that is meant, open "
        f"{update}, press **Run workflow**, tick **Publish although the site has lost more than half of its papers**, "
        f"and press the green button. If not: was something removed from `data/`, or do `filters` in {places.config} "
        "let less through?",
        "size": f"The new site is too large for Pages: lower `site.max_mb` in {places.config}.",
    }
    return by_reason.get(reason, f"The new site could not be judged: read the log of the step, or {update} again.")


def for_pages(state: str, places: Places, url: str) -> str:
    """What to do where Pages is not on; empty where it is."""
    update = places.workflow("update.yml", "Update")
    press = f"Then open {update} and press **Run workflow**: a few minutes later the page is at {url}."
    if state == "off":
        return (
            f"**One click is left: Pages is not on.** Open {places.pages}; under **Build and deployment**, **Source**, "
            f"choose **GitHub Actions**. {press} (Where GitHub asks for a paid plan there, the repository is private: "
            "make it public, or publish the site elsewhere.)"
        )
    if state == "branch":
        return (
            f"**Pages publishes a branch, not what this run makes.** Open {places.pages}; under **Build and "
            f"deployment**, **Source**, choose **GitHub Actions**. {press}"
        )
    return ""


def for_schedule(places: Places) -> str:
    """What to do where the schedule does not run."""
    return (
        f"**The schedule does not run.** Open {places.workflow('update.yml', 'Update')} and press **Enable workflow**."
    )


def for_findings(found: list[str], places: Places) -> str:
    """What to do about findings of `scripts.summary`: secrets, accounts and formats, a line each."""
    return "\n".join(f"- {_for_finding(*each.partition(':')[::2], places)}" for each in found)


def _for_finding(code: str, name: str, places: Places) -> str:
    by_code = {
        "secret-absent": f"The secret `{name}` is not set: open {places.secrets}, press **New repository secret**, "
        f"write `{name}` as its name and paste its value. Or take what needs it out of {places.config}.",
        "secret-refused": f"The service refuses the secret `{name}`: make a new one there, open {places.secrets}, "
        f"press the pencil beside `{name}` and paste it.",
        "no-account": f"No account is named: run {places.workflow('setup.yml', 'Set up')}, or name one in "
        f"{places.config}.",
        "format": f"The answers of `{name}` are not as its service describes them; everything else goes on. If the "
        "next runs say so, too, update the software.",
    }
    return by_code[code]
