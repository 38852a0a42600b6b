"""Accounts and lists of X as people paste them -> handle, number of the list. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs

from generator.config.pasted import address_of, host_of, one_word, segments_of

_HANDLE = r"[A-Za-z0-9_]{1,15}"
_HOST = re.compile(r"(?:\w+\.)?(?:x|twitter|fxtwitter|vxtwitter|fixupx|xcancel)\.com|nitter\.net")
_PAGES = frozenset(
    {"compose", "explore", "hashtag", "home", "i", "intent", "jobs", "login", "logout", "messages", "notifications"}
    | {"search", "settings", "share", "tos"}
)
"""Addresses on X that are no profiles."""


def handle(name: str) -> str:
    """Read a handle: lower case, without @."""
    address = address_of(name)
    if address:
        name = _handle_in(address)
    name = name.removeprefix("@")
    if not re.fullmatch(_HANDLE, name):
        raise ValueError("is no handle on X: 1-15 letters, digits and _")
    return name.lower()


def is_certain(name: str) -> bool:
    """Whether it is an address on X."""
    return _HOST.fullmatch(host_of(address_of(name))) is not None


def list_number(text: str) -> str:
    """Read a list: its number, or the list's address."""
    name = text.strip()
    if " " not in name:
        name = one_word(name)
    if is_certain(name) and (address := address_of(name)):
        segments = segments_of(address)
        name = segments[2] if segments[:2] == ["i", "lists"] and len(segments) > 2 else ""  # noqa: PLR2004
    if not re.fullmatch(r"[0-9]{1,19}", name):
        raise ValueError("is no list on X: write its number in quotes, from its address x.com/i/lists/NUMBER")
    return name


def _handle_in(address: SplitResult) -> str:
    if not _HOST.fullmatch(host_of(address)):
        raise ValueError("is no address on X: write the handle, such as @name")
    screen_names = parse_qs(address.query).get("screen_name")
    if screen_names:
        return screen_names[0]
    # Old addresses were https://twitter.com/#!/name.
    segments = segments_of(address) or [part for part in address.fragment.split("/") if part not in {"", "!"}]
    if not segments or segments[0].lower() in _PAGES:
        raise ValueError("is a page of X that names no account: write the handle, such as @name")
    return segments[0]
