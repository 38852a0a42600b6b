"""Bytes of a feed that others publish (RSS, Atom, RDF) -> its articles. Pure.

feedparser knows the dialects; what it must not be trusted with is done before it sees a byte:

- It fetches what looks like an address and opens what looks like a path: it gets a stream, never a text.
- A document type with declarations is refused: they can hold files and gigabytes. One without is dropped.
- Its second parser, for what is not well-formed, is quadratic in hostile input: libxml2 repairs that first.
- It fails on references to halves of surrogate pairs and to control characters: they are taken out.
- It sanitises, slowly and not wholly: that is switched off, and nothing but words and web addresses is taken.
"""

from __future__ import annotations

import io
import re
import sys
from calendar import timegm
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.entities import html5
from typing import Any

from lxml import etree

from generator.fetch.adapter import json_fields as wire
from generator.fetch.adapter.encodings import decode_text, unpacked

ARTICLES_MAX = 1_000
"""Articles read from one feed in one run: the first ones, which are the newest in nearly every feed."""
BYTES_MAX = 5_000_000
"""The largest feeds hold every article of a blog in full."""
ELEMENTS_MAX = 100_000
"""feedparser takes a second for ten thousand."""
ATTRIBUTES_MAX = 200
"""Attributes of one element; feedparser's time grows with their square."""

EARLIEST = 1990
"""Feeds hold articles that are older than feeds; a date before this is a default value."""
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]{0,300}\?>")
_PROLOG = re.compile(r"\s+|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->")
_BEGIN = re.compile(
    r"<\?xml\b|<(?:[a-z][\w-]{0,20}:)?(?:rss|feed|rdf|channel)\b|<!doctype\s+(?!html)", re.IGNORECASE | re.ASCII
)
_PLAIN_TYPE = re.compile(
    r"""<!doctype\s+[\w:.-]{1,80}(?:\s+(?:public|system)?\s*(?:"[^"\[\]<>]{0,300}"|'[^'\[\]<>]{0,300}')){0,2}"""
    # A subset without a declaration
    r"""\s*(?:\[\s*(?:<!--[^<>\[\]]{0,300}-->\s*)?\]\s*)?>""",
    re.IGNORECASE,
)
"""A document type that declares nothing itself; what it names is never read."""
_LINK = re.compile(r"<link\b[^>]{1,1000}>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s>]{1,1000})""", re.IGNORECASE)
_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)", re.IGNORECASE)
_DOCUMENT_TYPE = re.compile(r"<!\s*(?:doctype|entity|element|attlist|notation|\[)", re.IGNORECASE)
_PAGE = re.compile(r"<(?:html|head|body|meta)\b", re.IGNORECASE)
_PAGE_TYPE = re.compile(r"<!doctype\s+html", re.IGNORECASE)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x0*([0-9a-f]{1,8})|0*([0-9]{1,9}));", re.IGNORECASE)
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_LONE_AND = re.compile(r"&(?!(?:#[0-9]{1,9}|#x[0-9A-Fa-f]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});)")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_END = re.compile(r"</(?:[\w-]{1,40}:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_TIMES = ("published_parsed", "updated_parsed", "created_parsed")
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


class FeedError(ValueError):
    """The bytes are no feed that is read; the message says why.

    Attributes:
        is_page: they are a page of HTML: what stands in for a feed that is down, or the wrong address.
    """

    def __init__(self, reason: str, *, is_page: bool = False) -> None:
        super().__init__(reason)
        self.is_page = is_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One entry of a feed, as it states it: nothing here was made safe."""

    id: str
    """Its guid, else its address; empty where it has neither."""
    title: str
    title_is_html: bool = False
    address: str = ""
    """Where it is to be read; may be relative, like every address here."""
    links: tuple[str, ...] = ()
    """Other addresses that it states beside its text; enclosures are not among them."""
    texts: tuple[tuple[str, bool], ...] = ()
    """Its summary and content, shortest first, each with whether it is HTML."""
    at: datetime | None = None
    """When it was published, else when it was changed."""
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What one feed says."""

    title: str
    address: str
    """Address of the site that it belongs to; may be empty."""
    lang: str | None
    articles: tuple[Article, ...]
    left_out: int = 0
    """Articles beyond ARTICLES_MAX."""
    damage: str = ""
    """Why the document is not well-formed; empty where it is."""
    is_cut: bool = False
    """It ends too early: the server may have more of it."""


def read_xml(body: bytes, content_type: str = "") -> Feed:
    """Read a feed in XML.

    Args:
        body: the answer's bytes.
        content_type: the header, for its charset.

    Raises:
        FeedError: it is no feed, or one with a document type.
    """
    body = unpacked(body, BYTES_MAX)
    if len(body) > BYTES_MAX:
        raise FeedError(f"it has {len(body):,} bytes; {BYTES_MAX:,} are the limit: ask its publisher for a shorter one")
    text = decode_text(body, content_type)
    if not text.strip():
        raise FeedError("the answer is empty")
    document, damage = _well_formed(_document(text))
    parsed = _parsed(document)
    if not parsed.get("version"):
        raise FeedError(
            f"it is no feed; it begins with {text.strip()[:60]!a}", is_page="<html" in text[:10_000].lower()
        )
    entries = parsed["entries"]
    is_cut = bool(damage) and not _END.search(text[-2_000:])
    if is_cut:
        # The last one may be cut, and with it the id of a paper.
        entries = entries[:-1]
    about = parsed["feed"]
    return Feed(
        title=wire.text(about.get("title")),
        address=wire.text(about.get("link")),
        lang=wire.text(about.get("language")) or None,
        articles=told_apart([_article(entry) for entry in entries[:ARTICLES_MAX]]),
        left_out=max(0, len(entries) - ARTICLES_MAX),
        damage=damage,
        is_cut=is_cut,
    )


def told_apart(articles: Sequence[Article]) -> tuple[Article, ...]:
    """The articles with other ids where several share one: their addresses, or addresses and titles."""
    twins_by_id: dict[str, list[Article]] = {}
    for article in articles:
        twins_by_id.setdefault(article.id, []).append(article)
    apart = []
    for article in articles:
        twins = twins_by_id[article.id]
        addresses = {twin.address for twin in twins}
        contents = {(twin.address, twin.title) for twin in twins}
        own_id = article.id
        if own_id and len(contents) > 1:
            own_id = article.address
            if len(addresses) < len(twins):
                own_id += f"\n{article.title}"
        apart.append(replace(article, id=own_id))
    return tuple(apart)


def _document(text: str) -> str:
    """The text from its first element on: without declaration, document type, and what stands before it all.

    A document type stands before the first element, among comments and instructions.
    """
    begin = _BEGIN.search(text)
    before = text[: begin.start()] if begin else text
    if _PAGE.search(before) or (begin is None and _PAGE_TYPE.search(before)):
        raise FeedError(f"it is a page of HTML{_feed_of_page(text)}", is_page=True)
    if begin is None:
        raise FeedError(f"it is no feed; it begins with {text.strip()[:60]!a}: give the address of a feed")
    document = _DECLARATION.sub("", text[begin.start() :])
    at = 0
    while (match := _PROLOG.match(document, at)) is not None:
        at = match.end()
    without = _PLAIN_TYPE.sub("", document[at:]).lstrip()
    if _PAGE.match(without):
        raise FeedError(f"it is a page of HTML{_feed_of_page(text)}", is_page=True)
    if _DOCUMENT_TYPE.match(without):
        raise FeedError(
            "it has a document type with declarations of its own (<!DOCTYPE ... [...]>), which is refused because it "
            "can name files and grow without end: ask its publisher for a feed without them"
        )
    return without


def _feed_of_page(text: str) -> str:
    """Where a page says that its feed is."""
    for link in _LINK.findall(text[:100_000]):
        href = _HREF.search(link)
        if href and _FEED_TYPE.search(link):
            return f"; it names its feed: {href[1][:200]!a}"
    return ""


def _well_formed(text: str) -> tuple[bytes, str]:
    """The document in UTF-8 without its declaration, and what had to be repaired in it (empty: nothing)."""
    legal = _ILLEGAL.sub("\ufffd", text.lstrip())
    legal = _REFERENCE.sub(_legal, legal)
    legal = _NAMED.sub(_spelled_out, legal)
    root, damage = _tree(legal, recover=False)
    if root is None:
        root, _ = _tree("".join(_escaped(legal)), recover=True)
    if root is None:
        raise FeedError(f"it is no feed; it begins with {text.strip()[:60]!a}")
    for number, element in enumerate(root.iter(etree.Element)):
        if number >= ELEMENTS_MAX:
            raise FeedError(f"it has more than {ELEMENTS_MAX:,} elements")
        if len(element.attrib) > ATTRIBUTES_MAX:
            raise FeedError(f"an element has more than {ATTRIBUTES_MAX} attributes")
    if damage:
        return etree.tostring(root, encoding="utf-8"), damage
    return legal.encode("utf-8"), ""


def _tree(text: str, *, recover: bool) -> tuple[etree._Element | None, str]:
    """The document's root, or None and why there is none."""
    parser = etree.XMLParser(
        recover=recover, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser), ""
    except etree.XMLSyntaxError as error:
        return None, str(error.msg or "it is not well-formed")[:200]


def _escaped(text: str) -> Iterator[str]:
    """The text with every lone & escaped, but in CDATA sections, where it stands for itself."""
    place = 0
    while True:
        start = text.find("<![CDATA[", place)
        end = text.find("]]>", start) if start >= 0 else -1
        if end < 0:
            yield _LONE_AND.sub("&amp;", text[place:])
            return
        yield _LONE_AND.sub("&amp;", text[place:start])
        yield text[start : end + 3]
        place = end + 3


def _legal(match: re.Match[str]) -> str:
    """A reference to a character, or what stands in for one that XML does not allow."""
    number = int(match[1], 16) if match[1] else int(match[2])
    if number > sys.maxunicode or _ILLEGAL.match(chr(number)):
        return "\ufffd"
    return match[0]


def _spelled_out(match: re.Match[str]) -> str:
    """A name of HTML as the character that it stands for: XML knows five names alone."""
    name = match[1]
    if name in _XML_NAMES:
        return match[0]
    char = html5.get(f"{name};")
    if char is None or char in "<>&":
        return f"&amp;{name};"
    return char


def _parsed(document: bytes) -> Mapping[str, Any]:
    import feedparser  # noqa: PLC0415 (slow to import, and most runs read no feed)

    # without a base: ids stay what the feed says wherever it is moved to, and relative links are resolved by us
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed: Mapping[str, Any] = feedparser.parse(
            io.BytesIO(document), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # noqa: BLE001 (hostile input makes it raise what it likes)
        raise FeedError(f"it cannot be read ({type(error).__name__})") from None
    return parsed


def _article(entry: Mapping[str, Any]) -> Article:
    title, title_is_html = _detail(entry.get("title_detail"), entry.get("title"))
    own_id = wire.text(entry.get("id"))
    # RSS takes a guid for an address unless it says otherwise, and many that do not say are none.
    no_address = "" if _WEB.match(own_id) else own_id
    address = wire.text(entry.get("link"))
    times = [_time(entry[name]) for name in _TIMES if name in entry]
    return Article(
        id=own_id or address,
        title=title,
        title_is_html=title_is_html,
        address="" if address == no_address else address,
        links=tuple(link for link in _links(entry) if link not in {"", no_address}),
        texts=tuple(sorted(_texts(entry), key=lambda text: len(text[0]))),
        at=next(filter(None, times), None),
        lang=wire.text(entry.get("language")) or None,
    )


def _texts(entry: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for detail in (entry.get("summary_detail"), *wire.objects(entry.get("content"))):
        text, is_html = _detail(detail, "")
        if text:
            yield text, is_html


def _links(entry: Mapping[str, Any]) -> Iterator[str]:
    for link in wire.objects(entry.get("links")):
        if link.get("rel") in {None, "alternate", "related", "via", "canonical"}:
            yield wire.text(link.get("href"))


def _detail(detail: Any, otherwise: Any) -> tuple[str, bool]:
    """A text, and whether it is HTML."""
    if not isinstance(detail, Mapping):
        return wire.text(otherwise), False
    return wire.text(detail.get("value")), detail.get("type") in _HTML_TYPES


def _time(value: Any) -> datetime | None:
    """Nine numbers of feedparser's, in UTC."""
    try:
        moment = datetime.fromtimestamp(timegm(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError, IndexError):
        return None
    return moment if moment.year >= EARLIEST else None
