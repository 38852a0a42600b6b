"""`announce`: sends each new top paper once to the services in the configuration, and notifies the hub of new feeds.

Sent papers are recorded in data/announced/, notifications of the hub in the cache.
"""

from __future__ import annotations

import json
import os
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Any

import click

from generator.commands.console import counted
from generator.commands.fetch import SOME_FAILED, make_client, usable_secrets
from generator.commands.options import Options, with_options
from generator.storage import run_reports as last_run

if TYPE_CHECKING:
    from generator.announce.telling import Told
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
    told = run(options, config, dry=dry, only=only)
    summary = summarise(options, told, dry=dry)
    if not dry:
        last_run.save(options.cache, summary, last_run.ANNOUNCE)
    _tell(options, told, dry=dry)
    failed = any(each.failure for each in told)
    status = 0 if not failed else 1 if strict else SOME_FAILED
    options.console.done(summary, ok=status == 0)
    click.get_current_context().exit(status)


def run(options: Options, config: Config, *, dry: bool, only: str | None) -> list[Told]:
    """Announce once, with the environment's secrets and the clock."""
    from generator.announce import TARGETS, hub, telling  # noqa: PLC0415 (ranking and the network library)
    from generator.storage.store import Store  # noqa: PLC0415

    names = [*(target.name for target in TARGETS), hub.NAME]
    if only not in {None, *names}:
        raise click.UsageError(f"--only {only!a} is no target; there are {', '.join(names)}.")
    known = {name for target in TARGETS for name in target.secrets}
    one_word = {name: ",".join(value.split()) if name == EMAIL_TO else value for name, value in os.environ.items()}
    secrets = usable_secrets(one_word, lambda name: name in known)
    alone = options.only_writer(options.data) if options.data.is_dir() and not dry else nullcontext()
    with alone, closing(make_client(config)) as client:
        told = telling.run(
            config,
            Store(options.data, options.cache),
            client=client,
            secrets=secrets,
            now=options.now(),
            only=only,
            dry=dry,
        )
        if config.feeds.hub and only in {None, hub.NAME}:
            told.append(hub.tell(config.feeds.hub, options.cache, client=client, dry=dry))
        return told


def summarise(options: Options, told: list[Told], *, dry: bool) -> dict[str, Any]:
    """The run as plain values: what --json writes and .cache/last-announce.json keeps."""
    targets = {
        each.target: {
            "first": each.is_first,
            "said": each.said,
            "passed": each.passed,
            "waiting": each.waiting,
            "doubtful": each.doubtful,
            "failure": each.failure,
            **({"messages": each.messages} if dry else {}),
        }
        for each in told
    }
    at = options.now().isoformat().replace("+00:00", "Z")
    return {"at": at, "dry_run": dry, "targets": targets, "failed": [each.target for each in told if each.failure]}


def _tell(options: Options, told: list[Told], *, dry: bool) -> None:
    console = options.console
    if not told:
        console.say(
            "nobody is to be told: `announce` in config.yaml names no target, `feeds` no hub (docs/announce.md)"
        )
    for each in told:
        name = each.target
        if each.is_first:
            console.say(
                f"{name}: first run: {counted(each.passed, 'paper')} at the top taken as known, and what comes after "
                "them is announced" + ("; an announcement looks like this:" if dry and each.messages else "")
            )
        else:
            would = "would be told of" if dry else "told of"
            what = "feed" if name == HUB else "paper"
            console.say(f"{name}: {would} {counted(len(each.said), what)}, {each.waiting:,} left for a later run")
        for feed in each.said if dry and name == HUB else ():
            console.say(feed)
        for message in each.messages:
            console.say(json.dumps(message, indent=2, ensure_ascii=False))
        for text in each.warnings:
            console.warn(text, name)
        if each.failure:
            unsure = f"; nobody knows whether {', '.join(each.doubtful)} was told, and it is not told again"
            console.warn(f"failed: {each.failure}{unsure if each.doubtful else ' (the next run tries again)'}", name)
