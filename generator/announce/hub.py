"""Notifies the WebSub hub of every feed that changed, so that the hub fetches it and pushes it to subscribers.

W3C WebSub (https://www.w3.org/TR/websub/, 6 "Publishing", read 2026-11-26) leaves the protocol between publisher and
hub open. Hubs accept PubSubHubbub's form: `hub.mode=publish` and `hub.url`, the address of the feed; some read
`hub.topic` instead. There are three ways to state several addresses and no hub accepts all of them, so each feed takes
one request. A repeated notification does no harm, so it is recorded after it was sent, in the cache. If the cache is
lost, the hub is notified of every feed again and finds nothing new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from generator.announce.sending import TargetReport
from generator.model.errors import FetchError
from generator.net.http import HttpClient
from generator.render.feeds import FEEDS
from generator.storage import run_reports as last_run

NAME = "hub"
"""For `--only`, and in the summary of a run."""
FEEDS_MAX = 500
"""Notifications in one run, so that even the first run ends in minutes. The others wait for the next run."""
REFUSALS_MAX = 5
"""After so many refusals in a row the hub refuses everything."""

_OF_ONE_FEED = frozenset({400, 404, 406, 409, 410, 422})
"""Statuses about a single feed. Any other failure concerns all feeds."""


class Notified(msgspec.Struct, kw_only=True):
    """What a hub was notified of."""

    hub: str = ""
    feeds: dict[str, str] = {}
    """Address of a feed -> digest of its content then; the latest notification stands last."""


def notify(hub: str, cache: Path, *, client: HttpClient, dry: bool = False) -> TargetReport:
    """Notify the hub of every feed that changed since its last notification.

    Args:
        hub: the address of the hub.
        cache: holds the digests of feeds that the build left, and the record of notifications.
        client: the HTTP client.
        dry: neither send nor record anything.
    """
    report = TargetReport(NAME)
    try:
        built = msgspec.convert(last_run.load(cache, last_run.FEEDS), dict[str, str])
    except msgspec.ValidationError:
        report.failure = (
            f"{cache / last_run.FEEDS} does not say what is in the feeds: run `trending-arxiv build --full`"
        )
        return report
    feeds = {base + feed_format.file: digest for base, digest in built.items() for feed_format in FEEDS}
    memory = _notified(cache, hub)
    due = list(_due(feeds, memory))
    if dry:
        report.sent, report.waiting = due[:FEEDS_MAX], len(due[FEEDS_MAX:])
        return report
    try:
        _notify_each({feed: feeds[feed] for feed in due[:FEEDS_MAX]}, memory, report, client)
    except FetchError as error:
        report.failure = str(error)
    finally:
        report.waiting = len(due) - len(report.sent)
        memory.feeds = {feed: digest for feed, digest in memory.feeds.items() if feed in feeds}
        last_run.save(cache, msgspec.to_builtins(memory), last_run.HUB)
    return report


def _notified(cache: Path, hub: str) -> Notified:
    """The notifications to this hub; none if it is a new hub or the cache is lost."""
    try:
        memory = msgspec.convert(last_run.load(cache, last_run.HUB), Notified)
    except msgspec.ValidationError:
        memory = Notified()
    return memory if memory.hub == hub else Notified(hub=hub)


def _due(feeds: Mapping[str, str], memory: Notified) -> Iterator[str]:
    """Feeds that changed: first those without a notification, then those with the oldest one."""
    notified_at = {feed: place for place, feed in enumerate(memory.feeds)}
    changed = (feed for feed, digest in feeds.items() if memory.feeds.get(feed) != digest)
    yield from sorted(changed, key=lambda feed: (notified_at.get(feed, -1), feed.count("/"), feed))


def _notify_each(due: Mapping[str, str], memory: Notified, report: TargetReport, client: HttpClient) -> None:
    """Send the notifications and record each in `memory`. Raises FetchError if the others cannot succeed either."""
    refused: list[str] = []
    in_a_row = 0
    for feed, digest in due.items():
        try:
            _publish(client, memory.hub, feed)
        except FetchError as error:
            refused.append(f"{feed}: {error.reason}")
            in_a_row += 1
            if error.status not in _OF_ONE_FEED or in_a_row == REFUSALS_MAX or len(refused) == len(due):
                raise
        else:
            in_a_row = 0
            memory.feeds.pop(feed, None)
            memory.feeds[feed] = digest
            report.sent.append(feed)
    if refused:
        report.warnings.append(
            f"refuses {len(refused):,} feeds (the next run tries again), the last of them {refused[-1]}"
        )


def _publish(client: HttpClient, hub: str, feed: str) -> None:
    content = urlencode({"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}).encode()
    form = "application/x-www-form-urlencoded"
    client.send(hub, content, content_type=form, headers={"accept": "*/*"}, repeatable=True)
