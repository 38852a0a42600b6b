"""An archive of X on disk: a zip file, its unpacked folder, or one file of it, read without being unpacked.

Elements come one at a time, whatever the size of a file, so memory does not grow with the archive. What cannot be read
to its end gives what came before and a reason. Nothing is ever written where a zip file says.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal

import msgspec

from generator.fetch.archives.x.json_array import LONGEST, TOO_LONG, ArrayError, elements
from generator.fetch.archives.x.json_fields import Owner, parse_owner
from generator.model.errors import RecordError, TrendingError
from generator.net.http.body import BodyError, decode_json

Kind = Literal["tweets", "notes", "likes", "owner"]

_FILES: dict[str, Kind] = {
    "tweets": "tweets",
    "tweet": "tweets",
    "community-tweet": "tweets",
    "note-tweet": "notes",
    "like": "likes",
    "account": "owner",
    "manifest": "owner",
}
_NAME = re.compile(r"(tweets?|community-tweet|note-tweet|like|account|manifest)(?:-part[0-9]{1,4})?\.js")
_CHUNK = 262_144
_OWNER_LIMIT = 4_194_304
_BOMB_FROM = 67_108_864
"""Bytes; smaller members are no bomb."""
_BOMB_RATIO = 150
"""Posts shrink to a tenth or a twentieth; deflate can do a thousandth."""
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError)
_ENCRYPTED = 0x1
_NO_ARCHIVE = (
    "holds no tweets.js, tweet.js or like.js: give the archive as X made it, its folder, or one of these files"
)

OnBytes = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an archive."""

    where: str
    """As messages name it: `archive.zip:data/tweets.js`."""
    kind: Kind
    size: int
    """Bytes, unpacked."""
    open: Callable[[], BinaryIO]


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


def is_archive(path: Path) -> bool:
    """Whether a path looks like an archive of X, or a file of one: anything else is read line by line."""
    if path.is_dir() or path.suffix.lower() == ".zip" or path.suffix == ".js":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}
    except OSError:
        return False


def open_archives(paths: Iterable[Path]) -> list[Archive]:
    """Find what there is to read, and whose it is.

    An archive that does not say whose it is belongs to the same account as the others that were named, if that is one.

    Raises:
        TrendingError: nothing to read there, or nobody knows whose it is.
    """
    found = [archive for path in paths for archive in _archives(path)]
    owners = {archive.owner.id: archive.owner for archive in found if archive.owner}
    archives = []
    for archive in found:
        if archive.owner is None and len(owners) != 1:
            raise TrendingError(
                f"{archive.where}: whose posts are these? account.js of the same archive must stand beside them"
            )
        archives.append(archive if archive.owner else replace(archive, owner=next(iter(owners.values()))))
    return archives


def read_part(part: Part, on_bytes: OnBytes = lambda _: None) -> Iterator[Element]:
    """The elements of a file's list.

    Args:
        part: the file.
        on_bytes: told how many bytes were read, again and again.

    Raises:
        RecordError: the file ends before the list does, or cannot be read on.
    """
    try:
        with part.open() as file:
            for number, content in enumerate(elements(_chunks(file, on_bytes))):
                yield Element(f"{part.where}[{number}]", content)
    except ArrayError as error:
        raise RecordError(part.where, f"{error}; download the archive again") from None
    except _BROKEN as error:
        raise RecordError(part.where, f"cannot be read on ({_reason(error)}); download the archive again") from None


def _chunks(file: BinaryIO, on_bytes: OnBytes) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        on_bytes(len(chunk))
        yield chunk


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it is damaged" if isinstance(error, zipfile.BadZipFile | zlib.error) else str(error) or "it is cut off"


def _archives(path: Path) -> list[Archive]:
    if path.is_dir():
        groups = [found for home in _homes(path) if (found := _parts_of_folder(home))]
    elif path.suffix == ".js":
        groups = [_parts_of_file(path)]
    else:
        groups = _parts_of_zip(path)
    archives = [Archive(str(path), tuple(parts), _owner(parts)) for parts in groups]
    archives = [archive for archive in archives if archive.of("tweets") or archive.of("likes")]
    if not archives:
        raise TrendingError(f"{path}: {_NO_ARCHIVE}")
    return archives


def _homes(folder: Path) -> Iterator[Path]:
    """Where the files may lie: in the folder, in its `data/`, and the same one level below (several archives)."""
    below = sorted(each for each in folder.iterdir() if each.is_dir())
    yield folder
    yield from below
    yield from (each / "data" for each in below if (each / "data").is_dir())


def _parts_of_folder(folder: Path) -> list[Part]:
    return [_file_part(path) for path in sorted(folder.glob("*.js")) if _NAME.fullmatch(path.name) and path.is_file()]


def _parts_of_file(path: Path) -> list[Part]:
    """The file, and beside it what says whose it is and how long posts go on."""
    if not path.is_file():
        raise TrendingError(f"{path}: there is no such file")
    if not _NAME.fullmatch(path.name):
        raise TrendingError(f"{path}: {_NO_ARCHIVE}")
    beside = [part for part in _parts_of_folder(path.parent) if part.kind in {"owner", "notes"}]
    return [*beside, _file_part(path)] if _kind(path.name) in {"tweets", "likes"} else beside


def _file_part(path: Path) -> Part:
    return Part(str(path), _kind(path.name), path.stat().st_size, partial(_open_file, path))


def _open_file(path: Path) -> BinaryIO:
    return path.open("rb")


def _kind(name: str) -> Kind:
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(name)
    return _FILES[found[1]]


def _parts_of_zip(path: Path) -> list[list[Part]]:
    try:
        file = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise TrendingError(f"{path}: there is no such file") from None
    except _BROKEN as error:
        reason = _reason(error) if isinstance(error, OSError) else "it is damaged or cut off"
        raise TrendingError(f"{path}: cannot be read as a zip file ({reason}); download it again") from None
    groups: dict[str, list[Part]] = {}
    for member in sorted(file.infolist(), key=lambda each: each.filename):
        name = PurePosixPath(member.filename)
        if member.is_dir() or "__MACOSX" in name.parts or not _NAME.fullmatch(name.name):
            continue
        where = f"{path}:{member.filename}"
        _check_member(member, name, where)
        part = Part(where, _kind(name.name), member.file_size, partial(_open_member, file, member))
        groups.setdefault(str(name.parent), []).append(part)
    return list(groups.values())


def _check_member(member: zipfile.ZipInfo, name: PurePosixPath, where: str) -> None:
    """Refuse what no archive of X has."""
    if ".." in name.parts or name.is_absolute() or "\\" in member.filename:
        raise TrendingError(f"{where}: this zip file names places outside of itself, which no archive of X does")
    if member.flag_bits & _ENCRYPTED:
        raise TrendingError(f"{where}: is encrypted; unpack it with its password and give the folder")
    if member.compress_type not in _METHODS:
        raise TrendingError(f"{where}: is compressed in a way that is not read here; unpack it and give the folder")
    if member.file_size > _BOMB_FROM and member.file_size > _BOMB_RATIO * member.compress_size:
        raise TrendingError(
            f"{where}: would unpack to {member.file_size:,} bytes from {member.compress_size:,}, which no list of "
            "posts does; unpack it and give the folder if you trust it"
        )


def _open_member(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    return file.open(member)  # type: ignore[return-value]  # typed as IO[bytes]


def _owner(parts: Iterable[Part]) -> Owner | None:
    """Whose archive it is: account.js says it, and manifest.js does too."""
    owners = (_owner_in(part) for part in sorted(parts, key=lambda part: part.where) if part.kind == "owner")
    return next(filter(None, owners), None)


def _owner_in(part: Part) -> Owner | None:
    try:
        with part.open() as file:
            content = file.read(_OWNER_LIMIT)
        plain = msgspec.json.decode(content.partition(b"=")[2].strip(b"; \t\r\n"))
    except (*_BROKEN, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(plain, dict):
        return parse_owner(plain.get("userInfo"))
    return next(filter(None, map(parse_owner, plain)), None) if isinstance(plain, list) else None
