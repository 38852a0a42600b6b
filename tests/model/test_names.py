"""Accounts keep their identity when they change their handle."""

from __future__ import annotations

import pytest

from generator.fetch.configuration import read
from generator.model.handles import holders, newest_accounts, with_newest_name
from generator.model.records import Account, Post
from generator.model.tree import Tree
from generator.render.make_site import make_site
from tests.make import NOON, paper, post

DID = "bluesky:did:plc:madeup"


def by(name: str, handle: str | None, hours: float, **fields: object) -> Post:
    account = Account(id=DID, handle=handle, name=handle and handle.title())
    return post(name, account=account, hours=hours, **fields)


def test_the_newest_handle_is_that_of_the_newest_post_not_the_longest() -> None:
    posts = [by("1", "a-very-long-old-name.example", 9), by("2", "new.example", 1), by("3", None, 0.5)]
    assert newest_accounts(posts) == {DID: Account(id=DID, handle="new.example", name="New.Example")}
    assert newest_accounts(reversed(posts)) == newest_accounts(posts)


def test_older_posts_are_shown_under_it_and_posts_that_may_name_nobody_are_not() -> None:
    posts = [by("1", "old.example", 9), by("2", "new.example", 1), by("3", None, 3)]
    accounts = newest_accounts(posts)
    assert [with_newest_name(each, accounts).account.handle for each in posts] == ["new.example", "new.example", None]


def test_a_handle_belongs_to_the_account_that_used_it_last() -> None:
    taken_over = post("2", account=Account(id="bluesky:other", handle="Ada.example"), hours=1)
    assert holders([by("1", "ada.example", 9), taken_over]) == {"bluesky": {"ada.example": "bluesky:other"}}


@pytest.fixture
def tree() -> Tree:
    found = Tree()
    found.add_paper(paper())
    for each in (by("1", "old.example", 9), by("2", "new.example", 1)):
        found.add_post(each)
    return found


def config(more: str = "") -> str:
    return f"site: {{url: 'https://pages.example/x/'}}\ntrackers: [{{id: example}}]\n{more}"


def test_the_site_shows_one_person_by_the_newest_handle(tree: Tree) -> None:
    tree.add_post(post("3", network="mastodon", account=Account(id="mastodon:ada@m.example", handle="ada@m.example")))
    for listed in ("old.example", "new.example"):
        people = f"people: [['bluesky:{listed}', 'mastodon:ada@m.example']]"
        site = make_site(read(config(people).encode()), tree, texts={}, now=NOON)
        assert {each.account.handle for each in site.posts} == {"new.example", "ada@m.example"}
        assert len(site.ranked["2611.00001"].votes) == 1


def test_muting_the_old_or_the_new_handle_mutes_the_account(tree: Tree) -> None:
    for muted in ("old.example", "bluesky:new.example", DID):
        site = make_site(read(config(f"filters: {{mute_accounts: ['{muted}']}}").encode()), tree, texts={}, now=NOON)
        assert site.posts == ()


def test_muting_by_a_handle_that_only_the_cache_knows_mutes_the_account() -> None:
    tree = Tree()
    tree.add_paper(paper())
    full = post("1", network="x", account=Account(id="x:1", handle="MadeUp"))
    tree.add_post(post("1", network="x", account=Account(id="x:1"), text=None))
    site = make_site(
        read(config("filters: {mute_accounts: ['x:@madeup']}").encode()), tree, texts={full.id: full}, now=NOON
    )
    assert site.posts == ()
