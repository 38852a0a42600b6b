"""Look-ups of the config's accounts and of the accounts they follow, cached in the cursors.

An account is looked up again after 30 days, to notice a move: the state then joins both names to one person, and the
next run reads the new account. If the API is on another host than the name (`user@example.org` on
social.example.org), WebFinger names that host.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import PAGES_MAX, is_fault
from generator.fetch.adapter.source import Covered, Event, Resolved, StreamFailed
from generator.fetch.sources.mastodon.api import ACCOUNTS_PAGE, UNKNOWN, Api, local_id
from generator.fetch.sources.mastodon.plan import WHO, Name, Who, stored_who
from generator.fetch.sources.mastodon.posts import NETWORK, account_name
from generator.model.errors import FetchError, FormatError

KNOWN_FOR = timedelta(days=30)
FOLLOWS_FOR = timedelta(hours=24)


class Follows(msgspec.Struct, frozen=True):
    """Whom an account follows, as cached in the state."""

    asked_at: str
    accounts: dict[str, str]
    """`user@host` -> local id on its instance."""


class People:
    """Account look-ups at one instance in one run."""

    def __init__(self, apis: Mapping[str, Api], cursors: Mapping[str, Any], now: datetime) -> None:
        self._apis = apis
        """By origin; creates missing ones."""
        self._cursors = cursors
        self._now = now
        self._new: dict[str, Who] = {}
        """Look-ups of this run, by account as written."""

    def look_up(self, account: Name, origin: str) -> Generator[Event, None, Who | None]:
        """Return the account; None if the instance has no such account. Raises FetchError without an answer."""
        stored = self._new.get(account.written) or stored_who(self._cursors, account)
        if stored is not None and self._is_fresh(stored.asked_at, KNOWN_FOR):
            return stored
        try:
            who = self._ask(account, origin)
        except FetchError as error:
            if stored is not None and is_fault(error):
                return stored
            raise
        if who is not None:
            self._new[account.written] = who
            yield Resolved(account.written, f"{NETWORK}:{who.moved or who.name}")
            yield Covered(WHO + account.written, msgspec.to_builtins(who))
        return who

    def _ask(self, account: Name, origin: str) -> Who | None:
        try:
            return self._who(account, origin)
        except FetchError as error:
            is_unknown = error.status in UNKNOWN
            if not is_unknown and not isinstance(error, FormatError):
                raise
            home = self._home(account, origin)
            if home is not None:
                return self._who(account, home)
            if not is_unknown:
                raise
            return None

    def _home(self, account: Name, origin: str) -> str | None:
        """The other host of the account's API, by WebFinger. An address in the configuration names the host itself."""
        if account.written.startswith("http"):
            return None
        try:
            home = self._apis[origin].origin_of(account.name, account.domain)
        except FetchError:
            return None
        return home if home != origin else None

    def _who(self, account: Name, origin: str) -> Who:
        profile = self._apis[origin].look_up(account.name)
        name = account_name(profile, account.domain)
        if name is None:
            raise FormatError(f"format changed: acct is none: {wire.shown(profile.get('acct'))!r}", url=origin)
        return Who(
            id=profile["id"],
            name=name,
            origin=origin,
            url=wire.web_url(profile.get("url")) or "",
            asked_at=wire.stamp(self._now),
            moved=account_name(wire.part(profile, "moved"), account.domain) or "",
        )

    def follows(self, who: Who) -> Generator[Event, None, dict[str, str]]:
        """Return the accounts that it follows, name -> id on its instance, refreshed once a day.

        Raises:
            FetchError: no answer, and no list from an earlier run.
        """
        stream = f"follows/{who.name}"
        stored = wire.load(self._cursors.get(stream), Follows)
        if stored is not None and self._is_fresh(stored.asked_at, FOLLOWS_FOR):
            return stored.accounts
        try:
            accounts = self._ask_follows(who)
        except FetchError as error:
            if stored is None:
                raise
            reason = f"the list of followed accounts cannot be read ({error.reason}): the earlier list is used"
            yield StreamFailed(stream, reason)
            return stored.accounts
        new = Follows(wire.stamp(self._now), dict(sorted(accounts.items())))
        yield Covered(stream, msgspec.to_builtins(new))
        return accounts

    def _ask_follows(self, who: Who) -> dict[str, str]:
        domain = who.name.partition("@")[2]
        params = {"limit": str(ACCOUNTS_PAGE)}
        follows: dict[str, str] = {}
        seen: set[str] = set()
        for _ in range(PAGES_MAX):
            page = self._apis[who.origin].page(f"api/v1/accounts/{who.id}/following", params)
            for row in wire.objects(page.rows):
                own_id = local_id(row)
                name = account_name(row, domain)
                if own_id and name:
                    follows.setdefault(name, own_id)
            if page.next_max is None or page.next_max in seen or not page.rows:
                break
            seen.add(page.next_max)
            params["max_id"] = page.next_max
        return follows

    def _is_fresh(self, asked_at: str, lasts: timedelta) -> bool:
        moment = wire.time(asked_at)
        return moment is not None and moment <= self._now < moment + lasts
