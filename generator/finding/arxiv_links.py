"""Find the papers that an address or a text names. Nothing is resolved: a shortened link names no paper here.

Both finders refuse rather than guess: hosts are matched whole, an address with a user name, a strange port, a
backslash or a control character names nothing, and neither does a link that was cut with an ellipsis. They take
time linear in their input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote

from generator.finding import wrappers
from generator.finding.arxiv_id import ID_PATTERN, FoundId, parse_as_written
from generator.finding.link_patterns import SHAPES_BY_HOST
from generator.finding.text_forms import FORMS_PATTERN, WORD_STARTS, normalise, read_match

MAX_URL_CHARS = 2048
"""Longer addresses name nothing: no link to a paper is near it."""

_CUT = "…"
_BLANKS = " \u00a0\u3000\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_LEADING = _BLANKS + "(<[{\"'*_~«»‘’‚“”„‹›（［｛「『【《〈@"
_TRAILING = _BLANKS + "-.,;:!?'\")]}>*_~|`\\«»‘’‚“”„‹›）］｝」』】》〉、。，．！？；："

_URL = re.compile(
    # A scheme may be there twice: `https://https://`.
    r"(?:https?:?//(?:https?:?//)*)?(?P<host>[a-z0-9.-]+)(?::(?P<port>[0-9]*))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:\#(?P<fragment>.*))?",
    re.IGNORECASE | re.ASCII,
)
_NEVER_IN_URL = re.compile(r"[\x00-\x20\x7f<>\"\\^`{}|]")
_PORTS = {None, "", "80", "443"}

_SCAN = re.compile(
    # An address with its scheme, up to what stands in no address, what is not ASCII, or the next one glued to it.
    r"(?<![/?\#=&%\\+])(?P<url>https?:?//(?:https?:?//)*+[^\s/?\#<>\"]*+"
    r"(?:[/?\#](?:[!\#-;=?-GI-\]_a-gi-z~]|h(?!ttps?://)|(?<=[=/?*_])h|(?<=cache:)h|(?<=:[\w-]{12}:)h)*+)?)(?P<url_cut>…)?"
    rf"|{FORMS_PATTERN}"
    # An address without scheme
    rf"|{WORD_STARTS}(?<!https:)(?<!http:)"
    r"(?P<bare>[a-z0-9-]++(?:\.[a-z0-9-]++)++\.?(?::[0-9]{1,5})?/[!\#-;=?-\]_a-z~]*+)(?P<bare_cut>…)?",
    re.IGNORECASE,
)
_TEXT_STOPS = re.compile(r"[()\[\],;'*|\\]")
_DIGITS_OF_ID = re.compile(r"[0-9]{4}(?:\.(?:\r?\n)?|-|%2e)?[0-9]{3}|aHR0c|eyJ", re.IGNORECASE)
"""What every text that names a paper has: the digits of an id, or an address or JSON in Base64."""
_LOOKS_LIKE_ID = re.compile(rf"(?<![0-9a-z.]){ID_PATTERN}(?![0-9])", re.IGNORECASE)


def find_in_url(url: str) -> tuple[FoundId, ...]:
    """The papers that one address names: nearly always none or one.

    The address is http or https, or has no scheme. Brackets, quotes and punctuation around it are forgiven. What an
    address states as its target counts (`google.com/url?q=`), by the same rules.
    """
    if not _DIGITS_OF_ID.search(url):
        return ()
    return _find_address(url, wrappers.MOST_LAYERS)


def find_in_text(text: str) -> tuple[FoundId, ...]:
    """The papers that a text names: by address with or without scheme, or in one of the `text_forms`.

    In order of first appearance. A paper named twice is there once, with the highest version named.
    """
    if not text.isascii() or "\\/" in text:
        text = normalise(text)
    text = wrappers.as_web_address(text)
    # Most posts without a link end here.
    if not _DIGITS_OF_ID.search(text):
        return ()
    return merge_found(_scan(normalise(text)))


def unread_host(url: str) -> str | None:
    """The host of an address that looks as if it named a paper and names none that is read here."""
    match = _URL.fullmatch(url.strip())
    if match is None or not match["path"] or "." not in match["host"]:
        return None
    behind_host = unquote(url.strip()[match.start("path") :])
    for candidate in _LOOKS_LIKE_ID.findall(behind_host):
        if parse_as_written(candidate):
            if find_in_url(url):
                return None
            return wrappers.canonical_host(match["host"])
    return None


def merge_found(ids: Iterable[FoundId]) -> tuple[FoundId, ...]:
    """Each paper once, in order of first appearance, with the highest version that was named."""
    versions: dict[str, int | None] = {}
    for paper_id, version in ids:
        highest = versions.setdefault(paper_id, version)
        if version is not None and (highest is None or version > highest):
            versions[paper_id] = version
    return tuple(FoundId(paper_id, version) for paper_id, version in versions.items())


def _scan(text: str) -> Iterator[FoundId]:
    for match in _SCAN.finditer(text):
        if match["url_cut"] or match["bare_cut"]:
            continue
        address = match["url"] or match["bare"]
        if address:
            yield from _find_token(address.lstrip("-"))
        else:
            yield from read_match(match)


def _find_token(token: str) -> tuple[FoundId, ...]:
    """What an address in running text names; text may be glued to it behind a bracket, a comma or a quote."""
    if len(token) > MAX_URL_CHARS:
        return ()
    return _find_address(token, wrappers.MOST_LAYERS) or _find_address(
        _TEXT_STOPS.split(token, maxsplit=1)[0], wrappers.MOST_LAYERS
    )


def _find_address(url: str, layers: int) -> tuple[FoundId, ...]:
    """What one address names, of itself or `layers` deep in what it wraps."""
    url = url.lstrip(_LEADING)
    if len(url) > MAX_URL_CHARS or _CUT in url:
        return ()
    url = wrappers.as_web_address(url.rstrip(_TRAILING))
    match = _URL.fullmatch(url)
    if match is None or _NEVER_IN_URL.search(url) or not _is_usual_port(match):
        return ()
    host = wrappers.canonical_host(match["host"])
    path, query = match["path"] or "", match["query"] or ""
    if path in {"", "/"} and not query and match["fragment"]:
        # Services in one page keep their path in the fragment.
        path = "/" + match["fragment"].lstrip("!/")
    papers = _read_shapes(host, path, query)
    if papers or not layers:
        return papers
    origin = wrappers.host_behind_proxy(host)
    if origin is not None:
        papers = _read_shapes(wrappers.canonical_host(origin), path, query)
        if papers:
            return papers
    for target in wrappers.targets(host, path, query):
        papers = _find_address(target, layers - 1)
        if papers:
            return papers
    return ()


def _is_usual_port(match: re.Match[str]) -> bool:
    return match["port"] in _PORTS or wrappers.is_proxy(match["host"])


def _read_shapes(host: str, path: str, query: str) -> tuple[FoundId, ...]:
    shapes = SHAPES_BY_HOST.get(host)
    if not shapes:
        return ()
    path = _clean_path(path)
    values = {key.lower(): value for key, value in parse_qsl(query)} or {"": unquote(query)}
    for shape in shapes:
        papers = tuple(shape.read(path, values))
        if papers:
            return merge_found(papers)
    return ()


_QUERY_IN_PATH = re.compile(r"[?#&<]|:~:")
_PARENT_FOLDER = re.compile(r"/\.\.?(?:/|\Z)")


def _clean_path(path: str) -> str:
    """The decoded path, without the query or fragment that somebody encoded or appended into it."""
    path = unquote(path)
    if _PARENT_FOLDER.search(path):
        return ""
    path = _QUERY_IN_PATH.split(path, maxsplit=1)[0].replace("//", "/")
    return "/".join(segment.strip(_BLANKS + "\r\n\t") for segment in path.split("/")).rstrip(_TRAILING)
