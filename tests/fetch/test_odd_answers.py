"""Answers of another shape: whatever stands in any field of a page, the adapter gives posts or an error of ours.

One row of NETWORKS for each network that answers with pages of posts. Hacker News and Hugging Face have flat rows:
their tests change those field by field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.fetch.adapter.source import Source
from generator.fetch.sources.bluesky import source as bluesky
from generator.fetch.sources.mastodon import source as mastodon
from generator.fetch.sources.x import source as x
from generator.model.errors import FormatError, RecordError
from generator.model.records import NetworkState, Post
from generator.net.http import Response
from tests.one_run import NOW, Run
from tests.pretend_bluesky import did
from tests.pretend_mastodon import account
from tests.pretend_x import TOKEN

FIXTURES = Path(__file__).parents[1] / "fixtures"
KINDS = {"post", "quote", "reply", "repost"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _posts_as_feed(page: dict[str, Any]) -> dict[str, Any]:
    """The corpus has an answer of getPosts; a feed holds the same posts, each in a row."""
    posts = page.pop("posts", None)
    page["feed"] = [{"post": post} for post in posts] if isinstance(posts, list) else posts
    return page


@dataclass(frozen=True)
class Network:
    """How a page comes to an adapter."""

    name: str
    """In the corpus of mutated answers."""
    source: Source
    page: str
    """A made-up answer with every kind of post, in the fixtures."""
    block: Mapping[str, Any]
    mutations: int
    """In the corpus."""
    readable: int
    """So many of them, at least, give posts."""
    look_up: Any = None
    """What a look-up of the account answers."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    """Ids that an earlier run has looked up."""
    as_page: Callable[[Any], Any] = lambda answer: answer
    """From an answer of the corpus."""


_ROWS = (
    Network(
        "bsky", bluesky.SOURCE, "bluesky/author_feed.json", {"accounts": [did("ann")]},
        mutations=86, readable=20, as_page=_posts_as_feed,
    ),
    Network(
        "mastodon", mastodon.SOURCE, "mastodon/statuses.json", {"accounts": ["ann@one.example"]},
        mutations=129, readable=60, look_up=account("ann", "one.example", "1"),
    ),
    Network(
        "x", x.SOURCE, "x/timeline.json", {"accounts": ["ann"]},
        mutations=196, readable=100, accounts={"ann": "x:11"},
    ),
)  # fmt: skip
NETWORKS = {network.name: network for network in _ROWS}
every_network = pytest.mark.parametrize("network", _ROWS, ids=list(NETWORKS))


class Once:
    """A client that gives one page, whatever is asked for."""

    def __init__(self, page: Any, look_up: Any) -> None:
        self.page, self.look_up = page, look_up

    def get(self, url: str, **_: Any) -> Response:
        answer = self.look_up if "lookup" in url else self.page
        return Response(url, 200, {}, json.dumps(answer).encode())


def posts_or_error(network: Network, page: Any) -> dict[str, Post] | None:
    """A page through the whole adapter: posts by id, or None for an error of ours. Anything else is a failure."""
    run = Run(
        network.source,
        {"mine": network.block},
        api="https://api.example/2",
        client=Once(page, network.look_up),
        state=NetworkState(accounts=dict(network.accounts)),
        settings={"max_reads_per_run": 10**6},
        secrets={"X_BEARER_TOKEN": TOKEN},
    )
    if run.error is not None:
        assert isinstance(run.error, FormatError)
        return None
    posts: dict[str, Post] = {}
    for record in run.records:
        try:
            posts.update({post.id: post for post in network.source.parse(record, NOW)})
        except RecordError:
            return None
    for post in posts.values():
        assert msgspec.json.decode(msgspec.json.encode(post), type=Post, strict=True) == post
        assert post.posted_at <= post.seen_at
        assert post.papers == ()
        assert all(link.startswith(("https://", "http://")) for link in (post.url, *post.links))
    return posts


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Of every part of a JSON value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from paths(part, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any, *, delete: bool = False) -> Any:
    """A copy with another value in one place, or without it."""
    copy = json.loads(json.dumps(value))
    place = copy
    for key in path[:-1]:
        place = place[key]
    if delete:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return copy


@every_network
def test_every_kind_of_post_is_in_the_made_up_page(network: Network) -> None:
    posts = posts_or_error(network, json.loads((FIXTURES / network.page).read_text()))
    assert posts is not None
    assert {post.kind for post in posts.values()} == KINDS


@every_network
@given(data=st.data())
@settings(max_examples=70, deadline=None)
def test_whatever_stands_in_a_field_it_is_posts_or_an_error_of_ours(network: Network, data: st.DataObject) -> None:
    page = json.loads((FIXTURES / network.page).read_text())
    path = data.draw(st.sampled_from(list(paths(page))))
    posts_or_error(network, changed(page, path, data.draw(VALUES)))


@every_network
def test_every_mutated_answer_ends_in_posts_or_an_error_of_ours(network: Network, shared: Path) -> None:
    folder = shared / "corpora/api_pages"
    answer = json.loads((folder / f"base_{network.name}.json").read_bytes())
    results = []
    for line in (folder / "mutations.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["source"] == network.name:
            mutated = changed(answer, tuple(row["path"]), row.get("value"), delete=row["op"] == "delete")
            results.append(posts_or_error(network, network.as_page(mutated)))
    assert len(results) == network.mutations
    assert sum(bool(posts) for posts in results) > network.readable
