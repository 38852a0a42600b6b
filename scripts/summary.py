"""What a fetch did, as a table in the summary of its run; and what its owner must do, as findings for the report.

Reads .cache/last-run.json, which `fetch` writes, and counts the posts of data/ by day for a sparkline. Names and
reasons come from networks: they are shown as inert code, and findings are words of ours alone.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from generator.model.spending import Spending
from scripts import advice
from scripts.actions import annotate, inert, set_output, write_summary
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
        if _SECRET.fullmatch(str(_mapping(report).get("lacks") or "")):
            found.append(f"secret-absent:{_mapping(report)['lacks']}")
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
        if one.get("lacks"):
            state = "not read: its secret is not set"
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


def bills(run: Mapping[str, Any]) -> str:
    """What paid networks have cost in this month, and are going to."""
    told = []
    for network, report in sorted(_mapping(run.get("networks")).items()):
        spending = _mapping(_mapping(report).get("spending"))
        if isinstance(spending.get("spent_usd"), int | float):
            numbers = Spending(spending["spent_usd"], spending["forecast_usd"], spending["cap_usd"])
            told.append(f"**Bill of {inert(network, 20)}**: {numbers.text}.")
    return "\n".join(told)


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


def main() -> None:
    """Summarise the fetch of this folder."""
    run, status = load(LAST_RUN), os.environ.get("FETCH_STATUS", "")
    secrets = {
        name.removeprefix("HAS_"): flag == "true" for name, flag in os.environ.items() if name.startswith("HAS_")
    }
    found = findings_of(run, secrets)
    parts = ["## Fetch"]
    if run is None:
        parts.append(
            f"The fetch ended before it could say what it did (status {inert(status) or 'unknown'}): see its log."
        )
    else:
        parts += [table(run), bills(run), warnings(run), captured(DATA, _time(run.get("at")))]
    if found:
        parts.append("### What you can do\n\n" + advice.for_findings(found, Places.here()))
    write_summary("\n\n".join(part for part in parts if part))
    set_output("findings", " ".join(found))
    if status == "3":
        annotate("warning", "Some networks could not be read to the end; what the others gave is used.")


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
    main()
