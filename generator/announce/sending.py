"""One announce run: every target in turn. A failing target does not affect the others.

Each message is recorded on disk before the next one is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from generator.announce import TARGETS, Desk, Target
from generator.announce.choosing import Choice, choose, note, take_back
from generator.config import Config
from generator.config.announce import TargetBlock
from generator.model.errors import FetchError
from generator.model.records import EVER
from generator.model.tree import Tree
from generator.net.http import HttpClient
from generator.render.make_site import make_site
from generator.storage.store import Store


@dataclass(slots=True)
class TargetReport:
    """The outcome of one run for one target."""

    target: str
    is_first: bool = False
    """First run of this target: today's top papers are recorded as known, and nothing is sent."""
    sent: list[str] = field(default_factory=list)
    """Ids of the papers that were sent (for a hub: addresses of feeds); in a dry run, those that would be sent."""
    passed: int = 0
    waiting: int = 0
    messages: list[Any] = field(default_factory=list)
    """In a dry run: the messages that would be sent."""
    failure: str | None = None
    doubtful: list[str] = field(default_factory=list)
    """Ids of papers that may or may not have been sent. They are not sent again."""
    warnings: list[str] = field(default_factory=list)


def run(
    config: Config,
    store: Store,
    *,
    client: HttpClient,
    secrets: Mapping[str, str],
    now: datetime,
    only: str | None = None,
    dry: bool = False,
) -> list[TargetReport]:
    """Announce new top papers to every target in the configuration.

    Args:
        config: the validated configuration.
        store: `data/`; announced papers are recorded there, except in a dry run.
        client: the HTTP client.
        secrets: secrets by name of their environment variable.
        now: the time of this run.
        only: the name of the only target to use; None for all.
        dry: neither send nor record anything.
    """
    blocks = {name: block for name, block in config.announce.targets().items() if only in {None, name}}
    if not blocks:
        return []
    tree = store.load()
    site = make_site(config, tree, texts={}, now=now)
    reports = []
    for target in TARGETS:
        block = blocks.get(target.name)
        if block is None:
            continue
        report = TargetReport(target.name)
        desk = Desk(
            client=client,
            settings=block.model_dump(),
            secrets={name: secrets[name] for name in target.secrets if name in secrets},
            now=now,
            site_title=config.site.title,
            site_url=config.site.url,
            warn=report.warnings.append,
        )
        # Warn at once, not when the first paper comes.
        if target.secrets[0] not in secrets:
            warning = f"nothing can be sent before the secret {target.secrets[0]} is set: docs/announce.md"
            report.warnings.append(warning)
        choice = choose(site, tree, target.name, block, now.date())
        _Sending(target, desk, tree, lambda: store.save(tree), report, now).send(choice, block, dry=dry)
        reports.append(report)
    return reports


@dataclass(frozen=True, slots=True)
class _Sending:
    """Sends the chosen papers to one target and records them."""

    target: Target
    desk: Desk
    tree: Tree
    save: Callable[[], Any]
    report: TargetReport
    now: datetime

    def send(self, choice: Choice, block: TargetBlock, *, dry: bool) -> None:
        report = self.report
        report.is_first = choice.is_first
        report.passed = len(choice.passed)
        report.waiting = choice.waiting
        size = min(self.target.per_message, block.max_per_run)
        groups = [choice.due[start : start + size] for start in range(0, len(choice.due), size)]
        if dry:
            report.messages = [self.target.compose(self.desk, group) for group in groups]
            if not choice.is_first:
                report.sent = [notice.paper_id for notice in choice.due]
            return
        if choice.is_first:
            self._record((EVER, *choice.passed))
            return
        try:
            for group in groups:
                self._deliver(group)
        except FetchError as error:
            report.failure = str(error)

    def _deliver(self, group: tuple[Any, ...]) -> None:
        ids = tuple(notice.paper_id for notice in group)
        if not self.target.repeatable:
            self._record(ids)
        try:
            self.target.deliver(self.desk, group)
        except FetchError as error:
            if not self.target.repeatable and error.refused:
                take_back(self.tree, self.target.name, ids)
                self.save()
            elif not self.target.repeatable:
                self.report.doubtful += ids
            raise
        if self.target.repeatable:
            self._record(ids)
        self.report.sent += ids

    def _record(self, ids: tuple[str, ...]) -> None:
        note(self.tree, self.target.name, ids, self.now.date())
        self.save()
