"""Values that a network sent, made safe: text, counts, times, addresses. Pure; shared by all adapters.

What comes off the wire is hostile until it passed here: control characters and lone surrogates would break feeds and
terminals, huge numbers the store, `javascript:` links the reader. Nothing here decides what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

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
_Stored = TypeVar("_Stored")
_FIRST_SECOND = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
_LAST_SECOND = 253_402_300_799
"""9999-12-31: the last second that `datetime` can hold."""
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


def clean(words: str, limit: int = TEXT_MAX) -> str:
    """Text without characters that break what it is put into, at most `limit` characters."""
    safe = _SURROGATES.sub("\ufffd", words[:limit])
    safe = _LINE_ENDS.sub("\n", safe)
    safe = _UNWANTED.sub("", safe)
    if len(words) > limit:
        return safe[: limit - 1] + "…"
    return safe


def clean_line(words: Any, limit: int = NAME_MAX) -> str | None:
    """A name on one line, or None where there is none."""
    if not isinstance(words, str):
        return None
    return " ".join(clean(words, limit).split()) or None


def shown(value: Any) -> str:
    """Something foreign as it may stand in our message: short, on one line; of objects and lists only that they are."""
    if isinstance(value, str):
        return clean_line(value, SHOWN_MAX) or ""
    if value is None or isinstance(value, int | float):
        return str(value)[:SHOWN_MAX]
    return type(value).__name__


def load(stored: Any, kind: type[_Stored]) -> _Stored | None:
    """A cursor of an earlier run; None if there is none, or if it is not understood: it is as if it had never been."""
    try:
        return msgspec.convert(stored, kind, strict=False)
    except msgspec.ValidationError:
        return None


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


def part(value: Any, name: str) -> Mapping[str, Any]:
    """The JSON object under a name; empty if there is none."""
    inner = value.get(name) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, dict) else {}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The JSON objects in an array, without anything else in it; empty for what is no array."""
    if not isinstance(value, list):
        return []
    return [row for row in value if isinstance(row, dict)]


def text(value: Any) -> str:
    """A text without spaces around it; empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


def matching(value: Any, pattern: re.Pattern[str]) -> str | None:
    """A text that the whole pattern matches, or None."""
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    return None


def required(row: Mapping[str, Any], name: str, pattern: re.Pattern[str], where: str, *, kind: str = "id") -> str:
    """A field that the whole pattern matches. Raises RecordError that says it is no `kind`."""
    value = matching(row.get(name), pattern)
    if value is None:
        raise RecordError(f"{where}.{name}", f"is no {kind}: {shown(row.get(name))!r}")
    return value


def whole_number(value: Any) -> int | None:
    """An integer, or None. JSON's true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value


def count(value: Any) -> int:
    """A count between 0 and COUNT_MAX; whatever is no whole number counts nothing."""
    return min(max(whole_number(value) or 0, 0), COUNT_MAX)


def counts(row: Mapping[str, Any], names: Mapping[str, Iterable[str]]) -> Counts | None:
    """Our four counts, or None if the row has none of them.

    Args:
        row: what the network sent.
        names: our name of a count -> the network's names for it; the first that is there counts.
    """
    numbers: dict[str, int] = {}
    for ours, theirs in names.items():
        for name in theirs:
            if name in row:
                if row[name] is not None:
                    numbers[ours] = count(row[name])
                break
    return Counts(**numbers) if numbers else None


def time(value: Any, first_year: int = FIRST_YEAR) -> datetime | None:
    """RFC 3339 -> UTC in whole seconds; None if it is no time or before any network existed.

    A time without a zone is taken as UTC (some Bluesky clients write that).
    """
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value.upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    if moment.year < first_year:
        return None
    return moment.replace(microsecond=0)


def unix_time(value: Any) -> datetime | None:
    """Seconds since 1970 -> UTC; None if they are no whole number or before any network existed."""
    seconds = whole_number(value)
    if seconds is None or not _FIRST_SECOND <= seconds <= _LAST_SECOND:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def stated_time(row: Mapping[str, Any], name: str, where: str) -> datetime | None:
    """The time in a field; None without one. Raises RecordError for what is no time."""
    value = row.get(name)
    moment = time(value)
    if moment is None and value:
        raise RecordError(f"{where}.{name}", f"is no time: {shown(value)!r}")
    return moment


def stamp(moment: datetime) -> str:
    """UTC in whole seconds, as cursors hold it; `time` reads it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


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
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return None
    return url


def links(candidates: Iterable[Any]) -> tuple[str, ...]:
    """The usable addresses among the candidates, each once, sorted; at most LINKS_MAX of them."""
    urls: dict[str, None] = {}
    for candidate in candidates:
        url = web_url(candidate)
        if url is not None:
            urls[url] = None
    return tuple(sorted(list(urls)[:LINKS_MAX]))


def language(value: Any) -> str | None:
    """A BCP 47 tag, or None."""
    tag = matching(value, _LANG)
    if tag is None or tag.lower() in _NO_LANG:
        return None
    return tag
