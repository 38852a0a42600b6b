"""What strangers wrote, made safe to show: text with its links, addresses, languages. Pure; no text makes it raise."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from html.entities import html5
from urllib.parse import urlsplit

from markupsafe import Markup, escape

LINK_REL = "nofollow ugc noopener noreferrer"
SHOWN_URL = 42
"""Characters of an address that are shown; the link has it whole."""
URL_MAX = 2048

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # no HTML page may hold them
    "\u061c\u202a-\u202e\u2066-\u206f"  # they reorder the text around them
    "\xad\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u3164\ufeff\uffa0\ufff0-\ufffb"  # they are not seen
    "\U000e0000-\U000e0fff]"
)
"""Joiners, direction marks and variation selectors stay: scripts and emoji are written with them."""
_ENTITY = re.compile(r"&(?:([a-zA-Z][a-zA-Z0-9]{1,24};)|#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};)")
_URL = re.compile(r"https?://[^\s<>\"\u2028\u2029]{1,2040}", re.IGNORECASE)
_TRAILING = ".,;:!?'\u2019\u201d\u00bb\u2026*_"
_PAIRS = {")": "(", "]": "[", "}": "{"}
_NOT_IN_URL = re.compile(r"[^!$&-;=?-Z_a-z~%#\u00a0-\U0010ffff]|%(?![0-9A-Fa-f]{2})")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufefc\u200f\u202a-\u202e\u2066-\u2069]")
_LANGUAGE = re.compile(r"([A-Za-z]{2})(?:[-_].{1,30})?")

# ISO 639-1, as the IANA language subtag registry has it (https://www.iana.org/assignments/language-subtag-registry,
# read 2026-11-23), without the codes it deprecates.
_LANGUAGES = frozenset(
    {
        "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bi", "bm",
        "bn", "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz",
        "ee", "el", "en", "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl",
        "gn", "gu", "gv", "ha", "he", "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii",
        "ik", "io", "is", "it", "iu", "ja", "jv", "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr",
        "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li", "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi",
        "mk", "ml", "mn", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne", "ng", "nl", "nn", "no", "nr", "nv",
        "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm", "rn", "ro", "ru", "rw",
        "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st", "su", "sv",
        "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk",
        "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "za", "zh", "zu",
    }
)  # fmt: skip


_PARAGRAPH = re.compile(r"\r?\n(?:[ \t]*\r?\n)+|\r?\n[ \t]+(?=\S)")


def clean(text: str) -> str:
    """The text without code points that no page may hold, that reorder the text around them or that are not seen."""
    return _UNWANTED.sub("", text)


def fold(text: str) -> str:
    """The text with every run of white space as one space, none at its ends."""
    return " ".join(text.split())


def fold_paragraphs(text: str) -> str:
    """The text with white space folded, but for its paragraphs, which an empty line parts.

    arXiv begins a new paragraph of an abstract with an indented line; other sources leave a line empty.
    """
    paragraphs = map(fold, _PARAGRAPH.split(text))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def without_entities(text: str) -> str:
    """HTML's character references as characters: some who hand arXiv's titles on have escaped them."""

    def character(match: re.Match[str]) -> str:
        name = match[1]
        if name:
            return html5.get(name, match[0])
        return unescape(match[0])

    return _ENTITY.sub(character, text)


def isolate(name: str) -> Markup:
    """A name that keeps its own direction: right-to-left ones are wrapped, so that they do not turn what follows."""
    name = clean(name)
    if _RIGHT_TO_LEFT.search(name):
        return Markup("<bdi>{}</bdi>").format(name)
    return escape(name)


@lru_cache(maxsize=200_000)
def safe_href(url: str | None) -> str | None:
    """The address as it may stand in a link: http or https with a host, what no address may hold escaped; else None."""
    if not url or len(url) > URL_MAX:
        return None
    url = clean(url).strip()
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or (parts.port or 1) < 1:
            return None
    except ValueError:
        return None
    if _NOT_IN_URL.search(parts.netloc) or parts.netloc.startswith("["):
        return None
    before, hash_mark, fragment = url.partition("#")
    return _escape_url(before) + hash_mark + _escape_url(fragment).replace("#", "%23")


def linkify(text: str) -> Markup:
    """Plain text -> the same, escaped, with its http(s) addresses as links. Newlines stay newlines."""
    text = clean(text)
    pieces: list[Markup] = []
    at = 0
    for match in _URL.finditer(text):
        url = _without_trailing(match[0])
        href = safe_href(url)
        if href is None:
            continue
        pieces += [escape(text[at : match.start()]), _link(href, url)]
        at = match.start() + len(url)
    pieces.append(escape(text[at:]))
    return Markup("").join(pieces)


@lru_cache(maxsize=512)
def language_of(lang: str | None) -> str | None:
    """What the network calls the language -> a `lang` attribute's value, or None where it is none or unknown."""
    match = _LANGUAGE.fullmatch(lang or "")
    if match is None:
        return None
    code = match[1].lower()
    if code not in _LANGUAGES:
        return None
    return code


def shorten(text: str, limit: int) -> tuple[str, bool]:
    """(the text cut at a word to at most `limit` characters, whether anything was cut)."""
    if len(text) <= limit:
        return text, False
    cut = text[: limit - 1]
    blank = max(cut.rfind(" "), cut.rfind("\n"))
    if blank > limit // 2:
        cut = cut[:blank]
    return cut.rstrip(" \n,;:.-") + "…", True


def _link(href: str, url: str) -> Markup:
    link_text = url.partition("://")[2].removeprefix("www.").rstrip("/")
    if not link_text.isascii():
        host, slash, path = link_text.partition("/")
        link_text = _ascii_host(host) + slash + path
    if len(link_text) > SHOWN_URL:
        link_text = link_text[: SHOWN_URL - 1] + "…"
    return Markup('<a href="{}" rel="{}">{}</a>').format(href, LINK_REL, link_text)


def _ascii_host(host: str) -> str:
    """A host's name in the letters that the network knows: others look like those of another host."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return _escape_url(host)


def _without_trailing(url: str) -> str:
    """Without the punctuation of the sentence around it; a closing bracket stays where its opener is in the address."""
    while url:
        last = url[-1]
        opener = _PAIRS.get(last)
        if last in _TRAILING or (opener and url.count(last) > url.count(opener)):
            url = url[:-1]
        else:
            break
    return url


def _escape_url(text: str) -> str:
    return _NOT_IN_URL.sub(_percent_encoded, text)


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
