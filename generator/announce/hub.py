"""The WebSub hub that the feeds name: told which of them have news, so that it fetches them and passes the news on.

W3C WebSub (https://www.w3.org/TR/websub/, 6 "Publishing", read 2026-11-26) leaves the way to hub and publisher. What
hubs take is PubSubHubbub's form: `hub.mode=publish` and `hub.url`, the feed's address. Several addresses in one request
are written in three ways (repeated, `hub.url[]`, with commas) and no hub takes all of them, so each feed is told of by
itself; some hubs read `hub.topic` in its place. A feed told of twice is fetched twice and no more, so what was told is
noted afterwards, in the cache. Where that is lost every feed is told of again, and the hub finds nothing new.
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
"""Feeds told of in one run, so that even the first one ends in minutes; the others wait for the next."""
REFUSALS_MAX = 5
"""After so many in a row it is not one feed or other that the hub refuses."""

_OF_ONE_FEED = frozenset({400, 404, 406, 409, 410, 422})
"""What a hub says to a feed that it does not serve; any other failure is about all of them."""


class Known(msgspec.Struct, kw_only=True):
    """What a hub was told of."""

    hub: str = ""
    feeds: dict[str, str] = {}
    """Address of a feed -> digest of what it said then; what was told last stands last."""


def tell(hub: str, cache: Path, *, client: Sender, dry: bool = False) -> Told:
    """Tell the hub of every feed that says something else than when it was told of last.

    Args:
        hub: its address.
        cache: where the build left what the feeds say, and where is noted what was told.
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
    """What this hub was told of; nothing where it is another one, or nobody remembers."""
    try:
        memory = msgspec.convert(last_run.load(cache, last_run.HUB), Known)
    except msgspec.ValidationError:
        memory = Known()
    return memory if memory.hub == hub else Known(hub=hub)


def _due(feeds: Mapping[str, str], memory: Known) -> Iterator[str]:
    """Feeds that say something new: first those that the hub never heard of, then what was told longest ago."""
    told_at = {feed: place for place, feed in enumerate(memory.feeds)}
    changed = (feed for feed, digest in feeds.items() if memory.feeds.get(feed) != digest)
    yield from sorted(changed, key=lambda feed: (told_at.get(feed, -1), feed.count("/"), feed))


def _tell_each(due: Mapping[str, str], memory: Known, outcome: Told, client: Sender) -> None:
    """Tell of each. Raises FetchError where there is no use in going on; what was told before is noted in `known`."""
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
