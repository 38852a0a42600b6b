"""A line of arXiv's metadata snapshot (OAI metadata in JSON, kaggle.com/Cornell-University/arxiv) -> a paper. Pure.

The snapshot holds all of arXiv, more than two million papers: only those that are wanted are made.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from generator.fetch.adapter import json_fields as wire
from generator.fetch.archives.json_lines import NEVER
from generator.fetch.arxiv_atom import clean_doi, is_withdrawn, pick_categories
from generator.finding import arxiv_id
from generator.model.errors import RecordError
from generator.model.records import Paper
from generator.text.plain import fold, fold_paragraphs


def looks_like_snapshot(head: bytes) -> bool:
    """Whether a file begins as one."""
    return b'"authors_parsed"' in head or b'"submitter"' in head


def is_row(plain: dict[str, Any]) -> bool:
    """Whether a JSON object is a paper of the snapshot."""
    return "authors_parsed" in plain or ("versions" in plain and "update_date" in plain)


def parse_row(plain: dict[str, Any], wanted: Container[str], now: datetime) -> Iterator[Paper]:
    """The paper, where it is wanted. Raises RecordError."""
    parts = arxiv_id.parse_id(str(plain.get("id", "")))
    if parts is None:
        raise RecordError("id", f"{plain.get('id')!a:.80} is no id of arXiv")
    if parts.id not in wanted:
        return
    title = fold(wire.text(plain.get("title")))
    if not title:
        raise RecordError("title", "is empty")
    versions = [_created(version) for version in wire.objects(plain.get("versions"))]
    comment = fold(wire.text(plain.get("comments"))) or None
    abstract = fold_paragraphs(wire.text(plain.get("abstract")))
    yield Paper(
        id=parts.id,
        version=max(1, len(versions)),
        title=title,
        authors=tuple(_authors(plain)),
        abstract=abstract,
        categories=pick_categories(wire.text(plain.get("categories")).split()),
        submitted_at=versions[0] if versions else None,
        revised_at=versions[-1] if versions else None,
        comment=comment,
        journal_ref=fold(wire.text(plain.get("journal-ref"))) or None,
        doi=clean_doi(wire.text(plain.get("doi"))),
        withdrawn=is_withdrawn(comment, abstract),
        fetched_at=min(_changed_at(plain.get("update_date")), now),
    )


def _authors(plain: dict[str, Any]) -> Iterator[str]:
    """`["Erdos", "Paul", "Jr"]` is Paul Erdos, Jr; the fourth part is where they work."""
    rows = plain.get("authors_parsed")
    for row in rows if isinstance(rows, list) else ():
        parts = [wire.text(part) for part in row[:3]] if isinstance(row, list) else []
        last, first, suffix = [*parts, "", "", ""][:3]
        name = fold(f"{first} {last} {suffix}")
        if name:
            yield name


def _created(version: Mapping[str, Any]) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(version.get("created")))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def _changed_at(value: Any) -> datetime:
    """When arXiv last changed the record: a later fetch knows more."""
    try:
        return datetime.fromisoformat(str(value)[:10]).replace(tzinfo=UTC)
    except ValueError:
        return NEVER
