"""Accounts, lists and feeds of Bluesky as people paste them -> handle or DID, at:// address. Pure."""

from __future__ import annotations

import re
from urllib.parse import SplitResult

from generator.config.pasted import address_of, ascii_domain, host_of, one_word, segments_of
from generator.config.values import DOMAIN

DID = r"did:(?:plc|web):[a-z0-9._:%-]{0,252}[a-z0-9._-]"
"""https://atproto.com/specs/did, read 2026-11-23; the identifiers of both methods are lower case."""
_HOST = re.compile(r"(?:[\w-]+\.)*(?:bsky\.app|bsky\.dev)|deer\.social|blacksky\.community")
_AT_URI = re.compile(rf"at://(?:{DID}|{DOMAIN})/[a-z][A-Za-z0-9.]*/[A-Za-z0-9._:~-]{{1,512}}")
_RECORD_KEY = r"[A-Za-z0-9._:~-]{1,512}"


def handle(name: str) -> str:
    """Read a handle or DID."""
    address = address_of(name)
    if name.lower().startswith("at://"):
        name = name[len("at://") :].partition("/")[0]
    elif address:
        name = _actor_in(address)
    name = ascii_domain(name.removeprefix("@").rstrip(".").lower())
    if re.fullmatch(DID, name):
        return name
    if not re.fullmatch(DOMAIN, name) or len(name) > 253:  # noqa: PLR2004 (the length of a domain name)
        if re.fullmatch(r"[a-z0-9-]{3,18}", name):
            example = f"{name}.bsky.social"
        else:
            example = "name.bsky.social"
        raise ValueError(f"is no handle on Bluesky: write it in full, such as {example}")
    return name


def is_certain(name: str) -> bool:
    """Whether it is a DID, an at:// address, a handle below bsky.social, or an address on Bluesky."""
    if re.match(r"(?i)(?:at://|@?did:)", name):
        return True
    host = host_of(address_of(name)) or name.lower().removeprefix("@")
    return _HOST.fullmatch(host) is not None or ("@" not in host and host.endswith(".bsky.social"))


def list_uri(text: str) -> str:
    """Read a list: its at:// address."""
    return _at_uri(text, "lists", "app.bsky.graph.list")


def feed_uri(text: str) -> str:
    """Read a feed: its at:// address."""
    return _at_uri(text, "feed", "app.bsky.feed.generator")


def _actor_in(address: SplitResult) -> str:
    segments = segments_of(address)
    for segment in segments:
        if re.fullmatch(DID, segment.removeprefix("@").lower()):
            return segment
    if segments and segments[0] == "profile" and len(segments) > 1:
        return segments[1]
    host = host_of(address)
    if segments or _HOST.fullmatch(host):
        raise ValueError("is no profile's address on Bluesky: write the handle, such as name.bsky.social")
    return host


def _at_uri(text: str, folder: str, collection: str) -> str:
    name = one_word(text)
    address = address_of(name)
    segments = segments_of(address) if address else []
    if len(segments) == 4 and (segments[0], segments[2]) == ("profile", folder):  # noqa: PLR2004
        if re.fullmatch(_RECORD_KEY, segments[3]):
            return f"at://{handle(segments[1])}/{collection}/{segments[3]}"
    elif _AT_URI.fullmatch(name) and f"/{collection}/" in name:
        return name
    raise ValueError(
        f"is none on Bluesky: write its address https://bsky.app/profile/NAME/{folder}/ID or at://NAME/{collection}/ID"
    )
