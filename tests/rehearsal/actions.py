"""What the actions that our workflows use do, as far as a job can tell. One that is not here is an error.

Behaviour: the README of each action at the pinned version, read 2026-11-23.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from tests.rehearsal.expressions import UnsupportedError
from tests.rehearsal.github import git

if TYPE_CHECKING:
    from tests.rehearsal.runner import _Work

Acted = tuple[bool, dict[str, str]]
"""Whether it went well, and its outputs."""
SOUND: Acted = (True, {})


def act(work: _Work, uses: str, given: Mapping[str, str]) -> Acted:
    """Do what `uses:` names."""
    name, _, pin = uses.partition("@")
    if name not in _ACTIONS or len(pin) != 40:
        raise UnsupportedError(uses)
    function, keys = _ACTIONS[name]
    if unknown := given.keys() - keys:
        raise UnsupportedError(f"{uses}: {sorted(unknown)}")
    return function(work, given)


def _checkout(work: _Work, given: Mapping[str, str]) -> Acted:
    github, folder = work.github, work.folder / given.get("path", "")
    assert work.job.permissions.get("contents") in {"read", "write"}, f"{work.job.id} may not check out"
    if folder != work.folder:  # what is there already goes
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    ref = given.get("ref") or work.contexts["github"]["sha"]
    git("init", "--quiet", ".", cwd=folder)
    git("remote", "add", "origin", github.remote.as_uri(), cwd=folder)
    asked = given.get("fetch-depth", "1")
    depth = ["--no-tags"] if asked == "0" else [f"--depth={asked}"]
    if ref.startswith("refs/heads/"):
        branch = ref.removeprefix("refs/heads/")
        if not git("for-each-ref", ref, cwd=github.remote):
            work.log(f"a branch {branch} could not be found\n")
            return False, {}
        git("fetch", "--quiet", *depth, "origin", f"+{ref}:refs/remotes/origin/{branch}", cwd=folder)
        git("checkout", "--quiet", "-B", branch, f"refs/remotes/origin/{branch}", cwd=folder)
    else:
        git("fetch", "--quiet", *depth, "origin", ref, cwd=folder)
        git("checkout", "--quiet", "--detach", ref, cwd=folder)
    if given["persist-credentials"] == "true":
        git("config", "http.https://github.com/.extraheader", f"AUTHORIZATION: basic {work.token}", cwd=folder)
    if given["persist-credentials"] != "true" or work.job.permissions["contents"] != "write":
        git("remote", "set-url", "--push", "origin", str(folder / "you-may-not-push"), cwd=folder)
    return SOUND


def _setup_python(work: _Work, given: Mapping[str, str]) -> Acted:
    assert given["python-version"]
    return SOUND


def _cache(work: _Work, given: Mapping[str, str]) -> Acted:
    acted = _cache_restore(work, given)
    if acted[1]["cache-hit"] != "true":
        work.at_end.append(lambda: _cache_save(work, given) and None)
    return acted


def _cache_restore(work: _Work, given: Mapping[str, str]) -> Acted:
    kept = {key: path for (key, of), path in work.github.caches.items() if of == given["path"]}
    found = given["key"] if given["key"] in kept else None
    for prefix in given.get("restore-keys", "").split() if found is None else ():
        found = next((key for key in reversed(kept) if key.startswith(prefix)), found)
    if found is not None and given.get("lookup-only") != "true":
        target = work.folder / given["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy(kept[found], target)
    return True, {"cache-hit": "true" if found == given["key"] else "" if found is None else "false"}


def _cache_save(work: _Work, given: Mapping[str, str]) -> Acted:
    source, key = work.folder / given["path"], (given["key"], given["path"])
    if not source.exists() or key in work.github.caches:
        work.log(f"cache {given['key']}: not saved\n")
        return SOUND
    target = work.github.folder / "caches" / str(len(work.github.caches))
    target.parent.mkdir(exist_ok=True)
    _copy(source, target)
    work.github.caches[key] = target
    return SOUND


def _copy(source: Path, target: Path) -> None:
    """A file, or a folder into whatever is there."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def _upload(work: _Work, given: Mapping[str, str], name: str | None = None) -> Acted:
    paths = [work.folder / path for path in given["path"].split()]
    source = paths[0] if len(paths) == 1 else work.folder  # of several, the folder that they have in common
    found = [path for each in paths for path in ([each] if each.is_file() else _files(each))]
    visible = [path for path in found if name or not _hidden(path.relative_to(source))]
    if not visible:
        work.log(f"no files found at {given['path']}\n")
        return given.get("if-no-files-found") != "error", {}
    name = name or given["name"]
    target = work.github.folder / "artifacts" / f"{work.run.id}-{name}"
    for path in visible:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    work.github.artifacts[f"{work.run.id}/{name}"] = target
    return SOUND


def _download(work: _Work, given: Mapping[str, str]) -> Acted:
    if pattern := given.get("pattern"):
        kept = {key.partition("/")[2]: path for key, path in work.github.artifacts.items()
                if fnmatchcase(key, f"{work.run.id}/{pattern}")}  # fmt: skip
        for name, folder in kept.items():  # one alone gets no folder of its own name
            shutil.copytree(folder, work.folder / given["path"] / (name if len(kept) > 1 else ""), dirs_exist_ok=True)
        return SOUND
    source = work.github.artifacts.get(f"{work.run.id}/{given['name']}")
    if source is None:
        return False, {}
    shutil.copytree(source, work.folder / given["path"], dirs_exist_ok=True)
    return SOUND


def _upload_pages(work: _Work, given: Mapping[str, str]) -> Acted:
    return _upload(work, given, "github-pages")


def _deploy_pages(work: _Work, given: Mapping[str, str]) -> Acted:
    rights = work.job.permissions
    assert (rights.get("pages"), rights.get("id-token")) == ("write", "write"), "deploying needs both rights"
    assert work.job.environment["name"] == "github-pages"
    source = work.github.artifacts.get(f"{work.run.id}/github-pages")
    if source is None or work.github.pages != "workflow" or work.github.deploy_fails:
        work.log("Failed to create deployment\n")
        return False, {}
    shutil.rmtree(work.github.published, ignore_errors=True)
    shutil.copytree(source, work.github.published)
    work.github.deployments += 1
    return True, {"page_url": work.github.server.url}


def _files(path: Path) -> list[Path]:
    return sorted(each for each in path.rglob("*") if each.is_file())


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


_ACTIONS: Mapping[str, tuple[Callable[[_Work, Mapping[str, str]], Acted], set[str]]] = {
    "actions/checkout": (_checkout, {"ref", "persist-credentials", "fetch-depth", "path"}),
    "actions/setup-python": (_setup_python, {"python-version"}),
    "actions/cache": (_cache, {"path", "key", "restore-keys"}),
    "actions/cache/restore": (_cache_restore, {"path", "key", "restore-keys", "lookup-only"}),
    "actions/cache/save": (_cache_save, {"path", "key"}),
    "actions/upload-artifact": (_upload, {"name", "path", "if-no-files-found", "retention-days"}),
    "actions/download-artifact": (_download, {"name", "pattern", "path"}),
    "actions/upload-pages-artifact": (_upload_pages, {"path"}),
    "actions/deploy-pages": (_deploy_pages, set()),
}
