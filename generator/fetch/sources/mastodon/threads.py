"""What statuses answer or quote is known by a local id alone: from the same run, or asked for.

Most parents stand on the same page. The others are asked for, 20 at once where the server can (since 4.3), and become
records of their own: a reply is about the papers of the post that it answers. Their own parents are asked for too, two
steps up; nothing is asked for twice in a run.
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


class Threads:
    """What the statuses of one instance point at, for one run."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, str] = {}
        """Local id -> id of the post; empty where it is not there, or not for everybody."""
        self._is_closed = False

    def records(
        self, rows: list[Any], trackers: tuple[str, ...], seen: Seen, where: str, *, alone: bool = False
    ) -> Iterator[Event]:
        """The rows, after the posts that they point at.

        Args:
            rows: statuses as they came.
            trackers: that want them.
            seen: what is known about the instance.
            where: names the page in messages.
            alone: do not ask for what they point at.

        Raises:
            FetchError: the instance does not say what they point at.
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
        singles_left = SINGLES_MAX
        level: list[Any] = rows
        for _ in range(_STEPS):
            missing = dict.fromkeys(own_id for row in level for own_id in _points_at(row) if own_id not in self._known)
            if not missing or self._is_closed:
                return
            try:
                statuses = self._api.statuses(list(missing), singles_left)
            except FetchError as error:
                if error.status not in CLOSED:
                    raise
                self._is_closed = True
                return
            singles_left -= len(statuses)
            level = [status for status in statuses.values() if status is not None]
            for own_id, status in statuses.items():
                self._known[own_id] = _visible_id(status)
            for status in level:
                self._note(status)
            for status in level:
                yield Record(status, trackers, f"{self._api.host} statuses/{status.get('id')}", seen)

    def _note(self, row: Any) -> None:
        for status in _with_embedded(row):
            own_id = status.get("id")
            if isinstance(own_id, str) and not status.get("reblog"):  # snac2 gives a boost the id of the original
                self._known.setdefault(own_id, _visible_id(status))


def _visible_id(status: Mapping[str, Any] | None) -> str:
    """Of a status that everybody may see; empty otherwise."""
    return (canonical_id(status) or "") if status is not None and is_public(status) else ""


def _with_embedded(row: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """A status, what it boosts, what it quotes."""
    if not isinstance(row, dict) or depth > 3:  # noqa: PLR2004 (a boost of a quote of a quote)
        return
    yield row
    yield from _with_embedded(row.get("reblog"), depth + 1)
    yield from _with_embedded(quoted_of(row)[0], depth + 1)


def _points_at(row: Any) -> Iterator[str]:
    """Local ids of what a status, or what it shows, answers or quotes."""
    for status in _with_embedded(row):
        if is_public(status):
            yield from filter(None, (parent_of(status), quoted_of(status)[1]))
