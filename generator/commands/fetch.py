"""`fetch`: asks every network for new posts, then arXiv for the papers that they name; writes data/."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from generator.commands.console import counted
from generator.commands.options import Day, Options, with_options
from generator.model.errors import ConfigError, Problem
from generator.storage import run_reports as last_run

if TYPE_CHECKING:
    from generator.config import Config
    from generator.fetch.run import FetchReport, NetworkReport
    from generator.fetch.short_links import FollowReport
    from generator.net.http import HttpClient

SOME_FAILED = 3
_SECRET_NAME = re.compile(r"X_BEARER_TOKEN|BLUESKY_HANDLE|BLUESKY_APP_PASSWORD|MASTODON_TOKEN_[A-Z0-9_]+")


def fetch_options(function: Any) -> Any:
    """The options that fetch and update share."""
    for option in (
        click.option("--strict", is_flag=True, help="Exit with 1, not 3, if a network failed."),
        click.option("--only", default=None, metavar="NETWORK", help="Ask only this network."),
    ):
        function = option(function)
    return function


@click.command("fetch")
@fetch_options
@click.option(
    "--since",
    type=Day(),
    default=None,
    metavar="DATE",
    help="Also ask for older posts, back to this day (UTC), as far as each network has them.",
)
@with_options
def command(options: Options, only: str | None, strict: bool, since: datetime | None) -> None:
    """Ask every network for new posts, then arXiv for the papers that they name.

    Posts fetched before a failure are kept. Secrets come from the environment: X_BEARER_TOKEN,
    BLUESKY_HANDLE with BLUESKY_APP_PASSWORD, MASTODON_TOKEN_<INSTANCE>; only X needs one.
    """
    config = options.load_config()
    if since is not None:
        if since > options.now():
            raise click.UsageError(f"--since {since:%Y-%m-%d}: that day has not come")
    summary, status = run(options, config, only=only, strict=strict, since=since)
    options.console.done(summary, ok=status == 0)
    click.get_current_context().exit(status)


def run(
    options: Options, config: Config, *, only: str | None, strict: bool, since: datetime | None = None
) -> tuple[dict[str, Any], int]:
    """Fetch and tell; returns the summary for --json and the exit status."""
    from generator.fetch import run as fetch  # noqa: PLC0415 (the adapters and the network library)
    from generator.fetch.short_links import LinkFollower  # noqa: PLC0415
    from generator.fetch.waits import kept_in_cache  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    _check_only(only, config, options)
    secrets = read_secrets(os.environ)
    with options.only_writer(options.data), closing(make_client(config)) as client:
        _warn_of_loss(options)
        now = options.now()
        links = LinkFollower(client, options.cache, now)
        try:
            with kept_in_cache(client, options.cache, now), options.console.waiting("asking the networks") as tell:
                report = fetch.run(
                    config,
                    Store(options.data, options.cache),
                    client_for=lambda _network, seconds: client.limited(seconds),
                    secrets=secrets,
                    now=now,
                    only=only,
                    since=since,
                    follow_links=links.follow_for,
                    tell=tell,
                )
        finally:
            links.save()
        summary = summarise(report, now.isoformat().replace("+00:00", "Z"))
        last_run.save(options.cache, summary)
    _tell(options, report, summary, only)
    tell_links(options, links.report)
    failed = 1 if strict else SOME_FAILED
    return summary, failed if report.failed else 0


def _warn_of_loss(options: Options) -> None:
    """Say in one line that records of the last commit are missing in data/."""
    from generator.check import lost_records  # noqa: PLC0415

    if options.data.is_dir() and lost_records(options.data):
        options.console.warn(
            "records that the last commit has are gone: `trending-arxiv check` names them, and how to restore them",
            str(options.data),
        )


def make_client(config: Config) -> HttpClient:
    """The polite client for a whole run: arXiv's spacing is counted per host, over everything that is asked there."""
    from generator.fetch.configuration import network_configs  # noqa: PLC0415
    from generator.fetch.short_links import SPACING_S  # noqa: PLC0415
    from generator.finding.shorteners import SHORTENERS  # noqa: PLC0415
    from generator.net.http import HttpClient, user_agent  # noqa: PLC0415

    arxiv = config.networks.arxiv
    at_once = {
        urlsplit(config.network_settings(network.name)["api"]).netloc.lower(): network.requests_at_once
        for network in network_configs()
        if network.requests_at_once > 1
    }
    return HttpClient(
        user_agent(config.site.url, arxiv.contact),
        spacing_s=dict.fromkeys(SHORTENERS, SPACING_S) | {urlsplit(arxiv.api).netloc.lower(): arxiv.spacing_s},
        at_once=at_once,
    )


def read_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The secrets of an environment, without the white space that copying leaves around them.

    Raises:
        ConfigError: one has a line break or another control character inside; its value is not shown.
    """
    return usable_secrets(environment, lambda name: bool(_SECRET_NAME.fullmatch(name)))


def usable_secrets(environment: Mapping[str, str], wanted: Callable[[str], bool]) -> dict[str, str]:
    """As `read_secrets`, of those whose names are wanted."""
    secrets = {}
    problems = []
    for name, value in environment.items():
        stripped = value.strip()
        if not wanted(name) or not stripped:
            continue
        if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
            problems.append(Problem(f"environment variable {name}", "is no secret of one word: copy it again"))
        secrets[name] = stripped
    if problems:
        raise ConfigError(problems)
    return secrets


def summarise(report: FetchReport, finished_at: str) -> dict[str, Any]:
    """A report as plain values: what --json writes and .cache/last-run.json keeps."""
    arxiv = report.arxiv
    return {
        "at": finished_at,
        "networks": {network.network: _network(network) for network in report.networks},
        "arxiv": {name: _plain(getattr(arxiv, name)) for name in _fields(arxiv)},
        "failed": report.failed,
        "changed_files": report.changed_files,
    }


def _network(report: NetworkReport) -> dict[str, Any]:
    meter = report.meter
    return {
        "new": report.new,
        "changed": report.changed,
        "left_out": report.left_out,
        "records": report.records,
        "requests": meter.requests,
        "reads": dict(meter.reads),
        "cost_usd": round(meter.cost_usd, 4),
        "limits": dict(meter.limits),
        "skipped": list(report.skipped),
        "warnings": list(report.warnings),
        "failure": report.failure,
        "lacks": report.lacks,
        "spending": asdict(report.spending) if report.spending else None,
        "unread_hosts": report.unread_hosts,
    }


def _fields(report: Any) -> list[str]:
    return [name for name in getattr(report, "__dataclass_fields__", {}) if not name.startswith("_")]


def _plain(value: Any) -> Any:
    if isinstance(value, (int, float, str, bool, type(None))):
        return value
    return [str(item) for item in value]


def _tell(options: Options, report: FetchReport, summary: Mapping[str, Any], only: str | None) -> None:
    console = options.console
    console.warn_all(report.problems)
    if not report.networks and not only:
        console.warn(
            "no tracker names anything to read on a network that this version reads: add an account", "config.yaml"
        )
    for network in report.networks:
        meter = network.meter
        cost = f", about ${meter.cost_usd:.3f}" if meter.cost_usd else ""
        left_out = f", {network.left_out:,} about no paper" if network.left_out else ""
        console.say(
            f"{network.network}: {counted(network.new, 'new post')}, {network.changed:,} changed{left_out}; "
            f"{counted(meter.requests, 'request')}{cost}"
        )
        for text in network.warnings:
            console.warn(text, network.network)
        for text in network.skipped[:10]:
            console.warn(f"left out: {text}", network.network)
        if network.spending and (network.spending.spent_usd or not network.lacks):
            console.say(f"{network.network}: {network.spending.text}")
        if network.lacks:
            console.say(f"{network.network}: is not read before the secret {network.lacks} is set; nothing is paid")
        if network.failure:
            console.warn(f"failed: {network.failure} (what came before is kept; the next run goes on)", network.network)
    counts = {name: value for name, value in summary["arxiv"].items() if value and isinstance(value, int)}
    line = ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in counts.items())
    console.say(f"arxiv: {line or 'nothing to ask'}")
    if report.arxiv.refused:
        console.warn(f"failed: {report.arxiv.refused} (the next run asks about the rest)", "arxiv")
    console.say(f"{options.data}: {counted(report.changed_files, 'file')} changed")


def tell_links(options: Options, report: FollowReport) -> None:
    """Say what following shortened links came to, where there were any."""
    if report.followed or report.failed or report.left:
        postponed = f", {len(report.left):,} left for another run" if report.left else ""
        options.console.say(
            f"shortened links: {report.followed:,} followed, {len(report.failed):,} lead nowhere{postponed}; "
            f"{counted(report.requests, 'request')}"
        )
        for link, reason in sorted(report.failed.items()):
            options.console.detail(f"{link}: {reason}")


def _check_only(only: str | None, config: Config, options: Options) -> None:
    from generator.fetch.registry import SOURCES  # noqa: PLC0415

    names = [source.name for source in SOURCES]
    if only not in {None, "arxiv", *names}:
        raise click.UsageError(f"--only {only!a} is no network that is read; there are {', '.join(names)} and arxiv.")
    if only not in {None, "arxiv"} and not config.wanted(str(only)):
        options.console.warn(f"no tracker reads {only}", str(options.config_path))
