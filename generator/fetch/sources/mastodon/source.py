"""Mastodon and servers with its API: accounts, followed accounts, hashtags; no key needed.

Sources, read 2026-11-23: docs.joinmastodon.org (methods/accounts, methods/timelines, methods/statuses, api/rate-limits,
api/guidelines) through the OpenAPI description of abraham/mastodon-openapi (4.7.0); answers of snac2 2.75. Requests for
a tracker's block `{accounts, follows_of, tags}`:

| what | request | how often |
|---|---|---|
| account | `accounts/lookup` | every 30 days; the state caches its id and the origin of its API |
| `follows_of` | `accounts/:id/following`, 80 each | once a day |
| accounts, own and followed | `accounts/:id/statuses`, 40 each | one per account in a run without news |
| tags | `timelines/tag/:tag`, 40 each | one per tag in a run without news |
| unknown parents of new replies | `statuses?id[]=`, 20 each (`statuses/:id` before 4.3) | once |

A run without news makes exactly the requests of the third and fourth row. Pages follow the `Link` header. Each instance
gets one request at a time; instances are read in parallel; those that a run had no time for come first in the next.
Limits: 300 requests in 5 minutes per address (`X-RateLimit-*`, obeyed by the client). If an instance asks for a longer
pause than a run waits, the next run starts with it. Boosts come with `accounts/:id/statuses`, except from snac2.

MASTODON_TOKEN_<INSTANCE> (its host in capitals, `_` for every other character) is optional and sent to that instance
only. If an instance requires a token (401, 403, 422), its accounts' public feeds are read (`/@user.rss`: no boosts, no
replies) for a week before its API is tried again. A failure affects the streams of one instance; if every instance
fails, the network fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from generator.fetch.adapter.patience import NEXT, in_turn, none_of
from generator.fetch.adapter.side_by_side import read_hosts
from generator.fetch.adapter.source import Event, FetchRequest, Source
from generator.fetch.sources.mastodon import posts as mastodon_posts
from generator.fetch.sources.mastodon.config import CONFIG
from generator.fetch.sources.mastodon.gone import PER_SERVER_MAX, find_gone
from generator.fetch.sources.mastodon.instance import Instance
from generator.fetch.sources.mastodon.plan import TOKEN, Plan, plan_of, token_names
from generator.fetch.sources.mastodon.posts import NETWORK


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Read new posts from every instance. Raises FetchError, FormatError if all of them fail."""
    plan = plan_of(request)
    tokens = token_names(plan.parts)
    origins = list(plan.parts)
    turns = in_turn(origins, request.state.cursors.get(NEXT))
    servers = [_Server(plan, origins[index], tokens) for index in turns]
    failures = yield from read_hosts(request, NETWORK, servers, "servers")
    if failures and len(failures) == len(servers):
        raise none_of(len(failures), "instances", failures)


@dataclass(slots=True)
class _Server:
    """One instance in one run."""

    plan: Plan
    origin: str
    tokens: Mapping[str, str | None]
    unreached: list[str] = field(default_factory=list)

    def read(self, request: FetchRequest) -> Iterator[Event]:
        """Read all streams of the instance. Raises FetchError if none can be read."""
        instance = Instance(request, self.plan, self.plan.parts[self.origin], self.tokens)
        try:
            yield from instance.read()
        finally:
            if instance.is_out_of_time:
                self.unreached.append(self.origin)


SOURCE = Source(
    name=NETWORK,
    title=CONFIG.title,
    secrets=(f"{TOKEN}*",),
    fetch=fetch,
    parse=mastodon_posts.parse,
    post_url=mastodon_posts.post_url,
    find_gone=find_gone,
    gone_max=PER_SERVER_MAX,
)
