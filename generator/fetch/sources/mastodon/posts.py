"""Mastodon on the wire: a `Status` -> our posts. Pure.

Shapes: docs.joinmastodon.org/entities/{Status,Account,Quote,ShallowQuote,PreviewCard} (4.7, read 2026-11-23), and what
servers that speak the same API make of them (snac2, Akkoma, GoToSocial).

- A post's id is its ActivityPub address (`uri`), which every instance states alike: `mastodon:https://host/users/a/
  statuses/1`. Where a server or a feed gives the page's address alone, Mastodon's `/@a/1` is written in that form.
- An account's id is `mastodon:user@host` in lower case; `acct` lacks the host for accounts of the instance itself.
- A boost has no words of its own; its page is the original's. Where its address is not Mastodon's, its id is made of
  original and booster: other servers state the original's, or one that depends on what was asked (snac2).
- Quoted and boosted posts come before what shows them.
- A post that quotes and answers at once is a quote. Only quotes that the quoted account accepts are quotes.
- Only `visibility: public` is read, and nothing that is for the instance alone (`local_only`).
- Whose account does not agree to be found (`indexable` is false or missing, `noindex`, #nobot, #noindex or #nosearch in
  the profile) or is limited by its instance is counted and linked: text and name are not taken. The owner's own
  accounts are shown whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import Record
from generator.fetch.adapter.words_beside import papers_beside
from generator.fetch.sources.mastodon.text import asks_not_to_be_shown, read_html
from generator.model.errors import RecordError
from generator.model.records import Account, Kind, Post

NETWORK = "mastodon"
LOCAL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""Of a status or account on one instance: numbers on Mastodon, other words elsewhere."""
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\^`{|}/?#]+(?:[/?#][^\s\"<>\\^`{|}]*)?", re.ASCII)
_ADDRESS_MAX = 450
_PAGE = re.compile(r"(https?://[^/]+)/@([A-Za-z0-9_]+)/([0-9]+)")
_ACCT = re.compile(r"[^\s@/:\x00-\x1f]{1,100}@[^\s@/\x00-\x1f]{1,253}")
_EMBED_DEPTH = 3
_FIELDS_MAX = 50
_BOOST_ADDRESS = re.compile(r"/statuses/[A-Za-z0-9]{1,64}(?:/activity)?$", re.ASCII)
_BOOST = "#boost-by-"
_ACTIVITY = "/activity"
_COUNTS = {
    "likes": ("favourites_count",),
    "reposts": ("reblogs_count",),
    "replies": ("replies_count",),
    "quotes": ("quotes_count",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the request knew: whose instance answered, and what its local ids mean."""

    domain: str
    """Completes `acct` of the instance's own accounts."""
    own: frozenset[str] = frozenset()
    """Ids of the owner's accounts: shown whole."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Local id of a status -> id of the post; empty where there is none to be seen."""
    guess: bool = False
    """A parent in the same account's thread that could not be asked for may be named by its likely address."""


def canonical_id(status: Mapping[str, Any]) -> str | None:
    """The id of the post, whichever instance shows it; None where it has no address."""
    for name in ("uri", "url"):
        address = status.get(name)
        if isinstance(address, str) and len(address) <= _ADDRESS_MAX and _ADDRESS.fullmatch(address):
            host = urlsplit(address).netloc
            address = address.replace(host, host.lower(), 1)
            page = _PAGE.fullmatch(address)
            return f"{NETWORK}:{f'{page[1]}/users/{page[2]}/statuses/{page[3]}' if page else address}"
    return None


def account_name(account: Mapping[str, Any], domain: str) -> str | None:
    """`user@host` in lower case, or None where `acct` is none."""
    acct = account.get("acct")
    if not isinstance(acct, str):
        return None
    name = (acct if "@" in acct else f"{acct}@{domain}").lower()
    return name if _ACCT.fullmatch(name) else None


def post_url(post_id: str) -> str | None:
    """`mastodon:<address>` -> the address that people open; of a boost, what is boosted or leads there."""
    network, _, address = post_id.partition(":")
    address = address.partition(_BOOST)[0].removesuffix(_ACTIVITY)
    return address if network == NETWORK and _ADDRESS.fullmatch(address) else None


def is_public(status: Mapping[str, Any]) -> bool:
    """For everybody, and for more than the instance's own people."""
    return status.get("visibility") == "public" and status.get("local_only") is not True


def quoted_of(status: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, str | None]:
    """(quoted status, its local id) of an accepted quote: whole (Quote), by id (ShallowQuote), or bare.

    Akkoma states a bare one as `quote`, Pleroma as `pleroma.quote`.
    """
    extension = status.get("pleroma")
    quote = status.get("quote") or (extension.get("quote") if isinstance(extension, dict) else None)
    if not isinstance(quote, dict) or quote.get("state", "accepted") != "accepted":
        return None, None
    whole = quote.get("quoted_status") if "state" in quote or "quoted_status" in quote else quote
    if isinstance(whole, dict) and isinstance(whole.get("account"), dict):
        return whole, None
    local = quote.get("quoted_status_id")
    return None, local if isinstance(local, str) and LOCAL_ID.fullmatch(local) else None


def parent_of(status: Mapping[str, Any]) -> str | None:
    """Local id of what it answers."""
    parent = status.get("in_reply_to_id")
    return parent if isinstance(parent, str) and LOCAL_ID.fullmatch(parent) else None


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One status -> the posts in it, embedded originals first; none where it is not for everybody.

    Raises:
        RecordError: the status, or what it boosts, is not of the described shape.
    """
    status = wire.mapping(record.raw, record.where)
    seen = record.context if isinstance(record.context, Seen) else Seen(domain=_host_of(status))
    reader = _Reader(seen, tuple(sorted(record.trackers)), seen_at.replace(microsecond=0))
    return reader.posts(status, record.where, 0)


@dataclass(frozen=True, slots=True)
class _Reader:
    seen: Seen
    trackers: tuple[str, ...]
    seen_at: datetime

    def posts(self, status: Mapping[str, Any], where: str, depth: int) -> list[Post]:
        """The post that it boosts or quotes, then itself."""
        if not isinstance(status.get("visibility"), str):
            raise RecordError(f"{where}.visibility", f"is none: {wire.shown(status.get('visibility'))!r}")
        if not is_public(status):
            return []
        own_id = canonical_id(status)
        if own_id is None:
            raise RecordError(f"{where}.uri", f"is no address: {wire.shown(status.get('uri'))!r}")
        profile = wire.mapping(status.get("account"), f"{where}.account")
        account = self.account(profile, f"{where}.account")
        boosted = wire.mapping(status.get("reblog"), f"{where}.reblog")
        if boosted:
            return self.boost(status, boosted, own_id, account, where)
        quoted, quoted_id = self.embedded(quoted_of(status), f"{where}.quote", depth)
        kind, of = self.kind(status, own_id, quoted_id)
        post = Post(
            id=own_id,
            network=NETWORK,
            kind=kind,
            of=of,
            url=wire.web_url(status.get("url")) or own_id.partition(":")[2],
            account=account,
            posted_at=self.posted_at(status, where),
            seen_at=self.seen_at,
            **self.words(status, hidden=self.hides(profile, account), where=where),
            lang=wire.language(status.get("language")),
            counts=wire.counts(status, _COUNTS),
            trackers=self.trackers,
        )
        return [*quoted, post]

    def boost(
        self, status: Mapping[str, Any], boosted: Mapping[str, Any], own_id: str, account: Account, where: str
    ) -> list[Post]:
        """What is boosted, then the boost; neither where the boosted is not for everybody."""
        originals = self.posts(boosted, f"{where}.reblog", 1)
        if not originals:
            return []
        original = originals[-1]
        has_own = own_id != original.id and _BOOST_ADDRESS.search(own_id)
        repost = Post(
            id=own_id if has_own else f"{original.id}{_BOOST}{account.handle}",
            network=NETWORK,
            kind="repost",
            of=original.id,
            url=original.url,
            account=account,
            posted_at=self.posted_at(status, where),
            seen_at=self.seen_at,
            trackers=self.trackers,
        )
        return [*originals, repost]

    def embedded(
        self, quote: tuple[Mapping[str, Any] | None, str | None], where: str, depth: int
    ) -> tuple[list[Post], str | None]:
        """(posts of a quote, id of the quoted post); the id is empty where that cannot be seen, None without a quote.

        One that cannot be used costs nothing but itself.
        """
        whole, local = quote
        if whole is None:
            return [], None if local is None else self.seen.known.get(local, "")
        if depth >= _EMBED_DEPTH:
            return [], ""
        try:
            posts = self.posts(whole, where, depth + 1)
        except RecordError:
            return [], ""
        return posts, posts[-1].id if posts else ""

    def kind(self, status: Mapping[str, Any], own_id: str, quoted_id: str | None) -> tuple[Kind, str | None]:
        """What it does, and to which post."""
        if quoted_id is not None:
            return "quote", quoted_id if quoted_id and quoted_id != own_id else None
        parent = parent_of(status)
        if parent is None:
            return "post", None
        parent_id = self.seen.known.get(parent)
        of = self.likely_parent(status, own_id, parent) if parent_id is None else parent_id
        return "reply", of if of and of != own_id else None

    def likely_parent(self, status: Mapping[str, Any], own_id: str, parent: str) -> str | None:
        """Of a thread by one account on its own Mastodon: there the address ends in the local id."""
        account = status.get("account")
        account_id = account.get("id") if isinstance(account, dict) else None
        stem = own_id.removesuffix(f"/statuses/{status.get('id')}")
        if (
            not self.seen.guess
            or account_id is None
            or status.get("in_reply_to_account_id") != account_id
            or stem == own_id
        ):
            return None
        return f"{stem}/statuses/{parent}"

    def account(self, profile: Mapping[str, Any], where: str) -> Account:
        """A profile -> the account."""
        name = account_name(profile, self.seen.domain)
        if name is None:
            raise RecordError(f"{where}.acct", f"is no account: {wire.shown(profile.get('acct'))!r}")
        plain = Account(id=f"{NETWORK}:{name}", handle=name, bot=profile.get("bot") is True)
        if self.hides(profile, plain):
            return plain
        return Account(id=plain.id, handle=name, name=wire.clean_line(profile.get("display_name")), bot=plain.bot)

    def hides(self, profile: Mapping[str, Any], account: Account) -> bool:
        """Whether the account's words are not ours to show."""
        return account.id not in self.seen.own and opted_out(profile)

    def words(self, status: Mapping[str, Any], *, hidden: bool, where: str) -> dict[str, Any]:
        """`text` and `links`. Of hidden text only the addresses of the papers that it names remain."""
        content = status.get("content")
        if content is not None and not isinstance(content, str):
            raise RecordError(f"{where}.content", f"is no text: {wire.shown(content)!r}")
        written = read_html(content or "", _unlinked(status))
        text = wire.clean("\n\n".join(part for part in (_warning(status), written.text) if part))
        card = status.get("card")
        links: list[Any] = list(written.links)
        if isinstance(card, dict):
            links.append(card.get("url"))
            links += papers_beside(card.get("title"), card.get("description"))
        pictures = status.get("media_attachments")
        for picture in pictures if isinstance(pictures, list) else ():
            if isinstance(picture, dict):
                links += papers_beside(picture.get("description"))
        if hidden:
            links += papers_beside(text)
        return {"text": None if hidden else text, "links": wire.links(links)}

    def posted_at(self, status: Mapping[str, Any], where: str) -> datetime:
        """When it was posted, but not in the future; without a time, when it was first seen."""
        moment = wire.time(status.get("created_at"))
        if moment is None and status.get("created_at"):
            raise RecordError(f"{where}.created_at", f"is no time: {wire.shown(status.get('created_at'))!r}")
        return self.seen_at if moment is None else min(moment, self.seen_at)


def opted_out(profile: Mapping[str, Any]) -> bool:
    """Whether the account, or its instance, does not want it to be found."""
    if profile.get("indexable") is not True or any(
        profile.get(name) is True for name in ("noindex", "limited", "suspended")
    ):
        return True
    fields = profile.get("fields")
    rows = [row for row in fields[:_FIELDS_MAX] if isinstance(row, dict)] if isinstance(fields, list) else []
    said = [profile.get("note"), *(row.get(name) for row in rows for name in ("name", "value"))]
    return any(isinstance(part, str) and asks_not_to_be_shown(part) for part in said)


def _warning(status: Mapping[str, Any]) -> str:
    """What the author put before the text as a warning or subject."""
    warning = status.get("spoiler_text")
    return warning.strip() if isinstance(warning, str) else ""


def _unlinked(status: Mapping[str, Any]) -> list[str]:
    """Addresses of the mentioned accounts and of the hashtags."""
    found = [status.get(name) for name in ("mentions", "tags")]
    rows = [row for part in found if isinstance(part, list) for row in part if isinstance(row, dict)]
    return [url for row in rows if isinstance(url := row.get("url"), str)]


def _host_of(status: Mapping[str, Any]) -> str:
    post_id = canonical_id(status)
    return urlsplit(post_id.partition(":")[2]).netloc if post_id else ""
