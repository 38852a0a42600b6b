"""Where new versions of this software come from, which is the newest, and from which one this copy started.

A copy made by "Use this template" shares no history with its template. But its first commit has the very tree of the
template's commit that it was made from, so that one is found by its tree; after an update it stands in .template.json.
Refs of the template are kept below refs/upstream/, apart from this copy's own.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.github_api import ApiError, GitHub

RECORD = Path(".template.json")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,99}/[\w.-]{1,100}")
_RELEASE = re.compile(r"v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_HEAD = "refs/upstream/head"
_TAGS = "refs/upstream/tags/"


class UpgradeError(Exception):
    """It cannot be updated; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Started:
    """What this copy is made of."""

    commit: str
    """The template's commit that the code started from, or was last brought up to."""
    workflows: str
    """The same of .github/workflows, which a token of GitHub Actions may not change."""


@dataclass(frozen=True, slots=True)
class Version:
    """One to bring this copy up to."""

    name: str
    """Of its release, such as v1.2.0; the short commit where the template has no release."""
    commit: str


def git(*arguments: str, stdin: str | None = None, env: Mapping[str, str] | None = None) -> str:
    """What git says.

    Raises:
        subprocess.CalledProcessError: it failed; what it said is in `stderr`.
    """
    done = subprocess.run(
        ["git", *arguments], input=stdin, check=True, capture_output=True, encoding="utf-8", errors="surrogateescape",
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0", **(env or {})},
    )  # fmt: skip
    return done.stdout.strip()


def commit_of(name: str) -> str | None:
    """The commit that a ref or an id names; None where there is none."""
    try:
        return git("rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
    except subprocess.CalledProcessError:
        return None


def read_record(path: Path = RECORD) -> dict[str, str]:
    """What the last update noted; empty where there was none."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}


def find_repository(asked: str, record: Mapping[str, str], github: GitHub) -> str:
    """OWNER/NAME of the template: as the form says, as the last update noted, as GitHub remembers.

    Raises:
        UpgradeError: nobody knows.
    """
    named = asked.strip() or record.get("repository", "") or _remembered(github)
    named = named.removeprefix("https://github.com/").removesuffix("/").removesuffix(".git")
    if not _REPOSITORY.fullmatch(named):
        raise UpgradeError(
            "GitHub does not say which template this copy was made from. Run this again and write the template's "
            "OWNER/NAME into the form."
        )
    if named.lower() == github.repository.lower():
        raise UpgradeError("This is the template itself: there is nothing to bring here.")
    return named


def _remembered(github: GitHub) -> str:
    try:
        about = github.ask("GET", "")
    except ApiError as error:
        print(f"which template this copy was made from is not known: {error}")
        return ""
    for key in ("template_repository", "parent"):
        if isinstance(about.get(key), dict):
            return str(about[key].get("full_name", ""))
    return ""


def fetch(repository: str, server: str) -> None:
    """Bring the template's history here, beside this copy's own.

    Raises:
        UpgradeError: it cannot be read.
    """
    try:
        git(
            "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", f"{server}/{repository}",
            f"+HEAD:{_HEAD}", f"+refs/tags/*:{_TAGS}*",
        )  # fmt: skip
    except subprocess.CalledProcessError:
        raise UpgradeError(
            f"The template {repository} could not be read: is it public, and is that its name? Else try again later."
        ) from None


def find_version(asked: str = "") -> Version:
    """The release that the form names, else the newest one; the template's newest commit where it has no release.

    Raises:
        UpgradeError: there is no such release.
    """
    asked = asked.strip()
    releases = _releases()
    if asked:
        wanted = _RELEASE.fullmatch(asked)
        key = tuple(map(int, wanted.groups())) if wanted else None
        if key not in releases:
            raise UpgradeError("The template has no release of that number. Leave the field empty for the newest.")
        return releases[key]
    if releases:
        return releases[max(releases)]
    commit = git("rev-parse", _HEAD)
    return Version(commit[:12], commit)


def _releases() -> dict[tuple[int, ...], Version]:
    found = {}
    for ref in git("for-each-ref", "--format=%(refname)", _TAGS).splitlines():
        name = ref.removeprefix(_TAGS)
        numbers, commit = _RELEASE.fullmatch(name), commit_of(ref)
        if numbers and commit:
            found[tuple(map(int, numbers.groups()))] = Version(name, commit)
    return found


def find_start(asked: str, record: Mapping[str, str]) -> Started:
    """What this copy started from.

    Args:
        asked: a release or a commit of the template, from the form; empty to find out.
        record: what the last update noted.

    Raises:
        UpgradeError: it cannot be found out.
    """
    asked = asked.strip()
    if asked:
        release = _RELEASE.fullmatch(asked)
        known = commit_of(f"{_TAGS}{asked}") if release else asked if _COMMIT.fullmatch(asked) else None
        if known is None or not _is_upstream(known):
            raise UpgradeError("The template has no such release or commit: see the list of its releases.")
        return Started(known, known)
    noted = record.get("commit", "")
    if _COMMIT.fullmatch(noted) and _is_upstream(noted):
        workflows = record.get("workflows", "")
        return Started(noted, workflows if _COMMIT.fullmatch(workflows) and _is_upstream(workflows) else noted)
    found = _shared_commit() or _same_tree() or commit_of(f"{_TAGS}v{_own_version()}")
    if found is None:
        raise UpgradeError(
            "It cannot be told which version this copy started from. Run this again and write that version, such as "
            "v1.0.0, into the form; pyproject.toml names it."
        )
    return Started(found, found)


def is_ancestor(older: str, newer: str) -> bool:
    """Whether `newer` has all of `older` in its history."""
    done = subprocess.run(["git", "merge-base", "--is-ancestor", older, newer], capture_output=True, check=False)
    return done.returncode == 0


def _is_upstream(commit: str) -> bool:
    refs = (
        git("for-each-ref", "--format=%(refname)", "--contains", commit, "refs/upstream/") if commit_of(commit) else ""
    )
    return bool(refs)


def _shared_commit() -> str | None:
    """Of a fork, which shares history."""
    try:
        return git("merge-base", "HEAD", _HEAD)
    except subprocess.CalledProcessError:
        return None


def _same_tree() -> str | None:
    """Of a copy of a template: the commit whose tree its first commit has."""
    roots = git("rev-list", "--max-parents=0", "HEAD").splitlines()
    trees = {git("rev-parse", f"{root}^{{tree}}") for root in roots}
    for line in git("log", "--format=%H %T", "--glob=refs/upstream/*").splitlines():
        commit, _, tree = line.partition(" ")
        if tree in trees:
            return commit
    return None


def _own_version() -> str:
    try:
        project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
        return str(project["version"])
    except (OSError, KeyError, ValueError):
        return ""
