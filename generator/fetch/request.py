"""With what a network is asked, in a fetch and in a prune alike: its client, settings, state and secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial

from generator.config import Config
from generator.fetch.adapter.source import FetchRequest, Meter, Wanted
from generator.fetch.registry import Source
from generator.fetch.waits import hold
from generator.model.records import NetworkState, Post
from generator.model.tree import Tree
from generator.net.http import Client
from generator.net.http.interface import user_agent
from generator.net.websocket import read_messages

BACKWARDS_DEADLINE_S = 7_200.0
"""The same of a run that asks for older posts."""
RECENT = timedelta(days=2)
NETWORK_DEADLINE_S = 600.0
"""Whatever a network still has after this waits for the next run."""


def request_for(
    source: Source,
    config: Config,
    tree: Tree,
    *,
    wanted: Iterable[Wanted],
    client_for: Callable[[str, float], Client],
    secrets: Mapping[str, str],
    now: datetime,
    since: datetime | None = None,
) -> FetchRequest:
    """Everything that this network's adapter may use in this run.

    Args:
        source: the adapter.
        config: the validated configuration.
        tree: what is captured.
        wanted: what the trackers want of it, or the part of that which is this run's.
        client_for: (network, seconds that it may take) -> the polite client.
        secrets: by environment variable, of all networks.
        now: the time of the run.
        since: also older posts are wanted, back to this time.
    """
    state = tree.states.get(source.name, NetworkState())
    client = client_for(source.name, NETWORK_DEADLINE_S if since is None else BACKWARDS_DEADLINE_S)
    hold(client, state, now)
    return FetchRequest(
        client=client,
        settings=config.network_settings(source.name),
        wanted=tuple(wanted),
        state=state,
        secrets=source.secrets_in(secrets),
        now=now,
        meter=Meter(),
        since=since,
        own_accounts=frozenset(account for person in config.people for account in person),
        recent_posts=_recent_posts(tree, source.name, now),
        open_stream=partial(read_messages, user_agent=user_agent(config.site.url, config.networks.arxiv.contact)),
    )


def _recent_posts(tree: Tree, network: str, now: datetime) -> tuple[Post, ...]:
    since = now - RECENT
    posts = [post for post in tree.posts.values() if post.network == network and post.posted_at > since]
    return tuple(sorted(posts, key=lambda post: post.id))


def wanted_of(config: Config, network: str) -> tuple[Wanted, ...]:
    """What the trackers want of a network."""
    return tuple(Wanted(tracker, block) for tracker, block in config.wanted(network))
