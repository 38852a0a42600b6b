"""The trackers' Mastodon accounts and hashtags, sorted by the instance to ask. Pure.

An account is read at its own instance; followed accounts at the follower's instance, which knows their local ids; a
hashtag at the instance that the config names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import FetchRequest, StreamFailed
from generator.fetch.sources.mastodon.posts import LOCAL_ID, NETWORK

WHO = "who/"
"""Prefix of the cursors that cache look-ups."""
TOKEN = "MASTODON_TOKEN_"  # noqa: S105 (the name of it)
_MOVES_MAX = 5
_USER = r"[a-z0-9_](?:[a-z0-9_.-]{0,62}[a-z0-9_])?"
_HOST = r"[^\s/@:?#\\]{1,253}(?::[0-9]{1,5})?"
_NAME = re.compile(rf"@?({_USER})@({_HOST})", re.IGNORECASE)
_PAGE = re.compile(rf"(https?://{_HOST}(?:/[^\s@?#]*)?)/@({_USER})/?", re.IGNORECASE)
_TAG_NAME = re.compile(rf"#?(\w{{1,100}})@({_HOST})")
_TAG_PAGE = re.compile(rf"(https?://{_HOST}(?:/[^\s@?#]*)?)/tags/(\w{{1,100}})/?")


@dataclass(frozen=True, slots=True)
class Handle:
    """An account as the config writes it, in lower case."""

    written: str
    """`user@host`, or the address `http://127.0.0.1:PORT/@user`."""
    user: str
    domain: str
    """The part of its name after @."""
    origin: str
    """Scheme, host and path of the instance."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag as an instance sees it."""

    written: str
    name: str
    domain: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A looked-up account, as cached in the state."""

    id: str
    """Local id on its instance."""
    name: str
    """`user@host`."""
    origin: str
    """Origin of its API: not always the host of its name."""
    url: str
    """Address of its page."""
    asked_at: str
    moved: str = ""
    """`user@host` of the account that replaces it."""

    def dump(self) -> dict[str, str]:
        """As JSON."""
        plain = {"id": self.id, "name": self.name, "origin": self.origin, "url": self.url, "asked_at": self.asked_at}
        if self.moved:
            plain["moved"] = self.moved
        return plain

    @classmethod
    def load(cls, stored: Any) -> Who | None:
        """From JSON; None for an unknown shape."""
        if not isinstance(stored, Mapping):
            return None
        parts = {name: stored.get(name, "") for name in ("id", "name", "origin", "url", "asked_at", "moved")}
        if not all(isinstance(part, str) for part in parts.values()) or not LOCAL_ID.fullmatch(parts["id"]):
            return None
        if wire.web_url(parts["origin"]) is None or not _NAME.fullmatch(parts["name"]):
            return None
        return cls(**parts)


@dataclass(slots=True, kw_only=True)
class Part:
    """Accounts and hashtags to read at one instance, each with its trackers, in the config's order."""

    origin: str
    accounts: dict[Handle, set[str]] = field(default_factory=dict)
    follows_of: dict[Handle, set[str]] = field(default_factory=dict)
    tags: dict[Tag, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """Accounts and hashtags of all instances."""

    parts: dict[str, Part] = field(default_factory=dict)
    """By origin."""
    own: set[str] = field(default_factory=set)
    """Ids of the owner's accounts."""
    unusable: list[StreamFailed] = field(default_factory=list)

    def part(self, origin: str) -> Part:
        """The part of an instance."""
        return self.parts.setdefault(origin, Part(origin=origin))

    def wanted_by(self, name: str) -> set[str]:
        """Trackers that name the account `user@host` themselves."""
        naming: set[str] = set()
        for part in self.parts.values():
            for handle, trackers in part.accounts.items():
                if name in {handle.written, f"{handle.user}@{handle.domain}"}:
                    naming |= trackers
        return naming


def plan_of(request: FetchRequest) -> Plan:
    """Sort the trackers' accounts and hashtags by instance. An account that moved is replaced by its successor."""
    plan = Plan()
    cursors = request.state.cursors
    for tracker_block in request.wanted:
        for name in ("accounts", "follows_of"):
            for value in tracker_block.block.get(name) or ():
                handle = handle_of(value)
                if handle is None:
                    reason = "no account on Mastodon: write @user@host"
                    plan.unusable.append(StreamFailed(f"account/{wire.shown(value)}", reason))
                    continue
                plan.own.update(_names(handle, cursors))
                handle = _now(handle, cursors)
                plan.own.update(_names(handle, cursors))
                who = Who.load(cursors.get(WHO + handle.written))
                part = plan.part(who.origin if who else handle.origin)
                place = part.accounts if name == "accounts" else part.follows_of
                place.setdefault(handle, set()).add(tracker_block.tracker)
        for value in tracker_block.block.get("tags") or ():
            tag = tag_of(value)
            if tag is None:
                plan.unusable.append(StreamFailed(f"tag/{wire.shown(value)}", "no hashtag on an instance: tag@host"))
            else:
                plan.part(tag.origin).tags.setdefault(tag, set()).add(tracker_block.tracker)
    plan.own.update(_people(request))
    return plan


def handle_of(value: Any) -> Handle | None:
    """An account as the config writes it."""
    text = str(value).strip()
    if match := _NAME.fullmatch(text):
        user, domain = match[1].lower(), match[2].lower()
        return Handle(f"{user}@{domain}", user, domain, f"https://{domain}")
    if match := _PAGE.fullmatch(text):
        origin, user = match[1].rstrip("/"), match[2].lower()
        return Handle(f"{origin}/@{user}".lower(), user, urlsplit(origin).netloc.lower(), origin)
    return None


def tag_of(value: Any) -> Tag | None:
    """A hashtag as the config writes it."""
    text = str(value).strip()
    if match := _TAG_NAME.fullmatch(text):
        name, domain = match[1].lower(), match[2].lower()
        return Tag(f"{name}@{domain}", name, domain, f"https://{domain}")
    if match := _TAG_PAGE.fullmatch(text):
        origin, name = match[1].rstrip("/"), match[2].lower()
        return Tag(f"{origin}/tags/{name}", name, urlsplit(origin).netloc.lower(), origin)
    return None


def token_name(origin: str) -> str:
    """The environment variable of an instance's token."""
    return TOKEN + re.sub(r"[^A-Z0-9]", "_", urlsplit(origin).netloc.upper())


def token_names(origins: Iterable[str]) -> dict[str, str | None]:
    """Variable of each instance; None for those that share one, because a token belongs to one instance."""
    names: dict[str, str | None] = {origin: token_name(origin) for origin in origins}
    used = list(names.values())
    for origin, name in names.items():
        if used.count(name) > 1:
            names[origin] = None
    return names


def _now(handle: Handle, cursors: Mapping[str, Any]) -> Handle:
    """Follow the moves of an account to the current one."""
    for _ in range(_MOVES_MAX):
        who = Who.load(cursors.get(WHO + handle.written))
        successor = handle_of(who.moved) if who else None
        if successor is None or successor == handle:
            break
        handle = successor
    return handle


def _names(handle: Handle, cursors: Mapping[str, Any]) -> Iterator[str]:
    """Possible ids of the account."""
    yield f"{NETWORK}:{handle.user}@{handle.domain}"
    who = Who.load(cursors.get(WHO + handle.written))
    if who:
        yield f"{NETWORK}:{who.name}"


def _people(request: FetchRequest) -> Iterator[str]:
    """Ids of the accounts that the config lists under `people`."""
    for reference in request.own_accounts:
        network, _, name = reference.partition(":")
        if network == NETWORK:
            yield reference.lower()
            yield request.state.accounts.get(name.lower(), reference)
