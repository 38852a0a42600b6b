"""Bring a newer version's code into this copy, in a commit of its own beside the branch: the first job of Upgrade.

Three trees are merged as git merges: what this copy started from, what it is now, what the new version is. What belongs
to the owner (OWNED) is as it is now; so are the workflows, because GitHub lets no token of a workflow change them: the
new ones are laid aside for the owner to add. Where both sides changed the same lines, the owner's file stays whole and
is named. Nothing is pushed here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts import propose_upgrade, upstream
from scripts.actions import annotate, set_output, write_summary
from scripts.github_api import GitHub
from scripts.keep_ids import with_ids_at
from scripts.places import Places
from scripts.upstream import RECORD, Started, UpgradeError, Version, git

DEPENDABOT = ".github/dependabot.yml"
"""The template's alone: a copy gets newer packages with a new version of the software."""
OWNED = ("config.yaml", "data", ".data-branch", "content", "trackers", "site", RECORD.name)
"""Of the owner alone: a new version never changes these."""
WORKFLOWS = ".github/workflows"
RESULT = Path("upgrade")
"""What this leaves for the jobs that follow: the commit as a bundle, report.json, the new workflows."""


@dataclass(slots=True)
class Merged:
    """What became of it."""

    tree: str
    kept: list[str]
    """Both sides changed them: they are the owner's, whole."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the pull request says."""

    repository: str
    version: str
    start: str
    target: str
    head: str
    """The commit of this copy that the new one stands on."""
    changed: list[str]
    kept: list[str]
    """Both sides changed them: they are the owner's."""
    workflows: list[str]
    """Laid aside, to be added by hand."""
    workflows_gone: list[str]
    """To be deleted by hand."""


def entries(tree: str, paths: Iterable[str]) -> dict[str, str]:
    """Path -> its line for `git update-index --index-info`, of every file at or below the paths."""
    found = {}
    for line in filter(None, git("ls-tree", "-r", "-z", tree, "--", *paths).split("\0")):
        about, _, path = line.partition("\t")
        mode, _, blob = about.split(" ")
        found[path] = f"{mode} {blob}\t{path}"
    return found


def with_paths_of(tree: str, paths: Iterable[str], other: str) -> str:
    """The tree with these files and folders as `other` has them."""
    paths = list(paths)
    if not paths:
        return git("rev-parse", f"{tree}^{{tree}}")
    gone = [f"0 {'0' * 40}\t{path}" for path in entries(tree, paths)]
    lines = [*gone, *entries(other, paths).values()]
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        git("read-tree", tree, env=index)
        git("update-index", "-z", "--index-info", stdin="".join(f"{line}\0" for line in lines), env=index)
        return git("write-tree", env=index)


def merge(start: str, ours: str, theirs: str) -> Merged:
    """Three trees as one; where both sides changed the same lines, ours stays whole."""
    common = _commit(start)
    one, other = _commit(ours, common), _commit(theirs, common)
    done = subprocess.run(
        ["git", "merge-tree", "--write-tree", "--name-only", "-z", "--no-messages", one, other],
        capture_output=True, encoding="utf-8", errors="surrogateescape", check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise UpgradeError(f"git could not merge the new version (status {done.returncode}): please report this.")
    tree, *conflicts = filter(None, done.stdout.strip("\n").split("\0"))
    kept = sorted(set(conflicts))
    tree = with_paths_of(tree, kept, ours)
    return Merged(tree, kept)


def changed_between(one: str, other: str, *paths: str) -> list[str]:
    """Files that two trees do not have alike."""
    told = git("diff-tree", "-r", "-z", "--name-only", "--no-renames", one, other, "--", *paths)
    return [path for path in told.split("\0") if path]


def merge_workflows(base: str, ours: str, theirs: str, target: str) -> Merged:
    """The new workflows with what the owner changed in theirs, in a tree that is ours otherwise.

    A workflow that is one of the template's history, byte for byte, was not changed by the owner but copied by them.
    """
    history = set(git("rev-list", "--objects", "--no-object-names", target, "--", WORKFLOWS).splitlines())
    own = entries(ours, [WORKFLOWS])
    copied = [path for path, line in own.items() if line.partition("\t")[0].split(" ")[1] in history]
    before = with_paths_of(with_paths_of(ours, [WORKFLOWS], base), copied, ours)
    return merge(before, ours, with_paths_of(ours, [WORKFLOWS], theirs))


def prepare(start: Started, target: Version, repository: str) -> Report:
    """Make the commit as refs/heads/upgrade, lay the workflows aside in RESULT, and say what was done."""
    head, ours = git("rev-parse", "HEAD"), git("rev-parse", "HEAD^{tree}")
    base = with_paths_of(start.commit, [WORKFLOWS], start.workflows)
    nothing = git("mktree", stdin="")
    theirs = with_paths_of(with_paths_of(target.commit, OWNED, base), [DEPENDABOT], nothing)
    code = merge(base, ours, with_paths_of(theirs, [WORKFLOWS], base))
    flows = merge_workflows(base, ours, theirs, target.commit)
    left = changed_between(ours, flows.tree, WORKFLOWS)
    RESULT.mkdir(exist_ok=True)
    added = lay_aside(flows.tree, left)
    record = {"repository": repository, "version": target.name, "commit": target.commit, "workflows": start.workflows}
    if not left and not flows.kept:
        record["workflows"] = target.commit
    code.tree = with_ids_kept(code.tree, start.commit)
    tree = _with_file(code.tree, RECORD.name, json.dumps(record, indent=1) + "\n")
    git("update-ref", "refs/heads/upgrade", _commit(tree, head, f"Update the software to {target.name}"))
    return Report(
        repository=repository, version=target.name, start=start.commit, target=target.commit, head=head,
        changed=changed_between(ours, code.tree), kept=[*code.kept, *flows.kept], workflows=added,
        workflows_gone=sorted(set(left) - set(added)),
    )  # fmt: skip


def lay_aside(tree: str, paths: Iterable[str]) -> list[str]:
    """Write these files of the tree for the owner to take; returns those that the tree has."""
    folder = RESULT / "workflows"
    there = entries(tree, paths) if paths else {}
    for path, line in there.items():
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / Path(path).name).open("wb") as file:
            subprocess.run(["git", "cat-file", "blob", line.partition("\t")[0].split(" ")[1]], stdout=file, check=True)
    return sorted(there)


def with_ids_kept(tree: str, start: str) -> str:
    """The tree with one more line in config.yaml, where this copy's feeds have ids from before version 1.1."""
    schema = "docs/config.schema.json"
    knows = [entries(commit, [schema]) and '"ids_at"' in git("show", f"{commit}:{schema}") for commit in (start, tree)]
    if knows != [False, True] or not entries(tree, ["config.yaml"]):
        return tree
    config = git("show", f"{tree}:config.yaml") + "\n"
    with_ids = with_ids_at(config)
    return tree if with_ids == config else _with_file(tree, "config.yaml", with_ids)


def _with_file(tree: str, name: str, content: str) -> str:
    blob = git("hash-object", "-w", "--stdin", stdin=content)
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        git("read-tree", tree, env=index)
        git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", env=index)
        return git("write-tree", env=index)


def _commit(tree: str, parent: str = "", message: str = "A tree to merge") -> str:
    who = "github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com"
    names = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
             for part, value in zip(("NAME", "EMAIL"), who, strict=True)}  # fmt: skip
    return git("commit-tree", tree, *(["-p", parent] if parent else []), "-m", message, env=names)


def look(environment: Mapping[str, str]) -> Report | None:
    """Find the new version and prepare it; None where this copy has it already.

    Raises:
        UpgradeError: with what to do.
    """
    record = upstream.read_record()
    repository = upstream.find_repository(environment.get("TEMPLATE", ""), record, GitHub(environment))
    upstream.fetch(repository, environment.get("GITHUB_SERVER_URL", "https://github.com"))
    target = upstream.find_version(environment.get("VERSION", ""))
    start = upstream.find_start(environment.get("STARTED_FROM", ""), record)
    print(f"the template is {repository}; this copy started from {start.commit}; {target.name} is {target.commit}")
    if upstream.is_ancestor(target.commit, start.commit):
        target = Version(target.name, start.commit)  # the code is as new; its workflows may still wait to be added
    report = prepare(start, target, repository)
    return report if report.changed or report.kept or report.workflows or report.workflows_gone else None


def main(environment: Mapping[str, str] = os.environ) -> int:
    """Look once, and tell the other jobs."""
    by_hand = environment.get("GITHUB_EVENT_NAME") != "schedule"
    set_output("found", "false")
    try:
        report = look(environment)
    except UpgradeError as error:
        annotate("error" if by_hand else "notice", str(error))
        write_summary(f"## Nothing was changed\n\n{error}")
        return 1 if by_hand else 0
    if report is None:
        write_summary("## This copy is up to date\n\nThe template has nothing newer. Nothing was changed.")
        return 0
    set_output("workflows", "true" if report.workflows else "false")
    places = Places.here(environment)
    if report.start == report.target:
        run = places.run(environment["GITHUB_RUN_ID"])
        still = propose_upgrade.workflows(asdict(report), environment["BRANCH"], run, places)
        write_summary(f"## The code is up to date, and the workflows are not\n\n{still}")
        return 0
    if known := propose_upgrade.known_before(GitHub(environment), report.version, by_hand=by_hand):
        write_summary(f"## Proposed already\n\n[This pull request]({known}) has version {report.version}.")
        return 0
    (RESULT / "report.json").write_text(json.dumps(asdict(report), indent=1), "utf-8")
    git("bundle", "create", "--quiet", str(RESULT / "upgrade.bundle"), f"{report.head}..refs/heads/upgrade")
    set_output("found", "true")
    set_output("head", report.head)
    set_output("version", report.version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
