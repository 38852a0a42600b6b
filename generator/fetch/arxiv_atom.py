"""arXiv's answers: Atom 1.0 with arXiv's own elements -> papers, refusals, and what could not be read. Pure.

Source: the API user's manual (info.arxiv.org/help/api/user-manual.html, read 2026-11-23) and recorded answers of 2026.
Unknown ids are left out of an answer without a word; refusals are entries titled 'Error'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lxml import etree

from generator.finding.arxiv_id import FoundId, parse_id
from generator.model.records import Paper
from generator.text.plain import fold, fold_paragraphs

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"
_ABS = re.compile(r"https?://(?:www\.|export\.)?arxiv\.org/abs/(?P<id>\S+)")
_ERROR = re.compile(r"https?://(?:www\.|export\.)?arxiv\.org/api/errors\b")
_MALFORMED = re.compile(r"incorrect[ _]id[ _]format[ _]for[ _](?P<id>\S+)")
_CATEGORY = re.compile(r"[a-z]{2,}(?:-[a-z]+)*(?:\.[A-Za-z]{2,}(?:-[a-z]+)*)?")
_WORK = r"(?:paper|article|manuscript|preprint|pre-print|submission|work|note|letter|report|thesis|version|e-?print)"
_WITHDRAWN_COMMENT = re.compile(
    rf"(?:^|[.;:,(]\s*)(?:this\s+is\s+)?withdrawn\b|\b{_WORK}s?(?:\(s\))?\s+(?:(?:is|was|has|have|had|been|being|now|hereby)\s+)*"
    r"withdrawn\b|^this\s+(?:is|was|has\s+been)\s+withdrawn\b",
    re.IGNORECASE,
)
_WITHDRAWN_ABSTRACT = re.compile(
    rf"(?:(?:this|the|our)\s+)?{_WORK}s?(?:\(s\))?\s+(?:(?:is|was|has|have|been|being|now|hereby)\s+)*"
    r"(?:withdrawn|removed\s+by\s+arxiv)\b|withdrawn\s+by\b|withdrawn[.!]?$",
    re.IGNORECASE,
)
_EARLIEST = datetime(1986, 1, 1, tzinfo=UTC)  # a few papers carry the date of their first circulation


class AtomError(ValueError):
    """The answer is no feed that can be read.

    Attributes:
        damaged: it begins as a feed; a smaller question may get a readable answer.
    """

    def __init__(self, reason: str, *, damaged: bool) -> None:
        super().__init__(reason)
        self.damaged = damaged


@dataclass(frozen=True, slots=True)
class Refusal:
    """An entry titled 'Error' instead of a paper."""

    named: str
    """The id that it blames as it stood in the question; empty where it names none."""
    message: str


@dataclass(slots=True)
class Feed:
    """What one answer says."""

    total: int | None
    """How many papers arXiv says that it found; None where it does not say."""
    papers: dict[str, Paper] = field(default_factory=dict)
    """By id; the newest version where one comes twice."""
    refusals: list[Refusal] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    """Ids whose entry lacks what a paper must have, and what that is."""
    entries: int = 0


def parse_feed(body: bytes, fetched_at: datetime) -> Feed:
    """Read an answer of arXiv's query API.

    Args:
        body: the XML, in UTF-8.
        fetched_at: when it came; dates after it are not believed.

    Raises:
        AtomError: it is no Atom feed, is cut off, or has a document type (which no answer of arXiv's has).
    """
    root = _root(body)
    total = (root.findtext(_TOTAL) or "").strip()
    feed = Feed(int(total) if re.fullmatch(r"[0-9]{1,9}", total) else None)
    for entry in root.iterfind(f"{_ATOM}entry"):
        feed.entries += 1
        _add(feed, entry, fetched_at)
    return feed


_NO_XML_CHARACTER = re.compile(
    # A raw control character, U+FFFE and U+FFFF, and references to such: they cost themselves, not the paper.
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));",
    re.IGNORECASE,
)


def _root(body: bytes) -> etree._Element:
    text = _NO_XML_CHARACTER.sub(b"", body.removeprefix(b"\xef\xbb\xbf")).strip()
    if not text:
        raise AtomError("the answer is empty", damaged=True)
    start = text[:400].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise AtomError("the answer is a page of HTML", damaged=False)
    # one encoding, so that nothing hides from this search; without a document type there are no entities to expand
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise AtomError("the answer has a document type, which is refused", damaged=False)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError as error:
        raise AtomError(f"the answer is damaged XML ({error.msg})", damaged=b"<feed" in start) from None
    if root.tag != f"{_ATOM}feed":
        raise AtomError("the answer is XML, but no Atom feed", damaged=False)
    return root


def _add(feed: Feed, entry: etree._Element, fetched_at: datetime) -> None:
    address = _text(entry.find(f"{_ATOM}id"))
    title = _text(entry.find(f"{_ATOM}title"))
    if _ERROR.match(address):
        message = _text(entry.find(f"{_ATOM}summary"))
        match_of_id = _MALFORMED.search(message) or _MALFORMED.search(address)
        feed.refusals.append(Refusal(match_of_id["id"] if match_of_id else "", message))
        return
    match = _ABS.fullmatch(address)
    parts = parse_id(match["id"]) if match else None
    if parts is None:
        return  # it names no paper, so it is nobody's answer
    if not title:
        feed.broken[parts.id] = "it has no title"
        return
    paper = _paper(entry, parts, title, fetched_at)
    previous = feed.papers.get(paper.id)
    if previous is None or paper.version > previous.version:
        feed.papers[paper.id] = paper


def _paper(entry: etree._Element, parts: FoundId, title: str, fetched_at: datetime) -> Paper:
    abstract = fold_paragraphs(_inner_text(entry.find(f"{_ATOM}summary")))
    comment = _text(entry.find(f"{_ARXIV}comment")) or None
    names = (_text(author.find(f"{_ATOM}name")) for author in entry.iterfind(f"{_ATOM}author"))
    return Paper(
        id=parts.id,
        version=parts.version or 1,
        title=title,
        authors=tuple(name for name in names if name),
        abstract=abstract,
        categories=_categories(entry),
        submitted_at=parse_time(_text(entry.find(f"{_ATOM}published")), fetched_at),
        revised_at=parse_time(_text(entry.find(f"{_ATOM}updated")), fetched_at),
        comment=comment,
        journal_ref=_text(entry.find(f"{_ARXIV}journal_ref")) or None,
        doi=clean_doi(_text(entry.find(f"{_ARXIV}doi"))),
        withdrawn=is_withdrawn(comment, abstract),
        fetched_at=fetched_at,
    )


def _text(element: etree._Element | None) -> str:
    """All text below the element, white space folded."""
    return fold(_inner_text(element))


def _inner_text(element: etree._Element | None) -> str:
    if element is None:
        return ""
    return "".join(str(part) for part in element.itertext())


def _categories(entry: etree._Element) -> tuple[str, ...]:
    primary = entry.find(f"{_ARXIV}primary_category")
    terms = [primary.get("term", "")] if primary is not None else []
    return pick_categories(terms + [category.get("term", "") for category in entry.iterfind(f"{_ATOM}category")])


def pick_categories(terms: Iterable[str]) -> tuple[str, ...]:
    """The categories of arXiv among the terms, each once, in order: ACM and MSC classes stand beside them."""
    return tuple(dict.fromkeys(term for term in map(str.strip, terms) if _CATEGORY.fullmatch(term)))


def clean_doi(text: str) -> str | None:
    """The first DOI, without a resolver's address, or None."""
    match = re.search(r"10\.[0-9]{4,9}/\S+", text)
    return match[0] if match else None


def parse_time(text: str, latest: datetime) -> datetime | None:
    """An RFC 3339 time as UTC in whole seconds; None where it is none, or cannot be true (a day after `latest`)."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    if not _EARLIEST <= moment <= latest + timedelta(days=1):
        return None
    return moment.replace(microsecond=0)


def is_withdrawn(comment: str | None, abstract: str) -> bool:
    """Whether the authors or arXiv say that the paper is withdrawn.

    The API has no field for it: the comment says so ('This paper has been withdrawn by the author'), and the abstract
    is often replaced by the same sentence. 'Replaces the withdrawn version', or an abstract about withdrawn coins, does
    not count.
    """
    return bool(_WITHDRAWN_COMMENT.search(comment or "")) or bool(_WITHDRAWN_ABSTRACT.match(abstract))
