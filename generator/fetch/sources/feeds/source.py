"""Feeds that others publish (RSS 1.0 and 2.0, Atom, JSON Feed): blogs, planets, newsletters, link lists. No key.

One request a feed a run. What the server gave to recognise the feed by (ETag, Last-Modified) is sent back, so that a
feed without news is a short answer (304, RFC 9110 section 13). A feed that another tracker wants since the last run is
read in full.

Every article becomes a post (see `posts`); who takes them in keeps those that are about a paper. A cursor holds
the validators, a digest of the articles and the trackers: a feed that changes only its own date changes nothing here.
What is not well-formed is read as far as that goes, and said; what is cut off is asked for in full again.

Hosts are asked side by side, each for one feed at a time. A feed that cannot be read fails alone. When none can, the
network fails. After a host did not answer, its other feeds wait for the next run, which asks for them in another order;
what there was no time for comes first then.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from generator.fetch.adapter.conditions import UNCHANGED, conditions, validators
from generator.fetch.adapter.encodings import unpacked
from generator.fetch.adapter.feed_xml import BYTES_MAX, Feed, FeedError, read_xml
from generator.fetch.adapter.patience import (
    FAILURES_IN_A_ROW,
    NEXT,
    REMEDY,
    in_turn,
    is_fault,
    none_of,
    trackers_by_name,
)
from generator.fetch.adapter.side_by_side import read_hosts
from generator.fetch.adapter.source import Covered, Event, FetchRequest, Record, Source, StreamFailed
from generator.fetch.sources.feeds import posts as feeds_posts
from generator.fetch.sources.feeds.config import CONFIG
from generator.fetch.sources.feeds.json import read_json
from generator.fetch.sources.feeds.posts import Publisher
from generator.model.errors import FetchError, OutOfTimeError
from generator.net.http import Response
from generator.net.http.body import PAGE_INSTEAD

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
TRIES = 2
"""Tries for one feed in one run: there are many feeds, and the next run comes soon."""
_TOO_MANY = 429


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Ask for every feed that the trackers want. Raises FetchError, FormatError where none can be read."""
    trackers_by_url = trackers_by_name(request.wanted, "feeds")
    urls = list(trackers_by_url)
    hosts: dict[str, _Host] = {}
    for index in in_turn([_stream(url) for url in urls], request.state.cursors.get(NEXT)):
        url = urls[index]
        host = hosts.setdefault(urlsplit(url).netloc.lower(), _Host())
        host.feeds[url] = trackers_by_url[url]
    yield from read_hosts(request, feeds_posts.NETWORK, list(hosts.values()), "hosts of feeds")
    failures = [failure for host in hosts.values() for failure in host.failures]
    if failures and not any(host.has_worked for host in hosts.values()):
        raise none_of(len(urls), "feeds", failures)


@dataclass(slots=True)
class _Host:
    """The feeds of one host in one run, each with the trackers that want it."""

    feeds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    has_worked: bool = False
    failures: list[FetchError] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)
    """There was no time to ask for them."""

    def read(self, request: FetchRequest) -> Iterator[Event]:
        """Ask for one after the other, until the host or the time of the run has no more to give."""
        reason = ""
        errors_in_a_row = 0
        for url in self._in_another_order(request):
            if self.unreached:
                self.unreached.append(_stream(url))
            if reason:
                yield StreamFailed(_stream(url), reason)
                continue
            try:
                yield from _read(request, url, self.feeds[url])
            except OutOfTimeError as error:
                self.failures.append(error)
                self.unreached.append(_stream(url))
                reason = error.reason
                yield StreamFailed(_stream(url), reason)
            except FetchError as error:
                failure = _with_remedy(error)
                self.failures.append(failure)
                yield StreamFailed(_stream(url), failure.reason)
                errors_in_a_row = errors_in_a_row + 1 if _is_ill(error) else 0
                if errors_in_a_row >= FAILURES_IN_A_ROW or _wants_no_more(error):
                    reason = "its host did not answer for another feed; it is asked in the next run"
            else:
                self.has_worked = True
                errors_in_a_row = 0

    def _in_another_order(self, request: FetchRequest) -> list[str]:
        """Another one every hour, so that a feed at which the host breaks off does not keep out the others for ever.

        What the last run had no time for stays before the others.
        """
        stored = request.state.cursors.get(NEXT)
        late = stored if isinstance(stored, list) else []

        def order(url: str) -> tuple[bool, int]:
            return _stream(url) not in late, zlib.crc32(f"{request.now:%Y-%m-%dT%H} {url}".encode())

        return sorted(self.feeds, key=order)


def _is_ill(error: FetchError) -> bool:
    """The server answered with an error of its own. A broken answer is the fault of one feed."""
    return error.status is not None and is_fault(error)


def _wants_no_more(error: FetchError) -> bool:
    """The host is silent, or asks for a pause: its other feeds would fare no better."""
    return error.silent or error.status == _TOO_MANY or error.retry_after_s is not None


def _with_remedy(error: FetchError) -> FetchError:
    # A broken feed (200) says itself what to do.
    if is_fault(error) or error.status in {200, _TOO_MANY}:
        return error
    return FetchError(f"{error.reason}: {REMEDY}", url=error.url, status=error.status)


def _stream(url: str) -> str:
    return f"feed/{url}"


def _read(request: FetchRequest, url: str, trackers: tuple[str, ...]) -> Iterator[Event]:
    stored = request.state.cursors.get(_stream(url))
    cursor: Mapping[str, object] = {}
    # A feed that another tracker wants since the last run is read in full.
    if isinstance(stored, Mapping) and stored.get("trackers") == list(trackers):
        cursor = stored
    request.meter.requests += 1
    answer = request.client.get(url, headers=conditions(cursor) or None, accept=ACCEPT, tries=TRIES)
    if answer.status == UNCHANGED:
        return
    feed = _decoded(answer, url, was_read=isinstance(stored, Mapping))
    publisher = Publisher(url=url, base=answer.url or url, title=feed.title, site=feed.address, lang=feed.lang)
    for index, article in enumerate(feed.articles):
        yield Record(article, trackers, f"{url} entry[{index}]", publisher)
    digest = _digest(feed)
    if cursor.get("digest") == digest:
        return
    for reason in _complaints(feed):
        yield StreamFailed(_stream(url), reason)
    new_cursor: dict[str, object] = {"digest": digest, "trackers": list(trackers)}
    if not feed.is_cut:
        new_cursor.update(validators(answer.headers))
    yield Covered(_stream(url), new_cursor)


def _complaints(feed: Feed) -> Iterator[str]:
    """What of a feed could not be read, in sentences."""
    number = len(feed.articles)
    if feed.damage:
        yield f"it is not well-formed ({feed.damage}); {number} entries could be read"
    if feed.left_out:
        yield f"it has {feed.left_out:,} entries more than are read; the first {number:,} were"


def _decoded(answer: Response, url: str, *, was_read: bool) -> Feed:
    """Raises FetchError that says what to do; a page in place of a feed that was read before is an outage."""
    body = unpacked(answer.body, BYTES_MAX)
    start = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        if start[:1] in {b"{", b"["}:
            return read_json(start)
        return read_xml(body, answer.headers.get("content-type", ""))
    except FeedError as error:
        reason = PAGE_INSTEAD if error.is_page and was_read else f"{error}: {REMEDY}"
        raise FetchError(reason, url=url, status=answer.status) from None


def _digest(feed: Feed) -> str:
    """Digest of everything that posts are made of; a new date of the feed itself does not change it."""
    return hashlib.sha256(repr((feed.title, feed.address, feed.lang, feed.articles)).encode()).hexdigest()[:32]


def post_url(post_id: str) -> str | None:  # noqa: ARG001 - as every source's
    """None: a post's id is made of its feed and its own id, and leads nowhere."""
    return None


SOURCE = Source(
    name=feeds_posts.NETWORK,
    title=CONFIG.title,
    secrets=(),
    fetch=fetch,
    parse=feeds_posts.parse,
    post_url=post_url,
)
