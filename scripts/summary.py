"""What a fetch did, as a table in the summary of its run; and what its owner must do, as findings for the report.

Reads .cache/last-run.json, which `fetch` writes; or, of a fetch in shards, a folder with the run.json of each, and the
report of the run that joined them. Counts the posts of data/ by day for a sparkline. Names and reasons come from
networks: they are shown as inert code, and findings are words of ours alone.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scripts import advice
from scripts.actions import annotate, inert, set_output, write_summary
from scripts.joined_run import join_runs
from scripts.places import Places

LAST_RUN = Path(".cache/last-run.json")
DATA = Path("data")
SPARK_DAYS = 14
_BARS = "▁▂▃▄▅▆▇█"
_SECRET = re.compile(r"\b(X_BEARER_TOKEN|BLUESKY_HANDLE|BLUESKY_APP_PASSWORD|MASTODON_TOKEN_[A-Z0-9_]{1,80})\b")
_NETWORK = re.compile(r"[a-z]{1,20}")
_SHOWN_WARNINGS = 10


def findings_of(run: Mapping[str, Any] | None, secrets: Mapping[str, bool]) -> list[str]:
    """What the owner must do: `secret-absent:NAME`, `secret-refused:NAME`, `no-account`, `format:NETWORK`.

    Args:
        run: what the last fetch did.
        secrets: name -> whether it is set; of others the failure tells.
    """
    if run is None:
        return []
    networks = _mapping(run.get("networks"))
    found = [] if networks else ["no-account"]
    for network, report in sorted(networks.items()):
        failure = str(_mapping(report).get("failure") or "")
        for name in sorted(set(_SECRET.findall(failure))):
            is_set = secrets.get(name, "refuse" in failure)
            found.append(f"secret-{'refused' if is_set else 'absent'}:{name}")
        if failure.startswith("format changed") and _NETWORK.fullmatch(network):
            found.append(f"format:{network}")
    return found


def table(run: Mapping[str, Any]) -> str:
    """The run as a Markdown table: networks, requests, posts, cost, state."""
    rows = ["| network | new posts | changed | left out | requests | cost | state |", "|---|--:|--:|--:|--:|--:|---|"]
    for network, report in sorted(_mapping(run.get("networks")).items()):
        one = _mapping(report)
        state = f"failed: {inert(str(one['failure']))}" if one.get("failure") else "sound"
        numbers = " | ".join(f"{_number(one.get(key)):,}" for key in ("new", "changed", "left_out", "requests"))
        cost = one.get("cost_usd")
        dollars = f"${cost:.3f}" if isinstance(cost, int | float) and cost else "-"
        rows.append(f"| {inert(network, 20)} | {numbers} | {dollars} | {state} |")
    arxiv = _mapping(run.get("arxiv"))
    refused = f"failed: {inert(str(arxiv['refused']))}" if arxiv.get("refused") else "sound"
    asked, new = _number(arxiv.get("asked")), _number(arxiv.get("papers"))
    waiting = _number(arxiv.get("unknown"))
    rows += [
        "",
        f"**arXiv**: asked about {asked:,} papers, {new:,} new or newer, {waiting:,} not known yet; {refused}.",
    ]
    return "\n".join(rows)


def warnings(run: Mapping[str, Any]) -> str:
    """What could not be read, as a list that begins folded; empty where everything could."""
    told = []
    for network, report in sorted(_mapping(run.get("networks")).items()):
        one = _mapping(report)
        texts = [*_list(one.get("warnings")), *(f"left out: {each}" for each in _list(one.get("skipped")))]
        told += [f"- {inert(network, 20)}: {inert(str(text))}" for text in texts]
    if not told:
        return ""
    more = len(told) - _SHOWN_WARNINGS
    shown = told[:_SHOWN_WARNINGS] + ([f"- and {more:,} more in the log of the step Fetch"] if more > 0 else [])
    title = "1 warning" if len(told) == 1 else f"{len(told):,} warnings"
    return "\n".join([f"<details><summary>{title}</summary>", "", *shown, "", "</details>"])


def captured(data: Path, until: datetime) -> str:
    """How much there is, and posts by day of the last fortnight as a sparkline."""
    days = [until.date() - timedelta(days=back) for back in range(SPARK_DAYS - 1, -1, -1)]
    counts = [sum(map(_lines, data.glob(f"posts/*/{day:%Y/%m/%d}.jsonl"))) for day in days]
    papers = sum(map(_lines, data.glob("papers/*/*.jsonl")))
    posts = sum(map(_lines, data.glob("posts/*/*/*/*.jsonl")))
    return f"**Captured so far**: {posts:,} posts about {papers:,} papers. Last {SPARK_DAYS} days: {sparkline(counts)}"


def sparkline(counts: list[int]) -> str:
    """Numbers as bars: `▁▁▃█ (0 to 12 a day)`."""
    most = max(counts, default=0)
    bars = "".join(_BARS[count * (len(_BARS) - 1) // most if most else 0] for count in counts)
    return f"{bars} ({min(counts, default=0):,} to {most:,} posts a day)"


def main(paths: Sequence[str] = ()) -> None:
    """Summarise the fetch of this folder, or of shards: the folder of their reports, and the report of the join."""
    run, status, missing = _of_shards(paths) if paths else (load(LAST_RUN), os.environ.get("FETCH_STATUS", ""), 0)
    secrets = {
        name.removeprefix("HAS_"): flag == "true" for name, flag in os.environ.items() if name.startswith("HAS_")
    }
    found = findings_of(run, secrets)
    parts = ["## Fetch"]
    if missing:
        parts.append(
            f"**{missing} of {os.environ['SHARDS']} shards brought nothing**: the next run reads their accounts."
        )
    if run is None:
        parts.append(
            f"The fetch ended before it could say what it did (status {inert(status) or 'unknown'}): see its log."
        )
    else:
        parts += [table(run), warnings(run), captured(DATA, _time(run.get("at")))]
    if found:
        parts.append("### What you can do\n\n" + advice.for_findings(found, Places.here()))
    write_summary("\n\n".join(part for part in parts if part))
    set_output("findings", " ".join(found))
    if status == "3":
        annotate("warning", "Some networks could not be read to the end; what the others gave is used.")


def _of_shards(paths: Sequence[str]) -> tuple[dict[str, Any] | None, str, int]:
    """The joined report, its exit status, and how many shards left none. The report is left where the build looks."""
    shards, joined = map(Path, paths)
    reports = [load(path) for path in sorted(shards.rglob("run.json"))]
    found, of_arxiv = [run for run in reports if run is not None], load(joined)
    run = join_runs([*found, *([of_arxiv] if of_arxiv else [])]) if found else None
    if run is not None:
        joined.write_text(json.dumps(run, indent=1) + "\n", "utf-8")
    missing = max(0, int(os.environ.get("SHARDS") or 0) - len(found))
    return run, "3" if run and run["failed"] else "", missing


def load(path: Path) -> dict[str, Any] | None:
    """What the last fetch did; None where it left nothing that can be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def _time(text: Any) -> datetime:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return datetime.now(UTC)


if __name__ == "__main__":
    main(sys.argv[1:])
