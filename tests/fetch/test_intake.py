"""Which posts are taken, which wait, and that the order in which they arrive changes nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from generator.fetch.intake import UNSETTLED_FOR, UNSETTLED_MAX, WAITING_MAX, Taken, note_unknown, take_posts
from generator.model.records import Account, Post
from generator.model.tree import Tree
from tests.make import NOON, paper, post

ABS = "https://arxiv.org/abs/2611.00001"


def wire(name: str, **fields: object) -> Post:
    """A post as an adapter gives it: its papers are not found yet."""
    return post(name, **{"papers": (), "text": "words", **fields})


def take(tree: Tree, *posts: Post) -> int:
    return take_posts(tree, posts, now=NOON).new


def test_a_post_that_links_a_paper_is_taken_and_others_are_counted_and_left_out() -> None:
    tree = Tree()
    taken = take_posts(tree, [wire("1", links=(ABS,)), wire("2")], now=NOON)
    assert (taken.new, taken.left_out) == (1, 1)
    assert tree.posts["bluesky:ada/1"].papers == ("2611.00001",)
    assert "bluesky:ada/2" not in tree.posts


def thread() -> list[Post]:
    """A link, a quote of it, a repost of the quote, a reply to the link, and a stranger's lunch."""
    return [
        wire("1", links=(ABS,), hours=9),
        wire("2", who="bo", kind="quote", of="bluesky:ada/1", hours=8),
        wire("3", who="cy", kind="repost", of="bluesky:bo/2", hours=7, text=None),
        wire("4", who="di", kind="reply", of="bluesky:ada/1", hours=6),
        wire("5", who="ed", hours=5),
    ]


def test_reposts_quotes_and_replies_inherit_the_papers_of_what_they_point_at() -> None:
    tree = Tree()
    assert take(tree, *reversed(thread())) == 4


def test_a_repost_waits_for_what_it_points_at_without_its_words_in_public() -> None:
    tree = Tree()
    link, quote, repost, *_ = thread()
    take(tree, repost)
    assert tree.posts == {}
    waiting = tree.states["bluesky"].waiting
    assert [each.id for each in waiting] == ["bluesky:cy/3"]
    take(tree, wire("9", who="zo", kind="quote", of="bluesky:cy/unseen", text="private words"))
    assert b"private words" not in msgspec.json.encode(tree.states["bluesky"])
    take(tree, quote)
    assert tree.posts == {}
    take(tree, link)
    assert set(tree.posts) == {"bluesky:ada/1", "bluesky:bo/2", "bluesky:cy/3"}
    assert [each.id for each in tree.states["bluesky"].waiting] == ["bluesky:zo/9"]


def test_nobody_waits_for_a_post_that_is_known_to_be_about_no_paper_or_gone() -> None:
    tree = Tree()
    take(tree, wire("5", who="ed"), wire("6", kind="reply", of="bluesky:ed/5"))
    assert not any(state.waiting for state in tree.states.values())
    tree.remove_posts(["bluesky:ed/7"], "2026-11-20")
    take(tree, wire("8", kind="reply", of="bluesky:ed/7"))
    assert not any(state.waiting for state in tree.states.values())


def test_waiting_ends_after_a_fortnight() -> None:
    tree = Tree()
    take(tree, wire("1", kind="repost", of="bluesky:x/1"))
    assert tree.states["bluesky"].waiting
    take_posts(tree, [], now=NOON + timedelta(days=15))
    assert not tree.states["bluesky"].waiting


def test_a_reply_waits_in_the_cache_alone_until_what_it_answers_is_seen() -> None:
    """There are hundreds a day, and in the state each would be in git for ever."""
    link, *_, reply, _ = thread()
    tree = Tree()
    taken = take_posts(tree, [reply], now=NOON)
    assert not any(state.waiting for state in tree.states.values())
    assert taken.unsettled == {"bluesky:di/4"}
    still = take_posts(tree, [], now=NOON + timedelta(days=13), texts=taken.texts)
    assert still.unsettled == taken.unsettled
    assert take_posts(tree, [], now=NOON + timedelta(days=15), texts=taken.texts).unsettled == frozenset()
    take_posts(tree, [link], now=NOON, texts=still.texts)
    assert set(tree.posts) == {"bluesky:ada/1", "bluesky:di/4"}


def test_the_newest_of_what_waits_is_kept_and_that_is_a_small_file() -> None:
    unseen = [
        wire(
            f"3m{number:016}",
            who=f"did:plc:{number:024x}",
            kind="quote",
            of=f"bluesky:did:plc:{number:024x}/3munseen{number}",
            hours=number / 100,
        )
        for number in range(WAITING_MAX + 5)
    ]
    tree = Tree()
    take(tree, *unseen)
    waiting = tree.states["bluesky"].waiting
    assert [post.id for post in waiting] == sorted(post.id for post in unseen[:WAITING_MAX])
    assert len(msgspec.json.format(msgspec.json.encode(waiting), indent=1)) < 700_000


def test_muted_accounts_are_not_captured() -> None:
    tree = Tree()
    muted = wire("1", links=(ABS,), account=Account(id="bluesky:did:plc:1", handle="ada.example"))
    assert take_posts(tree, [muted], now=NOON, muted={"bluesky:did:plc:1"}).left_out == 1
    assert tree.posts == {}


def test_only_what_may_be_public_is_stored_and_the_text_goes_to_the_cache() -> None:
    tree = Tree()
    full = wire("1", links=(ABS,), text="a comment")
    taken = take_posts(tree, [full], now=NOON, reduce=lambda each: msgspec.structs.replace(each, text=None, links=()))
    assert tree.posts[full.id].text is None
    assert taken.texts[full.id].text == "a comment"


def below() -> list[Post]:
    """A post without a paper, who else showed it and answered it, and its account's own replies, which name papers."""
    return [
        wire("11", who="fay", hours=9, text="New work, paper below"),
        wire("12", who="fay", kind="reply", of="bluesky:fay/11", hours=9, links=(ABS,)),
        wire("13", who="gus", kind="repost", of="bluesky:fay/11", hours=8, text=None),
        wire("14", who="hal", kind="quote", of="bluesky:fay/11", hours=7),
        wire("15", who="ivy", kind="reply", of="bluesky:hal/14", hours=6),
        wire("16", who="fay", kind="reply", of="bluesky:fay/11", hours=5, links=(f"{ABS[:-1]}2",)),
        wire("17", who="fay", kind="reply", of="bluesky:fay/16", hours=4),
    ]


def run(tree: Tree, texts: dict[str, Post], *posts: Post, now: datetime = NOON) -> Taken:
    """Take posts in with what the cache remembers, as a fetch does."""
    taken = take_posts(tree, posts, now=now, texts=texts)
    kept = tree.needed_texts({**texts, **taken.texts}, taken.unsettled)
    texts.clear()
    texts.update(kept)
    return taken


def test_a_post_waits_a_while_in_the_cache_alone_for_its_accounts_own_reply() -> None:
    tree, texts = Tree(), dict[str, Post]()
    head, paper_below, repost, *_ = below()
    assert run(tree, texts, head, repost).unsettled == {head.id, repost.id}
    assert (tree.posts, tree.states) == ({}, {})
    assert set(texts) == {head.id, repost.id}
    run(tree, texts, paper_below)
    assert {each.id for each in tree.posts.values()} == {head.id, paper_below.id, repost.id}
    assert tree.posts[head.id].in_thread
    assert tree.posts[head.id].text == "New work, paper below"
    assert texts == {}


def test_what_is_old_or_muted_waits_for_no_reply_of_its_own() -> None:
    tree, texts = Tree(), dict[str, Post]()
    head, _, repost, *_ = below()
    run(tree, texts, head, repost)
    assert run(tree, texts, now=NOON + UNSETTLED_FOR).unsettled == frozenset()
    assert texts == {}
    assert not take_posts(tree, [head], now=NOON, muted={head.account.id}).unsettled
    assert not take_posts(tree, [head], now=NOON, keep_waiting=False).unsettled


def test_only_so_many_posts_wait_for_a_reply_of_their_own_the_newest() -> None:
    flood = [wire(str(n), who="fay", hours=1 + n / 10_000) for n in range(UNSETTLED_MAX + 5)]
    taken = take_posts(Tree(), flood, now=NOON)
    assert taken.unsettled == {each.id for each in flood[:UNSETTLED_MAX]}
    assert set(taken.texts) == taken.unsettled


def chunks(posts: list[Post], cuts: Iterable[int]) -> list[list[Post]]:
    edges = [0, *sorted(cuts), len(posts)]
    return [posts[start:end] for start, end in itertools.pairwise(edges)]


ALL = [*thread(), *below()]


@given(st.permutations(ALL), st.lists(st.integers(0, len(ALL)), max_size=4))
def test_any_order_and_any_split_over_runs_ends_with_the_same_posts(shuffled: list[Post], cuts: list[int]) -> None:
    tree, expected = Tree(), Tree()
    texts: dict[str, Post] = {}
    for chunk in chunks(shuffled, cuts):
        run(tree, texts, *chunk)
    take(expected, *ALL)
    assert set(expected.posts) == {each.id for each in ALL} - {"bluesky:ed/5"}
    assert tree.posts == expected.posts
    assert [state.waiting for state in tree.states.values() if state.waiting] == []


def test_taking_the_same_posts_again_changes_nothing() -> None:
    tree = Tree()
    take(tree, *thread())
    before = dict(tree.posts)
    taken = take_posts(tree, thread(), now=NOON + timedelta(hours=3))
    assert (taken.new, taken.changed) == (0, 0)
    assert tree.posts == before


def test_papers_that_nobody_knows_are_asked_about_next() -> None:
    tree = Tree()
    tree.add_paper(paper("2611.00002"))
    take(tree, wire("1", links=(ABS, "https://arxiv.org/abs/2611.00002")))
    assert note_unknown(tree, NOON) == 1
    assert set(tree.pending) == {"2611.00001"}
    assert note_unknown(tree, NOON + timedelta(hours=1)) == 0
    assert tree.pending["2611.00001"].next_at == NOON


def test_the_text_in_the_cache_is_the_same_however_often_its_post_is_seen() -> None:
    tree = Tree()
    full = wire("1", links=(ABS,), text="a comment", url="https://social.example/ada/a-long-address/1")

    def reduce(each: Post) -> Post:
        return msgspec.structs.replace(each, text=None, links=(), url="https://social.example/1")

    first = take_posts(tree, [full], now=NOON, reduce=reduce).texts
    second = take_posts(tree, [full], now=NOON, reduce=reduce, texts=first).texts
    assert first == second


def test_what_another_configuration_let_stand_is_brought_down_and_its_words_go_to_the_cache() -> None:
    tree = Tree()
    take_posts(tree, [wire("1", links=(ABS,), text="a comment")], now=NOON)
    taken = take_posts(tree, (), now=NOON, reduce=lambda each: msgspec.structs.replace(each, text=None))
    assert tree.posts["bluesky:ada/1"].text is None
    assert taken.texts["bluesky:ada/1"].text == "a comment"


def test_what_waits_in_public_is_reduced_as_what_is_captured() -> None:
    tree = Tree()
    reduce = partial(msgspec.structs.replace, url="https://social.example/i/1")
    take_posts(tree, [wire("1", kind="repost", of="bluesky:bo/2", text=None)], now=NOON, reduce=reduce)
    assert [each.url for each in tree.states["bluesky"].waiting] == ["https://social.example/i/1"]
