"""Where shortened links lead: asked once, of the hosts in `shorteners` alone, and remembered.

A link is followed from one shortener to the next until it leaves them; what it leads to is never asked itself. So no
request goes to an address that a stranger's redirect chose, and the answer is an address, not a page.

What was found stands in the post's `links` from then on; `.cache/links.jsonl` only saves asking again. A failure is
remembered for a day. A run asks a bounded number of times, and leaves a host alone that twice did not answer.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import msgspec

from generator.fetch.short_link_cache import FollowedLink, LinkCache
from generator.finding.mentions import find_papers
from generator.finding.shorteners import SHORTENERS, canonical, short_links
from generator.model.errors import FetchError
from generator.model.records import Post
from generator.net.http import Peeker, Response
from generator.net.http.addresses import AddressError, Target, is_allowed, is_literal, parse_target

MOST_REQUESTS = 200
"""In one run."""
MOST_HOPS = 5
MOST_SECONDS = 115.0
"""Of one run; what is left waits for the next one that meets the link."""
WITHIN_S = 10.0
"""For one answer: a redirect is no more than a few headers, and a silent host must leave time for the others."""
SPACING_S = 0.5
"""Between two requests to one shortener."""
_DEAF_AFTER = 2
"""So many times in a row without an answer, and a host is not asked again in this run."""
_NO_HEAD = frozenset({400, 403, 404, 405, 406, 500, 501})
"""Answers after which the same is asked with GET: not every server knows HEAD."""
_BUSY = 429
_LOCAL = frozenset({"local", "localhost", "internal", "lan", "home", "corp", "test", "invalid"})
"""Names that end so are somebody's own network; no public one ends in a number."""


@dataclass(slots=True)
class FollowReport:
    """What following links came to."""

    requests: int = 0
    followed: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    """Link -> why it leads nowhere."""
    left: set[str] = field(default_factory=set)
    """Links that were not asked about in this run."""


class _NowhereError(Exception):
    """The link leads nowhere that we could use: remembered. `passing`: not for good."""

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing


class _LaterError(Exception):
    """It was not found out; not remembered."""


class LinkFollower:
    """Follows the shortened links of posts that name no paper otherwise.

    Args:
        client: asks; None remembers only, and asks nobody.
        cache: the folder that holds `links.jsonl`, or None to remember for this run alone.
        now: the time of the run.
        most: requests in this run.
        hosts: whose addresses are followed.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        client: Peeker | None,
        cache: Path | None,
        now: datetime,
        *,
        most: int = MOST_REQUESTS,
        most_s: float = MOST_SECONDS,
        hosts: Collection[str] = SHORTENERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.report = FollowReport()
        self._client = client
        self._cache = LinkCache(cache, now)
        self._now = now
        self._most = most
        self._most_s = most_s
        self._spent_s = 0.0
        self._until = 0.0
        """Of the clock: when the time of this run ends, for the link that is being followed."""
        self._hosts = hosts
        self._clock = clock
        self._deaf: Counter[str] = Counter()

    def unknown(self, post: Post) -> tuple[str, ...]:
        """The links that would have to be asked about to know what a post is about: none where it names a paper."""
        if find_papers(post):
            return ()
        return tuple(link for link in short_links(post, self._hosts) if self._cache.get(link) is None)

    def expand(self, post: Post) -> Post:
        """The post with the known targets of its shortened links among its links. Asks nobody."""
        links = short_links(post, self._hosts)
        targets = {answer.target for link in links if (answer := self._cache.get(link)) and answer.target}
        if targets <= set(post.links):
            return post
        return msgspec.structs.replace(post, links=tuple(sorted(targets.union(post.links))))

    def follow(self, posts: Iterable[Post], captured: Mapping[str, Post] | None = None) -> list[Post]:
        """Posts with the targets of their shortened links among their links, wherever the post names no paper itself.

        Args:
            posts: as their networks gave them.
            captured: posts by id that are stored with their papers: nothing is asked for those.
        """
        followed = []
        for post in posts:
            # Most posts have none, and finding the papers of a post takes ten times as long as this.
            if not short_links(post, self._hosts):
                followed.append(post)
                continue
            stored = captured.get(post.id) if captured else None
            if stored is None or not stored.papers:
                for link in self.unknown(post):
                    self._ask(link)
            followed.append(post if find_papers(post) else self.expand(post))
        return followed

    def follow_for(self, network: str, posts: Iterable[Post], captured: Mapping[str, Post]) -> list[Post]:
        """As `follow`, for what a fetch of one network brought.

        A fetch does not bring a post twice. So a post whose link could not be asked about now (out of requests, a
        silent or busy host) is given back in the next run, for three days.
        """
        followed = self.follow([*self._cache.take_waiting(network), *posts], captured)
        for post in followed:
            links = short_links(post, self._hosts)
            if post.id not in captured and not find_papers(post) and any(map(self._may_be_found_later, links)):
                self._cache.keep_for_next_run(post)
        self._cache.save(last=False)  # the caller moves the cursors now
        return followed

    def save(self) -> None:
        """Write down what was found."""
        self._cache.save()

    @property
    def is_used_up(self) -> bool:
        """Whether this run asks no more."""
        return self._client is None or self.report.requests >= self._most or self._spent_s >= self._most_s

    @property
    def room(self) -> int:
        """How many requests this run may still make."""
        if self.is_used_up:
            return 0
        return self._most - self.report.requests

    def postpone(self, post: Post) -> None:
        """Note that a post's links are not asked about in this run."""
        self.report.left.update(self.unknown(post))

    def _may_be_found_later(self, link: str) -> bool:
        answer = self._cache.get(link)
        return answer is None or answer.passing

    def _ask(self, link: str) -> None:
        if self.is_used_up:
            self.report.left.add(link)
            return
        began = self._until = self._clock()
        self._until += self._most_s - self._spent_s
        try:
            target = self._walk(link)
        except _LaterError:
            self.report.left.add(link)
        except _NowhereError as error:
            self.report.failed[link] = str(error)
            self._cache.put(FollowedLink(url=link, reason=str(error), passing=error.passing, at=self._now))
        else:
            self.report.followed += 1
            self._cache.put(FollowedLink(url=link, target=target, at=self._now))
        finally:
            self._spent_s += self._clock() - began

    def _walk(self, link: str) -> str:
        """From shortener to shortener, to the first address that is none."""
        here, passed = link, {link}
        for _ in range(MOST_HOPS):
            followed = self._cache.get(here)
            if followed and followed.target:
                return followed.target
            answer = self._peek(here)
            if not answer.is_redirect or not answer.location:
                raise _NowhereError("it does not lead to another address")
            target = _joined(here, answer.location)
            onward = canonical(target.url, self._hosts)
            if onward is None:
                return _public(target)
            if onward in passed:
                raise _NowhereError("it leads in a circle")
            passed.add(onward)
            here = onward
        raise _NowhereError(f"it leads over more than {MOST_HOPS} shorteners")

    def _peek(self, url: str) -> Response:
        """HEAD, or GET without reading the page where a server does not know HEAD."""
        try:
            return self._request(url, "HEAD")
        except FetchError as error:
            if error.status not in _NO_HEAD:
                raise self._judged(url, error) from None
        try:
            return self._request(url, "GET")
        except FetchError as error:
            raise self._judged(url, error) from None

    def _request(self, url: str, method: str) -> Response:
        left_s = self._until - self._clock()
        if self.is_used_up or self._client is None or left_s <= 0 or self._deaf[_host(url)] >= _DEAF_AFTER:
            raise _LaterError
        self.report.requests += 1
        within_s = min(WITHIN_S, left_s)
        response = self._client.peek(url, method="GET" if method == "GET" else "HEAD", within_s=within_s)
        self._deaf[_host(url)] = 0
        return response

    def _judged(self, url: str, error: FetchError) -> Exception:
        """What a refusal or silence means: a busy or silent host is asked another day, a missing link is missing."""
        host = _host(url)
        if error.status == _BUSY or error.retry_after_s is not None:
            self._deaf[host] = _DEAF_AFTER
            return _LaterError()
        if error.status is None and self._clock() >= self._until:
            return _LaterError()  # it was our time that ended
        if error.status is None:
            self._deaf[host] += error.silent
            return _NowhereError(error.reason, passing=True)
        self._deaf[host] = 0
        return _NowhereError(error.reason, passing=error.status >= 500)  # noqa: PLR2004 (the server's errors)


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _joined(here: str, location: str) -> Target:
    try:
        return parse_target(urljoin(here, location))
    except (AddressError, ValueError):
        raise _NowhereError("it leads to something that is no address") from None


def _public(target: Target) -> str:
    """The address, unless it is one of this machine or its network: that is nobody's link."""
    host, _, last = target.host.rpartition(".")
    local = target.on_loopback or not host or last in _LOCAL or last[:1].isdigit()
    if is_literal(target.host):
        local = not is_allowed(target.host, loopback=False)
    if local:
        raise _NowhereError("it leads to an address that is not public, which is refused")
    return target.url
