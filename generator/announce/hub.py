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

from generator.announce.telling import Told
from generator.model.errors import FetchError
from generator.net.http import Sender
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


class Known(msgspec.Struct, kw_only=True):
    """What a hub was notified of."""

    hub: str = ""
    feeds: dict[str, str] = {}
    """Address of a feed -> digest of its content then; the latest notification stands last."""


def tell(hub: str, cache: Path, *, client: Sender, dry: bool = False) -> Told:
    """Tell the hub of every feed that says something else than when it was told of last.

    Args:
        hub: its address.
        cache: where the build left what the feeds say, and where is noted what was delivery.
        client: the network.
        dry: find out what would be told; send and note nothing.
    """
    outcome = Told(NAME)
    try:
        built = msgspec.convert(last_run.load(cache, last_run.FEEDS), dict[str, str])
    except msgspec.ValidationError:
        outcome.failure = (
            f"{cache / last_run.FEEDS} does not say what is in the feeds: run `trending-arxiv build --full`"
        )
        return outcome
    feeds = {base + feed_format.file: digest for base, digest in built.items() for feed_format in FEEDS}
    memory = _known(cache, hub)
    due = list(_due(feeds, memory))
    if dry:
        outcome.said, outcome.waiting = due[:FEEDS_MAX], len(due[FEEDS_MAX:])
        return outcome
    try:
        _tell_each({feed: feeds[feed] for feed in due[:FEEDS_MAX]}, memory, outcome, client)
    except FetchError as error:
        outcome.failure = str(error)
    finally:
        outcome.waiting = len(due) - len(outcome.said)
        memory.feeds = {feed: digest for feed, digest in memory.feeds.items() if feed in feeds}
        last_run.save(cache, msgspec.to_builtins(memory), last_run.HUB)
    return outcome


def _known(cache: Path, hub: str) -> Known:
    """The notifications to this hub; none if it is a new hub or the cache is lost."""
    try:
        memory = msgspec.convert(last_run.load(cache, last_run.HUB), Known)
    except msgspec.ValidationError:
        memory = Known()
    return memory if memory.hub == hub else Known(hub=hub)


def _due(feeds: Mapping[str, str], memory: Known) -> Iterator[str]:
    """Feeds that changed: first those without a notification, then those with the oldest one."""
    told_at = {feed: place for place, feed in enumerate(memory.feeds)}
    changed = (feed for feed, digest in feeds.items() if memory.feeds.get(feed) != digest)
    yield from sorted(changed, key=lambda feed: (told_at.get(feed, -1), feed.count("/"), feed))


def _tell_each(due: Mapping[str, str], memory: Known, outcome: Told, client: Sender) -> None:
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
            outcome.said.append(feed)
    if refused:
        outcome.warnings.append(
            f"refuses {len(refused):,} feeds (the next run tries again), the last of them {refused[-1]}"
        )


def _publish(client: Sender, hub: str, feed: str) -> None:
    content = urlencode({"hub.mode": "publish", "hub.url": feed, "hub.topic": feed}).encode()
    form = "application/x-www-form-urlencoded"
    client.send(hub, content, content_type=form, headers={"accept": "*/*"}, repeatable=True)
