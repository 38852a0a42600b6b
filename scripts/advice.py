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


_PREPARING = {"Install", "Install what draws cards, if wanted", "Set up job", ""}
_PASSES = "This usually passes: the next run tries again by itself. Where it does not within a day:"


def for_failure(failure: Failure, needs: Mapping[str, Mapping[str, str]], places: Places) -> str:
    """One paragraph of Markdown. `needs` are the outputs of the jobs before, by job."""
    outputs = needs.get(failure.job, {})
    if failure.step in {"Fetch", "Prune", "Divide"} and outputs.get("status") == "2":
        return _for_config(places)
    if failure.step in _PREPARING and failure.job != "deploy":
        return f"The machine that GitHub lent could not be prepared, or was taken back. {_PASSES} read the log."
    by_job = {
        "commit": _for_commit(places),
        "build": _for_gate(outputs.get("reason", ""), places) if failure.step == "Gate" else _for_build(places),
        "deploy": _for_deploy(places),
    }
    return by_job.get(failure.job, f"{_PASSES} read the log of this step.")


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


def _for_build(places: Places) -> str:
    return (
        "Something is wrong in the configuration, the data, the templates or the site; the page of the run lists it as "
        f"`file:line: message`. The configuration is {places.config}."
    )


def _for_deploy(places: Places) -> str:
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
        "size": f"The new site is too large for Pages: lower `site.max_paper_pages` in {places.config}.",
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
        f"**The schedule does not run.** Open {places.workflow('update.yml', 'Update')} and press **Enable workflow**, "
        f"or run {places.workflow('keepalive.yml', 'Keep the schedule on')}, which does the same."
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
        "format": f"The answers of `{name}` have changed their shape, which only a newer version of this software can "
        "read; everything else goes on.",
    }
    return by_code[code]
