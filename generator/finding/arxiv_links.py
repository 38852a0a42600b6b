"""Find the papers that an address or a text names. Nothing is resolved: a shortened link names no paper here.

Both finders refuse rather than guess: hosts are matched whole, an address with a user name, a strange port, a
backslash or a control character names nothing, and neither does a link that was cut with an ellipsis. They take
time linear in their input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote

from generator.finding.arxiv_id import ID_PATTERN, FoundId, parse_id
from generator.finding.link_patterns import ARXIV_MIRROR, SHAPES_BY_HOST

MAX_URL_CHARS = 2048
"""Longer addresses name nothing: no link to a paper is near it."""

_CUT = "…"
_LEADING = " (<[{\"'*_~«»‘’‚“”„‹›（［｛「『【《〈"
_TRAILING = " .,;:!?'\")]}>*_~|`«»‘’‚“”„‹›）］｝」』】》〉、。，．！？；："

_URL = re.compile(
    r"(?:(?P<scheme>https?)://)?(?P<host>[a-z0-9.-]+)(?::(?P<port>[0-9]*))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:\#.*)?",
    re.IGNORECASE | re.ASCII,
)
_NEVER_IN_URL = re.compile(r"[\x00-\x20\x7f<>\"\\^`{}|]")
_PORTS = {None, "", "80", "443"}

_CJK = r"\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Scripts written without spaces: a link may follow a letter of them directly."""
_NOT_AFTER_LETTER = rf"(?<![^\W{_CJK}])"
_NOT_INSIDE_URL = r"(?<![/?\#=&%@\\+~.-])"
_ID_ENDS = r"(?![A-Za-z0-9%\uff10-\uff19]|[._-][0-9]|_[A-Za-z])"

_SCAN = re.compile(
    # An address with its scheme, up to what stands in no address, what is not ASCII, or the next one glued to it.
    r"(?<![/?\#=&%@\\+])(?P<url>https?://[^\s/?\#<>\"]*+"
    r"(?:[/?\#](?:[!\#-;=?-GI-\]_a-gi-z~]|h(?!ttps?://))*+)?)(?P<url_cut>…)?"
    # `10.48550/arXiv.ID`, `arXiv:ID`, `arXiv ID`
    rf"|{_NOT_AFTER_LETTER}{_NOT_INSIDE_URL}10\.48550/arxiv\.(?P<doi>{ID_PATTERN}){_ID_ENDS}"
    rf"|{_NOT_AFTER_LETTER}{_NOT_INSIDE_URL}arxiv(?:\s?[:.]\s{{0,2}}|\s)(?:arxiv:)?(?P<mention>{ID_PATTERN}){_ID_ENDS}"
    # An address without scheme
    rf"|{_NOT_AFTER_LETTER}{_NOT_INSIDE_URL}(?<!https:)(?<!http:)"
    r"(?P<bare>[a-z0-9-]++(?:\.[a-z0-9-]++)++\.?(?::[0-9]{1,5})?/[!\#-;=?-\]_a-z~]*+)(?P<bare_cut>…)?",
    re.IGNORECASE,
)
_TEXT_STOPS = re.compile(r"[()\[\],;'*|]")


def _needles() -> tuple[str, ...]:
    """Strings of which a text that names a paper holds at least one."""
    short = {host.removeprefix("www.") for host in SHAPES_BY_HOST} | {"arxiv", "10.48550"}
    return tuple(sorted(n for n in short if not any(n != other and other in n for other in short)))


_NEEDLES = _needles()
_DIGITS_OF_ID = re.compile("[0-9]{4}")


def find_in_url(url: str) -> tuple[FoundId, ...]:
    """The papers that one address names: none or one, in a tuple, like `find_in_text`.

    The address is http or https, or has no scheme. Brackets, quotes and punctuation around it are forgiven.
    """
    url = url.strip(" ").lstrip(_LEADING)
    if len(url) > MAX_URL_CHARS or _CUT in url:
        return ()
    url = url.rstrip(_TRAILING)
    if _NEVER_IN_URL.search(url):
        return ()
    found = _find(url)
    return (found,) if found else ()


def find_in_text(text: str) -> tuple[FoundId, ...]:
    """The papers that a text names: by address with or without scheme, as `arXiv:ID`, or by DOI.

    In order of first appearance. A paper named twice is there once, with the highest version named.
    """
    if not _DIGITS_OF_ID.search(text):  # most posts without a link end here
        return ()
    folded = text.casefold()
    if not any(needle in folded for needle in _NEEDLES):
        return ()
    return merge_found(_scan(text))


def merge_found(found: Iterable[FoundId]) -> tuple[FoundId, ...]:
    """Each paper once, in order of first appearance, with the highest version that was named."""
    versions: dict[str, int | None] = {}
    for paper_id, version in found:
        known = versions.setdefault(paper_id, version)
        if version is not None and (known is None or version > known):
            versions[paper_id] = version
    return tuple(FoundId(paper_id, version) for paper_id, version in versions.items())


def _scan(text: str) -> Iterator[FoundId]:
    for match in _SCAN.finditer(text):
        named = match["mention"] or match["doi"]
        if named:
            found = parse_id(named.lower() if match["doi"] else named)
        elif match["url_cut"] or match["bare_cut"]:
            found = None
        else:
            found = _find_token(match["url"] or match["bare"].lstrip("-"))
        if found:
            yield found


def _find_token(token: str) -> FoundId | None:
    """What an address in running text names; text may be glued to it behind a bracket, a comma or a quote."""
    if len(token) > MAX_URL_CHARS:
        return None
    token = token.rstrip(_TRAILING)
    return _find(token) or _find(_TEXT_STOPS.split(token, maxsplit=1)[0])


def _find(url: str) -> FoundId | None:
    match = _URL.fullmatch(url)
    if match is None or match["port"] not in _PORTS:
        return None
    host = match["host"].lower().removesuffix(".")
    if ARXIV_MIRROR.fullmatch(host):
        host = "arxiv.org"
    shapes = SHAPES_BY_HOST.get(host)
    if not shapes:
        return None
    path = unquote(match["path"] or "").replace("//", "/").rstrip(_TRAILING)
    query = dict(parse_qsl(match["query"] or ""))
    for shape in shapes:
        found = shape.read(query.get(shape.key, "") if shape.key else path)
        if found:
            return found
    return None
