"""Paper metadata from DataCite, for the days when arXiv refuses to answer.

arXiv registers every paper as `10.48550/arXiv.ID` and deposits title, abstract, authors, categories and the date of
each version there. One request a paper and no batches, so only a few are asked for in a run.

Source: support.datacite.org/docs/api-get-doi and arXiv's deposits as quoted by others, read 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from generator.fetch.arxiv_atom import clean_doi, is_withdrawn, parse_time, pick_categories
from generator.finding.arxiv_id import parse_id
from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.records import Paper
from generator.net.http import Client, get_json
from generator.text.plain import fold, fold_paragraphs

API = "https://api.datacite.org"
SPACING_S = 0.5
MOST_PER_RUN = 20

_PREFIX = "10.48550/arXiv."
_NOT_THERE = frozenset({404, 410})
_MOST_ODD_IN_A_ROW = 3
_MOST_AUTHORS = 10_000


def fetch_papers(
    ids: Iterable[str], *, client: Client, api: str = API, now: datetime, most: int = MOST_PER_RUN
) -> Iterator[Paper]:
    """Ask DataCite about the first `most` ids; yield the papers that it knows. The others say nothing about arXiv.

    Args:
        ids: without versions, those that matter most first.
        client: spaced by `SPACING_S` for the API's host.
        api: origin of the API.
        now: becomes `fetched_at`.
        most: bound on the requests of this call.

    Raises:
        FetchError: DataCite is out of reach or refuses. What was yielded before is good.
        FormatError: three answers in a row were none that can be read.
    """
    odd = 0
    for paper_id in list(dict.fromkeys(ids))[:most]:
        parts = parse_id(paper_id)
        if parts is None or parts.id != paper_id:
            continue
        url = f"{api.rstrip('/')}/dois/{_PREFIX}{paper_id}"
        try:
            paper = parse_paper(get_json(client, url, tries=2), paper_id, now)
        except (RecordError, FormatError) as error:
            odd += 1
            if odd >= _MOST_ODD_IN_A_ROW:
                raise FormatError(f"DataCite's answers cannot be read: {error}", url=url) from None
            continue
        except FetchError as error:
            if error.status in _NOT_THERE:
                continue
            raise
        odd = 0
        yield paper


def parse_paper(answer: Any, paper_id: str, fetched_at: datetime) -> Paper:
    """Read one DataCite record.

    Args:
        answer: the decoded JSON.
        paper_id: the id that was asked for.
        fetched_at: when it came; dates after it are not believed.

    Raises:
        RecordError: it is another record, or has no title.
    """
    attributes = _mapping(_mapping(_mapping(answer).get("data")).get("attributes"))
    doi = attributes.get("doi")
    if not isinstance(doi, str) or doi.lower() != f"{_PREFIX}{paper_id}".lower():
        raise RecordError("data.attributes.doi", f"it is not the record of {paper_id}")
    title = next((title for part in _parts(attributes, "titles") if (title := _string(part, "title"))), "")
    if not title:
        raise RecordError("data.attributes.titles", "it has no title")
    abstract, comment = _descriptions(attributes)
    versions = _versions(attributes, fetched_at)
    newest = max(versions, default=1)
    return Paper(
        id=paper_id,
        version=newest,
        title=title,
        authors=tuple(name for part in _parts(attributes, "creators")[:_MOST_AUTHORS] if (name := _name(part))),
        abstract=abstract,
        categories=pick_categories(_terms(attributes)),
        submitted_at=versions.get(1),
        revised_at=versions.get(newest),
        comment=comment,
        journal_ref=None,
        doi=_published_doi(attributes),
        withdrawn=is_withdrawn(comment, abstract),
        fetched_at=fetched_at,
    )


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _parts(attributes: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list that others wrote: anything else in it is passed over."""
    value = attributes.get(name)
    if isinstance(value, list):
        return [part for part in value if isinstance(part, dict)]
    return []


def _string(part: dict[str, Any], name: str) -> str:
    value = part.get(name)
    return fold(value) if isinstance(value, str) else ""


def _name(creator: dict[str, Any]) -> str:
    """'Given Family', as arXiv's own answers write it; a collaboration has only `name`."""
    first_name, last_name = _string(creator, "givenName"), _string(creator, "familyName")
    if first_name and last_name:
        return f"{first_name} {last_name}"
    return _string(creator, "name") or last_name or first_name


def _descriptions(attributes: dict[str, Any]) -> tuple[str, str | None]:
    """(abstract, comment): arXiv deposits its comment as the description of type 'Other'."""
    abstract, comment = "", None
    for part in _parts(attributes, "descriptions"):
        kind, text = part.get("descriptionType"), _string(part, "description")
        if kind == "Abstract" and not abstract:
            abstract = fold_paragraphs(str(part.get("description"))) if text else ""
        elif kind == "Other" and comment is None:
            comment = text or None
    return abstract, comment


def _versions(attributes: dict[str, Any], fetched_at: datetime) -> dict[int, datetime]:
    """When each version was submitted; the dates of type 'Updated' are those of the record, not of the paper."""
    versions = {}
    for part in _parts(attributes, "dates"):
        match = re.fullmatch(r"v([1-9][0-9]{0,2})", _string(part, "dateInformation"))
        at = parse_time(_string(part, "date"), fetched_at) if "T" in _string(part, "date") else None
        if part.get("dateType") == "Submitted" and match and at is not None:
            versions[int(match[1])] = at
    return versions


def _terms(attributes: dict[str, Any]) -> list[str]:
    """Categories stand in brackets after their names: 'Computation and Language (cs.CL)', the primary one first."""
    subjects = (part for part in _parts(attributes, "subjects") if part.get("subjectScheme") == "arXiv")
    matches = (re.search(r"\(([^()]+)\)$", _string(part, "subject")) for part in subjects)
    return [match[1] for match in matches if match]


def _published_doi(attributes: dict[str, Any]) -> str | None:
    for part in _parts(attributes, "relatedIdentifiers"):
        if part.get("relationType") == "IsVersionOf" and part.get("relatedIdentifierType") == "DOI":
            return clean_doi(_string(part, "relatedIdentifier"))
    return None
