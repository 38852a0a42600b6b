"""Handles in any form that people paste, in each of the four places where they are read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.commands.init import Wishes, render
from generator.config import Config
from generator.config.pasted import account_reference, read_fields
from generator.fetch.configuration import account_forms, load, read
from generator.model.errors import ConfigError
from scripts.set_up import read_form

X, BLUESKY, MASTODON = ["ada_l"], ["ada.bsky.social"], ["ada@social.example"]
DID = "did:plc:abcdefghijklmnopqrstuvwx"
FORMS = [
    ("x", "Ada_L", X),
    ("x", " @ada_l ", X),
    ("x", "＠ada_l", X),
    ("x", "“@ada_l”", X),
    ("x", "x.com/ada_l", X),
    ("x", "https://x.com/Ada_L?s=20,21;22", X),
    ("x", "HTTPS://X.COM/ada_l/", X),
    ("x", "http://twitter.com/@ada_l", X),
    ("x", "https://www.twitter.com/ada_l/status/1200", X),
    ("x", "mobile.twitter.com/ada_l/with_replies", X),
    ("x", "https://twitter.com/#!/ada_l", X),
    ("x", "https://twitter.com/intent/user?screen_name=ada_l", X),
    ("x", "<https://x.com/ada_l>", X),
    ("x", "@ada_l, @bo; https://x.com/cy\n@di", ["ada_l", "bo", "cy", "di"]),
    ("x", "@ada_l @bo", ["ada_l", "bo"]),
    ("x", "@ada_l, @ADA_L,", X),
    ("bluesky", "Ada.bsky.social", BLUESKY),
    ("bluesky", "@ada.bsky.social.", BLUESKY),
    ("bluesky", "\u202a@ada.bsky.social\u202c", BLUESKY),
    ("bluesky", "bsky.app/profile/ada.bsky.social", BLUESKY),
    ("bluesky", "https://bsky.app/profile/Ada.bsky.social/?ref=x", BLUESKY),
    ("bluesky", "http://www.bsky.app/profile/ada.bsky.social/post/3kabc", BLUESKY),
    ("bluesky", "https://staging.bsky.app/profile/ada.bsky.social", BLUESKY),
    ("bluesky", "https://main.bsky.dev/profile/%40ada.bsky.social", BLUESKY),
    ("bluesky", "https://deer.social/profile/ada.bsky.social", BLUESKY),
    ("bluesky", "https://ada.bsky.social/", BLUESKY),
    ("bluesky", "at://ada.bsky.social/app.bsky.feed.post/3k", BLUESKY),
    ("bluesky", DID, [DID]),
    ("bluesky", DID.upper(), [DID]),
    ("bluesky", f"https://bsky.app/profile/{DID}", [DID]),
    ("bluesky", f"at://{DID}", [DID]),
    ("bluesky", "ada.bsky.social;bo.example\ncy.example，di.example", [*BLUESKY, "bo.example", "cy.example", "di.example"]),  # noqa: E501
    ("bluesky", "ada.bsky.social bo.example", [*BLUESKY, "bo.example"]),
    ("mastodon", "@Ada@Social.Example", MASTODON),
    ("mastodon", "ada@social.example", MASTODON),
    ("mastodon", "acct:ada@social.example", MASTODON),
    ("mastodon", "https://social.example/@ada", MASTODON),
    ("mastodon", "http://social.example/@ada/", MASTODON),
    ("mastodon", "social.example/@ada/112233?x=1#y", MASTODON),
    ("mastodon", "https://social.example/users/ada", MASTODON),
    ("mastodon", "https://social.example/web/@ada", MASTODON),
    ("mastodon", "https://social.example/ada", MASTODON),
    ("mastodon", "https://other.example/@ada@social.example", MASTODON),
    ("mastodon", "https://elk.example/social.example/@ada", MASTODON),
    ("mastodon", "@ada@b\u00fccher.example", ["ada@xn--bcher-kva.example"]),
    ("mastodon", "http://127.0.0.1:3000/@Ada", ["http://127.0.0.1:3000/@ada"]),
    ("mastodon", "@ada@social.example, https://two.example/@bo", [*MASTODON, "bo@two.example"]),
]  # fmt: skip
REFUSED = [
    ("x", "Ada Lindqvist", "several words"),
    ("x", "Ada Lindqvist (@ada_l)", "write @ada_l alone"),
    ("x", "Dr. A. Lindqvist", "several words"),
    ("x", "ada.bsky.social", "is an account on Bluesky, not on X"),
    ("x", "@ada@social.example", "is an account on Mastodon, not on X"),
    ("x", "https://x.com/home", "names no account"),
    ("x", "https://x.com/", "names no account"),
    ("x", "https://x.com.evil.example/ada", "is no address on X"),
    ("x", "../etc", "is no handle on X"),
    ("x", "a_name_too_long_for_x", "is no handle on X"),
    ("x", "a_letter_toomany", "is no handle on X"),
    ("bluesky", "ada", "such as ada.bsky.social"),
    ("bluesky", "Ada Lindqvist", "several words"),
    ("bluesky", "@ada@social.example", "is an account on Mastodon, not on Bluesky"),
    ("bluesky", "https://x.com/ada", "is an account on X, not on Bluesky"),
    ("bluesky", "https://bsky.app/", "is no profile's address"),
    ("bluesky", "https://bsky.app/search?q=ada", "is no profile's address"),
    ("mastodon", "@ada", "write @user@host"),
    ("mastodon", "Ada Lindqvist", "several words"),
    ("mastodon", "https://bsky.app/profile/ada.bsky.social", "is an account on Bluesky, not on Mastodon"),
    ("mastodon", "ada@bsky.social", "another network"),
    ("mastodon", "https://social.example/explore", "is no account on Mastodon"),
    ("mastodon", "https://social.example/web/accounts/12", "is no account on Mastodon"),
    ("mastodon", "https://192.168.0.1/@ada", "private network"),
]


def init_reads(network: str, text: str) -> dict[str, list[str]]:
    accounts, problems = read_fields({network: text}, account_forms())
    if problems:
        raise ValueError(problems)
    return accounts


def told(network: str, text: str, folder: Path) -> dict[str, list[str] | str]:
    """What each of the four places makes of a pasted text: the accounts, or what it says."""
    block = {network: {"accounts": [text]}}
    (folder / "trackers").mkdir(exist_ok=True)
    (folder / "config.yaml").write_text("{}")
    (folder / "trackers/ada.yaml").write_text(json.dumps(block))
    places: dict[str, Callable[[], Config]] = {
        "init": lambda: read(render(Wishes(accounts=init_reads(network, text))).encode()),
        "config.yaml": lambda: read(json.dumps({"trackers": [{"id": "ada", **block}]}).encode()),
        "trackers/ada.yaml": lambda: load(folder / "config.yaml"),
    }
    found: dict[str, list[str] | str] = {}
    for place, config_of in places.items():
        try:
            found[place] = list(config_of().wanted(network)[0][1]["accounts"])
        except (ConfigError, ValueError) as error:
            found[place] = str(error)
    form = read_form({f"{network.upper()}_ACCOUNTS": text})
    found["Set up"] = form.accounts[network] or " ".join(form.problems)
    return found


@pytest.mark.parametrize(("network", "text", "accounts"), FORMS)
def test_every_place_reads_every_form_as_the_bare_handle(
    network: str, text: str, accounts: list[str], tmp_path: Path
) -> None:
    places = told(network, text, tmp_path)
    assert places == dict.fromkeys(places, accounts)
    assert [account_reference(f"{network}:{name}", account_forms()) for name in accounts] == [
        f"{network}:{name}" for name in accounts
    ]


@pytest.mark.parametrize(("network", "text", "said"), REFUSED)
def test_every_place_refuses_what_is_no_account_of_the_network(
    network: str, text: str, said: str, tmp_path: Path
) -> None:
    for place, answer in told(network, text, tmp_path).items():
        assert said in answer, place


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("https://twitter.com/Ada_L", "x:ada_l"),
        ("twitter:@Ada_L", "x:ada_l"),
        ("bluesky:https://bsky.app/profile/ada.bsky.social", "bluesky:ada.bsky.social"),
        (DID, f"bluesky:{DID}"),
        ("@ada@social.example", "mastodon:ada@social.example"),
        ("https://social.example/@ada", "mastodon:ada@social.example"),
        ("hackernews:ada", "hackernews:ada"),
    ],
)
def test_people_and_muted_accounts_are_read_in_the_same_forms(text: str, reference: str) -> None:
    config = read(json.dumps({"people": [[text]]}).encode())
    assert config.people == ((reference,),)
