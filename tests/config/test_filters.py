"""What the owner mutes is neither shown nor repeated."""

from __future__ import annotations

import pytest

from generator.model.muting import is_muted, muted_names, shown_papers, shown_posts
from generator.model.records import Account
from tests.make import paper, post


@pytest.mark.parametrize("written", ["bluesky:did:plc:1", "@Ada.example", "ada.example", "bluesky:ada.example"])
def test_an_account_is_muted_by_id_or_handle_in_any_case(written: str) -> None:
    account = Account(id="bluesky:did:plc:1", handle="ada.Example")
    assert is_muted(account, muted_names([written], {}))
    assert not is_muted(Account(id="bluesky:did:plc:2", handle="bo.example"), muted_names([written], {}))


def test_a_handle_mutes_posts_that_are_stored_with_their_account_id_only() -> None:
    muted = muted_names(["x:ada"], {"x": {"ada": "x:42"}})
    assert is_muted(Account(id="x:42"), muted)


def test_reposts_of_a_muted_account_go_with_it() -> None:
    muted = post("1")
    repost = post("2", who="bo", kind="repost", of=muted.id, text=None)
    quote = post("3", who="bo", kind="quote", of=muted.id)
    shown = shown_posts([repost, quote, muted], muted_names(["bluesky:ada"], {}), [])
    assert set(shown) == {quote.id}


def test_muted_words_match_whole_words_only() -> None:
    posts = [post("1", text="A GAN again"), post("2", text="elegant organ")]
    assert set(shown_posts(posts, (), ["gan"])) == {"bluesky:ada/2"}
    papers = [paper("2611.00001", title="Another GAN"), paper("2611.00002", abstract="An organ.")]
    assert set(shown_papers(papers, (), ["gan"])) == {"2611.00002"}


def test_wanted_categories_take_an_archive_whole() -> None:
    papers = [paper("2611.00001", categories=("cs.LG",)), paper("2611.00002", categories=("math.AG", "hep-th"))]
    assert set(shown_papers(papers, ["cs"], [])) == {"2611.00001"}
    assert set(shown_papers(papers, ["hep-th"], [])) == {"2611.00002"}
    assert set(shown_papers(papers, [], [])) == {"2611.00001", "2611.00002"}
