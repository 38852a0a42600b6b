"""Every way in which a post can be about a paper, on every network that can express it; in any order of arrival."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.fetch.adapter.feed_xml import read_xml
from generator.fetch.adapter.source import Record
from generator.fetch.archives.x.json_fields import Owner, Setting, parse_like
from generator.fetch.intake import note_unknown, take_posts
from generator.fetch.registry import SOURCES, reducer
from generator.fetch.sources.feeds.posts import Publisher
from generator.fetch.sources.mastodon.posts import Seen, canonical_id
from generator.fetch.sources.x.posts import Included
from generator.finding.mentions import mentions_by_paper
from generator.model.persons import Persons
from generator.model.records import Post
from generator.model.tree import Tree
from generator.ranking.rank import Formula, rank_trending, value_mentions
from generator.storage.store import Store
from tests.make import paper

FIXTURES = Path(__file__).parents[1] / "fixtures" / "relations"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TRACKERS = ("mine",)
FORMULA = Formula(half_life_days=2.5, weights={"post": 1, "quote": 1, "reply": 0.6, "repost": 0.5, "like": 0.25})
PARSE = {source.name: source.parse for source in SOURCES}

EVERYWHERE = {"link", "several papers", "text"}
THREADED = {
    *EVERYWHERE,
    "quote",
    "repost of a quote",
    "parent",
    "first reply",
    "repost of a post with the paper below",
    "quote of a post with the paper below",
}
EXPRESSIBLE = {
    "x": THREADED | {"like", "shortened link, resolved by the network"},
    "bluesky": THREADED | {"preview card"},
    "mastodon": THREADED | {"preview card"},
    "hackernews": EVERYWHERE,
    "huggingface": {"link"},
    "feeds": EVERYWHERE,
}
"""By network (docs/networks.md, "What can be expressed where")."""


def load(network: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{network}.json").read_bytes())
    return loaded


def records(network: str, made: Mapping[str, Any]) -> Iterator[tuple[Any, Any]]:
    """(record, its context) as the adapter takes them out of the fixture's answer."""
    answer = made["answer"]
    match network:
        case "x":
            yield from ((row, Included.of(answer)) for row in answer["data"])
        case "bluesky":
            yield from ((row, None) for row in answer["feed"])
        case "mastodon":
            known = {row["id"]: canonical_id(row) or "" for row in answer}
            yield from ((row, Seen(domain=made["domain"], known=known)) for row in answer)
        case "hackernews":
            yield from ((hit, None) for hit in answer["hits"])
        case "huggingface":
            yield from ((row, date(2026, 11, 20)) for row in answer)
        case "feeds":
            feed = read_xml(answer.encode())
            publisher = Publisher(
                url=made["url"], base=made["url"], title=feed.title, site=feed.address, lang=feed.lang
            )
            yield from ((article, publisher) for article in feed.articles)


def posts_of(network: str) -> list[Post]:
    """Everything that the fixture holds, each thing as often as answers show it."""
    made = load(network)
    found = [
        post
        for raw, context in records(network, made)
        for post in PARSE[network](Record(raw, TRACKERS, network, context), NOW)
    ]
    if "likes" in made:
        setting = Setting(owner=Owner(id=made["like_owner"]), trackers=TRACKERS, seen_at=NOW)
        found += [parse_like(raw, "like.js", setting) for raw in made["likes"]]
    return found


def taken(runs: Sequence[Sequence[Post]]) -> tuple[Tree, dict[str, Post]]:
    """data/ and the cache after these runs."""
    tree, texts = Tree(), dict[str, Post]()
    reduce = reducer(lambda _: {})
    for run in runs:
        found = take_posts(tree, run, now=NOW, reduce=reduce, texts=texts)
        texts = tree.needed_texts({**texts, **found.texts}, found.unsettled)
        note_unknown(tree, NOW)
    return tree, texts


def ranking(tree: Tree) -> list[tuple[str, float, int]]:
    """(paper, score, captured) from first to last."""
    papers = {each: paper(each) for each in tree.pending}
    ballots = value_mentions(mentions_by_paper(tree.posts.values()), papers, FORMULA, Persons((), {}))
    return [
        (each.paper.id, each.score, each.captured) for each in rank_trending(papers, ballots, now=NOW, formula=FORMULA)
    ]


@pytest.mark.parametrize("network", EXPRESSIBLE)
def test_every_relation_that_the_network_can_express_makes_its_post_one_about_the_paper(network: str) -> None:
    made = load(network)
    assert set(made["relations"]) == EXPRESSIBLE[network]
    tree, texts = taken([posts_of(network)])
    in_full = {post_id: texts.get(post_id, post) for post_id, post in tree.posts.items()}
    mentions = [mention for found in mentions_by_paper(in_full.values()).values() for mention in found]
    through = {(mention.post.id, mention.paper_id): mention.through for mention in mentions}
    for relation, expected in made["relations"].items():
        assert tree.posts[expected["post"]].papers == tuple(expected["papers"]), relation
        assert {through[expected["post"], each] for each in expected["papers"]} == {expected["through"]}, relation
    assert not tree.posts.keys() & set(made["about_no_paper"])
    assert set(made["about_no_paper"]) <= {post.id for post in posts_of(network)}


ALL = [post for network in EXPRESSIBLE for post in posts_of(network)]
EXPECTED = taken([ALL])


@settings(max_examples=60)
@given(st.permutations(range(len(ALL))), st.lists(st.integers(0, len(ALL)), max_size=5))
def test_no_order_of_arrival_and_no_split_over_runs_changes_the_data_or_the_ranking(
    order: list[int], cuts: list[int]
) -> None:
    edges = [0, *sorted(cuts), len(ALL)]
    tree, texts = taken([[ALL[index] for index in order[start:end]] for start, end in itertools.pairwise(edges)])
    expected, expected_texts = EXPECTED
    encode = msgspec.json.encode
    assert encode(sorted(tree.posts.items())) == encode(sorted(expected.posts.items()))
    assert [state.waiting for state in tree.states.values() if state.waiting] == []
    assert tree.pending == expected.pending
    assert texts == expected_texts
    assert ranking(tree) == ranking(expected)


def test_a_fetch_remembers_unsettled_posts_in_the_cache_until_data_has_what_settles_them(tmp_path: Path) -> None:
    by_key = {post.id.rpartition("/")[2]: post for post in posts_of("bluesky")}
    head, below = by_key["head"], by_key["below"]
    store = Store(tmp_path / "data", tmp_path / "cache")
    for arrived, stored in (([head], set()), ([below], {head.id, below.id})):
        tree, texts = store.load(), store.load_texts()
        found = take_posts(tree, arrived, now=NOW, texts=texts)
        store.save_texts({**texts, **found.texts}, tree)
        assert set(store.load_texts()) == {head.id}  # a run that is killed here has forgotten nothing
        store.save(tree)
        store.save_texts({**texts, **found.texts}, tree, found.unsettled)
        assert set(store.load().posts) == stored
    assert store.load_texts() == {}
    assert b"Paper below" in b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*.jsonl"))


def test_one_person_is_one_vote_for_a_paper_in_the_first_reply() -> None:
    tree, _ = taken([[post for post in posts_of("bluesky") if post.account.id.startswith("bluesky:did:plc:eve")]])
    assert ranking(tree)[0][2] == 2
    assert ranking(tree)[0][1] == pytest.approx(0.5 ** (260 / 1440 / 2.5), abs=1e-3)


def test_posts_of_x_about_papers_keep_nothing_but_ids_in_any_relation() -> None:
    tree, _ = taken([posts_of("x")])
    said = [
        (post.text, post.account.handle, post.account.name, post.links, post.counts) for post in tree.posts.values()
    ]
    assert set(said) == {(None, None, None, (), None)}


@settings(max_examples=20)
@given(st.permutations(range(len(ALL))))
def test_two_halves_of_the_data_merge_to_the_same_in_either_order(order: list[int]) -> None:
    half = len(ALL) // 2
    halves = [taken([[ALL[index] for index in part]])[0] for part in (order[:half], order[half:])]
    merged = []
    for first, second in (halves, halves[::-1]):
        tree = Tree()
        tree.union(first)
        tree.union(second)
        merged.append(tree)
    assert merged[0].posts == merged[1].posts
    assert merged[0].states == merged[1].states
