"""`status`: what the last run did, what is captured, what limits are left and what X cost. Never asks the network."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from generator.commands.console import counted
from generator.commands.options import Options, with_options
from generator.model.errors import ConfigError
from generator.storage import run_reports as last_run

if TYPE_CHECKING:
    from generator.model.records import Announced
    from generator.model.spending import Spending
    from generator.storage.survey import Survey


@click.command("status")
@with_options
def command(options: Options) -> None:
    """Show what the last run did and what it cost, network by network."""
    from generator.storage.store import Store  # noqa: PLC0415

    survey = Store(options.data).survey()
    run = last_run.load(options.cache)
    summary = summarise(survey, run, last_run.load(options.cache, last_run.PRUNE))
    spending = _spending(options, survey)
    for name, network in summary["networks"].items():
        network["spending"] = asdict(spending[name]) if name in spending else None
    console = options.console
    console.warn_all(survey.problems)
    console.say(
        f"{options.data}: {counted(summary['posts'], 'post')} about {counted(summary['papers'], 'paper')}; "
        f"{counted(summary['pending'], 'paper')} waiting for arXiv; {counted(summary['gone'], 'post')} gone"
    )
    console.say(f"last run: {run['at'] if run and 'at' in run else 'not known on this machine'}")
    for name, network in summary["networks"].items():
        _tell(options, name, network, spending.get(name))
    if not summary["networks"]:
        console.say("no network was read yet: `trending-arxiv fetch`")
    for target, news in summary["announced"].items():
        console.say(f"announced: {target} knows {counted(news['papers'], 'paper')}, the last since {news['last_on']}")
    console.done(summary)


def _spending(options: Options, survey: Survey) -> dict[str, Spending]:
    """What paid networks cost in this month; without a cap where config.yaml cannot be read."""
    from generator.model.spending import spending_of  # noqa: PLC0415

    try:
        config = options.load_config()
    except ConfigError:
        config = None
    spending = {}
    for name, state in survey.states.items():
        cap_usd = config.month_cap_usd(name) if config else None
        if state.spent_usd or cap_usd is not None:
            spending[name] = spending_of(state.spent_usd, options.now(), cap_usd)
    return spending


def summarise(survey: Survey, run: dict[str, Any] | None, pruned: dict[str, Any] | None = None) -> dict[str, Any]:
    """What is known, as plain values: per network from data/state and from the last runs on this machine."""
    posts = survey.posts
    fetched_of, pruned_of = _networks(run), _networks(pruned)
    networks = {}
    for name in sorted({*survey.states, *posts, *fetched_of}):
        state = survey.states.get(name)
        networks[name] = {
            "posts": posts[name],
            "last_success_at": _time(state.last_success_at) if state else None,
            "failing_since": _time(state.failing_since) if state else None,
            "failure": state.failure if state else None,
            "lacks": state.lacks if state else None,
            "waiting": len(state.waiting) if state else 0,
            "not_before": {place: _time(until) for place, until in state.not_before.items()} if state else {},
            "last_run": fetched_of.get(name),
            "last_prune": pruned_of.get(name),
        }
    return {
        "posts": posts.total(),
        "papers": survey.papers,
        "pending": survey.pending,
        "gone": survey.gone,
        "last_run_at": run.get("at") if run else None,
        "last_prune_at": pruned.get("at") if pruned else None,
        "networks": networks,
        "announced": _announced(survey.announced),
    }


def _announced(records: list[Announced]) -> dict[str, dict[str, Any]]:
    """Target -> the papers that it is not told of again, and the last day on which one was added."""
    from generator.model.records import EVER  # noqa: PLC0415 (msgspec; --help stays quick)

    days: dict[str, list[str]] = defaultdict(list)
    papers: Counter[str] = Counter()
    for announced in records:
        for target, day in announced.on.items():
            days[target].append(day)
            papers[target] += announced.id != EVER
    return {target: {"papers": papers[target], "last_on": max(days[target])} for target in sorted(days)}


def _tell(options: Options, name: str, network: dict[str, Any], spending: Spending | None) -> None:
    say = options.console.say
    say(f"{name}: {counted(network['posts'], 'post')}, last news {network['last_success_at'] or 'never'}")
    if spending:
        say(f"  {spending.text}")
    if network["lacks"]:
        say(f"  is not read: set the secret {network['lacks']}, or take {name} out of the trackers")
    if network["failing_since"]:
        say(f"  failing since {network['failing_since']}: {network['failure']}")
    for place, until in network["not_before"].items():
        say(f"  {place} asked to be left alone until {until}")
    if run := network["last_run"]:
        say(f"  last run: {run.get('new', 0)} new, {_spent(run)}")
        for host, links in _hosts(run).items():
            say(f"  not read: {counted(links, 'link')} to {host}; if it shows papers of arXiv, please report it")
    if pruned := network["last_prune"]:
        say(f"  last prune: {pruned.get('gone', 0)} of {pruned.get('due', 0)} gone, {_spent(pruned)}")
    limits = {**_limits(pruned), **_limits(run)}
    for endpoint, remaining in limits.items():
        say(f"  limit {endpoint}: {remaining}")


def _spent(run: dict[str, Any]) -> str:
    cost = run.get("cost_usd")
    is_paid = isinstance(cost, int | float) and cost > 0
    return counted(int(run.get("requests") or 0), "request") + (f", about ${cost:.3f}" if is_paid else "")


def _hosts(run: dict[str, Any]) -> dict[str, Any]:
    hosts = run.get("unread_hosts")
    return hosts if isinstance(hosts, dict) else {}


def _limits(run: dict[str, Any] | None) -> dict[str, Any]:
    limits = (run or {}).get("limits")
    return limits if isinstance(limits, dict) else {}


def _networks(run: dict[str, Any] | None) -> dict[str, dict[str, Any]]:
    networks = run.get("networks") if run else None
    return (
        {name: last for name, last in networks.items() if isinstance(last, dict)} if isinstance(networks, dict) else {}
    )


def _time(at: Any) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
