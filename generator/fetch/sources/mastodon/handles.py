"""Accounts and hashtags of Mastodon as people paste them -> `user@host`, `tag@host`. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote

from generator.config.pasted import address_of, ascii_domain, on_instance, one_word, segments_of
from generator.config.values import DOMAIN

_USER = r"[a-z0-9_](?:[a-z0-9_.-]{0,62}[a-z0-9_])?"
_TAG = r"\w{1,100}"
_NO_INSTANCE = re.compile(r"bsky\.(?:social|app)|(?:\w+\.)?(?:x|twitter)\.com")
_CLIENT_PAGES = frozenset({"web", "deck", "app", "i", "home", "public"})
"""Folders of Mastodon's own pages, which stand before the profile."""
_USER_FOLDERS = frozenset({"users", "u", "a", "profile", "accounts"})
"""Where servers that speak Mastodon's protocol keep profiles: /users/ada."""
_OTHER_PAGES = frozenset({"about", "explore", "search", "settings", "tags"})
_REFUSAL = "is no account on Mastodon: write @user@host, or its address https://host/@user"


def handle(name: str) -> str:
    """Read an account: `user@host`, or `http://127.0.0.1:PORT/@user` where the origin is not https://host."""
    name = name.removeprefix("acct:")
    address = address_of(name)
    if address:
        return _account_at(address)
    user, _, host = name.removeprefix("@").lower().partition("@")
    host = ascii_domain(host)
    if _NO_INSTANCE.fullmatch(host):
        raise ValueError(f"is no account on Mastodon: {host} is another network")
    if not re.fullmatch(_USER, user) or not re.fullmatch(DOMAIN, host):
        raise ValueError("is no account on Mastodon: write @user@host")
    return f"{user}@{host}"


def is_certain(name: str) -> bool:
    """Whether it is @user@host, or an address with /@user in it."""
    if name.lower().startswith("acct:") or re.fullmatch(rf"(?i)@?{_USER}@{DOMAIN}", name):
        return True
    address = address_of(name)
    if address is None or _NO_INSTANCE.fullmatch(address.netloc.lower()):
        return False
    return any(segment.startswith("@") for segment in segments_of(address)[:3])


def tag(text: str) -> str:
    """Read a hashtag on an instance: `tag@host`, or `http://127.0.0.1:PORT/tags/tag`."""
    name = one_word(text)
    address = address_of(name)
    if address:
        before, _, word = address.path.rstrip("/").rpartition("/tags/")
        word = unquote(word).lower()
        if not re.fullmatch(_TAG, word):
            raise ValueError("is no hashtag on Mastodon: write tag@host")
        return on_instance(address, before, word, f"/tags/{word}")
    word, _, host = name.removeprefix("#").lower().partition("@")
    host = ascii_domain(host)
    if not re.fullmatch(_TAG, word) or not re.fullmatch(DOMAIN, host):
        raise ValueError("is no hashtag on an instance: write tag@host")
    return f"{word}@{host}"


def _account_at(address: SplitResult) -> str:
    segments = segments_of(address)
    for place, segment in enumerate(segments):
        if segment.startswith("@"):
            return _account_on_page(address, segments[:place], segment)
    if len(segments) > 1 and segments[0] in _USER_FOLDERS and not segments[1].isdigit():
        return _account_on_page(address, [], f"@{segments[1]}")
    if len(segments) == 1 and segments[0] not in _CLIENT_PAGES | _USER_FOLDERS | _OTHER_PAGES:
        return _account_on_page(address, [], f"@{segments[0]}")
    raise ValueError(_REFUSAL)


def _account_on_page(address: SplitResult, before: list[str], acct: str) -> str:
    """`/@user` is an account of this host; `/@user@host` is one of another, and so is `/host/@user` on some clients."""
    user, _, host = acct[1:].lower().partition("@")
    if not host and before and re.fullmatch(DOMAIN, before[-1]):
        host = before[-1].lower()
    if not re.fullmatch(_USER, user) or (host and not re.fullmatch(DOMAIN, host)):
        raise ValueError(_REFUSAL)
    if host:
        return f"{user}@{host}"
    folders = "".join(f"/{segment}" for segment in before if segment not in _CLIENT_PAGES)
    return on_instance(address, folders, user, f"/@{user}")
