"""The trackers' Mastodon accounts and hashtags, sorted by the instance to ask. Pure.

An account is read at its own instance; followed accounts at the follower's instance, which knows their local ids; a
hashtag at the instance that the config names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.source import FetchRequest
from generator.fetch.sources.mastodon.posts import NETWORK

WHO = "who/"
"""Prefix of the cursors that cache look-ups."""
TOKEN = "MASTODON_TOKEN_"  # noqa: S105 (the name of it)
_MOVES_MAX = 5


@dataclass(frozen=True, slots=True)
class Name:
    """An account or a hashtag as the configuration writes it."""

    written: str
    """`name@host`; where its origin is not https://host, `http://127.0.0.1:PORT/@user` or `.../tags/tag`."""
    name: str
    """The user, or the tag."""
    domain: str
    """The host of its name."""
    origin: str
    """Scheme, host and path of the instance."""

    @property
    def full(self) -> str:
        """`name@host`."""
        return f"{self.name}@{self.domain}"


def name_of(written: str) -> Name:
    """An account or a hashtag as the configuration writes it."""
    if written.startswith("http"):
        origin, _, name = re.split("(/@|/tags/)", written, maxsplit=1)
        return Name(written, name, urlsplit(origin).netloc, origin)
    name, _, domain = written.partition("@")
    return Name(written, name, domain, f"https://{domain}")


class Who(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A looked-up account, as cached in the state."""

    id: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{1,64}\Z")]
    """Local id on its instance."""
    name: Annotated[str, Meta(pattern=r"\A[^\s@/]{1,100}@[^\s@/]{1,253}\Z")]
    """`user@host`."""
    origin: Annotated[str, Meta(pattern=r"\Ahttps?://[^\s]{1,1000}\Z")]
    """Origin of its API: not always the host of its name."""
    url: str = ""
    """Address of its page."""
    asked_at: str
    moved: str = ""
    """`user@host` of the account that replaces it."""


def stored_who(cursors: Mapping[str, Any], account: Name) -> Who | None:
    """What an earlier look-up said."""
    return wire.load(cursors.get(WHO + account.written), Who)


@dataclass(slots=True, kw_only=True)
class Part:
    """Accounts and hashtags to read at one instance, each with its trackers, in the config's order."""

    origin: str
    accounts: dict[Name, set[str]] = field(default_factory=dict)
    follows_of: dict[Name, set[str]] = field(default_factory=dict)
    tags: dict[Name, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """Accounts and hashtags of all instances."""

    parts: dict[str, Part] = field(default_factory=dict)
    """By origin."""
    own: set[str] = field(default_factory=set)
    """Ids of the owner's accounts."""

    def part(self, origin: str) -> Part:
        """The part of an instance."""
        return self.parts.setdefault(origin, Part(origin=origin))

    def wanted_by(self, name: str) -> set[str]:
        """Trackers that name the account `user@host` themselves."""
        naming: set[str] = set()
        for part in self.parts.values():
            for account, trackers in part.accounts.items():
                if account.full == name:
                    naming |= trackers
        return naming


def plan_of(request: FetchRequest) -> Plan:
    """Sort the trackers' accounts and hashtags by instance. An account that moved is replaced by its successor."""
    plan = Plan(own=set(_people(request)))
    cursors = request.state.cursors
    for block in request.wanted:
        for written in block.block.get("accounts") or ():
            account, origin = _resolved(name_of(written), cursors, plan)
            plan.part(origin).accounts.setdefault(account, set()).add(block.tracker)
        for written in block.block.get("follows_of") or ():
            account, origin = _resolved(name_of(written), cursors, plan)
            plan.part(origin).follows_of.setdefault(account, set()).add(block.tracker)
        for written in block.block.get("tags") or ():
            tag = name_of(written)
            plan.part(tag.origin).tags.setdefault(tag, set()).add(block.tracker)
    return plan


def _resolved(account: Name, cursors: Mapping[str, Any], plan: Plan) -> tuple[Name, str]:
    """(the account, after its moves; the origin of its API). All its names are the owner's."""
    for _ in range(_MOVES_MAX):
        plan.own.add(f"{NETWORK}:{account.full}")
        who = stored_who(cursors, account)
        if who is None:
            return account, account.origin
        plan.own.add(f"{NETWORK}:{who.name}")
        if who.moved in {"", account.written}:
            return account, who.origin
        account = name_of(who.moved)
    return account, account.origin


def token_name(origin: str) -> str:
    """The environment variable of an instance's token."""
    return TOKEN + re.sub(r"[^A-Z0-9]", "_", urlsplit(origin).netloc.upper())


def token_names(origins: Iterable[str]) -> dict[str, str | None]:
    """Variable of each instance; None for those that share one, because a token belongs to one instance."""
    names = {origin: token_name(origin) for origin in origins}
    used = list(names.values())
    return {origin: name if used.count(name) == 1 else None for origin, name in names.items()}


def _people(request: FetchRequest) -> Iterator[str]:
    """Ids of the accounts that the config lists under `people`."""
    for reference in request.own_accounts:
        network, _, name = reference.partition(":")
        if network == NETWORK:
            yield reference.lower()
            yield request.state.accounts.get(name.lower(), reference)
