"""Accounts are one person where the owner says so, and nowhere else."""

from __future__ import annotations

from generator.model.persons import Persons
from generator.model.records import Account, NetworkState


def test_an_account_is_a_person_of_its_own_even_with_a_common_handle() -> None:
    persons = Persons([], {})
    one = persons.key(Account(id="bluesky:did:plc:1", handle="ada"))
    assert one != persons.key(Account(id="x:1", handle="ada"))


def test_groups_that_share_an_account_are_one_person() -> None:
    persons = Persons([["x:ada", "bluesky:ada.example"], ["mastodon:ada@social.example", "x:@ADA"]], {})
    keys = {
        persons.key(Account(id="x:ada", handle="ada")),
        persons.key(Account(id="bluesky:did:plc:1", handle="ada.example")),
        persons.key(Account(id="mastodon:ada@social.example", handle="ada@social.example")),
    }
    assert len(keys) == 1


def test_a_new_handle_does_not_make_a_new_person() -> None:
    states = {"bluesky": NetworkState(accounts={"ada.example": "bluesky:did:plc:1"})}
    persons = Persons([["x:ada", "bluesky:ada.example"]], states)
    before = persons.key(Account(id="bluesky:did:plc:1", handle="ada.example"))
    assert persons.key(Account(id="bluesky:did:plc:1", handle="ada-moved.example")) == before
    assert persons.key(Account(id="x:ada")) == before


def test_a_did_may_be_written_in_the_config() -> None:
    persons = Persons([["x:ada", "bluesky:did:plc:ABC"]], {})
    assert persons.key(Account(id="bluesky:did:plc:ABC", handle="x.example")) == persons.key(Account(id="x:ada"))
