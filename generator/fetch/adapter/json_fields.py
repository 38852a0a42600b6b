"""Values that a network sent, made safe: text, counts, times, addresses. Pure; shared by all adapters.

What comes off the wire is hostile until it passed here: control characters and lone surrogates would break feeds and
terminals, huge numbers the store, `javascript:` links the reader. Nothing here decides what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from generator.model.errors import FetchError, FormatError, RecordError
from generator.model.records import Counts
from generator.net.http.body import PAGE_INSTEAD, BodyError, decode_json, is_page

TEXT_MAX = 25_000
"""Characters. The longest post of the networks we read: 25,000 on X, 300 graphemes on Bluesky."""
NAME_MAX = 200
HANDLE_MAX = 253
URL_MAX = 4_096
LINKS_MAX = 100
COUNT_MAX = 1_000_000_000_000
FIRST_YEAR = 2006
"""No network here is older; an earlier date is a default value or a mistake."""
SHOWN_MAX = 200
"""Characters of a foreign message that we repeat in ours."""

# What XML 1.0 cannot hold, C0 and C1 controls, and the marks that reorder the text around them (embeddings, overrides,
# isolates). The joiners that emoji and scripts need (U+200C-U+200F) stay.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,20})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_NO_LANG = frozenset({"und", "zxx", "art", "qam", "qct", "qht", "qme", "qst"})
"""'Undetermined', 'no words', and X's own codes for posts of only tags, links or media."""


def decode_object(body: bytes, url: str) -> dict[str, Any]:
    """Bytes of an answer -> the JSON object in it.

    Broken UTF-8 and lone surrogates cost a character, not the page.

    Raises:
        FetchError: it is a page of HTML.
        FormatError: it is no JSON, no object, or nested so deeply that it is an attack.
    """
    answer = _decoded(body, url)
    if not isinstance(answer, dict):
        raise FormatError("format changed: the answer is JSON but not an object", url=url)
    return answer


def decode_list(body: bytes, url: str) -> list[Any]:
    """Bytes of an answer -> the JSON array in it. Raises FormatError as `decode_object`."""
    answer = _decoded(body, url)
    if not isinstance(answer, list):
        raise FormatError("format changed: the answer is JSON but not a list", url=url)
    return answer


def _decoded(body: bytes, url: str) -> Any:
    if is_page(body):
        raise FetchError(PAGE_INSTEAD, url=url)
    try:
        return decode_json(body.decode("utf-8", "replace").encode("utf-8"))
    except BodyError as error:
        raise FormatError(f"format changed: {error}", url=url) from None


def clean(text: str, limit: int = TEXT_MAX) -> str:
    """Text without characters that break what it is put into, at most `limit` characters."""
    cut = _SURROGATES.sub("\ufffd", text[:limit])
    cut = _UNWANTED.sub("", _LINE_ENDS.sub("\n", cut))
    return cut if len(text) <= limit else cut[: limit - 1] + "…"


def clean_line(text: Any, limit: int = NAME_MAX) -> str | None:
    """A name on one line, or None where there is none."""
    if not isinstance(text, str):
        return None
    return " ".join(clean(text, limit).split()) or None


def shown(value: Any) -> str:
    """Something foreign as it may stand in our message: short, on one line; of objects and lists only that they are."""
    if isinstance(value, str):
        return clean_line(value, SHOWN_MAX) or ""
    return str(value)[:SHOWN_MAX] if value is None or isinstance(value, int | float) else type(value).__name__


def mapping(value: Any, where: str) -> Mapping[str, Any]:
    """A JSON object; null and absent are empty. Raises RecordError for anything else."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RecordError(where, f"is no object but {shown(value)!r}")
    return value


def rows(value: Any, where: str) -> list[Any]:
    """A JSON array; null and absent are empty. Raises RecordError for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordError(where, f"is no list but {shown(value)!r}")
    return value


def count(value: Any) -> int:
    """A count between 0 and COUNT_MAX; whatever is no whole number counts nothing."""
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), COUNT_MAX)


def counts(of: Mapping[str, Any], names: Mapping[str, Iterable[str]]) -> Counts | None:
    """Our four counts from the network's own names for each (the first that is there), or None where none is."""
    numbers = {ours: next((of[name] for name in theirs if name in of), None) for ours, theirs in names.items()}
    if all(value is None for value in numbers.values()):
        return None
    return Counts(**{ours: count(value) for ours, value in numbers.items()})


def time(value: Any, first_year: int = FIRST_YEAR) -> datetime | None:
    """RFC 3339 -> UTC in whole seconds; None where it is no time or before any network existed.

    A time without a zone is taken as UTC (some Bluesky clients write that).
    """
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return None
    try:
        parsed = datetime.fromisoformat(value.upper())
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return parsed.replace(microsecond=0) if parsed.year >= first_year else None


def web_url(value: Any) -> str | None:
    """An http or https address with a host and without spaces, or None. It is not changed: only refused."""
    if not isinstance(value, str) or not 0 < len(value) <= URL_MAX:
        return None
    url = value.strip()
    if clean(url, URL_MAX) != url or any(letter.isspace() for letter in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.netloc else None


def links(candidates: Iterable[Any]) -> tuple[str, ...]:
    """Usable addresses among `found`, each once, sorted; at most LINKS_MAX of them."""
    urls = {url: None for value in candidates if (url := web_url(value))}
    return tuple(sorted(list(urls)[:LINKS_MAX]))


def language(value: Any) -> str | None:
    """A BCP 47 tag, or None."""
    if not isinstance(value, str) or not _LANG.fullmatch(value) or value.lower() in _NO_LANG:
        return None
    return value
