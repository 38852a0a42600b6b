"""Conditional requests (RFC 9110, section 13): what has not changed since it was read is a short answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping

UNCHANGED = 304
_HEADERS = {"etag": "if-none-match", "last-modified": "if-modified-since"}
"""What the server recognises a state by -> the header that asks for nothing but news."""
_VALIDATOR_MAX = 500


def validators(headers: Mapping[str, str]) -> dict[str, str]:
    """What the server recognises this state by, if it can be sent back; a cursor may hold it."""
    usable: dict[str, str] = {}
    for name in _HEADERS:
        value = headers.get(name, "")
        if _may_be_sent(value):
            usable[name] = value
    return usable


def conditions(cursor: Mapping[str, object]) -> dict[str, str]:
    """Headers that ask for nothing but news, from a cursor that holds validators."""
    headers: dict[str, str] = {}
    for name, header in _HEADERS.items():
        value = str(cursor.get(name, ""))
        if _may_be_sent(value):
            headers[header] = value
    return headers


def _may_be_sent(value: str) -> bool:
    if not 0 < len(value) <= _VALIDATOR_MAX:
        return False
    return value.isascii() and value.isprintable() and value == value.strip()
