"""A workflow file as it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Step:
    """One step, as written."""

    name: str
    id: str
    condition: str | None
    env: dict[str, str]
    run: str | None
    uses: str | None
    given: dict[str, str]
    may_fail: bool


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as written."""

    id: str
    name: str
    needs: tuple[str, ...]
    condition: str | None
    permissions: dict[str, str]
    environment: dict[str, str]
    outputs: dict[str, str]
    steps: tuple[Step, ...]
    ancestors: frozenset[str]
    """Everything that it needs, directly or through others."""
    keys: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Workflow:
    """One file."""

    file: str
    name: str
    on: dict[str, Any]
    inputs: dict[str, dict[str, str]]
    concurrency: dict[str, str]
    jobs: dict[str, Job]


def load(path: Path) -> Workflow:
    """Read a workflow from its file."""
    return read(path.read_text("utf-8"), path.name)


def read(text: str, name: str) -> Workflow:
    """Read a workflow; every scalar stays the text that it is, as `on` and `0644` must."""
    content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (makes texts alone)
    assert content["permissions"] == {}, f"{name}: rights for every job"
    dispatch = content["on"].get("workflow_dispatch") or {}
    return Workflow(
        file=name,
        name=content["name"],
        on=content["on"],
        inputs=(dispatch.get("inputs") or {}) if isinstance(dispatch, dict) else {},
        concurrency=content.get("concurrency", {}),
        jobs={job: _job(job, each, _ancestors(job, content["jobs"])) for job, each in content["jobs"].items()},
    )


def _needs(read: dict[str, Any]) -> tuple[str, ...]:
    needs = read.get("needs", ())
    return (needs,) if isinstance(needs, str) else tuple(needs)


def _ancestors(job: str, jobs: dict[str, Any]) -> frozenset[str]:
    found: set[str] = set()
    ahead = list(_needs(jobs[job]))
    while ahead:
        each = ahead.pop()
        if each not in found:
            found.add(each)
            ahead += _needs(jobs[each])
    return frozenset(found)


def _job(job: str, read: dict[str, Any], ancestors: frozenset[str]) -> Job:
    return Job(
        id=job,
        name=read["name"],
        needs=_needs(read),
        ancestors=ancestors,
        condition=read.get("if"),
        permissions=read["permissions"],
        environment=read.get("environment", {}),
        outputs=read.get("outputs", {}),
        steps=tuple(_step(each) for each in read["steps"]),
        keys=read,
    )


def _step(read: dict[str, Any]) -> Step:
    return Step(
        name=read.get("name") or f"Run {read.get('uses') or read['run'].splitlines()[0]}",
        id=read.get("id", ""),
        condition=read.get("if"),
        env=read.get("env", {}),
        run=read.get("run"),
        uses=read.get("uses"),
        given=read.get("with", {}),
        may_fail=read.get("continue-on-error") == "true",
    )
