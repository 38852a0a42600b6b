"""Parents and quoted posts of statuses: a status names them by local id only.

Most parents are on the same page. The others are requested, 20 at once if the server can (since 4.3), and become
records themselves, because a reply is about the papers of its parent. Their parents are requested too, two steps up;
nothing is requested twice in a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.fetch.adapter.source import Event, Record
from generator.fetch.sources.mastodon.api import CLOSED, Api
from generator.fetch.sources.mastodon.posts import Seen, canonical_id, is_public, parent_of, quoted_of
from generator.model.errors import FetchError

SINGLES_MAX = 50
"""Statuses asked for one by one, for one stream in one run."""
_STEPS = 3
_EMBEDDED_MAX = 3


class Threads:
    """Parents and quoted posts at one instance, in one run."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, str] = {}
        """Local id -> id of the post; empty if missing or not public."""
        self._is_closed = False

    def records(
        self, rows: list[Any], trackers: tuple[str, ...], seen: Seen, where: str, *, alone: bool = False
    ) -> Iterator[Event]:
        """Yield the parents and quoted posts of the rows, then the rows.

        Args:
            rows: statuses from the API.
            trackers: the trackers of the stream.
            seen: facts about the instance.
            where: name of the page for messages.
            alone: do not request parents and quoted posts.

        Raises:
            FetchError: a parent or quoted post cannot be requested.
        """
        seen = replace(seen, known=self._known)
        for row in rows:
            self._note(row)
        if not alone:
            yield from self._parents(rows, trackers, seen)
        context = replace(seen, guess=not alone)
        for index, row in enumerate(rows):
            yield Record(row, trackers, f"{where} [{index}]", context)

    def _parents(self, rows: list[Any], trackers: tuple[str, ...], seen: Seen) -> Iterator[Event]:
        """Yield what the rows answer and quote, then what that answers and quotes, and so on."""
        singles_left = SINGLES_MAX
        level = rows
        for _ in range(_STEPS):
            missing = self._missing(level)
            if not missing or self._is_closed:
                return
            try:
                statuses = self._api.statuses(missing, singles_left)
            except FetchError as error:
                if error.status not in CLOSED:
                    raise
                self._is_closed = True
                return
            singles_left -= len(statuses)
            level = []
            for own_id, status in statuses.items():
                self._known[own_id] = _visible_id(status)
                if status:
                    level.append(status)
            for status in level:
                self._note(status)
            for status in level:
                yield Record(status, trackers, f"{self._api.host} statuses/{status.get('id')}", seen)

    def _missing(self, rows: list[Any]) -> list[str]:
        """Local ids that the rows point at and that are not known, each once."""
        missing: dict[str, None] = {}
        for row in rows:
            for own_id in _points_at(row):
                if own_id not in self._known:
                    missing[own_id] = None
        return list(missing)

    def _note(self, row: Any) -> None:
        for status in _with_embedded(row):
            own_id = status.get("id")
            # snac2 gives a boost the id of the original.
            if isinstance(own_id, str) and not status.get("reblog"):
                self._known.setdefault(own_id, _visible_id(status))


def _visible_id(status: Mapping[str, Any] | None) -> str:
    """Id of a public status; empty otherwise."""
    if not status or not is_public(status):
        return ""
    return canonical_id(status) or ""


def _with_embedded(row: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """A status with the ones it boosts and quotes: at most a boost of a quote of a quote."""
    if not isinstance(row, dict) or depth > _EMBEDDED_MAX:
        return
    yield row
    yield from _with_embedded(row.get("reblog"), depth + 1)
    quoted, _ = quoted_of(row)
    if quoted:
        yield from _with_embedded(quoted, depth + 1)


def _points_at(row: Any) -> Iterator[str]:
    """Local ids of the parents and quoted posts of a status and its embedded ones."""
    for status in _with_embedded(row):
        _, quoted_id = quoted_of(status)
        for own_id in (parent_of(status), quoted_id):
            if own_id is not None and is_public(status):
                yield own_id
