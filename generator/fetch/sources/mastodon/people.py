"""Look-ups of the config's accounts and of the accounts they follow, cached in the cursors.

An account is looked up again after 30 days, to notice a move: the state then joins both names to one person, and the
next run reads the new account. If the API is on another host than the name (`user@example.org` on
social.example.org), WebFinger names that host.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import PAGES_MAX, is_fault
from generator.fetch.adapter.source import Covered, Event, Resolved, StreamFailed
from generator.fetch.sources.mastodon.api import ACCOUNTS_PAGE, UNKNOWN, Api, local_id
from generator.fetch.sources.mastodon.plan import WHO, Handle, Who
from generator.fetch.sources.mastodon.posts import NETWORK, account_name
from generator.model.errors import FetchError, FormatError

KNOWN_FOR = timedelta(days=30)
FOLLOWS_FOR = timedelta(hours=24)


class People:
    """Account look-ups at one instance in one run."""

    def __init__(self, apis: Mapping[str, Api], cursors: Mapping[str, Any], now: datetime) -> None:
        self._apis = apis
        """By origin; creates missing ones."""
        self._cursors = cursors
        self._now = now
        self._found: dict[str, Who] = {}
        """Look-ups of this run, by handle as written."""

    def look_up(self, handle: Handle, origin: str) -> Generator[Event, None, Who | None]:
        """Return the account; None if the instance has no such account. Raises FetchError without an answer."""
        stored = self._found.get(handle.written) or Who.load(self._cursors.get(WHO + handle.written))
        if stored is not None and _is_fresh(stored.asked_at, self._now, KNOWN_FOR):
            return stored
        try:
            who = self._ask(handle, origin)
        except FetchError as error:
            if stored is not None and is_fault(error):
                return stored
            raise
        if who is not None:
            self._found[handle.written] = who
            yield Resolved(handle.written, f"{NETWORK}:{who.moved or who.name}")
            yield Covered(WHO + handle.written, who.dump())
        return who

    def _ask(self, handle: Handle, origin: str) -> Who | None:
        try:
            return self._who(handle, origin)
        except FetchError as error:
            is_elsewhere = isinstance(error, FormatError) or error.status in UNKNOWN
            if not is_elsewhere or handle.written.startswith("http"):
                if error.status in UNKNOWN:
                    return None
                raise
            home = self._origin(handle, origin)
            if home is not None and home != origin:
                return self._who(handle, home)
            if error.status not in UNKNOWN:
                raise
            return None

    def _origin(self, handle: Handle, origin: str) -> str | None:
        try:
            return self._apis[origin].origin_of(handle.user, handle.domain)
        except FetchError:
            return None

    def _who(self, handle: Handle, origin: str) -> Who:
        account = self._apis[origin].look_up(handle.user)
        name = account_name(account, handle.domain)
        if name is None:
            raise FormatError(f"format changed: acct is none: {wire.shown(account.get('acct'))!r}", url=origin)
        moved = account.get("moved")
        new_name = None
        if isinstance(moved, dict):
            new_name = account_name(moved, handle.domain)
        return Who(
            id=str(account["id"]),
            name=name,
            origin=origin,
            url=wire.web_url(account.get("url")) or "",
            asked_at=_stamp(self._now),
            moved=new_name or "",
        )

    def follows(self, who: Who) -> Generator[Event, None, dict[str, str]]:
        """Return the accounts that it follows, name -> id on its instance, refreshed once a day.

        Raises:
            FetchError: no answer, and no list from an earlier run.
        """
        stream = f"follows/{who.name}"
        stored = self._cursors.get(stream)
        old = _stored_names(stored)
        if old is not None and _is_fresh(_asked_at(stored), self._now, FOLLOWS_FOR):
            return old
        try:
            new = self._ask_follows(who)
        except FetchError as error:
            if old is None:
                raise
            reason = f"the list of followed accounts cannot be read ({error.reason}): the earlier list is used"
            yield StreamFailed(stream, reason)
            return old
        yield Covered(stream, {"asked_at": _stamp(self._now), "accounts": dict(sorted(new.items()))})
        return new

    def _ask_follows(self, who: Who) -> dict[str, str]:
        domain = who.name.partition("@")[2]
        params = {"limit": str(ACCOUNTS_PAGE)}
        follows: dict[str, str] = {}
        seen: set[str] = set()
        for _ in range(PAGES_MAX):
            page = self._apis[who.origin].page(f"api/v1/accounts/{who.id}/following", params)
            for row in page.rows:
                own_id = local_id(row)
                name = account_name(row, domain) if own_id else None
                if own_id and name:
                    follows.setdefault(name, own_id)
            if page.next_max is None or page.next_max in seen or not page.rows:
                break
            seen.add(page.next_max)
            params = {**params, "max_id": page.next_max}
        return follows


def _is_fresh(asked_at: Any, now: datetime, lasts: timedelta) -> bool:
    moment = wire.time(asked_at)
    return moment is not None and moment <= now < moment + lasts


def _stamp(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def _asked_at(stored: Any) -> Any:
    return stored.get("asked_at") if isinstance(stored, Mapping) else None


def _stored_names(stored: Any) -> dict[str, str] | None:
    accounts = stored.get("accounts") if isinstance(stored, Mapping) else None
    if not isinstance(accounts, Mapping):
        return None
    return {
        str(name): own_id
        for name, own_id in accounts.items()
        if local_id({"id": own_id}) and account_name({"acct": name}, "")
    }
