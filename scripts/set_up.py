"""Write config.yaml for whom the workflow Set up names; empty trackers/ and data/ of what is the template owner's.

Reads the form from the environment: BLUESKY_ACCOUNTS, MASTODON_ACCOUNTS, X_ACCOUNTS, HACKERNEWS, HUGGINGFACE, TITLE,
START_OVER. Asks the networks whether the accounts exist. Refuses, with a sentence and nothing changed, where a name is
no handle or no account, and where this copy has trackers/ or captured data of its own and nobody said that they may go.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.config.pasted import read_fields
from generator.fetch.configuration import account_forms
from scripts.actions import annotate, inert, write_summary
from scripts.look_up import look_up
from scripts.places import Places
from scripts.x_bill import first_bill

DATA = Path("data")
TRACKERS = Path("trackers")
_HAS_OWN_WORK = "This copy has captured posts or files in trackers/ already, and Set up would throw them away."
_CORRECT = "Correct the form and press **Run workflow** again."


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed into the form."""

    accounts: dict[str, list[str]]
    """Network -> bare handles."""
    problems: list[str]
    """Sentences about what is no handle."""
    title: str
    lists: tuple[str, ...]
    """The tick boxes: `hackernews`, `huggingface`."""
    start_over: bool


def read_form(environment: Mapping[str, str]) -> Form:
    """Read the form's fields."""
    forms = account_forms()
    fields = {network: environment.get(f"{network.upper()}_ACCOUNTS", "") for network in forms}
    accounts, problems = read_fields(fields, forms)
    return Form(
        accounts=accounts,
        problems=[_in_field(network, message) for network, message in problems],
        title=environment.get("TITLE", "").strip(),
        lists=tuple(name for name in ("hackernews", "huggingface") if environment.get(name.upper()) == "true"),
        start_over=environment.get("START_OVER") == "true",
    )


def options_of(form: Form) -> list[str]:
    """The form as options of `init`."""
    options = [f"--{network}={name}" for network, names in form.accounts.items() for name in names]
    options += [f"--{name}" for name in form.lists]
    return [*options, f"--title={form.title}"] if form.title else options


def has_own_work() -> bool:
    """Whether data/ or trackers/ is this copy's: a fresh copy of a template has one commit, and what came with it."""
    captured = (found for pattern in ("posts/**/*.jsonl", "papers/**/*.jsonl") for found in DATA.glob(pattern))
    if not any(True for found in (captured, TRACKERS.glob("*.yaml")) for _ in found):
        return False
    asked = subprocess.run(["git", "rev-parse", "--quiet", "--verify", "HEAD^"], capture_output=True, check=False)
    return asked.returncode == 0


def refuse(sentences: list[str], advice: str) -> int:
    """Say why nothing was done; the sentences may hold what was typed."""
    for sentence in sentences:
        annotate("error", sentence)
    told = "\n".join(f"- {sentence if sentence == _HAS_OWN_WORK else inert(sentence)}" for sentence in sentences)
    write_summary(f"## Nothing was changed\n\n{told}\n\n{advice}")
    return 1


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Set up the copy of this folder."""
    form = read_form(environment)
    if form.problems:
        return refuse(form.problems, _CORRECT)
    if has_own_work() and not form.start_over:
        return refuse(
            [_HAS_OWN_WORK],
            f"To add or change an account, edit {Places.here(environment).config} or a file of trackers/, and press "
            "**Commit changes**. To begin anew, run Set up again and tick **Start over**.",
        )
    answers = look_up(form.accounts, environment)
    if answers.missing:
        return refuse([_in_field(network, message) for network, message in answers.missing], _CORRECT)
    done = subprocess.run(
        [sys.executable, "-m", "generator", "init", *options_of(form), "--yes"],
        capture_output=True, text=True, encoding="utf-8", errors="replace", check=False,
        env={name: value for name, value in environment.items() if name != "GITHUB_ACTIONS"},
    )  # fmt: skip
    print(done.stdout, end="")
    if done.returncode:
        return refuse([line for line in done.stderr.splitlines() if line.strip()], _CORRECT)
    lines = [*answers.found, *first_bill(form.accounts["x"])]
    if lines:
        write_summary("## Who is read\n\n" + "\n".join(f"- {line}" for line in lines))
    return 0


def _in_field(network: str, message: str) -> str:
    return f"The {account_forms()[network].title} field: {message}"


if __name__ == "__main__":
    sys.exit(main())
