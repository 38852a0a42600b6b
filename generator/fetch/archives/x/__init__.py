"""The files of an archive of X: which they are, whose they are, and the elements of their lists.

Elements come one at a time, whatever the size of a file, so memory does not grow with the archive. What cannot be read
to its end gives what came before and a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from generator.fetch.archives.files import File, chunks, until_broken
from generator.fetch.archives.json_array import LONGEST, TOO_LONG, ArrayError, elements
from generator.fetch.archives.x.json_fields import Owner, parse_owner
from generator.model.errors import RecordError, TrendingError
from generator.net.http.body import BodyError, decode_json

Kind = Literal["tweets", "notes", "likes", "owner"]

_KINDS: dict[str, Kind] = {
    "tweets": "tweets",
    "tweet": "tweets",
    "community_tweet": "tweets",
    "note_tweet": "notes",
    "like": "likes",
    "account": "owner",
    "manifest": "owner",
    "user_details": "owner",
}
_VARIABLE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:window\.YTD\.(?P<name>\w{1,40})\.part[0-9]|(?P<classic>Grailbird\.data\.)"
    rb"|var\s+(?P<details>user_details)\b|window\.__THAR_CONFIG\b(?P<config>))"
)
_NAME = re.compile(
    r"(tweets?|community-tweet|note-tweet|like|account|manifest|user_details)(?:-part[0-9]{1,4})?"
    r"(?: ?\([0-9]{1,3}\))?\.js(?P<is_json>on)?",
    re.IGNORECASE,
)
_OWNER_LIMIT = 4_194_304

OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive."""

    file: File
    kind: Kind

    @property
    def where(self) -> str:
        """Its name in messages."""
        return self.file.where


@dataclass(frozen=True, slots=True)
class Archive:
    """One account's archive, or what there is of it."""

    where: str
    parts: tuple[Part, ...]
    owner: Owner | None

    def of(self, kind: Kind) -> tuple[Part, ...]:
        """Its files of one kind."""
        return tuple(part for part in self.parts if part.kind == kind)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a file's list."""

    where: str
    content: bytes

    def decode(self) -> Any:
        """-> plain values. Raises RecordError."""
        if self.content is TOO_LONG:
            raise RecordError(self.where, f"is longer than {LONGEST:,} bytes")
        try:
            return msgspec.json.decode(self.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        try:
            return decode_json(self.content.decode("utf-8", "replace").encode("utf-8"))  # halves of surrogate pairs
        except BodyError as error:
            raise RecordError(self.where, str(error).replace("the answer", "it")) from None


def kind_of(file: File, head: bytes) -> Kind | None:
    """What a file of an archive holds, by the variable that it sets, else by its name; None for any other file."""
    variable = _VARIABLE.match(head)
    if variable and variable["classic"]:
        return "tweets"
    if variable and variable["name"]:
        return _KINDS.get(variable["name"].decode("ascii").lower())
    name = _NAME.fullmatch(file.path.name)
    if name and not (name["is_json"] and head.lstrip().startswith(b"{")):
        return _KINDS[name[1].lower().replace("-", "_")]
    return None


def open_archives(parts: Iterable[Part], default: Owner | None = None) -> list[Archive]:
    """Sort files by the archive that they belong to, and find whose it is.

    An archive that does not say whose it is belongs to the same account as the others that were named, if that is one.

    Args:
        parts: in any order.
        default: the account that the configuration names, if it is one.

    Raises:
        TrendingError: nobody knows whose an archive is.
    """
    groups: dict[str, list[Part]] = {}
    for part in parts:
        # Until 2018 the months lay in a folder of their own.
        groups.setdefault(part.file.folder.removesuffix("tweets/"), []).append(part)
    opened = [Archive(where, tuple(group), _owner(group)) for where, group in groups.items()]
    owners = {archive.owner.id: archive.owner for archive in opened if archive.owner}
    if not owners and default is not None:
        owners = {default.id: default}
    archives: list[Archive] = []
    for archive in opened:
        if not archive.of("tweets") and not archive.of("likes"):
            continue
        if archive.owner is None:
            if len(owners) != 1:
                raise TrendingError(
                    f"{archive.parts[0].where}: whose posts are these? account.js of the same archive must stand "
                    "beside them, or config.yaml must name one account of X"
                )
            [owner] = owners.values()
            archive = replace(archive, owner=_with_id(owner, archive))  # noqa: PLW2901 (the same, with its owner)
        archives.append(archive)
    return archives


class _User(msgspec.Struct, frozen=True):
    screen_name: str | None = None
    id_str: str | None = None


class _Answer(msgspec.Struct, frozen=True):
    """What a post may say about its account: until 2018 who it is, and since then whom it answers."""

    tweet: _Answer | None = None
    user: _User | None = None
    in_reply_to_screen_name: str | None = None
    in_reply_to_user_id_str: str | None = None

    def accounts(self) -> Iterator[tuple[str, str]]:
        """(handle in lower case, id) of the accounts that it names."""
        stated = [(self.in_reply_to_screen_name, self.in_reply_to_user_id_str)]
        if self.user:
            stated.append((self.user.screen_name, self.user.id_str))
        for handle, own_id in stated:
            if handle and own_id and own_id.isdigit():
                yield handle.lower(), own_id


def _with_id(owner: Owner, archive: Archive) -> Owner:
    """The account with its id, where that is not known and a post of the archive states it."""
    if owner.id.isdigit() or owner.handle is None:
        return owner
    decoder = msgspec.json.Decoder(_Answer)
    for part in archive.of("tweets"):
        try:
            for element in read_part(part):
                answer = decoder.decode(element.content)
                for handle, own_id in (answer.tweet or answer).accounts():
                    if handle == owner.handle.lower():
                        return replace(owner, id=own_id)
        except (RecordError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return owner


def read_part(part: Part, on_bytes: OnBytes = lambda _: None) -> Iterator[Element]:
    """The elements of a file's list.

    Args:
        part: the file.
        on_bytes: told how many bytes were read, again and again.

    Raises:
        RecordError: the file ends before the list does, or cannot be read on.
    """
    failures: list[RecordError] = []
    try:
        for number, content in enumerate(elements(until_broken(part.file, failures, on_bytes))):
            yield Element(f"{part.where}[{number}]", content)
    except ArrayError as error:
        failures.append(RecordError(part.where, f"{error}; download the archive again"))
    if failures:
        raise failures[0]


def _owner(parts: Iterable[Part]) -> Owner | None:
    """Whose archive it is: account.js says it, manifest.js does, and the months of archives until 2018 do."""
    for part in sorted(parts, key=lambda part: part.where):
        if part.kind == "owner":
            owner = _owner_in(part)
            if owner is not None:
                return owner
    return None


def _owner_in(part: Part) -> Owner | None:
    content = b""
    try:
        for chunk in chunks(part.file):
            content += chunk
            if len(content) > _OWNER_LIMIT:
                return None
        plain = msgspec.json.decode(content.partition(b"=")[2].strip(b"; \t\r\n"))
    except (RecordError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(plain, dict):
        plain = [plain.get("userInfo", plain)]
    for row in plain if isinstance(plain, list) else ():
        owner = parse_owner(row)
        if owner is not None:
            return owner
    return None
