"""Client of one Mastodon instance: pages of statuses and accounts, single objects, public feeds.

The `Link` header says where the next page begins (docs.joinmastodon.org/api/guidelines/#pagination, read 2026-11-23).
Only its ids are used, never its address, so that no instance can send us, or a token, elsewhere. Without the header,
paging uses the ids of the rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.patience import Asker, batches
from generator.fetch.adapter.source import FetchRequest
from generator.fetch.sources.mastodon.posts import LOCAL_ID
from generator.model.errors import FetchError, FormatError
from generator.net.http import Response

STATUSES_PAGE = 40
"""Statuses in one answer, at most: entities of timelines and accounts (4.7)."""
SHORT_PAGE = 20
"""A page with fewer statuses is the last: servers that allow fewer than 40 allow 20."""
ACCOUNTS_PAGE = 80
BATCH = 20
"""Statuses in one `GET /api/v1/statuses?id[]=` (since 4.3)."""
CLOSED = frozenset({401, 403, 422})
"""The instance requires a token ('This method requires an authenticated user')."""
UNKNOWN = frozenset({404, 410})
_NO_BATCH = frozenset({400, 404, 405, 406, 422, 501})
_TRIES = 2
"""One repetition only: many instances may be silent."""
_LINK = re.compile(r"<([^<>\s]{1,2000})>\s*;([^<]{0,200})")
_FEED_TYPES = "application/rss+xml, application/atom+xml;q=0.9, application/xml;q=0.8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer that is a list."""

    rows: list[Any]
    where: str
    linked: bool
    """Whether the answer had a `Link` header; without a next page in it, this is the last page."""
    next_max: str | None
    """Older rows have ids below this one."""
    previous_min: str | None
    """Newer rows have ids above this one."""

    @property
    def ids(self) -> list[str]:
        """Local ids of its rows."""
        return [own_id for own_id in map(local_id, self.rows) if own_id is not None]

    @property
    def is_last(self) -> bool:
        """Whether no older rows follow."""
        return self.next_max is None and (self.linked or len(self.rows) < SHORT_PAGE)


def local_id(row: Any) -> str | None:
    """The local id of a status or an account; None without a valid one."""
    if isinstance(row, dict):
        return wire.matching(row.get("id"), LOCAL_ID)
    return None


def order_of(own_id: str) -> tuple[int, str]:
    """Sort key. Ids of one instance grow with time: as numbers, or as words of equal length."""
    return len(own_id), own_id


class Api:
    """One instance, for one run."""

    def __init__(self, request: FetchRequest, origin: str, token_name: str | None) -> None:
        token = request.secrets.get(token_name or "")
        self.origin = origin
        self.host = urlsplit(origin).netloc
        self.token_name = token_name
        self.has_token = bool(token)
        self.is_closed = False
        """The instance requires a token."""
        self._request = request
        headers = {"authorization": f"Bearer {token}"} if token else None
        self._asker = Asker(request, origin, headers=headers, limits="x-ratelimit-")
        self._has_batch = True

    def look_up(self, user: str) -> Mapping[str, Any]:
        """Look up an account of this instance by name. Raises FetchError, FormatError."""
        account = self._one("api/v1/accounts/lookup", {"acct": user})
        if local_id(account) is None or not isinstance(account.get("acct"), str):
            raise FormatError("format changed: the account has no id and acct", url=f"{self.host} accounts/lookup")
        return account

    def origin_of(self, user: str, domain: str) -> str | None:
        """Find the origin of the account's server by WebFinger (RFC 7033). Raises FetchError, FormatError."""
        answer = self._one(".well-known/webfinger", {"resource": f"acct:{user}@{domain}"})
        for link in wire.objects(answer.get("links")):
            url = wire.web_url(link.get("href"))
            if url and link.get("rel") == "self":
                parts = urlsplit(url)
                return f"{parts.scheme}://{parts.netloc.lower()}"
        return None

    def page(self, path: str, params: Mapping[str, str]) -> Page:
        """Get one page of statuses or accounts. Raises FetchError; FormatError if no row has an id."""
        answer = self._asker.ask(path, params, label=self.host, tries=_TRIES)
        where = path.partition("?")[0].removeprefix("api/v1/")
        rows = wire.decode_list(answer.body, answer.url)
        if rows and not any(local_id(row) for row in rows):
            raise FormatError("format changed: nothing in the list has an id", url=f"{self.host} {where}")
        linked = _links(answer.headers.get("link", ""))
        return Page(
            rows=rows,
            where=f"{self.host} {where}",
            linked="link" in answer.headers,
            next_max=linked.get(("next", "max_id")),
            previous_min=linked.get(("prev", "min_id")) or linked.get(("prev", "since_id")),
        )

    def statuses(self, own_ids: Sequence[str], singles_max: int) -> dict[str, Mapping[str, Any] | None]:
        """Get statuses by their ids on this instance.

        Args:
            own_ids: local ids.
            singles_max: limit of requests if the server has no batch request.

        Returns:
            Local id -> status; None for a missing or non-public one. Ids beyond the limit are left out.

        Raises:
            FetchError: no usable answer; its status is in CLOSED if the server requires a token.
        """
        statuses: dict[str, Mapping[str, Any] | None] = {}
        for batch in batches(own_ids, BATCH):
            if len(batch) > 1 and self._has_batch and self._together(batch, statuses):
                continue
            for own_id in batch[: max(0, singles_max - len(statuses))]:
                try:
                    statuses[own_id] = self._one(f"api/v1/statuses/{own_id}", {})
                except FetchError as error:
                    if error.status not in UNKNOWN:
                        raise
                    statuses[own_id] = None
        return statuses

    def _together(self, batch: Sequence[str], statuses: dict[str, Mapping[str, Any] | None]) -> bool:
        """Get a batch with one request (since 4.3). Returns False if the server cannot."""
        query = "&".join(f"{quote('id[]')}={own_id}" for own_id in batch)
        try:
            rows = self.page(f"api/v1/statuses?{query}", {}).rows
        except FetchError as error:
            if error.status not in _NO_BATCH:
                raise
            self._has_batch = False
            return False
        by_id = {local_id(row): row for row in rows}
        for own_id in batch:
            statuses[own_id] = by_id.get(own_id)
        return True

    def feed(self, url: str, validators: Mapping[str, str]) -> Response:
        """Get the public feed of an account, without the token. The status is 304 if nothing changed.

        Raises:
            FetchError: no usable answer.
        """
        parts = urlsplit(url)
        asker = Asker(self._request, f"{parts.scheme}://{parts.netloc}", limits="x-ratelimit-")
        path = parts.path.lstrip("/")
        return asker.ask(path, label=parts.netloc, accept=_FEED_TYPES, headers=validators, tries=_TRIES)

    def _one(self, path: str, params: Mapping[str, str]) -> dict[str, Any]:
        answer = self._asker.ask(path, params, label=self.host, tries=_TRIES)
        return wire.decode_object(answer.body, answer.url)


def _links(header: str) -> dict[tuple[str, str], str]:
    """Parse a `Link` header (RFC 8288): (rel, parameter) -> id."""
    ids: dict[tuple[str, str], str] = {}
    for address, attributes in _LINK.findall(header[:8_000]):
        rel = re.search(r"\brel=\"?(next|prev)\b", attributes)
        if rel is None:
            continue
        try:
            query = parse_qs(urlsplit(address).query)
        except ValueError:
            continue
        for name in ("max_id", "min_id", "since_id"):
            value = query.get(name, [""])[-1]
            if LOCAL_ID.fullmatch(value):
                ids[rel[1], name] = value
    return ids
