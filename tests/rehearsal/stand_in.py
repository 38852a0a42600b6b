"""What GitHub's own actions do in a rehearsal, with GitHub's rules: `python stand_in.py ACTION`, called by action.yml.

Reads INPUTS (the action's inputs as JSON) and REHEARSAL (the folder that stands for GitHub's storage). The rules:

- an artifact has one name in an attempt of a run, is never written again, and outlives the attempt;
- a cache key is written once; another save of it is a warning; a prefix finds the newest;
- Pages refuses a run in which several artifacts have the name that it is told to publish.

The job's rights stand in REHEARSAL/rights.json: whoever may only read cannot push, and Pages wants its two rights.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

STORE = Path(os.environ.get("REHEARSAL", "."))
HERE = Path(os.environ.get("GITHUB_WORKSPACE", "."))
RUN = os.environ.get("GITHUB_RUN_ID", "1")
ATTEMPT = os.environ.get("GITHUB_RUN_ATTEMPT", "1")
JOB = os.environ.get("GITHUB_JOB", "")


def git(*arguments: str, cwd: Path) -> str:
    """What git says; an error ends the step."""
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def output(name: str, value: str) -> None:
    """An output of the action."""
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as file:
        file.write(f"{name}={value}\n")


def say(sentence: str) -> None:
    """To the log of the step."""
    sys.stdout.write(f"{sentence}\n")


def fail(sentence: str) -> None:
    """End the step."""
    say(sentence)
    sys.exit(1)


def rights() -> dict[str, str]:
    """Of this job."""
    found: dict[str, dict[str, str]] = json.loads((STORE / "rights.json").read_text())
    return found[JOB]


def run_hook(name: str) -> None:
    """What a test wants to happen before this, such as somebody else's push."""
    hook = STORE / "hooks" / name
    if hook.exists():
        subprocess.run([hook], check=True)


def checkout(inputs: dict[str, str]) -> None:
    """actions/checkout."""
    folder = HERE / inputs.get("path", "")
    if not inputs.get("path"):
        run_hook(JOB)
        if (STORE / "lost" / JOB).exists():
            fail("The runner has received a shutdown signal.")
    if rights().get("contents") not in {"read", "write"}:
        fail("this job may not check out")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ref = inputs.get("ref") or os.environ["REHEARSAL_SHA"]
    git("init", "--quiet", ".", cwd=folder)
    git("remote", "add", "origin", (STORE.parent / "remote.git").as_uri(), cwd=folder)
    depth = inputs.get("fetch-depth") or "1"
    fetch = ["fetch", "--quiet", *(["--no-tags"] if depth == "0" else [f"--depth={depth}"]), "origin"]
    if ref.startswith("refs/heads/"):
        branch = ref.removeprefix("refs/heads/")
        git(*fetch, f"+{ref}:refs/remotes/origin/{branch}", cwd=folder)
        git("checkout", "--quiet", "-B", branch, f"refs/remotes/origin/{branch}", cwd=folder)
    else:
        git(*fetch, ref, cwd=folder)
        git("checkout", "--quiet", "--detach", ref, cwd=folder)
    if inputs.get("persist-credentials") != "true" or rights()["contents"] != "write":
        git("remote", "set-url", "--push", "origin", str(folder / "you-may-not-push"), cwd=folder)


def copy(source: Path, target: Path) -> None:
    """A file, or a folder into whatever is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def caches(paths: list[str]) -> dict[str, Path]:
    """Key -> its folder, of caches of exactly these paths, oldest first."""
    found = {}
    for folder in sorted((STORE / "caches").glob("*"), key=lambda each: int(each.name)):
        about = json.loads((folder / "about.json").read_text())
        if about["paths"] == paths:
            found[about["key"]] = folder
    return found


def cache_restore(inputs: dict[str, str]) -> None:
    """actions/cache/restore."""
    paths, key = inputs["path"].split(), inputs["key"]
    kept = caches(paths)
    hit = key if key in kept else None
    for prefix in inputs.get("restore-keys", "").split():
        hit = hit or next((each for each in reversed(kept) if each.startswith(prefix)), None)
    if hit and inputs.get("lookup-only") != "true":
        for path in paths:
            if (kept[hit] / "content" / path).exists():
                copy(kept[hit] / "content" / path, HERE / path)
    say(f"cache restored from key: {hit}" if hit else f"cache not found for {key}")
    output("cache-hit", "true" if hit == key else "false" if hit else "")


def cache_save(inputs: dict[str, str]) -> None:
    """actions/cache/save."""
    paths, key = inputs["path"].split(), inputs["key"]
    there = [path for path in paths if (HERE / path).exists()]
    if not there or key in caches(paths):
        say(f"Warning: cache {key} not saved: {'the key exists' if there else 'no such path'}")
        return
    folder = STORE / "caches" / str(len(list((STORE / "caches").glob("*"))))
    for path in there:
        copy(HERE / path, folder / "content" / path)
    (folder / "about.json").write_text(json.dumps({"key": key, "paths": paths}))


def artifacts(name: str) -> list[Path]:
    """Of this run, by attempt."""
    return sorted((STORE / "artifacts" / RUN).glob(f"*/{name}"), key=lambda each: int(each.parent.name))


def upload(name: str, path: str, *, hidden: bool = False) -> None:
    """One artifact: a folder, without its hidden files unless they are wanted."""
    source, target = HERE / path, STORE / "artifacts" / RUN / ATTEMPT / name
    if target.exists():
        fail(f"Conflict: an artifact with this name already exists: {name}")
    files = [each for each in sorted(source.rglob("*")) if each.is_file()]
    if not hidden:
        files = [each for each in files if not any(part.startswith(".") for part in each.relative_to(source).parts)]
    if not files:
        fail(f"No files were found with the provided path: {path}")
    for each in files:
        copy(each, target / each.relative_to(source))


def upload_artifact(inputs: dict[str, str]) -> None:
    """actions/upload-artifact."""
    upload(inputs["name"], inputs["path"])


def download_artifact(inputs: dict[str, str]) -> None:
    """actions/download-artifact."""
    found = artifacts(inputs["name"])
    if not found:
        fail(f"Artifact not found for name: {inputs['name']}")
    copy(found[-1], HERE / inputs["path"])


def upload_pages_artifact(inputs: dict[str, str]) -> None:
    """actions/upload-pages-artifact."""
    upload(inputs.get("name") or "github-pages", inputs["path"], hidden=True)


def deploy_pages(inputs: dict[str, str]) -> None:
    """actions/deploy-pages."""
    if (rights().get("pages"), rights().get("id-token")) != ("write", "write"):
        fail("this job may not publish")
    name, settings = inputs.get("artifact_name") or "github-pages", json.loads((STORE / "pages.json").read_text())
    found = artifacts(name)
    if len(found) != 1:
        fail(f"{len(found)} artifacts named {name} were found for this workflow run")
    if settings["fails"] or settings["build_type"] != "workflow":
        settings["fails"] = max(0, settings["fails"] - 1)
        (STORE / "pages.json").write_text(json.dumps(settings))
        fail("Failed to create deployment")
    shutil.rmtree(STORE / "published", ignore_errors=True)
    copy(found[0], STORE / "published")
    with (STORE / "deployments").open("a") as file:
        file.write(f"{RUN}\n")
    output("page_url", settings["html_url"])


def nothing(_inputs: dict[str, str]) -> None:
    """actions/setup-python: the machine has a Python."""


ACTIONS: dict[str, tuple[Callable[[dict[str, str]], None], str, str]] = {
    "checkout": (checkout, "ref path persist-credentials fetch-depth", ""),
    "setup-python": (nothing, "python-version", ""),
    "cache/restore": (cache_restore, "path key restore-keys lookup-only", "cache-hit"),
    "cache/save": (cache_save, "path key", ""),
    "upload-artifact": (upload_artifact, "name path if-no-files-found retention-days", ""),
    "download-artifact": (download_artifact, "name path", ""),
    "upload-pages-artifact": (upload_pages_artifact, "name path", ""),
    "deploy-pages": (deploy_pages, "artifact_name", "page_url"),
}
"""Name below actions/ -> what does it, its inputs, its output."""

if __name__ == "__main__":
    run_hook(f"{JOB}-{sys.argv[1].replace('/', '-')}")
    given: dict[str, str] = json.loads(os.environ["INPUTS"])
    ACTIONS[sys.argv[1]][0]({name: value for name, value in given.items() if value})
