"""What an owner does with the data once in a while: archive old years, bring them back, move the data, restore it.

In the workflow Look after the data: `python -m scripts.care`, with DO and OF from its form, then `python -m
scripts.care start`, which starts Update. In a terminal: `python -m scripts.care archive 2027`, `bring-back`,
`move NAME`, `move-back`, `restore COMMIT`, in a clone without changes of its own. scripts/care_data.sh does it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from scripts.actions import annotate, set_output, write_summary
from scripts.github_api import ApiError, GitHub
from scripts.places import Places

VERBS = {
    "Archive old years": "archive",
    "Bring archived years back": "bring-back",
    "Move the data to a branch": "move",
    "Move the data back": "move-back",
    "Restore the data": "restore",
}
"""As the form calls them."""
FEWER = {"archive", "restore"}
"""After these the page may have fewer papers, and is published all the same."""
ARCHIVE = "archive"
_OLDEST = 1991
_BRANCH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_SAID = re.compile(r"(?:::error[^:]*::|error: )(.+)")
_DONE = {
    "archive": "What was posted before {of} is on the branch [`archive`]({root}/tree/archive), and no longer in the "
    "data. The page is made anew without it. **Bring archived years back** undoes this.",
    "bring-back": "What was archived is in the data again, but for what was removed since. The page is made anew with "
    "it. The branch [`archive`]({root}/tree/archive) stays.",
    "move": "The data is on the branch [`{of}`]({root}/tree/{of}) from now on, and `.data-branch` says so. Every "
    "workflow reads and writes it there. **Move the data back** undoes this.",
    "move-back": "The data is in `data/` beside the code again. The branch that it was on is not used any more.",
    "restore": "The data is as it was at [`{of}`]({root}/commit/{of}), but for posts that were removed since. The page "
    "is made anew, and the next runs read again what came after.",
}


class CareError(Exception):
    """It cannot be done as it was asked for; the sentence says why and what to do."""


def value_of(verb: str, given: str, base: str, today: datetime) -> str:
    """What was typed beside the verb, if that can be used.

    Args:
        verb: one of VERBS.
        given: as typed.
        base: the branch that has the code.
        today: in UTC; years that are not over cannot be archived.

    Raises:
        CareError: with what would be right.
    """
    given = given.strip()
    if verb == "archive":
        if not re.fullmatch(r"[0-9]{4}", given) or not _OLDEST < int(given) <= today.year:
            raise CareError(f"Say which year to keep from, such as {today.year}: everything before it is archived.")
    elif verb == "move":
        if not _BRANCH.fullmatch(given) or given in {base, ARCHIVE, "HEAD"}:
            raise CareError("Say what the branch is to be called, such as: data. (Letters, digits and . _ - / alone.)")
    elif verb == "restore":
        if not _COMMIT.fullmatch(given) or _git("cat-file", "-t", given) != "commit":
            raise CareError("Say which commit: the 7 or more characters that the list of commits shows for it.")
    elif given:
        raise CareError("Leave the second field empty for this.")
    return given


def _git(*arguments: str) -> str:
    """What git says; empty where it fails."""
    done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def refuse_changes(branch: str) -> None:
    """Whatever is not on the remote would be lost: in a clone of one's own.

    Raises:
        CareError: something is there.
    """
    changed = _git("status", "--porcelain")
    unpushed = _git("rev-list", "--max-count=1", f"origin/{branch}..HEAD")
    if not branch or changed or unpushed:
        raise CareError(
            "This clone has changes, or commits that were not pushed: push them, or do this in a fresh clone."
        )


def run(verb: str, value: str, branch: str, environment: Mapping[str, str]) -> bool:
    """Do it; whether that changed anything.

    Raises:
        CareError: it could not be done.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "output"
        done = subprocess.run(
            ["scripts/care_data.sh", branch, verb, value], stdout=subprocess.PIPE, text=True, check=False,
            env={**environment, "PYTHON": sys.executable, "GITHUB_OUTPUT": str(told)},
        )  # fmt: skip
        print(done.stdout, end="")
        if done.returncode:
            said = [found[1] for line in done.stdout.splitlines() if (found := _SAID.match(line))]
            raise CareError(said[-1] if said else "The log of this step says what went wrong. Do the same again.")
        return "changed=true" in told.read_text("utf-8").splitlines()


def care(verb: str, given: str, environment: Mapping[str, str]) -> int:
    """Look at what was typed, do it, and say what became of it."""
    base = environment.get("BRANCH") or _git("symbolic-ref", "--short", "HEAD")
    try:
        value = value_of(verb, given, base, datetime.now(UTC))
        refuse_changes(base)
        changed = run(verb, value, base, environment)
    except CareError as error:
        annotate("error", str(error))
        write_summary(f"## Nothing was changed\n\n{error}", environment)
        return 1
    if environment.get("GITHUB_OUTPUT"):
        set_output("changed", "true" if changed else "false", environment)
    root = Places.here(environment).root if environment.get("GITHUB_REPOSITORY") else "."
    text = _DONE[verb].format(of=value, root=root) if changed else "Everything was so already. Nothing was changed."
    write_summary(f"## {'Done' if changed else 'Nothing to do'}\n\n{text}", environment)
    return 0


def start(environment: Mapping[str, str]) -> int:
    """Start Update; where GitHub does not let us, say where to press."""
    places = Places.here(environment)
    update = places.workflow("update.yml", "Update")
    fewer = "true" if VERBS[environment["DO"]] in FEWER else "false"
    inputs = {"ref": environment["BRANCH"], "inputs": {"accept_fewer": fewer}}
    try:
        GitHub(environment).ask("POST", "/actions/workflows/update.yml/dispatches", inputs)
    except ApiError as error:
        annotate("warning", f"Update could not be started: {error}. The summary says where to press the button.")
        write_summary(
            f"Open {update}, press **Enable workflow** if it is there, then **Run workflow**; tick **Publish although "
            "the site has lost more than half of its papers** if you archived or restored.",
            environment,
        )
        return 0
    write_summary(f"{update} is running now.", environment)
    return 0


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """From the form of the workflow, or from a terminal."""
    if list(arguments) == ["start"]:
        if "GITHUB_REPOSITORY" not in environment:
            print(
                "`start` starts Update on GitHub: it runs in the workflow Look after the data alone.", file=sys.stderr
            )
            return 2
        return start(environment)
    verb, *rest = arguments or (VERBS.get(environment.get("DO", ""), ""), environment.get("OF", ""))
    if verb not in VERBS.values() or len(rest) > 1:
        print(
            "Say what to do with the data: archive 2027, bring-back, move data, move-back, or restore COMMIT "
            "(docs/operations.md).",
            file=sys.stderr,
        )
        return 2
    return care(verb, "".join(rest), environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
