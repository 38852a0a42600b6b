"""SQLite databases in `.cache/`: what is lost or damaged there is made again."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from pathlib import Path


def open_database(place: Path | None, schema: str, version: int, rules: str = "") -> sqlite3.Connection:
    """A database with its tables. One that is damaged, older or follows other rules is replaced by an empty one.

    Args:
        place: its file; None, or one that cannot be written, keeps it in memory.
        schema: SQL that makes its tables.
        version: changes with the schema.
        rules: what the rows depend on.
    """
    if place is None:
        return create_database(":memory:", schema, version, rules)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(place)
        if _is_usable(database, version, rules):
            return database
        database.close()
        place.unlink(missing_ok=True)
        return create_database(str(place), schema, version, rules)
    except (OSError, sqlite3.Error):
        # The cache cannot be written: the database lasts for this run alone.
        return create_database(":memory:", schema, version, rules)


def create_database(place: str, schema: str, version: int, rules: str = "") -> sqlite3.Connection:
    """A new database with its tables."""
    database = sqlite3.connect(place)
    database.executescript(f"CREATE TABLE made_under (rules TEXT); {schema}")
    database.execute("INSERT INTO made_under VALUES (?)", (rules,))
    database.execute(f"PRAGMA user_version = {version}")
    database.commit()
    return database


def _is_usable(database: sqlite3.Connection, version: int, rules: str) -> bool:
    """Whether the database is whole, of this version, and made under these rules."""
    try:
        (stored_version,) = database.execute("PRAGMA user_version").fetchone()
        if stored_version != version:
            return False
        (stored_rules,) = database.execute("SELECT rules FROM made_under").fetchone()
        if stored_rules != rules:
            return False
        # A damaged page would end a later query, in every run.
        (answer,) = database.execute("PRAGMA quick_check(1)").fetchone()
    except (sqlite3.DatabaseError, TypeError):
        return False
    return bool(answer == "ok")


def key_of(name: str) -> int:
    """What a database keeps of an id: 64 bits of its hash."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
