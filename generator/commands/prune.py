"""`prune`: asks the networks which captured posts are gone, and removes those; muted accounts' posts with them."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from generator.commands.console import counted
from generator.commands.fetch import SOME_FAILED, make_client, read_secrets
from generator.commands.options import Options, with_options
from generator.storage import run_reports as last_run

if TYPE_CHECKING:
    from generator.config import Config
    from generator.fetch.prune import NetworkPruned, PruneReport


@click.command("prune")
@click.argument("posts", nargs=-1, metavar="[POST]...")
@click.option("--only", default=None, metavar="NETWORK", help="Ask only this network.")
@click.option("--all", "everything", is_flag=True, help="Check every post, not only those that are due.")
@click.option("--yes", "believe", is_flag=True, help="Remove posts even if most of a network's vanished at once.")
@click.option("--strict", is_flag=True, help="Exit with 1, not 3, if a network failed.")
@with_options
def command(
    options: Options, *, posts: tuple[str, ...], only: str | None, everything: bool, believe: bool, strict: bool
) -> None:
    """Ask the networks which captured posts are gone, protected or hidden by their authors, and remove those.

    Removes each POST (an id or an address) at once, without asking any network. Also removes posts of the accounts
    under filters.mute_accounts. The next build removes them from the site.
    """
    config = options.load_config()
    report = run(options, config, named=posts, only=only, everything=everything, believe=believe)
    summary = {"at": options.now().isoformat().replace("+00:00", "Z"), **summarise(report)}
    if not posts:
        last_run.save(options.cache, summary, last_run.PRUNE)
    _tell(options, report)
    status = 0 if not report.failed else 1 if strict else SOME_FAILED
    options.console.done(summary, ok=status == 0)
    click.get_current_context().exit(status)


def run(
    options: Options, config: Config, *, named: tuple[str, ...], only: str | None, everything: bool, believe: bool
) -> PruneReport:
    """Prune once, with the environment's secrets and the clock."""
    from generator.fetch import prune  # noqa: PLC0415 (the adapters and the network library)
    from generator.storage.store import Store  # noqa: PLC0415

    _check_only(only)
    secrets = read_secrets(os.environ)
    with options.only_writer(options.data), closing(make_client(config)) as client:
        return prune.run(
            config,
            Store(options.data, options.cache),
            client_for=lambda _network, seconds: client.limited(seconds),
            secrets=secrets,
            now=options.now(),
            only=only,
            everything=everything,
            believe=believe,
            named=named,
        )


def summarise(report: PruneReport) -> dict[str, Any]:
    """A report as plain values: what --json writes."""
    return {
        "networks": {network.network: _network(network) for network in report.networks},
        "removed": report.gone + report.muted + report.named,
        "gone": report.gone,
        "muted": report.muted,
        "named": report.named,
        "failed": report.failed,
        "changed_files": report.changed_files,
    }


def _network(pruned: NetworkPruned) -> dict[str, Any]:
    meter = pruned.meter
    return {
        "due": pruned.due,
        "there": len(pruned.answers) - pruned.gone,
        "gone": pruned.gone,
        "doubted": pruned.doubted,
        "unanswered": pruned.unanswered,
        "overdue": pruned.overdue,
        "requests": meter.requests,
        "reads": dict(meter.reads),
        "cost_usd": round(meter.cost_usd, 4),
        "limits": dict(meter.limits),
        "warnings": list(pruned.warnings),
        "failure": pruned.failure,
        "spending": asdict(pruned.spending) if pruned.spending else None,
    }


def _tell(options: Options, report: PruneReport) -> None:
    console = options.console
    for pruned in report.networks:
        cost = f", about ${pruned.meter.cost_usd:.3f}" if pruned.meter.cost_usd else ""
        console.say(
            f"{pruned.network}: asked about {len(pruned.answers):,} of {counted(pruned.due, 'due post')}, "
            f"{pruned.gone:,} gone; {counted(pruned.meter.requests, 'request')}{cost}"
        )
        if pruned.spending and pruned.spending.spent_usd:
            console.say(f"{pruned.network}: {pruned.spending.text}")
        for text in pruned.warnings:
            console.warn(text, pruned.network)
        if pruned.failure:
            console.warn(f"failed: {pruned.failure} (what it did not say stays)", pruned.network)
        if pruned.overdue:
            console.warn(
                f"{counted(pruned.overdue, 'post')} could not be asked about in time{_remedy(pruned)}", pruned.network
            )
    also = [f"{count:,} {what}" for count, what in ((report.muted, "muted"), (report.named, "as told")) if count]
    summary = ", ".join([f"{counted(report.gone, 'post')} and what only showed them", *also])
    console.say(f"{options.data}: removed {summary}; {counted(report.changed_files, 'file')} changed")


def _remedy(pruned: NetworkPruned) -> str:
    if pruned.network == "x" and not pruned.failure and pruned.spending and pruned.spending.spent_usd:
        return ": raise networks.x.max_usd_per_month or max_reads_per_run"
    return ""


def _check_only(only: str | None) -> None:
    from generator.fetch.registry import SOURCES  # noqa: PLC0415

    names = [source.name for source in SOURCES if source.find_gone is not None]
    if only not in {None, *names}:
        raise click.UsageError(f"--only {only!a} is no network that can be asked; there are {', '.join(names)}.")
