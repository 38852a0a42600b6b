"""`mode: search`: many accounts in one query that finds only their posts with a link to arXiv.

    (from:a OR from:b OR list:123) url:"arxiv.org"

A query holds 512 characters (docs.x.com, x-api/posts/search, read 2026-11-23), reaches seven days back, and since
2026-05-04 returns no reposts (changelog). It costs only its hits: cheaper than timelines by far, and blind to a link
that stands in the post above.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.fetch.sources.x import cursor as x_cursor
from generator.fetch.sources.x.cursor import Cursor, Gap

QUERY_MAX = 512
"""Characters."""
_TAIL = ' url:"arxiv.org"'
PREFIX = "search/"


def query_of(clauses: Iterable[str]) -> str:
    """`from:` and `list:` clauses -> one query."""
    return f"({' OR '.join(clauses)}){_TAIL}"


def pack(clauses: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Clauses in groups whose query fits into QUERY_MAX, sorted, so that the same accounts make the same queries."""
    group: list[str] = []
    for clause in sorted(set(clauses)):
        if group and len(query_of([*group, clause])) > QUERY_MAX:
            yield tuple(group)
            group = []
        group.append(clause)
    if group:
        yield tuple(group)


def stream_name(clauses: Iterable[str]) -> str:
    """Stable for the same clauses, short."""
    return PREFIX + hashlib.sha256(query_of(clauses).encode()).hexdigest()[:16]


def covered(cursors: Mapping[str, Any]) -> dict[str, Cursor]:
    """Clause -> how far it was read, from the searches of earlier runs (the latest where several say so).

    A search's cursor says which clauses it covers (`of`), because another choice of accounts packs other queries.
    """
    by_clause: dict[str, Cursor] = {}
    for name in sorted(cursors):
        cursor = x_cursor.load(cursors[name])
        if cursor.newest is None:
            continue
        for clause in _clauses(name, cursors[name]) or ():
            before = by_clause.get(clause, Cursor())
            # A later search went on where an earlier one stood.
            if before.newest is None or before.newest <= cursor.newest:
                by_clause[clause] = cursor
    return by_clause


def join(cursors: Iterable[Cursor]) -> Cursor:
    """One cursor for clauses that were read apart: begins where the first of them has to."""
    oldest: int | None = None
    gaps: dict[Gap, None] = {}
    for cursor in cursors:
        if cursor.newest is None:
            return Cursor()
        oldest = min(oldest or cursor.newest, cursor.newest)
        gaps.update(dict.fromkeys(cursor.gaps))
    joined = Cursor(oldest)
    for gap in gaps:
        joined = joined.with_gap(None, gap)
    return joined


def replaced(cursors: Mapping[str, Any], current: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Names of stored searches whose clauses are all read by `current` ones (name -> clauses) now."""
    current_clauses = {clause for clauses in current.values() for clause in clauses}
    for name, value in cursors.items():
        clauses = _clauses(name, value)
        if name not in current and clauses is not None and current_clauses.issuperset(clauses):
            yield name


def _clauses(name: str, value: Any) -> list[str] | None:
    """The clauses that the cursor of a search covers; None for any other cursor."""
    clauses = value.get("of") if isinstance(value, Mapping) else None
    if not name.startswith(PREFIX) or not isinstance(clauses, list):
        return None
    return [str(clause) for clause in clauses]
