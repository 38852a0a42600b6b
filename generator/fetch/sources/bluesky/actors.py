"""Who and what the config names on Bluesky: handles -> DIDs, addresses of lists and feeds, whom an account follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import PAGES_MAX, REMEDY, Asker, Patience, is_fault
from generator.fetch.adapter.source import Covered, Event, Resolved
from generator.fetch.sources.bluesky.posts import DID, HANDLE, NETWORK, RKEY, asks_to_hide
from generator.model.errors import FetchError, FormatError

PROFILES_MAX = 25
"""Actors in one getProfiles (lexicon app.bsky.actor.getProfiles)."""
FOLLOWS_PAGE = 100
FOLLOWS_FOR = timedelta(hours=24)
"""How long the list of whom an account follows is used again."""
_PREFIX = f"{NETWORK}:"
_BAD_REQUEST = 400
_KINDS = {"lists": "app.bsky.graph.list", "feed": "app.bsky.feed.generator"}
_AT = re.compile(r"at://([^/\s]+)/([a-zA-Z.]+)/([^/\s?#]+)")
_WEB = re.compile(r"https?://(?:www\.)?bsky\.app/profile/([^/\s]+)(?:/(lists|feed)/([^/\s?#]+))?/?")


@dataclass(frozen=True, slots=True)
class Place:
    """A list or feed: whose (handle or DID), and its record."""

    actor: str
    collection: str
    rkey: str


def actor_name(value: Any) -> str:
    """An account as the config writes it -> handle in lower case, or DID."""
    text = str(value).strip().removeprefix("@")
    match = _WEB.fullmatch(text)
    text = match[1] if match and not match[2] else text
    return text if DID.fullmatch(text) else text.lower()


def place_of(value: Any) -> Place | None:
    """A list or feed as the config writes it: at:// or its address on bsky.app."""
    text = str(value).strip()
    if match := _AT.fullmatch(text):
        actor, collection, rkey = match.groups()
    elif (match := _WEB.fullmatch(text)) and match[2]:
        actor, collection, rkey = match[1], _KINDS[match[2]], match[3]
    else:
        return None
    if RKEY.fullmatch(rkey):
        return Place(actor_name(actor), collection, rkey)
    return None


class Actors:
    """Handles and DIDs of one run."""

    def __init__(self, asker: Asker, account_ids: Mapping[str, str], patience: Patience) -> None:
        self._asker = asker
        self._patience = patience
        self._dids = {
            handle: account_id.removeprefix(_PREFIX)
            for handle, account_id in account_ids.items()
            if DID.fullmatch(account_id.removeprefix(_PREFIX))
        }

    def did(self, actor: str) -> str | None:
        """Of a handle that was looked up, or of a DID."""
        if DID.fullmatch(actor):
            return actor
        return self._dids.get(actor)

    def look_up(self, actors: Iterable[str]) -> Iterator[Event]:
        """Ask for the handles that are not known yet, each once. Raises FetchError where the service is down."""
        unknown = []
        for actor in dict.fromkeys(actors):
            if self.did(actor):
                continue
            if HANDLE.fullmatch(actor) and len(actor) <= wire.HANDLE_MAX:
                unknown.append(actor)
            else:
                reason = "no handle of Bluesky: write it in full, as name.bsky.social"
                yield self._patience.refusal(f"account/{actor}", reason)
        for start in range(0, len(unknown), PROFILES_MAX):
            yield from self._look_up(unknown[start : start + PROFILES_MAX])

    def _look_up(self, handles: list[str]) -> Iterator[Event]:
        query = "&".join(f"actors={quote(handle, safe='')}" for handle in handles)
        try:
            answer = self._asker.get(f"app.bsky.actor.getProfiles?{query}", label="getProfiles")
        except FetchError as error:
            if error.status != _BAD_REQUEST:
                raise
            if len(handles) == 1:
                yield self._unknown(handles[0])
            else:  # one handle that the service cannot read spoils its batch
                for handle in handles:
                    yield from self._look_up([handle])
            return
        profiles = answer.get("profiles")
        if not isinstance(profiles, list):
            raise FormatError("format changed: profiles is no list", url="getProfiles")
        by_handle = _handles(profiles)
        if profiles and not by_handle:
            raise FormatError("format changed: no profile has a did and a handle", url="getProfiles")
        for handle in handles:
            did = by_handle.get(handle)
            if did is None:
                yield self._unknown(handle)
            else:
                self._dids[handle] = did
                yield Resolved(handle, _PREFIX + did)

    def follows(self, did: str, stored: Any, now: datetime, dids: list[str]) -> Iterator[Event]:
        """Put the DIDs of everybody that `did` follows into `dids`; asked anew once a day."""
        stream = f"follows/{did}"
        old = _stored_dids(stored)
        asked_at = wire.time(stored.get("asked_at")) if isinstance(stored, Mapping) else None
        if old is not None and asked_at is not None and asked_at <= now < asked_at + FOLLOWS_FOR:
            dids.extend(old)
            yield from self._nobody(stream, old)
            return
        try:
            new = self._ask_follows(did, now)
        except FormatError:
            raise
        except FetchError as error:
            if is_fault(error) and old is None:
                raise
            dids.extend(old or ())
            reason = "yesterday's list is used" if old is not None else f"nobody of it is read; {REMEDY}"
            yield self._patience.refusal(stream, f"whom it follows cannot be asked ({error.reason}): {reason}")
            return
        dids.extend(new)
        yield from self._nobody(stream, new)
        yield Covered(stream, {"asked_at": f"{now:%Y-%m-%dT%H:%M:%SZ}", "dids": sorted(new)})

    def _nobody(self, stream: str, followed: list[str]) -> Iterator[Event]:
        if not followed:
            yield self._patience.refusal(stream, "it follows nobody who may be shown: name the accounts instead")

    def _unknown(self, handle: str) -> Event:
        reason = f"Bluesky knows no account @{handle}, or it is suspended: {REMEDY}"
        return self._patience.refusal(f"account/{handle}", reason)

    def _ask_follows(self, did: str, now: datetime) -> list[str]:
        dids: dict[str, None] = {}
        params = {"actor": did, "limit": str(FOLLOWS_PAGE)}
        seen: set[str] = set()
        for _ in range(PAGES_MAX):
            answer = self._asker.get("app.bsky.graph.getFollows", params, label="getFollows")
            follows = answer.get("follows")
            if not isinstance(follows, list):
                raise FormatError("format changed: follows is no list", url="getFollows")
            profiles = [profile for profile in follows if isinstance(profile, dict) and _is_did(profile.get("did"))]
            if follows and not profiles:
                raise FormatError("format changed: nobody of follows has a did", url="getFollows")
            dids.update({profile["did"]: None for profile in profiles if not asks_to_hide(profile, now)})
            cursor = next_cursor(answer, "getFollows")
            if cursor is None or cursor in seen:
                break
            seen.add(cursor)
            params = {**params, "cursor": cursor}
        return list(dids)


def next_cursor(answer: Mapping[str, Any], where: str) -> str | None:
    """Where the next page begins; None at the end. Raises FormatError for what is no text."""
    cursor = answer.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise FormatError("format changed: cursor is no text", url=where)
    return cursor or None


def _handles(profiles: list[Any]) -> dict[str, str]:
    dids = {}
    for profile in profiles:
        handle, did = (profile.get("handle"), profile.get("did")) if isinstance(profile, dict) else (None, None)
        if isinstance(handle, str) and _is_did(did):
            dids[handle.lower()] = str(did)
    return dids


def _is_did(value: Any) -> bool:
    return isinstance(value, str) and DID.fullmatch(value) is not None


def _stored_dids(stored: Any) -> list[str] | None:
    dids = stored.get("dids") if isinstance(stored, Mapping) else None
    if isinstance(dids, list):
        return [did for did in dids if _is_did(did)]
    return None
