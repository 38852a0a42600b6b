"""Bytes of an answer -> what they say: decompressed within a limit, and decoded as JSON. Pure."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

_STEP = 65_536
_SHOWN_BYTES = 80
PAGE_INSTEAD = (
    "it answers with a page of HTML for people, such as of maintenance or a login, instead of what was asked for; the "
    "next run asks again"
)
_PAGE = re.compile(
    rb"\s*+(?:<\?xml[^>]{0,200}>\s*+|<!--.{0,2000}?-->\s*+)*+<(?:!doctype\s+html|html|head|body|script|title|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class BodyError(ValueError):
    """The body cannot be used; the message says why.

    Attributes:
        again: asking once more may help (it was damaged on the way).
    """

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


def read_body(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """Join the chunks of a body, decompressed, and stop as soon as there are more than `limit` bytes of it.

    Args:
        chunks: the body as it came.
        encoding: the Content-Encoding header; we ask for gzip and deflate only.
        limit: in bytes, after decompression.

    Raises:
        BodyError: an unknown encoding, damaged compression, or too much of it.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        pieces: Iterable[bytes] = chunks
    elif name in {"gzip", "x-gzip", "deflate"}:
        pieces = _decompressed(chunks, name.removeprefix("x-"))
    else:
        raise BodyError("the answer is compressed in a way that we did not ask for")
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > limit:
            raise BodyError(f"the answer is larger than {limit / 1_048_576:.3g} MiB")
    return bytes(whole)


def _decompressed(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Decompress piece by piece, so that a bomb is never unpacked further than the caller reads."""
    inflater = None
    for chunk in chunks:
        rest = chunk
        while rest:
            if inflater is None:
                inflater = _inflater(name, rest)
            elif inflater.eof:
                # Another gzip member may follow the first (RFC 1952 section 2.2). Other bytes belong to nothing.
                if not rest.startswith(b"\x1f\x8b"):
                    return
                inflater = _inflater(name, rest)
            try:
                yield inflater.decompress(rest, _STEP)
            except zlib.error:
                raise BodyError("the compressed answer is damaged", again=True) from None
            rest = inflater.unconsumed_tail or inflater.unused_data
    if inflater is not None and not inflater.eof:
        raise BodyError("the compressed answer is cut off", again=True)


def _inflater(name: str, start: bytes) -> zlib._Decompress:
    if name == "gzip":
        return zlib.decompressobj(16 + zlib.MAX_WBITS)
    # 'deflate' is zlib's format by the standard and the bare one in practice. Two bytes of header tell them apart.
    is_wrapped = len(start) > 1 and start[0] & 0x0F == 8 and (start[0] * 256 + start[1]) % 31 == 0  # noqa: PLR2004
    return zlib.decompressobj(zlib.MAX_WBITS if is_wrapped else -zlib.MAX_WBITS)


def is_page(body: bytes) -> bool:
    """Whether an answer is a page of HTML: whoever sent it stands in for the service."""
    return _PAGE.match(body.removeprefix(b"\xef\xbb\xbf")) is not None


def decode_json(body: bytes) -> Any:
    """Decode a JSON body. A byte order mark is passed over; halves of surrogate pairs become U+FFFD.

    Raises:
        BodyError: it is empty, cut off, or no JSON; the message shows how it begins.
    """
    text = body.removeprefix(b"\xef\xbb\xbf")
    try:
        value = json.loads(text.decode("utf-8"), parse_constant=_refuse)
        return _paired(value) if _SURROGATE.search(text) else value
    except UnicodeDecodeError:
        what = "it is not UTF-8"
    except RecursionError:
        what = "it is nested too deeply"
    except ValueError:
        what = "it is cut off or damaged"
    if not text.strip():
        raise BodyError("the answer is empty")
    raise BodyError(f"the answer is no JSON: {what}; it begins with {beginning(body)}")


def beginning(body: bytes) -> str:
    """The first bytes of an answer, quoted and escaped, for a message."""
    return ascii(body[:_SHOWN_BYTES].decode("utf-8", "replace")) + ("…" if len(body) > _SHOWN_BYTES else "")


def _refuse(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _paired(value: Any) -> Any:
    """The value without halves of surrogate pairs, which no UTF-8 file can hold."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [_paired(part) for part in value]
    if isinstance(value, dict):
        return {_paired(name): _paired(part) for name, part in value.items()}
    return value
