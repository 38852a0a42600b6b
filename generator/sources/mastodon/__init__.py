"""Mastodon, and servers that speak its API: accounts, everybody that an account follows, hashtags; without a key.

Sources, read 2026-11-23: docs.joinmastodon.org (methods/accounts, methods/timelines, methods/statuses, api/rate-limits,
api/guidelines) through the OpenAPI description of abraham/mastodon-openapi (4.7.0); snac2 2.75 as it answers. What is
asked for a tracker's block `{accounts, follows_of, tags}`, at the instance of each:

| what | request | how often |
|---|---|---|
| account | `accounts/lookup` | once, and again after 30 days; the state keeps its id and where its API is |
| `follows_of` | `accounts/:id/following`, 80 each | once a day |
| accounts, and whom `follows_of` follow | `accounts/:id/statuses`, 40 each | one an account a run without news |
| tags | `timelines/tag/:tag`, 40 each | one a tag a run without news |
| what new replies answer and the run does not show | `statuses?id[]=`, 20 each (`statuses/:id` before 4.3) | once |

A run without news makes exactly the requests of the third and fourth row. Pages follow the `Link` header. An instance
is asked one request at a time, instances side by side. Limits: 300 requests in 5 minutes by address (`X-RateLimit-*`,
obeyed by the client); an instance that wants to be left alone for longer than a run waits is left for the next one,
which begins there. Boosts come with `accounts/:id/statuses`, except from snac2, which has none there.

MASTODON_TOKEN_<INSTANCE> (its host in capitals, `_` for every other character) is optional and sent to that instance
alone. An instance that answers nobody without one (401, 403, 422) is read through its accounts' public feeds
(`/@user.rss`: no boosts, no replies), a week at a time before its API is asked again. A failure costs the streams of
its own instance; where every instance fails, Mastodon does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

from generator.errors import FetchError
from generator.sources.base import Event, FetchRequest, Meter, Source
from generator.sources.mastodon import posts as mastodon_posts
from generator.sources.mastodon.gone import find_gone
from generator.sources.mastodon.instance import Instance
from generator.sources.mastodon.plan import TOKEN, Part, Plan, plan_of, token_names
from generator.sources.mastodon.posts import NETWORK

INSTANCES_AT_ONCE = 8


def fetch(request: FetchRequest) -> Iterator[Event]:
    """Ask every instance for what is new. Raises FetchError, FormatError where all of them fail."""
    plan = plan_of(request)
    yield from plan.unusable
    tokens = token_names(plan.parts)
    errors: list[FetchError] = []
    worked = False
    with ThreadPoolExecutor(max_workers=INSTANCES_AT_ONCE, thread_name_prefix=NETWORK) as pool:
        running = [
            pool.submit(_read_instance, replace(request, meter=Meter()), plan, part, tokens)
            for part in plan.parts.values()
        ]
        for future in as_completed(running):
            brought = future.result()
            _add_up(request.meter, brought.meter)
            yield from brought.events
            worked = worked or brought.error is None
            errors += [brought.error] if brought.error else []
    if errors and not worked:
        raise errors[-1]


@dataclass(slots=True)
class _Brought:
    """What one instance gave."""

    meter: Meter
    events: list[Event] = field(default_factory=list)
    error: FetchError | None = None
    """Why nothing of it could be read."""


def _read_instance(request: FetchRequest, plan: Plan, part: Part, tokens: Mapping[str, str | None]) -> _Brought:
    brought = _Brought(request.meter)
    instance = Instance(request, plan, part, tokens)
    try:
        for event in instance.read():
            brought.events.append(event)  # one by one: what came before a failure is kept
    except FetchError as error:
        brought.error = error
    return brought


def _add_up(total: Meter, part: Meter) -> None:
    total.requests += part.requests
    total.limits.update(part.limits)


SOURCE = Source(
    name=NETWORK,
    title="Mastodon",
    secrets=(f"{TOKEN}*",),
    fetch=fetch,
    parse=mastodon_posts.parse,
    post_url=mastodon_posts.post_url,
    find_gone=find_gone,
)
