"""The meaning of status codes, and the target of a redirect. Pure."""

from __future__ import annotations

from collections.abc import Mapping

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNCHANGED = 304
_ANSWERS = frozenset({200, 203, 204})
_REASONS = {
    400: "it does not understand the question",
    401: "it does not accept the secret, or needs one",
    402: "its credit is used up",
    403: "it refuses to answer",
    404: "there is nothing at this address",
    406: "it refuses to answer in the asked form",
    410: "what was there is gone",
    429: "it was asked too much",
    451: "it may not answer for legal reasons",
}


def is_answer(status: int, headers: Mapping[str, str], *, sending: bool) -> bool:
    """200 and its kin, redirects, and 304 where we asked for it (without a validator it has nothing to say).

    What is sent is taken by any 2xx; a redirect would lead it elsewhere.
    """
    if sending:
        return 200 <= status <= 299  # noqa: PLR2004 (HTTP's class of successes)
    if status == _UNCHANGED:
        return bool(headers.keys() & {"if-none-match", "if-modified-since"})
    return status in _ANSWERS or status in REDIRECTS


def location(headers: Mapping[str, str]) -> str | None:
    """The Location header, which servers write in UTF-8 although headers are Latin-1."""
    value = headers.get("location")
    try:
        return value.encode("latin-1").decode("utf-8") if value else None
    except UnicodeError:
        return value


def reason(status: int) -> str:
    """The reason of a failure, in words."""
    from http import HTTPStatus  # noqa: PLC0415 (only for errors; the command line starts faster)

    try:
        phrase = f" ({HTTPStatus(status).phrase})"
    except ValueError:
        phrase = ""
    return _REASONS.get(status, "it answers with an error") + f": HTTP {status}{phrase}"
