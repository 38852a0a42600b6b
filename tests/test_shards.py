"""Shards: every stream is read by one, no small host by two, and what they leave joins to what one run leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.shards import Shard, readers
from generator.model.merge import join_states
from generator.model.records import NetworkState
from tests.make import NOON, post

BEFORE = NOON - timedelta(hours=3)


def shards(total: int) -> list[Shard]:
    return [Shard(index=index, total=total) for index in range(1, total + 1)]


BLOCKS: dict[str, dict[str, Any]] = {
    "x": {"accounts": ["a", "b", "c"], "lists": ["1", "2"], "mode": "timeline"},
    "bluesky": {"accounts": [f"a{n}.example" for n in range(40)], "follows_of": ["a1.example"], "lists": []},
    "mastodon": {
        "accounts": [f"u{n}@host{n % 7}.example" for n in range(40)],
        "follows_of": ["https://host1.example/@u1"],
        "tags": ["arxiv@host3.example", "http://127.0.0.1:8001/tags/arxiv"],
    },
    "feeds": {"feeds": [f"https://host{n % 5}.example/{n}.xml" for n in range(20)]},
    "hackernews": {"min_points": 2},
}  # fmt: skip


@given(st.integers(1, 8), st.sampled_from(sorted(BLOCKS)))
def test_every_stream_is_read_by_exactly_one_shard(total: int, network: str) -> None:
    block = BLOCKS[network]
    shares = [share for shard in shards(total) if (share := shard.share_of(network, block)) is not None]
    assert readers(network, [block], total) == len(shares)
    for key, value in block.items():
        read = [share[key] for share in shares]
        if isinstance(value, list):
            assert sorted(name for part in read for name in part) == sorted(value)
        else:
            assert all(each == value for each in read)


@pytest.mark.parametrize(
    ("network", "most"), [("x", 1), ("hackernews", 1), ("bluesky", 8), ("mastodon", 8), ("feeds", 5)]
)
def test_only_what_may_be_divided_is(network: str, most: int) -> None:
    assert 1 <= readers(network, [BLOCKS[network]], 8) <= most
    assert (readers(network, [BLOCKS[network]], 8) > 1) == (most > 1)
    assert readers(network, [{}] if most else [], 8) <= 1
    assert readers("bluesky", [{"accounts": (), "lists": ()}], 8) == 0


@pytest.mark.parametrize("network", ["mastodon", "feeds"])
def test_a_small_host_is_asked_by_one_shard(network: str) -> None:
    hosts = []
    for shard in shards(8):
        share = shard.share_of(network, BLOCKS[network]) or {}
        names = [name for value in share.values() for name in value]
        hosts.append(
            {part for name in names for part in [name.partition("://")[2].partition("/")[0] or name.rpartition("@")[2]]}
        )
    assert sum(map(len, hosts)) == len(set().union(*hosts))


def state(**fields: Any) -> NetworkState:
    return NetworkState(**{"last_success_at": BEFORE, **fields})


def test_cursors_are_those_of_who_moved_them_and_what_one_forgot_is_forgotten() -> None:
    base = state(cursors={"a": 9, "b": "z", "next": "a", "still": 1}, accounts={"ada": "1"})
    one = state(cursors={"a": 10, "b": "z", "still": 1}, accounts={"ada": "1", "bo": "2"})
    other = state(cursors={"a": 9, "b": "y", "next": "a", "still": 1, "new": 1}, accounts={"ada": "1"})
    for parts in ([one, other], [other, one]):
        joined = join_states(base, parts, 2)
        assert joined.cursors == {"a": 10, "b": "y", "still": 1, "new": 1}
        assert joined.accounts == {"ada": "1", "bo": "2"}
    assert list(joined.cursors) == sorted(joined.cursors)


def test_a_network_fails_while_any_shard_that_reads_it_does() -> None:
    well = state(last_success_at=NOON)
    ill = state(failing_since=NOON, failure="down")
    assert join_states(state(), [well, ill], 2) == state(failing_since=NOON, failure="down")
    still = state(failing_since=BEFORE, failure="down")
    assert join_states(still, [well, still], 2) == still  # one of its two readers is still ill
    assert join_states(still, [well, still], 1) == well  # the other one does not read it
    assert join_states(still, [still, still], 0) == still  # nobody reads it any more
    assert join_states(still, [well], 2) == still  # the shard of the other reader never came


def test_what_waits_in_one_shard_waits_and_what_all_dropped_is_dropped() -> None:
    first, second, old = post("1"), post("2"), post("3")
    joined = join_states(state(waiting=(old,)), [state(waiting=(second,)), state(waiting=(first,))], 2)
    assert joined.waiting == (first, second)
