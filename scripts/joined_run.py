"""The reports of several shards of one fetch -> one report, as if one machine had read everything. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_ADDED = ("new", "changed", "left_out", "records", "requests", "cost_usd")
_LISTED = ("warnings", "skipped")


def join_runs(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Numbers added up, warnings one after the other, a network failed where one shard says so; arXiv as asked last.

    A post that two shards brought counts twice; what is stored has it once.
    """
    networks: dict[str, dict[str, Any]] = {}
    for run in runs:
        for network, report in _mapping(run.get("networks")).items():
            _add(networks.setdefault(network, {}), _mapping(report))
    arxiv: Any = next((run["arxiv"] for run in reversed(runs) if _mapping(run.get("arxiv")).get("asked")), {})
    failed = {str(each) for run in runs for each in _list(run.get("failed"))}
    at = max((str(run.get("at", "")) for run in runs), default="")
    return {"at": at, "networks": networks, "arxiv": arxiv, "failed": sorted(failed)}


def _add(whole: dict[str, Any], part: Mapping[str, Any]) -> None:
    for key in _ADDED:
        value = part.get(key)
        whole[key] = whole.get(key, 0) + (value if isinstance(value, int | float) else 0)
    for key in _LISTED:
        whole[key] = [*whole.get(key, []), *_list(part.get(key))]
    for kind, value in _mapping(part.get("reads")).items():
        reads = whole.setdefault("reads", {})
        reads[kind] = reads.get(kind, 0) + (value if isinstance(value, int | float) else 0)
    whole["limits"] = {**whole.get("limits", {}), **_mapping(part.get("limits"))}
    whole["failure"] = whole.get("failure") or part.get("failure")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
