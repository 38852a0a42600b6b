"""When each post was last asked about: a database in `.cache/`, because ten million posts would not fit into memory."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from generator.model.recheck import Checks
from generator.storage.database import key_of, open_database

NAME = "checked.sqlite"
_OLD_NAME = "checked.json"
"""What version 1.0 wrote."""
_VERSION = 1
_SCHEMA = "CREATE TABLE checked (key INTEGER PRIMARY KEY, checked_at INTEGER, missing_since INTEGER)"


class CheckedPosts:
    """What earlier runs learnt of the posts. Losing it costs requests.

    Args:
        cache: the folder of the database; None keeps it in memory.
    """

    def __init__(self, cache: Path | None) -> None:
        self._old_file = None if cache is None else cache / _OLD_NAME
        self._database = open_database(None if cache is None else cache / NAME, _SCHEMA, _VERSION)
        if self._old_file is not None and self._old_file.is_file():
            with contextlib.suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
                self.update(msgspec.json.decode(self._old_file.read_bytes(), type=Checks))

    def close(self) -> None:
        """Close the database. What was not saved is dropped."""
        self._database.close()

    def save(self) -> None:
        """Make the changes durable. A cache that cannot be written costs the next run some requests."""
        with contextlib.suppress(OSError, sqlite3.Error):
            self._database.commit()
            if self._old_file is not None and self._old_file.is_file():
                self._old_file.unlink()

    def of(self, ids: Iterable[str]) -> Checks:
        """What is known of these posts."""
        checks = Checks()
        query = "SELECT checked_at, missing_since FROM checked WHERE key = ?"
        for post_id in ids:
            row = self._database.execute(query, (key_of(post_id),)).fetchone()
            if row is None:
                continue
            checked_at, missing_since = row
            if checked_at is not None:
                checks.checked_at[post_id] = datetime.fromtimestamp(checked_at, UTC)
            if missing_since is not None:
                checks.missing_since[post_id] = datetime.fromtimestamp(missing_since, UTC)
        return checks

    def update(self, checks: Checks) -> None:
        """Replace what is known of the posts in `checks`."""
        for post_id in checks.checked_at.keys() | checks.missing_since.keys():
            row = (
                key_of(post_id),
                _seconds(checks.checked_at.get(post_id)),
                _seconds(checks.missing_since.get(post_id)),
            )
            self._write("INSERT OR REPLACE INTO checked VALUES (?, ?, ?)", row)

    def forget(self, ids: Iterable[str]) -> None:
        """Drop what is known of posts that are no longer captured."""
        for post_id in ids:
            self._write("DELETE FROM checked WHERE key = ?", (key_of(post_id),))

    def _write(self, statement: str, row: tuple[int | None, ...]) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._database.execute(statement, row)


def _seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())
