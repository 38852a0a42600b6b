"""`announce`: sends each new top paper once to the services in the configuration, and notifies the hub of new feeds.

Sent papers are recorded in data/announced/, notifications of the hub in the cache.
"""

from __future__ import annotations

import json
import os
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import click

from generator.commands.console import counted
from generator.commands.fetch import SOME_FAILED, make_client, usable_secrets
from generator.commands.options import Options, with_options
from generator.storage import run_reports as last_run

if TYPE_CHECKING:
    from generator.announce.sending import TargetReport
    from generator.commands.console import Console
    from generator.config import Config

HUB = "hub"
"""The only target that receives feeds, not papers."""
EMAIL_TO = "ANNOUNCE_EMAIL_TO"
"""This secret may hold several addresses, one a line."""


@click.command("announce")
@click.option("--dry-run", "dry", is_flag=True, help="Show the messages; send, ask and record nothing.")
@click.option("--only", default=None, metavar="TARGET", help="Use this target only.")
@click.option("--strict", is_flag=True, help="Exit with 1, not 3, if a target failed.")
@with_options
def command(options: Options, *, dry: bool, only: str | None, strict: bool) -> None:
    """Send new top papers to Slack, Discord, Matrix, Mastodon, Bluesky or e-mail, as `announce` in config.yaml says.

    The WebSub hub in `feeds.hub` is notified of every feed that changed.

    Each paper is sent once. The first run of a target sends nothing and records the current top papers as known.
    Secrets come from the environment: ANNOUNCE_SLACK_WEBHOOK, ANNOUNCE_DISCORD_WEBHOOK, ANNOUNCE_MATRIX_TOKEN,
    ANNOUNCE_MASTODON_TOKEN, ANNOUNCE_BLUESKY_APP_PASSWORD, ANNOUNCE_EMAIL_TO, ANNOUNCE_SMTP_PASSWORD.
    """
    config = options.load_config()
    reports = run(options, config, dry=dry, only=only)
    summary = summarise(options, reports, dry=dry)
    if not dry:
        last_run.save(options.cache, summary, last_run.ANNOUNCE)
    if not reports:
        options.console.say(
            "nothing to announce to: `announce` in config.yaml names no target, `feeds` no hub (docs/announce.md)"
        )
    for report in reports:
        _print(options.console, report, dry=dry)
    status = 0
    if summary["failed"]:
        status = 1 if strict else SOME_FAILED
    options.console.done(summary, ok=status == 0)
    click.get_current_context().exit(status)


def run(options: Options, config: Config, *, dry: bool, only: str | None) -> list[TargetReport]:
    """Announce once, with the environment's secrets and the clock."""
    from generator.announce import TARGETS, hub, sending  # noqa: PLC0415 (ranking and the network library)
    from generator.fetch.waits import kept_in_cache  # noqa: PLC0415
    from generator.storage.store import Store  # noqa: PLC0415

    names = [*(target.name for target in TARGETS), hub.NAME]
    if only not in {None, *names}:
        raise click.UsageError(f"--only {only!a} is no target; there are {', '.join(names)}.")
    secret_names = {name for target in TARGETS for name in target.secrets}
    environment = dict(os.environ)
    if EMAIL_TO in environment:
        # Several addresses, one a line, would not pass as a secret: a secret is one word.
        environment[EMAIL_TO] = ",".join(environment[EMAIL_TO].split())
    secrets = usable_secrets(environment, lambda name: name in secret_names)
    now = options.now()
    with ExitStack() as stack:
        client = stack.enter_context(closing(make_client(config)))
        if not dry:
            if options.data.is_dir():
                stack.enter_context(options.only_writer(options.data))
            stack.enter_context(kept_in_cache(client, options.cache, now))
        reports = sending.run(
            config,
            Store(options.data, options.cache),
            client=client,
            secrets=secrets,
            now=now,
            only=only,
            dry=dry,
        )
        if config.feeds.hub and only in {None, hub.NAME}:
            reports.append(hub.notify(config.feeds.hub, options.cache, client=client, dry=dry))
        return reports


def summarise(options: Options, reports: list[TargetReport], *, dry: bool) -> dict[str, Any]:
    """The run as plain values: what --json writes and .cache/last-announce.json keeps."""
    targets = {}
    for report in reports:
        targets[report.target] = {
            "first": report.is_first,
            "said": report.sent,
            "passed": report.passed,
            "waiting": report.waiting,
            "doubtful": report.doubtful,
            "failure": report.failure,
        }
        if dry:
            targets[report.target]["messages"] = report.messages
    at = options.now().isoformat().replace("+00:00", "Z")
    failed = [report.target for report in reports if report.failure]
    return {"at": at, "dry_run": dry, "targets": targets, "failed": failed}


def _print(console: Console, report: TargetReport, *, dry: bool) -> None:
    name = report.target
    if report.is_first:
        text = (
            f"{name}: first run: {counted(report.passed, 'top paper')} recorded as known; papers that come after them "
            "are announced"
        )
        if dry and report.messages:
            text += "; an announcement looks like this:"
    else:
        count = counted(len(report.sent), "feed" if name == HUB else "paper")
        would = "would be announced" if dry else "announced"
        text = f"{name}: {count} {would}, {report.waiting:,} left for a later run"
    console.say(text)
    if dry and name == HUB:
        for feed in report.sent:
            console.say(feed)
    for message in report.messages:
        console.say(json.dumps(message, indent=2, ensure_ascii=False))
    for warning in report.warnings:
        console.warn(warning, name)
    if report.doubtful:
        papers = ", ".join(report.doubtful)
        console.warn(f"failed: {report.failure}; {papers} may have been sent, so it is not sent again", name)
    elif report.failure:
        console.warn(f"failed: {report.failure} (the next run tries again)", name)
