"""Addresses that stand for others: whose they are, and which of them a post needs followed. Pure; `resolve` asks.

The table is the only place that says which hosts are ever asked where a link leads. Each host here gives its address
in a redirect to whoever asks for the headers alone; hosts that show a page in between (adf.ly) or are gone (post.ly)
are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit, urlunsplit

from generator.model.records import Post

SHORTENERS: dict[str, str] = {
    "t.co": "X",
    "bit.ly": "Bitly",
    "bitly.com": "Bitly",
    "j.mp": "Bitly",
    "buff.ly": "Buffer",
    "ow.ly": "Hootsuite",
    "ht.ly": "Hootsuite",
    "lnkd.in": "LinkedIn",
    "tinyurl.com": "TinyURL",
    "goo.gl": "Google; links in use until 2025 still lead somewhere",
    "dlvr.it": "dlvr.it",
    "ift.tt": "IFTTT",
    "is.gd": "is.gd",
    "v.gd": "is.gd",
    "t.ly": "T.LY",
    "rb.gy": "Rebrandly",
    "rebrand.ly": "Rebrandly",
    "cutt.ly": "Cuttly",
    "tiny.cc": "Tiny.cc",
    "shorturl.at": "ShortURL",
    "dub.sh": "Dub",
    "spr.ly": "Sprinklr",
    "trib.al": "SocialFlow",
    "hubs.ly": "HubSpot",
    "hubs.li": "HubSpot",
    "wp.me": "WordPress.com",
    "flip.it": "Flipboard",
    "sco.lt": "Scoop.it",
    "shar.es": "ShareThis",
    "zpr.io": "Zapier",
    "x.gd": "X.gd",
    "s.id": "s.id",
}
"""Host -> whose it is. Taken from the links in recorded posts and from public lists of shorteners (read 2026-11-23)."""

MOST_PER_POST = 5
"""Of a post with more, the first of them are followed."""
_LONGEST = 500
_PLAIN_ASCII = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without blanks and backslashes."""
_IN_TEXT = re.compile(
    r"(?<![\w@./:=&?-])(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?/[!#-;=?-\[\]_a-z~]+…?",
    re.IGNORECASE | re.ASCII,
)
_TRAILING = ".,;:!?'\")]}>*_~|`"


def is_short(url: str, hosts: Collection[str] = SHORTENERS) -> bool:
    """Whether an address stands for another: on a host of the table, with something behind the host."""
    return canonical(url, hosts) is not None


def canonical(url: str, hosts: Collection[str] = SHORTENERS) -> str | None:
    """The form under which a shortened address is asked and remembered (https, no fragment), or None for any other.

    All hosts of the table speak https; another host is asked as it is written.
    """
    if len(url) > _LONGEST or not _PLAIN_ASCII.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    netloc = parts.netloc.lower().removeprefix("www.")
    if port in {80, 443}:
        netloc = netloc.rpartition(":")[0]
    if parts.scheme not in {"http", "https"} or netloc not in hosts or not parts.path.strip("/"):
        return None
    scheme = "https" if netloc in SHORTENERS else parts.scheme
    return urlunsplit((scheme, netloc, parts.path, parts.query, ""))


def short_links(post: Post, hosts: Collection[str] = SHORTENERS) -> tuple[str, ...]:
    """The shortened addresses in a post whose targets its network did not state, in their canonical form.

    X wraps every link in t.co and states its target: where a post from X has links, those in its text are they. The
    likes in an archive have the text alone.
    """
    states_targets = post.network == "x" and not all(is_short(link, hosts) for link in post.links)
    links: dict[str, None] = {}
    for url in _addresses(post):
        link = canonical(url, hosts)
        if link is None or (states_targets and link.startswith("https://t.co/")):
            continue
        links[link] = None
        if len(links) == MOST_PER_POST:
            break
    return tuple(links)


def _addresses(post: Post) -> Iterator[str]:
    yield from post.links
    if not post.text or "/" not in post.text:
        return
    for match in _IN_TEXT.finditer(post.text):
        # An address that was cut keeps its ellipsis, so it is none.
        url = match[0].rstrip(_TRAILING)
        if "://" not in url:
            url = f"https://{url}"
        yield url
