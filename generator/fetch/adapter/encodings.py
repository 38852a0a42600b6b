"""Bytes of a feed -> its text, in the encoding that it has, whatever it declares. Pure.

Labels mean what browsers take them for (WHATWG Encoding): `gb2312` is gb18030, `shift_jis` is Windows-31J, `euc-kr` is
Windows-949, `iso-8859-1` is windows-1252. A label that the bytes contradict is passed over.
"""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator

import webencodings

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FIRST_BYTES = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_SUPERSETS = {"gbk": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "big5": "big5hkscs", "windows-1252": "cp1252"}
_OTHER_LABELS = {
    "cp932": "cp932", "ms932": "cp932", "cp936": "gb18030", "ms936": "gb18030", "cp949": "cp949", "ms949": "cp949",
    "uhc": "cp949", "iso-2022-kr": "iso2022_kr", "hz-gb-2312": "hz", "cp950": "cp950", "cp1250": "cp1250",
    "cp1251": "cp1251", "windows1251": "cp1251", "win-1251": "cp1251", "win1251": "cp1251", "cp51932": "euc_jp",
    "cswindows31j": "cp932", "ms-cp932": "cp932", "latin-1": "cp1252", "utf_8": "utf-8",
}  # fmt: skip
"""Labels that feeds have and the standard does not know."""
_BY_LANGUAGE = {
    "zh-tw": ("big5hkscs",), "zh-hk": ("big5hkscs",),
    "zh": ("gb18030", "big5hkscs"), "ja": ("cp932", "euc_jp"), "ko": ("cp949",), "ru": ("cp1251", "koi8-r"),
    "uk": ("cp1251",), "bg": ("cp1251",), "el": ("iso8859-7",), "tr": ("cp1254",), "he": ("cp1255",),
    "ar": ("cp1256",), "th": ("cp874",), "pl": ("iso8859-2",), "cs": ("cp1250",), "hu": ("iso8859-2",),
}  # fmt: skip
"""What browsers fall back to, by the language of the text."""
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE | re.ASCII)
_LANGUAGE = re.compile(rb"(?:<language>\s*|xml:lang=[\"'])([a-z]{2}(?:-(?:tw|hk)\b)?)", re.IGNORECASE)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_SURELY_UTF8 = 12
"""So many bytes beyond ASCII that are valid UTF-8 by chance are rarer than a wrong label, even in Chinese."""
_BAD_SHARE = 0.1
# Of gzip, and of zlib, which some servers call deflate
_MAGIC = (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda")


def unpacked(body: bytes, limit: int) -> bytes:
    """The body without the gzip or zlib that no header names, at most `limit` + 1 bytes; where damaged, as it is."""
    for _ in range(2):
        if not body.startswith(_MAGIC):
            break
        try:
            body = zlib.decompressobj(wbits=47).decompress(body, limit + 1)
        except zlib.error:
            break
    return body


def decode_text(body: bytes, content_type: str) -> str:
    """The text, without its byte order mark.

    Args:
        body: the bytes of an XML document.
        content_type: the header, for its charset.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    declared = list(_declared(body, content_type))
    if _is_utf8(body, declared):
        declared.insert(0, "utf-8")
    candidates = [*declared, "utf-8"]
    for name in candidates:
        text = _strictly(body, name)
        if text is not None:
            return text
    for name in candidates:
        text = body.decode(name, "replace")
        beyond_ascii = sum(letter > "\x7f" for letter in text)
        if text.count("\ufffd") <= _BAD_SHARE * beyond_ascii:
            return text
    for name in _guesses(body):
        text = _strictly(body, name)
        if text is not None:
            return text
    return body.decode("utf-8", "replace")


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    """Codecs that the document or its header names and that its first bytes allow."""
    for first, name in _FIRST_BYTES:
        if body.startswith(first):
            yield name
            return
    labels = []
    charset = _CHARSET.search(content_type)
    if charset:
        labels.append(charset[1])
    declaration = _DECLARED.search(body[:1000])
    if declaration:
        labels.append(declaration[1].decode("ascii"))
    for label in labels:
        name = _codec(label)
        # UTF-16 has a NUL in its first letter, or another letter than < there
        if name and not (name.startswith("utf-16") and b"\0" not in body[:4]):
            yield name
        if name == "euc_jp":
            # Browsers also read the signs that NEC added, such as ①.
            yield "euc_jis_2004"


def _codec(label: str) -> str:
    """Python's codec for a label; empty where there is none."""
    label = label.lower()
    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name in {"replacement", "x-user-defined"}:
        label = label.removeprefix("x-").replace("cp-", "cp")
        return _codec(label) if webencodings.lookup(label) else _OTHER_LABELS.get(label, "")
    return _SUPERSETS.get(encoding.name, encoding.codec_info.name)


def _is_utf8(body: bytes, declared: list[str]) -> bool:
    """Whether the text is UTF-8 although it is declared as something else."""
    if not declared or declared[0].startswith("utf"):
        return False
    beyond_ascii = len(_BEYOND_ASCII.findall(body))
    is_single_byte = declared[0].startswith(("cp125", "iso8859", "koi8", "mac", "cp874"))
    enough = 2 if is_single_byte else _SURELY_UTF8
    return beyond_ascii >= enough and _strictly(body, "utf-8") is not None


def _strictly(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeError:
        return None


def _guesses(body: bytes) -> tuple[str, ...]:
    language = _LANGUAGE.search(body[:4000])
    by_language = _BY_LANGUAGE.get(language[1].decode("ascii").lower(), ()) if language else ()
    return (*by_language, "cp1252")
