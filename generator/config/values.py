"""What single values of config.yaml may look like: addresses, categories, texts. Pure.

Each function returns the value as the rest of the program uses it, or raises ValueError with a sentence for the owner.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from generator.model.category_names import GROUPS, NAMES

DOMAIN = r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_CATEGORIES = sorted({*NAMES, *(archive for _, archives in GROUPS for archive in archives)})
_NUMERIC_HOST = re.compile(r"(.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
"""Hosts that some programs read as an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker)."""
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?")
_PATH = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*")
_REPOSITORY = re.compile(
    r"(?:https?://|git@)?(?:www\.)?(?:github\.com|raw\.githubusercontent\.com)[/:]([A-Za-z0-9-]+)(?:/([A-Za-z0-9._-]+))?"
)
_UNSHOWABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_SECRET_PARAMETER = re.compile(r"(?i)(token|secret|passw|key(?!word)|auth(?!or)|credential)")


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
    if "://" not in text and re.match(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:/|$)", text):
        raise ValueError(f"is no web address: write https://{text}")
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
    repository = _REPOSITORY.match(text)
    if repository:
        host = f"{repository[1].lower()}.github.io"
        name = (repository[2] or "").removesuffix(".git")
        page = f"https://{host}/" if name.lower() in {"", host} else f"https://{host}/{name}/"
        raise ValueError(f"is the address of a repository, not of its page: write {page}")
    address = web_address(text)
    if (urlsplit(address).hostname or "").endswith(".github.com"):
        raise ValueError(f"is no page: write {address.replace('.github.com', '.github.io', 1)}")
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


_DATED = re.compile(r"(?<!\S)-?((?:after|before|year):(\S*))", re.IGNORECASE)
_DAY = re.compile(r"\d{4}(?:-(?:0?[1-9]|1[0-2])(?:-(?:0?[1-9]|[12]\d|3[01]))?)?")


def search_query(text: str) -> str:
    """Check a query as typed on the search page: without its date it would find far more than was asked for."""
    for part, day in _DATED.findall(text):
        if not _DAY.fullmatch(day.strip('"')):
            raise ValueError(f"`{part}` states no date: write 2026, 2026-11 or 2026-11-30 behind the colon")
    return one_line(text)


def category(text: str) -> str:
    """Check a category of arXiv, such as cs.CL, or an archive, such as math or hep-th."""
    name = text.strip()
    if name in _CATEGORIES:
        return name
    several = [word for word in re.split(r"[\s,;]+", name) if word in _CATEGORIES]
    if len(several) > 1:
        raise ValueError(f"is no category but several: write [{', '.join(several)}]")
    nearest = _nearest_category(name.lower())
    hint = f"; did you mean `{nearest}`?" if nearest else ", such as cs.CL or hep-th"
    raise ValueError(f"is no category of arXiv{hint}")


def _nearest_category(name: str) -> str | None:
    """The category that a name in lower case may mean: by its code, the end of its code, its spelling or its title."""
    for code in _CATEGORIES:
        if code.lower() == name:
            return code
    for code in _CATEGORIES:
        if code.lower().endswith("." + name.rpartition(".")[2]):
            return code
    codes = {code.lower(): code for code in _CATEGORIES}
    for code in difflib.get_close_matches(name, codes, 1, 0.6):
        return codes[code]
    titles = {title.lower(): code for code, title in NAMES.items()}
    for title in difflib.get_close_matches(name, titles, 1, 0.6):
        return titles[title]
    return None


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
