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
from generator.fetch.adapter.posts import make_post
from generator.fetch.adapter.source import Record
from generator.fetch.adapter.words_beside import papers_beside
from generator.fetch.sources.mastodon.text import asks_not_to_be_shown, read_html
from generator.model.errors import RecordError
from generator.model.records import Account, Kind, Post

NETWORK = "mastodon"
LOCAL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
"""Id of a status or account on one instance: a number on Mastodon, another word elsewhere."""
_ADDRESS = re.compile(r"(?=.{1,450}\Z)https?://[^\s\"'<>\\^`{|}/?#]+(?:[/?#][^\s\"<>\\^`{|}]*)?", re.ASCII)
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
    address = wire.matching(status.get("uri"), _ADDRESS) or wire.matching(status.get("url"), _ADDRESS)
    if address is None:
        return None
    host = urlsplit(address).netloc
    address = address.replace(host, host.lower(), 1)
    page = _PAGE.fullmatch(address)
    if page:
        address = f"{page[1]}/users/{page[2]}/statuses/{page[3]}"
    return f"{NETWORK}:{address}"


def account_name(account: Mapping[str, Any], domain: str) -> str | None:
    """`user@host` in lower case, or None where `acct` is none."""
    acct = account.get("acct")
    if not isinstance(acct, str):
        return None
    if "@" not in acct:
        acct = f"{acct}@{domain}"
    return wire.matching(acct.lower(), _ACCT)


def post_url(post_id: str) -> str | None:
    """`mastodon:<address>` -> the address that people open; of a boost, what is boosted or leads there."""
    network, _, address = post_id.partition(":")
    address = address.partition(_BOOST)[0].removesuffix(_ACTIVITY)
    if network == NETWORK and _ADDRESS.fullmatch(address):
        return address
    return None


def is_public(status: Mapping[str, Any]) -> bool:
    """For everybody, and for more than the instance's own people."""
    return status.get("visibility") == "public" and status.get("local_only") is not True


def quoted_of(status: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
    """(quoted status, its local id) of an accepted quote: whole (Quote), by id (ShallowQuote), or bare.

    Without a whole one the status is empty. Akkoma states a bare one as `quote`, Pleroma as `pleroma.quote`.
    """
    quote = wire.part(status, "quote") or wire.part(wire.part(status, "pleroma"), "quote")
    if quote.get("state", "accepted") != "accepted":
        return {}, None
    is_bare = "state" not in quote and "quoted_status" not in quote
    quoted = quote if is_bare else wire.part(quote, "quoted_status")
    if isinstance(quoted.get("account"), dict):
        return quoted, None
    return {}, wire.matching(quote.get("quoted_status_id"), LOCAL_ID)


def parent_of(status: Mapping[str, Any]) -> str | None:
    """Local id of what it answers."""
    return wire.matching(status.get("in_reply_to_id"), LOCAL_ID)


def parse(record: Record, seen_at: datetime) -> list[Post]:
    """One status -> the posts in it, embedded originals first; none where it is not for everybody.

    Raises:
        RecordError: the status, or what it boosts, is not of the described shape.
    """
    status = wire.mapping(record.raw, record.where)
    context = record.context
    if not isinstance(context, Seen):
        post_id = canonical_id(status) or ""
        context = Seen(domain=urlsplit(post_id.partition(":")[2]).netloc)
    return _Reader(record, context, seen_at).posts(status, record.where, 0)


@dataclass(frozen=True, slots=True)
class _Reader:
    record: Record
    seen: Seen
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
        account, is_hidden = self.account(profile, f"{where}.account")
        # Without a time, it was posted when it was first seen.
        posted_at = wire.stated_time(status, "created_at", where) or self.seen_at
        boosted = wire.mapping(status.get("reblog"), f"{where}.reblog")
        if boosted:
            originals = self.posts(boosted, f"{where}.reblog", 1)
            return self.boost(originals, own_id, account, posted_at)
        quoted = self.quoted_posts(status, f"{where}.quote", depth)
        kind, target = self.target(status, own_id, quoted)
        text, links = _words(status, where)
        if is_hidden:
            # Of hidden text only the addresses of the papers that it names remain.
            links += papers_beside(text)
        post = make_post(
            self.record,
            self.seen_at,
            id=own_id,
            kind=kind,
            of=target if target != own_id else None,
            url=wire.web_url(status.get("url")) or own_id.partition(":")[2],
            account=account,
            posted_at=posted_at,
            text=None if is_hidden else text,
            links=wire.links(links),
            lang=wire.language(status.get("language")),
            counts=wire.counts(status, _COUNTS),
        )
        return [*quoted, post]

    def boost(self, originals: list[Post], own_id: str, account: Account, posted_at: datetime) -> list[Post]:
        """What is boosted, then the boost; neither where the boosted is not for everybody."""
        if not originals:
            return []
        original = originals[-1]
        if own_id == original.id or not _BOOST_ADDRESS.search(own_id):
            own_id = f"{original.id}{_BOOST}{account.handle}"
        repost = make_post(
            self.record,
            self.seen_at,
            id=own_id,
            kind="repost",
            of=original.id,
            url=original.url,
            account=account,
            posted_at=posted_at,
        )
        return [*originals, repost]

    def quoted_posts(self, status: Mapping[str, Any], where: str, depth: int) -> list[Post]:
        """The posts of a quote that is there as a whole. One that cannot be used costs nothing but itself."""
        quoted, _ = quoted_of(status)
        if not quoted or depth >= _EMBED_DEPTH:
            return []
        try:
            return self.posts(quoted, where, depth + 1)
        except RecordError:
            return []

    def target(self, status: Mapping[str, Any], own_id: str, quoted_posts: list[Post]) -> tuple[Kind, str | None]:
        """What it does, and to which post; None for one that cannot be seen."""
        quoted, quoted_id = quoted_of(status)
        if quoted:
            return "quote", quoted_posts[-1].id if quoted_posts else None
        if quoted_id is not None:
            return "quote", self.seen.known.get(quoted_id) or None
        parent = parent_of(status)
        if parent is None:
            return "post", None
        if parent in self.seen.known:
            return "reply", self.seen.known[parent] or None
        return "reply", self.likely_parent(status, own_id, parent)

    def likely_parent(self, status: Mapping[str, Any], own_id: str, parent: str) -> str | None:
        """The parent's id in a thread of one account: on its own Mastodon, addresses end in the local id."""
        account_id = wire.part(status, "account").get("id")
        is_own_thread = account_id is not None and account_id == status.get("in_reply_to_account_id")
        stem = own_id.removesuffix(f"/statuses/{status.get('id')}")
        if not self.seen.guess or not is_own_thread or stem == own_id:
            return None
        return f"{stem}/statuses/{parent}"

    def account(self, profile: Mapping[str, Any], where: str) -> tuple[Account, bool]:
        """(the account, whether its words and name are not ours to show)."""
        name = account_name(profile, self.seen.domain)
        if name is None:
            raise RecordError(f"{where}.acct", f"is no account: {wire.shown(profile.get('acct'))!r}")
        own_id = f"{NETWORK}:{name}"
        is_hidden = own_id not in self.seen.own and opted_out(profile)
        display_name = None if is_hidden else wire.clean_line(profile.get("display_name"))
        return Account(id=own_id, handle=name, name=display_name, bot=profile.get("bot") is True), is_hidden


def _words(status: Mapping[str, Any], where: str) -> tuple[str, list[Any]]:
    """(text, links): the links are those of the text, of its card, and of papers that its card and pictures name."""
    content = status.get("content")
    if content is not None and not isinstance(content, str):
        raise RecordError(f"{where}.content", f"is no text: {wire.shown(content)!r}")
    mentioned = [*wire.objects(status.get("mentions")), *wire.objects(status.get("tags"))]
    unlinked = [row["url"] for row in mentioned if isinstance(row.get("url"), str)]
    plain = read_html(content or "", unlinked)
    # What the author put before the text as a warning or subject.
    warning = wire.text(status.get("spoiler_text"))
    text = wire.clean("\n\n".join(filter(None, (warning, plain.text))))
    card = wire.part(status, "card")
    pictures = wire.objects(status.get("media_attachments"))
    descriptions = [picture.get("description") for picture in pictures]
    beside = papers_beside(card.get("title"), card.get("description"), descriptions)
    return text, [*plain.links, card.get("url"), *beside]


def opted_out(profile: Mapping[str, Any]) -> bool:
    """Whether the account, or its instance, does not want it to be found."""
    if profile.get("indexable") is not True:
        return True
    if any(profile.get(name) is True for name in ("noindex", "limited", "suspended")):
        return True
    texts = [profile.get("note")]
    for row in wire.objects(profile.get("fields"))[:_FIELDS_MAX]:
        texts += [row.get("name"), row.get("value")]
    return any(isinstance(text, str) and asks_not_to_be_shown(text) for text in texts)
