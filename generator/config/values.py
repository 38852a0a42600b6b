"""What single values of config.yaml may look like: handles, lists, addresses. Pure.

Each function returns the value as the rest of the program uses it, or raises ValueError with a sentence for the owner.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

X_HANDLE = r"[A-Za-z0-9_]{1,20}"
DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DID = r"did:(?:plc|web):[A-Za-z0-9._:%-]{0,252}[A-Za-z0-9._-]"
"""https://atproto.com/specs/did, read 2026-11-23."""
MASTODON_USER = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?"
TAG = r"\w{1,100}"
_AT_URI = re.compile(rf"at://(?:{DID}|{DOMAIN})/[a-z][A-Za-z0-9.]*/[A-Za-z0-9._:~-]{{1,512}}")
_BLUESKY_PAGE = re.compile(rf"https://bsky\.app/profile/({DID}|{DOMAIN})/(lists|feed)/([A-Za-z0-9._:~-]{{1,512}})/?")
_CATEGORY = re.compile(r"[a-z]+(-[a-z]+)*(\.[A-Za-z]+(-[A-Za-z]+)?)?")
_NUMERIC_HOST = re.compile(r"(.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
"""Hosts that some programs read as an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker)."""
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?")
_PATH = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*")
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_SECRET_PARAMETER = re.compile(r"(?i)(token|secret|passw|key|auth|credential)")


def web_address(text: str, *, query: bool = False) -> str:
    """Check an address: https, or plain http on loopback.

    Raises:
        ValueError: it is none, names a private network, or has a password in it.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise ValueError("is no web address") from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise ValueError("is no web address: it must begin with https:// and a host name")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a user name or password in it: secrets do not belong in config.yaml")
    loopback = _check_host(host)
    if parts.scheme == "http" and not loopback:
        raise ValueError("uses plain http, which is accepted for this machine (127.0.0.1) alone: write https://")
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.split("/")):
        raise ValueError("has characters in its path that no address has, or `..`")
    if parts.fragment or (parts.query and not query):
        raise ValueError("must end with its path: remove the part from `?` or `#` on")
    if _SECRET_PARAMETER.search(parts.query):
        raise ValueError("seems to have a secret in it: secrets do not belong in config.yaml")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("has characters that no address has")
    return text


def is_loopback(address: str) -> bool:
    """True for an address on this machine."""
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def site_address(text: str) -> str:
    """Where the site is published, with a trailing slash."""
    address = web_address(text)
    if "//" in urlsplit(address).path or re.search(r"\.html?$", address):
        raise ValueError("must be the folder of the site, such as https://example.org/papers/")
    return address if address.endswith("/") else address + "/"


_TAG_ID = re.compile(
    rf"tag:(?:{DOMAIN}|[A-Za-z0-9._-]{{1,64}}@{DOMAIN}),[0-9]{{4}}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?"
    r"(?::[A-Za-z0-9._~/-]*)?"
)
"""A tag URI of RFC 4151."""


def tag_id(text: str) -> str:
    """Check the first part of feed ids: a tag URI, or nothing."""
    if text and not _TAG_ID.fullmatch(text):
        raise ValueError("is no tag URI: write tag:, a domain of yours, and a date, such as tag:example.org,2026-11-30")
    return text


def stream_choice(value: Any) -> bool | str:
    """Check how the live stream of Bluesky is read: `auto`, true, false, or its address."""
    if isinstance(value, bool):
        return value
    if value == "auto":
        return "auto"
    scheme, separator, rest = str(value).partition("://")
    if not isinstance(value, str) or not separator or scheme not in {"ws", "wss"}:
        raise ValueError("must be auto, true, false or an address that begins with wss://")
    http_scheme = "https" if scheme == "wss" else "http"
    address = web_address(f"{http_scheme}://{rest}")
    return f"{scheme}://{address.partition('://')[2].rstrip('/')}"


def api_address(text: str) -> str:
    """Check a service's address; without a trailing slash."""
    return web_address(text).rstrip("/")


def feed_address(text: str) -> str:
    """Check the address of a feed that others publish."""
    return web_address(text, query=True)


def x_account(text: str) -> str:
    """Normalise a handle on X: lower case, without @. A profile's address is understood."""
    name = re.sub(r"^https://(?:www\.)?(?:x|twitter)\.com/", "", text).removesuffix("/").removeprefix("@")
    if not re.fullmatch(X_HANDLE, name):
        raise ValueError("is no handle on X: 1-15 letters, digits and _")
    return name.lower()


def x_list(text: str) -> str:
    """Normalise a list on X: its number. The list's address is understood."""
    number = re.sub(r"^https://(?:www\.)?(?:x|twitter)\.com/i/lists/", "", text).removesuffix("/")
    if not re.fullmatch(r"[0-9]{1,20}", number):
        raise ValueError("is no list on X: write its number in quotes, from its address x.com/i/lists/NUMBER")
    return number


def bluesky_account(text: str) -> str:
    """Normalise a handle or DID on Bluesky. A profile's address is understood."""
    name = text.removeprefix("https://bsky.app/profile/").removesuffix("/").removeprefix("@")
    if re.fullmatch(DID, name):
        return name
    if not re.fullmatch(DOMAIN, name) or len(name) > 253:  # noqa: PLR2004 (the length of a domain name)
        raise ValueError("is no handle on Bluesky: write it in full, such as name.bsky.social")
    return name.lower()


def bluesky_list(text: str) -> str:
    """Normalise a list on Bluesky to its at:// address."""
    return _at_uri(text, "lists", "app.bsky.graph.list")


def bluesky_feed(text: str) -> str:
    """Normalise a feed on Bluesky to its at:// address."""
    return _at_uri(text, "feed", "app.bsky.feed.generator")


def mastodon_account(text: str) -> str:
    """Normalise an account: `user@host`, or `http://127.0.0.1:PORT/@user` where the origin is not https://host."""
    if "://" in text:
        origin, _, user = text.removesuffix("/").rpartition("/@")
        if not re.fullmatch(MASTODON_USER, user):
            raise ValueError("is no account on Mastodon: write @user@host, or its address https://host/@user")
        return _on_origin(web_address(origin), user.lower(), f"/@{user}")
    user, _, host = text.removeprefix("@").partition("@")
    if not re.fullmatch(MASTODON_USER, user) or not re.fullmatch(DOMAIN, host):
        raise ValueError("is no account on Mastodon: write @user@host")
    return f"{user}@{host}".lower()


def mastodon_tag(text: str) -> str:
    """Normalise a hashtag on an instance: `tag@host`, or `http://127.0.0.1:PORT/tags/tag`."""
    if "://" in text:
        origin, _, tag = text.removesuffix("/").rpartition("/tags/")
        if not re.fullmatch(TAG, tag):
            raise ValueError("is no hashtag on Mastodon: write tag@host")
        return _on_origin(web_address(origin), tag.lower(), f"/tags/{tag}")
    tag, _, host = text.removeprefix("#").partition("@")
    if not re.fullmatch(TAG, tag) or not re.fullmatch(DOMAIN, host):
        raise ValueError("is no hashtag on an instance: write tag@host")
    return f"{tag}@{host}".lower()


AccountForms = Mapping[str, Callable[[str], str]]
"""Network -> the function that normalises its accounts or raises ValueError."""
_NAME = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,300}")


def account_reference(text: str, accounts: AccountForms) -> str:
    """Normalise `network:handle` or `network:id`. Of a network that is not in `accounts` any name will do."""
    network, colon, name = text.partition(":")
    if not colon or not re.fullmatch(r"[a-z][a-z0-9-]*", network) or network in {"http", "https", "did"}:
        raise ValueError("names no account: write its network first, such as x:example or bluesky:name.bsky.social")
    normalise = accounts.get(network)
    if normalise:
        return f"{network}:{normalise(name)}"
    if not _NAME.fullmatch(name):
        raise ValueError("names no account")
    return text


def muted_account(text: str, accounts: AccountForms) -> str:
    """Normalise an account to mute: `network:handle`, or a handle alone for every network."""
    if ":" in text:
        return account_reference(text, accounts)
    if not _NAME.fullmatch(text.removeprefix("@")):
        raise ValueError("names no account")
    return text.removeprefix("@").lower()


def category(text: str) -> str:
    """Check a category of arXiv, such as cs.CL, math or hep-th."""
    if not _CATEGORY.fullmatch(text):
        raise ValueError("is no category of arXiv, such as cs.CL or hep-th")
    return text


def mail_host(text: str) -> str:
    """Check the name of a mail server."""
    try:
        _check_host(text)
    except ValueError:
        raise ValueError("is no host name of a mail server, such as smtp.example.org") from None
    return text.lower()


def mail_address(text: str) -> str:
    """Check an e-mail address, bare."""
    if not re.fullmatch(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{DOMAIN}|localhost)", text):
        raise ValueError("is no e-mail address such as papers@example.org")
    return text


def matrix_room(text: str) -> str:
    """Check the id of a room on Matrix."""
    if not re.fullmatch(r"![\w.~=/+:-]{1,250}", text, re.ASCII):
        raise ValueError("is no id of a room: it begins with !, and stands in the room's settings under Advanced")
    return text


def one_line(text: str) -> str:
    """Check a text of one line."""
    if "\n" in text or "\t" in text:
        raise ValueError("must be one line")
    return prose(text)


def prose(text: str) -> str:
    """Check a text of several lines: no control characters, and none that turns the direction of what follows."""
    if _UNSHOWABLE.search(text):
        raise ValueError("has a control character in it")
    return text


def _on_origin(origin: str, name: str, path: str) -> str:
    parts = urlsplit(origin)
    if parts.scheme == "https" and parts.port is None and not parts.path:
        return f"{name}@{parts.hostname}"
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}{path}"


def _at_uri(text: str, folder: str, collection: str) -> str:
    page = _BLUESKY_PAGE.fullmatch(text)
    if page and page[2] == folder:
        return f"at://{page[1]}/{collection}/{page[3]}"
    if not _AT_URI.fullmatch(text) or f"/{collection}/" not in text:
        raise ValueError(
            f"is none on Bluesky: write its address https://bsky.app/profile/NAME/{folder}/ID or at://NAME/{collection}/ID"
        )
    return text


def _check_host(host: str) -> bool:
    """True for loopback.

    Raises:
        ValueError: it is no host name, or an address of a private network.
    """
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.fullmatch(host) or ".." in host or _NUMERIC_HOST.fullmatch(host):
            raise ValueError("has no proper host name") from None
        return False
    if not address.is_loopback and not address.is_global:
        raise ValueError("is an address on a private network")
    return address.is_loopback
